"""Does the window's memory stay flat through an hour's worth of use, done quickly?

    python tests/bench/soak.py [--cycles 250] [--warm 50] [--only places,ratings] [--kinds]

A library with two planted data sets, each with two runs, is made in a temporary folder. Then the real window opens it,
and each cycle does what people do over and over: every place and its tabs, ratings with undo and redo, filters,
reasons, the slider, another model, another data set, a file looked at and left, a sweep that is stopped, notices, both
themes; it ends with a calm moment. Printed every 10 cycles: the memory of the process; at the end how much it grows a
cycle after the first --warm cycles (the slope of a line through all of them, and the median of the last tenth less that
of the first tenth). --only does some of these alone, to find who grows; --kinds names the kinds of Python objects that
became more.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QListView, QSlider, QTabWidget

from desktop_rec.app import Launch, make_application
from desktop_rec.common.notices import Notice
from desktop_rec.theme.theme import apply_theme
from desktop_rec.tour.hand import live_for
from engine import operations
from engine.data.catalogue import Catalogue
from engine.data.importing.importer import ImportReport
from engine.data.split import SplitConfig
from engine.events import drive
from engine.library.store import Library
from engine.training.plan import TrainingPlan
from tests.support.operation_driving import plan_for
from tests.support.planted import planted_dataset

_MIB = 2**20
_SAID_EVERY = 10
_MOST_S = 30.0
_DATASETS = {"first": (200, 1500), "second": (300, 120)}
"""People and titles of each; the second is open for a moment only."""
_PLACES = ("for_you", "data", "train", "models", "settings")


class Soak:
    """One launch, and what is done to it; each action is a method that leaves the window as it found it."""

    def __init__(self, home: Path) -> None:
        self.app = make_application(sys.argv[:1])
        self.home = home
        self.launch = Launch(self.app, home, theme="light")
        self.window, self.session = self.launch.window, self.launch.session
        self.launch.begin([])
        self._wait(lambda: self.session.devices.found is not None)
        self._open(next(iter(_DATASETS)))
        for row in range(8):
            self.session.my_ratings.rate(row, 1.0 + row % 5)
        self.turn = 0
        self.places()

    def actions(self) -> dict[str, Callable[[], None]]:
        """What a cycle does, in this order."""
        return {
            "places": self.places,
            "ratings": self.ratings,
            "filters": self.filters,
            "reasons": self.reasons,
            "models": self.models,
            "datasets": self.datasets,
            "files": self.files,
            "sweep": self.sweep,
            "notices": self.notices,
            "themes": self.themes,
        }

    def places(self) -> None:
        for place in _PLACES:
            self.window.show_place(place)
            live_for(15)
            for tabs in self.window.findChildren(QTabWidget):
                if tabs.isVisible():
                    for tab in range(tabs.count()):
                        tabs.setCurrentIndex(tab)
                        live_for(5)
                    tabs.setCurrentIndex(0)
        self._settle()

    def ratings(self) -> None:
        self.window.show_place("for_you")
        self.session.my_ratings.rate(20 + self.turn % 10, 4.0)
        live_for(20)
        self.session.my_ratings.rate(3, 1.0 + self.turn % 5)
        self._settle()
        for step in (self.session.undo.undo, self.session.undo.redo, self.session.undo.undo, self.session.undo.undo):
            step()
            live_for(10)
        self._settle()

    def filters(self) -> None:
        self.window.show_place("for_you")
        self._press("genre_Drama")
        self._settle()
        self._press("filter_clear")
        for slider in self.window.findChildren(QSlider):
            if slider.isVisible() and slider.isEnabled():
                for value in (30, 60, 90, 50):
                    slider.setValue(value)
                    live_for(5)
        self._settle()

    def reasons(self) -> None:
        self.window.show_place("for_you")
        rows = self.window.findChild(QListView, "recommendations")
        self._wait(lambda: rows.model().rowCount() > 3)
        for row in range(3):
            place = rows.visualRect(rows.model().index(row, 0)).center()
            QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
            live_for(30)
        self._settle()

    def models(self) -> None:
        runs = [run.run_id for run in self.session.dataset.runs]
        for run_id in runs:
            self.session.model.use_run(run_id)
            self._settle()
        self.session.model.use_first_model()
        self._settle()

    def datasets(self) -> None:
        for name in reversed(_DATASETS):
            self._open(name)
            self._settle()

    def files(self) -> None:
        path = self.home / "looked at.csv"
        path.write_text("user,item,rating\n" + "".join(f"u{row % 9},i{row % 7},{1 + row % 5}\n" for row in range(500)))
        self.window.open_files([path])
        self._wait(lambda: self.session.importing.plan is not None and not self.session.importing.plan.is_looking)
        self._settle()
        self.session.importing.leave()
        self._settle()

    def sweep(self) -> None:
        self.window.show_place("train")
        self.session.learning_rate.find(self.session.plan.plan)
        self._wait(lambda: len(self.session.learning_rate.state.lrs) > 5 or self.session.jobs.state is None)
        self.session.jobs.stop()
        self._settle()

    def notices(self) -> None:
        for kind in ("info", "warning", "error"):
            self.session.requests.notice.emit(Notice(f"Turn {self.turn}", "Nothing to do.", "details " * 50, kind=kind))
            live_for(5)

    def rest(self) -> None:
        """What the window does by itself where nobody has touched it for two seconds, as people do all the time."""
        self.launch.garbage.sweep()

    def themes(self) -> None:
        if self.turn % 5 == 0:
            for theme in ("dark", "light"):
                apply_theme(self.app, theme)
                live_for(20)

    def end(self) -> None:
        self.window.close_without_asking()
        self._wait(lambda: self.session.is_idle)
        self.launch.end()

    def _open(self, name: str) -> None:
        if not self.session.data.open(name):
            raise SystemExit(f"The data set {name} could not be opened.")
        self._wait(lambda: self.session.model.recommender is not None)

    def _press(self, name: str) -> None:
        for button in self.window.findChildren(QAbstractButton, name):
            button.click()
            live_for(10)

    def _settle(self) -> None:
        """Until nothing is asked any more, a few turns later too: answers make views ask again."""
        calm = 0
        while calm < 3:
            live_for(10)
            calm = calm + 1 if self.session.is_idle else 0

    def _wait(self, until: Callable[[], object]) -> None:
        end = time.monotonic() + _MOST_S
        while not until():
            if time.monotonic() > end:
                raise SystemExit("The window did not come to an end of what it was asked.")
            live_for(10)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cycles", type=int, default=250)
    parser.add_argument("--warm", type=int, default=50)
    parser.add_argument("--only", default="", help="actions, with commas between")
    parser.add_argument("--kinds", action="store_true", help="which kinds of Python objects became more")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="desktop-rec-soak-") as folder:
        home = Path(folder)
        make_library(home)
        soak = Soak(home)
        used_C = drive_cycles(soak, asked)
        soak.end()
    report(used_C, asked.warm)
    return 0


def make_library(home: Path) -> None:
    report = ImportReport("csv", "utf-8", ",", 1600, {}, (), 0, 0, 0.1, 50.0, ("ratings.csv",))
    with Library.open(home, who="bench") as library:
        for dataset_id, (people, titles) in _DATASETS.items():
            plain = planted_dataset(people, titles)
            genres = tuple(("Drama",) if row % 2 else ("Comedy", "War") for row in range(titles))
            catalogue = Catalogue(plain.catalogue.titles, plain.catalogue.years, genres, word="film")
            library.datasets.save(replace(plain, dataset_id=dataset_id, name=dataset_id, catalogue=catalogue), report)
            stored = library.datasets.open(dataset_id)
            drive(operations.train(library, stored, TrainingPlan.defaults("mf")))
            drive(operations.train(library, stored, plan_for(stored, device="cpu")))
            drive(operations.baselines(library, stored, SplitConfig()))


def drive_cycles(soak: Soak, asked: argparse.Namespace) -> np.ndarray:
    """The memory of the process after each cycle, in bytes."""
    actions = soak.actions()
    wanted = asked.only.split(",") if asked.only else list(actions)
    grown = dict.fromkeys(wanted, 0)
    used: list[int] = []
    before: Counter[str] = Counter()
    began = time.perf_counter()
    for turn in range(asked.cycles):
        soak.turn = turn
        for name in wanted:
            before_it = memory_bytes()
            actions[name]()
            grown[name] += memory_bytes() - before_it
        soak.rest()
        used.append(memory_bytes())
        if turn == asked.warm:
            grown = dict.fromkeys(wanted, 0)
        if turn == asked.warm and asked.kinds:
            before = kinds_of_objects()
        if (turn + 1) % _SAID_EVERY == 0:
            spent = time.perf_counter() - began
            print(f"cycle {turn + 1:>5}  {used[-1] / _MIB:7.1f} MiB  {spent:5.0f} s", flush=True)
            print(
                "   ".join(f"{name} {size / _MIB:+.1f}" for name, size in grown.items() if abs(size) > _MIB / 10),
                flush=True,
            )
    if asked.kinds:
        more = kinds_of_objects() - before
        for kind, count in more.most_common(25):
            print(f"  {count / (asked.cycles - asked.warm):8.2f} a cycle  {kind}")
    return np.array(used)


def kinds_of_objects() -> Counter[str]:
    gc.collect()
    return Counter(f"{type(found).__module__}.{type(found).__qualname__}" for found in gc.get_objects())


def report(used_C: np.ndarray, warm: int) -> None:
    import PySide6

    print(f"machine  {platform.processor() or platform.machine()}, {os.cpu_count()} cores, {platform.system()}")
    print(f"versions Python {platform.python_version()}, PySide6 {PySide6.__version__}")
    later = used_C[warm:] / _MIB
    tenth = max(1, len(later) // 10)
    slope = float(np.polyfit(np.arange(len(later)), later, 1)[0])
    ends = (float(np.median(later[-tenth:])) - float(np.median(later[:tenth]))) / max(1, len(later) - tenth)
    print(f"growth   {slope:.3f} MiB a cycle by the line, {ends:.3f} by the ends, over {len(later)} cycles")


def memory_bytes() -> int:
    """What the process holds in memory now."""
    with open("/proc/self/statm", encoding="ascii") as stated:
        return int(stated.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(main())
