"""Where the library lies on this machine. Loads nothing heavy, so that a start can ask before anything else."""

from __future__ import annotations

import os
from pathlib import Path

import appdirs


def home_of(home: Path | None) -> Path:
    """The folder of the library: the given one, else DESKTOP_REC_HOME, else the system's place for user data."""
    chosen = home or os.environ.get("DESKTOP_REC_HOME") or appdirs.user_data_dir("DesktopRec")
    return Path(chosen).expanduser().resolve()
