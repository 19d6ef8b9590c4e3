"""The words of `search` and `searches`: their options, and an example of a study's grid."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.output import WrongUse

if TYPE_CHECKING:
    from engine.data.importing.options import ImportOptions
    from engine.data.reading.roles import Given


def add_preset_option(parser: argparse.ArgumentParser) -> None:
    """Add it to a command that takes a model."""
    parser.add_argument(
        "--preset", metavar="NAME", help="a study's model and settings, or best_quality, fastest; instead of --model"
    )


def add_file_choices(parser: argparse.ArgumentParser) -> None:
    """How the files are written, where it is not as found."""
    parser.add_argument("ratings", nargs="+", type=Path, metavar="RATINGS", help="files or folders: plain, .gz, .zip")
    parser.add_argument("--items", type=Path, metavar="FILE", help="the list of titles")
    parser.add_argument(
        "--columns", metavar="user=..,item=..,rating=..,time=..", help="which column is what: names, or numbers from 1"
    )
    parser.add_argument("--encoding", metavar="NAME", help="such as utf-8, cp1252, utf-16")
    parser.add_argument(
        "--delimiter", metavar="SIGN", help="a sign, or comma, semicolon, tab, bar, double colon, space"
    )
    parser.add_argument("--header", choices=("yes", "no"), help="whether the first line names the columns")
    parser.add_argument("--decimal", choices=(".", ","), help="the decimal sign")
    parser.add_argument("--dates", choices=("ymd", "dmy", "mdy"), help="the order of day, month and year")
    parser.add_argument("--unrated", metavar="N,..", help="ratings that mean seen, not rated; '' for none")


def add_keep_choices(parser: argparse.ArgumentParser) -> None:
    """Which of the entries become the data set."""
    parser.add_argument("--name", help="what to call the data set")
    parser.add_argument(
        "--duplicates", choices=("last", "mean", "max"), default="last", help="which of several ratings to keep"
    )
    parser.add_argument("--last-years", type=float, metavar="N", help="only people active in the last N years")
    parser.add_argument("--most-titles", type=int, metavar="N", help="only the N most rated titles")
    parser.add_argument(
        "--least-per-title", type=int, default=1, metavar="N", help="only titles with N ratings or more"
    )
    parser.add_argument("--least-per-person", type=int, default=1, metavar="N", help="only people with N or more")


def given_of(arguments: argparse.Namespace) -> Given:
    """How the files are written, as said. Raises WrongUse where a part makes no sense."""
    from engine.data.reading.roles import Given

    return Given(
        columns=columns_of(arguments.columns),
        delimiter=arguments.delimiter,
        encoding=arguments.encoding,
        header=None if arguments.header is None else arguments.header == "yes",
        decimal=arguments.decimal,
        dates=arguments.dates,
        unrated=_unrated_of(arguments.unrated),
    )


def options_of(arguments: argparse.Namespace) -> ImportOptions:
    """All that was said. Raises WrongUse where a part makes no sense."""
    from engine.data.importing.options import ImportOptions, Selection

    for name in ("last_years", "most_titles", "least_per_title", "least_per_person"):
        value = getattr(arguments, name)
        if value is not None and not value > 0:
            raise WrongUse(f"--{name.replace('_', '-')} takes a number above 0, not {value:g}.")
    return ImportOptions(
        name=arguments.name,
        items=arguments.items,
        given=given_of(arguments),
        duplicates=arguments.duplicates,
        selection=Selection(
            arguments.last_years, arguments.most_titles, arguments.least_per_title, arguments.least_per_person
        ),
    )


def columns_of(text: str | None) -> dict[str, str]:
    """`user=..,item=..` as role -> column. Raises WrongUse where a part is no such pair."""
    from engine.data.formats import ROLES

    roles: dict[str, str] = {}
    for part in text.split(",") if text else ():
        role, equals, column = (one.strip() for one in part.partition("="))
        if not equals or not column or role not in ROLES:
            raise WrongUse(
                f"--columns takes role=column, separated by commas; {part!r} is not such a pair. "
                f"Roles are: {', '.join(ROLES)}."
            )
        roles[role] = column
    return roles


def _unrated_of(text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise WrongUse(f"--unrated takes numbers separated by commas, not {text!r}.") from error


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
        help="settings for all runs: of the model, of training, of the split, of the search (monitor, keep)",
    )  # fmt: skip
    one.add_argument("--most", type=int, metavar="N", help="draw so many runs where the grid has more (see --seed)")
    one.add_argument("--epochs", type=int, metavar="N", help="how often each run goes through all people")
    one.add_argument("--lr", metavar="auto|X", help="the learning rate of all runs; auto finds it for each")
    one.add_argument("--split", choices=splits, help="what is held out to judge on, the same for all runs")
    one.add_argument("--device", default="auto", metavar="auto|cpu|cuda", help="where to compute")
    one.add_argument("--out", type=Path, metavar="SUMMARY.csv", help="one row a run, written after each")
    one.add_argument("--resume", metavar="SEARCH", help="go on with a search: its id, its name, or latest")
    commands.add_parser("searches", parents=[common], help="list the searches")
