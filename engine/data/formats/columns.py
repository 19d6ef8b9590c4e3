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
