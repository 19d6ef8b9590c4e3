"""A JSON document that is held whole, as a table: lists of objects wherever they lie, columns, people with titles.

Entries are flat: of an object inside of an entry each part has a name of its own, such as "movie.id".
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from engine.data.catalogue import split_title
from engine.data.formats import roles_of
from engine.data.reading.archives import MIB, ByteStream, Source
from engine.data.reading.dialect import text_of
from engine.data.reading.values import as_text
from engine.text import join_words, plural, shorten
from engine.wording import nouns, said

Entry = dict[str, Any]

MOST_BYTES = 32 * MIB
"""A document that is no list takes some ten times its size in memory."""
LOOKED_AT = 200
_LONGEST_OF_PYTHON = MIB
_DEEPEST = 3
_MOST_TABLES = 50
_LEAST_PEOPLE = 3
_RATED = frozenset({"user", "item", "rating"})
_IDS = ("id", "_id", "key", "imdb", "tmdb", "slug", "username", "login", "name", "title")
"""Which part of a person or a title says who or what it is; the first of these counts."""
_NAMES = ("title", "name")
_LIKE_PERSON = re.compile(r"(?i)(?:user|person|member|critic|u|p)[ _.#-]?\d+")


@dataclass(frozen=True)
class Table:
    """Entries of a document: what their `form` was, and the `place` of its name in the document ("" for all of it).

    `notes` say what else the document holds.
    """

    form: str
    entries: list[Entry]
    place: str = ""
    notes: tuple[str, ...] = ()

    @cached_property
    def header(self) -> tuple[str, ...]:
        return header_of(self.entries)

    @cached_property
    def roles(self) -> dict[str, int]:
        return {**roles_of(self.header), **nested_roles(self.header)}

    @property
    def is_rated(self) -> bool:
        return self.roles.keys() >= _RATED


def entry_in(line: str) -> Entry | None:
    """The object that a line is, flat; None where it is none."""
    entry = object_in(line)
    return flat(entry) if entry is not None else None


def object_in(line: str) -> dict[str, Any] | None:
    """The object that a line is, of JSON or as Python writes it ({'user': 1}); None where it is none."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        entry = _as_python_writes(line.strip())
    return entry if isinstance(entry, dict) else None


def _as_python_writes(line: str) -> Any:
    """Only values, as `ast.literal_eval` allows: nothing in a line is ever run."""
    if not line.startswith(("{'", "{u'", '{u"')) or len(line) > _LONGEST_OF_PYTHON:
        return None
    try:
        return ast.literal_eval(line)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def flat(entry: Mapping[str, Any]) -> Entry:
    found: Entry = {}
    _flatten(entry, "", _DEEPEST, found)
    return found


def _flatten(entry: Mapping[str, Any], before: str, depth: int, found: Entry) -> None:
    for name, value in entry.items():
        if isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith("$"):
            value = next(iter(value.values()))  # MongoDB says the type of a value so
        if isinstance(value, dict) and depth:
            _flatten(value, f"{before}{name}.", depth - 1, found)
        else:
            found[as_text(before + name) or ""] = value


def header_of(entries: Sequence[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for entry in entries[:LOOKED_AT] for name in entry))


def cell(value: Any) -> str:
    return as_text(value) or ""


def nested_roles(header: tuple[str, ...]) -> dict[str, int]:
    """People and titles that are objects, by the part that says who or what they are."""
    parts: dict[str, dict[str, int]] = {"user": {}, "item": {}}
    for place, name in enumerate(header):
        first, _, last = name.partition(".")
        if last and "." not in first:
            for role in parts.keys() & {*roles_of((first,)), *roles_of((f"{first}id",))}:
                parts[role].setdefault(last.rpartition(".")[2].lower(), place)
    found = {role: next((of[last] for last in _IDS if last in of), None) for role, of in parts.items()}
    found["title"] = next((parts["item"][last] for last in _NAMES if last in parts["item"]), None)
    return {role: place for role, place in found.items() if place is not None}


def save_as_list() -> str:
    """What to do with JSON that is no list of ratings."""
    example = '[{"user": 1, "item": 2, "rating": 4}]'
    return said("Save it as a list of objects, such as {example}, or as CSV.", example=example)


def whole_document(source: Source, encoding: str) -> Any:
    """The document that a source is. Raises DataError where it is broken or larger than 32 MiB."""
    with ByteStream(source) as stream:
        raw = stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise source.error(
            said(
                "{name} is JSON of over {size} MiB that is no list of objects, too large to be looked through.",
                name=source.name,
                size=MOST_BYTES // MIB,
            ),
            remedy=save_as_list(),
        )
    try:
        return json.loads(text_of(raw, encoding))
    except json.JSONDecodeError as error:
        raise source.error(
            said(
                "{name} is no whole JSON: it goes wrong at line {line:,}, column {column:,}.",
                name=source.name,
                line=error.lineno,
                column=error.colno,
            ),
            remedy=said("Export or download it again."),
        ) from error
    except (ValueError, RecursionError) as error:
        is_nested = isinstance(error, RecursionError)
        endless = said("{name} is nested without end.", name=source.name)
        number = said("{name} holds a number without end.", name=source.name)
        raise source.error(endless if is_nested else number, remedy=said("Export or download it again.")) from error


def table_in(document: Any) -> tuple[Table, list[Table]] | None:
    """The table that looks like ratings (alike ones as one), else the first; and the others. None for none."""
    tables = list(islice(_tables_in(document, "", _DEEPEST), _MOST_TABLES))
    if not tables:
        return None
    first = next((table for table in tables if table.is_rated), tables[0])
    parts = [table for table in tables if table is first or (table.is_rated and table.header == first.header)]
    others = [table for table in tables if table not in parts]
    entries = [entry for part in parts for entry in part.entries]
    return Table(first.form, entries, " and ".join(part.place for part in parts if part.place)), others


def _tables_in(value: Any, place: str, depth: int) -> Iterator[Table]:
    if isinstance(value, list):
        entries = _of_list(value)
        if entries:
            yield Table("list", entries, place)
    elif isinstance(value, dict):
        for form, found in (
            ("columns and rows", _of_split(value)),
            ("columns", _of_columns(value)),
            ("objects by number", _of_index(value)),
            ("people, each with titles", _of_people(value)),
        ):
            if found:
                yield Table(form, found, place)
                return
        for name, inner in value.items() if depth else ():
            yield from _tables_in(inner, f"{place}.{name}" if place else str(name), depth - 1)


def _of_list(value: list[Any]) -> list[Entry]:
    """Objects; or rows below a row of names."""
    some = value[:LOOKED_AT]
    if sum(isinstance(entry, dict) for entry in some) * 2 > len(some):
        return [flat(entry) if isinstance(entry, dict) else {} for entry in value]
    if len(some) > 1 and all(isinstance(row, list) for row in some) and _are_names(some[0]):
        return _of_rows(some[0], value[1:])
    return []


def _of_rows(names: Sequence[str], rows: Sequence[Any]) -> list[Entry]:
    return [dict(zip(names, row, strict=False)) if isinstance(row, list) else {} for row in rows]


def _are_names(names: Any) -> bool:
    are_texts = isinstance(names, list) and bool(names) and all(isinstance(name, str) for name in names)
    return are_texts and _speak_of_ratings(names)


def _speak_of_ratings(names: Sequence[str]) -> bool:
    return len(set(roles_of(tuple(names)).values())) >= 2


def _of_split(value: Mapping[str, Any]) -> list[Entry]:
    """A list of names, and a list of rows: as pandas writes it with "split"."""
    names, rows = value.get("columns"), value.get("data")
    return _of_rows(names, rows) if isinstance(names, list) and _are_names(names) and isinstance(rows, list) else []


def _of_columns(value: Mapping[str, Any]) -> list[Entry]:
    """A list a column, or an object a column with a value for each row: as pandas writes it when not told otherwise."""
    columns = list(value.values())
    if not columns or not _speak_of_ratings(tuple(value)):
        return []
    if all(isinstance(column, list) and len(column) == len(columns[0]) for column in columns):
        return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
    if all(isinstance(column, dict) and column.keys() == columns[0].keys() for column in columns):
        return [{name: column[row] for name, column in value.items()} for row in columns[0]]
    return []


def _of_index(value: Mapping[str, Any]) -> list[Entry]:
    """An object a row, each under a number or a name of its own."""
    rows = list(value.values())
    if not rows or not all(isinstance(row, dict) for row in rows):
        return []
    entries = [flat(row) for row in rows[:LOOKED_AT]]
    if not all(len(set({**roles_of(header_of([entry])), **nested_roles(header_of([entry]))}.values())) >= 2
               for entry in entries):  # fmt: skip
        return []
    return [flat(row) for row in rows]


def _of_people(value: Mapping[str, Any]) -> list[Entry]:
    """An object a person: with a rating, or an object that holds one, for each title. Or a list of such objects."""
    people = [titles for titles in value.values() if titles]
    if people and all(isinstance(titles, dict) for titles in people):
        some = [rating for titles in people[:LOOKED_AT] for rating in islice(titles.values(), LOOKED_AT)]
        if all(_is_number(rating) or rating is None for rating in some):
            outer, inner = ("item", "user") if _is_pivot_of_titles(value) else ("user", "item")
            return [
                {outer: whose, inner: what, "rating": rating}
                for whose, ratings in value.items()
                for what, rating in ratings.items()
                if rating is not None
            ]
        if all(isinstance(rating, dict) and "rating" in roles_of(tuple(rating)) for rating in some):
            return [
                {"user": person, "item": title, **flat(rating)}
                for person, titles in value.items()
                for title, rating in titles.items()
                if isinstance(rating, dict)
            ]
    if len(people) < _LEAST_PEOPLE or not all(isinstance(titles, list) for titles in people):
        return []
    some = [entry for titles in people[:LOOKED_AT] for entry in titles[:LOOKED_AT]]
    if not all(isinstance(entry, dict) and {"item", "rating"} <= roles_of(tuple(entry)).keys() for entry in some):
        return []
    entries = [(person, flat(entry)) for person, titles in value.items() for entry in titles if isinstance(entry, dict)]
    return [entry if "user" in roles_of(tuple(entry)) else {"user": person, **entry} for person, entry in entries]


def _is_pivot_of_titles(value: Mapping[str, Any]) -> bool:
    """Whether it is a table with gaps as pandas writes one, with a column a title; people across have titles below."""
    columns = [column for column in value.values() if isinstance(column, dict)]
    first = columns[0]
    is_pivot = len(columns) == len(value) > 1 and all(column.keys() == first.keys() for column in columns)
    if not is_pivot or not any(rating is None for column in columns for rating in column.values()):
        return False
    below = list(islice(first, LOOKED_AT))
    are_titles_below = sum(split_title(name)[1] > 0 for name in below) > len(below) / 2
    are_people_across = all(_LIKE_PERSON.fullmatch(name) for name in value)
    return not (are_titles_below or are_people_across)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_THING, *_KINDS = nouns("thing", "list", "object", "text", "number")
_NOUNS = dict(zip((list, dict, str, int, float), (*_KINDS, _KINDS[-1]), strict=True))


def described(document: Any) -> str:
    """What a document is, for a sentence: "a list of 3 numbers", "an object with a and b"."""
    if isinstance(document, list):
        noun = _NOUNS.get(type(document[0]), _THING) if document else _THING
        return said("a list of {things}", things=plural(len(document), noun)) if document else said("an empty list")
    if not isinstance(document, dict):
        return said("a single value")
    names = [shorten(cell(name), 30) for name in islice(document, 3)]
    more = [plural(len(document) - 3, "other")] if len(document) > 3 else []
    return said("an object with {names}", names=join_words([*names, *more])) if names else said("an empty object")
