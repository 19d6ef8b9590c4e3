"""The table of all layouts; what columns are called, what their names mean, and which layout they make."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.data.formats.layout import Layout
from engine.data.formats.personal import PERSONAL
from engine.data.formats.population import FOUR, POPULATION

LAYOUTS: list[Layout] = [*POPULATION, *PERSONAL]
ROLES = ("user", "item", "rating", "time", "title", "year", "genres")

THINGS = ("book", "anime", "manga", "show", "series", "game", "boardgame", "product", "track", "song", "album",
          "artist", "joke", "recipe", "beer", "business", "course", "event")  # fmt: skip
"""What titles are called; of several in one table the first."""
SYNONYMS: dict[str, tuple[str, ...]] = {
    "user": ("userid", "user", "uid", "userids", "username", "customerid", "customer", "reviewerid", "reviewer",
             "member", "memberid", "person", "personid", "viewer", "viewerid", "rater", "raterid", "profileid"),
    "item": ("movieid", "itemid", "item", "movie", "iid", "filmid", "film", "animeid", "animeids", "showid", "bookid",
             "productid", "product", "parentasin", "asin", "isbn", "const", "tconst", "imdbid", "tmdbid", "titleid",
             "gameid", "songid", "trackid", "artistid", "jokeid", "itemids", "movieids", "businessid", "malid", "bggid",
             "appid", *(f"{thing}id" for thing in THINGS)),
    "rating": ("yourrating", "myrating", "userrating", "bookrating", "rating", "ratings", "ratingval", "score", "stars",
               "star", "starrating", "overall", "value", "myscore", "feedback", "vote", "like", "liked", "likes",
               "isliked", "thumbs", "thumb", "isrecommended", "recommended", "votedup", "grade", "mygrade",
               "lettergrade"),
    "time": ("timestamp", "time", "date", "datetime", "ratedat", "daterated", "unixreviewtime", "unixtime", "ts",
             "ratingtimestamp", "ratingtime", "reviewtime", "createdat", "dateadded", "watcheddate"),
    "title": ("title", "movietitle", "name", "itemname", "primarytitle", "booktitle", "objectname", "filmtitle",
              "moviename", "filmname", "itemtitle", *(f"{thing}{what}" for what in ("title", "name")
              for thing in THINGS), "titlename", "appname", "primary", "originaltitle"),
    "year": ("year", "releaseyear", "yearofrelease", "startyear", "movieyear", "yearofpublication", "yearreleased",
             "yearpublished", "publicationyear", "originalpublicationyear", "releasedate", "datereleased",
             "daterelease", "releaseddate", "originalreleasedate", "firstreleasedate", "publicationdate",
             "publisheddate", "publishdate", "datepublished", "firstpublishdate", "firstairdate", "premiered", "aired",
             "airedfrom", "released", "release", "published"),
    "genres": ("genres", "genre", "categories", "category", "itemgenres", "class", "moviegenres", "genrenames",
               "genrelist", "genders", "listedin", "boardgamecategory"),
}  # fmt: skip
_YEAR = re.compile(r"(?!.*(?:end|last|birth|death|date|rat|view|watch|seen)).*year(?!s|ly).*")
"""Other names of the year of a title, such as "pubyear" and "yearfirstpublished"."""

_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "rating": ("uservote", "yourscore", "rating10", "note", "manote", "bewertung", "meinebewertung", "wertung", "nota",
               "minota", "voto", "puntuación", "calificación", "ocena", "mojaocena", "beoordeling", "betyg",
               "sterne", "étoiles", "estrellas", "stelle", "мояоценка", "оценка", "个人评分", "我的评分"),
    "time": ("watchedat", "datewatched", "dateread", "viewingdate", "datum", "fecha", "дата", "打分日期", "日期",
             "创建时间"),
    "title": ("titel", "titre", "título", "titulo", "titolo", "tytuł", "filmtitel", "название", "标题", "片名", "书名",
              "电影电视剧番组", "游戏名称"),
    "year": ("jahr", "année", "annee", "año", "ano", "anno", "rok", "jaar", "год", "年份", "上映年份"),
}  # fmt: skip
"""What people's own tables and services of other languages call them."""
SYNONYMS |= {role: (*SYNONYMS[role], *names) for role, names in _ELSEWHERE.items()}

_NEARLY_ALL = 0.95

NAMED_COLUMNS = Layout("columns with names")
UNNAMED_COLUMNS = Layout("columns without names", columns=FOUR)
CHOSEN_COLUMNS = Layout("columns as chosen")
ORANGE = Layout("Orange", header_lines=3)
"""Its second line says what kind of values a column holds, its third what the column is for."""


def normalised(name: str) -> str:
    """A column name as names are compared: "User_ID:token" -> "userid"."""
    return re.sub(r"[\W_]", "", re.sub(r":(token|float|token_seq|float_seq)$", "", name.strip().casefold()))


def kind_of_layout(kind: str) -> Layout:
    """The layout of a kind of which there is one."""
    return next(layout for layout in LAYOUTS if layout.kind == kind)


def roles_of(header: tuple[str, ...]) -> dict[str, int]:
    """Which column (from 0) has which role, by its name. Without an item id, the title serves as one."""
    keys = [normalised(name) for name in header]
    roles: dict[str, int] = {}
    for role, names in SYNONYMS.items():
        for name in names:
            if name in keys and keys.index(name) not in roles.values():
                roles[role] = keys.index(name)
                break
    if "year" not in roles:
        years = (place for place, key in enumerate(keys) if _YEAR.fullmatch(key) and place not in roles.values())
        roles |= dict(zip(("year",), years, strict=False))
    if "item" not in roles and "title" in roles:
        roles["item"] = roles["title"]
    return roles


def layout_of_header(header: tuple[str, ...], *, name: str = "") -> Layout:
    """The declared layout that these column names are, or the general one. `name` is what the file is called."""
    keys = {normalised(name) for name in header}
    for layout in LAYOUTS:
        if _has_names(layout, header, keys) and (not layout.needs_name or name in layout.names):
            return layout
    return NAMED_COLUMNS


def _has_names(layout: Layout, header: tuple[str, ...], keys: set[str]) -> bool:
    if layout.header_pattern:
        return all(re.fullmatch(layout.header_pattern, name) for name in header)
    return bool(layout.header) and keys.issuperset(layout.header) and keys.isdisjoint(layout.header_without)


def layout_of_columns(delimiter: str, width: int, items: list[str], *, ratings: list[str] | None = None) -> Layout:
    """The declared layout without column names that these columns are, or the general one."""
    for layout in LAYOUTS:
        least, most = layout.width
        is_shaped = (
            layout.columns and not layout.cells and layout.delimiter in (None, delimiter) and least <= width <= most
        )
        patterns = ((layout.item_pattern, items), (layout.rating_pattern, ratings or [""]))
        if is_shaped and all(_match_some(*pair) for pair in patterns):
            return layout
    return UNNAMED_COLUMNS


def layout_of_cells(delimiter: str, rows: Sequence[Sequence[str]]) -> Layout | None:
    """The declared layout without column names of which nearly all of these rows are, column by column, or None."""
    for layout in LAYOUTS:
        if layout.cells and layout.delimiter in (None, delimiter) and rows:
            patterns = [re.compile(pattern) for pattern in layout.cells]
            fitting = sum(
                len(row) == len(patterns)
                and all(pattern.fullmatch(cell.strip()) for pattern, cell in zip(patterns, row, strict=True))
                for row in rows
            )
            if fitting >= _NEARLY_ALL * len(rows):
                return layout
    return None


def _match_some(pattern: str, texts: list[str]) -> bool:
    return any(re.fullmatch(pattern, text.strip()) for text in texts)


def layout_by_marks(text: str) -> Layout | None:
    """The declared layout whose marks all stand in this start of a file, or None."""
    return next((layout for layout in LAYOUTS if layout.marks and all(mark in text for mark in layout.marks)), None)
