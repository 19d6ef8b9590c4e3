"""Where the library lies on this machine. Loads nothing heavy, so that a start can ask before anything else."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import quote

import appdirs

_LONG = 120
"""What a library's own folders and files add is at most as long again."""
_VERBATIM = "\\\\?\\"


def home_of(home: Path | None) -> Path:
    """The folder of the library: the given one, else DESKTOP_REC_HOME, else the system's place for user data."""
    chosen = home or os.environ.get("DESKTOP_REC_HOME") or appdirs.user_data_dir("DesktopRec")
    return long_path(Path(chosen).expanduser().resolve())


def passing_folder() -> Path:
    """A folder of this user for what lives no longer than their processes: locks and sockets."""
    runtime, flatpak = os.environ.get("XDG_RUNTIME_DIR", ""), os.environ.get("FLATPAK_ID", "")
    if runtime and flatpak:
        runtime = os.path.join(runtime, "app", flatpak)  # the part that all starts of a Flatpak share
    if runtime and os.path.isdir(runtime) and os.access(runtime, os.W_OK):
        return Path(runtime) / "desktop-rec"
    return Path(appdirs.user_cache_dir("DesktopRec"))


def long_path(path: Path, *, platform: str = sys.platform) -> Path:
    """A path below which names may be of any length: Windows cuts plain ones at 260 characters.

    >>> str(long_path(Path("C:/" + "long/" * 40), platform="linux"))[:8]
    'C:/long/'
    """
    words = str(path)
    if platform != "win32" or len(words) < _LONG or words.startswith(_VERBATIM):
        return path
    return Path(f"{_VERBATIM}UNC{words[1:]}" if words.startswith("\\\\") else f"{_VERBATIM}{words}")


def shown_path(path: Path) -> str:
    """A path as people and other programs write it, without what `long_path` put before it.

    >>> shown_path(Path("/home/maria/films"))
    '/home/maria/films'
    """
    words = str(path)
    if not words.startswith(_VERBATIM):
        return words
    return words.removeprefix(_VERBATIM) if not words.startswith(f"{_VERBATIM}UNC") else f"\\{words[7:]}"


def uri_of(path: Path) -> str:
    """A file as SQLite's URIs name it, to which options can be added; `Path.as_uri` makes a server's name of "\\\\?\\".

    >>> uri_of(Path("/films/a?b"))
    'file:%2Ffilms%2Fa%3Fb'
    """
    return f"file:{quote(os.fsencode(path), safe='')}"
