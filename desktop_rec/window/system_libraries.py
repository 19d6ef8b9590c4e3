"""Which of Qt's system libraries a Linux machine lacks, and the line that installs them.

Must not import Qt, whose own message ("could not load the platform plugin") helps
nobody.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence

QT_ITSELF: Mapping[str, tuple[str, str]] = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl"),
    "libGL.so.1": ("libgl1", "libglvnd-glx"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
}
"""Library -> its package for apt and for dnf: needed whatever the display is."""

X_WINDOWS: Mapping[str, tuple[str, str]] = {
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
}
"""Needed as well to show a window under X."""


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether there is anything to show a window on. Only Linux can be without."""
    if not sys.platform.startswith("linux"):
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def missing_libraries(
    environment: Mapping[str, str] = os.environ, *, can_load: Callable[[str], bool] | None = None
) -> tuple[str, ...]:
    """The libraries that Qt needs here and that cannot be loaded; always empty where it is not Linux."""
    if not sys.platform.startswith("linux"):
        return ()
    needed = dict(QT_ITSELF)
    is_x = environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY")
    if is_x and environment.get("QT_QPA_PLATFORM", "xcb").startswith("xcb"):
        needed |= X_WINDOWS
    can_load = can_load or _can_load
    return tuple(name for name in needed if not can_load(name))


def missing_sentence(missing: Sequence[str]) -> str:
    """What lacks and what to run, for a terminal."""
    known = {**QT_ITSELF, **X_WINDOWS}
    which = 1 if shutil.which("dnf") and not shutil.which("apt-get") else 0
    packages = " ".join(sorted({known[name][which] for name in missing}))
    line = f"sudo dnf install {packages}" if which else f"sudo apt-get install {packages}"
    return f"Qt cannot start: the system lacks {', '.join(missing)}.\nInstall it with:  {line}"


def _can_load(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
