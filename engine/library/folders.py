"""Folders that are there in full or not at all, each with a format version; a full disk becomes a sentence."""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import LibraryError
from engine.text import format_size

LOG = logging.getLogger(__name__)
_FORMAT_FILE = "format.json"
_UNFINISHED = ".new-"
_FULL = (errno.ENOSPC, errno.EDQUOT)
OTHER_HOME = "with --home"


@contextmanager
def new_folder(place: Path, *, what: str, need_bytes: int = 0, otherwise: str = OTHER_HOME) -> Iterator[Path]:
    """A folder to write into, which takes its place once the block ends well. Raises LibraryError.

    `what` is named in error sentences ("The data set Films"), `otherwise` how to use another folder.
    """
    unfinished = place.parent / f"{_UNFINISHED}{place.name}"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        refuse_if_full(place.parent, what=what, need_bytes=need_bytes, otherwise=otherwise)
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        yield unfinished
        flush(unfinished)
        unfinished.rename(place)
        flush(place.parent)
    except BaseException as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        if isinstance(error, OSError) or type(error).__name__ == "SafetensorError":
            raise write_failure(place, error, what=what, need_bytes=need_bytes, otherwise=otherwise) from error
        raise


@contextmanager
def removed_on_failure(folder: Path) -> Iterator[None]:
    """A block that records a new folder: where it fails, the folder goes, too."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def remove_unfinished(parent: Path) -> None:
    """Clear away what a process that was killed had begun to write here."""
    for path in parent.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(path, ignore_errors=True)
        LOG.info("Removed the unfinished folder %s", path.name)


def replace_text(path: Path, text: str, *, what: str) -> None:
    """Write a small file in one step: readers see the old text or the new one, never a part."""
    unfinished = path.with_name(f"{_UNFINISHED}{path.name}")
    try:
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        flush(path.parent)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise write_failure(path, error, what=what) from error


def write_json(path: Path, document: object) -> None:
    """One compact JSON document, flushed to the disk. OSError passes through (see `new_folder`)."""
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
        file.flush()
        os.fsync(file.fileno())


def write_format(folder: Path, kind: str, version: int) -> None:
    """Write what a folder is and in which version of its layout."""
    write_json(folder / _FORMAT_FILE, {"kind": kind, "format": version})


def sign_folder(folder: Path, kind: str, version: int, *, what: str) -> None:
    """`write_format` in one step, for a folder that already stands in its place. Raises LibraryError."""
    replace_text(folder / _FORMAT_FILE, json.dumps({"kind": kind, "format": version}), what=what)


def check_format(folder: Path, kind: str, known: int) -> None:
    """Raises LibraryError where a folder is missing, is something else, or was written by a newer version."""
    try:
        found = json.loads((folder / _FORMAT_FILE).read_text(encoding="utf-8"))
        is_kind, version = found["kind"] == kind, int(found["format"])
    except FileNotFoundError as error:
        raise LibraryError(
            f"{folder} is missing or is no {kind}: it has no {_FORMAT_FILE}.",
            remedy="Restore the folder from a backup, or delete its entry and make it anew.",
            path=str(folder),
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
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


def damaged(path: Path, error: Exception | str) -> LibraryError:
    """The sentence for a stored file that cannot be read as what it should be."""
    return LibraryError(
        f"{path} is damaged ({error}).",
        remedy="Delete its entry and make it anew (import or train again), or restore the file from a backup.",
        path=str(path),
    )


def refuse_if_full(place: Path, *, what: str, need_bytes: int, otherwise: str = OTHER_HOME) -> None:
    """Raises LibraryError where the disk has less free space than is needed, before anything is written."""
    if need_bytes and shutil.disk_usage(place).free < need_bytes:
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise write_failure(place, full, what=what, need_bytes=need_bytes, otherwise=otherwise)


def write_failure(
    place: Path, error: BaseException, *, what: str, need_bytes: int = 0, otherwise: str = OTHER_HOME
) -> LibraryError:
    """The sentence for what could not be written: the place, and for a full disk the need and what is free."""
    if not _is_full(error):
        return LibraryError(
            f"{what} could not be written to {place} ({error}).",
            remedy=f"Check that the folder may be written to, or use another folder {otherwise}.",
            path=str(place),
        )
    free = next((shutil.disk_usage(folder).free for folder in (place, *place.parents) if folder.exists()), None)
    need = f" {format_size(need_bytes)} are needed" if need_bytes else " More room is needed"
    left = f" and {format_size(free)} are free" if free is not None else ""
    return LibraryError(
        f"{what} could not be written to {place}: the disk is full.{need}{left}.",
        remedy=f"Free some room, or use a folder on another disk {otherwise}.",
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


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and (error.errno in _FULL or getattr(error, "winerror", None) in (39, 112)):
        return True
    return any(f"os error {code})" in str(error) for code in (*_FULL, 39 if os.name == "nt" else 28, 112))
