"""What is counted of a data set, block by block: ratings per value, per title and over time.

Shapes: U people, I titles, N entries (P in one block), B bars of the histogram, T periods of time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from engine.data.dataset import LATEST, NEVER, Dataset, Float32, Int64, Scale
from engine.data.split import LIKES_THAT_COUNT
from engine.documents import document_of
from engine.events import Job

BLOCK = 1 << 20
MOST_DAYS = 366 * 300

TimeUnit = Literal["day", "month", "year"]
Days = npt.NDArray[np.datetime64]
Float64 = npt.NDArray[np.float64]

_FORMAT = 1
_SECONDS_A_DAY = 86_400
_MOST_BARS = 21
_MOST_DAYS_OF: tuple[tuple[TimeUnit, int], ...] = (("day", 92), ("month", 366 * 20))
_CODES: dict[TimeUnit, Literal["D", "M", "Y"]] = {"day": "D", "month": "M", "year": "Y"}


@dataclass(frozen=True, eq=False)
class Histogram:
    """How often ratings were given: `ratings_B` is the middle of each bar, `width` how wide one is."""

    ratings_B: Float64
    counts_B: Int64
    width: float


@dataclass(frozen=True, eq=False)
class Activity:
    """Entries by period: its first day (datetime64[D]) and count, without gaps; `without` have no time."""

    unit: TimeUnit
    starts_T: Days
    counts_T: Int64
    without: int = 0

    @property
    def busiest(self) -> int:
        return int(np.argmax(self.counts_T))


@dataclass(frozen=True, eq=False)
class TitleCounts:
    """For each title: all its entries, those with a rating, the sum of these ratings and how many of them are likes."""

    entries_I: Int64
    rated_I: Int64
    sums_I: Float64
    likes_I: Int64

    @cached_property
    def means_I(self) -> Float64:
        """The mean rating; NaN where a title is unrated."""
        with np.errstate(invalid="ignore"):
            return np.divide(self.sums_I, self.rated_I)

    @cached_property
    def like_shares_I(self) -> Float64:
        """The share of likes among the ratings, 0 to 1; NaN where a title is unrated."""
        with np.errstate(invalid="ignore"):
            return np.divide(self.likes_I, self.rated_I)

    def as_array(self) -> Float64:
        return np.stack([self.entries_I, self.rated_I, self.sums_I, self.likes_I]).astype(np.float64)

    @staticmethod
    def from_array(counts_4I: Float64) -> TitleCounts:
        entries_I, rated_I, sums_I, likes_I = counts_4I
        return TitleCounts(entries_I.astype(np.int64), rated_I.astype(np.int64), sums_I, likes_I.astype(np.int64))


@dataclass(frozen=True, eq=False)
class DatasetStatistics:
    """Counts of a data set. `likers` like enough titles for a strong split; `activity` is None without dates."""

    people: int
    titles: int
    entries: int
    rated: int
    likes: int
    likers: int
    has_varied_ratings: bool
    has_varied_times: bool
    histogram: Histogram
    activity: Activity | None
    title_counts: TitleCounts

    @property
    def mean_rating(self) -> float | None:
        return float(self.title_counts.sums_I.sum() / self.rated) if self.rated else None

    @cached_property
    def popularity_I(self) -> Int64:
        """How many people have each title, the best known first."""
        return np.sort(self.title_counts.entries_I)[::-1]

    @cached_property
    def head(self) -> int:
        """So many of the best known titles hold half of all entries."""
        return int(np.searchsorted(np.cumsum(self.popularity_I), self.entries / 2)) + 1 if self.entries else 0

    @property
    def head_share(self) -> float:
        return self.head / max(1, self.titles)

    def as_dict(self) -> dict[str, Any]:
        """All but `title_counts`, as JSON takes it."""
        return {"format": _FORMAT, **document_of(self, without=("title_counts",))}

    @staticmethod
    def from_dict(document: dict[str, Any], title_counts: TitleCounts) -> DatasetStatistics | None:
        """What `as_dict` gave; None where another version counted it. Raises KeyError, TypeError, ValueError."""
        fields = {**document, "title_counts": title_counts}
        if fields.pop("format") != _FORMAT:
            return None
        bars, activity = document["histogram"], document["activity"]
        counts_B = np.array(bars["counts_B"], np.int64)
        fields["histogram"] = Histogram(np.array(bars["ratings_B"]), counts_B, bars["width"])
        if activity is not None:
            starts_T = np.array(activity["starts_T"], "datetime64[D]")
            counts_T = np.array(activity["counts_T"], np.int64)
            fields["activity"] = Activity(activity["unit"], starts_T, counts_T, activity["without"])
        return DatasetStatistics(**fields)


def count_statistics(dataset: Dataset) -> Job[DatasetStatistics]:
    """Count all entries block by block; 32 million take about two seconds."""
    tally, times = _Tally(dataset), _TimeTally()
    histories = dataset.histories
    for begin in range(0, dataset.entries, BLOCK):
        block = slice(begin, begin + BLOCK)
        tally.add(histories.item_rows_N[block], histories.ratings_N[block])
        if histories.times_N is not None:
            times.add(histories.times_N[block])
        yield None
    title_counts, likes_U = tally.title_counts(), np.diff(tally.likes_before_U1)
    return DatasetStatistics(
        people=dataset.people,
        titles=dataset.titles,
        entries=dataset.entries,
        rated=int(title_counts.rated_I.sum()),
        likes=int(title_counts.likes_I.sum()),
        likers=int((likes_U >= LIKES_THAT_COUNT).sum()),
        has_varied_ratings=tally.lowest < tally.highest,
        has_varied_times=times.earliest < times.latest,
        histogram=Histogram(tally.bars_B, tally.bar_counts_B, tally.width),
        activity=times.activity(),
        title_counts=title_counts,
    )


def activity_of(counts_D: Int64, first_day: int, *, without: int = 0) -> Activity:
    """Days summed up by day (to three months), month (to twenty years) or year; counts_D start at `first_day`."""
    unit: TimeUnit = next((unit for unit, most in _MOST_DAYS_OF if len(counts_D) <= most), "year")
    code = _CODES[unit]
    days_D = np.datetime64(first_day, "D") + np.arange(len(counts_D))
    periods_D = days_D.astype(f"datetime64[{code}]").astype(np.int64)
    counts_T = np.bincount(periods_D - periods_D[0], weights=counts_D).astype(np.int64)
    starts_T = (periods_D[0] + np.arange(len(counts_T))).astype(f"datetime64[{code}]").astype("datetime64[D]")
    return Activity(unit, starts_T, counts_T, without)


class _Tally:
    """Counts of ratings so far. `likes_before_U1` is how many likes stand before each person's first entry."""

    def __init__(self, dataset: Dataset) -> None:
        self._like, self._low, self._titles = dataset.scale.like, dataset.scale.low, dataset.titles
        self._indptr_U1, self._read, self._likes = dataset.histories.indptr_U1, 0, 0
        self._counts_3I = np.zeros((3, dataset.titles), np.int64)
        self._sums_I = np.zeros(dataset.titles)
        self.likes_before_U1 = np.zeros(dataset.people + 1, np.int64)
        self.bars_B, self.width = _bars(dataset.scale)
        self.bar_counts_B = np.zeros(len(self.bars_B), np.int64)
        self.lowest, self.highest = np.inf, -np.inf

    def add(self, items_P: npt.NDArray[Any], ratings_P: Float32) -> None:
        liked_P = ratings_P >= self._like
        self._add_likers(liked_P)
        self._add_titles(0, items_P)
        is_rated_P = ~np.isnan(ratings_P)
        if not is_rated_P.all():
            items_P, ratings_P, liked_P = items_P[is_rated_P], ratings_P[is_rated_P], liked_P[is_rated_P]
        self._add_titles(1, items_P)
        self._add_titles(2, items_P[liked_P])
        self._sums_I += np.bincount(items_P, weights=ratings_P, minlength=self._titles)
        places_P = np.clip(np.rint((ratings_P - self._low) / self.width), 0, len(self.bars_B) - 1)
        self.bar_counts_B += np.bincount(places_P.astype(np.int64), minlength=len(self.bars_B))
        if len(ratings_P):
            self.lowest = min(self.lowest, float(ratings_P.min()))
            self.highest = max(self.highest, float(ratings_P.max()))

    def title_counts(self) -> TitleCounts:
        entries_I, rated_I, likes_I = self._counts_3I
        return TitleCounts(entries_I, rated_I, self._sums_I, likes_I)

    def _add_titles(self, row: int, items_P: npt.NDArray[Any]) -> None:
        self._counts_3I[row] += np.bincount(items_P, minlength=self._titles)

    def _add_likers(self, liked_P: npt.NDArray[np.bool_]) -> None:
        """The likes before each person whose entries begin or end in this block."""
        begin, self._read = self._read, self._read + len(liked_P)
        first, last = np.searchsorted(self._indptr_U1, [begin, self._read + 1])
        likes_before_P1 = self._likes + np.concatenate(([0], np.cumsum(liked_P)))
        self.likes_before_U1[first:last] = likes_before_P1[self._indptr_U1[first:last] - begin]
        self._likes = int(likes_before_P1[-1])


def _bars(scale: Scale) -> tuple[Float64, float]:
    """One bar for each rating there is, or twenty where ratings are continuous or too many; and their width."""
    if scale.high <= scale.low:
        return np.array([scale.low]), max(scale.step, 1.0)
    bars = round((scale.high - scale.low) / scale.step) + 1 if scale.step > 0 else _MOST_BARS
    bars = min(bars, _MOST_BARS)
    width = (scale.high - scale.low) / max(1, bars - 1)
    return scale.low + width * np.arange(bars, dtype=np.float64), width


class _TimeTally:
    """Entries per day so far from a first day on. Times in `NEVER` are none; times centuries apart are no dates."""

    def __init__(self) -> None:
        self._days: list[tuple[int, Int64]] = []
        self._without, self._are_dates = 0, True
        self.earliest, self.latest = np.inf, -np.inf

    def add(self, times_P: Int64) -> None:
        self.earliest = min(self.earliest, int(times_P.min()))
        self.latest = max(self.latest, int(times_P.max()))
        known_P = times_P[(times_P < NEVER.start) | ((times_P >= NEVER.stop) & (times_P < LATEST))]
        self._without += len(times_P) - len(known_P)
        if not len(known_P) or not self._are_dates:
            return
        days_P = known_P // _SECONDS_A_DAY
        first = int(days_P.min())
        self._are_dates = int(days_P.max()) - first <= MOST_DAYS
        if self._are_dates:
            self._days.append((first, np.bincount(days_P - first)))

    def activity(self) -> Activity | None:
        if not self._days or not self._are_dates:
            return None
        first = min(day for day, _ in self._days)
        days = max(day + len(counts_D) for day, counts_D in self._days) - first
        if days - 1 > MOST_DAYS:
            return None
        counts_D = np.zeros(days, np.int64)
        for day, block_D in self._days:
            counts_D[day - first : day - first + len(block_D)] += block_D
        return activity_of(counts_D, first, without=self._without)
