"""What models gain by choosing their own settings, on planted data of both kinds and on real data.

    PYTHONPATH=. python tests/bench/own_settings.py [sparse dense sample ml-1m movietweetings-100k anime ...]
                                                    [--models popularity,mf,ease,mult_vae] [--epochs 10] [--seeds 1,2]

`sparse` has few ratings, much noise and no tastes; `dense` has nearly everything rated, loved or hated. `sample` is
bundled; the others are folders of $DESKTOP_REC_DATA. A line is a model and a seed of the split: what the rules for the
size of the data take, what is chosen on the validation people, and the difference on the test people with its 95 %
interval, person by person (RMSE: less is better; NDCG@100: more). The baselines stand beside: biases for ratings,
popularity and plain EASE (Steck 2019) for lists. Ratings are held out at random for `popularity` and `mf`, whole people
for the lists. The seconds are those of choosing, on one thread unless --threads says otherwise.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import torch
from quality import machine
from quality_models import CPU, NoRecorder

from engine.data.dataset import Dataset
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.sample import sample_files
from engine.data.split import Split, SplitConfig, make_split
from engine.evaluation.protocol import evaluate_model
from engine.evaluation.result import EvaluationResult, compare
from engine.events import drive
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.ease import AS_PUBLISHED, EaseConfig
from engine.models.registry import build, fitted_config, kind_of
from engine.settings import Config
from engine.training.config import TrainingConfig
from engine.training.settling import settle
from engine.training.trainer import train
from tests.support.planted import dense_dataset, sparse_dataset

FILES = {"ml-1m": "ratings.dat", "movietweetings-100k": "ratings.dat", "anime": "anime_ratings.dat"}
PLANTED = {"sparse": sparse_dataset, "dense": dense_dataset}
RATING = ("popularity", "mf")


def dataset_called(name: str) -> Dataset:
    if name in PLANTED:
        return PLANTED[name]()
    folder = Path(os.environ.get("DESKTOP_REC_DATA", "data")) / name
    files = sample_files() if name == "sample" else [folder / FILES.get(name, "ratings.csv")]
    dataset, _ = drive(import_files(files, options=ImportOptions(), dataset_id=name))
    return dataset


def learned(model: str, config: Config, dataset: Dataset, split: Split, *, epochs: int | None) -> Model:
    """A model of a split; one that learns by steps as it comes, or for fewer epochs."""
    fresh = build(model, config, items=dataset.titles, scale=dataset.scale)
    if isinstance(fresh, ClosedFormModel):
        drive(fresh.fit(split.train))
        return fresh
    assert isinstance(fresh, StepModel)
    settings = {**kind_of(model).training_for(dataset.entries), **({"epochs": epochs} if epochs else {})}
    job = train(split, fresh, config=TrainingConfig(**settings), recorder=NoRecorder(), device=CPU)
    return drive(job).model


def tested(model: Model, split: Split, metric: str) -> EvaluationResult:
    assert split.test is not None
    ks = (100,) if metric == "ndcg@100" else (1,)
    return drive(evaluate_model(model, split.test, candidates_I=split.candidates_I, ks=ks, intervals=False))


def line(name: str, model: str, dataset: Dataset, *, seed: int, epochs: int | None) -> None:
    """Print one line: rules, choice, and how far apart the two are on the test people."""
    metric = "rmse" if model in RATING else "ndcg@100"
    split = make_split(dataset, SplitConfig(kind="random" if model in RATING else "strong", seed=seed))
    by_rules = fitted_config(model, None, entries=dataset.entries)
    began_s = time.perf_counter()
    chosen = drive(settle(model, None, split, entries=dataset.entries))
    took_s = time.perf_counter() - began_s
    before = tested(learned(model, by_rules, dataset, split, epochs=epochs), split, metric)
    after = before
    if chosen.config != by_rules:
        after = tested(learned(model, chosen.config, dataset, split, epochs=epochs), split, metric)
    beside = {"popularity": fitted_config("popularity", None, entries=dataset.entries)}
    if metric == "rmse":
        beside = {"popularity": drive(settle("popularity", None, split, entries=dataset.entries)).config}
    else:
        beside["ease"] = fitted_config("ease", EaseConfig(**AS_PUBLISHED), entries=dataset.entries)
    cells = [
        f"{name} {model} #{seed} {metric}: {before.metrics[metric].value:.4f} -> {after.metrics[metric].value:.4f}"
    ]
    cells.append(_apart(after, before, metric))
    for other, config in beside.items():
        result = tested(learned(other, config, dataset, split, epochs=None), split, metric)
        title = {"popularity": "biases" if metric == "rmse" else "popularity", "ease": "plain EASE"}[other]
        cells.append(f"less {title} ({result.metrics[metric].value:.4f}) {_apart(after, result, metric)}")
    print("; ".join(cells), f"[{took_s:.1f} s] {chosen.words}", flush=True)


def _apart(result: EvaluationResult, other: EvaluationResult, metric: str) -> str:
    found = compare(result, other, metric)
    return f"{found.value:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", nargs="*", default=["sparse", "dense", "sample"])
    parser.add_argument("--models", default="popularity,mf,ease,mult_vae")
    parser.add_argument("--epochs", type=int, default=None, help="of models that learn by steps")
    parser.add_argument("--seeds", type=lambda text: [int(part) for part in text.split(",")], default=[1])
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(machine())
    for name in arguments.data:
        dataset = dataset_called(name)
        print(f"{name}: {dataset.people:,} people, {dataset.titles:,} titles, {dataset.entries:,} entries")
        for model in arguments.models.split(","):
            for seed in arguments.seeds:
                line(name, model, dataset, seed=seed, epochs=arguments.epochs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
