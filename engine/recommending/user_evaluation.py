"""How well a model knows one person: each of their ratings is left out once, and looked for again.

Beside the model a *baseline* (engine.models.popularity) is asked in the same way about the same ratings.

Shapes: n entries of the profile, V of them left out at once, I titles, D draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Bools, Float32, Histories, Int64
from engine.device import use_cores
from engine.errors import ProfileError
from engine.evaluation.intervals import Interval, bootstrap, middle_95
from engine.events import Job, Pace, Progressed, StageStarted, Stop
from engine.models.base import Model
from engine.models.popularity import Popularity, PopularityConfig
from engine.recommending.leaving_out import chunks_of, without_each
from engine.recommending.recommender import Recommender
from engine.wording import said

LEAST_RATINGS = 5
"""So many ratings it takes before anything can be told of one person."""
LIST_LENGTHS = (20, 50, 100)
_WORDS = said("Leaving out your ratings one at a time")
_NORMAL_95 = 1.959964

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LeftOut:
    """One rating and what was predicted without it; a rank is a favourite's number among all titles not had."""

    item_row: int
    item_id: str
    title: str
    rating: float
    is_favourite: bool
    predicted: float | None
    baseline: float | None
    rank: int | None
    baseline_rank: int | None


@dataclass(frozen=True)
class Comparison:
    """A figure of the model and of the baseline, and their `difference`, pairwise on `of` ratings."""

    of: int
    model: Interval
    baseline: Interval
    difference: Interval


@dataclass(frozen=True)
class UserEvaluation:
    """How well a model knows somebody: "rmse", "mae", and "hits@20" ... (the share of favourites listed) by name."""

    entries: tuple[LeftOut, ...]
    figures: dict[str, Comparison]
    favourites: int
    candidates: int
    entries_wanted: int
    stopped: bool

    @property
    def entries_done(self) -> int:
        return len(self.entries)


@dataclass(frozen=True)
class _Found:
    """What leaving out fills in, per entry: NaN and 0 where nothing was asked or is known."""

    predicted_n: Float32
    rank_n: Int64
    done_n: Bools

    @staticmethod
    def nothing(entries: int) -> _Found:
        return _Found(np.full(entries, np.nan, np.float32), np.zeros(entries, np.int64), np.zeros(entries, np.bool_))


def evaluate_user(
    recommender: Recommender, history: Histories, *, baseline: Popularity | None = None, seen_rows: Sequence[int] = ()
) -> Job[UserEvaluation]:
    """Leave each rating out once; a Stop returns what there is. `baseline`: if fitted. Raises ProfileError."""
    use_cores()
    recommender.check(history)
    entries = _entries_to_leave_out(recommender, history)
    found, reference = _Found.nothing(history.entries), _Found.nothing(history.entries)
    stopped = False
    try:
        if baseline is None:
            baseline = yield from fit_baseline(recommender)
        yield StageStarted("user evaluation", _WORDS)
        pace, items = Pace(), recommender.model.items
        for left_out_V in chunks_of(entries, items):
            _ask(recommender, recommender.model, history, left_out_V, found, seen_rows=seen_rows)
            yield None
            _ask(recommender, baseline, history, left_out_V, reference, seen_rows=seen_rows)
            done = int(reference.done_n.sum())
            yield Progressed(_WORDS, done, len(entries), "ratings") if pace.due() else None
    except Stop:
        stopped = True
    return _evaluation(recommender, history, found, reference, wanted=len(entries), stopped=stopped)


def fit_baseline(recommender: Recommender) -> Job[Popularity]:
    """The baseline for the people of a recommender's data set; it can be used again for the next evaluation."""
    dataset = recommender.dataset
    baseline = Popularity(PopularityConfig(), items=dataset.titles, scale=dataset.scale)
    yield from baseline.fit(dataset.histories)
    return baseline


def _entries_to_leave_out(recommender: Recommender, history: Histories) -> Int64:
    """All ratings of titles that training saw; of a model that predicts none, the favourites."""
    known_n = ~np.isnan(history.ratings_N) & recommender.candidates_I[history.item_rows_N]
    if int(known_n.sum()) < LEAST_RATINGS:
        raise ProfileError(
            said(
                "{known} of the ratings here are of titles that the model knows; how well it knows somebody can be "
                "told from {least} on.",
                known=int(known_n.sum()),
                least=LEAST_RATINGS,
            ),
            remedy=said("Rate a few more titles."),
            ratings=int(known_n.sum()),
        )
    if not recommender.model.can.predicts_ratings:
        known_n &= _favourites(recommender, history)
    return np.flatnonzero(known_n)


def _favourites(recommender: Recommender, history: Histories) -> Bools:
    return history.ratings_N >= recommender.dataset.scale.like


def _ask(
    recommender: Recommender,
    model: Model,
    history: Histories,
    left_out_V: Int64,
    found: _Found,
    *,
    seen_rows: Sequence[int],
) -> None:
    """One portion: the prediction of each left out rating, and the place of each left out favourite."""
    prediction = without_each(model, history, left_out_V, None)
    own_V = history.item_rows_N[left_out_V].astype(np.int64)
    places_V = np.arange(len(own_V))
    if model.can.predicts_ratings and prediction.rating_UI is not None:
        found.predicted_n[left_out_V] = prediction.rating_UI[1:].float().numpy()[places_V, own_V]
    scores_VI = model.rank_scores(prediction)[1:].float().numpy()
    unseen_I = recommender.unseen(history, seen_rows)
    is_favourite_n = _favourites(recommender, history)
    for place in np.flatnonzero(is_favourite_n[left_out_V]).tolist():
        found.rank_n[left_out_V[place]] = _rank(scores_VI[place], int(own_V[place]), unseen_I)
    found.done_n[left_out_V] = True


def _rank(scores_I: Float32, row: int, unseen_I: Bools) -> int:
    """The number of a title among the unseen ones, from 1; equal scores are ordered by item row."""
    better = int((unseen_I & (scores_I > scores_I[row])).sum())
    earlier = int((unseen_I[:row] & (scores_I[:row] == scores_I[row])).sum())
    return 1 + better + earlier


def _evaluation(
    recommender: Recommender, history: Histories, found: _Found, reference: _Found, *, wanted: int, stopped: bool
) -> UserEvaluation:
    done_n = found.done_n & reference.done_n
    favourite_n = _favourites(recommender, history) & done_n
    figures: dict[str, Comparison] = {}
    rated_n = done_n & ~np.isnan(found.predicted_n)
    if rated_n.sum() >= LEAST_RATINGS:
        truth_r = history.ratings_N[rated_n].astype(np.float64)
        figures |= _errors(found.predicted_n[rated_n] - truth_r, reference.predicted_n[rated_n] - truth_r)
    if favourite_n.any():
        for k in LIST_LENGTHS:
            figures[f"hits@{k}"] = _hits(found.rank_n[favourite_n] <= k, reference.rank_n[favourite_n] <= k)
    unseen = int(recommender.candidates_I.sum()) - int(recommender.candidates_I[history.item_rows_N].sum())
    return UserEvaluation(
        entries=tuple(
            _left_out(recommender, history, entry, found, reference, is_favourite=bool(favourite_n[entry]))
            for entry in np.flatnonzero(done_n).tolist()
        ),
        figures=figures,
        favourites=int(favourite_n.sum()),
        candidates=unseen + 1,
        entries_wanted=wanted,
        stopped=stopped,
    )


def _left_out(
    recommender: Recommender, history: Histories, entry: int, found: _Found, reference: _Found, *, is_favourite: bool
) -> LeftOut:
    row = int(history.item_rows_N[entry])
    predicted, baseline = float(found.predicted_n[entry]), float(reference.predicted_n[entry])
    return LeftOut(
        item_row=row,
        item_id=recommender.dataset.items.id(row),
        title=recommender.dataset.title_of(row),
        rating=round(float(history.ratings_N[entry]), 4),
        is_favourite=is_favourite,
        predicted=predicted if np.isfinite(predicted) else None,
        baseline=baseline if np.isfinite(baseline) else None,
        rank=int(found.rank_n[entry]) if is_favourite else None,
        baseline_rank=int(reference.rank_n[entry]) if is_favourite else None,
    )


def _errors(errors_r: Floats, baseline_r: Floats) -> dict[str, Comparison]:
    """RMSE and mean absolute error with bootstrap intervals over the ratings, both drawn together."""
    values = {
        "model": errors_r**2,
        "baseline": baseline_r**2,
        "|model|": np.abs(errors_r),
        "|baseline|": np.abs(baseline_r),
    }
    lots = list(bootstrap(values, {name: np.ones(len(errors_r)) for name in values}))
    draws = {name: np.concatenate([lot[name] for lot in lots]) for name in values}
    means = {name: float(value.mean()) for name, value in values.items()}

    def interval(mean: float, draws_D: Floats) -> Interval:
        return Interval(mean, *middle_95(draws_D))

    root = {name: float(np.sqrt(means[name])) for name in ("model", "baseline")}
    root_D = {name: np.sqrt(draws[name]) for name in ("model", "baseline")}
    return {
        "rmse": Comparison(
            len(errors_r),
            interval(root["model"], root_D["model"]),
            interval(root["baseline"], root_D["baseline"]),
            interval(root["model"] - root["baseline"], root_D["model"] - root_D["baseline"]),
        ),
        "mae": Comparison(
            len(errors_r),
            interval(means["|model|"], draws["|model|"]),
            interval(means["|baseline|"], draws["|baseline|"]),
            interval(means["|model|"] - means["|baseline|"], draws["|model|"] - draws["|baseline|"]),
        ),
    }


def _hits(hits_f: Bools, baseline_f: Bools) -> Comparison:
    """Shares of favourites found. None or all of a few is not certain, so each has its score interval, not draws."""
    values = {"model": hits_f.astype(np.float64), "baseline": baseline_f.astype(np.float64)}
    lots = list(bootstrap(values, {name: np.ones(len(hits_f)) for name in values}))
    apart_D = np.concatenate([lot["model"] - lot["baseline"] for lot in lots])
    apart = Interval(float(values["model"].mean() - values["baseline"].mean()), *middle_95(apart_D))
    model, baseline = (score_interval(int(found_f.sum()), len(found_f)) for found_f in (hits_f, baseline_f))
    return Comparison(len(hits_f), model, baseline, apart)


def score_interval(hits: int, of: int) -> Interval:
    """A share and its 95 % interval (Wilson 1927), which holds for few and for none or all of them too."""
    share, z = hits / of, _NORMAL_95
    middle = (share + z**2 / (2 * of)) / (1 + z**2 / of)
    reach = z / (1 + z**2 / of) * float(np.sqrt(share * (1 - share) / of + z**2 / (4 * of**2)))
    low = 0.0 if hits == 0 else middle - reach
    return Interval(share, low, 1.0 if hits == of else middle + reach)
