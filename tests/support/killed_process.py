"""Kills processes that work in a library, at drawn moments, and looks at what the next opening makes of it.

`killed_process.py FOLDER KILLS SEED` (KILLS: "profile=3,import=2") prints as JSON, by activity, how many were killed,
and every failure in a sentence. For each kill a copy of one furnished folder is worked in by a forked process. It is
ended by SIGKILL at a drawn file operation in the folder (as audited: opening, renaming, removing, making folders) or at
a drawn time, and says through a pipe what it has acknowledged until then. One that was not killed is looked at, too.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from after_kill import Round, digest_of, problems_of, profile
from every_job import REPORT
from operation_driving import QUICK, trained
from planted import planted_dataset
from small_models import SMALL

from engine import operations
from engine.data.exporting import Exported
from engine.data.split import SplitConfig
from engine.errors import LibraryError
from engine.events import CheckpointSaved, EpochEnded, Event, RunRecorded, drive
from engine.library.copies import Copies
from engine.library.store import Library
from engine.recommending.taste_map import TasteMap
from engine.training import saving
from engine.training.plan import TrainingPlan
from engine.training.search import grid_of

Say = Callable[[str], None]
PLANTED = planted_dataset(people=60, titles=30)
RATINGS = 40
_IN_AN_OPENING = 120
_MOST_TRIES = 3
_AUDITED = frozenset({"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "sqlite3.connect"})


def furnish(folder: Path) -> None:
    """A library with a data set, a finished run and a person, a ratings file, and the person's own folder beside it."""
    with Library.open(folder / "home", who="a test") as library:
        library.datasets.save(PLANTED, REPORT)
        drive(trained(library, library.datasets.open("planted"), model="ease", model_config=None, training=None))
        library.profiles.save(profile(0))
    rows = [f"{n % 40},{n * 7 % 30},{n % 9 / 2 + 0.5}" for n in range(600)]
    (folder / "ratings.csv").write_text("\n".join(["userId,movieId,rating", *rows]))
    (folder / "results").mkdir()


def heard(say: Say) -> Callable[[Event], None]:
    def on_event(event: Event) -> None:
        if isinstance(event, RunRecorded):
            say(f"run {event.run_id}")
        elif isinstance(event, CheckpointSaved):
            say(f"step {event.step}")
        elif isinstance(event, EpochEnded):
            say(f"epoch {event.epoch}")

    return on_event


def train(library: Library, folder: Path, say: Say, *, model: str) -> None:
    """Learn in three epochs, with a checkpoint after every step."""
    saving.EVERY_S = saving.COST = 0.0
    batch = 256 if model in ("mf", "embedding_mlp") else 16
    training = QUICK.changed(batch=batch, epochs=3)
    dataset = library.datasets.open("planted")
    job = trained(library, dataset, model=model, model_config=SMALL[model], device="cpu", training=training)
    drive(job, on_event=heard(say))
    say("finished")


def import_files(library: Library, folder: Path, say: Say) -> None:
    for _ in range(2):
        say(f"imported {drive(operations.import_files(library, [folder / 'ratings.csv'])).record.dataset_id}")
    again = drive(operations.import_again(library, "latest"))
    operations.settle_again(library, again)
    say("settled")


def use_sample(library: Library, folder: Path, say: Say) -> None:
    for _ in range(2):
        drive(operations.open_sample(library))
        say("open")
        library.datasets.delete("sample")
        say("deleted")


def judge(library: Library, folder: Path, say: Say) -> None:
    for _ in range(2):
        drive(operations.evaluate(library, "latest"))
        say("judged")
    drive(operations.baselines(library, library.datasets.open("planted"), SplitConfig()))
    say("baselines")


def prepare(library: Library, folder: Path, say: Say) -> None:
    """The first model, its stars and a taste map, as the window computes them."""
    dataset = library.datasets.open("planted")
    drive(operations.companion(library, dataset, drive(operations.quick_model(library, dataset)).model))
    say("list stored")
    say("stars stored")
    points = np.random.default_rng(0).standard_normal((dataset.titles, 2)).astype(np.float32)
    library.taste_maps.save(dataset.fingerprint, TasteMap(points, keeps_neighbours=True, key="map"))
    say("map stored")


def change_profile(library: Library, folder: Path, say: Say) -> None:
    for number in range(1, RATINGS + 1):
        library.profiles.save(profile(number))
        say(f"rated {number}")


def rearrange(library: Library, folder: Path, say: Say) -> None:
    """Rename, delete, bring back, forget."""
    run_id = library.runs.find("latest").run_id
    for number in range(3):
        library.datasets.rename("planted", f"Name {number}")
        say(f"named Name {number}")
        for store, record_id in ((library.datasets, "planted"), (library.runs, run_id)):
            say(f"deleting {record_id}")
            store.delete(record_id)
            store.restore(record_id)
            say(f"back {record_id}")
    library.datasets.save(replace(PLANTED, dataset_id="second", name="Second"), REPORT)
    library.datasets.delete("second")
    say("second deleted")
    library.datasets.forget("second")
    say(f"deleting {run_id}")
    library.runs.forget(run_id)


def write_results(library: Library, folder: Path, say: Say) -> None:
    """Write into the person's own folder, outside the library."""
    dataset = library.datasets.open("planted")
    many = folder / "results" / "many.csv"
    many.write_text("\n".join(["user,item,rating", *(f"{n % 30},{n * 7 % 30},{n % 5 + 1}" for n in range(300))]))
    for number in range(3):
        done: Exported = drive(operations.export_dataset(dataset, folder / "results" / f"export {number}")).exported
        say(f"exported {number} {sum(size for _, size in done.files)}")
        out = folder / "results" / f"lists {number}.csv"
        written = drive(operations.recommend_many(library, "latest", many, out=out, top=5))
        say(f"lists {number} {written.lines}")


def search(library: Library, folder: Path, say: Say) -> None:
    job = operations.search(
        library, library.datasets.open("planted"), grid_of(TrainingPlan.defaults("ease"), {"l2": (1.0, 10.0, 50.0)})
    )
    drive(job, on_event=heard(say))
    say("finished")


def use_window(home: Path, folder: Path, say: Say) -> None:
    """Rate, train and delete in the window, which runs without a screen."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from desktop_rec.app import Launch, make_application

    app = make_application(["a test"])
    launch = Launch(app, home, theme="light")
    session, window = launch.session, launch.window
    launch.begin([])

    def wait(until: Callable[[], object]) -> None:
        while not until():
            app.processEvents()
            time.sleep(0.001)

    wait(lambda: session.library.files is not None)
    session.data.open("planted")
    wait(lambda: session.recommendations.list is not None or session.profile.current is not None)
    plan = TrainingPlan.defaults("mult_dae")
    session.training.train(replace(plan, training=plan.training.changed(epochs=2, lr=1e-3) if plan.training else None))
    for number in range(1, RATINGS + 1):
        session.my_ratings.rate(number % 20, float(number % 5 + 1))
        say(f"window rated {number}")
        for _ in range(3):
            app.processEvents()
            time.sleep(0.002)
    wait(lambda: session.jobs.is_idle)
    launch.preferences.theme = "dark"
    window.close_without_asking()
    wait(lambda: session.is_idle)
    launch.end()
    say("closed")


def only_open(library: Library, folder: Path, say: Say) -> None:
    """Nothing but what opening does."""


IN_A_LIBRARY: dict[str, Callable[[Library, Path, Say], None]] = {
    **{f"train {name}": partial(train, model=name) for name in SMALL},
    "import": import_files,
    "sample": use_sample,
    "judge": judge,
    "prepare": prepare,
    "profile": change_profile,
    "rearrange": rearrange,
    "results": write_results,
    "search": search,
    "open": only_open,
}
ACTIVITIES = (*IN_A_LIBRARY, "window")


def work(activity: str, folder: Path, say: Say) -> None:
    Copies.__init__.__kwdefaults__["clock"] = _hurried  # copies are due all the time, so that kills meet them
    if activity == "window":
        use_window(folder / "home", folder, say)
        return
    with Library.open(folder / "home", who="the killed one") as library:
        IN_A_LIBRARY[activity](library, folder, say)


def _hurried() -> float:
    return time.monotonic() * 1e4


def forked(
    activity: str, folder: Path, *, at_operation: int | None = None, after_s: float | None = None
) -> tuple[Round, int, float]:
    """Let a process do it, maybe killed; also the number of file operations and the seconds that it took."""
    reading, writing = os.pipe()
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _be_killed(activity, folder, writing, at_operation)
    os.close(writing)
    if after_s is not None:
        time.sleep(after_s)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        lines = pipe.read().split("\n")[:-1]
    _, status = os.waitpid(pid, 0)
    seconds = time.monotonic() - began
    was_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    counts = [int(line.split()[1]) for line in lines if line.startswith("operations ")]
    said = tuple(line for line in lines if not line.startswith("operations "))
    if not was_killed and not counts:
        said = (*said, "failed")
    return Round(folder, said, was_killed), counts[-1] if counts else 0, seconds


def _be_killed(activity: str, folder: Path, writing: int, at_operation: int | None) -> None:
    """The body of the forked process, which never returns."""
    count, within = 0, str(folder)

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        if event in _AUDITED and within in str(arguments[0]):
            count += 1
            if count == at_operation:
                os.kill(os.getpid(), signal.SIGKILL)

    def say(text: str) -> None:
        os.write(writing, f"{text}\n".encode())

    status = 1
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2 if not os.environ.get("SHOWN") else nowhere.fileno())
        torch.set_num_threads(1)
        sys.addaudithook(audit)
        work(activity, folder, say)
        say(f"operations {count}")
        status = 0
    finally:
        os._exit(status)


def whole_digest(activity: str, folder: Path) -> str:
    """The digest of an uninterrupted training."""
    round_, _, _ = forked(activity, folder)
    with Library.open(round_.home, who="a test") as library:
        return digest_of(library, "latest")


def killed(activity: str, folder: Path, *, kills: int, seed: int) -> dict[str, Any]:
    """Kill an activity so often, every other time at a file operation, else at a time; one that had ended is none."""
    drawn, failures, died, number = random.Random(seed), [], 0, 0
    furnished = folder / "furnished"
    if not furnished.exists():
        furnish(furnished)

    def copied(name: str) -> Path:
        return Path(shutil.copytree(furnished, folder / activity / name))

    round_, operations_, seconds = forked(activity, copied("undisturbed"))
    whole = {activity: whole_digest(activity, copied("whole"))} if activity.startswith("train") else {}
    failures += [f"undisturbed: {problem}" for problem in problems_of(round_, activity, whole)]
    while died < kills and number < _MOST_TRIES * kills:
        at = drawn.randint(1, max(1, operations_ * 9 // 10)) if number % 2 == 0 else None
        after_s = None if at else drawn.uniform(0, 0.9 * seconds)
        round_, _, _ = forked(activity, copied(f"kill {number}"), at_operation=at, after_s=after_s)
        if number % 3 == 0:  # the next opening, which puts things right, is killed, too
            forked("open", round_.folder, at_operation=drawn.randint(1, _IN_AN_OPENING))
        died += round_.was_killed
        try:
            problems = list(problems_of(round_, activity, whole))
        except (LibraryError, OSError, AssertionError) as error:
            problems = [f"{type(error).__name__}: {error}"]
        moment = f"operation {at}" if at else f"{after_s:.3f} s"
        failures += [f"{activity}, kill {number} at {moment}: {problem}" for problem in problems]
        if not problems:
            shutil.rmtree(round_.folder)
        number += 1
    for name in ("undisturbed", "whole"):
        shutil.rmtree(folder / activity / name, ignore_errors=True)
    counts = {"killed": died, "tried": number, "operations": operations_}
    return {**counts, "seconds": round(seconds, 2), "failures": failures}


if __name__ == "__main__":
    torch.set_num_threads(1)
    base, seed = Path(sys.argv[1]), int(sys.argv[3])
    base.mkdir(parents=True, exist_ok=True)
    kills_of = {name: int(count) for name, count in (part.split("=") for part in sys.argv[2].split(","))}
    print(json.dumps({name: killed(name, base, kills=kills, seed=seed) for name, kills in kills_of.items()}, indent=1))
