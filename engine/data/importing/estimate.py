"""How large an import will be: rows, memory and disk, guessed from file sizes and a few sampled rows."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.data.importing.finding import find_ratings
from engine.data.reading.archives import MIB, ByteStream, Source, read_head, size_of
from engine.data.reading.roles import Given, Shape
from engine.data.reading.sniff import KINDS, read_pieces
from engine.device import available_memory_bytes

LARGE_BYTES = 32 * MIB
"""Smaller files are imported before anybody could have read an estimate."""
_SAMPLES, _SAMPLE_BYTES = 8, 64 * 1024
_LEAST_ROWS = 20_000
_BASE_MIB = 160
_BYTES_A_ROW, _BYTES_A_ROW_WITHOUT_TIMES = 40, 24
"""Memory at most, measured: a row as read and once more as it is grouped, and the ids."""
_KEPT_A_ROW, _KEPT_A_ROW_WITHOUT_TIMES = 16, 8


@dataclass(frozen=True)
class Estimate:
    """`bytes` are unpacked; `rows` are about right (a tenth or two off). Free figures are None where nobody knows."""

    bytes: int
    rows: int
    memory_mib: int
    disk_mib: int
    free_memory_mib: int | None
    free_disk_mib: int | None

    @property
    def has_room(self) -> bool:
        """False where the disk clearly has too little room for the data set."""
        return self.free_disk_mib is None or self.free_disk_mib >= 0.9 * self.disk_mib

    @property
    def has_memory(self) -> bool:
        """False where the machine looks short of memory: the import may be slow, or fail."""
        return self.free_memory_mib is None or self.free_memory_mib >= self.memory_mib


def estimate(paths: Sequence[Path], given: Given | None = None, *, at: Path | None = None) -> Estimate:
    """What importing these files will take, stored at the folder `at` (else: home). Raises DataError."""
    size, rows, has_times = 0, 0, False
    for source, shape in find_ratings(paths, given or Given()):
        unpacked = unpacked_size(source)
        size += unpacked
        rows += _rows_about(source, shape, unpacked)
        has_times = has_times or shape.times.kind is not None
    memory = _BYTES_A_ROW if has_times else _BYTES_A_ROW_WITHOUT_TIMES
    disk = _KEPT_A_ROW if has_times else _KEPT_A_ROW_WITHOUT_TIMES
    free_memory = available_memory_bytes()
    return Estimate(
        bytes=size,
        rows=rows,
        memory_mib=_BASE_MIB + rows * memory // MIB,
        disk_mib=1 + rows * disk // MIB,
        free_memory_mib=None if free_memory is None else free_memory // MIB,
        free_disk_mib=_free_disk_mib(at or Path.home()),
    )


def unpacked_size(source: Source) -> int:
    """How many bytes come out of a source: exactly for plain files and zips, as its start says for a gzip."""
    first = source.single[0]
    with ByteStream(first) as stream:
        if first.member is not None or not stream.is_packed:
            return size_of(source)
        unpacked, block = 0, b" "
        while block and unpacked < 4 * MIB:
            block = stream.read(MIB)
            unpacked += len(block)
        return unpacked if not block else round(unpacked * size_of(source) / max(1, stream.position))


def _rows_about(source: Source, shape: Shape, unpacked: int) -> int:
    """Rows of a text by its lines; of another kind by how many its first bytes hold."""
    if KINDS[shape.layout.kind].is_lines:
        samples = _samples_of(source, unpacked)
        lines = sum(sample.count(b"\n") or sample.count(b"\r") for sample in samples)
        return round(lines * unpacked / max(1, sum(len(sample) for sample in samples)))
    rows, position, size = 0, 0, size_of(source)
    for piece in read_pieces(source, shape):
        rows, position = rows + len(piece.block.ratings_N), piece.position
        if rows >= _LEAST_ROWS:
            break
    return round(rows * max(1.0, size / max(1, position)))


def _samples_of(source: Source, size: int) -> list[bytes]:
    """Some parts of a text from its start to its end; of a packed one, and of one in many files, some starts."""
    singles = source.single
    first = singles[0]
    if len(singles) == 1 and first.member is None and first.path.stat().st_size == size > 4 * _SAMPLES * _SAMPLE_BYTES:
        with first.path.open("rb") as file:
            return [_at(file, number * (size - _SAMPLE_BYTES) // (_SAMPLES - 1)) for number in range(_SAMPLES)]
    return [read_head(single) for single in singles[:: max(1, len(singles) // _SAMPLES)]]


def _at(file: BinaryIO, place: int) -> bytes:
    file.seek(place)
    return file.read(_SAMPLE_BYTES)


def _free_disk_mib(folder: Path) -> int | None:
    there = next((place for place in (folder, *folder.parents) if place.exists()), None)
    return shutil.disk_usage(there).free // MIB if there else None
