"""What all people of a data set think of one title: how many rated it, the average, and how the ratings spread.

Shapes: S steps of the scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Dataset, Scale

_MOST_STEPS = 10


@dataclass(frozen=True)
class Crowd:
    """The ratings of one title: their number and average (None without any), and how many only saw it.

    steps, counts: the ratings of the scale, or the middles of ten parts of one that has many, and how many gave each.
    """

    ratings: int
    mean: float | None
    seen: int
    steps: tuple[float, ...]
    counts: tuple[int, ...]


def crowd_of(dataset: Dataset, item_row: int) -> Crowd:
    """What people think of a title; one pass over the ratings.

    >>> from engine.data.catalogue import Catalogue
    >>> from engine.data.dataset import Histories, Vocabulary
    >>> films = Catalogue(("Alien", "Brazil"), (1979, 1985), ((),) * 2)
    >>> ratings = Histories.of([0, 1, 2, 2], [0, 0, 0, 1], [5, 4, None, 1], people=3)
    >>> people, titles = Vocabulary(["1", "2", "3"]), Vocabulary(["a", "b"])
    >>> crowd_of(Dataset("d", "Films", people, titles, films, ratings, Scale(1, 5, 1), ""), 0)
    Crowd(ratings=2, mean=4.5, seen=1, steps=(1.0, 2.0, 3.0, 4.0, 5.0), counts=(0, 0, 0, 1, 1))
    """
    histories = dataset.histories
    given = histories.ratings_N[np.flatnonzero(histories.item_rows_N == item_row)]
    rated = given[~np.isnan(given)].astype(np.float64)
    steps_S, width = _steps(dataset.scale)
    places = np.clip(np.round((rated - steps_S[0]) / width), 0, len(steps_S) - 1).astype(np.int64)
    return Crowd(
        ratings=len(rated),
        mean=float(rated.mean()) if len(rated) else None,
        seen=len(given) - len(rated),
        steps=tuple(float(step) for step in steps_S),
        counts=tuple(np.bincount(places, minlength=len(steps_S)).tolist()),
    )


def _steps(scale: Scale) -> tuple[npt.NDArray[np.float64], float]:
    """The ratings that are counted apart, [S], and the distance between them."""
    span = scale.high - scale.low
    steps = round(span / scale.step) + 1 if scale.step else 0
    if 2 <= steps <= _MOST_STEPS:
        return np.round(scale.low + scale.step * np.arange(steps, dtype=np.float64), 6), scale.step
    width = span / _MOST_STEPS
    return scale.low + width * (np.arange(_MOST_STEPS, dtype=np.float64) + 0.5), width
