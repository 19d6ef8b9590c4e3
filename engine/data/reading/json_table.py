"""Objects of JSON, one an entry: a list, a list inside an object, or one a line; lists are cut into lines.

Shapes: B bytes of a block, S signs in it that part or enclose, N entries.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import json as arrow_json

from engine.data.formats import roles_of
from engine.data.reading.archives import MIB, ByteStream, Source, read_head
from engine.data.reading.dialect import encoding_of, text_of
from engine.data.reading.roles import Given, Shape, shape_of_table
from engine.data.reading.rows import Piece, Problem, RatingsBlock, entries_of

KIND = "json"
BLOCK_BYTES = 2 * MIB
LONGEST_ENTRY = 32 * MIB
NO_OBJECT = "no object of JSON"
_LOOKED_AT = 200
_SPACE = re.compile(r"\s*")
_IS_SIGN = np.zeros(256, dtype=bool)
_DEPTH = np.zeros(256, dtype=np.int32)
for _sign, _change in ((b"{", 1), (b"[", 1), (b"}", -1), (b"]", -1), (b",", 0)):
    _IS_SIGN[_sign[0]], _DEPTH[_sign[0]] = True, _change


@dataclass(frozen=True)
class _Start:
    """Where entries begin, in characters of the text; whether they are a list; the first of them."""

    place: int
    is_list: bool
    entries: list[dict[str, Any]]


@dataclass(frozen=True)
class _Lines:
    """Entries, one a line, each without a line end inside. `first` is the number of the first, `position` in bytes."""

    text: bytes
    first: int
    position: int


def recognise_json(source: Source, head: bytes, given: Given) -> Shape | None:
    """What a file of JSON objects is, or None where it is none."""
    encoding = encoding_of(head, given.encoding)
    start = _start_of(text_of(head, encoding))
    if start is None:
        return None
    header = tuple(dict.fromkeys(name for entry in start.entries for name in entry))
    rows = [tuple(_cell(entry.get(name)) for name in header) for entry in start.entries]
    name = "JSON list" if start.is_list else "JSON lines"
    return replace(shape_of_table(source, header, rows, given, kind=KIND, name=name), encoding=encoding)


def read_json(source: Source, shape: Shape) -> Iterator[Piece]:
    """The entries of such a file. Raises DataError where the file fails."""
    header = shape.header or ()
    names = {role: header[place] for role, place in shape.read_places.items()}
    types = _types(source, shape, names)
    for lines in _lines_of(source, shape):
        count = lines.text.count(b"\n") + (not lines.text.endswith(b"\n"))
        block = _parse(lines, names, types, shape, file=source.name)
        yield Piece(block, lines.position, lines.first + count - 1)


def read_json_rows(source: Source, shape: Shape) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each entry, as texts."""
    for lines in _lines_of(source, shape):
        for number, line in enumerate(lines.text.decode("utf-8", "replace").split("\n"), lines.first):
            entry = _entry(line)
            if entry is not None:
                yield number, [_cell(entry.get(name)) for name in shape.header or ()]


def _start_of(text: str) -> _Start | None:
    """Where the entries are: of several lists the one that looks like ratings, else the first."""
    place = _skip(text, 0)
    if text[place : place + 1] == "[":
        entries = _entries_from(text, place + 1)
        return _Start(place + 1, True, entries) if entries else None
    if text[place : place + 1] != "{":
        return None
    lists = [_Start(at, True, entries) for at in _lists_in(text, place) if (entries := _entries_from(text, at))]
    if lists:
        wanted = {"user", "item", "rating"}
        rated = (start for start in lists if wanted <= roles_of(tuple(start.entries[0])).keys())
        return next(rated, lists[0])
    lines = [_entry(line) for line in text.split("\n")[: _LOOKED_AT + 1]]
    found = [entry for entry in lines if entry is not None][:_LOOKED_AT]
    return _Start(0, False, found) if found and len(roles_of(tuple(found[0]))) > 1 else None


def _lists_in(text: str, place: int) -> Iterator[int]:
    """Where the entries of each list begin that the object at this place holds, as far as the text goes."""
    decoder = json.JSONDecoder()
    place = _skip(text, place + 1)
    while text[place : place + 1] == '"':
        try:
            _, end = decoder.raw_decode(text, place)
            value = _skip(text, _skip(text, end) + 1)
            if text[value : value + 1] == "[" and text[_skip(text, value + 1) :][:1] == "{":
                yield value + 1
            _, end = decoder.raw_decode(text, value)
        except (ValueError, RecursionError):
            return
        place = _skip(text, _skip(text, end) + 1)


def _entries_from(text: str, place: int) -> list[dict[str, Any]]:
    """The first entries of a list; empty where they are no objects."""
    decoder = json.JSONDecoder()
    entries: list[dict[str, Any]] = []
    while len(entries) < _LOOKED_AT:
        try:
            entry, end = decoder.raw_decode(text, _skip(text, place))
        except (ValueError, RecursionError):
            break
        if not isinstance(entry, dict):
            return []
        entries.append(entry)
        place = _skip(text, end)
        if text[place : place + 1] != ",":
            break
        place += 1
    return entries


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _entry(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(_cell(part) for part in value)
    return "" if value is None else str(value)


def _types(source: Source, shape: Shape, names: dict[str, str]) -> dict[str, pa.DataType]:
    """What the columns that are wanted hold, as far as their first values say."""
    start = _start_of(text_of(read_head(source), shape.encoding))
    types = {}
    for role, name in names.items():
        value = next((entry[name] for entry in (start.entries if start else []) if entry.get(name) is not None), None)
        is_whole = isinstance(value, int) and role != "rating"
        types[name] = pa.string() if isinstance(value, str) else pa.int64() if is_whole else pa.float64()
    return types


def _lines_of(source: Source, shape: Shape) -> Iterator[_Lines]:
    start = _start_of(text_of(read_head(source), shape.encoding))
    is_list, skipped = (start.is_list, start.place) if start else (False, 0)
    decoder = codecs.getincrementaldecoder(shape.encoding)("replace")
    rest, number, is_first = "", 1, True
    with ByteStream(source) as stream:
        at_end = False
        while not at_end:
            fresh = stream.read(BLOCK_BYTES)
            at_end = not fresh
            decoded = decoder.decode(fresh, at_end)
            if is_first:
                decoded, is_first = decoded.removeprefix("\ufeff")[skipped:], False
            text = (rest + decoded).encode()
            cut, is_over = len(text) if at_end else text.rfind(b"\n") + 1, False
            lines = text[:cut]
            if is_list:
                lines, cut, is_over = _cut_list(text, at_end=at_end)
            rest = text[cut:].decode("utf-8", "replace")
            _refuse_endless(source, len(rest), number)
            if lines.strip():
                yield _Lines(lines, number, stream.position)
                number += lines.count(b"\n")
            if is_over:
                return


def _cut_list(text: bytes, *, at_end: bool) -> tuple[bytes, int, bool]:
    """Whole entries as lines, where the next begins, and whether the list has ended."""
    plain = re.sub(rb"\\.", b"__", text, flags=re.DOTALL) if b"\\" in text else text
    bytes_B = np.frombuffer(plain, dtype=np.uint8)
    signs_S = np.flatnonzero(_IS_SIGN[bytes_B])
    quotes = np.flatnonzero(bytes_B == ord('"'))
    signs_S = signs_S[np.searchsorted(quotes, signs_S) % 2 == 0]
    depth_S = np.cumsum(_DEPTH[bytes_B[signs_S]])
    closed = np.flatnonzero(depth_S < 0)
    end = int(signs_S[closed[0]]) if len(closed) else len(text)
    commas = signs_S[(depth_S == 0) & (bytes_B[signs_S] == ord(",")) & (signs_S < end)]
    is_over = bool(len(closed)) or at_end
    cut = end if is_over else (int(commas[-1]) + 1 if len(commas) else 0)
    lines = np.frombuffer(text[:cut].replace(b"\n", b" ").replace(b"\r", b" "), dtype=np.uint8).copy()
    lines[commas] = ord("\n")
    return lines.tobytes(), cut, is_over


def _refuse_endless(source: Source, length: int, number: int) -> None:
    if length > LONGEST_ENTRY:
        raise source.error(
            f"{source.name} has an entry of over {length // MIB} MiB after number {number - 1:,}.",
            remedy="Choose a file with one rating an object.",
        )


def _parse(
    lines: _Lines, names: dict[str, str], types: dict[str, pa.DataType], shape: Shape, *, file: str
) -> RatingsBlock:
    """All at once where the entries are alike, else entry by entry."""
    try:
        table = arrow_json.read_json(
            pa.BufferReader(lines.text),
            read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(lines.text) + 1),
            parse_options=arrow_json.ParseOptions(
                explicit_schema=pa.schema(list(types.items())), unexpected_field_behavior="ignore"
            ),
        )
    except pa.ArrowInvalid:
        return _parse_singly(lines, names, shape, file=file)
    columns = {role: table[name].combine_chunks() for role, name in names.items()}
    numbers = range(lines.first, lines.first + len(table))
    return entries_of(columns, shape, file=file, numbers=numbers)


def _parse_singly(lines: _Lines, names: dict[str, str], shape: Shape, *, file: str) -> RatingsBlock:
    texts = lines.text.decode("utf-8", "replace").split("\n")
    numbered = [(number, text, _entry(text)) for number, text in enumerate(texts, lines.first) if text.strip()]
    found = [(number, entry) for number, _, entry in numbered if entry is not None]
    columns = {
        role: pa.array([None if entry.get(name) is None else _cell(entry[name]) for _, entry in found], pa.string())
        for role, name in names.items()
    }
    block = entries_of(columns, shape, file=file, numbers=[number for number, _ in found])
    return block.with_problems(
        Problem(number, text.strip()[:200], NO_OBJECT, file) for number, text, entry in numbered if entry is None
    )
