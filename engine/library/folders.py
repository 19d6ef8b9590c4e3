"""Folders that are there in full or not at all, each with a format version; a full disk becomes a sentence."""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from uuid import uuid4

from engine import renaming, unfinished
from engine.documents import parsed_json
from engine.errors import LibraryError, NotStoredError
from engine.stored_files import Checksums, checksums_in, damaged
from engine.text import format_size

LOG = logging.getLogger(__name__)
_FORMAT_FILE = "format.json"
_KINDS = frozenset({"data set", "run", "judgement", "quick model", "taste map"})
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_DRAWN = re.compile(r"[dr][0-9a-f]{8}", re.ASCII)
"""The ids that we draw for folders ourselves."""
_NUMBER = re.compile(r"[0-9]{4,9}", re.ASCII)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_LONGEST_FORMAT = 1 << 20
OTHER_HOME = "with --home"


def is_id(text: object) -> bool:
    """Whether something read from a record may name a file or folder: letters, digits, - and _, at most 64."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def place_of(parent: Path, name: str) -> Path:
    """Where in a folder of the library a thing lies; whatever a record says becomes a path only here.

    Raises LibraryError for what is no id.
    """
    if not is_id(name):
        raise LibraryError(
            f"{name[:60]!r} in a record is no id, so it names nothing in {parent}.",
            remedy="The record is damaged; what it may have pointed at is left alone.",
            path=str(parent),
        )
    return parent / name


def is_ours(folder: Path) -> bool:
    """Whether a folder in a place of the library was made by it: it has our format file, or an id that we draw."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    return bool(_DRAWN.fullmatch(folder.name)) or kind_in(folder) in _KINDS


def kind_in(folder: Path) -> str:
    """What the format file of a folder says it is; "" for none."""
    try:
        with (folder / _FORMAT_FILE).open("rb") as file:
            return str(parsed_json(file.read(_LONGEST_FORMAT))["kind"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def clear_unfinished(folder: Path) -> None:
    """Remove what a process that was killed had begun to write in a folder of the library."""
    for path in [folder / name for name in names_in(folder) if name.startswith(".new-")]:
        is_waste = unfinished.is_passing(path) or kind_in(path) in _KINDS or _is_empty(path)
        if is_waste and unfinished.remove(path):
            LOG.info("Removed the unfinished %s %s", "file" if path.suffix else "folder", path.name)


@contextmanager
def new_folder(
    place: Path, *, what: str, need_bytes: int = 0, otherwise: str = OTHER_HOME, is_listed: bool = False
) -> Iterator[Path]:
    """A folder to write into, which takes its place once the block ends well. Raises NotStoredError.

    `what` is named in error sentences ("The data set Films"), `otherwise` how to use another folder. `is_listed`: it
    lies outside the library, where only a list finds it again after a kill.
    """
    passing = unfinished.beside(place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        refuse_if_full(place.parent, what=what, need_bytes=need_bytes, otherwise=otherwise)
        with unfinished.listed(passing) if is_listed else nullcontext():
            try:
                passing.mkdir()
                yield passing
                flush(passing)
                renaming.rename(passing, place)
            except BaseException:
                unfinished.remove(passing)
                raise
        flush(place.parent)
    except BaseException as error:
        if isinstance(error, OSError) or type(error).__name__ == "SafetensorError":
            raise write_failure(place, error, what=what, need_bytes=need_bytes, otherwise=otherwise) from error
        raise


def clear_place(place: Path) -> None:
    """Make a place free that no record names: what is ours goes, anything else is set aside beside it."""
    if not place.exists():
        return
    if is_ours(place):
        unfinished.discard(place)
    else:
        with suppress(OSError):
            renaming.rename(place, place.with_name(f"{place.name}.{uuid4().hex[:8]}"))


@contextmanager
def removed_on_failure(folder: Path) -> Iterator[None]:
    """A block that records a new folder: where it fails, the folder goes, too."""
    try:
        yield
    except BaseException:
        unfinished.discard(folder)
        raise


def replace_text(path: Path, text: str, *, what: str) -> None:
    """Write a small file in one step: readers see the old text or the new one, never a part. Raises NotStoredError."""
    passing = unfinished.beside(path)
    try:
        with passing.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        renaming.replace(passing, path)
        flush(path.parent)
    except OSError as error:
        passing.unlink(missing_ok=True)
        raise write_failure(path, error, what=what) from error


def names_in(folder: Path) -> list[str]:
    """The names of all that lies in a folder; none where it cannot be read."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def next_number(folder: Path, *, digits: int) -> str:
    """The name of the next numbered folder."""
    return f"{max(map(int, filter(_NUMBER.fullmatch, names_in(folder))), default=0) + 1:0{digits}d}"


def current_name(current: Path) -> str:
    """Which numbered folder counts. Raises LibraryError where the file that says so is damaged."""
    try:
        name = current.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise damaged(current, error) from error
    if not _NUMBER.fullmatch(name):
        raise damaged(current, f"{name[:40]!r} names nothing")
    return name


def settle_numbered(folder: Path, current: Path) -> None:
    """Keep the numbered folder that counts and remove the others, and what was never finished.

    Where none counts, because the file that says so is damaged or was never written, the last one does: each is whole.
    """
    beside, within = names_in(current.parent), names_in(folder)
    for parent, names in ((current.parent, beside), (folder, within if folder != current.parent else [])):
        if any(name.startswith(".new-") for name in names):
            clear_unfinished(parent)
    names = sorted(filter(_NUMBER.fullmatch, within))
    if not names:
        return
    try:
        name = current_name(current)
    except LibraryError:
        name = ""
    if name not in names:
        name = names[-1]
        replace_text(current, name, what=f"Which of {folder} counts")
    for other in names:
        if other != name:
            unfinished.discard(folder / other)


def write_json(path: Path, document: object, *, flushed: bool = True) -> None:
    """One compact JSON document, `flushed` to the disk. OSError passes through (see `new_folder`)."""
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(document, separators=(",", ":")))
        if flushed:
            file.flush()
            os.fsync(file.fileno())


def write_format(folder: Path, kind: str, version: int, files: Checksums) -> None:
    """Write what a folder is, in which version of its layout, and the checksums of its files."""
    write_json(folder / _FORMAT_FILE, {"kind": kind, "format": version, "files": files})


def sign_folder(folder: Path, kind: str, version: int, *, what: str) -> None:
    """`write_format` in one step, for a folder that already stands in its place. Raises LibraryError."""
    replace_text(folder / _FORMAT_FILE, json.dumps({"kind": kind, "format": version}), what=what)


def check_format(folder: Path, kind: str, known: int) -> Checksums:
    """The checksums of a folder's files, none where it is from before there were any.

    Raises LibraryError where it is missing, is something else, or was written by a newer version.
    """
    try:
        found = parsed_json((folder / _FORMAT_FILE).read_bytes())
        is_kind, version = found["kind"] == kind, int(found["format"])
    except FileNotFoundError as error:
        raise LibraryError(
            f"{folder} is missing or is no {kind}: it has no {_FORMAT_FILE}.",
            remedy="Restore the folder from a backup, or delete its entry and make it anew.",
            path=str(folder),
        ) from error
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise damaged(folder / _FORMAT_FILE, error) from error
    if not is_kind:
        raise LibraryError(f"{folder} holds a {found['kind']}, not a {kind}.", path=str(folder))
    if version > known:
        raise LibraryError(
            f"{folder} was written by a newer version of Desktop Rec (format {version}; this one knows {known}).",
            remedy="Update Desktop Rec to open it.",
            path=str(folder),
            format=version,
        )
    return checksums_in(found, folder / _FORMAT_FILE)


def refuse_if_full(place: Path, *, what: str, need_bytes: int, otherwise: str = OTHER_HOME) -> None:
    """Raises LibraryError where the disk has less free space than is needed, before anything is written."""
    if need_bytes and shutil.disk_usage(place).free < need_bytes:
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise write_failure(place, full, what=what, need_bytes=need_bytes, otherwise=otherwise)


def write_failure(
    place: Path, error: BaseException, *, what: str, need_bytes: int = 0, otherwise: str = OTHER_HOME
) -> NotStoredError:
    """The sentence for what could not be written: the place, and for a full disk the need and what is free."""
    if not _is_full(error):
        return NotStoredError(
            f"{what} could not be written to {place} ({error}).",
            remedy=renaming.IN_USE_REMEDY
            if renaming.is_in_use(error)
            else f"Check that the folder may be written to, or use another folder {otherwise}.",
            not_stored=what,
            is_full=False,
            path=str(place),
        )
    free = next((shutil.disk_usage(folder).free for folder in (place, *place.parents) if folder.exists()), None)
    need = f" {format_size(need_bytes)} are needed" if need_bytes else " More room is needed"
    left = f" and {format_size(free)} are free" if free is not None else ""
    return NotStoredError(
        f"{what} could not be written to {place}: the disk is full.{need}{left}.",
        remedy=f"Free some room, or use a folder on another disk {otherwise}.",
        not_stored=what,
        is_full=True,
        path=str(place),
        need_bytes=need_bytes,
        free_bytes=free,
    )


def flush(folder: Path) -> None:
    """Make the names in a folder permanent, where the system can do that (Windows needs no such call)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not names_in(path)


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and (error.errno in _FULL or getattr(error, "winerror", None) in (39, 112)):
        return True
    return any(f"os error {code})" in str(error) for code in (*_FULL, 39 if os.name == "nt" else 28, 112))
