"""How long a whole list takes to explain: every rating of a profile left out once, by every model, on MovieLens-1M.

    PYTHONPATH=. python tests/bench/explaining.py [--data DIR] [--models ease,mf,...] [--entries 250,800] [--threads 1]

Seconds do not hang on what was learned, so models that learn by steps are asked as they start. The profile is that of
somebody who rated the best known titles. The fifty best titles are explained, as the window does; the second figure is
one title with the ranks without its reasons.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch

from engine.data.dataset import Dataset, Histories
from engine.data.importing.importer import ImportOptions, import_files
from engine.events import drive
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.registry import MODELS, build, fitted_config
from engine.recommending.explanation import explain
from engine.recommending.insights import explain_list
from engine.recommending.recommender import Recommender


def ready(name: str, dataset: Dataset) -> Model:
    """A model that answers: computed where that takes seconds, else as it starts."""
    config = fitted_config(name, None, entries=dataset.entries)
    model = build(name, config, items=dataset.titles, scale=dataset.scale)
    if isinstance(model, ClosedFormModel):
        drive(model.fit(dataset.histories))
    if isinstance(model, StepModel):
        model.prepare(dataset.histories, seed=1)
    return model.eval()


def profile_of(entries: int, dataset: Dataset) -> Histories:
    """Somebody with so many of the best known titles, in an order of their own."""
    dice = np.random.default_rng(entries)
    known = np.argsort(-dataset.counts_I)[: min(dataset.titles - 100, 2 * entries)]
    rows = dice.permutation(known)[:entries]
    ratings = dice.integers(1, 6, len(rows)).astype(np.float32)
    times = np.arange(len(rows), dtype=np.int64)
    return Histories(np.array([0, len(rows)]), rows.astype(np.int32), ratings, times)


def seconds_of(recommender: Recommender, profile: Histories) -> tuple[float, float]:
    """Wall seconds to explain the whole list, and one title of it."""
    recommender.recommend(profile, top=1)
    started = time.perf_counter()
    drive(explain_list(recommender, profile, top=50))
    listed = time.perf_counter()
    best = recommender.recommend(profile, top=1).items[0].item_row
    explain(recommender, profile, best)
    return listed - started, time.perf_counter() - listed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", help="the folder of ml-1m")
    parser.add_argument("--models", default=",".join(name for name in MODELS if name != "blend"))
    parser.add_argument("--entries", type=lambda text: [int(part) for part in text.split(",")], default=[250, 800])
    parser.add_argument("--threads", type=int, default=None)
    arguments = parser.parse_args()
    folder = Path(arguments.data or os.environ.get("DESKTOP_REC_DATA", "data") + "/ml-1m")
    dataset, _ = drive(import_files([folder / "ratings.dat"], options=ImportOptions(), dataset_id="ml-1m"))
    heads = [f"{n} ratings: list, one title" for n in arguments.entries]
    print(f"MovieLens-1M, {dataset.titles:,} titles; seconds\n{'':14}" + "".join(f"{head:>32}" for head in heads))
    for name in arguments.models.split(","):
        recommender = Recommender(ready(name, dataset), dataset)
        if arguments.threads:
            torch.set_num_threads(arguments.threads)
        found = [seconds_of(recommender, profile_of(n, dataset)) for n in arguments.entries]
        print(f"{name:14}" + "".join(f"{each:>22.2f}{one:>10.2f}" for each, one in found), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
