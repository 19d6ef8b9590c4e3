"""Does the two-headed model gain by titles that people saw and did not rate? Anime, with them and without.

    PYTHONPATH=. python tests/bench/seen_only.py [--data DIR] [--seeds 1,2,3] [--epochs 25] [--seen-weight 0.5]

DIR (or DESKTOP_REC_DATA) holds the folder `anime`: ratings from 1 to 10, and histories in which about 100,000 titles
are seen and not rated. One run learns from both together and is told both of a person; the other learns from the
ratings alone and is told ratings alone. Everything else is the same: settings, rate, seeds, the people held out, what
is to be found of them, and the titles that may be listed. Each seed holds out other people; differences are paired on
all of them, with the middle 95 % of 1,000 draws.

- NDCG@100 on likes: a fifth of each person's likes is to be found, the rest is told (the strong split of the
  application). *Same lists barred*: what a person saw is listed by neither run, although one does not know of it, so
  that the gain is what the model learned, not what it was spared. *As used*: the run without does not know what was
  seen, so that such titles take places of its lists.
- Hits on all: a fifth of everything that a person has, seen-only titles too, is to be found; recall@100.
- RMSE: of the ratings among that fifth.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from two_head_runs import STUDY, data, learned

from engine.data.dataset import Dataset, Histories
from engine.data.split import HeldOut, Split, SplitConfig, make_split
from engine.evaluation.intervals import value_over_people
from engine.evaluation.protocol import evaluate_model
from engine.evaluation.result import EvaluationResult, compare, from_means, to_be_averaged, weights_of
from engine.events import drive
from engine.models.base import Model, Prediction

WITH, WITHOUT = "with seen-only", "without"


class Deaf:
    """Stands in for a model: it is never told of titles without a rating, though its lists are barred from them."""

    def __init__(self, model: Model) -> None:
        self._predict = model.predict

    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        return self._predict(profiles.rated(), ratings=ratings)


@dataclass(frozen=True)
class Question:
    """One way of judging: a metric and the presence weight of the lists. `barred`: the same titles for both runs."""

    words: str
    metric: str
    found: str
    weight: float = 1.0
    barred: bool = True
    has_seen_only: bool = False


QUESTIONS = (
    Question("NDCG@100 on likes, same lists barred", "ndcg@100", "likes"),
    Question("  of people with seen-only titles", "ndcg@100", "likes", has_seen_only=True),
    Question("NDCG@100 on likes, as used", "ndcg@100", "likes", barred=False),
    Question("NDCG@100 on likes, presence weight 0.3", "ndcg@100", "likes", weight=0.3),
    Question("hits on all: recall@100", "recall@100", "all"),
    Question("RMSE of ratings from 1 to 10", "rmse", "rated"),
    Question("  of people with seen-only titles", "rmse", "rated", has_seen_only=True),
)


def ratings_only(split: Split) -> Split:
    """The same split as if nobody had ever seen a title without rating it."""
    rated = split.train.rated()
    has_any_U = rated.counts_U > 0
    assert split.validation is not None
    validation = replace(split.validation, fold_in=split.validation.fold_in.rated())
    return replace(
        split,
        train=rated.take(np.flatnonzero(has_any_U)),
        train_user_rows_U=split.train_user_rows_U[has_any_U],
        validation=validation,
    )


def held_out(dataset: Dataset, split: Split, seed: int) -> dict[str, HeldOut]:
    """What is to be found of the test people: likes, or a fifth of all they have (counted as likes, or as rated)."""
    test = split.test
    assert test is not None
    histories = dataset.histories.take(test.user_rows_U)
    drawn_N = np.random.default_rng([seed, 3]).random(histories.entries) < 0.2
    found_N = drawn_N & split.candidates_I[histories.item_rows_N]
    rated = HeldOut(test.user_rows_U, histories.where(~found_N), histories.where(found_N))
    best_N = np.full(rated.to_find.entries, dataset.scale.high, dtype=np.float32)
    everything = replace(rated, to_find=replace(rated.to_find, ratings_N=best_N))
    return {"likes": test, "all": everything, "rated": rated}


def answers(model: Model, split: Split, told: dict[str, HeldOut], *, is_deaf: bool) -> list[EvaluationResult]:
    """One judgement for each question."""
    found = []
    for question in QUESTIONS:
        held = told[question.found]
        if is_deaf and not question.barred:
            held = replace(held, fold_in=held.fold_in.rated())
        as_is = model.predict
        if is_deaf:
            model.predict = Deaf(model).predict  # type: ignore[method-assign]
        job = evaluate_model(model, held, candidates_I=split.candidates_I, weight=question.weight, intervals=False)
        one = drive(job)
        model.predict = as_is  # type: ignore[method-assign]
        if question.has_seen_only:
            fold_in = told[question.found].fold_in
            one = among(one, np.flatnonzero(fold_in.counts_U > fold_in.rated().counts_U))
        found.append(one)
    return found


def among(judgement: EvaluationResult, people: np.ndarray) -> EvaluationResult:
    """The judgement of some of its people."""
    return pooled([judgement], people)


def pooled(judgements: Sequence[EvaluationResult], people: np.ndarray | None = None) -> EvaluationResult:
    """EvaluationResult of different people as one; who they are is no longer told apart."""
    which = slice(None) if people is None else people
    names = judgements[0].per_person
    values = {name: np.concatenate([one.per_person[name][which] for one in judgements]) for name in names}
    rated = [judgement.rated_U[which] for judgement in judgements if judgement.rated_U is not None]
    return replace(judgements[0], per_person=values, user_rows_U=None, rated_U=np.concatenate(rated))


def mean_of(judgement: EvaluationResult, metric: str) -> float:
    """A metric over the people of a judgement."""
    assert judgement.rated_U is not None
    values_U = to_be_averaged(metric, judgement.per_person[metric])
    mean = value_over_people(values_U, weights_of(metric, judgement.rated_U))
    return float(from_means(metric, np.array(mean)))


def one_seed(dataset: Dataset, arguments: argparse.Namespace, seed: int) -> dict[str, list[EvaluationResult]]:
    """Both runs of a seed, judged."""
    split = make_split(dataset, SplitConfig(kind="strong", seed=seed, people_each=arguments.people))
    told = held_out(dataset, split, seed)
    found = {}
    for words, part in ((WITH, split), (WITHOUT, ratings_only(split))):
        config = STUDY.changed(seen_weight=arguments.seen_weight).fitted_to(split.train.entries)
        run = learned(part, config, lr=arguments.lr, epochs=arguments.epochs, batch=arguments.batch, seed=seed)
        found[words] = answers(run.model, part, told, is_deaf=words == WITHOUT)
        print(
            f"  seed {seed}, {words}: {len(part.train):,} people, {part.train.entries:,} entries to learn from; "
            f"best epoch {run.best_epoch} of {run.epochs}, {run.seconds:.0f} s",
            flush=True,
        )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", help="the folder that holds anime; DESKTOP_REC_DATA unless given")
    parser.add_argument("--seeds", type=lambda text: [int(part) for part in text.split(",")], default=[1, 2, 3])
    parser.add_argument("--people", type=int, default=None, help="to test on, each seed; a tenth unless given")
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--seen-weight", type=float, default=0.5, help="against a rated title; the study has 1")
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--batch", type=int, default=128)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    began = time.perf_counter()
    dataset = data("anime", arguments.data)
    seen = int(np.isnan(dataset.histories.ratings_N).sum())
    print(
        f"anime: {dataset.people:,} people, {dataset.titles:,} titles, {dataset.entries:,} entries, {seen:,} seen only"
    )
    by_seed = [one_seed(dataset, arguments, seed) for seed in arguments.seeds]
    gained = False
    for at, question in enumerate(QUESTIONS):
        with_, without = (pooled([one[words][at] for one in by_seed]) for words in (WITH, WITHOUT))
        difference = compare(with_, without, question.metric)
        each = [compare(one[WITH][at], one[WITHOUT][at], question.metric).value for one in by_seed]
        people = int((~np.isnan(with_.per_person[question.metric])).sum())
        print(
            f"{question.words:40s} {mean_of(with_, question.metric):.4f} with, {mean_of(without, question.metric):.4f} "
            f"without: {difference.value:+.4f} [{difference.low:+.4f}, {difference.high:+.4f}], {people:,} people; "
            "by seed " + ", ".join(f"{one:+.4f}" for one in each)
        )
        gained |= at == 0 and difference.low is not None and difference.low > 0
    print(f"{(time.perf_counter() - began) / 60:.0f} minutes on one thread")
    return 0 if gained else 1


if __name__ == "__main__":
    sys.exit(main())
