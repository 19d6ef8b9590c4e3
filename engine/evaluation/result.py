"""What evaluating a model gave, two models compared on the same people, and both as text. Shapes: U people, D draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.dataset import Int64
from engine.errors import DataError
from engine.evaluation.breakdown import Breakdown
from engine.evaluation.intervals import Floats, Interval, bootstrap, middle_95, value_over_people
from engine.evaluation.metrics import higher_is_better, metric_of, needs_ratings
from engine.text import plural
from engine.wording import said

_SIDES = (" of the first", " of the second")


@dataclass(frozen=True)
class EvaluationResult:
    """What a model is worth to held-out people: `metrics` by name with 95 % intervals, errors in the unit of the data.

    `per_person` has a value per held-out person (NaN: nothing to find), who are `user_rows_U`; `rated_U` counts the
    ratings that weigh each person's errors. `stopped`: only the people who came first were evaluated.
    """

    people: int
    metrics: dict[str, Interval]
    per_person: dict[str, Floats]
    user_rows_U: Int64 | None = None
    rated_U: Int64 | None = None
    stopped: bool = False
    breakdowns: tuple[Breakdown, ...] = ()

    def breakdown(self, name: str) -> Breakdown | None:
        """The breakdown of that name (see Breakdown), None where it was not measured."""
        return next((breakdown for breakdown in self.breakdowns if breakdown.name == name), None)


def compare(result: EvaluationResult, baseline: EvaluationResult, metric: str) -> Interval:
    """How much greater a metric is in the first result, pairwise on the same people.

    Zero inside the interval: these people cannot tell the two apart. Raises DataError where they are not comparable.
    """
    for measured in (result, baseline):
        if metric not in measured.per_person:
            raise DataError(
                said(
                    "{metric} was not measured person by person, so two models cannot be compared by it.", metric=metric
                ),
                remedy=said("Take one of: {names}.", names=", ".join(sorted(measured.per_person))),
            )
    found = differences(result, baseline, metrics=(metric,))
    if metric not in found:
        raise DataError(
            said("The two models were evaluated on different people."), remedy=said("Evaluate both on the same split.")
        )
    return found[metric]


def differences(
    result: EvaluationResult, baseline: EvaluationResult, *, metrics: Sequence[str] | None = None
) -> dict[str, Interval]:
    """`compare` for many metrics (all common ones unless given) over the same draws; empty for different people."""
    rows_U, baseline_rows_U = result.user_rows_U, baseline.user_rows_U
    if rows_U is not None and baseline_rows_U is not None and not np.array_equal(rows_U, baseline_rows_U):
        return {}
    shared = result.per_person.keys() & baseline.per_person.keys()
    values: dict[str, Floats] = {}
    weights: dict[str, Floats] = {}
    for name in (metric for metric in (metrics or result.per_person) if metric in shared):
        pair = [to_be_averaged(name, measured.per_person[name]) for measured in (result, baseline)]
        if not np.array_equal(np.isnan(pair[0]), np.isnan(pair[1])):
            continue
        rated_U = result.rated_U if result.rated_U is not None else np.ones(len(pair[0]), dtype=np.int64)
        for side, values_U in zip(_SIDES, pair, strict=True):
            values[name + side], weights[name + side] = values_U, weights_of(name, rated_U)
    return _intervals(values, weights) if values else {}


def _intervals(values: dict[str, Floats], weights: dict[str, Floats]) -> dict[str, Interval]:
    lots = list(bootstrap(values, weights))
    found: dict[str, Interval] = {}
    for name in (value.removesuffix(_SIDES[0]) for value in values if value.endswith(_SIDES[0])):
        sides = [name + side for side in _SIDES]
        first_D, second_D = (from_means(name, np.concatenate([lot[side] for lot in lots])) for side in sides)
        first, second = (from_means(name, np.array(value_over_people(values[side], weights[side]))) for side in sides)
        found[name] = Interval(float(first - second), *middle_95(first_D - second_D))
    return found


def to_be_averaged(name: str, values_U: Floats) -> Floats:
    """What of a metric averages over people: of an RMSE its square."""
    return values_U**2 if _is_root(name) else values_U


def from_means(name: str, means: Floats) -> Floats:
    """The metric out of the mean of `to_be_averaged`."""
    return np.sqrt(means) if _is_root(name) else means


def weights_of(name: str, rated_U: Int64) -> Floats:
    """Errors weigh by how many ratings they are of; everything else weighs each person alike."""
    return rated_U.astype(np.float64) if needs_ratings(name) else np.ones(len(rated_U))


def _is_root(name: str) -> bool:
    metric = metric_of(name)
    return metric is not None and metric.is_root


def is_better(metric: str, difference: Interval) -> bool | None:
    """Whether a difference (this less the other) is in favour of this; None where that cannot be told."""
    higher, low, high = higher_is_better(metric), difference.low, difference.high
    if higher is None or low is None or high is None or low <= 0 <= high:
        return None
    return (difference.value > 0) == higher


def describe_difference(metric: str, difference: Interval, baseline: str) -> str:
    """A paired difference as text. Of errors less is better.

    >>> describe_difference("ndcg@100", Interval(0.021, 0.015, 0.027), "Most liked")
    '0.021 better than Most liked [0.015, 0.027]'
    >>> describe_difference("rmse", Interval(0.002, -0.001, 0.005), "Averages")
    '0.002 worse than Averages [-0.001, 0.005], too close to tell apart'
    """
    value, low, high = difference.value, difference.low, difference.high
    if value == 0 and low == high == 0:
        return said("the same as {baseline}", baseline=baseline)
    higher, amount = higher_is_better(metric), abs(value)
    if higher is None and value > 0:
        text = said("{amount:.3f} more than {baseline}", amount=amount, baseline=baseline)
    elif higher is None:
        text = said("{amount:.3f} less than {baseline}", amount=amount, baseline=baseline)
    elif value == 0 or (value > 0) == higher:
        text = said("{amount:.3f} better than {baseline}", amount=amount, baseline=baseline)
    else:
        text = said("{amount:.3f} worse than {baseline}", amount=amount, baseline=baseline)
    if low is None or high is None:
        return text
    ends = (low, high) if value >= 0 else (-high, -low)
    text = f"{text} [{ends[0] + 0.0:.3f}, {ends[1] + 0.0:.3f}]"
    return said("{difference}, too close to tell apart", difference=text) if low <= 0 <= high else text


def describe_held_out(split_kind: str, people: int) -> str:
    """On what a run was evaluated: whole people only where the split holds those out, else ratings of so many people.

    >>> describe_held_out("strong", 1), describe_held_out("random", 1200)
    ('1 person it has not learned from', 'held-out ratings of 1,200 people')
    """
    words = plural(people, "person")
    match split_kind:
        case "strong":
            return said("{people} it has not learned from", people=words)
        case "random":
            return said("held-out ratings of {people}", people=words)
        case "time":
            return said("the newest ratings, of {people}", people=words)
        case "last":
            return said("the last ratings of {people}", people=words)
    return words


def errors_note(split_kind: str, metrics: Iterable[str]) -> str:
    """What errors among the metrics are of, where that is not every rating; else ""."""
    if split_kind != "strong" or not any(needs_ratings(metric) for metric in metrics):
        return ""
    return said("Errors are of liked titles alone: of people held out whole, nothing else is kept back.")
