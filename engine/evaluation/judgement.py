"""What judging a model gave, and two models compared on the same people.

Stands between the protocol and whoever reads it: views, JSON, quality pages.

Shapes: U people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Int64
from engine.errors import DataError
from engine.evaluation.intervals import Interval, bootstrap, middle_95, value_over_people

Floats = npt.NDArray[np.float64]

RANKING_METRICS = ("recall", "precision", "ap", "map", "ndcg", "graded_ndcg", "coverage", "novelty")
ERROR_METRICS = ("rmse", "mse", "mae")


@dataclass(frozen=True)
class Judgement:
    """What a model is worth to held-out people.

    `metrics` has what could be measured: "recall@20", "ndcg@100", "rmse" ... `per_person` has one value per held-out
    person, NaN where that person has nothing to find; errors weigh by `rated_U`, how many ratings each value is of.
    `people` counts those with any value. `stopped`: only the people who came first were judged.
    """

    people: int
    metrics: dict[str, Interval]
    per_person: dict[str, Floats]
    user_rows_U: Int64 | None = None
    rated_U: Int64 | None = None
    stopped: bool = False


def compare(judgement: Judgement, other: Judgement, metric: str) -> Interval:
    """How much greater a metric is in the first judgement, pairwise on the same people.

    Zero inside the interval means that these people cannot tell the two models apart. Raises DataError where the
    judgements are of different people or do not both have the metric person by person.
    """
    per_person = {"first": _values(judgement, metric), "second": _values(other, metric)}
    missing_U, missing_too_U = (np.isnan(values_U) for values_U in per_person.values())
    if not _same(judgement.user_rows_U, other.user_rows_U) or not np.array_equal(missing_U, missing_too_U):
        raise DataError("The two models were judged on different people.", remedy="Judge both on the same split.")
    rated_U = judgement.rated_U if judgement.rated_U is not None else np.ones(len(missing_U), dtype=np.int64)
    weights_U = weights_of(metric, rated_U)
    lots = list(bootstrap(per_person, {"first": weights_U, "second": weights_U}))
    first, second = (from_means(metric, np.concatenate([lot[name] for lot in lots])) for name in per_person)
    values = [from_means(metric, np.array(value_over_people(one, weights_U))) for one in per_person.values()]
    return Interval(float(values[0] - values[1]), *middle_95(first - second))


def to_be_averaged(name: str, values_U: Floats) -> Floats:
    """What of a metric averages over people: of an RMSE its square."""
    return values_U**2 if name == "rmse" else values_U


def from_means(name: str, means: Floats) -> Floats:
    """The metric out of the mean of `to_be_averaged`."""
    return np.sqrt(means) if name == "rmse" else means


def weights_of(name: str, rated_U: Int64) -> Floats:
    """Errors weigh by how many ratings they are of; everything else weighs each person alike."""
    return rated_U.astype(np.float64) if name in ERROR_METRICS else np.ones(len(rated_U))


def _values(judgement: Judgement, metric: str) -> Floats:
    if metric not in judgement.per_person:
        raise DataError(
            f"{metric} was not measured person by person, so two models cannot be compared by it.",
            remedy=f"Take one of: {', '.join(sorted(judgement.per_person))}.",
        )
    return to_be_averaged(metric, judgement.per_person[metric])


def _same(rows_U: Int64 | None, others_U: Int64 | None) -> bool:
    return rows_U is None or others_U is None or np.array_equal(rows_U, others_U)
