"""What `import` and `look` may be told about files: how they are written, and which entries to keep.

Stands between the parser and the importer: the words of a command line -> ImportOptions.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.wrong_use import WrongUse

if TYPE_CHECKING:
    from engine.data.importing.options import ImportOptions
    from engine.data.reading.shape import Given


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
    from engine.data.reading.shape import Given

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
    from engine.data.importing.options import ImportOptions
    from engine.data.importing.selection import Selection

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
        return tuple(float(one) for one in text.split(",") if one.strip())
    except ValueError as error:
        raise WrongUse(f"--unrated takes numbers separated by commas, not {text!r}.") from error
