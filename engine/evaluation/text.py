"""Metrics, differences, and what was held out, in words, for people who rate films.

Stands behind a EvaluationResult; the terminal and the window say the same.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.data.dataset import Scale
from engine.evaluation.intervals import Interval
from engine.evaluation.result import ERROR_METRICS

_TITLES = {
    "recall": "recall",
    "precision": "precision",
    "ap": "AP",
    "map": "MAP",
    "ndcg": "NDCG",
    "graded_ndcg": "graded NDCG",
    "coverage": "coverage",
    "novelty": "novelty",
    "rmse": "RMSE",
    "mse": "MSE",
    "mae": "MAE",
    "rmse_unit": "RMSE on 0 to 1",
}

_OF_LISTS = {
    "recall": "how much of what people went on to like is in the list, of what fits in",
    "precision": "how many of the list's places hold what people went on to like",
    "ap": "precision at every hit, added up and divided by the length of the list",
    "map": "the same, divided by the most hits there could be: 1 is the best",
    "ndcg": "how early in the list what people went on to like comes: 1 is the best order there is",
    "graded_ndcg": "the same, where what they rated higher counts for more",
    "coverage": "how many of all titles are in anybody's list",
    "novelty": "how little known the titles of the list are, in bits: one more is half as well known",
}

_JUDGED_ON = {
    "strong": "{people} it has not learned from",
    "random": "held-out ratings of {people}",
    "time": "the newest ratings, of {people}",
    "last": "the last ratings of {people}",
}


def judged_on_words(split_kind: str, people: int) -> str:
    """On what a run was judged: whole people only where the split holds those out, else ratings of so many people."""
    counted = "1 person" if people == 1 else f"{people:,} people"
    return _JUDGED_ON.get(split_kind, "{people}").format(people=counted)


def errors_note(split_kind: str, metrics: Iterable[str]) -> str:
    """What errors among the metrics are of, where that is not every rating; else ""."""
    if split_kind != "strong" or not set(metrics) & set(ERROR_METRICS):
        return ""
    return "Errors are of liked titles alone: of people held out whole, nothing else is kept back."


def metric_title(metric: str) -> str:
    """A metric as people write it: "NDCG@100"."""
    name, _, cut = metric.partition("@")
    return _TITLES.get(name, name) + (f"@{cut}" if cut else "")


def metric_meaning(metric: str, scale: Scale) -> str:
    """What a figure says, in half a sentence; for errors also on which scale they are."""
    name = metric.partition("@")[0]
    on_scale = f"on the scale of these data, {scale.low:g} to {scale.high:g}"
    of_errors = {
        "rmse": f"how far off predicted ratings are, {on_scale}; one far off weighs more than many a little off",
        "mse": "the square of the RMSE",
        "mae": f"how far off predicted ratings are on average, {on_scale}",
        "rmse_unit": "the RMSE as some studies give it, with ratings moved to 0 to 1: not in stars",
    }
    return of_errors.get(name, "") or _OF_LISTS.get(name, "")


def is_better(metric: str, difference: Interval) -> bool | None:
    """Whether a difference (this less the other) is in favour of this; None where it cannot be told apart from none."""
    if difference.low is None or difference.high is None or difference.low <= 0 <= difference.high:
        return None
    return (difference.value > 0) != (metric in ERROR_METRICS)


def difference_words(metric: str, difference: Interval, other: str, *, digits: int = 3) -> str:
    """A paired difference: "0.021 better than Most liked [0.015, 0.027]". For errors less is better."""
    value, low, high = difference.value, difference.low, difference.high
    if value == 0 and low == high == 0:
        return f"the same as {other}"
    if metric in ERROR_METRICS:
        value, low, high = -value, None if high is None else -high, None if low is None else -low
    side = "better"
    if value < 0:
        side, value, low, high = "worse", -value, None if high is None else -high, None if low is None else -low
    words = f"{value:.{digits}f} {side} than {other}"
    if low is None or high is None:
        return words
    words += f" [{low + 0.0:.{digits}f}, {high + 0.0:.{digits}f}]"
    return words if is_better(metric, difference) is not None else f"{words}, too close to tell apart"
