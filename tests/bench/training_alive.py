"""Is the window alive while each kind of model trains with all its panels, and what does training pay for that?

    DESKTOP_REC_DATA=... python tests/bench/training_alive.py [--models mf,two_head] [--seconds 20] [--replay]

A 10 ms timer on the GUI thread measures how late it comes, and how much processor time that thread spent between two of
its turns, which neighbours on the machine do not lengthen: first with an idle window (Train in view), then while mf
(adam), mult_vae, two_head and lstm train on MovieLens-1M (the sample where there is none). Then the run is stopped: how
long until the window says so, until nothing more is learned and it is saved, beside how long a step took, and until all
is kept. The same plan runs from the terminal, in a process of its own with equally many threads, in turns with the
window. Compared are steps a second, those without the time in which the learning thread was ready and had no core
(Linux tells; neighbours take them), processor time a step (the job's alone), and for how much of the time the learning
thread was held up: when it neither computed nor waited for a core, but for Python, say, or for the disk. Of the
terminal it is said how much of the time its saves took, of states and of epochs (a first one that is slow counts much
in a short run).

--replay: an hour's events, 100,000 steps and 500 epochs, into the view alone: how much memory grows, and the longest
turn of the GUI thread.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

_ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT))

MODELS = ("mf", "mult_vae", "two_head", "lstm")
TURNS = ("terminal", "window", "terminal")
"""In turns, because such machines change their speed by the minute."""
STEPS, EPOCHS = 100_000, 500
_WARM_STEPS = 10
_MIB = 2**20
Mark = tuple[float, float, float, float, float]
"""Steps, seconds, processor seconds, and of the learning thread those it had a core and those it waited for one."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each part is")
    parser.add_argument("--part", choices=("terminal", "window"))
    parser.add_argument("--home", type=Path)
    parser.add_argument("--replay", action="store_true")
    asked = parser.parse_args()
    if asked.replay:
        return replay()
    if asked.part is not None:
        found = {"terminal": terminal, "window": window}[asked.part](asked.home, asked.models, asked.seconds)
        print(json.dumps({name: float(value) for name, value in found.items()}))
        return 0
    import PySide6
    import torch

    print(
        f"machine  {platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    print(f"versions Python {platform.python_version()}, torch {torch.__version__}, PySide6 {PySide6.__version__}")
    with tempfile.TemporaryDirectory() as home:
        _import(Path(home))
        for model in asked.models.split(","):
            turns = [(part, _part(part, home, model, asked.seconds)) for part in TURNS]
            report(model, [turn for part, turn in turns if part == "terminal"], dict(turns)["window"])
    return 0


def report(model: str, terminals: list[dict[str, float]], window: dict[str, float]) -> None:
    threads = f"threads: {window['threads']:.0f} in the window, {terminals[0]['threads']:.0f} from the terminal"
    print(f"\n{model}: {threads}, a step took {window['step_ms']:.0f} ms")
    for name in ("idle", "training"):
        late = ", ".join(f"{window[f'{name}_late_{part}']:.1f} ms at {part}" for part in ("p50", "p99", "max"))
        work = ", ".join(f"{window[f'{name}_work_{part}']:.1f} at {part}" for part in ("p99", "max"))
        print(f"  {name:<9} timer late by {late}; work of the GUI thread in a turn, ms: {work}")
    said, ended, kept = (f"{window[name]:.0f} ms" for name in ("said_ms", "ended_ms", "kept_ms"))
    for turn in terminals:
        saves, share = f"{turn['saves']:.0f} saves took {turn['saves_s']:.2f} s", f"{turn['saves_percent']:.1f} %"
        print(f"  saving    {saves}, {share} of the time")
    print(f"  stop      said after {said}, no more learned after {ended}, all kept after {kept}")
    compared = (
        ("steps_per_s", "steps a second"),
        ("steps_per_s_on_core", "steps a second that it had a core"),
        ("cpu_ms", "ms of processor time a step"),
    )
    for name, words in compared:
        here = np.mean([turn[name] for turn in terminals])
        ratio = here / window[name] if name == "cpu_ms" else window[name] / here
        each = ", ".join(f"{turn[name]:.1f}" for turn in terminals)
        print(f"  speed     {window[name]:.1f} {words} in the window, {each} from the terminal: {ratio:.3f}")
    held = ", ".join(f"{turn['held_percent']:.1f} %" for turn in terminals)
    print(f"  held up   {window['held_percent']:.1f} % of the time in the window, {held} from the terminal")


def terminal(home: Path, model: str, seconds: float) -> dict[str, float]:
    import torch

    from engine import operations
    from engine.device import training_threads
    from engine.events import StepsTaken, drive
    from engine.library.store import Library

    torch.set_num_threads(training_threads())
    plan, marks = plan_of(model), []
    saves_s = _timed_saves()

    def note(event: object) -> None:
        if isinstance(event, StepsTaken) and event.first_step >= _WARM_STEPS:
            steps = event.first_step + len(event.losses)
            marks.append((steps, time.perf_counter(), time.process_time(), *_thread_s("MainThread")))

    with Library.open(home, who="bench") as library:
        dataset = library.datasets.open(library.datasets.find("latest").dataset_id)
        job = operations.train(library, dataset, plan)
        drive(job, on_event=note, should_stop=lambda: bool(marks) and marks[-1][1] - marks[0][1] > seconds)
    share = sum(saves_s) / (marks[-1][1] - marks[0][1])
    saved = {"saves": len(saves_s), "saves_s": sum(saves_s), "saves_percent": 100 * share}
    return _speed(marks[0], marks[-1]) | saved | {"threads": training_threads()}


def _timed_saves() -> list[float]:
    """How long each save of a run of this process takes from now on, in seconds."""
    from engine.training.saving import Saving

    found: list[float] = []

    def timed(save: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            began_at = time.perf_counter()
            try:
                return save(*arguments, **options)
            finally:
                found.append(time.perf_counter() - began_at)

        return call

    for name in ("save", "save_epoch"):
        setattr(Saving, name, timed(getattr(Saving, name)))
    return found


def window(home: Path, model: str, seconds: float) -> dict[str, float]:
    from desktop_rec.app import Launch, make_application
    from desktop_rec.training.live.choices import CurveChoices
    from desktop_rec.training.live.panels import PANELS
    from engine.device import training_threads

    launch = Launch(make_application(sys.argv[:1]), home, theme="light")
    launch.begin([])
    session = launch.session
    _live(3.0)
    session.data.open(session.library.datasets()[0].dataset_id)
    _wait(lambda: session.model.recommender is not None)
    session.training.choose_curves(CurveChoices(panels=tuple(panel.name for panel in PANELS)))
    launch.window.show_place("train")
    _live(3.0)
    figures = {"threads": training_threads()}
    figures |= _named("idle", *turns_for(seconds))
    session.training.train(plan_of(model))
    state = session.training.state
    _wait(lambda: len(state.steps) > _WARM_STEPS)

    def mark() -> Mark:
        cpu_s = time.process_time() - time.thread_time()
        return len(state.steps), time.perf_counter(), cpu_s, *_thread_s("desktop-rec job")

    before = mark()
    figures |= _named("training", *turns_for(seconds))
    figures |= _speed(before, mark())
    asked_at = time.perf_counter()
    session.jobs.stop()
    _wait(lambda: session.jobs.state is None or session.jobs.state.stopping)
    figures["said_ms"] = 1000 * (time.perf_counter() - asked_at)
    _wait(lambda: state.stages[-1].stage == "saving")
    figures["ended_ms"] = 1000 * (time.perf_counter() - asked_at)
    _wait(lambda: state.finished is not None)
    figures["kept_ms"] = 1000 * (time.perf_counter() - asked_at)
    launch.window.close_without_asking()
    _wait(lambda: session.is_idle)
    launch.end()
    return figures


def replay() -> int:
    """Feed the view with the events of a long run."""
    from desktop_rec.app import make_application
    from desktop_rec.training.curves import TrainingState
    from desktop_rec.training.live.choices import CurveChoices
    from desktop_rec.training.live.panels import PANELS
    from desktop_rec.training.run_page import RunPage
    from engine.events import TrainingStarted

    make_application(sys.argv[:1])
    page, state = RunPage(), TrainingState(model="two_head", running=True)
    page.show_choices(CurveChoices(panels=tuple(panel.name for panel in PANELS)))
    page.resize(1100, 800)
    page.show()
    state.fold(TrainingStarted("r", "two_head", "cpu", "float32", 10, 10, 200, 0, STEPS, EPOCHS, "ndcg@100"))
    rng, events = np.random.default_rng(1), iter(range(EPOCHS))
    _feed(state, 0, rng)
    page.show_run(state)
    _live(2.0)
    before = _resident_mib()

    def feed() -> bool:
        epoch = next(events, None)
        if epoch:
            _feed(state, epoch, rng)
            page.show_run(state)
        return epoch is not None

    late_ms, work_ms = turns_for(3.0, feed)
    grown = _resident_mib() - before
    redraws = {name: _redraw_ms(page, state, view) for name, view in page.plot.panels.items()}
    print(f"replayed {len(state.steps):,} steps and {len(state.epochs)} epochs with {len(page.plot.panels)} panels")
    print(f"memory   grew by {grown:.0f} MiB")
    print(f"turns    {np.percentile(work_ms, 99):.1f} ms of work at p99, {work_ms.max():.1f} ms at worst")
    for name, times_ms in redraws.items():
        print(f"redraw   of {name}: {np.median(times_ms):.1f} ms of work at p50, {times_ms.max():.1f} ms at worst")
    print(f"late     {np.percentile(late_ms, 99):.1f} ms at p99, {late_ms.max():.1f} ms at worst")
    return 0


def _redraw_ms(page: Any, state: Any, view: Any) -> np.ndarray:
    """How long a panel takes to be drawn and painted, of this thread's processor time."""
    from desktop_rec.training.live.panel_view import Shown
    from desktop_rec.training.live.ranges import visible_x
    from desktop_rec.training.run_page import live_run

    times_ms = []
    for _ in range(30):
        began = time.thread_time()
        run = live_run(state)
        choices = page.bar.choices
        view.draw_run(Shown(run, (), choices, visible_x(STEPS, STEPS, held=None, log=False)))
        view.viewport().repaint()
        times_ms.append(1000 * (time.thread_time() - began))
    return np.array(times_ms)


def _feed(state: Any, epoch: int, rng: np.random.Generator) -> None:
    from engine.events import EpochEnded, StepsTaken

    each, first = STEPS // EPOCHS, epoch * (STEPS // EPOCHS)
    level = 5.0 + 4.0 / (1.0 + epoch / 20.0)
    losses = level + 0.3 * rng.standard_normal(each)
    parts = {"presence": losses * 0.9, "rating": losses * 0.1}
    state.fold(
        StepsTaken(first, losses, np.full(each, 1e-3), epoch + 1, STEPS, 900.0, 7.2 * (epoch + 1), 60.0, losses, parts)
    )
    measured = (("loss", level + 0.1), ("ndcg@100", 0.4 - 0.3 / (epoch + 1)), ("rmse", 0.9 + 0.1 / (epoch + 1)))
    learned = (("presence log variance", 0.01 * epoch), ("rating log variance", -0.01 * epoch))
    state.fold(
        EpochEnded(epoch + 1, first + each, level, (), measured, "ndcg@100", True, 1e-3, learned, 7.2 * (epoch + 1))
    )


def plan_of(model: str) -> Any:
    """A plan that needs no sweep and does not end by itself meanwhile."""
    from dataclasses import replace

    from engine.models.registry import kind_of
    from engine.training.config import TrainingConfig
    from engine.training.plan import TrainingPlan

    config = kind_of(model).config_class().changed(**({"solver": "adam"} if model == "mf" else {}))
    plan = TrainingPlan.of(model, model_config=config, entries=1_000_000)
    training = plan.training or TrainingConfig()
    return replace(plan, training=training.changed(epochs=500, lr=1e-3), device="cpu")


def turns_for(seconds: float, act: Callable[[], bool] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """How late a 10 ms timer came each time, and how much this thread worked between two of its turns, in ms.

    `act` is called in every third turn, until it says False; else the seconds count.
    """
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    loop, timer = QEventLoop(), QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    turns = [(time.perf_counter(), time.thread_time())]

    def came() -> None:
        turns.append((time.perf_counter(), time.thread_time()))
        is_over = turns[-1][0] - turns[0][0] > seconds
        if act is not None and len(turns) % 3 == 0:
            goes_on = act()
            is_over = not goes_on
        elif act is not None:
            is_over = False
        if is_over:
            loop.quit()

    timer.timeout.connect(came)
    timer.start(10)
    loop.exec()
    timer.stop()
    wall_ms, work_ms = (1000 * np.diff(np.array(turns), axis=0)).T
    return np.maximum(0.0, wall_ms - 10), work_ms


def _named(name: str, late_ms: np.ndarray, work_ms: np.ndarray) -> dict[str, float]:
    found = {}
    for kind, values in (("late", late_ms), ("work", work_ms)):
        found |= {f"{name}_{kind}_{part}": np.percentile(values, q) for part, q in (("p50", 50), ("p99", 99))}
        found[f"{name}_{kind}_max"] = values.max()
    return found


def _speed(before: Mark, after: Mark) -> dict[str, float]:
    """Steps a second, and what a step took."""
    steps, seconds, cpu_s, ran_s, waited_s = np.subtract(after, before)
    found = {"steps_per_s": steps / seconds, "steps_per_s_on_core": steps / (seconds - waited_s)}
    found["held_percent"] = 100 * (1 - (ran_s + waited_s) / seconds)
    return found | {"step_ms": 1000 * seconds / steps, "cpu_ms": 1000 * cpu_s / steps}


def _thread_s(thread_name: str) -> tuple[float, float]:
    """How long a thread of this process had a core, and how long it was ready and had none; NaN where unknown."""
    thread = next(thread for thread in threading.enumerate() if thread.name == thread_name)
    try:
        told = Path(f"/proc/self/task/{thread.native_id}/schedstat").read_text(encoding="ascii")
    except OSError:
        return float("nan"), float("nan")
    ran, waited, _ = told.split()
    return int(ran) / 1e9, int(waited) / 1e9


def _import(home: Path) -> None:
    data = os.environ.get("DESKTOP_REC_DATA")
    ratings = str(Path(data) / "ml-1m" / "ratings.dat") if data else "sample"
    command = [sys.executable, "-m", "engine", "import", ratings, "--home", str(home)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(_ROOT)})


def _part(part: str, home: str, model: str, seconds: float) -> dict[str, float]:
    from engine.device import usable_cores

    command = [sys.executable, __file__, "--part", part, "--home", home, "--models", model, "--seconds", str(seconds)]
    threads = {"OMP_NUM_THREADS": str(max(1, usable_cores() - 1)), **os.environ}
    done = subprocess.run(command, capture_output=True, text=True, env={**threads, "PYTHONPATH": str(_ROOT)})
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB


def _live(seconds: float) -> None:
    from desktop_rec.tour.hand import live_for

    live_for(round(1000 * seconds))


def _wait(until: Callable[[], bool]) -> None:
    while not until():
        _live(0.005)


if __name__ == "__main__":
    sys.exit(main())
