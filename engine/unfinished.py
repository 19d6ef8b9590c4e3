"""What is being written and not whole yet: how it is called, and how it is found again after its process was killed.

A file or folder is made beside its place under a passing name and renamed once it is whole. What still bears such a
name when the library is next opened is waste. What lies outside the library, where people keep results, is on a list.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from engine import renaming

LOG = logging.getLogger(__name__)
_PASSING = re.compile(r"\.new-([0-9a-f]{8})-.+", re.ASCII | re.DOTALL)
_FORMER = re.compile(r"\.new-([dr][0-9a-f]{8}|sample|[0-9]{4}|[0-9]{6}|current|judged|format\.json)", re.ASCII)
"""How former versions called what they were writing in a library."""
_MOST_LISTED, _LONGEST = 4096, 40
_lists: list[Path] = []


def beside(place: Path) -> Path:
    """A new passing name for what is to become `place`, in the same folder."""
    return place.with_name(f".new-{uuid4().hex[:8]}-{place.name[-_LONGEST:]}")


def is_passing(path: Path) -> bool:
    """Whether something in the library bears a passing name of this or a former version."""
    return bool(_PASSING.fullmatch(path.name) or _FORMER.fullmatch(path.name))


def remove(path: Path) -> bool:
    """Remove a file or a folder, never what a link leads to; True where it is gone then."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return not os.path.lexists(path)


def discard(folder: Path) -> bool:
    """Remove a finished folder so that a kill on the way leaves no half of it under its name; True once it is gone."""
    passing = beside(folder)
    try:
        renaming.rename(folder, passing)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    remove(passing)
    return True


def list_in(folder: Path) -> None:
    """Keep the list of what is being written outside the library in this folder, until `unlist`."""
    _lists.append(folder)


def unlist(folder: Path) -> None:
    """Keep no list here any more."""
    with suppress(ValueError):
        _lists.remove(folder)


@contextmanager
def listed(path: Path) -> Iterator[None]:
    """A block that makes and removes `path`, whose name is passing: listed as long as it lasts, if there is a list."""
    found = _PASSING.fullmatch(path.name)
    note = _lists[-1] / found.group(1) if _lists and found else None
    if note is not None:
        with suppress(OSError):  # the list is a help, not a condition
            note.parent.mkdir(exist_ok=True)
            note.write_bytes(os.fsencode(path.absolute()))
    try:
        yield
    finally:
        if note is not None:
            with suppress(OSError):
                note.unlink(missing_ok=True)


def clear_listed(folder: Path) -> None:
    """Remove what is on the list in a folder: only what bears the passing name under which it was listed."""
    with suppress(OSError):
        for note in sorted(folder.iterdir()):
            with suppress(OSError, ValueError):
                path = Path(os.fsdecode(note.read_bytes()[:_MOST_LISTED]))
                found = _PASSING.fullmatch(path.name)
                if found and found.group(1) == note.name and path.is_absolute() and os.path.lexists(path):
                    remove(path)
                    LOG.info("Removed the unfinished %s", path.name)
            if re.fullmatch(r"[0-9a-f]{8}", note.name):
                note.unlink(missing_ok=True)
