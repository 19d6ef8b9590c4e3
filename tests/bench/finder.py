"""Does the learning-rate finder choose well? Each model trained at the choice, around it, and at every suggestion.

    PYTHONPATH=. python tests/bench/finder.py [--data sample|FOLDER] [--people N] [--models mf,two_head] [--epochs 3,12]
                                              [--seeds 1,2] [--rates 1e-3,3e-3] [--results FILE] [--minutes 8]

FOLDER holds MovieLens-1M's ratings.dat; `--people` takes its first N people alone. For each model, number of epochs and
seed a sweep is made, then the model is trained from scratch at the chosen rate, at 3, 10, 0.3 and 0.1 times it, and at
every suggestion (and at `--rates`, to see more of it). A rate is worth the best epoch's monitor on the
validation people: NDCG@100 for models of lists, RMSE for models of ratings. Printed is the mean over the seeds, and how
far the choice is from the best that was tried, which should be 2 % at most. `--results` keeps what was trained, so that
a table can be made in several sittings of `--minutes`; delete the file when the models change.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.data.dataset import Dataset
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.sample import sample_files
from engine.data.split import Split, SplitConfig, make_split
from engine.device import ask_threads
from engine.events import EpochEnded, drive
from engine.models.base import StepModel
from engine.models.registry import ModelKind, build, fitted_config, kind_of
from engine.settings import Config
from engine.training.checkpoint import TrainingState
from engine.training.config import FinderConfig, TrainingConfig
from engine.training.lr_finder import find_rate
from engine.training.plan import with_own_optimizer
from engine.training.rate_sweep import RateSweep
from engine.training.trainer import train

MODELS = ("mf", "two_head", "mult_vae", "mult_dae", "embedding_mlp", "lstm")
SETTINGS: dict[str, dict[str, Any]] = {"mf": {"solver": "adam"}}
FACTORS = (1.0, 3.0, 10.0, 0.3, 0.1)
WITHIN = 0.02
CPU = torch.device("cpu")


class NoRecorder:
    """A run that nobody will resume."""

    def save_checkpoint(self, state: TrainingState) -> None:
        del state

    def save_epoch(self, epoch: EpochEnded) -> None:
        del epoch


class Results:
    """What was measured, by what it is of, in a file of JSON lines."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._found = path, dict[str, Any]()
        if path is not None and path.exists():
            self._found = dict(json.loads(line) for line in path.read_text().splitlines())

    def once(self, key: str, measure: Callable[[], Any]) -> Any:
        """What was measured, now or in an earlier sitting."""
        if key not in self._found:
            self._found[key] = measure()
            if self._path is not None:
                with self._path.open("a") as file:
                    file.write(json.dumps([key, self._found[key]]) + "\n")
        return self._found[key]


@dataclass(frozen=True)
class Bench:
    """One model on one data set."""

    dataset: Dataset
    split: Split
    kind: ModelKind
    config: Config
    results: Results
    ends_at: float

    @classmethod
    def of(cls, name: str, dataset: Dataset, results: Results, ends_at: float) -> Bench:
        named = kind_of(name).config_class().changed(**SETTINGS.get(name, {}))
        kind = kind_of(name, named)
        config = fitted_config(name, named, entries=dataset.entries, titles=dataset.titles)
        return cls(dataset, make_split(dataset, SplitConfig(**kind.split)), kind, config, results, ends_at)

    def _model(self, seed: int) -> StepModel:
        model = build(self.kind.name, self.config, items=self.dataset.titles, scale=self.dataset.scale, seed=seed)
        assert isinstance(model, StepModel)
        return model

    def training(self, epochs: int, seed: int) -> TrainingConfig:
        settings = {**self.kind.training_for(self.dataset.entries), "epochs": epochs, "seed": seed}
        return with_own_optimizer(TrainingConfig(**settings), self.config)

    def sweep(self, epochs: int, seed: int) -> RateSweep:
        def measure() -> dict[str, Any]:
            began = time.perf_counter()
            finder = FinderConfig(**self.kind.finder)
            training = self.training(epochs, seed)
            found = drive(find_rate(self.split, self._model(seed), training=training, finder=finder, device=CPU))
            print(f"  {self.kind.name}: {len(found.lrs)} rates in {time.perf_counter() - began:.0f} s", file=sys.stderr)
            points = {"lrs": found.lrs.tolist(), "losses": found.losses.tolist()}
            return {**points, "ended": found.ended, "batch": found.batch, "smooth": found.smooth}

        found = self.results.once(f"sweep {self.kind.name} {self.dataset.dataset_id} {epochs} {seed}", measure)
        lrs, losses = (np.array(found[name]) for name in ("lrs", "losses"))
        smooth = FinderConfig(**self.kind.finder).smooth
        return RateSweep(lrs, losses, found["ended"], smooth, prefer=self.kind.suggestion, batch=found["batch"])

    def value(self, lr: float, epochs: int, seed: int) -> float:
        """The best epoch's monitor of a run at a rate."""

        def measure() -> float:
            if time.monotonic() > self.ends_at:
                raise TimeoutError("the time of this sitting is over")
            began = time.perf_counter()
            training = self.training(epochs, seed).changed(lr=lr)
            run = drive(train(self.split, self._model(seed), config=training, recorder=NoRecorder(), device=CPU))
            value = float("nan") if run.best_value is None else float(run.best_value)
            took = time.perf_counter() - began
            print(f"  {self.kind.name} {epochs} epochs at {lr:.1e} #{seed}: {value:.4f}, {took:.0f} s", file=sys.stderr)
            return value

        value = self.results.once(f"run {self.kind.name} {self.dataset.dataset_id} {epochs} {seed} {lr:.2e}", measure)
        return float(value)

    def table(self, epochs: int, seeds: Sequence[int], more: Iterable[float]) -> tuple[str, float]:
        """What each rate is worth, as lines of text; and how far the choice is from the best, as a share of it."""
        rows: dict[str, list[float]] = {}
        for seed in seeds:
            sweep = self.sweep(epochs, seed)
            chosen = sweep.chosen.lr if sweep.chosen is not None else self.kind.usual_rate(self.dataset.entries)
            asked = {f"{factor:g}x": factor * chosen for factor in FACTORS}
            asked |= {mark.title: mark.lr for mark in sweep.suggestions} | {f"{lr:.0e}": lr for lr in more}
            for words, lr in asked.items():
                rate = float(f"{lr:.1e}")
                rows.setdefault(words, []).append(self.value(rate, epochs, seed))
                rows.setdefault(f"rate of {words}", []).append(rate)
        values = {words: float(np.mean(found)) for words, found in rows.items() if not words.startswith("rate of ")}
        sign = 1.0 if self.training(epochs, 1).higher_is_better else -1.0
        best = max(values, key=lambda words: sign * np.nan_to_num(values[words], nan=-sign * np.inf))
        lines = [
            f"    {words:20s} {'/'.join(f'{lr:.1e}' for lr in rows[f'rate of {words}']):20s} {value:.4f}"
            f"{'  best' if words == best else ''}"
            for words, value in sorted(values.items(), key=lambda item: rows[f"rate of {item[0]}"][0])
        ]
        behind = sign * (values[best] - values["1x"]) / abs(values[best]) if "1x" in values else float("nan")
        return "\n".join(lines), behind


def movielens(folder: Path, people: int | None) -> Dataset:
    dataset, _ = drive(import_files([folder / "ratings.dat"], options=ImportOptions(), dataset_id="ml-1m"))
    if people is None:
        return dataset
    fewer = dataset.histories.take(np.arange(people))
    return dataclasses.replace(dataset, histories=fewer, name=f"{dataset.dataset_id}, {people} people")


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.processor())
    return (
        f"{platform.system()} {platform.machine()}, {model}, {os.cpu_count()} cores, {torch.get_num_threads()} thread, "
        f"Python {platform.python_version()}, torch {torch.__version__}, numpy {np.__version__}"
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="sample")
    parser.add_argument("--people", type=int)
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--epochs", default="3,12")
    parser.add_argument("--seeds", default="1,2")
    parser.add_argument("--rates", default="")
    parser.add_argument("--results", type=Path)
    parser.add_argument("--minutes", type=float, default=1e6)
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    ask_threads(1)
    torch.set_num_threads(1)
    dataset = (
        drive(import_files(sample_files(), options=ImportOptions(), dataset_id="sample"))[0]
        if asked.data == "sample"
        else movielens(Path(asked.data), asked.people)
    )
    print(machine())
    print(f"{dataset.dataset_id}: {dataset.people:,} people, {dataset.titles:,} titles, {dataset.entries:,} ratings")
    results, ends_at = Results(asked.results), time.monotonic() + 60 * asked.minutes
    seeds, rates = [int(seed) for seed in asked.seeds.split(",")], [float(lr) for lr in asked.rates.split(",") if lr]
    missed = []
    for name in asked.models.split(","):
        bench = Bench.of(name, dataset, results, ends_at)
        for epochs in (int(count) for count in asked.epochs.split(",")):
            try:
                table, behind = bench.table(epochs, seeds, rates)
            except TimeoutError as over:
                print(f"{name}, {epochs} epochs: {over}")
                missed.append(name)
                continue
            print(f"{name}, {epochs} epochs: the choice is {100 * behind:.1f} % from the best\n{table}", flush=True)
            if not behind <= WITHIN:
                missed.append(name)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
