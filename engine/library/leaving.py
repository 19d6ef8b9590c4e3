"""Removing all that Desktop Rec stored on this machine, for those who go; the library must be closed by then.

Only what a library makes is removed, and what systems put into any folder. What else lies there stays, and is named.
"""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path

from engine import renaming, unfinished
from engine.library.folders import kind_in, names_in
from engine.library.home import passing_folder

_OURS = re.compile(
    r"library\.sqlite(-wal|-shm|\.damaged-.*)?|library\.lock(\.json)?|format\.json|window\.ini(\..+)?|room"
    r"|\.DS_Store|desktop\.ini|Thumbs\.db"
    r"|datasets|runs|trash|copies|baselines|quick|maps|logs|unfinished|sweeps|\.new-.+"
    r"|((own_)?presets|speeds|ladders)((\.damaged)?\.json)?",
    re.ASCII,
)


def delete_everything(home: Path) -> tuple[Path, ...]:
    """Remove a library with all that is in it, and what starts left elsewhere; what could not or must not go.

    A folder that is no library is not touched.
    """
    left: list[Path] = []
    if kind_in(home) == "library":
        names = sorted(names_in(home), key=lambda name: name == "format.json")  # the mark of a library goes last
        for path in (home / name for name in names):
            if not _OURS.fullmatch(path.name) or not _remove(path):
                left.append(path)
        with suppress(OSError):
            home.rmdir()
    return (*left, *forget_starts())


def forget_starts() -> tuple[Path, ...]:
    """Remove what starts left in the cache; what could not go. Windows keeps what the window still has open."""
    passing = passing_folder()
    shutil.rmtree(passing, ignore_errors=True)
    return (passing,) if passing.exists() else ()


def _remove(path: Path) -> bool:
    with suppress(OSError):
        if not path.is_dir() or path.is_symlink():
            renaming.unlink(path)
    return unfinished.remove(path)
