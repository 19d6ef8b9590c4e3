"""Known layouts of ratings files, as one table of declarations: a new one is a few lines here and no code elsewhere.

Stands at the very start of the street: sniff.py compares what a file holds with these, and readers follow what they
say. A layout is recognised by header and content; a file's name only helps to choose between files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ROLES = ("user", "item", "rating", "time", "title", "year", "genres")

SYNONYMS: dict[str, tuple[str, ...]] = {
    "user": ("userid", "user", "uid", "userids", "username", "customerid", "customer", "reviewerid", "reviewer",
             "member", "memberid", "person", "personid", "viewer", "viewerid", "rater", "raterid", "profileid"),
    "item": ("movieid", "itemid", "item", "movie", "iid", "filmid", "film", "animeid", "animeids", "showid", "bookid",
             "productid", "product", "asin", "isbn", "const", "tconst", "imdbid", "tmdbid", "titleid", "gameid",
             "songid", "artistid", "jokeid", "itemids", "movieids", "businessid", "parentasin"),
    "rating": ("yourrating", "myrating", "userrating", "bookrating", "rating", "ratings", "score", "stars", "star",
               "starrating", "overall", "value", "myscore", "feedback", "vote"),
    "time": ("timestamp", "time", "date", "datetime", "ratedat", "daterated", "unixreviewtime", "unixtime", "ts",
             "ratingtimestamp", "reviewtime", "createdat", "dateadded", "watcheddate"),
    "title": ("title", "movietitle", "name", "itemname", "primarytitle", "booktitle", "objectname", "filmtitle",
              "moviename", "animename", "itemtitle"),
    "year": ("year", "releaseyear", "yearofrelease", "startyear", "movieyear", "yearofpublication"),
    "genres": ("genres", "genre", "categories", "category", "itemgenres", "class"),
}  # fmt: skip

_GENRES_100K = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip

BLANKS = ("", "NULL", "null", "\\N", "NA", "N/A", "n/a")
"""Texts of a rating or time that mean *none given*."""


@dataclass(frozen=True)
class ItemsLayout:
    """The list of titles that comes with a layout. `names` are tried first; columns count from 0.

    `flags` names genres that are given as 0/1 columns, the first of them in column `first_flag`.
    """

    names: tuple[str, ...]
    columns: dict[str, int] = field(default_factory=dict)
    width: int | None = None
    first_flag: int = 0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """One way in which ratings come.

    With a `header`, a file has this layout when all those column names (see `normalised`) are in its first line.
    Without one, when its columns (`width`, least and most) are split by `delimiter`, the roles lie at `columns` and
    some item id matches `item_pattern`. `needs_items`: only if its list of titles lies beside. `unrated` are ratings
    that mean *seen, not rated*; `word` is what one of the titles is called.
    """

    name: str
    delimiter: str | None = None
    header: tuple[str, ...] = ()
    columns: dict[str, int] = field(default_factory=dict)
    width: tuple[int, int] = (3, 4)
    item_pattern: str = r".*"
    needs_items: bool = False
    unrated: tuple[float, ...] = ()
    word: str = "title"
    names: tuple[str, ...] = ()
    items: ItemsLayout | None = None


_FOUR = {"user": 0, "item": 1, "rating": 2, "time": 3}
_DAT_ITEMS = ItemsLayout(names=("movies.dat",), columns={"item": 0, "title": 1, "genres": 2})

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "MovieLens csv",
        header=("userid", "movieid", "rating", "timestamp"),
        word="film",
        names=("ratings.csv",),
        items=ItemsLayout(names=("movies.csv",)),
    ),
    Layout(
        "MovieTweetings",
        delimiter="::",
        columns=_FOUR,
        width=(4, 5),
        item_pattern=r"0\d{6}",
        word="film",
        names=("ratings.dat",),
        items=_DAT_ITEMS,
    ),
    Layout(
        "MovieLens 1M/10M",
        delimiter="::",
        columns=_FOUR,
        width=(4, 4),
        item_pattern=r"[1-9]\d*",
        word="film",
        names=("ratings.dat",),
        items=_DAT_ITEMS,
    ),
    Layout(
        "MovieLens 100K",
        delimiter="\t",
        columns=_FOUR,
        width=(4, 4),
        item_pattern=r"[1-9]\d*",
        needs_items=True,
        word="film",
        names=("u.data",),
        items=ItemsLayout(
            names=("u.item",), columns={"item": 0, "title": 1}, width=24, first_flag=5, flags=_GENRES_100K
        ),
    ),
    Layout("BookCrossing", header=("userid", "isbn", "bookrating"), unrated=(0.0,), word="book"),
)

NAMED_COLUMNS = Layout("columns with names")
UNNAMED_COLUMNS = Layout("columns without names", columns=_FOUR)
CHOSEN_COLUMNS = Layout("columns as chosen")


def normalised(name: str) -> str:
    """A column name as names are compared: "User_ID:token" -> "userid"."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r":(token|float|token_seq|float_seq)$", "", name.strip().casefold()))


def roles_of(header: tuple[str, ...]) -> dict[str, int]:
    """Which column (from 0) has which role, by its name. Where two would do, the better known name wins.

    Where no column names an item by id, the title serves as the id.
    """
    keys = [normalised(one) for one in header]
    roles: dict[str, int] = {}
    for role, names in SYNONYMS.items():
        for name in names:
            if name in keys and keys.index(name) not in roles.values():
                roles[role] = keys.index(name)
                break
    if "item" not in roles and "title" in roles:
        roles["item"] = roles["title"]
    return roles


def layout_of_header(header: tuple[str, ...]) -> Layout:
    """The declared layout that these column names are, or the general one."""
    keys = {normalised(one) for one in header}
    fitting = (one for one in LAYOUTS if one.header and keys.issuperset(one.header))
    return next(fitting, NAMED_COLUMNS)


def layout_of_columns(delimiter: str, width: int, items: list[str]) -> Layout:
    """The declared layout without column names that these columns are, or the general one.

    `items` are some item ids from the start of the file.
    """
    for one in LAYOUTS:
        right_shape = not one.header and one.delimiter == delimiter and one.width[0] <= width <= one.width[1]
        if right_shape and any(re.fullmatch(one.item_pattern, item) for item in items):
            return one
    return UNNAMED_COLUMNS
