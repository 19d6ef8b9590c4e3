"""Room for the moment in which the disk is full: a little is held back, and the trash and old copies can go.

Opening, deleting and bringing back need a few kilobytes, and must work then: they may use what is held back.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

LOG = logging.getLogger(__name__)
_FILE = "room"
_HELD_BYTES = 1 << 20
_LEAST_HELD_BYTES = 1 << 15
LITTLE_BYTES = 1 << 20
"""With less than this free a disk counts as full: SQLite's own files may need as much for a moment."""


class Room:
    """The room of one library. `empty_trash` says how much it could remove."""

    def __init__(
        self,
        home: Path,
        *,
        empty_trash: Callable[[], int] = lambda: 0,
        drop_oldest_copy: Callable[[], bool] = lambda: False,
    ) -> None:
        self._home, self._file = home, home / _FILE
        self._empty_trash, self._drop_oldest_copy = empty_trash, drop_oldest_copy

    def hold(self) -> None:
        """Hold a little back, as far as there is room: of the last of it the larger part."""
        with suppress(OSError):
            if not self._file.exists():
                held_bytes = min(_HELD_BYTES, self._free() * 3 // 4)
                if held_bytes >= _LEAST_HELD_BYTES:
                    self._file.write_bytes(bytes(range(256)) * (held_bytes // 256))

    def make(self, need_bytes: int = LITTLE_BYTES, *, is_urgent: bool = False) -> None:
        """Where the disk has less than is needed: empty the trash, or, where it is urgent, use what is held back."""
        if self._free() >= need_bytes:
            return
        if is_urgent:
            self.release()
        elif self._empty_trash():
            LOG.warning("Emptied the trash: the disk is full")
            self.hold()

    def release(self) -> bool:
        """Give up what is held back, or else the oldest copy of the records; whether there was anything."""
        try:
            self._file.unlink()
        except OSError:
            return self._drop_oldest_copy()
        LOG.warning("The disk is full: used the room that is held back for that")
        return True

    def _free(self) -> int:
        try:
            return shutil.disk_usage(self._home).free
        except OSError:
            return LITTLE_BYTES
