"""One process at a time in a library folder, and a file that says which one it is.

Stands at the door of the library. The lock is the system's, so it ends with its process, however that ends; the file
beside it only says who to look for.
"""

from __future__ import annotations

import contextlib
import json
import os
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from engine.errors import LibraryError

_LOCK_FILE, _WHO_FILE = "library.lock", "library.lock.json"


class LibraryLock:
    """Holds a library folder for this process. Raises LibraryError, naming the holder, where it is taken."""

    def __init__(self, home: Path, *, who: str) -> None:
        self._who_file = home / _WHO_FILE
        self._lock = FileLock(home / _LOCK_FILE, timeout=0, thread_local=False)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise _taken(home, self._who_file) from error
        except (OSError, NotImplementedError) as error:
            self._lock.release()
            raise LibraryError(
                f"The folder {home} cannot be locked ({error}).",
                remedy="Check that it may be written to, or use another folder with --home.",
                path=str(home),
            ) from error
        self._sign(who)

    def release(self) -> None:
        """Let others in. Safe to call twice."""
        if self._lock.is_locked:
            self._who_file.unlink(missing_ok=True)
            self._lock.release()

    def _sign(self, who: str) -> None:
        """Say who holds the folder. On a full disk that stays unsaid: people must get in to make room."""
        signature = {"pid": os.getpid(), "program": who, "since": datetime.now().isoformat("T", "minutes")}
        with contextlib.suppress(OSError):
            self._who_file.unlink(missing_ok=True)
            self._who_file.write_text(json.dumps(signature), encoding="utf-8")


def _taken(home: Path, who_file: Path) -> LibraryError:
    try:
        holder = json.loads(who_file.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(holder["since"])
        when = f"{since:%H:%M}" if since.date() == datetime.now().date() else f"{since:%d %B, %H:%M}"
        words = f"{holder['program']} (process {holder['pid']}, since {when})"
        facts = {"pid": holder["pid"], "program": holder["program"], "since": holder["since"]}
    except (OSError, ValueError, KeyError, TypeError):
        words, facts = "another process", {}
    return LibraryError(
        f"The folder {home} is in use by {words}.",
        remedy="Close that first, or use another folder with --home.",
        path=str(home),
        **facts,
    )
