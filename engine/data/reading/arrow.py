"""Tables of Parquet and Arrow (Feather), read batch by batch; packed ones are unpacked into memory.

Columns of any type become plain ones: numbers, dates in seconds, texts, dictionaries of texts; the parts of an object
become columns of their own ("movie.id"). The first form of Feather is refused: its reader trusts a damaged file.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc as ipc
import pyarrow.parquet as parquet

from engine.data.formats import roles_of
from engine.data.reading.archives import MIB, ByteStream, Source, refuse_bomb
from engine.data.reading.footers import unpacked_arrow, unpacked_parquet
from engine.data.reading.roles import Across, Given, Shape, shape_of_table
from engine.data.reading.rows import Piece, RatingsBlock, entries_of
from engine.data.reading.times import is_date
from engine.data.reading.values import as_text, texts_in
from engine.data.reading.wide import wide_shape
from engine.data.reading.wide_rows import block_of_columns
from engine.wording import said

KIND = "arrow"
ROWS_AT_ONCE = 1 << 17
MOST_UNPACKED = 2048 * MIB
_LOOKED_AT = 200
_PARQUET, _ARROW, _OLD_FEATHER = b"PAR1", b"ARROW1", b"FEA1"
_NAMES = {_PARQUET: "Parquet table", _ARROW: "Arrow table"}
_DEEPEST = 4
_LONGEST_TEXT = 2000
"""In characters: more of a cell is never shown, and no id or title is as long."""
_MOST_PARTS = 100
_LAST_SECOND = 253_402_300_799
"""Of the year 9999."""


def is_columnar(head: bytes) -> bool:
    """Whether a file that begins so is a Parquet, Arrow or Feather table."""
    return head.startswith((_PARQUET, _ARROW, _OLD_FEATHER))


def recognise_arrow(source: Source, head: bytes, given: Given) -> Shape | None:
    """What such a table is, or None where the file is none. Raises DataError where it is damaged or empty."""
    if head.startswith(_OLD_FEATHER):
        raise source.error(
            said("{name} is a Feather file of version 1, which is not read any more.", name=source.name),
            remedy=said("Save it as Parquet, CSV or Feather of version 2 and open that."),
        )
    name = next((name for magic, name in _NAMES.items() if head.startswith(magic)), None)
    if name is None:
        return None
    with _opened(source) as file:
        for _, batch in _batches(source, file, None, rows=_LOOKED_AT):
            rows = list(zip(*(_cells(column) for column in batch.columns), strict=True))
            dated = frozenset(place for place, column in enumerate(batch.columns) if is_date(column.type))
            wide = _recognise_wide(source, batch, rows, given)
            return wide or shape_of_table(source, batch.names, rows, given, kind=KIND, name=name, dated=dated)
    raise source.error(said("{name} has no rows.", name=source.name), remedy=said("Choose a file that holds ratings."))


def _recognise_wide(source: Source, batch: _Batch, rows: Sequence[tuple[str, ...]], given: Given) -> Shape | None:
    """What a wide table is, the ids of its rows in front of all (pandas writes its index last); None for any other."""
    if given.columns or given.across == "none":
        return None
    order = sorted(range(len(batch.names)), key=lambda place: _is_rating(batch.names[place], batch.columns[place].type))
    names = [batch.names[place] for place in order]
    cells = [names, *([row[place] for place in order] for row in rows)]
    shape = wide_shape(source, cells, replace(given, header=True))
    return None if shape is None else replace(shape, layout=replace(shape.layout, kind=KIND), header_lines=0)


def _is_rating(name: str, kind: pa.DataType) -> bool:
    """Whether a column of a wide table can hold ratings: numbers, and not the ids of the rows."""
    is_index = name.startswith("__index_level_") or bool(roles_of((name,)).keys() & {"user", "item"})
    return not is_index and bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


def read_arrow(source: Source, shape: Shape) -> Iterator[Piece]:
    """The entries of such a table. Raises DataError where the file fails."""
    places = shape.read_places
    rows, wanted = 0, _wanted(shape, places.values())
    if shape.across is not None:
        wanted = list(shape.header or ())
    with _opened(source) as file:
        for done, batch in _batches(source, file, wanted, rows=ROWS_AT_ONCE // (1 + shape.width // 16)):
            if shape.across is not None:
                block = _wide_block(batch, shape, shape.across, file=source.name, before=rows)
                rows += batch.rows
                yield Piece(block, int(done * file.size_on_disk), rows)
                continue
            columns = {role: batch.column(shape.header or (), place) for role, place in places.items()}
            numbers = range(rows + 1, rows + 1 + batch.rows)
            rows += batch.rows
            block = entries_of(columns, shape, file=source.name, numbers=numbers)
            yield Piece(block, int(done * file.size_on_disk), rows)


def _wide_block(batch: _Batch, shape: Shape, across: Across, *, file: str, before: int) -> RatingsBlock:
    """The entries of some rows of a wide table."""
    header, numbers = shape.header or (), range(before + 1, before + 1 + batch.rows)
    labels = [str(number) for number in numbers]
    if across.label is not None:
        labels = _cells(batch.column(header, across.label))
    return block_of_columns(lambda place: texts_in(batch.column(header, place)), labels, numbers, shape, file=file)


def read_arrow_rows(source: Source, shape: Shape) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row, as texts."""
    row = 0
    with _opened(source) as file:
        for _, batch in _batches(source, file, list(shape.header or ()), rows=ROWS_AT_ONCE):
            for cells in zip(*(_cells(column) for column in batch.columns), strict=True):
                row += 1
                yield row, list(cells)


def _wanted(shape: Shape, places: Iterable[int]) -> list[str]:
    return list(dict.fromkeys((shape.header or ())[place] for place in places))


def _cells(column: pa.Array) -> list[str]:
    return [text or "" for text in texts_in(column).to_pylist()]


@dataclass(frozen=True)
class _Batch:
    """Some rows in plain columns; two columns may have one name."""

    names: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    rows: int

    def column(self, header: Sequence[str], place: int) -> pa.Array:
        """The column that stands at a place of the whole header, of which this batch may hold only some."""
        alike = [column for name, column in zip(self.names, self.columns, strict=True) if name == header[place]]
        return alike[header[:place].count(header[place])]


@dataclass(frozen=True)
class _File:
    """A file that can be read at any place; `size_on_disk` is what progress counts, `packed` what it takes there."""

    readable: pa.NativeFile
    size_on_disk: int
    packed: int


@contextmanager
def _opened(source: Source) -> Iterator[_File]:
    with ByteStream(source) as stream:
        if not stream.is_packed:
            with pa.OSFile(str(source.path), "rb") as file:
                yield _File(file, stream.size, stream.packed)
            return
        unpacked = io.BytesIO()
        while block := stream.read(8 * MIB):
            unpacked.write(block)
            if unpacked.tell() > MOST_UNPACKED:
                raise source.error(
                    said(
                        "{name} unpacks to over {size:,} MiB, too much to be read packed.",
                        name=source.name,
                        size=MOST_UNPACKED // MIB,
                    ),
                    remedy=said("Unpack it and open the table itself."),
                )
        yield _File(pa.BufferReader(unpacked.getbuffer()), stream.size, stream.packed)


def _batches(source: Source, file: _File, wanted: list[str] | None, *, rows: int) -> Iterator[tuple[float, _Batch]]:
    """Batches of the wanted columns (all where None), each with the part of the file that is read then, 0 to 1."""
    where = source.path.parent / source.name
    try:
        is_parquet = file.readable.read_at(4, 0) == _PARQUET
        for done, batch in (_of_parquet if is_parquet else _of_arrow)(source, file, wanted, rows):
            batch.validate(full=True)  # places in a damaged file may lead outside of it
            yield done, _plain_batch(source, file, batch)
    except UnicodeDecodeError as error:
        raise source.error(
            said("{where} has a column whose name is no text.", where=where),
            remedy=said("Give its columns plain names and save it again."),
        ) from error
    except MemoryError as error:
        raise source.error(
            said("{where} asks for more memory than there is; it may be damaged.", where=where),
            remedy=said("Close other programs, or download or copy it again."),
        ) from error
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise source.error(
            said("{where} is cut short or damaged ({error}).", where=where, error=str(error)[:200]),
            remedy=said("Download or copy it again."),
        ) from error


def _of_parquet(
    source: Source, file: _File, wanted: list[str] | None, rows: int
) -> Iterator[tuple[float, pa.RecordBatch]]:
    metadata = parquet.read_metadata(file.readable)
    refuse_bomb(source, unpacked_parquet(metadata), file.packed)
    columns = [metadata.schema.column(place) for place in range(metadata.num_columns)]
    texts = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
    # as dictionaries, so that a long text that comes often is in memory once
    table = parquet.ParquetFile(file.readable, metadata=metadata, read_dictionary=texts, buffer_size=MIB)
    done = 0
    for batch in table.iter_batches(batch_size=rows, columns=wanted):
        done += batch.num_rows
        yield done / max(1, metadata.num_rows), batch


def _of_arrow(
    source: Source, file: _File, wanted: list[str] | None, rows: int
) -> Iterator[tuple[float, pa.RecordBatch]]:
    schema = ipc.open_file(file.readable).schema
    refuse_bomb(source, unpacked_arrow(file.readable, len(schema)), file.packed)
    outer = None if wanted is None else {name.split(".")[0] for name in wanted} | set(wanted)
    fields = [place for place, name in enumerate(schema.names) if outer is None or name in outer]
    reader = ipc.open_file(file.readable, options=ipc.IpcReadOptions(included_fields=fields))
    for number in range(reader.num_record_batches):
        batch = reader.get_batch(number)
        for start in range(0, batch.num_rows, rows):
            yield (number + 1) / reader.num_record_batches, batch.slice(start, rows)


def _plain_batch(source: Source, file: _File, batch: pa.RecordBatch) -> _Batch:
    names, columns = [], []
    for place in range(batch.num_columns):
        for name, column in _parts(batch.schema.field(place).name, batch.column(place), _DEEPEST):
            refuse_bomb(source, _viewed_bytes(column), file.packed)
            names.append(name)
            columns.append(_plain(column))
    return _Batch(tuple(names), tuple(columns), batch.num_rows)


def _parts(name: str, column: pa.Array, depth: int) -> Iterator[tuple[str, pa.Array]]:
    """A column by itself; of a column of objects one for each of their parts."""
    if not pa.types.is_struct(column.type) or not depth:
        yield name, column
        return
    for place, part in enumerate(column.flatten()):
        yield from _parts(f"{name}.{column.type.field(place).name}", part, depth - 1)


def _viewed_bytes(column: pa.Array) -> int:
    """How long the texts of a column of views are together, which may all show the same bytes."""
    if not (pa.types.is_string_view(column.type) or pa.types.is_binary_view(column.type)):
        return 0
    views = np.frombuffer(column.buffers()[1], np.int32).reshape(-1, 4)[column.offset : column.offset + len(column)]
    return int(views[:, 0].astype(np.int64).sum())


def _plain(column: pa.Array) -> pa.Array:
    """The column as numbers, true and false, dates in seconds, texts, or a dictionary of texts."""
    kind, types = column.type, pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(column.storage)
    if types.is_run_end_encoded(kind):
        return _plain(pc.run_end_decode(column))
    if types.is_dictionary(kind):
        values = _plain(column.dictionary)
        is_text = types.is_string(values.type)
        indices = column.indices.cast(pa.int32())
        return pa.DictionaryArray.from_arrays(indices, values) if is_text else values.take(indices)
    if types.is_null(kind) or types.is_boolean(kind) or types.is_integer(kind):
        return column
    if types.is_floating(kind):
        return column.cast(pa.float32()) if types.is_float16(kind) else column
    if types.is_decimal(kind):
        return column.cast(pa.string() if kind.scale == 0 else pa.float64())
    if is_date(kind):
        return _seconds(column)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return _cut_texts(column)
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind):
        return _texts_of_bytes(column)
    if types.is_fixed_size_binary(kind):
        return _texts_of_bytes(column.cast(pa.binary()))
    return pa.array([_text_of(value) for value in _short_lists(column)], pa.string())


def _seconds(column: pa.Array) -> pa.Array:
    """Dates in seconds; what lies outside of the years 1 to 9999 is unknown."""
    whole = column.cast(pa.timestamp("s", getattr(column.type, "tz", None)), safe=False).cast(pa.int64())
    is_known = pc.less_equal(pc.abs_checked(whole), _LAST_SECOND)
    return pc.if_else(is_known, whole, None).cast(pa.timestamp("s"))


def _cut_texts(column: pa.Array) -> pa.Array:
    if pa.types.is_string_view(column.type):
        column = column.cast(pa.large_string())
    if (pc.max(pc.binary_length(column)).as_py() or 0) > _LONGEST_TEXT:
        column = pc.utf8_slice_codeunits(column, 0, _LONGEST_TEXT)
    return column.cast(pa.string())


def _texts_of_bytes(column: pa.Array) -> pa.Array:
    """Bytes that are no text keep what of them is one."""
    if pa.types.is_binary_view(column.type):
        column = column.cast(pa.large_binary())
    column = pc.binary_slice(column, 0, _LONGEST_TEXT)
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        texts = (None if value is None else value.decode("utf-8", "replace") for value in column.to_pylist())
        return pa.array(texts, pa.string())


def _short_lists(column: pa.Array) -> pa.Array:
    """A column of lists with their first parts; views may show the same parts again and again, so none are shown."""
    kind, types = column.type, pa.types
    if "view" in str(kind):
        return pa.nulls(len(column))
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return pc.list_slice(column, 0, _MOST_PARTS)
    return column


def _text_of(value: pa.Scalar) -> str | None:
    try:
        text = as_text(value.as_py())
    except (pa.ArrowException, ValueError, OverflowError):  # a date, say, that Python has no word for
        return None
    return text[:_LONGEST_TEXT] if text else None
