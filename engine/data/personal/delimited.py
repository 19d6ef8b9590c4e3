"""Exports in columns: of known services (see formats/personal.py), and any table with titles and ratings."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from engine.data.catalogue import split_title
from engine.data.dataset import Scale
from engine.data.formats import NAMED_COLUMNS, Layout, normalised
from engine.data.personal.conversion import guessed_scale
from engine.data.personal.export import ExportedTitle, State, medium_of, state_of
from engine.data.personal.parts import Part, fitting_layouts, layout_of_export, rating_in, scale_of
from engine.data.reading.archives import Source
from engine.data.reading.lines import read_rows
from engine.data.reading.ratings import Spelling, describe_spelling, ratings_of, spelling_of
from engine.data.reading.roles import Given, Shape
from engine.data.reading.rows import width_fault
from engine.data.reading.sniff import sniff
from engine.data.reading.times import TimesFound, seconds_of, times_of
from engine.data.reading.values import is_number, normalised_id, year_in
from engine.text import join_words

_KINDS_BY_NAME = {
    **dict.fromkeys(("imdbid", "imdb", "const", "tconst"), "imdb"),
    **dict.fromkeys(("tmdbid", "tmdb"), "tmdb"),
    **dict.fromkeys(("malid", "idmal"), "mal"),
    **dict.fromkeys(("isbn", "isbn13"), "isbn"),
    "bggid": "bgg",
    "movielensid": "movielens",
}
_MEDIUM_OF_WORD = {"film": "film", "book": "book", "game": "game"}
_TIMES = ("time", "other time")
_LOOKED_AT = 20_000
"""In rows: how its columns are written is found from so many."""
Rows = Sequence[tuple[int, Sequence[str]]]
_SERIES_OF_BOOKS = re.compile(r"(.*\S)\s+\(([^()]*#[^()]*)\)")


@dataclass(frozen=True)
class Columns:
    """Which column (from 0) says what; `layout` is None for an unknown table, `is_named` if ids are titles."""

    places: Mapping[str, int]
    ids: Mapping[str, int]
    layout: Layout | None
    decimal: str
    unrated: tuple[float, ...]
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


def read_delimited(source: Source, given: Given | None = None) -> Part:
    """A table of one person's titles. Raises DataError where it is none, lacks a column or holds several people."""
    shape = sniff(source, given)
    if shape.layout.kind != "delimited":
        what = f"{source.name} holds many people's ratings ({shape.layout.name}), not one person's."
        raise source.error(what, remedy="Import it as a data set.")
    is_chosen = given is not None and bool(given.columns)
    layout = layout_of_export(shape.header, source.base_name) if shape.header and not is_chosen else None
    declared = scale_of(layout) if layout else None
    rows = read_rows(source, shape)
    first_rows = list(islice(rows, _LOOKED_AT))
    columns = _with_values(_columns_of(source, shape, layout, given), first_rows, declared, given)
    general = NAMED_COLUMNS if shape.layout.personal else shape.layout
    part = Part(source, layout or general, declared or Scale(0.5, 5.0, 0.5), scale_is_known=declared is not None)
    people: set[str] = set()
    for line, cells in chain(first_rows, rows):
        entry = _title(cells, columns, line) if len(cells) == shape.width else width_fault(cells)
        if not isinstance(entry, str) and "user" in columns.places:
            people.add(columns.text("user", cells))
            _refuse_several(source, people)
        _note_scale(part, cells, columns, shape)
        part.add(entry, line=line, text=shape.delimiter.join(cells))
    part.notes += _notes_on(source, columns, first_rows)
    return part if part.scale_is_known else _with_guessed_scale(part, columns)


def _with_values(columns: Columns, rows: Rows, declared: Scale | None, given: Given | None) -> Columns:
    """With how the ratings and times of these rows are written."""
    texts = columns.texts("rating", rows)
    spelling = spelling_of(texts, high=declared.high if declared else None)
    wish = given.dates if given else None
    times = {role: times_of(columns.texts(role, rows), wish) for role in _TIMES if role in columns.places}
    is_likes = (
        columns.layout is None
        and set(ratings_of(texts, None)) == {0.0, 1.0}
        and spelling is not None
        and spelling.is_plain
    )
    if is_likes and (given is None or given.unrated is None):
        return dataclasses.replace(columns, spelling=Spelling(1.0), times=times, unrated=())
    return dataclasses.replace(columns, spelling=spelling, times=times)


def _notes_on(source: Source, columns: Columns, rows: Rows) -> list[str]:
    """How ratings and dates were read where that is not plain."""
    notes = [note for found in columns.times.values() for note in found.notes]
    spelling = columns.spelling
    spelt = (text for text in columns.texts("rating", rows) if spelling and not is_number(text))
    example = next((text for text in spelt if spelling and spelling.rating_in(text) is not None), None)
    if spelling and not spelling.is_plain and example:
        notes.insert(0, describe_spelling(example, source.name, spelling))
    return notes


def _columns_of(source: Source, shape: Shape, layout: Layout | None, given: Given | None) -> Columns:
    keys = [normalised(name) for name in shape.header or ()]
    places = dict(shape.roles)
    if layout is None:
        places = _general_places(source, shape, places)
        ids = {kind: keys.index(name) for name, kind in reversed(_KINDS_BY_NAME.items()) if name in keys}
        if places["item"] != places.get("title"):
            ids["item"] = places["item"]
        unrated = given.unrated if given and given.unrated is not None else (0.0, *shape.layout.unrated)
        return Columns(places, ids, None, shape.decimal, unrated)
    places.pop("rating", None)
    roles = {"rating": "rating", **layout.roles}
    places |= {role: keys.index(name) for role, name in roles.items() if name in keys}
    ids = {kind: keys.index(name) for kind, name in layout.ids.items() if name in keys}
    return Columns(places, ids, layout, shape.decimal, layout.unrated)


def _general_places(source: Source, shape: Shape, places: dict[str, int]) -> dict[str, int]:
    """The column of each role. Two without names are item ids (if all are numbers) or titles, and ratings."""
    if shape.header is None and shape.width == 2 and "rating" not in places:
        are_ids = all(row[0].strip().isdecimal() for row in shape.sample if row)
        places = {"item": 0, "rating": 1} if are_ids else {"item": 0, "title": 0, "rating": 1}
    missing = [word for role, word in (("item", "titles"), ("rating", "ratings")) if role not in places]
    if not missing:
        return places
    namesakes = [layout for layout in fitting_layouts(shape.header or ()) if layout.personal and layout.needs_name]
    if namesakes:
        names = " or ".join(namesake.names[0] for namesake in namesakes)
        raise source.error(
            f"{source.name} has the columns of several exports of {namesakes[0].service}, which only their names tell "
            "apart.",
            remedy=f"Rename it to {names}, whichever it is.",
        )
    raise source.error(
        f"{source.name} has no column of {' and none of '.join(missing)}; its columns are: {shape.described_columns}.",
        remedy="A profile needs a column of item ids or titles, and one of ratings, such as: movieId,rating.",
        missing=tuple(missing),
    )


def _title(cells: list[str], columns: Columns, line: int) -> ExportedTitle | str:
    rating = rating_in(
        columns.text("rating", cells), decimal=columns.decimal, unrated=columns.unrated, spelling=columns.spelling
    )
    if isinstance(rating, str):
        return rating
    raw = columns.text("title", cells)
    title, year, others = _name(raw, columns, cells)
    medium = _medium(columns, cells)
    ids = _ids(columns, cells, medium)
    if columns.is_named and raw and not raw.isdecimal():
        ids["item"] = raw
    date = columns.time("time", cells) or columns.time("other time", cells)
    return ExportedTitle(title, year, ids, others, rating, _state(columns, cells), date, line, medium)


def _name(raw: str, columns: Columns, cells: list[str]) -> tuple[str, int, tuple[str, ...]]:
    """Title, year and other titles; a year behind the title counts only without a column of years."""
    own = year_in(columns.text("year", cells)) or year_in(columns.text("other year", cells))
    title, year = split_title(raw)
    if (columns.layout and "year" in columns.places) or (own and year and own != year):
        title, year = raw, own
    others = [columns.text("other title", cells)]
    series = _SERIES_OF_BOOKS.fullmatch(title) if columns.layout and columns.layout.word == "book" else None
    if series:
        title, others = series.group(1), [raw]
    return title, own or year, tuple(other for other in others if other and other != title)


def _medium(columns: Columns, cells: list[str]) -> str:
    if columns.text("season", cells) or columns.text("episode", cells):
        return "episode"
    word = columns.text("medium", cells)
    return medium_of(word) if word else _MEDIUM_OF_WORD.get(columns.layout.word if columns.layout else "", "")


def _ids(columns: Columns, cells: list[str], medium: str) -> dict[str, str]:
    ids: dict[str, str] = {}
    for name, place in columns.ids.items():
        kind = name.split()[0]
        an_id = normalised_id(kind, cells[place])
        if an_id and kind not in ids and not (kind == "tmdb" and medium in ("series", "episode")):
            ids[kind] = an_id
    return ids


def _state(columns: Columns, cells: list[str]) -> State:
    if columns.layout is None:
        return "seen"
    otherwise: State = "planned" if columns.layout.state == "planned" else "seen"
    if columns.text("wish", cells) == "1" and columns.text("own", cells) != "1":
        return "planned"
    return state_of(columns.text("state", cells), otherwise=otherwise)


def _note_scale(part: Part, cells: list[str], columns: Columns, shape: Shape) -> None:
    """The scale that our own files say in each line; the first counts."""
    if part.scale_is_known or "low" not in columns.places or len(cells) != shape.width:
        return
    ends = [rating_in(columns.text(role, cells), unrated=()) for role in ("low", "high", "step")]
    numbers = [number for number in ends if isinstance(number, float)]
    if len(numbers) == 3 and numbers[0] < numbers[1]:
        part.scale, part.scale_is_known = Scale(*numbers), True


def _with_guessed_scale(part: Part, columns: Columns) -> Part:
    """A single -1 below all ratings means *seen, not rated*, as 0 does. Ratings such as 8/10 say their scale."""
    if columns.spelling is not None and not columns.spelling.is_plain:
        ratings = [title.rating for title in part.titles if title.rating is not None]
        part.scale, part.scale_is_known = guessed_scale(ratings, high=columns.spelling.high), True
        return part
    if {title.rating for title in part.titles if title.rating is not None and title.rating < 0} == {-1.0}:
        part.titles = [
            dataclasses.replace(title, rating=None) if title.rating == -1.0 else title for title in part.titles
        ]
    ratings = [title.rating for title in part.titles if title.rating is not None]
    part.scale = guessed_scale(ratings)
    if ratings:
        part.notes.append(
            f"{part.source.name} does not say its scale; from its ratings it was taken as {part.scale.low:g} to "
            f"{part.scale.high:g}."
        )
    return part


def _refuse_several(source: Source, people: set[str]) -> None:
    if len(people) > 1:
        raise source.error(
            f"{source.name} holds ratings of several people, such as {join_words(map(repr, sorted(people)))}; "
            "a profile is one person's.",
            remedy="Import it as a data set, or keep the lines of one person.",
        )
