"""How this program was started, as sentences call it, and what the place that it writes to can show."""

from __future__ import annotations

import io
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

ENGINE_OPTION = "--engine"
"""The first word with which `desktop-rec` is this program instead of the window."""
_SCRIPTS = ("desktop-rec", "desktop-rec-engine")
_VIRTUAL_TERMINAL, _STANDARD_ERROR, _STANDARD_OUTPUT = 4, -12, -11


def started_as(started: Sequence[str] | None = None, *, is_frozen: bool | None = None) -> tuple[str, ...]:
    """The words that start this program: those with which it was, as far as they can be typed again.

    >>> started_as(["/usr/bin/desktop-rec", "--engine", "runs"]), started_as(["/lib/engine/__main__.py", "runs"])
    (('desktop-rec', '--engine'), ('python', '-m', 'engine'))
    """
    started = sys.argv if started is None else started
    is_frozen = getattr(sys, "frozen", False) if is_frozen is None else is_frozen
    script = Path(started[0]).name.removesuffix(".exe") if started else ""
    further = (ENGINE_OPTION,) if list(started[1:2]) == [ENGINE_OPTION] else ()
    if is_frozen:
        return (started[0] if started else sys.executable, *further)
    if script in _SCRIPTS:
        return (script, *further)
    return ("python", "-m", "desktop_rec", *further) if further else ("python", "-m", "engine")


def program() -> str:
    """What sentences call this program: "python -m engine"."""
    return typed(*started_as())


def as_command(*words: str) -> str:
    """A command of this program, ready to be pasted: "python -m engine runs"."""
    return typed(*started_as(), *words)


def typed(*words: str) -> str:
    """Words as they are typed in this system's terminal."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def prepare_output() -> None:
    """UTF-8 into pipes and files; into a terminal what it can show, and signs in place of what it cannot."""
    if sys.platform == "win32" and sys.stdout is None:
        _take_parents_console()
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if stream.isatty():
            stream.reconfigure(errors="backslashreplace")
        else:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def renews_lines(stream: TextIO) -> bool:
    """Whether a stream leads to a terminal that understands the signs by which a line is written anew."""
    if not stream.isatty():
        return False
    if sys.platform == "win32":
        return _has_virtual_terminal(_STANDARD_ERROR if stream is sys.stderr else _STANDARD_OUTPUT)
    return os.environ.get("TERM", "") not in ("", "dumb")


def _take_parents_console() -> None:
    """A program of windows has no console on Windows: write into the one that it was started from, if there is one."""
    import ctypes

    if getattr(ctypes, "windll").kernel32.AttachConsole(-1):  # noqa: B009  (only Windows has it)
        sys.stdout = open("CONOUT$", "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
        sys.stderr = sys.stdout


def _has_virtual_terminal(number: int) -> bool:
    """Ask a console of Windows to understand such signs; whether it does (since Windows 10)."""
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009  (only Windows has it)
    handle, mode = kernel.GetStdHandle(number), ctypes.c_ulong()
    if not kernel.GetConsoleMode(handle, ctypes.byref(mode)):
        return False
    return bool(kernel.SetConsoleMode(handle, mode.value | _VIRTUAL_TERMINAL))
