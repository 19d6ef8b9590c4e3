"""The option `--preset` of find-lr, train and search. Imports nothing heavy."""

from __future__ import annotations

import argparse


def add_preset_option(parser: argparse.ArgumentParser) -> None:
    """Add it to a command that takes a model."""
    parser.add_argument(
        "--preset", metavar="NAME", help="a study's model and settings, or best_quality, fastest; instead of --model"
    )
