"""Tables of Parquet, Feather and Arrow, read batch by batch; packed ones are unpacked into memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pyarrow.parquet as parquet

from engine.data.reading.archives import MIB, ByteStream, Source
from engine.data.reading.roles import Given, Shape, shape_of_table
from engine.data.reading.rows import Piece, entries_of
from engine.data.reading.values import is_date, texts_in

KIND = "arrow"
ROWS_AT_ONCE = 1 << 17
_LOOKED_AT = 200
MOST_UNPACKED = 2048 * MIB
_KINDS = {b"PAR1": "Parquet table", b"ARROW1": "Arrow table", b"FEA1": "Feather table"}


def recognise_arrow(source: Source, head: bytes, given: Given) -> Shape | None:
    """What such a table is, or None where the file is none. Raises DataError where it is damaged or empty."""
    name = next((name for magic, name in _KINDS.items() if head.startswith(magic)), None)
    if name is None:
        return None
    with _opened(source) as file:
        for _, batch in _batches(source, file, None, rows=_LOOKED_AT):
            rows = list(zip(*(_cells(column) for column in batch.columns), strict=True))
            types = enumerate(batch.schema.types)
            dated = frozenset(place for place, kind in types if is_date(kind))
            return shape_of_table(source, tuple(batch.schema.names), rows, given, kind=KIND, name=name, dated=dated)
    raise source.error(f"{source.name} has no rows.", remedy="Choose a file that holds ratings.")


def read_arrow(source: Source, shape: Shape) -> Iterator[Piece]:
    """The entries of such a table. Raises DataError where the file fails."""
    header = shape.header or ()
    places = {role: header[place] for role, place in shape.roles.items() if role in ("user", "item", "rating", "time")}
    rows = 0
    with _opened(source) as file:
        for done, batch in _batches(source, file, list(dict.fromkeys(places.values())), rows=ROWS_AT_ONCE):
            columns = {role: batch.column(batch.schema.names.index(name)) for role, name in places.items()}
            numbers = range(rows + 1, rows + 1 + batch.num_rows)
            rows += batch.num_rows
            block = entries_of(columns, shape, file=source.name, numbers=numbers)
            yield Piece(block, int(done * file.size_on_disk), rows)


def read_arrow_rows(source: Source, shape: Shape) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row, as texts."""
    row = 0
    with _opened(source) as file:
        for _, batch in _batches(source, file, list(shape.header or ()), rows=ROWS_AT_ONCE):
            for cells in zip(*(_cells(column) for column in batch.columns), strict=True):
                row += 1
                yield row, list(cells)


def _cells(column: pa.Array) -> list[str]:
    return [text or "" for text in texts_in(column).to_pylist()]


class _File:
    """A file that can be read at any place; `size_on_disk` is what progress counts."""

    def __init__(self, readable: pa.NativeFile, size: int) -> None:
        self.readable = readable
        self.size_on_disk = size


@contextmanager
def _opened(source: Source) -> Iterator[_File]:
    with ByteStream(source) as stream:
        if not stream.is_packed:
            with pa.OSFile(str(source.path), "rb") as file:
                yield _File(file, stream.size)
            return
        unpacked = io.BytesIO()
        while block := stream.read(8 * MIB):
            unpacked.write(block)
            if unpacked.tell() > MOST_UNPACKED:
                raise source.error(
                    f"{source.name} unpacks to over {MOST_UNPACKED // MIB:,} MiB, too much to be read packed.",
                    remedy="Unpack it and open the table itself.",
                )
        yield _File(pa.BufferReader(unpacked.getbuffer()), stream.size)


def _batches(
    source: Source, file: _File, wanted: list[str] | None, *, rows: int
) -> Iterator[tuple[float, pa.RecordBatch]]:
    """Batches of the wanted columns (all where None), each with the part of the file that is read then, 0 to 1."""
    try:
        magic = file.readable.read(6)
        file.readable.seek(0)
        if magic.startswith(b"PAR1"):
            batches = _of_parquet(parquet.ParquetFile(file.readable), wanted, rows)
        elif magic.startswith(b"FEA1"):
            whole = feather.read_table(file.readable, columns=wanted)
            batches = ((1.0, batch) for batch in whole.to_batches(max_chunksize=rows))
        else:
            batches = _of_ipc(ipc.open_file(file.readable), wanted, rows)
        for done, batch in batches:
            batch.validate(full=True)  # places in a damaged file may lead outside of it
            yield done, batch.rename_columns(batch.schema.names)  # names may be no texts there
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise source.error(
            f"{source.path.parent / source.name} is cut short or damaged ({str(error)[:200]}).",
            remedy="Download or copy it again.",
        ) from error


def _of_parquet(
    table: parquet.ParquetFile, wanted: list[str] | None, rows: int
) -> Iterator[tuple[float, pa.RecordBatch]]:
    done = 0
    for batch in table.iter_batches(batch_size=rows, columns=wanted):
        done += batch.num_rows
        yield done / max(1, table.metadata.num_rows), batch


def _of_ipc(
    reader: ipc.RecordBatchFileReader, wanted: list[str] | None, rows: int
) -> Iterator[tuple[float, pa.RecordBatch]]:
    for number in range(reader.num_record_batches):
        batch = reader.get_batch(number)
        batch = batch.select(wanted) if wanted is not None else batch
        for start in range(0, batch.num_rows, rows):
            yield (number + 1) / reader.num_record_batches, batch.slice(start, rows)
