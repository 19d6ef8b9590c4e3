"""The lessons of the two-headed study, each tried again by its setting: what it claims, and what we measure.

    PYTHONPATH=. python tests/bench/lessons.py [--data DIR] [--people 1200] [--epochs 30] [--seeds 1,2] [--only WORD]

The study is Casey Primozic's "A Modern Recommender Model Architecture" (cprimozic.net, December 2025), learned from
1.5 million profiles; here it is tried on a seeded sample of the people of MovieLens-1M and, where titles without a
rating matter, of the anime data (DIR, or DESKTOP_REC_DATA, holds the folders `ml-1m` and `anime`). Widths scale with
the data, as they do in the application. The runs of a pair differ in the one setting only: same rate, same order, same
noise. NDCG@100 (ranked by presence alone) and the RMSE of predicted ratings are of 1,500 held-out people who chose
nothing, at the epoch that was best for the lists of 300 others (the error of the ratings is often past its best by
then). Differences are paired on the 1,500, with the middle 95 % of 1,000 draws of them, over the mean of the seeds.

A claim *held* where the interval leaves out zero on the claimed side and every seed agrees; where the claim is that
nothing changes, where the interval stays within 0.005. It did *not* hold where the interval says the contrary. Else it
cannot be told.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from two_head_runs import STUDY, data, learned, over_seeds, set_aside

from engine.data.split import Split
from engine.evaluation.breakdown import POPULARITY, POPULARITY_OF_DATA
from engine.evaluation.intervals import Interval
from engine.evaluation.protocol import evaluate_model
from engine.evaluation.result import EvaluationResult, compare
from engine.events import drive
from engine.models.two_head import TwoHeadConfig
from engine.training.trainer import TrainedRun

NDCG, RMSE = "ndcg@100", "rmse"
WITHIN = 0.005
HIGHER, LOWER, EQUAL = 1, -1, 0
HELD, NOT_HELD, OPEN = "held", "not held", "cannot be told"
LOSSES = ("presence", "rating")
SKEW_TIERS = ("1 % most rated", "10 % most rated")

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Lesson:
    """A setting of the study, and what it was tried against.

    `expects`: what the claim says of the study's less the other, for each metric that the claim is about.
    Settings are what differs from STUDY; a function gets the finished run of STUDY (to read the weights it arrived at).
    `skew`: the claim is about lists drawn to popular titles, so the share of lists that they take decides, too.
    """

    name: str
    claim: str
    against: Settings | Callable[[TrainedRun], Settings]
    expects: Mapping[str, int]
    data: str = "ml-1m"
    skew: bool = False


def arrived_at(run: TrainedRun) -> dict[str, float]:
    """The loss weights that a run learned, to start from."""
    presence, rating = (float(one) for one in run.model.log_variances.detach())
    return {"presence_log_variance": presence, "rating_log_variance": rating}


def deeper(run: TrainedRun) -> dict[str, Any]:
    """4096-2048 before the bottleneck, as much narrower as 2048 became."""
    config = run.model.config
    assert isinstance(config, TwoHeadConfig)
    (width,), _, _ = config.widths()
    return {"hidden": (2 * width, width)}


LESSONS = (
    Lesson(
        "swish against tanh",
        "swish learns faster and ends at a lower loss, with nothing to say against it",
        {"activation": "tanh"},
        {NDCG: HIGHER, RMSE: LOWER},
    ),
    Lesson(
        "separate against shared heads",
        "a decoder for each of the two tasks learns markedly better than one for both",
        {"heads": "shared"},
        {NDCG: HIGHER, RMSE: LOWER},
    ),
    Lesson(
        "one encoder layer against two (4096-2048-512 scaled)",
        "the deeper encoder learns worse and is touchier about its rate",
        deeper,
        {NDCG: HIGHER, RMSE: LOWER},
    ),
    Lesson(
        "plain against variational (kl_cap 0.2)",
        "the variational part makes lists poorer and draws them to popular titles, even at a low weight",
        {"kl_cap": 0.2},
        {NDCG: HIGHER},
        skew=True,
    ),
    Lesson(
        "loss weights learned against fixed (plain sum)",
        "much lower rating loss at almost the same presence loss",
        {"loss_weights": "fixed"},
        {NDCG: EQUAL, RMSE: LOWER},
    ),
    Lesson(
        "loss weights learned against fixed (scaled by hand)",
        "learning them is better than scaling once, even to the size they end at",
        lambda run: {"loss_weights": "fixed", **arrived_at(run)},
        {NDCG: HIGHER, RMSE: LOWER},
    ),
    Lesson(
        "loss weights from zero against pre-set",
        "starting them where they always end gives slightly worse losses, of presence most",
        arrived_at,
        {NDCG: HIGHER, RMSE: LOWER},
    ),
    Lesson(
        "multinomial against MSE presence",
        "squared error fills everybody's list with the most popular titles",
        {"presence_loss": "mse"},
        {NDCG: HIGHER},
        skew=True,
    ),
    Lesson(
        "masking unrated titles (anime)",
        "it seems right, but whether it changes anything cannot be seen",
        {"mask_unrated": False},
        {NDCG: EQUAL, RMSE: EQUAL},
        data="anime",
    ),
    Lesson(
        "bottleneck noise 0.1 against none",
        "hardly matters to either loss",
        {"bottleneck_noise": 0.0},
        {NDCG: EQUAL, RMSE: EQUAL},
    ),
    Lesson(
        "input dropout 0.24 to 0.56 against none",
        "it is what keeps the model robust, far more than the noise",
        {"input_dropout_low": 0.0, "input_dropout_high": 0.0},
        {NDCG: HIGHER, RMSE: LOWER},
    ),
    Lesson(
        "Huber delta 1 against squared error (delta 100)",
        "ratings are noisy, and outliers should not pull hard (no figure is claimed)",
        {"huber_delta": 100.0},
        {RMSE: LOWER},
    ),
)


@dataclass(frozen=True)
class Runs:
    """The runs of one variant, one a seed, and what each is worth to the held-out people."""

    trained: tuple[TrainedRun, ...]
    judged: tuple[EvaluationResult, ...]

    def mean(self, metric: str) -> float:
        return float(np.mean([one.metrics[metric].value for one in self.judged]))

    def share(self, tier: str, name: str = POPULARITY) -> float:
        """The share of the places in lists of 100 that the most rated titles take; or of what was learned from."""
        found = [one.breakdown(name) for one in self.judged]
        return float(np.mean([row.value for one in found if one for row in one.rows if row.label == tier]))


class Bench:
    """Runs the variants of one data set, each once."""

    def __init__(self, split: Split, arguments: argparse.Namespace) -> None:
        self.split, self._arguments = split, arguments
        self._counts_I = np.bincount(split.train.item_rows_N, minlength=split.titles)
        self._done: dict[tuple[TwoHeadConfig, int], tuple[TrainedRun, EvaluationResult]] = {}
        self._base = STUDY.fitted_to(split.train.entries)

    def runs(self, changes: Settings | Sequence[Settings]) -> Runs:
        """The runs of STUDY with some settings changed; a sequence has them seed by seed."""
        given, seeds = self._arguments, self._arguments.seeds
        by_seed = [changes] * len(seeds) if isinstance(changes, Mapping) else list(changes)
        trained, judged = [], []
        for seed, own in zip(seeds, by_seed, strict=True):
            config = self._base.changed(**own)
            if (config, seed) not in self._done:
                run = learned(self.split, config, lr=given.lr, epochs=given.epochs, batch=given.batch, seed=seed)
                self._done[config, seed] = run, self._judged(run)
            run, judgement = self._done[config, seed]
            trained.append(run)
            judged.append(judgement)
        return Runs(tuple(trained), tuple(judged))

    def _judged(self, run: TrainedRun) -> EvaluationResult:
        assert self.split.test is not None
        job = evaluate_model(run.model, self.split.test, candidates_I=self.split.candidates_I, counts_I=self._counts_I)
        return drive(job)


def verdict_of(difference: Interval, by_seed: Sequence[float], expected: int) -> str:
    """Whether a difference is what a claim says (see the top of the file)."""
    assert difference.low is not None
    assert difference.high is not None
    if expected == EQUAL:
        if difference.low >= -WITHIN and difference.high <= WITHIN:
            return HELD
        return NOT_HELD if difference.low > WITHIN or difference.high < -WITHIN else OPEN
    sign = HIGHER if difference.low > 0 else LOWER if difference.high < 0 else 0
    if sign == 0 or any(np.sign(one) != sign for one in by_seed):
        return OPEN
    return HELD if sign == expected else NOT_HELD


def together(verdicts: Mapping[str, str]) -> str:
    """One verdict out of those of the parts of a claim, saying which part where they differ."""
    if len(set(verdicts.values())) == 1:
        return next(iter(verdicts.values()))
    return "; ".join(f"{name}: {verdict}" for name, verdict in verdicts.items())


def learned_loss(run: TrainedRun, part: str) -> float:
    """A part of the loss of learning, as it was in the best epoch."""
    return dict(run.curve[(run.best_epoch or run.epochs) - 1].parts)[part]


def tried(lesson: Lesson, bench: Bench) -> str:
    """Print the row of one lesson; gives its verdict."""
    study = bench.runs({})
    against = lesson.against
    other = bench.runs([against(run) for run in study.trained] if callable(against) else against)
    print(f"\n{lesson.name}\n  study: {lesson.claim}")
    verdicts = {}
    for metric in (NDCG, RMSE):
        one = compare(over_seeds(study.judged), over_seeds(other.judged), metric)
        by_seed = [compare(a, b, metric).value for a, b in zip(study.judged, other.judged, strict=True)]
        print(
            f"  ours: {metric:8s} {study.mean(metric):.4f} with, {other.mean(metric):.4f} against; "
            f"{one.value:+.4f} [{one.low:+.4f}, {one.high:+.4f}]; by seed "
            + ", ".join(f"{value:+.4f}" for value in by_seed)
        )
        if metric in lesson.expects:
            verdicts["NDCG" if metric == NDCG else "RMSE"] = verdict_of(one, by_seed, lesson.expects[metric])
    losses = [[np.mean([learned_loss(run, part) for run in one.trained]) for one in (study, other)] for part in LOSSES]
    print(
        "  losses of learning at the best epoch: "
        + ", ".join(f"{part} {a:.3f} with, {b:.3f} against" for part, (a, b) in zip(LOSSES, losses, strict=True))
    )
    epochs = [np.mean([run.best_epoch or 0 for run in one.trained]) for one in (study, other)]
    shares = [[one.share(tier) for one in (study, other)] for tier in SKEW_TIERS]
    print(
        f"  best epoch {epochs[0]:.0f} with, {epochs[1]:.0f} against; share of lists taken by the most rated "
        + ", ".join(
            f"{tier.partition(' most')[0]}: {a:.1%} with, {b:.1%} against ({study.share(tier, POPULARITY_OF_DATA):.1%} "
            "of all ratings)"
            for tier, (a, b) in zip(SKEW_TIERS, shares, strict=True)
        )
    )
    if lesson.skew:
        less = all(a < b for a, b in shares)
        verdicts["skew"] = HELD if less else NOT_HELD if all(a > b for a, b in shares) else OPEN
    found = together(verdicts)
    print(f"  verdict: {found}", flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", help="the folder that holds ml-1m and anime; DESKTOP_REC_DATA unless given")
    parser.add_argument("--people", type=int, default=1200, help="how many people to learn from")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seeds", type=lambda text: [int(part) for part in text.split(",")], default=[1, 2])
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--only", default="", help="lessons whose name has this word")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    lessons = [one for one in LESSONS if arguments.only in one.name]
    benches: dict[str, Bench] = {}
    found: list[tuple[str, str]] = []
    began = time.perf_counter()
    for lesson in lessons:
        if lesson.data not in benches:
            benches[lesson.data] = opened(lesson.data, arguments)
        found.append((lesson.name, tried(lesson, benches[lesson.data])))
    print(f"\n{len(found)} lessons in {(time.perf_counter() - began) / 60:.0f} minutes on one thread:")
    for name, verdict in found:
        print(f"  {name}: {verdict}")
    return 0


def opened(name: str, arguments: argparse.Namespace) -> Bench:
    """A data set with people set aside; says what it is."""
    dataset = data(name, arguments.data)
    split = set_aside(dataset, learners=arguments.people, validated=300, judged=1500)
    bench = Bench(split, arguments)
    print(
        f"{name}: {len(split.train):,} people to learn from, {split.train.entries:,} entries, {split.titles:,} titles; "
        f"widths {STUDY.fitted_to(split.train.entries).widths()}, rate {arguments.lr:g}, batches of {arguments.batch}, "
        f"seeds {arguments.seeds}; 1,500 people judged on",
        flush=True,
    )
    return bench


if __name__ == "__main__":
    sys.exit(main())
