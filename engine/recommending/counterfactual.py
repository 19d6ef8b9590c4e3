"""What a title's place hangs on: a smallest set of a person's ratings without which it would lose that place.

Entries are taken away one by one, each time the one without which the title leads least over whom it must stay ahead
of, found by leaving each out of those that are left; where several would do, the one that carries the title most. In
the end every one that proves unnecessary is put back. That is greedy: there may be a smaller set, but none of those
shown can be spared.

Shapes: n entries of the profile, V of them left out in turn, C columns: the title and its rivals.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.data.dataset import Bools, Float32, Histories, Int64
from engine.device import use_cores
from engine.events import Job, Stop
from engine.models.blend import additive_scores
from engine.recommending.answers import predicted, rank_row
from engine.recommending.explanation import rating_of
from engine.recommending.leaving_out import chunks_of, without_each
from engine.recommending.ranking import USUAL, ListTerms, OrderOf, Ranked
from engine.recommending.reasons import FIRST, FIRST_TEN, HangsOn, OwnRating
from engine.recommending.recommender import Recommender

_MOST_TAKEN, _TRIED, _RIVALS = 50, 100, 20


@dataclass
class _Search:
    """What is left of a profile, [n], what was taken away, in order, and the list without it."""

    left_n: Bools
    taken: list[int]
    order: Ranked


@dataclass(frozen=True)
class _Question:
    """Which title's place is asked for, and how lists are made."""

    recommender: Recommender
    history: Histories
    item_row: int
    place: int
    weight: float | None
    order_of: OrderOf
    is_time_up: Callable[[], bool]

    def list_of(self, left_n: Bools) -> Ranked:
        """The list of what is left of a profile; its other titles do not come back."""
        model = self.recommender.model
        return self.order_of(rank_row(model, predicted(model, self.history.where(left_n)), self.weight))

    def is_lost(self, order: Ranked) -> bool:
        """Whether the title has lost its place."""
        rank = order.rank(self.item_row)
        return rank is None or rank > self.place


def hangs_on(
    recommender: Recommender,
    history: Histories,
    item_row: int,
    *,
    terms: ListTerms = USUAL,
    order_of: OrderOf | None = None,
    seconds: float = 5.0,
    clock: Callable[[], float] = time.monotonic,
) -> Job[HangsOn | None]:
    """Find what a title's place hangs on, in at most so many seconds; None for a title beyond the first ten.

    The place is that in the list on these terms, or in that which `order_of` makes.
    """
    use_cores()
    yield None
    order_of = order_of or partial(recommender.order, history=history, terms=terms)
    order = order_of(rank_row(recommender.model, recommender.answer(history).prediction, terms.weight))
    rank = order.rank(item_row)
    if rank is None or rank > FIRST_TEN:
        return None
    end, place = clock() + seconds, FIRST if rank == 1 else FIRST_TEN
    question = _Question(recommender, history, item_row, place, terms.weight, order_of, lambda: clock() >= end)
    search, is_found, stopped = _Search(np.ones(history.entries, dtype=np.bool_), [], order), False, False
    try:
        is_found = yield from _take_away(question, search)
        if is_found:
            yield from _put_back(question, search)
    except Stop:
        stopped, is_found = True, question.is_lost(search.order)
    ratings = tuple(_own(recommender, history, entry) for entry in search.taken)
    return HangsOn(item_row, question.place, ratings, is_found, stopped)


def _take_away(question: _Question, search: _Search) -> Job[bool]:
    """Take entries away until the title has lost its place; True once it has."""
    tried_n = question.recommender.informative(question.history)
    while len(search.taken) < _MOST_TAKEN and not question.is_time_up():
        entries = np.flatnonzero(search.left_n & tried_n)
        if not len(entries) or search.left_n.sum() < 2:
            return False
        leads_V, own_V = yield from _leads(question, search, entries)
        order_V = np.lexsort((np.where(leads_V < 0, own_V, leads_V), leads_V >= 0))
        if not search.taken:
            tried_n = np.isin(np.arange(len(tried_n)), entries[order_V[:_TRIED]])
        search.taken.append(int(entries[order_V[0]]))
        search.left_n[search.taken[-1]] = False
        search.order = question.list_of(search.left_n)
        yield None
        if question.is_lost(search.order):
            return True
    return False


def _leads(question: _Question, search: _Search, entries: Int64) -> Job[tuple[Float32, Float32]]:
    """Without each of some entries, [V] each: the title's lead over the rival that would push it out, and its score."""
    model, place, rows_R = question.recommender.model, question.place, search.order.rows_R
    rivals = rows_R[rows_R != question.item_row][: place + _RIVALS]
    columns_C = np.concatenate([[question.item_row], rivals]).astype(np.int64)
    left, found = question.history.where(search.left_n), []
    at_n = np.cumsum(search.left_n) - 1
    for portion in chunks_of(at_n[entries], model.items):
        prediction = without_each(model, left, portion, columns_C)
        scores_VC = additive_scores(model, prediction, question.weight)[1:].float().numpy()
        rivals_VC = np.sort(scores_VC[:, 1:], axis=1)[:, ::-1]
        ahead_V = rivals_VC[:, place - 1] if rivals_VC.shape[1] >= place else np.full(len(scores_VC), -np.inf)
        found.append(np.stack([scores_VC[:, 0] - ahead_V, scores_VC[:, 0]]))
        yield None
    leads_V, own_V = np.concatenate(found, axis=1).astype(np.float32)
    return leads_V, own_V


def _put_back(question: _Question, search: _Search) -> Job[None]:
    """Put back, the latest first, what the title's place is lost without, too."""
    for entry in reversed(search.taken[:-1]):
        if question.is_time_up():
            return
        search.left_n[entry] = True
        order = question.list_of(search.left_n)
        if question.is_lost(order):
            search.taken.remove(entry)
            search.order = order
        else:
            search.left_n[entry] = False
        yield None


def _own(recommender: Recommender, history: Histories, entry: int) -> OwnRating:
    row = int(history.item_rows_N[entry])
    return OwnRating(
        row, recommender.dataset.items.id(row), recommender.dataset.title_of(row), rating_of(history, entry)
    )
