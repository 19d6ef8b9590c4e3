"""Damages a library in one place at a time, and looks at all that can be asked of it afterwards.

`damaged_process.py FOLDER COUNT SEED` prints as JSON how many damages of each kind were tried, on files of which stored
kinds, and what was wrong after which: an answer may be a sentence or the right one, within 5 seconds; and what does not
come of the damaged file must be the right one.
"""

from __future__ import annotations

import faulthandler
import json
import math
import os
import random
import shutil
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from damages import damage_cell, damaged_bytes, damaged_json
from every_job import REPORT
from operation_driving import QUICK, trained
from planted import planted_dataset
from small_models import SMALL
from stored_runs import a_sweep

from engine import operations
from engine.cli.command_line import run as run_command
from engine.data.profiles import Profile, ProfileEntry
from engine.data.split import SplitConfig
from engine.documents import document_of
from engine.errors import EngineError
from engine.events import drive
from engine.library.store import Library
from engine.recommending.taste_map import TasteMap
from engine.training.plan import TrainingPlan
from engine.training.search import grid_of

MOST_S = 5.0
ME = Profile(
    "me",
    "Me",
    tuple(ProfileEntry(str(n), f"Film {n}", 2000, float(n % 5 + 1)) for n in range(8)),
    *(tuple(ProfileEntry(str(n), f"Film {n}", 2000, None) for n in rows) for rows in ((9, 10), (11, 12))),
)
POINTS = np.random.default_rng(0).standard_normal((30, 2)).astype(np.float32)
SENTENCE = "a sentence"
KINDS = ("cell", "swap", "gone", "json", "bytes")
_COMMANDS = (["datasets"], ["runs"], ["profiles"], ["searches"], ["recommend", "two", "--user", "7", "--top", "3"])


def furnish(home: Path) -> None:
    """One of everything that is stored."""
    planted = planted_dataset(people=60, titles=30)
    times_N = np.arange(planted.entries, dtype=np.int64) * 86_400 + 10**9
    histories = replace(planted.histories, times_N=times_N)
    with Library.open(home, who="a test") as library:
        library.datasets.save(replace(planted, histories=histories, asked_P2=np.zeros((3, 2), np.int32)), REPORT)
        library.datasets.save(replace(planted, dataset_id="other", name="Other", fingerprint="0" * 32), REPORT)
        dataset = library.datasets.open("planted")
        for name, choices in (
            ("one", {"model": "ease", "model_config": None, "training": None}),
            ("two", {"training": QUICK.changed(epochs=2)}),
            ("three", {"model": "mf", "model_config": SMALL["mf"], "training": QUICK.changed(epochs=2, batch=256)}),
        ):
            run_id = drive(trained(library, dataset, device="cpu", advise=False, **choices)).run_id
            library.runs.rename(run_id, name)
        library.runs.rename(drive(operations.blend(library, ["one", "two"])).run_id, "four")
        drive(operations.baselines(library, dataset, SplitConfig()))
        drive(operations.companion(library, dataset, drive(operations.quick_model(library, dataset)).model))
        library.taste_maps.save(dataset.fingerprint, TasteMap(POINTS, keeps_neighbours=True, key="map"))
        drive(operations.search(library, dataset, grid_of(TrainingPlan.defaults("ease"), {"l2": (1.0, 10.0)})))
        library.sweeps.add(dataset, a_sweep())
        library.profiles.save(ME)
        library.profiles.save(replace(ME, profile_id="you", name="You"))
        library.profiles.remember("me", "choices", {"gems": 0.5})


def questions(library: Library) -> dict[str, Callable[[], Any]]:
    """All that is asked of the library, by name: "run two: ..." where it is about one run."""
    asked: dict[str, Callable[[], Any]] = {
        "the data sets": lambda: [(record.name, record.entries) for record in library.datasets.records()],
        "the runs": lambda: [(record.name, record.status) for record in library.runs.records()],
        "the people": lambda: [(record.name, record.entries) for record in library.profiles.records()],
        "the ratings": lambda: library.profiles.load("me").entries,
        "the lists": lambda: [library.profiles.load("me").saved, library.profiles.load("me").not_for_me],
        "what is remembered": lambda: library.profiles.remembered("me", "choices"),
        "the search": lambda: [(row.value, row.status) for row in library.searches.rows("ease search 1")],
        "the sweeps": lambda: [(sweep.name, sweep.words, sweep.chosen) for sweep in library.sweeps.records()],
        "the data set": lambda: _of_dataset(library, "planted"),
        "the other data set": lambda: _of_dataset(library, "other"),
        "the baselines": lambda: _baselines(library),
        "the taste map": lambda: _is_map_whole_or_none(library),
        "the first model": lambda: _first_listed(library),
    }
    for name in ("one", "two", "three", "four"):
        asked[f"run {name}: list"] = lambda name=name: _listed(library, name)
        asked[f"run {name}: figures"] = lambda name=name: _figures(library.runs.evaluation(name))
        asked[f"run {name}: curves"] = lambda name=name: _curves(library, name)
    asked["run two: state"] = lambda: sorted(library.runs.state("two").progress)
    asked["run two: gone on with"] = lambda: _gone_on_with(library, "two")
    return asked


def _of_dataset(library: Library, which: str) -> Any:
    dataset = library.datasets.open(which)
    counted = drive(library.datasets.statistics(dataset))
    texts = (dataset.users.ids, dataset.items.ids, dataset.catalogue.titles, dataset.catalogue.years)
    return [*map(list, texts), dataset.histories.ratings_N.tobytes(), dataset.counts_I.tolist(), counted.likes]


def _listed(library: Library, name: str) -> Any:
    recommender = operations.recommender_of(library, name)
    listed = drive(operations.recommend(recommender, ME, top=5)).listed.items
    return [(title.item_id, round(title.score, 4)) for title in listed]


def _first_listed(library: Library) -> Any:
    """It is computed again where what is stored of it is damaged, so this is always the right answer."""
    recommender = drive(operations.quick_model(library, library.datasets.open("planted")))
    listed = drive(operations.recommend(recommender, ME, top=5)).listed.items
    return [(title.item_id, round(title.score, 4)) for title in listed]


def _is_map_whole_or_none(library: Library) -> bool:
    found = library.taste_maps.find(library.datasets.open("planted").fingerprint, "map", titles=len(POINTS))
    return found is None or np.array_equal(found.points_I2, POINTS)


def _curves(library: Library, name: str) -> Any:
    return document_of(library.runs.curves(library.runs.find(name).run_id))


def _gone_on_with(library: Library, name: str) -> Any:
    return drive(operations.resume(library, name, epochs=3, advise=False)).trained.epochs


def _figures(evaluation: Any) -> Any:
    return None if evaluation is None else document_of(evaluation.metrics)


def _baselines(library: Library) -> Any:
    found = library.baselines.find(library.datasets.find("planted").fingerprint, SplitConfig())
    return None if found is None else {name: _figures(of) for name, of in found.items()}


def answer(ask: Callable[[], Any]) -> Any:
    try:
        return _plain(ask())
    except EngineError:
        return SENTENCE


def _plain(value: Any) -> Any:
    """A value that equals itself: NaN does not."""
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return value


def may_be_other(question: str, path: str) -> bool:
    """Whether an answer may be a sentence (or none) where this file is damaged: it comes of it."""
    if path.startswith("library.sqlite"):
        return True
    about = question.partition(":")[0]
    if path.startswith("datasets/planted"):
        return question in ("the data set", "the first model") or question.endswith(("list", "gone on with"))
    if path.startswith("datasets/other"):
        return question == "the other data set"
    if path.startswith("runs/"):
        return about.startswith("run ") and path.split("/")[1].startswith(about.removeprefix("run "))
    if path.startswith("baselines/"):
        return question == "the baselines"
    return False


def stored_files(home: Path) -> list[str]:
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file() and path.name != "room")


def damage(home: Path, drawn: random.Random, names: dict[str, str]) -> tuple[str, str]:
    """Damage one file; the kind of damage, and the file with the name of its run in place of the id."""
    kind = drawn.choice(KINDS)
    files = [file for file in stored_files(home) if kind != "json" or file.endswith(".json")]
    places = sorted({place_of(file) for file in files})
    place = drawn.choice(places)
    file = "library.sqlite" if kind == "cell" else drawn.choice([file for file in files if place_of(file) == place])
    path = home / file
    said = file
    if kind == "cell":
        said = f"library.sqlite, {damage_cell(path, drawn)}"
    elif kind == "gone":
        path.unlink()
    elif kind == "swap":
        path.write_bytes((home / drawn.choice(files)).read_bytes())
    elif kind == "json":
        path.write_bytes(damaged_json(path.read_bytes(), drawn))
    else:
        path.write_bytes(damaged_bytes(path.read_bytes(), drawn))
    for run_id, name in names.items():
        said = said.replace(f"runs/{run_id}", f"runs/{name}")
    return kind, said


def place_of(file: str) -> str:
    """The stored kind of a file, each damaged equally often: of one name in one kind of folder."""
    parts = file.partition(",")[0].split("/")
    return f"{parts[0]}/{parts[-1]}"


def problems_of(home: Path, whole: dict[str, Any], path: str) -> list[str]:
    """What is wrong with the answers of a damaged library, in sentences."""
    problems: list[str] = []
    try:
        library = Library.open(home, who="a test")
    except EngineError as error:
        return [] if "newer version" in str(error) or path == "format.json" else [f"it does not open: {error}"]
    with library:
        for question, ask in questions(library).items():
            began = time.monotonic()
            try:
                found = answer(ask)
            except Exception:
                problems.append(f"{question}: {traceback.format_exc(limit=-3)}")
                continue
            if time.monotonic() - began > MOST_S:
                problems.append(f"{question}: took {time.monotonic() - began:.1f} s")
            if found == whole[question] or (found in (SENTENCE, None) and may_be_other(question, path)):
                continue
            if path.startswith("library.sqlite") and (library.notices or library.damaged()):
                continue
            problems.append(f"{question}: {found!r:.200} instead of {whole[question]!r:.200}")
    return problems


def problems_of_commands(home: Path) -> list[str]:
    """What the terminal makes of a damaged library."""
    problems = []
    for words in _COMMANDS:
        try:
            status = run_command([*words, "--home", str(home)])
        except Exception:
            problems.append(f"{words}: {traceback.format_exc(limit=-3)}")
            continue
        if status not in (0, 1):
            problems.append(f"{words}: exit status {status}")
    return problems


def main(folder: Path, count: int, seed: int) -> dict[str, Any]:
    furnished = folder / "furnished"
    if not furnished.exists():
        furnish(furnished)
    shutil.copytree(furnished, folder / "whole")
    with Library.open(folder / "whole", who="a test") as library:
        names = {record.run_id: record.name for record in library.runs.records()}
        whole = {question: answer(ask) for question, ask in questions(library).items()}
    assert SENTENCE not in whole.values()
    assert None not in whole.values()
    drawn, failures, slowest = random.Random(seed), [], 0.0
    kinds, places = Counter[str](), Counter[str]()
    for number in range(count):
        home = Path(shutil.copytree(furnished, folder / f"damage {number}"))
        kind, path = damage(home, drawn, names)
        kinds[kind] += 1
        places[place_of(path)] += 1
        began = time.monotonic()
        with open(os.devnull, "w") as nowhere:
            shown, sys.stdout, sys.stderr = (sys.stdout, sys.stderr), nowhere, nowhere
            try:
                copied = Path(shutil.copytree(home, folder / "for commands"))
                problems = problems_of(home, whole, path) + problems_of_commands(copied)
            finally:
                sys.stdout, sys.stderr = shown
        slowest = max(slowest, time.monotonic() - began)
        failures += [f"{number}, {kind} of {path}: {problem}" for problem in problems]
        shutil.rmtree(copied)
        if not problems or not os.environ.get("KEPT"):
            shutil.rmtree(home)
    shutil.rmtree(folder / "whole")
    return {"tried": dict(kinds), "stored": dict(places), "slowest_s": round(slowest, 2), "failures": failures}


if __name__ == "__main__":
    faulthandler.enable()
    torch.set_num_threads(1)
    base = Path(sys.argv[1])
    base.mkdir(parents=True, exist_ok=True)
    print(json.dumps(main(base, int(sys.argv[2]), int(sys.argv[3])), indent=1))
