"""What judging a model gave, and two models compared on the same people.

Stands between the protocol and whoever reads it: views, JSON, quality pages.

Shapes: U people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Int64
from engine.errors import DataError
from engine.evaluation.breakdown import Breakdown
from engine.evaluation.intervals import Interval, bootstrap, middle_95, value_over_people

Floats = npt.NDArray[np.float64]

RANKING_METRICS = ("recall", "precision", "ap", "map", "ndcg", "graded_ndcg", "coverage", "novelty")
ERROR_METRICS = ("rmse", "mse", "mae", "rmse_unit")
_ROOTS = ("rmse", "rmse_unit")
_SIDES = (" of the first", " of the second")


@dataclass(frozen=True)
class EvaluationResult:
    """What a model is worth to held-out people.

    `metrics` has what could be measured: "recall@20", "ndcg@100", "rmse" ... `per_person` has one value per held-out
    person, NaN where that person has nothing to find; errors weigh by `rated_U`, how many ratings each value is of.
    `people` counts those with any value. `stopped`: only the people who came first were judged.

    "rmse", "mse" and "mae" are on the real scale of the data; "rmse_unit" is the RMSE with ratings moved to 0..1,
    (r - low) / (high - low), as some studies report it.
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
        return next((one for one in self.breakdowns if one.name == name), None)


def compare(judgement: EvaluationResult, other: EvaluationResult, metric: str) -> Interval:
    """How much greater a metric is in the first judgement, pairwise on the same people.

    Zero inside the interval means that these people cannot tell the two models apart. Raises DataError where the
    judgements are of different people or do not both have the metric person by person.
    """
    for one in (judgement, other):
        if metric not in one.per_person:
            raise DataError(
                f"{metric} was not measured person by person, so two models cannot be compared by it.",
                remedy=f"Take one of: {', '.join(sorted(one.per_person))}.",
            )
    found = differences(judgement, other, metrics=(metric,))
    if metric not in found:
        raise DataError("The two models were judged on different people.", remedy="Judge both on the same split.")
    return found[metric]


def differences(
    judgement: EvaluationResult, other: EvaluationResult, *, metrics: Sequence[str] | None = None
) -> dict[str, Interval]:
    """`compare` for many metrics at once, over the same draws of people; what cannot be compared is left out.

    `metrics` are all that both have, unless given. Empty where the two are of different people.
    """
    if not _same(judgement.user_rows_U, other.user_rows_U):
        return {}
    shared = judgement.per_person.keys() & other.per_person.keys()
    wanted = [name for name in (metrics or judgement.per_person) if name in shared]
    values: dict[str, Floats] = {}
    weights: dict[str, Floats] = {}
    for name in wanted:
        pair = [to_be_averaged(name, one.per_person[name]) for one in (judgement, other)]
        if not np.array_equal(np.isnan(pair[0]), np.isnan(pair[1])):
            continue
        rated_U = judgement.rated_U if judgement.rated_U is not None else np.ones(len(pair[0]), dtype=np.int64)
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
    return values_U**2 if name in _ROOTS else values_U


def from_means(name: str, means: Floats) -> Floats:
    """The metric out of the mean of `to_be_averaged`."""
    return np.sqrt(means) if name in _ROOTS else means


def weights_of(name: str, rated_U: Int64) -> Floats:
    """Errors weigh by how many ratings they are of; everything else weighs each person alike."""
    return rated_U.astype(np.float64) if name in ERROR_METRICS else np.ones(len(rated_U))


def _same(rows_U: Int64 | None, others_U: Int64 | None) -> bool:
    return rows_U is None or others_U is None or np.array_equal(rows_U, others_U)
