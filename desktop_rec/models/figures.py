"""The figures of several models on the same people, metric by metric, with the best of each marked.

Stands between judgements and the dot-and-whisker plots. Plain values, no Qt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.evaluation.metrics import METRICS, describe_metric, higher_is_better
from engine.text import format_figure

if TYPE_CHECKING:
    from engine.evaluation.intervals import Interval

USUAL_SET = "The usual ones"
STARS_SET = "Predicted ratings"
_USUAL = ("ndcg@100", "recall@20", "precision@20", "rmse", "coverage@100", "novelty@100")


@dataclass(frozen=True)
class Judged:
    """A run or a baseline with its figures. `place` numbers the runs (their colour); None for baselines."""

    key: str
    name: str
    metrics: Mapping[str, Interval]
    place: int | None = None

    @property
    def is_baseline(self) -> bool:
        return self.place is None


@dataclass(frozen=True)
class FigureRow:
    """One model's figure of one metric."""

    key: str
    name: str
    place: int | None
    figure: Interval
    is_best: bool


@dataclass(frozen=True)
class MetricFigures:
    """One metric over all models that have it. `about` says what it is and which way is better."""

    metric: str
    about: str
    rows: tuple[FigureRow, ...] = field(default=())


def metric_sets(judged: Sequence[Judged]) -> dict[str, tuple[str, ...]]:
    """The metrics that any of these models has, under what they can be chosen by; the usual ones first."""
    there = {name for one in judged for name in one.metrics}
    cuts = sorted({int(name.partition("@")[2]) for name in there if "@" in name})
    sets: dict[str, tuple[str, ...]] = {USUAL_SET: _USUAL}
    shown = [metric for metric in METRICS.values() if metric.is_shown]
    lists = sorted((metric.name for metric in shown if not metric.needs_ratings), key=lambda name: "ndcg" not in name)
    sets |= {f"Lists of {cut}": tuple(f"{name}@{cut}" for name in lists) for cut in cuts}
    sets[STARS_SET] = tuple(metric.name for metric in shown if metric.needs_ratings)
    found = {words: tuple(name for name in names if name in there) for words, names in sets.items()}
    return {words: names for words, names in found.items() if names}


def figures_of(judged: Sequence[Judged], metrics: Sequence[str]) -> tuple[MetricFigures, ...]:
    """Each metric's figures in the order of the models; the best of two or more, as it reads, is marked."""
    return tuple(_figures(judged, metric) for metric in metrics)


def _figures(judged: Sequence[Judged], metric: str) -> MetricFigures:
    having = [one for one in judged if metric in one.metrics]
    higher = higher_is_better(metric)
    best = ""
    if higher is not None and len(having) > 1:
        values = [one.metrics[metric].value for one in having]
        best = format_figure(max(values) if higher else min(values))
    rows = tuple(
        FigureRow(one.key, one.name, one.place, figure, format_figure(figure.value) == best)
        for one, figure in ((one, one.metrics[metric]) for one in having)
    )
    return MetricFigures(metric, describe_metric(metric), rows)
