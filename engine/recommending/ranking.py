"""From scores to a list: what may be shown, in which order (ties by item_row), at which place.

Shapes: I titles, R titles in the list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from engine.data.dataset import Bools, Dataset, Float32, Int64
from engine.errors import SettingError
from engine.recommending.series import ALONE, series_rows
from engine.recommending.sorting import rising_order
from engine.wording import said

_KNOWN_SHARE = 0.7
"""Hidden gems tell apart the best-known titles that hold this share of all entries; none of the others is a better find
for being known by fewer, or lists fill with titles of which the model knows nothing (`tests/bench/dials.py`)."""
_CAUTION = 3.0
"""How many times the spread of all ratings, over the root of its count, a title's rating may be too high."""


@dataclass(frozen=True)
class Filters:
    """What a list may show; genres compare without case, titles without a year fall out of `years` (both included).

    All that is set must hold: one of `genres_any`, every one of `genres_all`, none of `genres_none`, and so on.
    `hidden_gems` is 0 (off) to 1, how strongly well-known titles are demoted (see `ranked`); `variety` is 0 (off) to 1,
    how unlike each other the titles are to be (see `varied`). `again`: what was seen instead of what was not.
    `one_per_series`: of a series only the title that comes first. `only_rows`: no title but these,
    which people know as `only_name`. Raises SettingError.
    """

    genres_any: tuple[str, ...] = ()
    genres_all: tuple[str, ...] = ()
    genres_none: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    min_ratings: int = 0
    hidden_gems: float = 0.0
    variety: float = 0.0
    again: bool = False
    one_per_series: bool = False
    only_rows: frozenset[int] | None = None
    only_name: str = ""

    def __post_init__(self) -> None:
        if not 0.0 <= self.hidden_gems <= 1.0:
            raise SettingError(said("Hidden gems lies between 0 and 1; {value!r} does not.", value=self.hidden_gems))
        if not 0.0 <= self.variety <= 1.0:
            raise SettingError(said("Variety lies between 0 and 1; {value!r} does not.", value=self.variety))
        if self.min_ratings < 0:
            raise SettingError(
                said("The least number of ratings is 0 or more; {value!r} is not.", value=self.min_ratings)
            )
        if self.years is not None and self.years[0] > self.years[1]:
            raise SettingError(
                said("The first year, {first}, comes after the last, {last}.", first=self.years[0], last=self.years[1])
            )

    @property
    def in_force(self) -> tuple[str, ...]:
        """The names of the fields that keep titles out; hidden gems and variety keep out none."""
        changed = (field.name for field in fields(self) if getattr(self, field.name) != field.default)
        return tuple(name for name in changed if name not in ("hidden_gems", "variety", "only_name"))

    def without(self, name: str) -> Filters:
        """The same with one field as it is at first."""
        default: Any = next(field.default for field in fields(self) if field.name == name)
        changed = replace(self, **{name: default})
        return replace(changed, only_name="") if name == "only_rows" else changed


@dataclass(frozen=True)
class ListTerms:
    """By what a list is made; reasons on the same terms are those of the same list.

    `weight` is likely-to-watch (1) against likely-to-love (0), None for the model's own. `seen_rows` were seen beside
    the history: only a list of those (`Filters.again`) has them. `hidden_rows` (not for this person) are in no list.
    """

    weight: float | None = None
    filters: Filters = Filters()
    seen_rows: tuple[int, ...] = ()
    hidden_rows: tuple[int, ...] = ()

    @property
    def barred_rows(self) -> tuple[int, ...]:
        """What is in no list of new titles, beside the history."""
        return (*self.seen_rows, *self.hidden_rows)


USUAL = ListTerms()
"""The model's own weight, no filters, and nothing known beside the history."""


class TitleFacts:
    """What filters look at, as arrays made once per data set, so that a filter costs microseconds."""

    def __init__(self, dataset: Dataset) -> None:
        self._genres, self._named = dataset.catalogue.genres, (dataset.catalogue.titles, dataset.catalogue.years)
        self._years_I = np.array(dataset.catalogue.years, dtype=np.int64)
        self.counts_I: Int64 = dataset.counts_I
        ratings_N = dataset.histories.ratings_N
        rated_N = ~np.isnan(ratings_N)
        self._rated_I = np.bincount(dataset.histories.item_rows_N[rated_N], minlength=dataset.titles)
        self._mean = float(ratings_N[rated_N].mean()) if rated_N.any() else dataset.scale.middle
        self._spread = float(ratings_N[rated_N].std()) if rated_N.any() else 0.0
        self._all_I: Bools = np.ones(dataset.titles, dtype=np.bool_)

    def passing(self, filters: Filters) -> Bools:
        """Which titles pass, [I]. Hidden gems and variety only change the order; of a series a list keeps the first."""
        passes_I = self._all_I.copy()
        if filters.genres_any:
            passes_I &= self._of_any(filters.genres_any)
        for genre in filters.genres_all:
            passes_I &= self._of_any((genre,))
        if filters.genres_none:
            passes_I &= ~self._of_any(filters.genres_none)
        if filters.years is not None:
            passes_I &= (self._years_I >= max(1, filters.years[0])) & (self._years_I <= filters.years[1])
        if filters.min_ratings:
            passes_I &= self.counts_I >= filters.min_ratings
        if filters.only_rows is not None:
            passes_I &= self._of_rows(filters.only_rows)
        return passes_I

    @cached_property
    def renown_I(self) -> Int64:
        """How well known each title is to hidden gems, [I]: how many people have it, but at least as many as have the
        least known of the titles that together hold most of all entries."""
        rising_I = np.sort(self.counts_I)
        entries_I = np.cumsum(rising_I)
        place = np.searchsorted(entries_I, (1.0 - _KNOWN_SHARE) * self.counts_I.sum(), side="right")
        least = rising_I[place] if place < len(rising_I) else 0
        return np.maximum(self.counts_I, least)

    @cached_property
    def series_I(self) -> Int64:
        """A number for each title that is the same within a series, [I]; ALONE for titles that are in none."""
        return _series_of(*self._named)

    def get_ready(self) -> None:
        """Work out what a list of one title per series needs, so that the first one need not wait for it."""
        _ = self.series_I

    def careful(self, rating_I: Float32, sd_I: Float32 | None) -> Float32:
        """Predicted ratings as a list may go by them, [I]: drawn to the mean where few rated a title, less their doubt.

        By predicted stars alone a list begins with titles that nobody knows. The doubt is the standard deviation of
        the prediction, or where that is not known what so few ratings leave (see `engine.models.rating_model`).
        """
        trust_I = self._rated_I / (self._rated_I + max(2.0 * float(self._rated_I.mean()), 1e-12))
        doubt_I = _CAUTION * self._spread / np.sqrt(self._rated_I + 1.0) if sd_I is None else sd_I
        careful_I: Float32 = (self._mean + trust_I * (rating_I - self._mean) - doubt_I).astype(np.float32)
        return careful_I

    def _of_rows(self, only_rows: frozenset[int]) -> Bools:
        found_I, rows = ~self._all_I, np.fromiter(only_rows, dtype=np.int64, count=len(only_rows))
        found_I[rows[(rows >= 0) & (rows < len(found_I))]] = True
        return found_I

    def _of_any(self, genres: tuple[str, ...]) -> Bools:
        found_I = ~self._all_I
        for genre in genres:
            rows = self._rows_by_genre.get(genre.casefold())
            if rows is not None:
                found_I[rows] = True
        return found_I

    @cached_property
    def _rows_by_genre(self) -> dict[str, Int64]:
        rows: dict[str, list[int]] = {}
        for row, genres in enumerate(self._genres):
            for genre in genres:
                rows.setdefault(genre.casefold(), []).append(row)
        return {genre: np.array(found, dtype=np.int64) for genre, found in rows.items()}


@lru_cache(maxsize=2)
def _series_of(titles: tuple[str, ...], years: tuple[int, ...]) -> Int64:
    """`series_rows`, worked out once for a catalogue, whatever models rank it."""
    series_I = series_rows(titles, years)
    series_I.flags.writeable = False
    return series_I


@dataclass(frozen=True)
class Ranked:
    """Item rows, best first; how many candidates there are, whatever the filters."""

    rows_R: Int64
    candidates: int

    def rank(self, item_row: int) -> int | None:
        """The number of a title in the list, from 1, or None where the list does not have it."""
        found = np.flatnonzero(self.rows_R == item_row)
        return int(found[0]) + 1 if len(found) else None

    def place_I(self, titles: int) -> Int64:
        """The number of each of so many titles in the list, [I], 0 for those that it does not have."""
        return _places(self.rows_R, titles)


OrderOf = Callable[[Float32], Ranked]
"""The list that scores of a person make, [I]."""


def ranked(
    scores_I: Float32,
    *,
    candidates_I: Bools,
    passes_I: Bools | None = None,
    counts_I: Int64 | None = None,
    hidden_gems: float = 0.0,
    liking_I: Float32 | None = None,
    weight: float = 1.0,
) -> Ranked:
    """Order the candidates that pass the filters.

    With hidden gems g, by `log(place) + 2 g log(1 + count)`, the least first: place is that by score, count how many
    people have the title (`TitleFacts.renown_I`). On places the strength means the same for every model: at g = 0.5
    half as many people weigh as much as half the place, at g = 1 as a quarter. With a weight w beside `liking_I` (how
    much the person will like each title) `log(place)` is `w log(place by score) + (1 - w) log(place by liking)`,
    whatever the scores mean.
    """
    allowed_I = candidates_I & np.isfinite(scores_I)
    rows_A = np.flatnonzero(allowed_I)
    rows_A = rows_A[rising_order(-scores_I[rows_A])]  # rows rise, so that ties stay ordered by item_row
    place_I = _places(rows_A, len(scores_I))
    is_mixed, is_demoted = liking_I is not None and weight < 1.0, bool(hidden_gems) and counts_I is not None
    if is_mixed or is_demoted:
        cost_A = np.log(place_I[rows_A])
        if liking_I is not None and is_mixed:
            liked_A = rows_A[rising_order(-liking_I[rows_A])]
            cost_A = weight * cost_A + (1.0 - weight) * np.log(_places(liked_A, len(place_I))[rows_A])
        if counts_I is not None and is_demoted:
            cost_A += 2.0 * hidden_gems * np.log1p(counts_I[rows_A])
        rows_A = rows_A[rising_order(cost_A)]
    rows_R = rows_A if passes_I is None else rows_A[passes_I[rows_A]]
    return Ranked(rows_R, len(rows_A))


def one_per_series(rows_R: Int64, series_I: Int64) -> Int64:
    """The same rows, of each series only the first."""
    series_R = series_I[rows_R]
    series_R = np.where(series_R == ALONE, -2 - np.arange(len(rows_R)), series_R)
    first = np.unique(series_R, return_index=True)[1]
    return rows_R[np.sort(first)]


def _places(rows_A: Int64, titles: int) -> Int64:
    """The place of each title in a list, from 1; 0 for those that are not in it."""
    place_I = np.zeros(titles, dtype=np.int64)
    place_I[rows_A] = np.arange(1, len(rows_A) + 1)
    return place_I
