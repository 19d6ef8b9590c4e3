"""One pass over all entries of a data set that counts whatever its page shows, piece by piece.

Stands between the Dataset and its picture; plain numbers, no Qt. Pieces keep the memory small and let whoever waits
stop between them.

Shapes: I titles, B bars, D days, N entries, P entries of one piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_rec.item_models.activity import MOST_DAYS, SECONDS_A_DAY
from engine.data.dataset import Dataset, Scale
from engine.events import Job

PIECE = 1_000_000
_MOST_BARS = 21

Numbers = npt.NDArray[Any]


@dataclass
class Tally:
    """What was counted. `entries_I` all entries of each title, `rated_I` those with a rating, `sums_I` their sum,
    `likes_I` how many of them are likes.

    `days_D` are entries per day from `first_day` (days since 1970) on; None where there are no times.
    """

    entries_I: Numbers
    rated_I: Numbers
    sums_I: Numbers
    likes_I: Numbers
    bars_B: Numbers
    bar_counts_B: Numbers
    bar_width: float
    days_D: Numbers | None = None
    first_day: int = 0
    without_time: int = 0


def count_entries(dataset: Dataset) -> Job[Tally]:
    """Count all entries; 20 million take about a second. Control comes back at every piece."""
    bars_B, width = _bars(dataset.scale)
    counts = [np.zeros(dataset.titles, np.int64) for _ in range(3)]
    tally = Tally(counts[0], counts[1], np.zeros(dataset.titles), counts[2], bars_B, np.zeros(len(bars_B), int), width)
    for begin in range(0, dataset.entries, PIECE):
        _add_ratings(tally, dataset, slice(begin, begin + PIECE))
        yield None
    if dataset.histories.times_N is not None:
        yield from _count_days(tally, dataset.histories.times_N)
    return tally


def _bars(scale: Scale) -> tuple[Numbers, float]:
    """One bar for each rating there is, or twenty where ratings are continuous or too many."""
    if scale.high <= scale.low:
        return np.array([scale.low]), max(scale.step, 1.0)
    bars = round((scale.high - scale.low) / scale.step) + 1 if scale.step > 0 else _MOST_BARS
    bars = min(bars, _MOST_BARS)
    width = (scale.high - scale.low) / max(1, bars - 1)
    return scale.low + width * np.arange(bars), width


def _add_ratings(tally: Tally, dataset: Dataset, piece: slice) -> None:
    items_P = np.asarray(dataset.histories.item_rows_N[piece])
    ratings_P = np.asarray(dataset.histories.ratings_N[piece])
    titles, scale = dataset.titles, dataset.scale
    tally.entries_I += np.bincount(items_P, minlength=titles)
    is_rated_P = ~np.isnan(ratings_P)
    if not is_rated_P.all():
        items_P, ratings_P = items_P[is_rated_P], ratings_P[is_rated_P]
    tally.rated_I += np.bincount(items_P, minlength=titles)
    tally.sums_I += np.bincount(items_P, weights=ratings_P, minlength=titles)
    tally.likes_I += np.bincount(items_P[ratings_P >= scale.like], minlength=titles)
    places_P = np.clip(np.rint((ratings_P - scale.low) / tally.bar_width), 0, len(tally.bars_B) - 1)
    tally.bar_counts_B += np.bincount(places_P.astype(np.int64), minlength=len(tally.bars_B))


def _count_days(tally: Tally, times_N: Numbers) -> Job[None]:
    """Entries per day. A time of 0 is none; times that lie centuries apart are no dates and are passed over."""
    ends: list[tuple[int, int]] = []
    for begin in range(0, len(times_N), PIECE):
        times_P = times_N[begin : begin + PIECE]
        there_P = times_P[times_P != 0]
        if len(there_P):
            ends.append((int(there_P.min()), int(there_P.max())))
        yield None
    if not ends:
        return
    first, last = min(low for low, _ in ends) // SECONDS_A_DAY, max(high for _, high in ends) // SECONDS_A_DAY
    if last - first > MOST_DAYS:
        return
    tally.days_D, tally.first_day = np.zeros(last - first + 1, np.int64), first
    for begin in range(0, len(times_N), PIECE):
        times_P = times_N[begin : begin + PIECE]
        there_P = times_P[times_P != 0]
        tally.without_time += len(times_P) - len(there_P)
        tally.days_D += np.bincount(there_P // SECONDS_A_DAY - first, minlength=len(tally.days_D))
        yield None
