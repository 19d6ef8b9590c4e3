"""What becomes of a library on a disk that fills up, or that may only be read: a process with small disks of its own.

`full_disk_process.py FOLDER` makes them in FOLDER and prints as JSON, by part ("full", "full without held room", "read
only"), what each step gave: its value, or the class and the words of the error.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from every_job import REPORT
from planted import planted_dataset
from stored_runs import finished_run, plan_for, state_of

from engine.data.profiles import Profile, ProfileEntry
from engine.errors import EngineError, NotStoredError
from engine.library.store import Library

PLANTED = planted_dataset(people=1000)


def profile(count: int, rating: float) -> Profile:
    return Profile(
        "me", "Me", tuple(ProfileEntry(str(n), f"A film of some length {n}", 2000, rating) for n in range(count))
    )


def fill(disk: Path) -> None:
    """Write until not a byte more can be written."""
    with os.fdopen(os.open(disk / "fill", os.O_CREAT | os.O_WRONLY | os.O_APPEND), "wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def outcome(step: Callable[[], Any]) -> Any:
    try:
        return step()
    except NotStoredError as error:
        return ["NotStoredError", str(error), error.not_stored, error.is_full]
    except EngineError as error:
        return [type(error).__name__, str(error)]


def furnished(home: Path) -> str:
    with Library.open(home, who="a test") as library:
        for number in range(3):
            library.datasets.save(dataclasses.replace(PLANTED, dataset_id=f"d{number}", name=f"Films {number}"), REPORT)
        library.profiles.save(profile(1, 4.0))
        return finished_run(library, PLANTED)


def names(library: Library) -> list[str]:
    return [record.name for record in (*library.datasets.records(), *library.runs.records())]


def ratings(library: Library) -> list[float | None]:
    return [entry.rating for entry in library.profiles.load("me").entries]


def on_full(disk: Path, run_id: str) -> dict[str, Any]:
    fill(disk)
    found: dict[str, Any] = {}
    with Library.open(disk / "home", who="a test") as library:
        fill(disk)
        found["listed"] = names(library)
        found["opened"] = library.datasets.open("d0").entries
        found["many rated"] = outcome(lambda: library.profiles.save(profile(4000, 5.0)))
        found["trained"] = outcome(lambda: library.runs.begin(PLANTED, plan_for(PLANTED)))
        found["imported"] = outcome(
            lambda: library.datasets.save(dataclasses.replace(PLANTED, dataset_id="d9", name="More"), REPORT)
        )
        found["ratings"] = ratings(library)
        found["deleted"] = outcome(lambda: library.datasets.delete("d1"))
        found["listed then"] = names(library)
        found["brought back"] = outcome(lambda: library.datasets.restore("d1").name)
        found["deleted again"] = outcome(lambda: (library.datasets.find("d1"), library.datasets.delete("d1"))[1])
        found["run deleted"] = outcome(lambda: library.runs.delete(run_id))
        found["rated"] = outcome(lambda: library.profiles.save(profile(1, 5.0)))
        found["ratings then"] = ratings(library)
    found["left"] = sorted(str(path.relative_to(disk)) for path in disk.rglob(".new-*"))
    with Library.open(disk / "home", who="a test") as library:
        found["listed at last"] = names(library)
        found["ratings at last"] = ratings(library)
    (disk / "fill").unlink()
    with Library.open(disk / "home", who="a test") as library:
        found["with room"] = outcome(lambda: library.profiles.save(profile(4000, 5.0)))
        found["folders"] = sorted(path.name for path in (disk / "home" / "datasets").iterdir())
    return found


def read_only(disk: Path, run_id: str) -> dict[str, Any]:
    pid = os.fork()
    if pid == 0:  # what was stored last is not in the file proper yet
        library = Library.open(disk / "home", who="a test")
        library.profiles.save(profile(1, 5.0))
        os.kill(os.getpid(), 9)
    os.waitpid(pid, 0)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with Library.open(disk / "home", who="a test") as library:
        found = {
            "why": str(library.why_read_only),
            "listed": names(library),
            "ratings": ratings(library),
            "opened": library.datasets.open("d0").entries,
            "weights": float(library.runs.load(run_id).weights["w"][0]),
            "deleted": outcome(lambda: library.datasets.delete("d1")),
            "rated": outcome(lambda: library.profiles.save(profile(2, 5.0))),
            "trained": outcome(lambda: library.runs.begin(PLANTED, plan_for(PLANTED))),
            "checkpoint": outcome(lambda: library.runs._recorder(run_id).save_checkpoint(state_of(2.0))),
        }
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        found["rated then"] = outcome(lambda: library.profiles.save(profile(2, 5.0)))
        found["ratings then"] = ratings(library)
    return found


def found_on(disk: Path, part: str) -> dict[str, Any]:
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", str(disk)], check=True)
    run_id = furnished(disk / "home")
    if part == "full without held room":
        (disk / "home" / "room").unlink()
    return (read_only if part == "read only" else on_full)(disk, run_id)


if __name__ == "__main__":
    parts = ("full", "full without held room", "read only")
    print(json.dumps({part: found_on(Path(sys.argv[1], part), part) for part in parts}))
