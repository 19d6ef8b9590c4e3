"""Renaming and removing, patient with files in use.

Windows can neither rename nor remove what a program has open: a scanner for a moment, a spreadsheet for long. So what
is refused for that reason is tried again for two seconds. Elsewhere nothing is in use in this sense, and nothing waits.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_S = 2.0
IN_USE_REMEDY = (
    "Another program has it open, perhaps a spreadsheet: close it there and try again. Where it is Desktop Rec itself, "
    "start that again first."
)
_EVERY_S = 0.05
_ACCESS_DENIED, _SHARING_VIOLATION, _LOCK_VIOLATION = 5, 32, 33


def is_in_use(error: BaseException) -> bool:
    """Whether the system refused because some program, this one too, has a file open."""
    return getattr(error, "winerror", None) in (_ACCESS_DENIED, _SHARING_VIOLATION, _LOCK_VIOLATION)


def rename(source: Path, target: Path) -> None:
    """Rename what must not be there yet under its new name. OSError passes through."""
    _patiently(lambda: os.rename(source, target))


def replace(source: Path, target: Path) -> None:
    """Rename a file, also over one that is there. OSError passes through."""
    _patiently(lambda: os.replace(source, target))


def unlink(path: Path) -> None:
    """Remove a file, if it is there. OSError passes through."""
    _patiently(lambda: path.unlink(missing_ok=True))


def _patiently(step: Callable[[], None]) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            step()
            return
        except OSError as error:
            if not is_in_use(error) or time.monotonic() >= until:
                raise
            time.sleep(_EVERY_S)
