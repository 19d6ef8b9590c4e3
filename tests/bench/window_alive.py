"""Is the window alive while it trains, and does training pay for the window? Two figures, each a ratio in one run.

    DESKTOP_REC_DATA=... python tests/bench/window_alive.py [--epochs 6] [--seconds 15]

A 10 ms timer on the GUI thread measures how late it comes: first with an idle window (Train in view), then while
`two_head` trains on MovieLens-1M with its plots visible. The same training runs from the terminal, in a process of
its own, with equally many threads; people per second are compared. Start-up and the sweep are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

EPOCHS_LR = 1e-3
TURNS = ("terminal", "window", "terminal", "window", "terminal")
"""In turns, because such machines change their speed by the minute; the ratio is of the means."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=15.0, help="how long the idle baseline is")
    parser.add_argument("--part", choices=("terminal", "window"))
    parser.add_argument("--home", type=Path)
    asked = parser.parse_args()
    if asked.part == "terminal":
        return terminal(asked.home, asked.epochs)
    if asked.part == "window":
        return window(asked.home, asked.epochs, asked.seconds)
    data = os.environ.get("DESKTOP_REC_DATA")
    if not data:
        print("Set DESKTOP_REC_DATA to the folder that holds ml-1m.")
        return 0
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "engine", "import", str(Path(data) / "ml-1m" / "ratings.dat")]
        subprocess.run([*command, "--name", "ml-1m", "--home", home], check=True, capture_output=True)
        turns = [(part, _part(part, home, asked)) for part in TURNS]
    report(
        [figures for part, figures in turns if part == "terminal"],
        [figures for part, figures in turns if part == "window"],
    )
    return 0


def report(terminals: list[dict[str, float]], windows: list[dict[str, float]]) -> None:
    import PySide6
    import torch

    print(f"machine  {platform.processor() or platform.machine()}, {os.cpu_count()} cores, {platform.system()}")
    print(f"versions Python {platform.python_version()}, torch {torch.__version__}, PySide6 {PySide6.__version__}")
    print(f"threads  {windows[0]['threads']:.0f} for training in both")
    for name in ("idle", "training"):
        for turn in windows:
            p50, p99, worst = (turn[f"{name}_{part}"] for part in ("p50", "p99", "max"))
            print(f"{name:<9}10 ms timer late by {p50:.1f} ms at p50, {p99:.1f} ms at p99, {worst:.1f} ms at worst")
    here, there = ([turn["people_per_second"] for turn in part] for part in (terminals, windows))
    words = [", ".join(f"{speed:.0f}" for speed in part) for part in (there, here)]
    ratio = np.mean(there) / np.mean(here)
    print(f"speed    {words[0]} people/s in the window, {words[1]} from the terminal: {ratio:.3f}")


def terminal(home: Path, epochs: int) -> int:
    import torch

    from engine import operations
    from engine.device import training_threads
    from engine.events import drive
    from engine.library.store import Library
    from engine.training.plan import TrainingPlan

    torch.set_num_threads(training_threads())
    with Library.open(home, who="bench") as library:
        dataset = library.datasets.open(library.datasets.find("ml-1m").dataset_id)
        finished = drive(operations.train(library, dataset, TrainingPlan.of("two_head", training=_training(epochs))))
    print(json.dumps({"people_per_second": finished.trained.examples_per_second}))
    return 0


def window(home: Path, epochs: int, seconds: float) -> int:
    from desktop_rec.app import Launch, make_application
    from desktop_rec.tour.hand import live_for
    from engine.device import training_threads
    from engine.training.plan import TrainingPlan

    app = make_application(sys.argv[:1])
    launch = Launch(app, home, theme="light")
    launch.begin([])
    session = launch.session
    live_for(3000)
    session.dataset.open(session.library.files.datasets.find("ml-1m").dataset_id)
    _wait(lambda: session.model.recommender is not None)
    launch.window.show_place("train")
    live_for(2000)
    idle = measured(lambda start: time.perf_counter() - start > seconds)
    session.training.train(TrainingPlan.of("two_head", training=_training(epochs)))
    _wait(lambda: len(session.training.state.steps) > 20)
    busy = measured(lambda start: len(session.training.state.epochs) >= epochs)
    _wait(lambda: session.training.state.finished is not None)
    figures = {"people_per_second": session.training.state.finished.trained.examples_per_second}
    figures["threads"] = training_threads()
    for name, late in (("idle", idle), ("training", busy)):
        figures |= {f"{name}_p50": np.percentile(late, 50), f"{name}_p99": np.percentile(late, 99)}
        figures[f"{name}_max"] = late.max()
    launch.window.close_without_asking()
    _wait(lambda: session.is_idle)
    launch.end()
    print(json.dumps({name: float(value) for name, value in figures.items()}))
    return 0


def measured(is_over: object) -> np.ndarray:
    """How late a 10 ms timer came each time, in ms, until `is_over(start)`."""
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    late: list[float] = []
    loop, timer = QEventLoop(), QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    start = last = time.perf_counter()

    def came() -> None:
        nonlocal last
        now = time.perf_counter()
        late.append(max(0.0, (now - last) * 1000 - 10))
        last = now
        if is_over(start):
            loop.quit()

    timer.timeout.connect(came)
    timer.start(10)
    loop.exec()
    timer.stop()
    return np.array(late)


def _training(epochs: int) -> object:
    from engine.training.config import TrainingConfig

    return TrainingConfig(epochs=epochs, lr=EPOCHS_LR)


def _wait(until: object) -> None:
    from desktop_rec.tour.hand import live_for

    while not until():
        live_for(20)


def _part(part: str, home: str, asked: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, __file__, "--part", part, "--home", home]
    command += ["--epochs", str(asked.epochs), "--seconds", str(asked.seconds)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(_ROOT)})
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


_ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    sys.exit(main())
