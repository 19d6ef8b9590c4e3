"""Is the window alive while a large file is looked at, counted and imported, and how soon does Cancel answer?

    python tests/bench/import_alive.py [--ratings 10000000] [--seconds 10] [--file FILE]

A 10 ms timer on the GUI thread measures how late it comes: with an idle window, while the rows of a synthetic file are
gathered for counting, while one rule after the other is counted, and while the file is imported (not from what was
gathered, so that it is read in full). Then two more imports are cancelled, one while it reads and one while it
arranges; the time from the press to the free worker is what Cancel takes. Nothing of them may be kept.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from window_alive import measured

if TYPE_CHECKING:
    from desktop_rec.app import Launch
    from desktop_rec.session.session import Session

RULES = ("last_years", "most_titles", "least_per_title", "least_per_person")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratings", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long the idle baseline is")
    parser.add_argument("--file", type=Path, help="a file to import instead of a synthetic one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="import-alive-") as folder:
        path = asked.file or Path(folder) / "ratings.csv"
        if asked.file is None:
            maker = Path(__file__).with_name("synthetic.py")
            command = [sys.executable, str(maker), str(path), "--ratings", str(asked.ratings)]
            subprocess.run(command, check=True, capture_output=True)
        return bench(path, Path(folder) / "home", asked.seconds)


def bench(path: Path, home: Path, seconds: float) -> int:
    import PySide6

    from desktop_rec.app import Launch, make_application
    from desktop_rec.tour.hand import live_for

    app = make_application(sys.argv[:1])
    launch = Launch(app, home, theme="light")
    launch.begin([])
    live_for(3000)
    print(f"machine  {platform.processor() or platform.machine()}, {os.cpu_count()} cores, {platform.system()}")
    print(f"versions Python {platform.python_version()}, PySide6 {PySide6.__version__}")
    print(f"file     {path.name}, {path.stat().st_size / 1e6:,.0f} MB")
    report("idle", measured(lambda start: time.perf_counter() - start > seconds))
    prepared(launch, path)
    counted(launch)
    prepared(launch, path)
    imported(launch.session)
    prepared(launch, path)
    cancelled(launch, "reading", "Reading line")
    cancelled(launch, "arranging", "Arranging")
    launch.window.close_without_asking()
    wait(lambda: launch.session.is_idle)
    launch.end()
    return 0


def prepared(launch: Launch, path: Path) -> None:
    """The file is dropped and looked at."""
    session, start = launch.session, time.perf_counter()
    launch.window.open_files([path])
    wait(lambda: session.importing.plan is not None and not session.importing.plan.is_looking)
    took_s = time.perf_counter() - start
    wait(lambda: session.queries.is_idle)
    print(f"preview  {took_s:.2f} s after the drop")


def counted(launch: Launch) -> None:
    """All rows are gathered, then each rule is counted."""
    from dataclasses import replace

    from engine.data.importing.options import Selection

    session = launch.session
    session.importing.want_counts()
    report("gather", measured(lambda _start: plan_of(session).remaining is not None))
    print(f"         {plan_of(session).remaining[-1]}")
    selection, late = Selection(), []
    for rule in RULES:
        selection = replace(selection, **{rule: 5 if rule == "last_years" else 6000 if rule == "most_titles" else 30})
        start = time.perf_counter()
        session.importing.keep_only(selection, "last")
        late.append(measured(lambda _start: not plan_of(session).is_counting))
        took_ms = 1000 * (time.perf_counter() - start)
        print(f"         {rule} counted in {took_ms:.0f} ms: {plan_of(session).remaining[-1]}")
    report("count", np.concatenate(late))


def imported(session: Session) -> None:
    start = time.perf_counter()
    session.importing.start()
    late = measured(lambda _start: session.jobs.state is None)
    took_s = time.perf_counter() - start
    report("import", late[:-1])
    entries = session.dataset.current.entries
    print(f"         {entries:,} entries in {took_s:.1f} s; then its page came in {late[-1]:.0f} ms")
    wait(lambda: session.is_idle)


def cancelled(launch: Launch, name: str, words: str) -> None:
    """Press Cancel once the job says these words."""
    from PySide6.QtWidgets import QPushButton

    session, kept = launch.session, len(launch.session.library.datasets())
    session.importing.start()
    while not session.jobs.state.words.startswith(words):
        wait_once()
        if session.jobs.state is None:
            print(f"cancel   while {name}: too late, it was over")
            return
    start = time.perf_counter()
    launch.window.findChild(QPushButton, "import_cancel").click()
    said = session.jobs.state is None or session.jobs.state.stopping
    wait(lambda: session.jobs.state is None)
    took_s = time.perf_counter() - start
    left = len(session.library.datasets()) - kept + len(list(session.library.home.glob("datasets/*.unfinished")))
    print(f"cancel   while {name}: {took_s:.2f} s, said at once: {said}, left behind: {left}")


def plan_of(session: Session) -> object:
    return session.importing.plan


def report(name: str, late: np.ndarray) -> None:
    p50, p99, worst = (float(value) for value in (*np.percentile(late, [50, 99]), late.max()))
    print(f"{name:<9}10 ms timer late by {p50:.1f} ms at p50, {p99:.1f} ms at p99, {worst:.1f} ms at worst", flush=True)


def wait(until: object) -> None:
    while not until():
        wait_once()


def wait_once() -> None:
    from desktop_rec.tour.hand import live_for

    live_for(5)


if __name__ == "__main__":
    sys.exit(main())
