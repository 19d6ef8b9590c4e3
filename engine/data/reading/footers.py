"""How much comes out of a Parquet or Arrow table, as its own footer says, before any of it is unpacked.

Arrow's reader unpacks a whole batch at once, and nothing else says how large that is: its footer and the heads of its
batches are FlatBuffers (https://flatbuffers.dev/internals), of which the few fields with sizes are read here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as parquet

_BYTES_A_CELL = 8
"""What a cell takes in memory at least, however well a table packs it."""
_DICTIONARIES, _BATCHES = 2, 3
_HEADER = 2
_LENGTH, _BUFFERS, _COMPRESSION = 0, 2, 3
_BATCH_OF_DICTIONARY = 1
_KIND, _IS_DICTIONARY = 1, 2
_CONTINUED = b"\xff\xff\xff\xff"


def unpacked_parquet(metadata: parquet.FileMetaData) -> int:
    """The bytes that all columns of a Parquet table take in memory at least. Raises ValueError for sizes below 0.

    Groups of rows are asked, never their columns: pyarrow ends the process where the sizes of a column are damaged
    (`RowGroupMetaData.column` lets a C++ exception out).
    """
    unpacked = sum(_size(metadata.row_group(number).total_byte_size) for number in range(metadata.num_row_groups))
    rows, columns = _size(metadata.num_rows), _size(metadata.num_columns)
    return max(unpacked, rows * columns * _BYTES_A_CELL)


def unpacked_arrow(file: pa.NativeFile, columns: int) -> int:
    """The bytes that all batches of an Arrow table of so many columns take at least. Raises ValueError if damaged."""
    try:
        return sum(_unpacked_batch(file, *place, columns=columns) for place in _places_of_batches(file))
    except (struct.error, IndexError) as error:
        raise ValueError("its footer leads nowhere") from error


def _places_of_batches(file: pa.NativeFile) -> Iterator[tuple[int, int, int]]:
    """Where each batch and each dictionary lies: its place, and the lengths of its head and its body."""
    size = file.size()
    (length,) = struct.unpack_from("<i", _read(file, size - 10, 4))
    footer = _Table.root(_read(file, size - 10 - _size(length), length))
    for slot in (_DICTIONARIES, _BATCHES):
        for place in footer.structs(slot, width=24):
            offset, head, _, body = struct.unpack_from("<qiiq", footer.data, place)
            yield _size(offset), _size(head), _size(body)


def _unpacked_batch(file: pa.NativeFile, offset: int, head: int, body: int, *, columns: int) -> int:
    raw = _read(file, offset, head)
    message = _Table.root(raw[8:] if raw[:4] == _CONTINUED else raw[4:])
    batch = message.table(_HEADER)
    if batch is not None and message.byte(_KIND) == _IS_DICTIONARY:
        batch, columns = batch.table(_BATCH_OF_DICTIONARY), 1
    if batch is None:
        return 0
    in_memory = _size(batch.long(_LENGTH)) * columns * _BYTES_A_CELL
    if batch.table(_COMPRESSION) is None:
        return max(body, in_memory)
    unpacked = 0
    for place in batch.structs(_BUFFERS, width=16):
        start, length = struct.unpack_from("<qq", batch.data, place)
        if length > 0:
            (announced,) = struct.unpack_from("<q", _read(file, offset + head + _size(start), 8))
            unpacked += length if announced == -1 else _size(announced)
    return max(unpacked, in_memory)


@dataclass(frozen=True)
class _Table:
    """A table of a FlatBuffer: its fields are found by their slots."""

    data: bytes
    place: int

    @staticmethod
    def root(data: bytes) -> _Table:
        return _Table(data, *struct.unpack_from("<I", data))

    def _field(self, slot: int) -> int | None:
        """Where a field lies; None where the table leaves it out."""
        (back,) = struct.unpack_from("<i", self.data, self.place)
        fields = _size(self.place - back)
        (length,) = struct.unpack_from("<H", self.data, fields)
        if 4 + 2 * slot >= length:
            return None
        (offset,) = struct.unpack_from("<H", self.data, fields + 4 + 2 * slot)
        return self.place + offset if offset else None

    def _target(self, slot: int) -> int | None:
        field = self._field(slot)
        return None if field is None else field + struct.unpack_from("<I", self.data, field)[0]

    def table(self, slot: int) -> _Table | None:
        target = self._target(slot)
        return None if target is None else _Table(self.data, target)

    def byte(self, slot: int) -> int:
        field = self._field(slot)
        return 0 if field is None else self.data[field]

    def long(self, slot: int) -> int:
        field = self._field(slot)
        return 0 if field is None else int(struct.unpack_from("<q", self.data, field)[0])

    def structs(self, slot: int, *, width: int) -> Iterator[int]:
        """Where each struct of a vector lies."""
        target = self._target(slot)
        if target is not None:
            (count,) = struct.unpack_from("<I", self.data, target)
            if count * width > len(self.data):
                raise ValueError("its footer counts more than it holds")
            yield from range(target + 4, target + 4 + count * width, width)


def _read(file: pa.NativeFile, place: int, length: int) -> bytes:
    if not 0 <= place <= place + length <= file.size():
        raise ValueError("its footer leads outside of it")
    data: bytes = file.read_at(length, place)
    return data


def _size(number: int) -> int:
    """The number, which must be a size."""
    if number < 0:
        raise ValueError("it has sizes below 0")
    return number
