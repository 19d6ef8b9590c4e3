"""What judging costs: time for each model on MovieLens-1M, and memory as people become more.

    python tests/bench/judging.py time [--data DIR] [--models popularity,ease,mult_vae] [--rounds 3]
    python tests/bench/judging.py memory

`time` judges 600 people of a strong split by models that need not have learned anything: as at the end of training,
and with the cold-start curve, as `evaluate` does. Processor seconds of one thread, the least of some rounds. `memory`
judges 1,000, 2,000 and 4,000 people over 60,000 titles, each in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch

from engine.data.dataset import Histories, Scale
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.split import HeldOut, strong_split
from engine.evaluation.protocol import evaluate_model
from engine.events import drive
from engine.models.base import ClosedFormModel, StepModel
from engine.models.popularity import Popularity, PopularityConfig
from engine.models.registry import build, fitted_config
from engine.operations.evaluating import COLD_START_PEOPLE

TITLES, PROFILE = 60_000, 20


def times(data: Path, models: list[str], rounds: int) -> None:
    dataset, _ = drive(import_files([data / "ratings.dat"], options=ImportOptions(), dataset_id="ml-1m"))
    split = strong_split(dataset, people_seed=98765, hold_out_seed=1, people_each=600)
    assert split.test is not None
    counts_I = np.bincount(split.train.item_rows_N, minlength=split.titles)
    print(f"600 people, {split.titles:,} titles, 1 thread, least of {rounds}: processor seconds")
    for name in models:
        config = fitted_config(name, None, entries=split.train.entries)
        model = build(name, config, items=dataset.titles, scale=dataset.scale)
        if isinstance(model, ClosedFormModel):
            drive(model.fit(split.train))
        elif isinstance(model, StepModel):
            model.prepare(split.train, seed=1)
        took = []
        for people in (0, COLD_START_PEOPLE):
            spent = []
            for _ in range(rounds):
                started = time.process_time()
                drive(evaluate_model(model, split.test, candidates_I=split.candidates_I, counts_I=counts_I,
                            cold_start_people=people))  # fmt: skip
                spent.append(time.process_time() - started)
            took.append(min(spent))
        print(f"  {name:14s} {took[0]:7.3f} s; with the cold-start curve {took[1]:7.3f} s", flush=True)


def memory_of(people: int) -> None:
    rng = np.random.default_rng(0)
    keys = np.unique(rng.integers(0, people * TITLES, people * PROFILE))
    users, items, is_told = keys // TITLES, keys % TITLES, rng.random(len(keys)) < 0.8
    ratings = rng.integers(1, 6, len(keys)).astype(np.float32)
    told, wanted = (
        Histories.of(users[some], items[some], ratings[some], people=people) for some in (is_told, ~is_told)
    )
    model = Popularity(PopularityConfig(), items=TITLES, scale=Scale(1, 5, 1))
    drive(model.fit(told))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    everybody = HeldOut(np.arange(people), told, wanted)
    drive(evaluate_model(model, everybody, candidates_I=np.ones(TITLES, dtype=bool), counts_I=np.arange(TITLES)))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"  {people:6,} people: {grown:6.0f} MiB more at the peak than before", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("which", choices=("time", "memory"))
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("DESKTOP_REC_DATA", "data")) / "ml-1m")
    parser.add_argument("--models", default="popularity,ease,mult_vae,mult_dae,two_head,mf")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--people", type=int, help="memory: only so many, in this process")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.which == "time":
        times(arguments.data, arguments.models.split(","), arguments.rounds)
    elif arguments.people:
        memory_of(arguments.people)
    else:
        print(f"{TITLES:,} titles, some {PROFILE} entries a person")
        for people in (1_000, 2_000, 4_000):
            subprocess.run([sys.executable, __file__, "memory", "--people", str(people)], check=True)


if __name__ == "__main__":
    main()
