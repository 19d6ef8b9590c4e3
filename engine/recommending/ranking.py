"""From scores to a list: what may be shown, in which order (ties by item_row), at which place.

Shapes: I titles, R titles in the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.data.dataset import Bools, Dataset, Float32, Int64
from engine.errors import SettingError


@dataclass(frozen=True)
class Filters:
    """What a list may show; genres compare without case, titles without a year fall out of `years` (both included).

    `hidden_gems` is 0 (off) to 1, how strongly well-known titles are demoted (see `ranked`); `variety` is 0 (off) to 1,
    how unlike each other the titles are to be. `again`: what was seen instead of what was not. `only_rows`: no title
    but these. Raises SettingError.
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

    def __post_init__(self) -> None:
        if not 0.0 <= self.hidden_gems <= 1.0:
            raise SettingError(f"Hidden gems lies between 0 and 1; {self.hidden_gems!r} does not.")
        if self.min_ratings < 0:
            raise SettingError(f"The least number of ratings is 0 or more; {self.min_ratings!r} is not.")
        if self.years is not None and self.years[0] > self.years[1]:
            raise SettingError(f"The first year, {self.years[0]}, comes after the last, {self.years[1]}.")


class TitleFacts:
    """What filters look at, as arrays made once per data set, so that a filter costs microseconds."""

    def __init__(self, dataset: Dataset) -> None:
        self._genres = dataset.catalogue.genres
        self._years_I = np.array(dataset.catalogue.years, dtype=np.int64)
        self.counts_I: Int64 = dataset.counts_I
        self._all_I: Bools = np.ones(dataset.titles, dtype=np.bool_)

    def passing(self, filters: Filters) -> Bools:
        """Which titles pass, [I]. Hidden gems changes the order and keeps nobody out."""
        passes_I = self._all_I.copy()
        if filters.genres_any:
            passes_I &= self._of_any(filters.genres_any)
        if filters.genres_none:
            passes_I &= ~self._of_any(filters.genres_none)
        if filters.years is not None:
            passes_I &= (self._years_I >= max(1, filters.years[0])) & (self._years_I <= filters.years[1])
        if filters.min_ratings:
            passes_I &= self.counts_I >= filters.min_ratings
        if filters.only_rows is not None:
            passes_I &= np.isin(np.arange(len(passes_I)), list(filters.only_rows))
        return passes_I

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


@dataclass(frozen=True)
class Ranked:
    """Item rows, best first; how many candidates there are, whatever the filters."""

    rows_R: Int64
    candidates: int

    def rank(self, item_row: int) -> int | None:
        """The number of a title in the list, from 1, or None where the list does not have it."""
        found = np.flatnonzero(self.rows_R == item_row)
        return int(found[0]) + 1 if len(found) else None


def ranked(
    scores_I: Float32,
    *,
    candidates_I: Bools,
    passes_I: Bools | None = None,
    counts_I: Int64 | None = None,
    hidden_gems: float = 0.0,
) -> Ranked:
    """Order the candidates that pass the filters.

    With hidden gems g, by `log(place) + 2 g log(1 + count)`, the least first: place is that by score, count how many
    people have the title. On places the strength means the same for every model: at g = 0.5 half as many people weigh
    as much as half the place, at g = 1 as a quarter.
    """
    allowed_I = candidates_I & np.isfinite(scores_I)
    rows_A = np.flatnonzero(allowed_I)
    rows_A = rows_A[np.argsort(-scores_I[rows_A], kind="stable")]  # rows rise, so that ties stay ordered by item_row
    place_I = np.zeros(len(scores_I), dtype=np.int64)
    place_I[rows_A] = np.arange(1, len(rows_A) + 1)
    if hidden_gems and counts_I is not None:
        cost_I = np.log(np.maximum(place_I, 1)) + 2.0 * hidden_gems * np.log1p(counts_I)
        rows_A = rows_A[np.argsort(cost_I[rows_A], kind="stable")]
    rows_R = rows_A if passes_I is None else rows_A[passes_I[rows_A]]
    return Ranked(rows_R, len(rows_A))
