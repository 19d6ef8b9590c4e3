"""Why a title was recommended: what each of a person's ratings did to it, found by leaving that rating out.

The impact of entry i on title j is `score_j(all) - score_j(without i)`, in float32: what is positive carried the
title, what is negative spoke against it. Impacts do not add up to the score of a network, so none is a share of it.

Shapes: n entries of the profile, V of them left out in turn, C titles asked for, I all titles, P parts of a blend.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Float32, Histories, Int64
from engine.errors import ProfileError
from engine.events import Job, drive
from engine.models.base import Model, Prediction
from engine.models.blend import Blend
from engine.recommending.answers import rank_row, value_at
from engine.recommending.crowd import Crowd, crowd_of
from engine.recommending.leaving_out import chunks_of, without_each
from engine.recommending.left_out import left_out_of, remembered, remembering_if_as_quick
from engine.recommending.ranking import USUAL, ListTerms, OrderOf
from engine.recommending.reasons import PartImpact, Reason, describe_rated, is_like
from engine.recommending.recommender import Recommender
from engine.wording import said

Floats = npt.NDArray[np.floating[Any]]


MOST_CARRIED, MOST_AGAINST = 8, 4
_NONE: Int64 = np.zeros(0, dtype=np.int64)
_UNMOVED = said("None of your ratings moves this title: the model scores it the same without any one of them.")


@dataclass(frozen=True)
class Explanation:
    """Why a title stands where it stands: what carried it and what spoke against it, the strongest first.

    rank is None where filters keep it out, and in a list of what was seen; others is how many more ratings move the
    title, beyond those shown; crowd is what all people gave it.
    """

    item_row: int
    item_id: str
    title: str
    rank: int | None
    score: float
    predicted_rating: float | None
    probability: float | None
    lift: float | None
    carried: tuple[Reason, ...]
    against: tuple[Reason, ...]
    others: int
    note: str
    predicted_sd: float | None = None
    parts: tuple[PartImpact, ...] = ()
    crowd: Crowd | None = None


def explain(
    recommender: Recommender,
    history: Histories,
    item_row: int,
    *,
    terms: ListTerms = USUAL,
    order_of: OrderOf | None = None,
) -> Explanation:
    """The reasons for one title, with the ranks in the list on these terms, or that `order_of` makes of the person's
    scores. Raises ProfileError.

    A title of the person's own has reasons only in a list of what they have seen, and there its own rating is none.
    """
    again, weight = terms.filters.again, terms.weight
    answer = recommender.answer(history, again=again)
    title, item_id = recommender.dataset.title_of(item_row), recommender.dataset.items.id(item_row)
    if item_row in history.item_rows_N and not again:
        raise ProfileError(
            said("{title} is one of your own ratings.", title=title),
            remedy=said("Choose a title that you have not seen yet."),
        )
    scores_I = rank_row(recommender.model, answer.prediction, weight)
    order_of = order_of or partial(recommender.order, history=history, terms=terms)
    others = history.where(history.item_rows_N != item_row)
    drive(_get_ready(recommender, history, terms))
    reasons, parts, moving = _reasons(recommender, others, item_row, weight, order_of=None if again else order_of)
    order = order_of(scores_I)
    return Explanation(
        item_row=item_row,
        item_id=item_id,
        title=title,
        rank=None if again else order.rank(item_row),
        score=float(scores_I[item_row]),
        predicted_rating=value_at(answer.rating_I, item_row),
        probability=value_at(answer.probability_I, item_row),
        lift=value_at(answer.lift_I, item_row),
        carried=tuple(reason for reason in reasons if reason.impact > 0),
        against=tuple(reason for reason in reasons if reason.impact < 0),
        others=moving - len(reasons),
        note=joined_notes(recommender.note(history), mixed_note(recommender, weight)) if reasons else _UNMOVED,
        predicted_sd=value_at(recommender.rating_sds(history, np.array([item_row])), 0),
        parts=parts if others.entries else by_parts(recommender, history, item_row, _NONE)[0],
        crowd=crowd_of(recommender.dataset, item_row),
    )


def explain_in_portions(
    recommender: Recommender,
    history: Histories,
    item_row: int,
    *,
    terms: ListTerms = USUAL,
    order_of: OrderOf | None = None,
) -> Job[Explanation]:
    """As `explain`, with a pause after each portion of what may take long."""
    yield from _get_ready(recommender, history, terms)
    return explain(recommender, history, item_row, terms=terms, order_of=order_of)


def _get_ready(recommender: Recommender, history: Histories, terms: ListTerms) -> Job[None]:
    """What `explain` does first and may take long, in portions; a title of the person's own is explained by itself."""
    if not terms.filters.again:
        recommender.check(history)
        yield from remembering_if_as_quick(recommender, history)


def mixed_note(recommender: Recommender, weight: float | None) -> str:
    """What to know of reasons where a list also goes by predicted stars: they are those of the score, or ""."""
    is_mixed = weight is not None and weight < 1.0 and recommender.mixes_by_places
    return said("These are the reasons of its score; this list also goes by predicted stars.") if is_mixed else ""


def joined_notes(*notes: str) -> str:
    """Sentences put after each other, without the empty ones."""
    return " ".join(filter(None, notes))


def impacts_on(recommender: Recommender, history: Histories, item_row: int, weight: float | None) -> Float32:
    """The impact of each entry on one title, [n]; looked up where it was worked out for all titles."""
    model, column, informative_n = recommender.model, np.array([item_row]), recommender.informative(history)
    left = remembered(recommender, history)
    if left is None:
        informative = np.flatnonzero(informative_n)
        return leave_one_out_impacts(model, history, column, weight, entries=informative)[:, 0]
    impacts_n = np.zeros(history.entries, dtype=np.float32)
    prediction = left.for_titles(column, ratings=model.can.mixes_presence)
    impacts_n[left.entries_V] = impacts_in(model, prediction, weight)[:, 0]
    impacts_n[~informative_n] = 0.0
    return impacts_n


def leave_one_out_impacts(
    model: Model, history: Histories, columns_C: Int64, weight: float | None, *, entries: Int64 | None = None
) -> Float32:
    """The impact of every entry of one person (or of `entries`, where others have none) on some titles, [n, C]."""
    entries = np.arange(history.entries) if entries is None else entries
    impacts_nC = np.zeros((history.entries, len(columns_C)), dtype=np.float32)
    for left_out_V in chunks_of(entries, model.items):
        prediction = without_each(model, history, left_out_V, columns_C)
        impacts_nC[left_out_V] = impacts_in(model, prediction, weight)
    return impacts_nC


def impacts_in(model: Model, prediction: Prediction, weight: float | None) -> Float32:
    """score(all) - score(without) from a leave-one-out prediction, [V, C]."""
    scores_VC = model.rank_scores(prediction, weight).float().numpy()
    impacts_VC: Float32 = scores_VC[:1] - scores_VC[1:]
    return impacts_VC


def strongest(impacts_n: Float32, *, most: int) -> Int64:
    """The entries with the largest |impact|, strongest first, ties in profile order; none without any impact."""
    order: Int64 = np.argsort(-np.abs(impacts_n), kind="stable")[:most]
    moving: Int64 = order[impacts_n[order] != 0]
    return moving


def carriers(impacts_n: Float32, *, most: int) -> Int64:
    """The entries that carry a title, strongest first, ties in profile order."""
    return strongest(np.maximum(impacts_n, 0), most=most)


def opponents(impacts_n: Float32, *, most: int) -> Int64:
    """The entries that speak against a title, strongest first, ties in profile order."""
    return strongest(np.minimum(impacts_n, 0), most=most)


def reasons_for(recommender: Recommender, history: Histories, impacts_n: Float32, entries: Int64) -> tuple[Reason, ...]:
    """The reasons that some entries are, given the impacts of all; without ranks."""
    largest = float(np.abs(impacts_n).max(initial=0.0)) or 1.0
    return tuple(
        _reason(recommender, history, entry, impact=float(impacts_n[entry]), largest=largest)
        for entry in entries.tolist()
    )


def rating_of(history: Histories, entry: int) -> float | None:
    """The rating of an entry as a plain number, rounded as floats are written; None where it was only seen."""
    rating = float(history.ratings_N[entry])
    return None if math.isnan(rating) else round(rating, 4)


def _reason(recommender: Recommender, history: Histories, entry: int, *, impact: float, largest: float) -> Reason:
    row = int(history.item_rows_N[entry])
    title, rating = recommender.dataset.title_of(row), rating_of(history, entry)
    return Reason(
        item_row=row,
        item_id=recommender.dataset.items.id(row),
        title=title,
        rating=rating,
        impact=impact,
        strength=abs(impact) / largest,
        rank_without=None,
        words=describe_rated(title, rating, like=recommender.dataset.scale.like),
        liked=is_like(rating, recommender.dataset.scale.like),
    )


def _reasons(
    recommender: Recommender,
    history: Histories,
    item_row: int,
    weight: float | None,
    *,
    order_of: OrderOf | None,
) -> tuple[tuple[Reason, ...], tuple[PartImpact, ...], int]:
    """The strongest reasons for and against one title, each with the rank without it, what parts of a blend add to its
    score, and how many entries move it at all.

    order_of: the list that scores make, where they are those of the list; None for no ranks.
    """
    impacts_n = impacts_on(recommender, history, item_row, weight)
    shown = for_and_against(impacts_n)
    reasons = ranked_reasons(recommender, history, item_row, impacts_n, shown, weight, order_of=order_of)
    parts_of_score, *behind = by_parts(recommender, history, item_row, shown)
    complete = tuple(dataclasses.replace(reason, parts=parts) for reason, parts in zip(reasons, behind, strict=True))
    return complete, parts_of_score, int(np.count_nonzero(impacts_n))


def for_and_against(impacts_n: Float32) -> Int64:
    """The entries that are shown of one title: those that carry it, then those that speak against it."""
    return np.concatenate([carriers(impacts_n, most=MOST_CARRIED), opponents(impacts_n, most=MOST_AGAINST)])


def ranked_reasons(
    recommender: Recommender,
    history: Histories,
    item_row: int,
    impacts_n: Float32,
    entries: Int64,
    weight: float | None,
    *,
    order_of: OrderOf | None,
) -> tuple[Reason, ...]:
    """The reasons that some entries are for one title, each with the rank without it (see `ranks_without`)."""
    ranks = ranks_without(recommender, history, item_row, entries, weight, order_of=order_of)
    reasons = reasons_for(recommender, history, impacts_n, entries)
    return tuple(dataclasses.replace(reason, rank_without=rank) for reason, rank in zip(reasons, ranks, strict=True))


def ranks_without(
    recommender: Recommender,
    history: Histories,
    item_row: int,
    entries: Int64,
    weight: float | None,
    *,
    order_of: OrderOf | None,
) -> list[int | None]:
    """The number of a title in the list without each of some entries; the left out ones do not come back either."""
    model = recommender.model
    if order_of is None:
        return [None] * len(entries)
    ranks: list[int | None] = []
    left = remembered(recommender, history)
    for left_out_V in chunks_of(entries, model.items):
        prediction = None if left is None else left.without(left_out_V, ratings=model.can.mixes_presence)
        if prediction is None:
            prediction = left_out_of(model, history, left_out_V).of(None, rows_R=slice(1, None))
        for scores_I in model.rank_scores(prediction, weight).float().numpy():
            ranks.append(order_of(scores_I).rank(item_row))
    return ranks


def by_parts(
    recommender: Recommender, history: Histories, item_row: int, entries: Int64
) -> tuple[tuple[PartImpact, ...], ...]:
    """What each part of a blend adds to the score of a title, then to the impact on it of each of some entries."""
    model, column = recommender.model, np.array([item_row])
    if not isinstance(model, Blend):
        return ((),) * (1 + len(entries))
    left = remembered(recommender, history)
    if left is None:
        scores_VP = left_out_of(model, history, entries).by_part(column)[:, 0]
    else:
        scores_VP = left.by_part(column, entries)[:, 0]
    scores_VP[1:] = scores_VP[:1] - scores_VP[1:]
    return tuple(part_impacts(model, values_P) for values_P in scores_VP)


def scoring_parts(model: Model) -> int:
    """P: how many parts count in the score; 0 of a model that is no blend."""
    return sum(1 for part, _ in model.parts if part.weight) if isinstance(model, Blend) else 0


def part_impacts(model: Model, values_P: Floats) -> tuple[PartImpact, ...]:
    """What the parts that count in the score add, each with its name."""
    if not isinstance(model, Blend):
        return ()
    parts = [part for part, _ in model.parts if part.weight]
    return tuple(
        PartImpact(part.run, part.called, part.model, float(value)) for part, value in zip(parts, values_P, strict=True)
    )
