"""Reasons looked at for longer: what each rating adds on average, over random orders in which ratings come in.

That is the Shapley value (Castro, Gómez and Tejada 2009), estimated from pairs of an order and its reverse. Leaving one
rating out says nothing of two that stand for each other: without either nothing changes, without both much does.

Shapes: n entries that count, V sets of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Bools, Float32, Histories, Int64
from engine.device import exactly, use_cores
from engine.events import Job, Stop
from engine.models.base import Model
from engine.recommending.explanation import for_and_against, ranked_reasons
from engine.recommending.ranking import USUAL, ListTerms, OrderOf
from engine.recommending.reasons import Reason
from engine.recommending.recommender import Recommender

_MOST_PAIRS = 32
_MOST_SCORES, _MOST_SETS = 1_000_000, 256


@dataclass(frozen=True)
class LongerLook:
    """The reasons for a title by their average over so many random `orders`; 0: there was no time for one pair."""

    item_row: int
    carried: tuple[Reason, ...]
    against: tuple[Reason, ...]
    orders: int


def look_longer(
    recommender: Recommender,
    history: Histories,
    item_row: int,
    *,
    terms: ListTerms = USUAL,
    order_of: OrderOf | None = None,
    seconds: float = 1.8,
    most_pairs: int = _MOST_PAIRS,
    seed: int = 0,
    clock: Callable[[], float] = time.monotonic,
) -> Job[LongerLook]:
    """Average what each rating adds to a title's score, as long as there is time. A Stop gives what was averaged.

    Ranks are those in the list on these terms, or in that which `order_of` makes.
    """
    use_cores()
    sums_n, end, orders = np.zeros(history.entries), clock() + seconds, 0
    try:
        for added_n in (added := averaged(recommender, history, item_row, weight=terms.weight, seed=seed)):
            if added_n is not None:
                sums_n, orders = sums_n + added_n, orders + 2
            if orders >= 2 * most_pairs or clock() >= end:
                added.close()
                break
            yield None
    except Stop:
        pass
    impacts_n: Float32 = (sums_n / max(1, orders)).astype(np.float32)
    order_of = order_of or partial(recommender.order, history=history, terms=terms)
    shown = for_and_against(impacts_n)
    reasons = ranked_reasons(recommender, history, item_row, impacts_n, shown, terms.weight, order_of=order_of)
    return LongerLook(
        item_row,
        tuple(reason for reason in reasons if reason.impact > 0),
        tuple(reason for reason in reasons if reason.impact < 0),
        orders,
    )


def averaged(
    recommender: Recommender, history: Histories, item_row: int, *, weight: float | None = None, seed: int = 0
) -> Generator[npt.NDArray[np.float64] | None]:
    """What each entry adds to a title's score, [n], summed over a random order and its reverse; without an end.

    Yields None after each portion of work between.
    """
    dice, entries = np.random.default_rng(seed), np.flatnonzero(recommender.informative(history))
    while len(entries):
        sums_n, drawn = np.zeros(history.entries), dice.permutation(entries)
        for order in (drawn, drawn[::-1]):
            scores = []
            for sets_Vn in _growing(history.entries, order, recommender.model.items):
                scores.append(_scores(recommender.model, joined(history, sets_Vn), item_row, weight))
                yield None
            sums_n[order] += np.diff(np.concatenate(scores))
        yield sums_n


def _scores(model: Model, variants: Histories, item_row: int, weight: float | None) -> npt.NDArray[np.float64]:
    with exactly():
        prediction = model.predict(variants, ratings=model.can.mixes_presence).checked()
    found: npt.NDArray[np.float64] = model.rank_scores(prediction, weight)[:, item_row].double().numpy()
    return found


def _growing(entries: int, order: Int64, items: int) -> Iterator[Bools]:
    """The sets that grow by one entry after the other, from none to all of an order, in portions, [V, entries]."""
    at_once = max(1, min(_MOST_SETS, _MOST_SCORES // max(1, items)))
    place_n = np.full(entries, -1, dtype=np.int64)
    place_n[order] = np.arange(len(order))
    sizes = np.arange(len(order) + 1)
    for first in range(0, len(sizes), at_once):
        yield place_n[None] < sizes[first : first + at_once, None]


def joined(history: Histories, sets_Vn: Bools) -> Histories:
    """Parts of one person's history as the histories of V people."""
    counts_V = sets_Vn.sum(1)
    at_N = np.nonzero(sets_Vn)[1]
    return Histories(
        np.concatenate([[0], np.cumsum(counts_V)]).astype(np.int64),
        history.item_rows_N[at_N],
        history.ratings_N[at_N],
        None if history.times_N is None else history.times_N[at_N],
    )
