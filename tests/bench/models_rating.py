"""Rating error on MovieLens-1M, one rating in ten held out at random, beside what others reach on the same rows.

    PYTHONPATH=. python tests/bench/models_rating.py [--data DIR] [--models mf,embedding_mlp,lstm] [--seeds 1]

The rows are those of `default_rng(42).random(n) < 0.9` in the order of the file. A model learns first from nine in ten
of these, to see after how many epochs it is at its best on the tenth; then afresh from all of them for so many epochs.
Nothing is ever chosen by the rows that are tested on. RMSE in stars, and on ratings moved to 0..1.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import torch

from engine.data.dataset import Dataset
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.split import SplitConfig, make_split
from engine.evaluation.protocol import watched_value
from engine.events import EpochEnded, drive
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.registry import build, fitted_config, kind_of
from engine.training.checkpoint import TrainingState
from engine.training.config import TrainingConfig
from engine.training.trainer import TrainedRun, train

KNOWN = {"Surprise SVD": 0.8655, "myFM": 0.8489}
AT_MOST = {"mf": 0.860}
SPLIT = SplitConfig(kind="random", seed=42, test_share=0.1, validation_share=0.1)


class KeepNothing:
    """A run that nobody will resume."""

    def checkpoint(self, state: TrainingState) -> None:
        del state

    def curve(self, epoch: EpochEnded) -> None:
        print(f"    epoch {epoch.epoch}: loss {epoch.training_loss:.4f} {epoch.validation}", file=sys.stderr)


def learned(name: str, dataset: Dataset, split_config: SplitConfig, *, seed: int, epochs: int | None) -> TrainedRun:
    """A model trained as it comes, on the rows of a split."""
    kind, split = kind_of(name), make_split(dataset, split_config)
    config = fitted_config(name, None, entries=dataset.entries)
    model = build(name, config, items=dataset.titles, scale=dataset.scale, seed=seed)
    assert isinstance(model, StepModel)
    settings = {**kind.training, "seed": seed, "watched": "rmse"} | ({"epochs": epochs} if epochs else {})
    job = train(split, model, config=TrainingConfig(**settings), keep=KeepNothing(), device=torch.device("cpu"))
    return drive(job)


def error_of(model: Model, dataset: Dataset) -> float:
    """RMSE on the rows that nothing was chosen by, everything else folded in."""
    split = make_split(dataset, SPLIT.changed(validation_share=0.0))
    assert split.test is not None
    return watched_value(model, split.test, candidates_I=split.candidates_I, metric="rmse")


def judged(name: str, dataset: Dataset, seed: int) -> float:
    """Choose the epochs, learn afresh from all that may be learned from, and test."""
    started = time.perf_counter()
    if not kind_of(name).can.learns_by_steps:
        config = fitted_config(name, None, entries=dataset.entries)
        model = build(name, config, items=dataset.titles, scale=dataset.scale)
        assert isinstance(model, ClosedFormModel)
        drive(model.fit(make_split(dataset, SPLIT.changed(validation_share=0.0)).train))
        words = "computed at once"
    else:
        first = learned(name, dataset, SPLIT, seed=seed, epochs=None)
        again = SPLIT.changed(validation_share=0.0)
        model = learned(name, dataset, again, seed=seed, epochs=first.best_epoch).model
        words = f"validation {first.best_value:.4f} at epoch {first.best_epoch} of {first.epochs}"
    error = error_of(model, dataset)
    span, seconds = dataset.scale.high - dataset.scale.low, time.perf_counter() - started
    print(
        f"  {name} #{seed}: RMSE {error:.4f} stars, {error / span:.4f} on 0..1 ({words}; {seconds:.0f} s)", flush=True
    )
    return error


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", help="the folder of ml-1m")
    parser.add_argument("--models", default="popularity,mf")
    parser.add_argument("--seeds", type=lambda text: [int(one) for one in text.split(",")], default=[1])
    parser.add_argument("--threads", type=int, default=None)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    folder = Path(arguments.data or os.environ.get("DESKTOP_REC_DATA", "data") + "/ml-1m")
    dataset, _ = drive(import_files([folder / "ratings.dat"], options=ImportOptions(), dataset_id="ml-1m"))
    print(f"MovieLens-1M, random 90/10; on the same rows {KNOWN}")
    met = True
    for name in arguments.models.split(","):
        errors = [judged(name, dataset, seed) for seed in arguments.seeds]
        met &= sum(errors) / len(errors) <= AT_MOST.get(name, float("inf"))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
