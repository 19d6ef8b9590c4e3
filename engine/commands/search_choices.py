"""The words of `search` and `searches`: their options, and an example of a study's grid."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from engine.commands.preset_option import add_preset_option

EXAMPLE = """\
examples:
  the grid of the low-rank study, with its summary:
    python -m engine search sample --preset low_rank --grid rank=10,25,50 \\
      --grid weight_decay=0,1e-5,1e-4 --grid lr=1e-3,3e-3 --out summary.csv
  layers are joined: --grid hidden=600,600-200; automatic values: --grid lr=auto,1e-3
  going on where it was stopped: python -m engine search --resume latest
"""


def add_search(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
    *,
    splits: Sequence[str],
) -> None:
    """Add both commands."""
    one = commands.add_parser(
        "search", parents=[common], help="train over a grid of settings and compare the runs",
        epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    one.add_argument("dataset", nargs="?", metavar="DATASET", help="not needed with --resume")
    one.add_argument("--model", metavar="NAME", help="see: python -m engine models")
    add_preset_option(one)
    one.add_argument(
        "--grid", dest="grid", action="extend", nargs="+", default=[], metavar="key=value,value",
        help="a setting of the model or of training, and the values to try; every combination is a run",
    )  # fmt: skip
    one.add_argument(
        "--set", dest="settings", action="extend", nargs="+", default=[], metavar="key=value",
        help="settings for all runs: of the model, of training, of the split, of the search (watched, keep)",
    )  # fmt: skip
    one.add_argument("--most", type=int, metavar="N", help="draw so many runs where the grid has more (see --seed)")
    one.add_argument("--epochs", type=int, metavar="N", help="how often each run goes through all people")
    one.add_argument("--lr", metavar="auto|X", help="the learning rate of all runs; auto finds it for each")
    one.add_argument("--split", choices=splits, help="what is held out to judge on, the same for all runs")
    one.add_argument("--device", default="auto", metavar="auto|cpu|cuda", help="where to compute")
    one.add_argument("--out", type=Path, metavar="SUMMARY.csv", help="one row a run, written after each")
    one.add_argument("--resume", metavar="SEARCH", help="go on with a search: its id, its name, or latest")
    commands.add_parser("searches", parents=[common], help="list the searches")
