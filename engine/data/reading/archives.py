"""Where bytes come from: a plain file, a gzip, or a zip's member, read in place; failures name the file."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import IO, Self

from engine.errors import DataError, readable
from engine.wording import said

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
MIB = 1 << 20
BOMB_RATIO = 150
"""Ratings files shrink by 3 to 10 times; a bomb by up to 1,032."""
BOMB_FREE = 64 * MIB
"""So much may come out of any archive before its ratio is looked at."""
MOST_FILES = 20_000
_IS_LOCKED = 1
_FEW = 3
"""So many NUL bytes a text may hold by mistake; the lines that hold them are reported."""

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG", said("a PNG picture")),
    (0, b"\xff\xd8\xff", said("a JPEG picture")),
    (0, b"GIF8", said("a GIF picture")),
    (0, b"%PDF", said("a PDF document")),
    (0, b"SQLite format 3", said("an SQLite database")),
    (0, b"\xd0\xcf\x11\xe0", said("an old Excel or Word document")),
    (0, b"PAR1", said("a Parquet table")),
    (0, b"ARROW1", said("an Arrow or Feather table")),
    (0, b"\x89HDF", said("an HDF5 file")),
    (0, b"\x93NUMPY", said("a NumPy array")),
    (0, ZIP, said("a zip archive")),
    (0, b"PK\x05\x06", said("an empty zip archive")),
    (0, GZIP, said("a gzip archive")),
    (0, b"7z\xbc\xaf\x27\x1c", said("a 7-Zip archive")),
    (0, b"Rar!", said("a RAR archive")),
    (0, b"\xfd7zXZ", said("an xz archive")),
    (0, b"BZh", said("a bzip2 archive")),
    (0, b"\x28\xb5\x2f\xfd", said("a zstd archive")),
    (257, b"ustar", said("a tar archive")),
    (0, b"\x7fELF", said("a program")),
    (0, b"MZ\x90", said("a Windows program")),
    (4, b"ftyp", said("a video")),
    (0, b"RIFF", said("a sound or video file")),
    (0, b"\x80\x04\x95", said("a Python pickle")),
    (0, b"\x80\x02", said("a Python pickle")),
)

_MARKS = {
    b"\xff\xfe\0\0": "utf-32-le",
    b"\0\0\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
_PATTERNS = {(0, 2): "utf-16-le", (1, 3): "utf-16-be", (0,): "utf-32-le", (3,): "utf-32-be"}
"""By which of four bytes are none of them NUL in a text of plain letters."""

_PARTS_OF_ZIPS = (
    ("xl/", said("an Excel workbook")),
    ("word/", said("a Word document")),
    ("ppt/", said("a PowerPoint presentation")),
    ("META-INF/", said("a Java archive")),
)


def shown_name(name: str) -> str:
    """The name of a file on one line, without what is no text in it."""
    return "".join(sign if sign.isprintable() else " " for sign in readable(name))


@dataclass(frozen=True)
class Source:
    """A file, or a member of a zip; with `parts` many of one kind at `path`, read one after another."""

    path: Path
    member: str | None = None
    parts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How people call it: "ratings.csv", "ml-1m.zip: ml-1m/ratings.dat", or "films: 12 files"; on one line."""
        if self.parts:
            return said("{name}: {count:,} files", name=shown_name(self.path.resolve().name), count=len(self.parts))
        return shown_name(f"{self.path.name}: {self.member}" if self.member else self.path.name)

    @property
    def base_name(self) -> str:
        """The last part of its name without `.gz`, in small letters: what layouts call it."""
        name = self.parts[0] if self.parts else self.member or self.path.name
        return PurePosixPath(name).name.lower().removesuffix(".gz")

    def error(self, what: str, *, remedy: str, **facts: object) -> DataError:
        """The error that says this of it."""
        return DataError(what, remedy=remedy, path=str(self.path), **facts)

    @property
    def single(self) -> tuple[Source, ...]:
        if not self.parts:
            return (self,)
        if self.path.is_dir():
            return tuple(Source(self.path / part) for part in self.parts)
        return tuple(Source(self.path, part) for part in self.parts)


class ByteStream:
    """Unpacked bytes of a Source without parts; `position` of `size` counts packed bytes for a gzip.

    `packed` is how many bytes it takes on the disk.
    """

    def __init__(self, source: Source, *, archive: zipfile.ZipFile | None = None) -> None:
        self.source = source
        self._archive = archive
        self.size = 0
        self._read = 0
        self._opened: list[IO[bytes] | zipfile.ZipFile] = []
        with _explaining(source):
            try:
                self._open()
            except BaseException:
                self.close()
                raise

    def _open(self) -> None:
        raw = open(self.source.path, "rb")  # noqa: SIM115  (closed by close())
        self._opened.append(raw)
        self._raw, self._stream = raw, raw
        self._size_on_disk = self.size = self.packed = self._raw.seek(0, 2)
        self._raw.seek(0)
        self.is_packed = True  # more bytes may come out than there are on the disk
        if self.source.member is not None:
            archive = self._archive
            if archive is None:
                archive = zipfile.ZipFile(raw)
                self._opened.append(archive)
            member = archive.getinfo(self.source.member)
            if member.flag_bits & _IS_LOCKED:
                raise self.source.error(
                    said("{name} is locked with a password.", name=self.source.name),
                    remedy=said("Unpack it with its password and open the ratings file."),
                )
            refuse_bomb(self.source, member.file_size, member.compress_size)
            self._stream = archive.open(member)  # type: ignore[assignment]
            self._opened.append(self._stream)
            self.size, self.packed = member.file_size, member.compress_size
        elif raw.read(2) == GZIP:
            raw.seek(0)
            self._stream = gzip.GzipFile(fileobj=raw)  # type: ignore[assignment]
            self._opened.append(self._stream)
        else:
            raw.seek(0)
            self.is_packed = False

    def read(self, most: int) -> bytes:
        """Up to `most` bytes; empty at the end. Raises DataError where the file fails, vanishes or swells."""
        with _explaining(self.source):
            block = self._stream.read(most)
            self._read += len(block)
            if self.is_packed:
                refuse_bomb(self.source, self._read, self.packed)
            self._refuse_if_changed()
        return block

    def _refuse_if_changed(self) -> None:
        path = self.source.path
        if not path.exists():
            raise self.source.error(
                said("{path} vanished while it was read.", path=path), remedy=said("Bring it back and open it again.")
            )
        size = path.stat().st_size
        if size != self._size_on_disk:
            what = said(
                "{path} changed while it was read: from {before:,} to {now:,} bytes.",
                path=path,
                before=self._size_on_disk,
                now=size,
            )
            raise self.source.error(what, remedy=said("Wait until it is complete, then open it again."))

    @property
    def position(self) -> int:
        """How many of `size` bytes have been read."""
        return self._read if self.source.member or not self.is_packed else self._raw.tell()

    def close(self) -> None:
        for opened in reversed(self._opened):
            opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_head(source: Source, *, archive: zipfile.ZipFile | None = None) -> bytes:
    """Its first 256 KiB; of a member of an `archive` that is open without reading the archive's list of files again."""
    with ByteStream(source.single[0], archive=archive) as stream:
        return stream.read(256 * 1024)


def size_of(source: Source) -> int:
    """The size that `ByteStream.size` will have, for progress."""
    if not source.parts:
        with ByteStream(source) as stream:
            return stream.size
    with _explaining(source):
        if source.path.is_dir():
            return sum((source.path / part).stat().st_size for part in source.parts)
        with zipfile.ZipFile(source.path) as archive:
            return sum(archive.getinfo(part).file_size for part in source.parts)


@contextmanager
def opened_archive(source: Source) -> Iterator[zipfile.ZipFile | None]:
    """The zip that a source or its parts lie in, opened once for all of them; None where there is none to open."""
    if not (source.parts or source.member) or source.path.is_dir():
        yield None
        return
    with _explaining(source):
        archive = zipfile.ZipFile(source.path)
        parts = [archive.getinfo(part).file_size for part in source.parts]
        refuse_bomb(source, sum(parts), source.path.stat().st_size)
    with archive:
        yield archive


def sources_in(path: Path) -> list[Source]:
    """The sources at a path: a file itself, the files of a zip, or those right in a folder. Raises DataError."""
    with _explaining(Source(path)):
        if path.is_dir():
            files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
            return [Source(file) for file in files[:MOST_FILES]]
        if not path.is_file():
            path.stat()
            raise DataError(
                said("{path} is not a regular file.", path=path), remedy=said("Choose a ratings file."), path=str(path)
            )
        return _members(path) if is_zip(path) else [Source(path)]


def is_zip(path: Path) -> bool:
    """Whether a file is a zip by its first bytes. Raises OSError."""
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        return file.read(4) == ZIP


def _members(path: Path) -> list[Source]:
    with zipfile.ZipFile(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
    names = [info.filename for info in infos]
    disguise = next((kind for start, kind in _PARTS_OF_ZIPS if any(name.startswith(start) for name in names)), None)
    if disguise:
        raise DataError(
            said("{path} is {disguise}, not a ratings file.", path=path, disguise=disguise),
            remedy=said("Save it as CSV and open that."),
            path=str(path),
        )
    for info in infos:
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if ".." in parts or info.filename.startswith(("/", "\\")) or info.filename[1:2] == ":":
            raise DataError(
                said(
                    "{path} holds a file called {filename!r}, which points outside of the archive.",
                    path=path,
                    filename=info.filename,
                ),
                remedy=said("Do not trust this archive; get the data from its source again."),
                path=str(path),
            )
    kept = [name for name in names if not name.startswith("__MACOSX") and not PurePosixPath(name).name.startswith(".")]
    return [Source(path, name) for name in kept[:MOST_FILES]]


def looks_like(head: bytes) -> str | None:
    """What the first bytes of a file say that it is, or None where it may be text. UTF-16 text is not binary."""
    for place, signature, name in _SIGNATURES:
        if head[place : place + len(signature)] == signature:
            return name
    start = head[:256].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return said("a web page")
    if start.startswith(b"<?xml"):
        return said("an XML file")
    if start.startswith((b"{", b"[{", b"[[")):
        return said("a JSON file")
    return said("a binary file") if _is_binary(head) else None


def wide_encoding(head: bytes) -> str | None:
    """UTF-16 or UTF-32 with its order of bytes, where a mark or the pattern of NUL bytes says so, else None."""
    marked = next((encoding for mark, encoding in _MARKS.items() if head.startswith(mark)), None)
    if marked:
        return marked
    start = head[: min(4096, len(head) // 4 * 4)]
    nuls = tuple(start[place::4].count(0) > 0.8 * len(start) / 4 for place in range(4))
    has_text = [place for place, are_nul in enumerate(nuls) if not are_nul]
    if len(start) < 8 or any(0 in start[place::4] for place in has_text):
        return None
    return _PATTERNS.get(tuple(has_text))


def _is_binary(head: bytes) -> bool:
    if wide_encoding(head):
        return False
    controls = sum(head.count(bytes([sign])) for sign in (*range(1, 9), *range(14, 27)))
    return head.count(b"\0") > max(_FEW, len(head) // 1000) or controls > 0.02 * len(head)


def refuse_bomb(source: Source, unpacked: int, packed: int) -> None:
    """Raises DataError where so many bytes come out of so few as no ratings file has."""
    if unpacked > BOMB_FREE and unpacked > BOMB_RATIO * max(1, packed):
        raise source.error(
            said(
                "{name} would unpack to over {unpacked:,} MiB, more than {times} times its size; no "
                "ratings file does that.",
                name=source.name,
                unpacked=unpacked // MIB,
                times=BOMB_RATIO,
            ),
            remedy=said("Do not trust this archive; get the data from its source again."),
        )


_DAMAGE: tuple[type[Exception], ...] = (
    EOFError, zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, KeyError, LZMAError, UnicodeDecodeError,
)  # fmt: skip
_EXPLAINED: tuple[type[Exception], ...] = (*_DAMAGE, RuntimeError, OSError)


def _failure(kind: type[BaseException], where: Path, error: BaseException) -> tuple[str, str]:
    """What the disk or an unpacker raised, as it is said of a file, and the remedy."""
    if issubclass(kind, FileNotFoundError):
        return said("{file} is not there.", file=where), said("Check the place and open it again.")
    if issubclass(kind, PermissionError):
        remedy = said("Change its permissions, or copy it and open the copy.")
        return said("{file} may not be read by you.", file=where), remedy
    if issubclass(kind, _DAMAGE):
        damage = said("{file} is cut short or damaged ({error}).", file=where, error=error)
        return damage, said("Download or copy it again.")
    if issubclass(kind, RuntimeError):
        what = said("{file} cannot be unpacked here ({error}).", file=where, error=error)
        return what, said("Unpack it and open the ratings file.")
    reason = getattr(error, "strerror", None) or error
    return said("{file} cannot be read: {reason}.", file=where, reason=reason), said("Check the disk or connection.")


@contextmanager
def _explaining(source: Source) -> Iterator[None]:
    """Turns what the disk and the unpackers raise into a sentence about this source."""
    try:
        yield
    except _EXPLAINED as error:
        of_system = not isinstance(error, OSError) or error.errno is not None  # an unpacker's has no number
        kind = type(error) if of_system else EOFError
        what, remedy = _failure(kind, source.path.parent / source.name, error)
        raise source.error(what, remedy=remedy) from error
