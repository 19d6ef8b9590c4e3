"""Where bytes come from: a plain file, a gzip, or a member of a zip, read in place and never extracted to disk.

Stands before sniffing and reading. Whatever the disk does meanwhile (no permission, gone, cut short, an archive that
swells without end) becomes one DataError that names the file.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Self

from engine.data.reading.signatures import GZIP, ZIP, zip_looks_like
from engine.errors import DataError

MIB = 1 << 20
BOMB_RATIO = 150
"""Ratings files shrink by 3 to 10 times; a bomb by up to 1,032."""
BOMB_FREE = 64 * MIB
"""So much may come out of any archive before its ratio is looked at."""
MOST_FILES = 20_000


@dataclass(frozen=True)
class Source:
    """One stream of bytes: a file, or one member of a zip file.

    With `parts` it is many of one kind, read one after another: files of the folder, or members of the zip, at `path`.
    """

    path: Path
    member: str | None = None
    parts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How people call it: "ratings.csv", "ml-1m.zip: ml-1m/ratings.dat", or "films: 12 files"."""
        if self.parts:
            return f"{self.path.resolve().name}: {len(self.parts):,} files"
        return f"{self.path.name}: {self.member}" if self.member else self.path.name

    @property
    def base_name(self) -> str:
        """The last part of its name without `.gz`, in small letters: what layouts call it."""
        name = self.parts[0] if self.parts else self.member or self.path.name
        return PurePosixPath(name).name.lower().removesuffix(".gz")

    @property
    def single(self) -> tuple[Source, ...]:
        """Each of its parts as a source; itself where it has none."""
        if not self.parts:
            return (self,)
        if self.path.is_dir():
            return tuple(Source(self.path / one) for one in self.parts)
        return tuple(Source(self.path, one) for one in self.parts)


class ByteStream:
    """Unpacked bytes of a Source without parts. `position` of `size` says how far it is (packed bytes for a gzip).

    `archive` is its zip where that is open already: it stays open.
    """

    def __init__(self, source: Source, *, archive: zipfile.ZipFile | None = None) -> None:
        self.source = source
        self._archive = archive
        self.size = 0
        self._read = 0
        self._opened: list[IO[bytes] | zipfile.ZipFile] = []
        with _said_of(source):
            try:
                self._open()
            except BaseException:
                self.close()
                raise

    def _open(self) -> None:
        raw = open(self.source.path, "rb")  # noqa: SIM115  (closed by close())
        self._opened.append(raw)
        self._raw, self._stream = raw, raw
        self._size_on_disk = self.size = self._raw.seek(0, 2)
        self._raw.seek(0)
        self._packed = True
        if self.source.member is not None:
            archive = self._archive
            if archive is None:
                archive = zipfile.ZipFile(raw)
                self._opened.append(archive)
            member = archive.getinfo(self.source.member)
            _refuse_bomb(self.source, member.file_size, member.compress_size)
            self._stream = archive.open(member)  # type: ignore[assignment]
            self._opened.append(self._stream)
            self.size = member.file_size
            self._most = max(BOMB_FREE, BOMB_RATIO * member.compress_size)
        elif raw.read(2) == GZIP:
            raw.seek(0)
            self._stream = gzip.GzipFile(fileobj=raw)  # type: ignore[assignment]
            self._opened.append(self._stream)
            self._most = max(BOMB_FREE, BOMB_RATIO * self.size)
        else:
            raw.seek(0)
            self._packed = False

    def read(self, most: int) -> bytes:
        """Up to `most` bytes; empty at the end. Raises DataError where the file fails, vanishes or swells."""
        with _said_of(self.source):
            block = self._stream.read(most)
            self._read += len(block)
            if self._packed and self._read > self._most:
                _refuse_bomb(self.source, self._read, max(1, self._most // BOMB_RATIO))
            self._refuse_if_changed()
        return block

    def _refuse_if_changed(self) -> None:
        path = self.source.path
        if not path.exists():
            raise DataError(
                f"{path} vanished while it was read.", remedy="Bring it back and open it again.", path=str(path)
            )
        size = path.stat().st_size
        if size != self._size_on_disk:
            change = "grew" if size > self._size_on_disk else "shrank"
            raise DataError(
                f"{path} changed while it was read: it {change} from {self._size_on_disk:,} to {size:,} bytes.",
                remedy="Wait until it is complete, then open it again.",
                path=str(path),
            )

    @property
    def is_packed(self) -> bool:
        """Whether more bytes may come out than there are on the disk."""
        return self._packed

    @property
    def position(self) -> int:
        """How many of `size` bytes have been read."""
        return self._read if self.source.member or not self._packed else self._raw.tell()

    def close(self) -> None:
        for one in reversed(self._opened):
            one.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_head(source: Source, *, most: int = 256 * 1024) -> bytes:
    """The first bytes of a source, unpacked."""
    with ByteStream(source.single[0]) as stream:
        return stream.read(most)


def size_of(source: Source) -> int:
    """The size that `ByteStream.size` will have, for progress."""
    if not source.parts:
        with ByteStream(source) as stream:
            return stream.size
    with _said_of(source):
        if source.path.is_dir():
            return sum((source.path / one).stat().st_size for one in source.parts)
        with zipfile.ZipFile(source.path) as archive:
            return sum(archive.getinfo(one).file_size for one in source.parts)


@contextmanager
def opened_archive(source: Source) -> Iterator[zipfile.ZipFile | None]:
    """The zip of a source of many parts, opened once for all of them; None where there is none to open."""
    if not source.parts or source.path.is_dir():
        yield None
        return
    with _said_of(source):
        archive = zipfile.ZipFile(source.path)
    with archive:
        yield archive


def sources_in(path: Path) -> list[Source]:
    """The sources at a path: a file itself, the files of a zip, or the files in a folder (not those below it).

    Raises DataError where there is nothing, no permission, or a zip that must not be opened.
    """
    with _said_of(Source(path)):
        if path.is_dir():
            files = sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))
            return [Source(one) for one in files[:MOST_FILES]]
        if not path.is_file():
            path.stat()
            raise DataError(f"{path} is not a regular file.", remedy="Choose a ratings file.", path=str(path))
        with open(path, "rb") as file:
            is_zip = file.read(4) == ZIP
        return _members(path) if is_zip else [Source(path)]


def _members(path: Path) -> list[Source]:
    with zipfile.ZipFile(path) as archive:
        infos = [one for one in archive.infolist() if not one.is_dir()]
    names = [one.filename for one in infos]
    disguise = zip_looks_like(names)
    if disguise:
        raise DataError(
            f"{path} is {disguise}, not a ratings file.", remedy="Save it as CSV and open that.", path=str(path)
        )
    for info in infos:
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if ".." in parts or info.filename.startswith(("/", "\\")) or info.filename[1:2] == ":":
            raise DataError(
                f"{path} holds a file called {info.filename!r}, which points outside of the archive.",
                remedy="Do not trust this archive; get the data from its source again.",
                path=str(path),
            )
    junk = ("__MACOSX", ".")
    kept = [one for one in names if not one.startswith(junk[0]) and not PurePosixPath(one).name.startswith(junk[1])]
    return [Source(path, one) for one in kept[:MOST_FILES]]


def _refuse_bomb(source: Source, unpacked: int, packed: int) -> None:
    if unpacked > BOMB_FREE and unpacked > BOMB_RATIO * max(1, packed):
        raise DataError(
            f"{source.name} would unpack to over {unpacked // MIB:,} MiB, more than {BOMB_RATIO} times its size; "
            "no ratings file does that.",
            remedy="Do not trust this archive; get the data from its source again.",
            path=str(source.path),
        )


@contextmanager
def _said_of(source: Source) -> Iterator[None]:
    """Turns what the disk and the unpackers raise into a sentence about this source."""
    where = f"{source.path.parent / source.name}"
    facts = {"path": str(source.path)}
    try:
        yield
    except FileNotFoundError as error:
        raise DataError(f"{where} is not there.", remedy="Check the place and open it again.", **facts) from error
    except PermissionError as error:
        raise DataError(
            f"{where} may not be read by you.", remedy="Change its permissions, or copy it and open the copy.", **facts
        ) from error
    except (EOFError, zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, KeyError) as error:
        raise DataError(
            f"{where} is cut short or damaged ({error}).", remedy="Download or copy it again.", **facts
        ) from error
    except (RuntimeError, NotImplementedError) as error:
        raise DataError(
            f"{where} cannot be unpacked here ({error}).", remedy="Unpack it and open the ratings file.", **facts
        ) from error
    except OSError as error:
        raise DataError(
            f"{where} cannot be read: {error.strerror or error}.", remedy="Check the disk or connection.", **facts
        ) from error
