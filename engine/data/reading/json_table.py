"""Objects of JSON, one an entry: in a list, one a line, or one after another; lists are cut into lines.

Any other document is held whole (see json_document.py).

Shapes: N entries.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json as arrow_json

from engine.data.reading.archives import MIB, ByteStream, Source, read_head
from engine.data.reading.dialect import encoding_of, text_of
from engine.data.reading.json_cutting import LineCutter, ListCutter
from engine.data.reading.json_document import (
    LOOKED_AT,
    Entry,
    Table,
    cell,
    described,
    entry_in,
    flat,
    header_of,
    nested_roles,
    object_in,
    save_as_list,
    table_in,
    whole_document,
)
from engine.data.reading.json_wide import recognise_wide_objects, wide_blocks
from engine.data.reading.roles import Given, Shape, shape_of_table
from engine.data.reading.rows import Piece, Problem, RatingsBlock, entries_of
from engine.text import join_words
from engine.wording import said

KIND = "json"
BLOCK_BYTES = MIB
LONGEST_ENTRY = 8 * MIB
NO_OBJECT = "no object of JSON"
_ENTRIES_AT_ONCE = 20_000
_LEAST_ENTRIES = 3
_HELD: WeakValueDictionary[tuple[Source, str, int, int], Table] = WeakValueDictionary()
"""What documents hold, by their sources, how these are written, their sizes and times, as long as a shape keeps it."""
_SPACE = re.compile(r"\s*")
_BORDER = re.compile(r"(?<=\})\s*,\s*(?=\{)")


@dataclass(frozen=True)
class _Start:
    """Where entries begin, in characters of the text; whether they are a list; the first of them, as they are."""

    place: int
    is_list: bool
    entries: list[dict[str, Any]]


@dataclass(frozen=True)
class _Lines:
    """Entries, one a line, each without a line end inside. `first` is the number of the first, `position` in bytes."""

    text: bytes
    first: int
    position: int
    note: str = ""


def recognise_json(source: Source, head: bytes, given: Given) -> Shape | None:
    """What a file of JSON is, or None where it is none. Raises DataError where it is broken, or holds no table."""
    encoding = encoding_of(head, given.encoding)
    text = text_of(head, encoding)
    start = _start_of(text)
    if start is not None:
        name = "JSON list" if start.is_list else "JSON lines"
        entries = [flat(entry) for entry in start.entries]
        wide = _wide_shape(source, entries, given, encoding=encoding)
        return wide or _shape_of(source, entries, given, name=name, encoding=encoding)
    if not re.match(r"\s*(\{|\[\s*[\[{])", text):
        return None
    table = _whole_table(source, encoding)
    wide = None if table.is_rated else recognise_wide_objects(source, table.entries, given, kind=KIND)
    if wide is not None:
        return replace(wide, encoding=encoding, notes=(*table.notes, *wide.notes), held=table)
    shape = _shape_of(source, table.entries[:LOOKED_AT], given, name=f"JSON ({table.form})", encoding=encoding)
    return replace(shape, notes=(*table.notes, *shape.notes), held=table)


def _shape_of(source: Source, entries: Sequence[Entry], given: Given, *, name: str, encoding: str) -> Shape:
    header = header_of(entries)
    rows = [tuple(cell(entry.get(name)) for name in header) for entry in entries]
    shape = shape_of_table(source, header, rows, given, kind=KIND, name=name)
    roles, nested = dict(shape.roles), nested_roles(header)
    for role, place in nested.items():
        is_stand_in = role == "item" and roles.get("item") == roles.get("title")
        if role not in given.columns and (role not in roles or is_stand_in):
            roles[role] = place
    return replace(shape, encoding=encoding, roles=roles)


def _wide_shape(source: Source, entries: Sequence[Entry], given: Given, *, encoding: str) -> Shape | None:
    """What a wide table is. Where the first rows differ in their names, all rows are looked through for theirs."""
    shape = recognise_wide_objects(source, entries, given, kind=KIND)
    if shape is None:
        return None
    shape = replace(shape, encoding=encoding)
    if len({tuple(sorted(entry)) for entry in entries}) == 1:
        return shape
    every = [entry for _, entry in _numbered_entries(source, shape)]
    found = recognise_wide_objects(source, every, given, kind=KIND)
    return None if found is None else replace(found, encoding=encoding)


def _whole_table(source: Source, encoding: str) -> Table:
    """The table of a document that is held whole; it is not parsed anew while a shape still holds it."""
    now = source.path.stat()
    key = (source, encoding, now.st_size, now.st_mtime_ns)
    table = _HELD.get(key) or _parsed_table(source, encoding)
    _HELD[key] = table
    return table


def _parsed_table(source: Source, encoding: str) -> Table:
    document = whole_document(source, encoding)
    found = table_in(document)
    if found is None:
        raise source.error(
            said(
                "{name} is JSON, {described}, and no list of ratings was found in it.",
                name=source.name,
                described=described(document),
            ),
            remedy=save_as_list(),
        )
    table, others = found
    names = [other.place for other in others if other.place]
    note = said(
        "{name} also holds {others}; of it {place} was read.",
        name=source.name,
        others=join_words(names[:5]),
        place=table.place or said("the list"),
    )
    return replace(table, notes=(note,) if names else ())


def read_json(source: Source, shape: Shape) -> Iterator[Piece]:
    """The entries of such a file. Raises DataError where the file fails."""
    if shape.across is not None:
        yield from _wide_pieces_of(source, shape)
        return
    header = shape.header or ()
    names = {role: header[place] for role, place in shape.read_places.items()}
    start = _start_of(text_of(read_head(source), shape.encoding))
    if start is None:
        yield from _pieces_of(source, shape, names)
        return
    paths = _paths_of(start.entries, names)
    types = _types(start.entries, names)
    for lines in _lines_of(source, shape, start):
        count = lines.text.count(b"\n") + (not lines.text.endswith(b"\n"))
        block = _parse(lines, names, paths, types, shape, file=source.name)
        yield Piece(block, lines.position, lines.first + count - 1, notes=(lines.note,) if lines.note else ())


def read_json_rows(source: Source, shape: Shape) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each entry, as texts."""
    for number, entry in _numbered_entries(source, shape):
        yield number, [cell(entry.get(name)) for name in shape.header or ()]


def _numbered_entries(source: Source, shape: Shape) -> Iterator[tuple[int, Entry]]:
    start = _start_of(text_of(read_head(source), shape.encoding))
    if start is None:
        yield from enumerate(_whole_table(source, shape.encoding).entries, start=1)
        return
    for lines in _lines_of(source, shape, start):
        for number, line in enumerate(lines.text.decode("utf-8", "replace").split("\n"), lines.first):
            entry = entry_in(line)
            if entry is not None:
                yield number, entry


def _pieces_of(source: Source, shape: Shape, names: Mapping[str, str]) -> Iterator[Piece]:
    """The entries of a document that is held whole."""
    entries = _whole_table(source, shape.encoding).entries
    with ByteStream(source) as stream:
        size = stream.size
    for first in range(0, len(entries), _ENTRIES_AT_ONCE):
        some = entries[first : first + _ENTRIES_AT_ONCE]
        end = first + len(some)
        block = entries_of(_columns(some, names), shape, file=source.name, numbers=range(first + 1, end + 1))
        yield Piece(block, size * end // len(entries), end)


def _wide_pieces_of(source: Source, shape: Shape) -> Iterator[Piece]:
    """The entries of a wide table; how much of the file is done is not known before its end."""
    with ByteStream(source) as stream:
        size = stream.size
    done = 0
    for last, block in wide_blocks(_numbered_entries(source, shape), shape, file=source.name):
        done += (size - done) // 2
        yield Piece(block, done, last)


def _columns(entries: Sequence[Entry], names: Mapping[str, str]) -> dict[str, pa.Array]:
    return {
        role: pa.array([None if entry.get(name) is None else cell(entry[name]) for entry in entries], pa.string())
        for role, name in names.items()
    }


def _start_of(text: str) -> _Start | None:
    """Where the entries of a list of objects, of lines or of objects after one another begin; None for all else."""
    place = _skip(text, 0)
    if text[place : place + 1] == "[":
        entries = _entries_from(text, place + 1) or _entries_after_a_damaged_one(text)
        return _Start(place + 1, True, entries) if entries else None
    if text[place : place + 1] != "{":
        return None
    lines = [line for line in text.split("\n")[: LOOKED_AT + 1] if line.strip()]
    entries = [entry for entry in map(object_in, lines[:LOOKED_AT]) if entry is not None]
    if any(entries) and (len(lines) > 1 or not any(isinstance(value, dict | list) for value in entries[0].values())):
        return _Start(0, False, entries)
    entries = _entries_from(text, place)
    return _Start(place, True, entries) if len(entries) > 1 else None


def _entries_from(text: str, place: int) -> list[dict[str, Any]]:
    """The first entries of a list, with or without commas between them; empty where they are no objects."""
    decoder = json.JSONDecoder()
    entries: list[dict[str, Any]] = []
    while len(entries) < LOOKED_AT:
        try:
            entry, end = decoder.raw_decode(text, _skip(text, place))
        except (ValueError, RecursionError):
            break
        if not isinstance(entry, dict):
            break
        entries.append(entry)
        place = _skip(text, end)
        if text[place : place + 1] == ",":
            place += 1
        elif text[place : place + 1] != "{":
            break
    return entries


def _entries_after_a_damaged_one(text: str) -> list[dict[str, Any]]:
    border = _BORDER.search(text)
    entries = _entries_from(text, border.end()) if border else []
    return entries if len(entries) >= _LEAST_ENTRIES else []


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _paths_of(entries: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Under which names, from the outermost on, the columns that are wanted lie."""
    paths: dict[str, tuple[str, ...]] = {}
    for name in names.values():
        parts = tuple(name.split("."))
        is_flat = any(name in entry for entry in entries)
        paths[name] = (name,) if is_flat else parts
    return paths


def _types(entries: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, pa.DataType]:
    """What the columns that are wanted hold, as far as their first values say."""
    flattened = [flat(entry) for entry in entries]
    types = {}
    for role, name in names.items():
        value = next((entry[name] for entry in flattened if entry.get(name) is not None), None)
        is_whole = isinstance(value, int) and role != "rating"
        types[name] = pa.string() if isinstance(value, str) else pa.int64() if is_whole else pa.float64()
    return types


def _lines_of(source: Source, shape: Shape, start: _Start) -> Iterator[_Lines]:
    decoder = codecs.getincrementaldecoder(shape.encoding)("replace")
    cutter = ListCutter() if start.is_list else LineCutter()
    number, is_first, at_end = 1, True, False
    with ByteStream(source) as stream:
        while not at_end and not cutter.is_over:
            fresh = stream.read(BLOCK_BYTES)
            at_end = not fresh
            decoded = decoder.decode(fresh, at_end)
            if is_first:
                decoded, is_first = decoded.removeprefix("\ufeff")[start.place :], False
            lines = cutter.cut(decoded.encode("utf-8", "replace"), at_end=at_end)
            _refuse_endless(source, len(cutter.rest), number)
            if lines.strip():
                yield _Lines(lines, number, stream.position)
                number += lines.count(b"\n") + (not lines.endswith(b"\n"))
        if note := cutter.note(source.name):
            yield _Lines(b"", number, stream.position, note)


def _refuse_endless(source: Source, length: int, number: int) -> None:
    if length > LONGEST_ENTRY:
        raise source.error(
            said(
                "{name} has an entry of over {size} MiB after number {number:,}.",
                name=source.name,
                size=length // MIB,
                number=number - 1,
            ),
            remedy=said("Choose a file with one rating an object."),
        )


def _parse(
    lines: _Lines,
    names: dict[str, str],
    paths: Mapping[str, tuple[str, ...]],
    types: Mapping[str, pa.DataType],
    shape: Shape,
    *,
    file: str,
) -> RatingsBlock:
    """All at once where the entries are alike, else entry by entry."""
    try:
        table = arrow_json.read_json(
            pa.BufferReader(lines.text),
            read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(lines.text) + 1),
            parse_options=arrow_json.ParseOptions(
                explicit_schema=_schema_of({paths[name]: kind for name, kind in types.items()}),
                unexpected_field_behavior="ignore",
            ),
        )
    except pa.ArrowInvalid:
        return _parse_singly(lines, names, shape, file=file)
    columns = {role: _column(table, paths[name]) for role, name in names.items()}
    numbers = range(lines.first, lines.first + len(table))
    return entries_of(columns, shape, file=file, numbers=numbers)


def _schema_of(kinds: Mapping[tuple[str, ...], pa.DataType]) -> pa.Schema:
    """Columns by their paths, those of one object in a struct."""
    return pa.schema(list(_struct_of(kinds)))


def _struct_of(kinds: Mapping[tuple[str, ...], pa.DataType]) -> pa.StructType:
    inner: dict[str, dict[tuple[str, ...], pa.DataType]] = {}
    for path, kind in kinds.items():
        inner.setdefault(path[0], {})[path[1:]] = kind
    return pa.struct([(name, of[()] if () in of else _struct_of(of)) for name, of in inner.items()])


def _column(table: pa.Table, path: tuple[str, ...]) -> pa.Array:
    column = table[path[0]].combine_chunks()
    return pc.struct_field(column, list(path[1:])) if len(path) > 1 else column


def _parse_singly(lines: _Lines, names: dict[str, str], shape: Shape, *, file: str) -> RatingsBlock:
    texts = lines.text.decode("utf-8", "replace").split("\n")
    numbered = [(number, text, entry_in(text)) for number, text in enumerate(texts, lines.first) if text.strip()]
    found = [(number, entry) for number, _, entry in numbered if entry is not None]
    columns = _columns([entry for _, entry in found], names)
    block = entries_of(columns, shape, file=file, numbers=[number for number, _ in found])
    return block.with_problems(
        Problem(number, text.strip()[:200], NO_OBJECT, file) for number, text, entry in numbered if entry is None
    )
