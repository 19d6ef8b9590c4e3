"""A data set in figures: what its page shows, counted once when it opens.

Stands between the Dataset and the Data view; plain numbers, no Qt.

Shapes: I titles, B bars.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Dataset

_MOST_BARS = 21
_PLURALS = {"series": "series", "anime": "anime"}

Numbers = npt.NDArray[Any]


@dataclass(frozen=True)
class DatasetPicture:
    """Counts of a data set. `bars_B` are ratings (the middle of each bar), `bar_counts_B` how many gave them.

    `popularity_I` is how many people have each title, the best known first; the first `head` titles hold half of all
    entries.
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

    @property
    def head_share(self) -> float:
        """The share of titles, 0..1, that holds half of all entries."""
        return self.head / max(1, self.titles)


def picture_of(dataset: Dataset) -> DatasetPicture:
    """Count a data set for its page: 0.3 s for 25 million entries."""
    ratings_N = np.asarray(dataset.histories.ratings_N)
    rated_N = ratings_N[~np.isnan(ratings_N)]
    bars_B, counts_B, width = _bars(rated_N, dataset.scale.low, dataset.scale.high, dataset.scale.step)
    popularity_I = np.sort(dataset.counts_I)[::-1]
    half = np.searchsorted(np.cumsum(popularity_I), dataset.entries / 2) + 1 if dataset.entries else 0
    return DatasetPicture(
        people=dataset.people,
        titles=dataset.titles,
        entries=dataset.entries,
        rated=len(rated_N),
        density=dataset.density,
        word=dataset.catalogue.word,
        words=plural(dataset.catalogue.word),
        bars_B=bars_B,
        bar_counts_B=counts_B,
        bar_width=width,
        mean_rating=float(rated_N.mean(dtype=np.float64)) if len(rated_N) else None,
        popularity_I=popularity_I,
        head=int(half),
    )


def plural(word: str) -> str:
    """More than one of a title: films, books, series."""
    return _PLURALS.get(word, f"{word}s")


def _bars(rated_N: Numbers, low: float, high: float, step: float) -> tuple[Numbers, Numbers, float]:
    """One bar for each rating there is, or twenty where ratings are continuous or too many."""
    if not len(rated_N) or high <= low:
        return np.array([low]), np.array([len(rated_N)]), max(step, 1.0)
    bars = round((high - low) / step) + 1 if step > 0 else _MOST_BARS
    if bars > _MOST_BARS:
        bars = _MOST_BARS
    width = (high - low) / max(1, bars - 1)
    places = np.clip(np.rint((rated_N - low) / width), 0, bars - 1).astype(np.int64)
    return low + width * np.arange(bars), np.bincount(places, minlength=bars), width
