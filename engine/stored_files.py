"""Files in stored folders, each with a checksum that is compared when it is read: arrays, weights, documents.

A checksum is CRC-32, as fast as the disk: what it finds is chance, not malice. Files from before there were any are
read as they are. `Checksums` lie in a document of the folder; a document of its own carries its checksum as a seal.

Raises LibraryError where a file is missing, damaged or not what it should be.
"""

from __future__ import annotations

import json
import math
import os
import re
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from engine.documents import fits, parsed_json
from engine.errors import LibraryError
from engine.events import Job

Checksums = dict[str, dict[str, Any]]
"""By the name of a file: its size in bytes and its CRC-32 as hex."""

_SEAL = "crc32"
_AT_ONCE, _WRITTEN_AT_ONCE = 1 << 22, 1 << 24
_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(rb"\{'descr': '([<|][a-z][0-9]+)', 'fortran_order': False, 'shape': \(([0-9, ]{0,60})\), \}\s*")
"""What np.save writes for the arrays that we have. Its own reader evaluates headers, and fails in many ways."""


def damaged(path: Path, error: Exception | str) -> LibraryError:
    """The sentence for a stored file that cannot be read as what it should be."""
    return LibraryError(
        f"{path} is damaged ({error}).",
        remedy="Delete its entry and make it anew (import or train again), or restore the file from a backup.",
        path=str(path),
    )


def checksums_of(paths: Iterable[Path]) -> Checksums:
    """The checksums of files that were just written. OSError passes through."""
    found: Checksums = {}
    for path in paths:
        crc = 0
        with path.open("rb") as file:
            while block := file.read(_AT_ONCE):
                crc = zlib.crc32(block, crc)
        found[path.name] = checksum(path.stat().st_size, crc)
    return found


def checksum(size_bytes: int, crc: int) -> dict[str, Any]:
    return {"bytes": size_bytes, _SEAL: f"{crc:08x}"}


def checksums_in(document: Mapping[str, Any], path: Path) -> Checksums:
    """The checksums in a document, none where it is from before there were any."""
    found = document.get("files", {})
    if not fits(found, dict[str, dict[str, Any]]):
        raise damaged(path, "its checksums are none")
    return dict(found)


def checking(path: Path, known: Checksums) -> Job[None]:
    """Compare a file with its checksum, block by block, where there is one."""
    if path.name not in known:
        return
    expected = known[path.name]
    try:
        size_bytes = path.stat().st_size
        if size_bytes != expected.get("bytes"):
            raise damaged(path, f"it has {size_bytes:,} bytes, not {expected.get('bytes')}")
        crc = 0
        with path.open("rb") as file:
            while block := file.read(_AT_ONCE):
                crc = zlib.crc32(block, crc)
                yield None
    except OSError as error:
        raise damaged(path, error.strerror or error) from error
    if f"{crc:08x}" != expected.get(_SEAL):
        raise damaged(path, "its content is not what was written")


def check(path: Path, known: Checksums) -> None:
    """`checking`, at once."""
    for _ in checking(path, known):
        pass


def sealed(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document that carries its own checksum."""
    return {**document, _SEAL: _seal_of(json.loads(json.dumps(document)))}  # as it will be read: lists, texts as keys


def read_document(path: Path, known: Checksums | None = None) -> dict[str, Any]:
    """A JSON object, compared with its seal or with its checksum, where it has one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise damaged(path, error.strerror or error) from error
    if known and path.name in known and checksum(len(content), zlib.crc32(content)) != known[path.name]:
        raise damaged(path, "its content is not what was written")
    try:
        document = parsed_json(content)
    except ValueError as error:
        raise damaged(path, error) from error
    if not isinstance(document, dict):
        raise damaged(path, "it holds no JSON object")
    seal = document.pop(_SEAL, None)
    if seal is not None and seal != _seal_of(document):
        raise damaged(path, "its content is not what was written")
    return document


def write_array(file: BinaryIO, array: npt.NDArray[Any]) -> Job[dict[str, Any]]:
    """Write an array as np.save does, in portions that are flushed; returns its checksum. OSError passes through."""
    writer = _Summed(file)
    np.lib.format.write_array_header_1_0(writer, np.lib.format.header_data_from_array_1_0(array))
    rows_at_once = max(1, _WRITTEN_AT_ONCE // max(1, array.nbytes // max(1, len(array))))
    for start in range(0, len(array), rows_at_once):
        writer.write(np.ascontiguousarray(array[start : start + rows_at_once]).data.cast("B"))
        writer.flush()
        yield None
    writer.flush()
    return checksum(writer.size_bytes, writer.crc)


def save_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write a small array. OSError passes through."""
    with path.open("wb") as file:
        for _ in write_array(file, array):
            pass


def read_array(
    path: Path, kind: npt.DTypeLike, shape: tuple[int | None, ...], *, mapped: bool = False
) -> npt.NDArray[Any]:
    """An array of just this type and shape (None: any length), read or `mapped` into memory."""
    dtype = np.dtype(kind)
    try:
        with path.open("rb") as file:
            found, start = _shape_in(file, dtype)
            if found is None or len(found) != len(shape) or not _agree(found, shape):
                raise damaged(path, f"it is no array of {shape} values of {dtype}")
            values = math.prod(int(length) for length in found)
            if os.fstat(file.fileno()).st_size - start != values * dtype.itemsize:
                raise damaged(path, "it is cut short, or something was added")
            if mapped and values:
                return np.asarray(np.memmap(path, dtype=dtype, mode="r", offset=start, shape=found))
            return np.frombuffer(bytearray(file.read()), dtype=dtype).reshape(found)
    except OSError as error:
        raise damaged(path, error.strerror or error) from error


def _agree(found: tuple[int, ...], shape: tuple[int | None, ...]) -> bool:
    return all(expected in (None, length) for length, expected in zip(found, shape, strict=True))


def _shape_in(file: BinaryIO, dtype: np.dtype[Any]) -> tuple[tuple[int, ...] | None, int]:
    """The shape that the header of an array has, None for none of this type, and where its values begin."""
    start = file.read(len(_MAGIC) + 2)
    length = int.from_bytes(start[len(_MAGIC) :], "little")
    found = _HEADER.fullmatch(file.read(length)) if start.startswith(_MAGIC) else None
    if found is None or found.group(1).decode() != dtype.str:
        return None, 0
    return tuple(map(int, found.group(2).replace(b",", b" ").split())), len(start) + length


class _Summed:
    """A file that adds up the checksum of what is written into it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.crc = self.size_bytes = 0

    def write(self, content: bytes | memoryview) -> int:
        self.crc = zlib.crc32(content, self.crc)
        self.size_bytes += len(content)
        return self._file.write(content)

    def flush(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


def _seal_of(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"
