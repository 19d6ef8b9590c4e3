"""Options of recommend that bend a list: genres, years, how well known, again, one per series, hidden gems, variety."""

from __future__ import annotations

import argparse
from typing import Any

from engine.data.dataset import Dataset
from engine.errors import SettingError
from engine.recommending.ranking import Filters
from engine.text import join_words, plural_of, shorten

_MOST_NAMED, _NAMES_WIDTH = 30, 400


def add_bending(command: argparse.ArgumentParser) -> None:
    """Which titles, and what brings them up."""
    command.add_argument(
        "--genre", action="append", default=[], metavar="G", help="only titles of this genre; again for any of several"
    )
    command.add_argument("--all-genres", action="store_true", help="only titles that have every --genre")
    command.add_argument("--no-genre", action="append", default=[], metavar="G", help="no title of this genre")
    command.add_argument("--years", type=_years, metavar="FROM-TO", help="only titles of these years: 1990-1999, 1994")
    command.add_argument("--min-ratings", type=int, default=0, metavar="N", help="only what N people or more have")
    command.add_argument("--again", action="store_true", help="what the person has seen, to see again")
    command.add_argument("--one-per-series", action="store_true", help="of a series only the title that comes first")
    command.add_argument("--hidden-gems", type=float, default=0.0, metavar="X", help="0 to 1: what few know first")
    command.add_argument("--diversity", type=float, default=0.0, metavar="X", help="0 to 1: less of the same")


def filters_of(arguments: argparse.Namespace, dataset: Dataset) -> Filters:
    """The filters that are asked for. Raises SettingError for a value out of range or a genre that nothing has."""
    known = {genre.casefold(): genre for genres in dataset.catalogue.genres for genre in genres}
    for genre in (*arguments.genre, *arguments.no_genre):
        if genre.casefold() not in known:
            names = shorten(join_words(sorted(known.values())[:_MOST_NAMED]), _NAMES_WIDTH)
            raise SettingError(
                f"No {dataset.catalogue.word} of {dataset.name} has the genre {genre!r}.",
                remedy=f"Its genres are {names}." if known else f"Its {plural_of(dataset.catalogue.word)} have none.",
                genre=genre,
            )
    wanted = tuple(known[genre.casefold()] for genre in arguments.genre)
    return Filters(
        genres_any=() if arguments.all_genres else wanted,
        genres_all=wanted if arguments.all_genres else (),
        genres_none=tuple(known[genre.casefold()] for genre in arguments.no_genre),
        years=arguments.years,
        min_ratings=arguments.min_ratings,
        hidden_gems=arguments.hidden_gems,
        variety=arguments.diversity,
        again=arguments.again,
        one_per_series=arguments.one_per_series,
    )


def filters_document(filters: Filters) -> dict[str, Any]:
    """What --json says of the filters in force."""
    return {
        "genres_any": filters.genres_any,
        "genres_all": filters.genres_all,
        "genres_none": filters.genres_none,
        "years": filters.years,
        "min_ratings": filters.min_ratings,
        "again": filters.again,
        "one_per_series": filters.one_per_series,
        "only": filters.only_name or None,
        "hidden_gems": filters.hidden_gems,
        "diversity": filters.variety,
    }


def _years(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not first.strip().isdecimal() or (last and not last.strip().isdecimal()):
        raise argparse.ArgumentTypeError(f"years like 1990-1999 or 1994, not {text!r}")
    return int(first), int(last or first)
