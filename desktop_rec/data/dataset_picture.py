"""A data set in figures: what its page shows, counted once when it opens.

Stands between the Dataset and the Data view; plain numbers, no Qt.

Shapes: I titles, B bars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Dataset, Scale
from engine.events import Job, drive
from engine.text import plural_of

Unit = Literal["day", "month", "year"]
Numbers = npt.NDArray[Any]

SECONDS_A_DAY = 86_400
MOST_DAYS = 366 * 300
"""Times that are further apart than this are no dates."""
_CODES: dict[Unit, Literal["D", "M", "Y"]] = {"day": "D", "month": "M", "year": "Y"}
_MOST_DAYS_OF: tuple[tuple[Unit, int], ...] = (("day", 92), ("month", 366 * 20))


@dataclass(frozen=True)
class Activity:
    """`starts_T` is the first day of each period (datetime64[D]), without gaps; `counts_T` the entries in it.

    `without` entries have no time.
    """

    unit: Unit
    starts_T: Numbers
    counts_T: Numbers
    without: int = 0

    @property
    def busiest(self) -> int:
        """The place of the period with most entries."""
        return int(np.argmax(self.counts_T))

    def words(self, place: int) -> str:
        """A period as people say it: "4 May 2001", "May 2001", "2001"."""
        day = self.starts_T[place].astype(object)
        if self.unit == "year":
            return f"{day.year}"
        return f"{day:%B} {day.year}" if self.unit == "month" else f"{day.day} {day:%B} {day.year}"

    @property
    def span_words(self) -> str:
        """From when to when: "April 2000 to February 2003"."""
        first, last = self.words(0), self.words(len(self.starts_T) - 1)
        return first if first == last else f"{first} to {last}"


def activity_of(counts_D: Numbers, first_day: int, *, without: int = 0) -> Activity:
    """Days summed up as is readable: by day up to three months, by month up to twenty years, else by year.

    counts_D[i] entries have their time on day first_day + i since 1970; both ends have some.
    """
    unit: Unit = next((unit for unit, most in _MOST_DAYS_OF if len(counts_D) <= most), "year")
    code = _CODES[unit]
    days_D = np.datetime64(first_day, "D") + np.arange(len(counts_D))
    periods_D = days_D.astype(f"datetime64[{code}]").astype(np.int64)
    counts_T = np.bincount(periods_D - periods_D[0], weights=counts_D).astype(np.int64)
    starts_T = (periods_D[0] + np.arange(len(counts_T))).astype(f"datetime64[{code}]").astype("datetime64[D]")
    return Activity(unit, starts_T, counts_T, without)


PIECE = 1_000_000
_MOST_BARS = 21


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


@dataclass(frozen=True)
class TitleFigures:
    """For each title: all its entries, those with a rating, the mean rating and the share of likes (NaN: unrated).

    `alphabet_I` is its place in alphabetical order.
    """

    entries_I: Numbers
    rated_I: Numbers
    means_I: Numbers
    likes_I: Numbers
    alphabet_I: Numbers


@dataclass(frozen=True)
class DatasetPicture:
    """Counts of a data set. `bars_B` are ratings (the middle of each bar), `bar_counts_B` how many gave them.

    `popularity_I` is how many people have each title, the best known first; the first `head` titles hold half of all
    entries. `activity` is None where the file has no times (or none that are dates).
    """

    people: int
    titles: int
    entries: int
    rated: int
    density: float
    word: str
    words: str
    bars_B: Numbers
    bar_counts_B: Numbers
    bar_width: float
    mean_rating: float | None
    popularity_I: Numbers
    head: int
    activity: Activity | None
    figures: TitleFigures

    @property
    def head_share(self) -> float:
        """The share of titles, 0..1, that holds half of all entries."""
        return self.head / max(1, self.titles)


def count_dataset(dataset: Dataset) -> Job[DatasetPicture]:
    """Count a data set for its page, and get its search ready; a job for big ones (20 million: about a second)."""
    yield None
    tally = yield from count_entries(dataset)
    dataset.catalogue.rows_with("a")  # makes the keys of search here, not at the first letter that is typed
    yield None
    alphabet_I = alphabet_of([title.casefold() for title in dataset.catalogue.titles])
    yield None
    return _picture(dataset, tally, alphabet_I)


def picture_of(dataset: Dataset) -> DatasetPicture:
    """The same at once."""
    return drive(count_dataset(dataset))


def _picture(dataset: Dataset, tally: Tally, alphabet_I: Numbers) -> DatasetPicture:
    rated = int(tally.rated_I.sum())
    popularity_I = np.sort(tally.entries_I)[::-1]
    half = np.searchsorted(np.cumsum(popularity_I), dataset.entries / 2) + 1 if dataset.entries else 0
    activity = None
    if tally.days_D is not None:
        activity = activity_of(tally.days_D, tally.first_day, without=tally.without_time)
    return DatasetPicture(
        people=dataset.people,
        titles=dataset.titles,
        entries=dataset.entries,
        rated=rated,
        density=dataset.density,
        word=dataset.catalogue.word,
        words=plural_of(dataset.catalogue.word),
        bars_B=tally.bars_B,
        bar_counts_B=tally.bar_counts_B,
        bar_width=tally.bar_width,
        mean_rating=float(tally.sums_I.sum() / rated) if rated else None,
        popularity_I=popularity_I,
        head=int(half),
        activity=activity,
        figures=_figures(tally, alphabet_I),
    )


def alphabet_of(texts: Sequence[str]) -> Numbers:
    """The place of each text in alphabetical order, equal texts at one place; NaN for a blank one."""
    place_of = {text: place for place, text in enumerate(sorted(set(texts)))}
    return np.array([place_of[text] if text else np.nan for text in texts], dtype=np.float64)


def _figures(tally: Tally, alphabet_I: Numbers) -> TitleFigures:
    with np.errstate(invalid="ignore", divide="ignore"):
        means_I, likes_I = tally.sums_I / tally.rated_I, tally.likes_I / tally.rated_I
    return TitleFigures(tally.entries_I, tally.rated_I, means_I, likes_I, alphabet_I)
