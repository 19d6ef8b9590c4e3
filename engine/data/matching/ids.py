"""The kinds of ids that exports and data sets share, and how much each of them says.

Stands at the bottom of matching. How an id is written in the one form that is compared, personal/meanings.py says.
"""

from __future__ import annotations

KINDS = {
    "imdb": "IMDb id",
    "tmdb": "TMDB id",
    "mal": "MyAnimeList id",
    "movielens": "MovieLens id",
    "isbn": "ISBN",
    "bgg": "BoardGameGeek id",
    "item": "id",
}
"""Their names for people. "item" are the data set's own ids, of whatever kind."""

ONE_PER_TITLE = frozenset({"imdb", "tmdb", "mal", "bgg"})
"""Kinds of which a title has exactly one: another id of that kind means another title. A book has many ISBNs."""

IF_TITLES_AGREE = frozenset({"movielens", "item"})
"""Kinds that say nothing alone: MovieLens has numbered its films anew, and any data set may have an item 17."""
