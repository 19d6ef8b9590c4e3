"""Whether the reasons that are shown are the reasons: what a title does when the ratings behind it are taken away.

    PYTHONPATH=. python tests/bench/faithfulness.py [--data DIR] [--people 200] [--epochs N] [--pairs 2]
        [--models ease,ials,mult_vae,two_head,blend] [--k 5,10] [--json FILE] [--seed 1]

For each of some held-out people of MovieLens-1M the first title of their list is taken, and their ratings are put in
order by how much they carry it: as the window shows them (the signed impact of leaving each out), by chance, by how
many people have the title, and by the cosine of the columns of people who like both. For comparison: greedy, where
the ratings left are looked at again before each step; the average over random orders ("look longer"); and the impact on
the distance to the ten titles that follow. Measured as in Barkan et al. 2024 (LXR), in ten steps:

    POS@k   how long the title stays among the first k when the strongest are taken away first; less is better
    NEG@k   the same when the weakest are taken away first; more is better
    DEL     its score, in deviations above the mean of all titles, beside what it was, strongest away first; less
            is better
    INS     the same, strongest put in first; more is better

Networks learn as the window has them learn, at the rate that a sweep finds: one that learned at another hardly goes by
the person at all, and then no order says much of it. Of what is shown it is said by how much it gains over chance,
popularity and cosine on the same people, with half of a 95 % interval, where it loses, and where it is level.

Leaving one rating out looks at it among all the others. Where many stand for each other, as in `two_head`, that says
least of what happens once nearly all are gone: by NEG cosine is level with it there, and the average over random orders
is ahead of both.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from engine.data.dataset import Bools, Dataset, Histories, Int64
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.split import Split, SplitConfig, make_split
from engine.events import drive
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.blend import Blend, BlendConfig, Part, additive_scores
from engine.models.registry import build, fitted_config, kind_of
from engine.recommending.explanation import leave_one_out_impacts
from engine.recommending.longer_look import averaged, joined
from engine.recommending.recommender import Recommender
from engine.training.config import FinderConfig, TrainingConfig
from engine.training.lr_finder import find_rate
from engine.training.plan import with_own_optimizer
from engine.training.trainer import train
from tests.bench.quality_models import NoRecorder

CPU = torch.device("cpu")
STEPS = 10
SHOWN, REFERENCES = ("shown", "random", "popular", "cosine"), ("greedy", "longer", "margin")
BLENDED = ("ease", "mult_vae", "two_head")


@dataclass(frozen=True)
class Person:
    """Somebody who is explained to: their profile, the entries that count, the title, and what follows it."""

    history: Histories
    entries: Int64
    item_row: int
    next_ten: Int64


@dataclass(frozen=True)
class Likers:
    """Who likes what, as columns of length 1, and how many people have each title."""

    columns_UI: np.ndarray
    counts_I: np.ndarray

    @staticmethod
    def of(dataset: Dataset, split: Split) -> Likers:
        likes = split.train.likes(dataset.scale.like)
        columns_UI = np.zeros((len(likes), dataset.titles), dtype=np.float32)
        columns_UI[likes.user_rows_N, likes.item_rows_N] = 1.0
        columns_UI /= np.maximum(np.linalg.norm(columns_UI, axis=0), 1e-9)
        return Likers(columns_UI, np.bincount(split.train.item_rows_N, minlength=dataset.titles))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", help="the folder of ml-1m")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--epochs", type=int, help="of the networks; their own unless given")
    parser.add_argument("--pairs", type=int, default=2, help="pairs of random orders of a longer look")
    parser.add_argument("--models", default="ease,ials,mult_vae,two_head,blend")
    parser.add_argument("--k", type=lambda text: [int(part) for part in text.split(",")], default=[5, 10])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    folder = Path(arguments.data or os.environ.get("DESKTOP_REC_DATA", "data") + "/ml-1m")
    dataset, _ = drive(import_files([folder / "ratings.dat"], options=ImportOptions(), dataset_id="ml-1m"))
    split = make_split(dataset, SplitConfig(kind="strong", seed=arguments.seed))
    likers, learned, found = Likers.of(dataset, split), {}, {}
    print(f"MovieLens-1M, {arguments.people} held-out people", flush=True)
    for name in arguments.models.split(","):
        model = model_of(name, dataset, split, learned, epochs=arguments.epochs, seed=arguments.seed)
        recommender = Recommender(model, dataset, candidates_I=split.candidates_I)
        began = time.perf_counter()
        found[name] = figures_of(recommender, split, likers, arguments)
        print(text_of(name, found[name], time.perf_counter() - began), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(found))
    return 0


def model_of(
    name: str, dataset: Dataset, split: Split, learned: dict[str, Model], *, epochs: int | None, seed: int
) -> Model:
    """A model learned from the training people, now or before."""
    if name not in learned:
        if name == "blend":
            parts = [model_of(part, dataset, split, learned, epochs=epochs, seed=seed) for part in BLENDED]
            learned[name] = blend_of(parts, dataset, split)
        else:
            learned[name] = _trained(name, dataset, split, epochs=epochs, seed=seed)
    return learned[name]


def _trained(name: str, dataset: Dataset, split: Split, *, epochs: int | None, seed: int) -> Model:
    config = fitted_config(name, None, entries=split.train.entries)
    model = build(name, config, items=dataset.titles, scale=dataset.scale, seed=seed)
    if isinstance(model, ClosedFormModel):
        drive(model.fit(split.train))
    if isinstance(model, StepModel):
        kind = kind_of(name, config)
        settings = {**kind.training_for(dataset.entries), **({"epochs": epochs} if epochs else {}), "seed": seed}
        training = with_own_optimizer(TrainingConfig(**settings), config)
        if training.lr is None:
            finder = FinderConfig(**kind.finder)
            sweep = find_rate(split, model, training=training, finder=finder, device=CPU, prefer=kind.suggestion)
            chosen = drive(sweep).chosen
            training = training.changed(lr=chosen.lr if chosen else kind.usual_rate(dataset.entries))
        run = drive(train(split, model, config=training, recorder=NoRecorder(), device=CPU))
        print(f"{name}: rate {training.lr:.1e}, epoch {run.best_epoch} of {run.epochs} is the best", flush=True)
    return model.eval()


def blend_of(models: list[Model], dataset: Dataset, split: Split) -> Model:
    """All parts with the same weight."""
    copies = tuple(Part(model.name, model.config.as_dict(), weight=1 / len(models)) for model in models)
    blend = Blend(BlendConfig(copies=copies), items=dataset.titles, scale=dataset.scale, models=models)
    blend.candidates_I.copy_(torch.from_numpy(split.candidates_I))
    return blend.eval()


def figures_of(
    recommender: Recommender, split: Split, likers: Likers, arguments: argparse.Namespace
) -> dict[str, dict[str, list[float]]]:
    """Each order's figures, by measure, of one person after the other."""
    dice, figures = np.random.default_rng(arguments.seed), {}
    for row in dice.permutation(len(split.test.fold_in))[: arguments.people]:
        person = person_of(recommender, split.test.fold_in.row(int(row)))
        if person is None:
            continue
        for order, entries in orders_of(recommender, person, likers, dice, pairs=arguments.pairs).items():
            for measure, value in measured(recommender, person, entries, arguments.k).items():
                figures.setdefault(order, {}).setdefault(measure, []).append(value)
    return figures


def person_of(recommender: Recommender, history: Histories) -> Person | None:
    """Somebody with at least ten ratings that count, and the first titles of their list."""
    entries = np.flatnonzero(recommender.informative(history))
    if len(entries) < STEPS:
        return None
    rows = [item.item_row for item in recommender.recommend(history, top=11).items]
    return Person(history, entries, rows[0], np.array(rows[1:], dtype=np.int64))


def orders_of(
    recommender: Recommender, person: Person, likers: Likers, dice: np.random.Generator, *, pairs: int
) -> Mapping[str, Int64]:
    """The entries that count in each order, what carries the title most first."""
    model, history, entries = recommender.model, person.history, person.entries
    columns = np.concatenate([[person.item_row], person.next_ten])
    impacts_nC = leave_one_out_impacts(model, history, columns, None, entries=entries)[entries]
    rows = history.item_rows_N[entries]
    cosine = likers.columns_UI[:, rows].T @ likers.columns_UI[:, person.item_row]
    added = (one for one in averaged(recommender, history, person.item_row) if one is not None)
    longer_n = np.sum(list(islice(added, pairs)), axis=0)
    return {
        "shown": _by(entries, impacts_nC[:, 0]),
        "random": dice.permutation(entries),
        "popular": _by(entries, likers.counts_I[rows]),
        "cosine": _by(entries, cosine),
        "greedy": greedy(recommender, person),
        "longer": _by(entries, longer_n[entries]),
        "margin": _by(entries, impacts_nC[:, 0] - impacts_nC[:, 1:].mean(1)),
    }


def _by(entries: Int64, worth: np.ndarray) -> Int64:
    return entries[np.argsort(-worth, kind="stable")]


def greedy(recommender: Recommender, person: Person) -> Int64:
    """The order of deletion in which what is left is looked at again before each step."""
    left, order = np.ones(person.history.entries, dtype=np.bool_), []
    for count in np.diff(_counts(len(person.entries))):
        remaining = np.array([entry for entry in person.entries if left[entry]], dtype=np.int64)
        at_n = np.cumsum(left) - 1
        impacts = leave_one_out_impacts(
            recommender.model, person.history.where(left), np.array([person.item_row]), None, entries=at_n[remaining]
        )[at_n[remaining], 0]
        taken = _by(remaining, impacts)[:count]
        order += taken.tolist()
        left[taken] = False
    return np.array(order, dtype=np.int64)


def _counts(entries: int) -> Int64:
    """How many entries are away at each step, from none to all."""
    return np.round(np.linspace(0, entries, STEPS + 1)).astype(np.int64)


def measured(recommender: Recommender, person: Person, order: Int64, ks: list[int]) -> dict[str, float]:
    """The figures of one order of a person's entries."""
    counts = _counts(len(order))[:-1]
    away, back = (_without(person, which, counts) for which in (order, order[::-1]))
    inserted = ~_without(person, order, _counts(len(order))[1:])
    inserted[:, np.setdiff1d(np.arange(person.history.entries), order)] = True
    scores, ranks = _asked(recommender, person, np.concatenate([away, back, inserted]))
    whole = scores[0] or 1.0
    figures = {f"POS@{k}": float((ranks[:STEPS] <= k).mean()) for k in ks}
    figures |= {f"NEG@{k}": float((ranks[STEPS : 2 * STEPS] <= k).mean()) for k in ks}
    return figures | {
        "DEL": float((scores[:STEPS] / whole).mean()),
        "INS": float((scores[2 * STEPS :] / whole).mean()),
    }


def _without(person: Person, order: Int64, counts: Int64) -> Bools:
    """Which entries are left with so many of an order away, [V, n]."""
    place_n = np.full(person.history.entries, len(order) + 1)
    place_n[order] = np.arange(len(order))
    return place_n[None] >= counts[:, None]


def _asked(recommender: Recommender, person: Person, sets_Vn: Bools) -> tuple[np.ndarray, np.ndarray]:
    """The title's score as deviations above the mean of what the person may be shown, and its rank, [V] each."""
    model, free_I = recommender.model, recommender.unseen(person.history)
    with torch.inference_mode():
        prediction = model.predict(joined(person.history, sets_Vn))
        scores_VI = additive_scores(model, prediction, None).float().numpy()
    free_VF, own_V = scores_VI[:, free_I], scores_VI[:, person.item_row]
    spread_V = free_VF.std(1)
    deviations_V = np.where(spread_V > 1e-9, (own_V - free_VF.mean(1)) / np.maximum(spread_V, 1e-9), 0.0)
    return deviations_V, 1 + (free_VF > own_V[:, None]).sum(1)


def text_of(name: str, figures: Mapping[str, Mapping[str, list[float]]], seconds: float) -> str:
    """The means of a model, and by how much what is shown beats chance, popularity and cosine on the same people."""
    measures = list(figures["shown"])
    people = len(figures["shown"]["DEL"])
    lines = [f"\n{name}, {people} people ({seconds:.0f} s)".ljust(34) + "".join(one.rjust(14) for one in measures)]
    for order in (*SHOWN, *REFERENCES):
        means = (float(np.mean(figures[order][measure])) for measure in measures)
        lines.append(f"  {order}".ljust(34) + "".join(f"{mean:14.3f}" for mean in means))
    lost, level = [], []
    for order in SHOWN[1:]:
        gains = {measure: gain(figures, measure, order) for measure in measures}
        cells = (f"{mean:+.3f} ±{half:.3f}".rjust(14) for mean, half in gains.values())
        lines.append(f"  shown gains over {order}".ljust(34) + "".join(cells))
        lost += [f"{measure} to {order}" for measure, (mean, half) in gains.items() if mean < -half]
        level += [f"{measure} with {order}" for measure, (mean, half) in gains.items() if abs(mean) <= half]
    lines.append(f"  what is shown loses {', '.join(lost) or 'nowhere'}; level: {', '.join(level) or 'nowhere'}")
    return "\n".join(lines)


def gain(figures: Mapping[str, Mapping[str, list[float]]], measure: str, order: str) -> tuple[float, float]:
    """By how much what is shown beats another order, mean over people, and half of its 95 % interval."""
    apart = np.array(figures["shown"][measure]) - np.array(figures[order][measure])
    apart = -apart if measure[:3] in ("POS", "DEL") else apart
    return float(apart.mean()), float(1.96 * apart.std() / np.sqrt(len(apart)))


if __name__ == "__main__":
    sys.exit(main())
