"""How a table of ratings is written, where that is not as found: the options, and what they say."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from engine.cli.output import WrongUse
from engine.errors import DataError

if TYPE_CHECKING:
    from engine.data.reading.roles import Given


def add_reading(command: argparse.ArgumentParser) -> None:
    """How a table is written, where that is not as found."""
    command.add_argument(
        "--columns", metavar="user=..,item=..,rating=..,time=..", help="which column is what: names, or numbers from 1"
    )
    command.add_argument("--encoding", metavar="NAME", help="such as utf-8, cp1252, utf-16")
    command.add_argument(
        "--delimiter", metavar="SIGN", help="a sign, or comma, semicolon, tab, bar, double colon, space"
    )
    command.add_argument("--header", choices=("yes", "no"), help="whether the first line names the columns")
    command.add_argument("--decimal", choices=(".", ","), help="the decimal sign")
    command.add_argument("--dates", choices=("ymd", "dmy", "mdy"), help="the order of day, month and year")
    command.add_argument(
        "--scale",
        metavar="LOW..HIGH..STEP",
        help="lowest and highest rating, and step: 0.5..5..0.5 (or --scale=-10..10)",
    )
    command.add_argument("--unrated", metavar="N,..", help="ratings that mean seen, not rated; '' for none")


def given_of(arguments: argparse.Namespace) -> Given:
    """How the files are written, as far as the arguments say. Raises WrongUse where a part makes no sense."""
    from engine.data.reading.roles import Given  # brings pyarrow, which most commands do not need

    return Given(
        columns=_columns_of(arguments.columns),
        delimiter=arguments.delimiter,
        encoding=arguments.encoding,
        header=None if arguments.header is None else arguments.header == "yes",
        decimal=arguments.decimal,
        dates=arguments.dates,
        unrated=_unrated_of(arguments.unrated),
        person=getattr(arguments, "person", None),
        scale=_scale_of(arguments.scale),
        across=getattr(arguments, "across", None),
        counts=getattr(arguments, "counts", None),
    )


def _columns_of(text: str | None) -> dict[str, str]:
    """`user=..,item=..` as role -> column. Raises WrongUse where a part is no such pair."""
    from engine.data.formats import ROLES

    roles: dict[str, str] = {}
    for part in text.split(",") if text else ():
        role, equals, column = (piece.strip() for piece in part.partition("="))
        if not equals or not column or role not in ROLES:
            raise WrongUse(
                f"--columns takes role=column, separated by commas; {part!r} is not such a pair. "
                f"Roles are: {', '.join(ROLES)}."
            )
        roles[role] = column
    return roles


def _scale_of(text: str | None) -> tuple[float, float, float] | None:
    """The ends and the step. Raises WrongUse where the text says none."""
    from engine.data.dataset import Scale

    if text is None:
        return None
    try:
        scale = Scale.said(text)
    except DataError as error:
        raise WrongUse(f"--scale takes LOW..HIGH..STEP, such as 0.5..5..0.5. {error}") from error
    return scale.low, scale.high, scale.step


def _unrated_of(text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise WrongUse(f"--unrated takes numbers separated by commas, not {text!r}.") from error
