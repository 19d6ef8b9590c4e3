"""What columns are called and what their names mean; which declared layout they are.

Stands between the table of layouts and sniff.py.
"""

from __future__ import annotations

import re

from engine.data.formats.layout import Layout
from engine.data.formats.personal import PERSONAL
from engine.data.formats.population import FOUR, POPULATION

LAYOUTS: tuple[Layout, ...] = POPULATION + PERSONAL
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

NAMED_COLUMNS = Layout("columns with names")
UNNAMED_COLUMNS = Layout("columns without names", columns=FOUR)
CHOSEN_COLUMNS = Layout("columns as chosen")
ORANGE = Layout("Orange", header_lines=3)
"""Its second line says what kind of values a column holds, its third what the column is for."""


def normalised(name: str) -> str:
    """A column name as names are compared: "User_ID:token" -> "userid"."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r":(token|float|token_seq|float_seq)$", "", name.strip().casefold()))


def kind_of_layout(kind: str) -> Layout:
    """The layout of a kind of which there is one."""
    return next(one for one in LAYOUTS if one.kind == kind)


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


def layout_of_header(header: tuple[str, ...], *, name: str = "") -> Layout:
    """The declared layout that these column names are, or the general one. `name` is what the file is called."""
    keys = {normalised(one) for one in header}
    return next((one for one in LAYOUTS if _has_names(one, header, keys) and _is_called(one, name)), NAMED_COLUMNS)


def _has_names(layout: Layout, header: tuple[str, ...], keys: set[str]) -> bool:
    if layout.header_pattern:
        return all(re.fullmatch(layout.header_pattern, one) for one in header)
    return bool(layout.header) and keys.issuperset(layout.header) and keys.isdisjoint(layout.header_without)


def _is_called(layout: Layout, name: str) -> bool:
    return not layout.needs_name or name in layout.names


def layout_of_columns(delimiter: str, width: int, items: list[str], *, ratings: list[str] | None = None) -> Layout:
    """The declared layout without column names that these columns are, or the general one.

    `items` and `ratings` are some from the start of the file.
    """
    for one in LAYOUTS:
        is_shaped = one.columns and one.delimiter in (None, delimiter) and one.width[0] <= width <= one.width[1]
        if is_shaped and _match_some(one.item_pattern, items) and _match_some(one.rating_pattern, ratings or [""]):
            return one
    return UNNAMED_COLUMNS


def _match_some(pattern: str, texts: list[str]) -> bool:
    return any(re.fullmatch(pattern, text.strip()) for text in texts)


def layout_by_marks(text: str) -> Layout | None:
    """The declared layout whose marks all stand in this start of a file, or None."""
    return next((one for one in LAYOUTS if one.marks and all(mark in text for mark in one.marks)), None)
