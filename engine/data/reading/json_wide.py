"""Objects of JSON that are the rows of a wide table: a part for each title, or for each person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import pyarrow as pa

from engine.data.formats import roles_of
from engine.data.reading.archives import Source
from engine.data.reading.json_document import Entry, cell
from engine.data.reading.roles import Given, Shape
from engine.data.reading.rows import RatingsBlock
from engine.data.reading.wide import wide_shape
from engine.data.reading.wide_rows import block_of_columns

_CELLS_AT_ONCE = 200_000


def recognise_wide_objects(source: Source, entries: Sequence[Entry], given: Given, *, kind: str) -> Shape | None:
    """What a wide table is, the ids of its rows in front of all; None where these entries are the rows of none."""
    if given.columns or given.across == "none" or len(entries) < 2:
        return None
    names = sorted(
        dict.fromkeys(name for entry in entries for name in entry), key=lambda name: _is_rating(name, entries)
    )
    rows = [[cell(entry.get(name)) for name in names] for entry in entries]
    shape = wide_shape(source, [names, *rows], replace(given, header=True))
    return None if shape is None else replace(shape, layout=replace(shape.layout, kind=kind), header_lines=0)


def _is_rating(name: str, entries: Iterable[Entry]) -> bool:
    """Whether a part can hold ratings: numbers or nothing, and not the ids of the rows."""
    if roles_of((name,)).keys() & {"user", "item"}:
        return False
    return all(isinstance(entry.get(name), int | float | None) for entry in entries)


def wide_blocks(entries: Iterator[tuple[int, Entry]], shape: Shape, *, file: str) -> Iterator[tuple[int, RatingsBlock]]:
    """The ratings of numbered entries, block by block, each with the number of its last entry."""
    label = shape.across.label if shape.across is not None else None
    header = shape.header or ()
    while some := list(islice(entries, 1 + _CELLS_AT_ONCE // shape.width)):
        numbers = [number for number, _ in some]
        labels = [str(number) if label is None else cell(entry.get(header[label])) for number, entry in some]
        yield numbers[-1], block_of_columns(_Columns(some, header).texts, labels, numbers, shape, file=file)


class _Columns:
    """Some entries as columns of texts."""

    def __init__(self, entries: Sequence[tuple[int, Entry]], header: Sequence[str]) -> None:
        self._entries, self._header = entries, header

    def texts(self, place: int) -> pa.Array:
        values = (entry.get(self._header[place]) for _, entry in self._entries)
        return pa.array([None if value is None else cell(value) for value in values], pa.string())
