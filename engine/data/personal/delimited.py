"""Exports in columns: of known services (see formats/personal.py), and any table with titles and ratings."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice

from engine.data.catalogue import split_title
from engine.data.dataset import Scale
from engine.data.formats import NAMED_COLUMNS
from engine.data.personal.columns import Columns, Row, Rows, columns_of, with_values
from engine.data.personal.conversion import guessed_scale
from engine.data.personal.export import ExportedTitle, medium_of
from engine.data.personal.parts import Part, layout_of_export, rating_in, scale_of
from engine.data.reading.archives import Source
from engine.data.reading.ratings import describe_spelling
from engine.data.reading.roles import Given, Shape
from engine.data.reading.rows import width_fault
from engine.data.reading.sniff import KINDS, read_cells, sniff
from engine.data.reading.states import State
from engine.data.reading.values import is_number, normalised_id, year_in
from engine.text import join_words, plural
from engine.wording import said

_MEDIUM_OF_WORD = {"film": "film", "book": "book", "game": "game"}
_LOOKED_AT = 20_000
"""In rows: how its columns are written is found from so many."""
_MOST_NAMED = 5
_THUMBS = {"1": 1.0, "2": 4.0, "3": 5.0}
"""Netflix: thumb down, thumb up, two thumbs up, in stars."""
_CHINESE_AND_LATIN = re.compile(r"(.*[\u4e00-\u9fff][^A-Za-z]*?)\s+([A-Za-z\u00c0-\u024f].*)")
_SERIES_OF_BOOKS = re.compile(r"(.*\S)\s+\(([^()]*#[^()]*)\)")


def read_delimited(source: Source, given: Given | None = None) -> Part:
    """A table of one person's titles. Raises DataError where it is none, lacks a column or holds several people."""
    shape = sniff(source, given)
    kind = KINDS.get(shape.layout.kind)
    if kind is None or not kind.has_columns:
        what = said(
            "{source} holds many people's ratings ({layout}), not one person's.",
            source=source.name,
            layout=shape.layout.name,
        )
        raise source.error(what, remedy=said("Import it as a data set."))
    is_chosen = given is not None and bool(given.columns)
    layout = layout_of_export(shape.header, source.base_name) if shape.header and not is_chosen else None
    wanted = Scale(*given.scale) if given and given.scale else None
    declared = wanted or (scale_of(layout) if layout else None)
    rows = read_cells(source, shape)
    first_rows = list(islice(rows, _LOOKED_AT))
    columns = with_values(columns_of(source, shape, layout, given, first_rows), first_rows, declared, given)
    general = NAMED_COLUMNS if shape.layout.personal else shape.layout
    part = Part(source, layout or general, declared or Scale(0.5, 5.0, 0.5), scale_is_known=declared is not None)
    people = _People(source, given.person if given else None, may_be_several=layout is not None)
    shows: dict[int, str] = {}
    for line, cells in people.only_one(columns, chain(first_rows, rows)):
        entry = _title(cells, columns, line) if len(cells) == shape.width else width_fault(cells)
        if not isinstance(entry, str) and entry.medium in ("series", "season", "episode"):
            shows[line] = columns.text("title", cells)
        _note_scale(part, cells, columns, shape)
        part.add(entry, line=line, text=shape.delimiter.join(cells))
    part.people, part.person = people.names, people.read
    part.titles = _without_ids_of_series(part.titles, shows)
    part.notes += [*people.notes, *_notes_on(source, columns, first_rows)]
    if columns.texts("thumbs", first_rows):
        part.notes.append(said("A thumb down counts as 1 star, a thumb up as 4, two thumbs up as 5."))
    return part if part.scale_is_known else _with_guessed_scale(part, columns)


@dataclass
class _People:
    """Whose lines of a table are read: those of the `wanted` person, else of the only one.

    `may_be_several`: the file of one account may hold several people, of whom the one with most lines is taken.
    """

    source: Source
    wanted: str | None
    may_be_several: bool
    names: tuple[str, ...] = ()
    read: str = ""
    notes: list[str] = field(default_factory=list)

    def only_one(self, columns: Columns, rows: Iterable[Row]) -> Iterable[Row]:
        """The rows of one person. Raises DataError where there are several, or not the one that is wanted."""
        if "user" not in columns.places:
            return rows
        if self.wanted is None and not self.may_be_several:
            return self._refusing_a_second(columns, rows)
        rows = list(rows)
        counts = Counter(name for _, cells in rows if (name := columns.text("user", cells)))
        wanted = self.wanted or next(iter(counts.most_common(1)), ("", 0))[0]
        if counts and wanted not in counts:
            raise self.source.error(
                said(
                    "{source} holds nothing of {wanted!r}, but of {named}.",
                    source=self.source.name,
                    wanted=wanted,
                    named=_named(counts),
                ),
                remedy=said("Write the name as the file does."),
            )
        if len(counts) > 1:
            self.names, self.read = tuple(sorted(counts)), wanted
            named = ", ".join(f"{name} ({plural(count, 'title')})" for name, count in counts.most_common(_MOST_NAMED))
            self.notes.append(
                said(
                    "{source} holds what several people rated: {named}. Only what {wanted} rated is read.",
                    source=self.source.name,
                    named=named,
                    wanted=wanted,
                )
            )
        return [row for row in rows if columns.text("user", row[1]) in (wanted, "")]

    def _refusing_a_second(self, columns: Columns, rows: Iterable[Row]) -> Iterator[Row]:
        people: set[str] = set()
        for row in rows:
            people |= {columns.text("user", row[1])} - {""}
            if len(people) > 1:
                raise self.source.error(
                    said(
                        "{source} holds ratings of several people, such as {named}; a profile is one person's.",
                        source=self.source.name,
                        named=_named(people),
                    ),
                    remedy=said(
                        "Import it as a data set, or say whose ratings are meant (in the terminal: --person NAME)."
                    ),
                )
            yield row


def _named(people: Iterable[str]) -> str:
    return join_words(map(repr, sorted(people)[:_MOST_NAMED]))


def _without_ids_of_series(titles: list[ExportedTitle], shows: Mapping[int, str]) -> list[ExportedTitle]:
    """Seasons and episodes without ids that may be their series'; ids of which a show has several are their own."""
    ids_of: dict[str, Counter[str]] = {}
    for title in titles:
        if title.line in shows and "imdb" in title.ids:
            ids_of.setdefault(shows[title.line], Counter())[title.ids["imdb"]] += 1

    def is_own(title: ExportedTitle) -> bool:
        known = ids_of.get(shows.get(title.line, ""), Counter[str]())
        return (
            title.medium not in ("season", "episode")
            or not title.title
            or (len(known) > 1 and known[title.ids.get("imdb", "")] == 1)
        )

    return [
        title
        if title.line not in shows or is_own(title)
        else dataclasses.replace(
            title, ids={kind: an_id for kind, an_id in title.ids.items() if kind not in ("imdb", "item")}
        )
        for title in titles
    ]


def _notes_on(source: Source, columns: Columns, rows: Rows) -> list[str]:
    """How ratings and dates were read where that is not plain."""
    notes = [note for found in columns.times.values() for note in found.notes]
    spelling = columns.spelling
    spelt = (text for text in columns.texts("rating", rows) if spelling and not is_number(text))
    example = next((text for text in spelt if spelling and spelling.rating_in(text) is not None), None)
    if spelling and not spelling.is_plain and example:
        notes.insert(0, describe_spelling(example, source.name, spelling))
    return notes


def _title(cells: list[str], columns: Columns, line: int) -> ExportedTitle | str:
    rating = rating_in(
        columns.text("rating", cells), decimal=columns.decimal, unrated=columns.unrated, spelling=columns.spelling
    )
    if isinstance(rating, str):
        return rating
    if rating is None:
        rating = _THUMBS.get(columns.text("thumbs", cells))
    raw = columns.text("title", cells) or columns.text("other title", cells)
    title, year, others = _name(raw, columns, cells)
    medium = _medium(columns, cells)
    if medium in ("season", "episode"):
        title = _name_of_part(title, columns, cells)
    ids = _ids(columns, cells, medium)
    if columns.is_named and raw and not raw.isdecimal() and medium not in ("season", "episode"):
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
    if columns.layout and columns.layout.service == "Douban":
        title, *others = _names_in(title)
    return title, own or year, tuple(other for other in others if other and other != title)


def _names_in(text: str) -> list[str]:
    """The names that Douban writes into one cell, between bars or a Chinese one before a Latin one."""
    names = [part.strip() for part in text.split(" / ") if part.strip()]
    found = _CHINESE_AND_LATIN.fullmatch(names[0]) if names else None
    return list(dict.fromkeys([*(found.groups() if found else ()), *names])) or [text]


def _medium(columns: Columns, cells: list[str]) -> str:
    if columns.text("episode", cells):
        return "episode"
    if columns.text("season", cells):
        return "season"
    word = columns.text("medium", cells)
    return medium_of(word) or _MEDIUM_OF_WORD.get(columns.layout.word if columns.layout else "", "")


def _name_of_part(title: str, columns: Columns, cells: list[str]) -> str:
    """The name of a season or an episode begins with its series."""
    parts = ((role, columns.text(role, cells)) for role in ("season", "episode"))
    part = ", ".join(f"{role} {_whole(text)}" if text.isdecimal() else text for role, text in parts if text)
    return f"{title}: {part}" if part else title


def _whole(digits: str) -> int:
    return int(digits[:9])


def _ids(columns: Columns, cells: list[str], medium: str) -> dict[str, str]:
    ids: dict[str, str] = {}
    for name, place in columns.ids.items():
        kind = name.split()[0]
        an_id = normalised_id(kind, cells[place])
        is_of_films = kind == "tmdb" and medium in ("series", "season", "episode")
        if an_id and kind not in ids and not is_of_films:
            ids[kind] = an_id
    return ids


def _state(columns: Columns, cells: list[str]) -> State:
    otherwise: State = "planned" if columns.layout and columns.layout.state == "planned" else "seen"
    texts = [cells[column.place] if column.place < len(cells) else "" for column in columns.states.columns]
    return columns.states.state_of(texts, otherwise=otherwise)


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
            said(
                "{source} does not say its scale; from its ratings it was taken as {low:g} to {high:g}.",
                source=part.source.name,
                low=part.scale.low,
                high=part.scale.high,
            )
        )
    return part
