"""What the colours of the points say: the main genre, predicted stars, or the place of a title for the person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor

from desktop_rec.theme.theme import THEME
from engine.text import format_count, format_rating
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.catalogue import Catalogue
    from engine.data.dataset import Float32, Int64, Scale

Classes = npt.NDArray[np.int8]
_MOST_GENRES = 8
_BEST_PLACES = ((0.01, said("first 1 %")), (0.05, said("first 5 %")), (0.2, said("first 20 %")))


class ColourBy(Enum):
    """What a person may have coloured."""

    GENRE = "genre"
    STARS = "stars"
    PLACE = "place"


@dataclass(frozen=True)
class Ink:
    """A colour of the palette in force: the n-th of a series, or a shade between weak (0) and strong (1)."""

    series: int | None = None
    strength: float | None = None

    def colour(self) -> QColor:
        now = THEME.colours
        if self.series is not None:
            return QColor(now.series[self.series % len(now.series)])
        if self.strength is not None:
            return mixed(QColor(now.line), QColor(now.accent), self.strength)
        return mixed(QColor(now.raw), QColor(now.raised), 0.35)


@dataclass(frozen=True)
class LegendEntry:
    """What a colour means."""

    words: str
    ink: Ink


@dataclass(frozen=True)
class Colouring:
    """The class of each title, [I], and what each class is."""

    legend: tuple[LegendEntry, ...]
    class_I: Classes


def by_genre(catalogue: Catalogue) -> Colouring:
    """The most common genres, at most eight. A title of several counts as the rarest of them, which says most."""
    counts = Counter(genre for genres in catalogue.genres for genre in dict.fromkeys(genres))
    shown = [genre for genre, _ in counts.most_common(_MOST_GENRES)]
    number = {genre: place for place, genre in enumerate(shown)}
    classes = [
        min((number[genre] for genre in genres if genre in number), key=lambda place: counts[shown[place]], default=-1)
        for genres in catalogue.genres
    ]
    legend = [LegendEntry(genre, Ink(series=place)) for place, genre in enumerate(shown)]
    return _with_rest(legend, np.array(classes, dtype=np.int8), "other" if shown else said("no genres are known"))


def by_stars(rating_I: Float32, scale: Scale) -> Colouring:
    """Five steps from the stars that one in ten titles stays below to those that one in ten exceeds."""
    known = rating_I[np.isfinite(rating_I)]
    if not len(known):
        return _with_rest([], np.full(len(rating_I), -1, dtype=np.int8), said("no stars are predicted"))
    low, high = np.quantile(known, [0.1, 0.9])
    edges = np.unique(np.round(np.linspace(low, high, 4), 1 if scale.high <= 10 else 0))
    classes = np.searchsorted(edges, rating_I, side="right").astype(np.int8)
    classes[~np.isfinite(rating_I)] = -1
    marks = [format_rating(float(edge)) for edge in edges]
    words = [
        said("under {mark}", mark=marks[0]),
        *(said("{low} to {high}", low=low, high=high) for low, high in pairwise(marks)),
        said("{mark} and more", mark=marks[-1]),
    ]
    legend = [LegendEntry(word, Ink(strength=step / (len(words) - 1))) for step, word in enumerate(words)]
    return _with_rest(legend, classes, said("none predicted"))


def by_place(place_I: Int64, candidates: int) -> Colouring:
    """How far up in the list of all titles for this person."""
    classes = np.full(len(place_I), len(_BEST_PLACES), dtype=np.int8)
    for step, (share, _) in reversed(list(enumerate(_BEST_PLACES))):
        classes[place_I <= max(1, round(share * candidates))] = step
    classes[place_I == 0] = -1
    words = [*(word for _, word in _BEST_PLACES), said("the rest of {candidates}", candidates=format_count(candidates))]
    strengths = (1.0, 0.7, 0.4, 0.1)
    legend = [LegendEntry(word, Ink(strength=strength)) for word, strength in zip(words, strengths, strict=True)]
    return _with_rest(legend, classes, said("not in the list"))


def mixed(weak: QColor, strong: QColor, share: float) -> QColor:
    """A colour between two."""
    parts = ((weak.red(), strong.red()), (weak.green(), strong.green()), (weak.blue(), strong.blue()))
    return QColor(*(round(low + (high - low) * share) for low, high in parts))


def _with_rest(legend: Sequence[LegendEntry], class_I: Classes, rest: str) -> Colouring:
    """Titles of no class make one of their own, the last; it is not told where it is empty."""
    is_rest = class_I < 0
    if not is_rest.any():
        return Colouring(tuple(legend), class_I)
    classes = np.where(is_rest, np.int8(len(legend)), class_I).astype(np.int8)
    return Colouring((*legend, LegendEntry(rest, Ink())), classes)
