"""What explains a whole list: reasons for each title, the ratings that moved most, the surprising ones.

A job that leaves out every rating once; a Stop returns what the ratings looked at so far show.

Shapes: n entries of the profile, V of them left out at once, T listed titles, P parts of a blend (0 of others).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from engine.data.dataset import Bools, Float32, Histories, Int64
from engine.device import use_cores
from engine.events import Job, Pace, Progressed, StageStarted, Stop
from engine.recommending.explanation import (
    carriers,
    impacts_in,
    joined_notes,
    mixed_note,
    part_impacts,
    rating_of,
    reasons_for,
    scoring_parts,
    strongest,
)
from engine.recommending.leaving_out import chunks_of, without_each
from engine.recommending.left_out import Portion, each_left_out, left_out_of
from engine.recommending.ranking import USUAL, ListTerms
from engine.recommending.reasons import PartImpact, Reason, because_line
from engine.recommending.recommender import Recommender
from engine.wording import said

_REASONS_EACH, _MOST_RATINGS = 3, 10
_WORDS = said("Leaving out your ratings one at a time")
_POPULAR = said("popular with most people")


@dataclass(frozen=True)
class TitleReasons:
    """The strongest reasons that carried a listed title, and what each part of a blend adds to its score.

    line: "because you liked Alien and Aliens", or what else is true of it where no rating carried it.
    """

    item_row: int
    title: str
    reasons: tuple[Reason, ...]
    parts: tuple[PartImpact, ...] = ()
    line: str = ""


@dataclass(frozen=True)
class ImpactfulRating:
    """A rating that moved the list. impact: the sum of |impact| over the listed titles.

    strength: that sum beside the largest of any rating, 0 to 1. titles: how many listed titles name it as a reason.
    """

    item_row: int
    item_id: str
    title: str
    rating: float | None
    impact: float
    strength: float
    titles: int


@dataclass(frozen=True)
class SurprisingRating:
    """A rating far from what the model expects of this person without it. difference: rating - predicted."""

    item_row: int
    item_id: str
    title: str
    rating: float
    predicted: float
    difference: float


@dataclass(frozen=True)
class ListInsights:
    """What explaining a list found, titles in its order; `entries_done` of the `entries` were left out."""

    titles: tuple[TitleReasons, ...]
    most_impactful: tuple[ImpactfulRating, ...]
    most_surprising: tuple[SurprisingRating, ...]
    predicts_ratings: bool
    entries: int
    entries_done: int
    stopped: bool
    note: str


@dataclass(frozen=True)
class _Findings:
    """What the job fills in: impacts, predictions (NaN: none), what is done, and what a blend's parts add."""

    impacts_nT: Float32
    predicted_n: Float32
    done_n: Bools
    scores_TP: Float32
    impacts_nTP: Float32

    @staticmethod
    def none_yet(entries: int, titles: int, parts: int) -> _Findings:
        return _Findings(
            np.zeros((entries, titles), dtype=np.float32),
            np.full(entries, np.nan, dtype=np.float32),
            np.zeros(entries, dtype=np.bool_),
            np.full((titles, parts), np.nan, dtype=np.float32),
            np.zeros((entries, titles, parts), dtype=np.float32),
        )


def explain_list(
    recommender: Recommender,
    history: Histories,
    *,
    terms: ListTerms = USUAL,
    top: int = 50,
) -> Job[ListInsights]:
    """Explain the best `top` titles: three reasons each, and the strongest ratings. Raises ProfileError."""
    use_cores()
    recommender.check(history)
    parts = scoring_parts(recommender.model)
    found = _Findings.none_yet(history.entries, 0, parts)
    rows_T = np.zeros(0, dtype=np.int64)
    stopped = False
    try:
        yield StageStarted("explaining", _WORDS)
        listed = recommender.recommend(history, terms, top=top)
        rows_T = np.array([item.item_row for item in listed.items], dtype=np.int64)
        found = _Findings.none_yet(history.entries, len(rows_T), parts)
        yield from _leave_out_each(recommender, history, rows_T, terms.weight, found)
        yield from _leave_out_around(recommender, history, rows_T, terms.weight, found)
    except Stop:
        stopped = True
    note = joined_notes(recommender.note(history), mixed_note(recommender, terms.weight))
    return _insights(recommender, history, rows_T, found, stopped=stopped, note=note)


def most_impactful(recommender: Recommender, history: Histories, impacts_nT: Float32) -> tuple[ImpactfulRating, ...]:
    """The entries by the sum of |impact| over the listed titles, largest first; those without any are left out."""
    sums_n = np.abs(impacts_nT).sum(axis=1, dtype=np.float32)
    largest = float(sums_n.max(initial=0.0)) or 1.0
    named_n = np.bincount(
        np.concatenate([carriers(impacts_n, most=_REASONS_EACH) for impacts_n in impacts_nT.T], dtype=np.int64)
        if impacts_nT.shape[1]
        else np.zeros(0, dtype=np.int64),
        minlength=len(sums_n),
    )
    return tuple(
        ImpactfulRating(
            item_row=(row := int(history.item_rows_N[entry])),
            item_id=recommender.dataset.items.id(row),
            title=recommender.dataset.title_of(row),
            rating=rating_of(history, entry),
            impact=float(sums_n[entry]),
            strength=float(sums_n[entry]) / largest,
            titles=int(named_n[entry]),
        )
        for entry in strongest(sums_n, most=_MOST_RATINGS).tolist()
    )


def most_surprising(recommender: Recommender, history: Histories, predicted_n: Float32) -> tuple[SurprisingRating, ...]:
    """The rated entries by |rating - prediction without it|, largest first. predicted_n: NaN where there is none."""
    apart_n = history.ratings_N - predicted_n
    order = np.argsort(-np.abs(apart_n), kind="stable")
    return tuple(
        SurprisingRating(
            item_row=(row := int(history.item_rows_N[entry])),
            item_id=recommender.dataset.items.id(row),
            title=recommender.dataset.title_of(row),
            rating=float(history.ratings_N[entry]),
            predicted=float(predicted_n[entry]),
            difference=float(apart_n[entry]),
        )
        for entry in order[~np.isnan(apart_n[order])][:_MOST_RATINGS].tolist()
    )


def _insights(
    recommender: Recommender, history: Histories, rows_T: Int64, found: _Findings, *, stopped: bool, note: str
) -> ListInsights:
    return ListInsights(
        titles=_reasons_of_titles(recommender, history, rows_T, found),
        most_impactful=most_impactful(recommender, history, found.impacts_nT),
        most_surprising=most_surprising(recommender, history, found.predicted_n),
        predicts_ratings=recommender.stars is not None,
        entries=history.entries,
        entries_done=int(found.done_n.sum()),
        stopped=stopped,
        note=note,
    )


def _leave_out_each(
    recommender: Recommender, history: Histories, rows_T: Int64, weight: float | None, found: _Findings
) -> Job[None]:
    """Fill in the findings, portion by portion; a bare yield after each, an event when it is time."""
    pace, uninformative_n = Pace(), ~recommender.informative(history)
    if recommender.stars is None:
        found.done_n[uninformative_n] = True
    for portion in each_left_out(recommender, history):
        left_out_V = portion.left_out_V
        _leave_out(recommender, history, portion, rows_T, weight, found)
        _predict_left_out(recommender, history, left_out_V, found)
        found.impacts_nT[left_out_V[uninformative_n[left_out_V]]] = 0.0
        found.done_n[left_out_V] = True
        done = int(found.done_n.sum())
        yield Progressed(_WORDS, done, history.entries, "ratings") if pace.due() else None


def _leave_out(
    recommender: Recommender,
    history: Histories,
    portion: Portion,
    rows_T: Int64,
    weight: float | None,
    found: _Findings,
) -> None:
    """One portion: impacts on the listed titles, and each left out title's own prediction."""
    model, titles, left_out_V = recommender.model, len(rows_T), portion.left_out_V
    prediction = portion.of(np.concatenate([rows_T, history.item_rows_N[left_out_V].astype(np.int64)]))
    scores_VTP = portion.by_part(rows_T)
    found.impacts_nT[left_out_V] = impacts_in(model, prediction, weight)[:, :titles]
    found.scores_TP[:] = scores_VTP[0]
    found.impacts_nTP[left_out_V] = scores_VTP[:1] - scores_VTP[1:]
    if recommender.stars is model and prediction.rating_UI is not None:
        ratings_VV = prediction.rating_UI[1:, titles:].float().numpy()
        found.predicted_n[left_out_V] = np.diagonal(ratings_VV)


def _predict_left_out(recommender: Recommender, history: Histories, left_out_V: Int64, found: _Findings) -> None:
    """What a companion, where it has the stars, predicts for each title without the person's rating of it."""
    stars = recommender.stars
    rated_V = left_out_V[~np.isnan(history.ratings_N[left_out_V])]
    if stars is None or stars is recommender.model or not len(rated_V):
        return
    own_V = history.item_rows_N[rated_V].astype(np.int64)
    rating_UI = without_each(stars, history, rated_V, own_V).rating_UI
    if rating_UI is not None:
        found.predicted_n[rated_V] = np.diagonal(rating_UI[1:].float().numpy())


def _leave_out_around(
    recommender: Recommender, history: Histories, rows_T: Int64, weight: float | None, found: _Findings
) -> Job[None]:
    """Listed titles that the person knows: what each other rating does to one while its own is left out."""
    model = recommender.model
    for column in np.flatnonzero(np.isin(rows_T, history.item_rows_N)).tolist():
        others = np.flatnonzero(history.item_rows_N != rows_T[column])
        rest = history.where(history.item_rows_N != rows_T[column])
        found.impacts_nT[:, column] = 0.0
        found.impacts_nTP[:, column] = 0.0
        for left_out_V in chunks_of(np.flatnonzero(recommender.informative(rest)), model.items):
            portion, title = left_out_of(model, rest, left_out_V), rows_T[column : column + 1]
            prediction, scores_VP = portion.of(title), portion.by_part(title)[:, 0]
            found.impacts_nT[others[left_out_V], column] = impacts_in(model, prediction, weight)[:, 0]
            found.scores_TP[column] = scores_VP[0]
            found.impacts_nTP[others[left_out_V], column] = scores_VP[0] - scores_VP[1:]
            yield None


def _reasons_of_titles(
    recommender: Recommender, history: Histories, rows_T: Int64, found: _Findings
) -> tuple[TitleReasons, ...]:
    model, titles = recommender.model, []
    for column, row in enumerate(rows_T.tolist()):
        impacts_n, scores_P = found.impacts_nT[:, column], found.scores_TP[column]
        shown = carriers(impacts_n, most=_REASONS_EACH)
        reasons = tuple(
            dataclasses.replace(reason, parts=part_impacts(model, found.impacts_nTP[entry, column]))
            for reason, entry in zip(reasons_for(recommender, history, impacts_n, shown), shown.tolist(), strict=True)
        )
        parts = () if np.isnan(scores_P).any() else part_impacts(model, scores_P)
        line = because_line(reasons) or (_POPULAR if model.name == "popularity" else "")
        titles.append(TitleReasons(row, recommender.dataset.title_of(row), reasons, parts, line))
    return tuple(titles)
