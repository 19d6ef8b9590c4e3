"""What lists and predicted ratings are worth: every metric is one row of METRICS.

Training (what may be its monitor), search (which run wins), evaluation, the Models page, the terminal and all help
texts read this table; a new metric is a function and a row. Full ranking, never sampled; one value per person.

A title is *relevant* to a person who was found to like it. DCG discounts rank i by 1/log2(i + 1) (Jarvelin and
Kekalainen 2002); recall is divided by min(k, relevant), as in Liang et al. 2018 ("Variational Autoencoders for
Collaborative Filtering"). Importing this module does not import torch.

Shapes: U people, I titles, K length of the lists, k <= K cut, N rated entries to be found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Bools, Float32, Int64, Scale
from engine.evaluation.intervals import Floats
from engine.wording import joined, said

HIGHEST_GRADE = 4.0


@dataclass(frozen=True)
class RankedLists:
    """The lists of a batch of people: `listed_UK` is false for places that are not filled.

    gains are 1 for a relevant title, grades 2^rel - 1; ideal ones are those of the best possible list. relevant_U: how
    many titles there were to be found.
    """

    items_UK: Int64
    listed_UK: Bools
    gains_UK: Floats
    ideal_UK: Floats
    grades_UK: Floats
    ideal_grades_UK: Floats
    relevant_U: Int64
    counts_I: Int64 | None = None

    @property
    def hits_UK(self) -> Bools:
        return self.gains_UK > 0


@dataclass(frozen=True)
class RatingErrors:
    """Predicted less given rating of every entry, in the unit of the data, and whose each of them is."""

    errors_N: Floats
    person_N: Int64
    people: int
    scale: Scale

    def mean(self, values_N: Floats) -> Floats:
        """Each person's mean of one value per entry; NaN for people without any."""
        return mean_errors(values_N, self.person_N, people=self.people)


@dataclass(frozen=True)
class Metric:
    """One row of the table, by `name` as it is typed and stored; metrics of lists get their cut behind it: "ndcg@100".

    `kind` says what `function` gives. "list": (lists: RankedLists, k) -> a value per person, NaN where there is none,
    or None where it cannot be measured. "error": (errors: RatingErrors) -> a value per person. "catalogue":
    (listed_I, candidates_I) -> one number, without an interval. `higher_is_better` is None where neither way is
    better by itself; then `monitors`, its name as a monitor of training, is empty. `is_root`: the root of the mean
    over people. `needs_relevant`: only people with something to find have a value. `is_shown`: on the Models page.
    """

    name: str
    title: str
    help: str
    kind: Literal["list", "error", "catalogue"]
    function: Callable[..., Any]
    higher_is_better: bool | None = True
    monitors: tuple[str, ...] = ()
    is_root: bool = False
    needs_relevant: bool = True
    is_shown: bool = True

    @property
    def needs_ratings(self) -> bool:
        return self.kind == "error"


def metric_of(name: str) -> Metric | None:
    """The row of a metric, with or without its cut; None where there is none.

    >>> metric_of("ndcg@100").title, metric_of("luck@5")
    ('NDCG', None)
    """
    return METRICS.get(name.partition("@")[0])


def is_measurable(name: str) -> bool:
    """Whether this is a metric in full: of lists with a cut of at least 1, of others without one.

    >>> [is_measurable(name) for name in ("ndcg@100", "ndcg", "ndcg@0", "rmse", "rmse@5", "luck@5")]
    [True, False, False, True, False, False]
    """
    metric, cut = metric_of(name), name.partition("@")[2]
    if metric is None:
        return False
    return "@" not in name if metric.needs_ratings else cut.isdecimal() and int(cut) >= 1


def needs_ratings(name: str) -> bool:
    """Whether only models that predict ratings have this metric."""
    metric = metric_of(name)
    return metric is not None and metric.needs_ratings


def higher_is_better(name: str) -> bool | None:
    """Whether a greater value is better; None where neither way is. Losses, like all that is unknown, are to be low."""
    metric = metric_of(name)
    return metric.higher_is_better if metric is not None else False


def improvement_percent(name: str, value: float, baseline: float) -> float | None:
    """By how much per cent a value is better than a baseline's; None where neither way is better or that is 0.

    >>> improvement_percent("rmse", 0.86, 0.95), improvement_percent("ndcg@100", 0.45, 0.5)
    (9.47, -10.0)
    """
    higher = higher_is_better(name)
    if higher is None or not baseline:
        return None
    return round(100.0 * (value - baseline if higher else baseline - value) / abs(baseline), 2)


def metric_title(name: str) -> str:
    """A metric as people write it; what is no metric stays as it is.

    >>> metric_title("graded_ndcg@100"), metric_title("rmse"), metric_title("training loss")
    ('graded NDCG@100', 'RMSE', 'training loss')
    """
    metric, (head, at, cut) = metric_of(name), name.partition("@")
    return f"{metric.title if metric is not None else head.replace('_', ' ')}{at}{cut}"


def describe_metric(name: str, scale: Scale | None = None) -> str:
    """What a metric says, which way is better, and of errors on which scale they are; "" for what is no metric.

    >>> describe_metric("mae", Scale(0.5, 5, 0.5))
    'How far off predicted ratings are on average. Less is better. Ratings go from 0.5 to 5.'
    """
    metric = metric_of(name)
    if metric is None:
        return ""
    better = {True: said("More is better."), False: said("Less is better."), None: ""}
    span = (
        said("Ratings go from {low:g} to {high:g}.", low=scale.low, high=scale.high)
        if scale is not None and metric.needs_ratings
        else ""
    )
    return joined(metric.help, better[metric.higher_is_better], span)


class _Monitors(Sequence[str]):
    """The metrics that training may watch, read from the table whenever they are asked for; the default first."""

    def __getitem__(self, index: Any) -> Any:
        names = [monitor for metric in METRICS.values() for monitor in metric.monitors]
        return tuple(sorted(names, key=lambda name: name.partition("@")[0] != "ndcg"))[index]

    def __len__(self) -> int:
        return sum(len(metric.monitors) for metric in METRICS.values())


MONITORS: Sequence[str] = _Monitors()


def recall(lists: RankedLists, k: int) -> Floats:
    """Relevant titles among the first k, of the min(k, relevant) that could be there."""
    return _shares(lists.hits_UK[:, :k].sum(1), np.minimum(k, lists.relevant_U))


def precision(lists: RankedLists, k: int) -> Floats:
    """Relevant titles among the first k, of k."""
    return _shares(lists.hits_UK[:, :k].sum(1), np.where(lists.relevant_U > 0, k, 0))


def average_precision(lists: RankedLists, k: int) -> Floats:
    """AP@k as the case study writes it: 1/k times the sum over hits i of precision@i."""
    return _shares(_precision_at_hits(lists.hits_UK, k), np.where(lists.relevant_U > 0, k, 0))


def mean_average_precision(lists: RankedLists, k: int) -> Floats:
    """The part of MAP@k that one person adds: as `average_precision`, but divided by min(k, relevant)."""
    return _shares(_precision_at_hits(lists.hits_UK, k), np.minimum(k, lists.relevant_U))


def ndcg(lists: RankedLists, k: int) -> Floats:
    """DCG of the first k over that of the best possible first k, which end at min(k, relevant)."""
    return discounted_share(lists.gains_UK, lists.ideal_UK, k)


def graded_ndcg(lists: RankedLists, k: int) -> Floats:
    """NDCG with gains of 2^rel - 1."""
    return discounted_share(lists.grades_UK, lists.ideal_grades_UK, k)


def novelty(lists: RankedLists, k: int) -> Floats | None:
    """The mean of -log2(share of all entries) of the first k titles (Vargas and Castells 2011), in bits."""
    if lists.counts_I is None:
        return None
    bits_I = -np.log2(np.maximum(lists.counts_I, 1) / max(1, int(lists.counts_I.sum())))
    filled_Uk = lists.listed_UK[:, :k]
    return _shares((bits_I[lists.items_UK[:, :k]] * filled_Uk).sum(axis=1), filled_Uk.sum(axis=1))


def coverage(listed_I: Bools, candidates_I: Bools) -> float:
    """The share of titles that could be recommended and are, to anybody."""
    return float((listed_I & candidates_I).sum() / max(1, candidates_I.sum()))


def graded_gains(ratings_N: Float32, scale: Scale) -> Floats:
    """2^rel - 1, where rel runs from 0 at the lowest rating of the scale to 4 at the highest; 0 where unrated."""
    span = max(scale.high - scale.low, 1e-12)
    grades_N = HIGHEST_GRADE * (np.nan_to_num(ratings_N.astype(np.float64), nan=scale.low) - scale.low) / span
    return np.asarray(np.exp2(np.clip(grades_N, 0.0, HIGHEST_GRADE)) - 1.0)


def ideal_gains(gains_N: Floats, person_N: Int64, *, people: int, k: int) -> Floats:
    """Each person's gains from the greatest down, cut at k and padded with zeros, [U, k]."""
    order = np.lexsort((-gains_N, person_N))
    person_N = person_N[order]
    starts_U = np.concatenate([[0], np.cumsum(np.bincount(person_N, minlength=people))])
    rank_N = np.arange(len(order)) - starts_U[person_N]
    ideal_UK = np.zeros((people, k))
    within_N = rank_N < k
    ideal_UK[person_N[within_N], rank_N[within_N]] = gains_N[order][within_N]
    return ideal_UK


def root_mean_square_error(errors: RatingErrors) -> Floats:
    return np.sqrt(mean_square_error(errors))


def mean_square_error(errors: RatingErrors) -> Floats:
    return errors.mean(errors.errors_N**2)


def mean_absolute_error(errors: RatingErrors) -> Floats:
    return errors.mean(np.abs(errors.errors_N))


def unit_error(errors: RatingErrors) -> Floats:
    """RMSE of each person with ratings moved to 0 to 1, (r - low) / (high - low)."""
    return root_mean_square_error(errors) / (errors.scale.high - errors.scale.low)


def mean_errors(errors_N: Floats, person_N: Int64, *, people: int) -> Floats:
    sums_U = np.bincount(person_N, weights=errors_N, minlength=people)
    return _shares(sums_U, np.bincount(person_N, minlength=people))


def discounted_share(gains_UK: Floats, ideal_UK: Floats, k: int) -> Floats:
    """DCG of the first k over the best possible one; NaN where nothing could be gained."""
    discounts_K = 1.0 / np.log2(np.arange(2, gains_UK.shape[1] + 2))[:k]
    ideal_discounts_K = 1.0 / np.log2(np.arange(2, ideal_UK.shape[1] + 2))[:k]
    return _shares(gains_UK[:, :k] @ discounts_K, ideal_UK[:, :k] @ ideal_discounts_K)


def _precision_at_hits(hits_UK: Bools, k: int) -> Floats:
    hits_Uk = hits_UK[:, :k]
    precision_Uk = np.cumsum(hits_Uk, axis=1) / np.arange(1, hits_Uk.shape[1] + 1)
    return np.asarray((precision_Uk * hits_Uk).sum(axis=1), dtype=np.float64)


def _shares(parts_U: npt.NDArray[Any], wholes_U: npt.NDArray[Any]) -> Floats:
    """parts / wholes, and NaN where there is no whole to have a part of."""
    shares_U = np.full(len(parts_U), np.nan)
    np.divide(parts_U, wholes_U, out=shares_U, where=wholes_U > 0)
    return shares_U


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "recall",
            "recall",
            said("How much of what people went on to like is in the list, of what fits in."),
            "list",
            recall,
            monitors=("recall@20", "recall@50"),
        ),
        Metric(
            "precision", "precision", said("How much of the list people are known to have liked."), "list", precision
        ),
        Metric(
            "ap", "AP", said("Precision at every hit, averaged over the length of the list."), "list", average_precision
        ),
        Metric(
            "map",
            "MAP",
            said("Precision at every hit, averaged over the most hits there could be: 1 is the best."),
            "list",
            mean_average_precision,
        ),
        Metric(
            "ndcg",
            "NDCG",
            said("How early in the list what people went on to like comes: 1 is the best order there is."),
            "list",
            ndcg,
            monitors=("ndcg@100", "ndcg@20"),
        ),
        Metric(
            "graded_ndcg",
            "graded NDCG",
            said("As NDCG, where what people rated higher counts for more."),
            "list",
            graded_ndcg,
        ),
        Metric(
            "coverage",
            "coverage",
            said("The share of all titles that is in anybody's list."),
            "catalogue",
            coverage,
            higher_is_better=None,
        ),
        Metric(
            "novelty",
            "novelty",
            said("How little known the titles of the list are, in bits: one more is half as well known."),
            "list",
            novelty,
            higher_is_better=None,
            needs_relevant=False,
        ),
        Metric(
            "rmse",
            "RMSE",
            said("How far off predicted ratings are; one far off weighs more than many a little off."),
            "error",
            root_mean_square_error,
            higher_is_better=False,
            monitors=("rmse",),
            is_root=True,
        ),
        Metric("mse", "MSE", said("The square of the RMSE."), "error", mean_square_error, higher_is_better=False),
        Metric(
            "mae",
            "MAE",
            said("How far off predicted ratings are on average."),
            "error",
            mean_absolute_error,
            higher_is_better=False,
        ),
        Metric(
            "rmse_unit",
            "RMSE on 0 to 1",
            said("The RMSE as some studies give it, with ratings moved to 0 to 1: not in stars."),
            "error",
            unit_error,
            higher_is_better=False,
            is_root=True,
            is_shown=False,
        ),
    )
}
