"""Which column of a person's table says what, and how its ratings and times are written."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.data.dataset import Scale
from engine.data.formats import Layout, normalised
from engine.data.personal.parts import fitting_layouts
from engine.data.reading.archives import Source
from engine.data.reading.ratings import Spelling, ratings_of, spelling_of
from engine.data.reading.roles import Given, Shape
from engine.data.reading.states import NO_STATES, StateColumns, state_columns
from engine.data.reading.times import TimesFound, seconds_of, times_of
from engine.text import join_choices
from engine.wording import said, singular_of

_KINDS_BY_NAME = {
    **dict.fromkeys(("imdbid", "imdb", "const", "tconst"), "imdb"),
    **dict.fromkeys(("tmdbid", "tmdb"), "tmdb"),
    **dict.fromkeys(("malid", "idmal", "animedbid", "seriesanimedbid"), "mal"),
    **dict.fromkeys(("isbn", "isbn13"), "isbn"),
    "bggid": "bgg",
    "movielensid": "movielens",
}
_ROLES_BY_NAME = {
    "title": ("tvshowname", "tvshow", "seriesname", "anime", "manga", "show", "series", "serie", "game", "album",
              "book", "spiel", "buch", "livre", "libro", "фильм", "сериал", "книга", "игра"),
    "medium": ("type", "titletype", "mediatype", "medium", "kind", "format", "тип", "typ"),
    "season": ("season", "seasonnumber", "staffel", "saison", "сезон"),
    "episode": ("episode", "episodenumber", "episodenum", "эпизод"),
    "other title": ("originaltitle", "originalname", "originaltitel", "titreoriginal", "оригинальноеназвание"),
}  # fmt: skip
"""What further columns of an unknown table are called."""
_TIMES = ("time", "other time")
_LIKES = frozenset(["like", "likes", "liked", "isliked", "thumb", "thumbs", "isrecommended", "recommended", "votedup"])
_AN_ID = re.compile(r"[\d.\-]*|\w*\d\w*", re.ASCII)
Row = tuple[int, list[str]]
Rows = Sequence[Row]


@dataclass(frozen=True)
class Columns:
    """Which column (from 0) says what; `layout` is None for an unknown table, `is_named` if ids are titles.

    `has_likes`: the column of ratings is called like one of likes.
    """

    places: Mapping[str, int]
    ids: Mapping[str, int]
    layout: Layout | None
    decimal: str
    unrated: tuple[float, ...]
    states: StateColumns = NO_STATES
    has_likes: bool = False
    spelling: Spelling | None = None
    times: Mapping[str, TimesFound] = field(default_factory=dict)

    @property
    def is_named(self) -> bool:
        return self.layout is None and self.places.get("item") == self.places.get("title")

    def text(self, role: str, cells: Sequence[str]) -> str:
        place = self.places.get(role, len(cells))
        return cells[place].strip() if place < len(cells) else ""

    def texts(self, role: str, rows: Rows) -> list[str]:
        """What the rows say there, where they say anything."""
        return [text for _, cells in rows if (text := self.text(role, cells))]

    def time(self, role: str, cells: Sequence[str]) -> int:
        found = self.times.get(role)
        return seconds_of(self.text(role, cells), found.order) if found else 0


def columns_of(source: Source, shape: Shape, layout: Layout | None, given: Given | None, rows: Rows) -> Columns:
    keys = [normalised(name) for name in shape.header or ()]
    places = dict(shape.roles)
    if layout is None:
        places |= {
            role: keys.index(name)
            for role, names in _ROLES_BY_NAME.items()
            for name in names
            if name in keys and keys.index(name) not in places.values() and role not in shape.roles
        }
        if "title" in places:
            places.setdefault("item", places["title"])
    else:
        places = {role: place for role, place in places.items() if role not in ("rating", "user")}
        roles = {"rating": "rating", **layout.roles}
        places |= {role: keys.index(name) for role, name in roles.items() if name in keys}
    taken = {place for role, place in places.items() if role in ("item", "title", "rating", "year", "time")}
    states = state_columns(shape.header or (), [cells for _, cells in rows], taken=taken)
    if layout is None:
        places = _general_places(source, shape, places, has_states=bool(states.columns))
        if "title" not in places and _are_names(
            [cells[places["item"]] for _, cells in rows if len(cells) == shape.width]
        ):
            places["title"] = places["item"]
        ids = {kind: keys.index(name) for name, kind in reversed(_KINDS_BY_NAME.items()) if name in keys}
        if places["item"] != places.get("title"):
            ids["item"] = places["item"]
        unrated = given.unrated if given and given.unrated is not None else (0.0, *shape.layout.unrated)
        name = keys[places["rating"]] if keys and "rating" in places else ""
        return Columns(places, ids, None, shape.decimal, unrated, states, name in _LIKES)
    ids = {kind: keys.index(name) for kind, name in layout.ids.items() if name in keys}
    return Columns(places, ids, layout, shape.decimal, layout.unrated, states)


def _general_places(source: Source, shape: Shape, places: dict[str, int], *, has_states: bool) -> dict[str, int]:
    """The column of each role. Two without names are item ids (if all are numbers) or titles, and ratings."""
    if shape.header is None and shape.width == 2 and "rating" not in places:
        are_ids = all(row[0].strip().isdecimal() for row in shape.sample if row)
        places = {"item": 0, "rating": 1} if are_ids else {"item": 0, "title": 0, "rating": 1}
    needed = (("item", "titles"),) if has_states else (("item", "titles"), ("rating", "ratings"))
    missing = [word for role, word in needed if role not in places]
    if not missing:
        return places
    namesakes = [layout for layout in fitting_layouts(shape.header or ()) if layout.personal and layout.needs_name]
    if namesakes:
        names = join_choices(namesake.names[0] for namesake in namesakes)
        raise source.error(
            said(
                "{source} has the columns of several exports of {service}, which only their names tell apart.",
                source=source.name,
                service=namesakes[0].service,
            ),
            remedy=said("Rename it to {names}, whichever it is.", names=names),
        )
    named, columns = [singular_of(word) for word in missing], shape.described_columns
    if len(named) == 1:
        what = said(
            "{source} has no column of {missing}; its columns are: {columns}.",
            source=source.name,
            missing=named[0],
            columns=columns,
        )
    else:
        what = said(
            "{source} has no column of {missing} and none of {other}; its columns are: {columns}.",
            source=source.name,
            missing=named[0],
            other=named[1],
            columns=columns,
        )
    raise source.error(
        what,
        remedy=said(
            "A profile needs a column of item ids or titles, and one of ratings, such as: movieId,rating. In the "
            "terminal, --columns says which is which."
        ),
        missing=tuple(missing),
    )


def _are_names(texts: Sequence[str]) -> bool:
    """Whether a column "Movie" or "Item" holds names, and no ids."""
    return bool(texts) and sum(_AN_ID.fullmatch(text.strip()) is None for text in texts) > len(texts) / 2


def with_values(columns: Columns, rows: Rows, declared: Scale | None, given: Given | None) -> Columns:
    """With how the ratings and times of these rows are written."""
    texts = columns.texts("rating", rows)
    spelling = spelling_of(texts, high=declared.high if declared else None)
    wish = given.dates if given else None
    times = {role: times_of(columns.texts(role, rows), wish) for role in _TIMES if role in columns.places}
    kinds = set(ratings_of(texts, None)) if columns.layout is None and spelling and spelling.is_plain else set()
    is_likes = kinds == {0.0, 1.0} or (columns.has_likes and kinds == {1.0})
    if is_likes and (given is None or given.unrated is None):
        return dataclasses.replace(columns, spelling=Spelling(1.0), times=times, unrated=())
    return dataclasses.replace(columns, spelling=spelling, times=times)
