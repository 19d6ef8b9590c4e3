"""Does every place open without a halt, over a large library? The worst lateness of a 10 ms timer, place by place.

    python tests/bench/places_alive.py HOME [--ratings 32000000] [--titles 84000] [--runs 1000] [--seconds 4]

HOME is a folder for the library; where it holds none, one is made first, once: SYNTHETIC ratings (stored as arrays, no
file is parsed), one run of `popularity` with its evaluation, and copies of it until there are so many, half of them
with a curve. Then the real window opens HOME, and each place is visited twice: the first visit builds its view. Printed
for every visit: how late the timer came at worst, while the place opened and in the seconds after, and the most
processor time that the GUI thread spent between two of its turns, which neighbours on the machine do not lengthen.
Exits 1 where that is more than 100 ms in some place.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine import operations
from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.data.importing.importer import ImportReport
from engine.events import drive
from engine.library.store import Library
from engine.training.plan import TrainingPlan
from tests.support.planted import fingerprint_of

MOST_MS = 100.0
RATINGS_OF_A_PERSON = 160
EPOCHS = 30


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--ratings", type=int, default=32_000_000)
    parser.add_argument("--titles", type=int, default=84_000)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each place is looked at")
    asked = parser.parse_args()
    if not (asked.home / "library.sqlite").exists():
        began = time.perf_counter()
        make_library(asked.home, asked.ratings, asked.titles)
        copy_run(asked.home, asked.runs)
        print(f"made     {asked.home} in {time.perf_counter() - began:.0f} s")
    return visit(asked.home, asked.seconds)


def make_library(home: Path, ratings: int, titles: int) -> None:
    """A library with one synthetic data set and one evaluated run."""
    dataset = synthetic_dataset(ratings, titles)
    with Library.open(home, who="bench") as library:
        report = ImportReport("columns", "utf-8", ",", dataset.entries, {}, (), 0, 0, 0.0, 0.0, ("synthetic",))
        library.datasets.save(dataset, report)
        stored = library.datasets.open(dataset.dataset_id)
        drive(operations.train(library, stored, TrainingPlan.defaults("popularity")))


def synthetic_dataset(ratings: int, titles: int) -> Dataset:
    """Ratings at random, some titles known far better than others; a person has no title twice."""
    rng = np.random.default_rng(1)
    people = max(2, ratings // RATINGS_OF_A_PERSON)
    chances_I = 1 / (np.arange(titles) + 50.0)
    below_I = np.cumsum(chances_I) / chances_I.sum()
    pairs_N = np.empty(0, np.int64)
    while len(pairs_N) < ratings:
        users = rng.integers(0, people, ratings // 2)
        items = np.searchsorted(below_I, rng.random(len(users))).clip(max=titles - 1)
        pairs_N = np.union1d(pairs_N, users * titles + items)
    pairs_N = np.sort(rng.choice(pairs_N, ratings, replace=False, shuffle=False))
    counts_U = np.bincount(pairs_N // titles, minlength=people)
    histories = Histories(
        np.concatenate([[0], np.cumsum(counts_U)]).astype(np.int64),
        (pairs_N % titles).astype(np.int32),
        (rng.integers(1, 11, ratings) / 2).astype(np.float32),
        rng.integers(10**9, 17 * 10**8, ratings),
    )
    names, years = tuple(f"Film {row}" for row in range(titles)), tuple(1950 + row % 75 for row in range(titles))
    catalogue = Catalogue(names, years, tuple(("Drama",) if row % 3 else ("Comedy",) for row in range(titles)))
    users, items = Vocabulary([f"u{row}" for row in range(people)]), Vocabulary([str(row) for row in range(titles)])
    print_ = fingerprint_of(histories, users, items)
    return Dataset("large", "Large and synthetic", users, items, catalogue, histories, Scale(0.5, 5.0, 0.5), print_)


def copy_run(home: Path, runs: int) -> None:
    """Copy the only run, record and folder, until there are so many; every other copy has a curve."""
    with sqlite3.connect(home / "library.sqlite") as connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute("SELECT * FROM runs").fetchone())
        original, created = row["run_id"], datetime.now(UTC)
        for number in range(1, runs):
            older = (created - timedelta(minutes=number)).isoformat()
            row |= {"run_id": f"{original}{number}", "name": f"popularity {number + 1}", "created": older}
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO runs ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
            shutil.copytree(home / "runs" / original, home / "runs" / row["run_id"], symlinks=True)
            if number % 2:
                connection.executemany(
                    "INSERT INTO curves VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        (row["run_id"], epoch, 100 * epoch, 1 / epoch, "[]", json.dumps([["ndcg@100", 0.3]]),
                         "ndcg@100", 0, 1e-3)
                        for epoch in range(1, EPOCHS + 1)
                    ],
                )  # fmt: skip


def visit(home: Path, seconds: float) -> int:
    """Open the window over the library and look at every place twice."""
    import PySide6

    from desktop_rec.app import Launch, make_application
    from desktop_rec.common.preferences import Preferences
    from desktop_rec.window.sidebar import PLACES, SETTINGS

    with Library.open(home, who="bench") as library:
        Preferences(home).dataset_id = library.datasets.find("latest").dataset_id
    app = make_application(sys.argv[:1])
    launch = Launch(app, home, theme="light")
    launch.begin([])
    print(f"machine  {platform.processor() or platform.machine()}, {os.cpu_count()} cores, {platform.system()}")
    print(f"versions Python {platform.python_version()}, PySide6 {PySide6.__version__}")
    report("start", *longest_turn(4 * seconds))
    slow = []
    for turn in ("first", "again"):
        for place, _, _ in (*PLACES, SETTINGS):
            name = f"{place}, {turn}"
            late_ms, busy_ms = longest_turn(seconds, partial(launch.window.show_place, place))
            report(name, late_ms, busy_ms)
            slow += [name] if busy_ms > MOST_MS else []
    launch.window.close_without_asking()
    longest_turn(1.0)
    launch.end()
    print(f"over {MOST_MS:.0f} ms: {', '.join(slow) or 'none'}")
    return 1 if slow else 0


def report(name: str, late_ms: float, busy_ms: float) -> None:
    print(f"{name:<24} late by {late_ms:5.0f} ms at worst, at most {busy_ms:5.0f} ms of work in a turn", flush=True)


def longest_turn(seconds: float, act: Callable[[], None] | None = None) -> tuple[float, float]:
    """How late a 10 ms timer came at worst, and the most this thread worked between two of its turns, both in ms.

    The act is done from within the event loop; the loop goes on until the seconds are over.
    """
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    loop, timer = QEventLoop(), QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    turns = [(time.perf_counter(), time.thread_time())]

    def came() -> None:
        turns.append((time.perf_counter(), time.thread_time()))
        if turns[-1][0] - turns[0][0] > seconds:
            loop.quit()

    timer.timeout.connect(came)
    timer.start(10)
    if act is not None:
        QTimer.singleShot(50, act)
    loop.exec()
    timer.stop()
    wall_ms, work_ms = (1000 * np.diff(np.array(turns), axis=0)).T
    return max(0.0, float(wall_ms.max()) - 10), float(work_ms.max())


if __name__ == "__main__":
    sys.exit(main())
