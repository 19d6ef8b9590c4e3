"""A data set in figures: what its page shows, counted once when it opens.

Stands between the Dataset and the Data view; plain numbers, no Qt.

Shapes: I titles, B bars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_rec.item_models.activity import Activity, activity_of
from desktop_rec.item_models.tally import Tally, count_entries
from engine.data.dataset import Dataset
from engine.events import Job, drive

_PLURALS = {"series": "series", "anime": "anime"}

Numbers = npt.NDArray[Any]


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


def plural(word: str) -> str:
    """More than one of a title: films, books, series."""
    return _PLURALS.get(word, f"{word}s")


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
        words=plural(dataset.catalogue.word),
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
