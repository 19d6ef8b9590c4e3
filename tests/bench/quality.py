"""Recommendation quality on known data, beside known figures: are data, split, metrics and models right?

    python tests/bench/quality.py ml-1m [--data DIR] [--models popularity,ease,mult_vae] [--seeds 1]
    python tests/bench/quality.py sample [--seeds 1,2,3]

`ml-1m` wants the folder that holds MovieLens-1M (default: $DESKTOP_REC_DATA/ml-1m) and judges by the protocol of
Liang et al. 2018 (600 people to test on, likes only). Then it judges as the application works: everything a person
rated is folded in and never listed again, which only models of all ratings can make use of, and which is easier,
because titles that the person rated low no longer fill places of the list. Figures of the two tables must not be
compared with each other. `sample` judges the bundled sample, 100 people held out, as a mean over seeds.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy
import torch

from engine.data.dataset import Dataset
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.sample import sample_files
from engine.data.split import HeldOut, Split, strong_split
from engine.evaluation.protocol import Judgement, compare, judge
from engine.events import EpochEnded, drive
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.registry import build, fitted_config, kind_of
from engine.training.checkpoint import TrainingState
from engine.training.config import TrainingConfig
from engine.training.lr_finder import FinderConfig, find_rate
from engine.training.trainer import train

SHOWN = ("recall@20", "recall@50", "ndcg@100")
KNOWN = {
    ("popularity", None): (0.170, 0.238, 0.212),
    ("ease", 300.0): (0.358, 0.477, 0.421),
    ("ease", 500.0): (0.352, 0.483, 0.424),
}
WITHIN = 0.003
AT_LEAST = {"mult_vae": 0.39, "mult_dae": 0.38}
"""NDCG@100 of the published protocol that models of likes reach on MovieLens-1M as they come."""


@dataclass(frozen=True)
class Entry:
    """One line of the tables: a model with its one setting that is varied."""

    name: str
    l2: float | None = None

    @property
    def words(self) -> str:
        return self.name if self.l2 is None else f"{self.name}, l2 {self.l2:g}"


ENTRIES = (
    Entry("popularity"),
    Entry("ease", 300.0),
    Entry("ease", 500.0),
    Entry("mult_vae"),
    Entry("mult_dae"),
    Entry("two_head"),
)


class KeepNothing:
    """A run that nobody will resume."""

    def checkpoint(self, state: TrainingState) -> None:
        del state

    def curve(self, epoch: EpochEnded) -> None:
        print(f"    epoch {epoch.epoch}: {epoch.validation}", file=sys.stderr)


def learned(entry: Entry, dataset: Dataset, split: Split, *, lr: float | None, epochs: int | None, seed: int) -> Model:
    """A model fitted to, or trained on, the people to learn from."""
    kind = kind_of(entry.name)
    config = fitted_config(entry.name, None, entries=split.train.entries)
    if entry.l2 is not None:
        config = config.changed(l2=entry.l2)
    model = build(entry.name, config, items=dataset.titles, scale=dataset.scale, seed=seed)
    if isinstance(model, ClosedFormModel):
        drive(model.fit(split.train))
        return model
    assert isinstance(model, StepModel)
    settings = {**kind.training, "seed": seed} | ({"epochs": epochs} if epochs else {})
    config = TrainingConfig(**settings)
    config = config.changed(lr=lr or config.lr or found_rate(split, model, config, prefer=kind.suggestion))
    run = drive(train(split, model, config=config, keep=KeepNothing(), device=torch.device("cpu")))
    print(f"  {entry.name}, seed {seed}, rate {config.lr:.1e}: best epoch {run.best_epoch} of {run.epochs}.", end=" ")
    print(run.stopped_because)
    return run.model


def found_rate(split: Split, model: StepModel, config: TrainingConfig, *, prefer: str) -> float | None:
    """What the finder chooses where nobody looks."""
    job = find_rate(split, model, training=config, finder=FinderConfig(), device=torch.device("cpu"), prefer=prefer)
    chosen = drive(job).chosen
    return chosen.lr if chosen is not None else None


def judged(model: Model, held_out: HeldOut, split: Split) -> Judgement:
    return drive(judge(model, held_out, candidates_I=split.candidates_I))


def line(words: str, judgement: Judgement, known: tuple[float, ...] | None) -> bool:
    """Print one line of a table; whether all known figures were met."""
    cells, met = [], True
    for place, name in enumerate(SHOWN):
        one = judgement.metrics[name]
        cell = f"{one.value:.4f} [{one.low:.3f}, {one.high:.3f}]"
        if known is not None:
            difference = one.value - known[place]
            met &= abs(difference) <= WITHIN
            cell += f" {known[place]:.3f} {difference:+.4f}"
        cells.append(cell)
    print(f"  {words:16s} " + " | ".join(cells) + ("" if known is None else "   met" if met else "   NOT MET"))
    return met


def movielens_1m(arguments: argparse.Namespace, entries: list[Entry]) -> bool:
    """Both tables of MovieLens-1M; whether every known figure was met."""
    folder = Path(arguments.data or os.environ.get("DESKTOP_REC_DATA", "data") + "/ml-1m")
    dataset, report = drive(import_files([folder / "ratings.dat"], options=ImportOptions(), dataset_id="ml-1m"))
    split = strong_split(dataset, people_seed=98765, hold_out_seed=1, people_each=600)
    assert split.test is not None
    print(f"MovieLens-1M: {dataset.people:,} people, {dataset.titles:,} titles, {dataset.entries:,} ratings", end="; ")
    print(
        f"imported in {report.seconds:.1f} s; {len(split.train):,} people to learn from, {len(split.test)} to test on"
    )
    fitted: list[tuple[str, Entry, Model]] = []
    for entry in entries:
        for seed in arguments.seeds if kind_of(entry.name).can.learns_by_steps else arguments.seeds[:1]:
            started = time.perf_counter()
            model = learned(entry, dataset, split, lr=arguments.lr, epochs=arguments.epochs, seed=seed)
            words = entry.words + (f" #{seed}" if kind_of(entry.name).can.learns_by_steps else "")
            print(f"  {words} learned in {time.perf_counter() - started:.1f} s")
            fitted.append((words, entry, model))
    print(f"\nLikes only (published protocol): {', '.join(SHOWN)}, each with 95 % interval, known figure, difference")
    met = True
    for words, entry, model in fitted:
        if (entry.name, entry.l2) in KNOWN:
            known = KNOWN[entry.name, entry.l2]
            met &= line(words, judged(model, split.test.likes_only(dataset.scale.like), split), known)
        elif model.can.learns_from == "likes":
            judgement = judged(model, split.test.likes_only(dataset.scale.like), split)
            line(words, judgement, None)
            met &= judgement.metrics["ndcg@100"].value >= AT_LEAST.get(entry.name, 0.0)
    as_used(fitted, split)
    return met


def as_used(fitted: list[tuple[str, Entry, Model]], split: Split) -> None:
    """The second table, and each model against EASE on the same people."""
    assert split.test is not None
    print("\nAs the application works: all ratings folded in, and none of those titles listed again")
    judgements = {words: judged(model, split.test, split) for words, _, model in fitted}
    for words, judgement in judgements.items():
        line(words, judgement, None)
    ease = next((words for words in judgements if words.startswith("ease")), None)
    for words, judgement in judgements.items():
        if ease is not None and words != ease:
            one = compare(judgement, judgements[ease], "ndcg@100")
            print(f"  {words} less {ease}: NDCG@100 {one.value:+.4f} [{one.low:+.4f}, {one.high:+.4f}], pairwise")


def bundled_sample(arguments: argparse.Namespace, entries: list[Entry]) -> bool:
    """The bundled sample, other people held out for each seed; means over the seeds."""
    dataset, _ = drive(import_files(sample_files(), options=ImportOptions(), dataset_id="sample"))
    print(f"Bundled sample: {dataset.people:,} people, {dataset.titles:,} titles, {dataset.entries:,} ratings")
    print(f"100 people to test on, seeds {arguments.seeds}; all ratings folded in; {', '.join(SHOWN)}")
    figures: dict[str, list[list[float]]] = {entry.words: [] for entry in entries}
    for seed in arguments.seeds:
        split = strong_split(dataset, people_seed=seed, hold_out_seed=seed, people_each=100)
        assert split.test is not None
        for entry in entries:
            model = learned(entry, dataset, split, lr=arguments.lr, epochs=arguments.epochs, seed=seed)
            found = judged(model, split.test, split).metrics
            figures[entry.words].append([found[name].value for name in SHOWN])
    for words, rows in figures.items():
        means, spreads = np.mean(rows, axis=0), np.std(rows, axis=0)
        print(f"  {words:14s} " + " | ".join(f"{a:.4f} ± {b:.4f}" for a, b in zip(means, spreads, strict=True)))
    if not {"popularity", "two_head"} <= figures.keys():
        return True
    return bool(np.mean(figures["two_head"], axis=0)[2] > np.mean(figures["popularity"], axis=0)[2])


def machine() -> str:
    """What these figures were measured on."""
    try:
        cpu = next(one for one in Path("/proc/cpuinfo").read_text().splitlines() if one.startswith("model name"))
    except (OSError, StopIteration):
        cpu = platform.processor()
    versions = f"Python {platform.python_version()}, torch {torch.__version__}, numpy {np.__version__}"
    words = f"{cpu.split(':')[-1].strip()}, {os.cpu_count()} cores, {platform.system()}"
    return f"{words}; {versions}, scipy {scipy.__version__}; {torch.get_num_threads()} threads"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("which", nargs="?", choices=("ml-1m", "sample"), default="ml-1m")
    parser.add_argument("--data", help="the folder of ml-1m")
    parser.add_argument("--models", default="popularity,ease,mult_vae,mult_dae,two_head")
    parser.add_argument("--seeds", type=lambda text: [int(one) for one in text.split(",")], default=None)
    parser.add_argument("--lr", type=float, default=None, help="of models that learn by steps; their own unless given")
    parser.add_argument("--epochs", type=int, default=None, help="of models that learn by steps")
    parser.add_argument("--threads", type=int, default=None)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    arguments.seeds = arguments.seeds or ([1] if arguments.which == "ml-1m" else [1, 2, 3])
    print(machine())
    entries = [entry for entry in ENTRIES if entry.name in arguments.models.split(",")]
    met = (movielens_1m if arguments.which == "ml-1m" else bundled_sample)(arguments, entries)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
