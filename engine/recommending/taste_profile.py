"""A person's taste beside everybody's: by genre, by decade, and by how well known the titles are.

Two questions of each group of titles: how large is its share of what the person has, and of what all people have; and
how does the person rate it beside what others gave to the very same titles.

Shapes: n entries of the profile, I titles, N entries of the data set.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from engine.data.dataset import Bools, Dataset, Float32, Histories, Int64
from engine.evaluation.intervals import Interval
from engine.text import plural_of
from engine.wording import said

LEAST_TITLES = 5
"""A group in which the person has fewer says nothing about them; it is left out, and counted."""
_STEADYING = 5.0
"""A title's average counts as many ratings of the usual height beside its own: the average of two people is chance."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TasteGroup:
    """One genre, decade or band. Shares are of all titles that the person, or all people, have.

    mine and crowd are mean ratings of the same `rated` titles, difference their mean difference with its 95 % interval;
    None where fewer than LEAST_TITLES of them are rated.
    """

    name: str
    titles: int
    rated: int
    share: float
    crowd_share: float
    mine: float | None
    crowd: float | None
    difference: Interval | None

    @property
    def is_clear(self) -> bool:
        """Whether the difference of ratings is more than chance explains."""
        found = self.difference
        return (
            found is not None and found.low is not None and found.high is not None and not found.low <= 0 <= found.high
        )


@dataclass(frozen=True)
class TasteProfile:
    """The groups in which the person has enough titles, the largest first (decades and bands in their own order).

    `left_out` counts, by kind, the groups in which they have some but too few titles. `overall` is the group of all
    their titles. Kinds: "genres", "decades", "bands". Without genres or years in the data there are no such groups, and
    `has_genres` or `has_years` is False.
    """

    overall: TasteGroup
    genres: tuple[TasteGroup, ...]
    decades: tuple[TasteGroup, ...]
    bands: tuple[TasteGroup, ...]
    left_out: dict[str, int]
    has_genres: bool
    has_years: bool


def taste_profile(dataset: Dataset, history: Histories) -> TasteProfile:
    """The taste of the one person of `history` beside that of all people of the data set."""
    facts = _Facts.of(dataset, history)
    genres, few_genres = _large_enough(facts.group(name, has_I) for name, has_I in _by_genre(dataset))
    decades, few_decades = _large_enough(facts.group(name, has_I) for name, has_I in _by_decade(dataset))
    bands, few_bands = _large_enough(facts.group(name, has_I) for name, has_I in _by_band(dataset))
    return TasteProfile(
        overall=facts.group("", np.ones(dataset.titles, dtype=np.bool_)),
        genres=tuple(sorted(genres, key=lambda group: -group.titles)),
        decades=tuple(decades),
        bands=tuple(bands),
        left_out={"genres": few_genres, "decades": few_decades, "bands": few_bands},
        has_genres=any(dataset.catalogue.genres),
        has_years=any(dataset.catalogue.years),
    )


def crowd_means(dataset: Dataset) -> Float32:
    """What people gave to each title on average, [I], drawn towards the average of all where few rated it."""
    histories = dataset.histories
    is_rated_N = ~np.isnan(histories.ratings_N)
    rows_N, ratings_N = histories.item_rows_N[is_rated_N], histories.ratings_N[is_rated_N].astype(np.float64)
    count_I = np.bincount(rows_N, minlength=dataset.titles)
    sum_I = np.bincount(rows_N, weights=ratings_N, minlength=dataset.titles)
    usual = float(ratings_N.mean()) if len(ratings_N) else dataset.scale.middle
    means_I: Float32 = ((sum_I + _STEADYING * usual) / (count_I + _STEADYING)).astype(np.float32)
    return means_I


@dataclass(frozen=True)
class _Facts:
    """What every group is counted from."""

    counts_I: Int64
    rows_n: Int64
    ratings_n: Floats
    crowd_n: Floats

    @staticmethod
    def of(dataset: Dataset, history: Histories) -> _Facts:
        rows_n = history.item_rows_N.astype(np.int64)
        crowd_n = crowd_means(dataset)[rows_n].astype(np.float64)
        return _Facts(dataset.counts_I, rows_n, history.ratings_N.astype(np.float64), crowd_n)

    def group(self, name: str, has_I: Bools) -> TasteGroup:
        has_n = has_I[self.rows_n]
        rated_n = has_n & ~np.isnan(self.ratings_n)
        apart_r = (self.ratings_n - self.crowd_n)[rated_n]
        is_told = len(apart_r) >= LEAST_TITLES
        return TasteGroup(
            name=name,
            titles=int(has_n.sum()),
            rated=len(apart_r),
            share=float(has_n.mean()) if len(has_n) else 0.0,
            crowd_share=float(self.counts_I[has_I].sum() / max(1, self.counts_I.sum())),
            mine=float(self.ratings_n[rated_n].mean()) if is_told else None,
            crowd=float(self.crowd_n[rated_n].mean()) if is_told else None,
            difference=_mean_of(apart_r) if is_told else None,
        )


def _mean_of(apart_r: Floats) -> Interval:
    """The mean difference and its 95 % interval (Student's t)."""
    mean, reach = float(apart_r.mean()), 0.0
    if len(apart_r) > 1:
        reach = float(stdtrit(len(apart_r) - 1, 0.975) * apart_r.std(ddof=1) / np.sqrt(len(apart_r)))
    return Interval(mean, mean - reach, mean + reach)


def _large_enough(groups: Iterable[TasteGroup]) -> tuple[list[TasteGroup], int]:
    every = tuple(groups)
    enough = [group for group in every if group.titles >= LEAST_TITLES]
    return enough, sum(0 < group.titles < LEAST_TITLES for group in every)


def _by_genre(dataset: Dataset) -> list[tuple[str, Bools]]:
    rows: dict[str, list[int]] = {}
    for row, genres in enumerate(dataset.catalogue.genres):
        for genre in dict.fromkeys(genres):
            rows.setdefault(genre, []).append(row)
    return [(genre, _having(dataset, found)) for genre, found in rows.items()]


def _having(dataset: Dataset, rows: list[int]) -> Bools:
    has_I = np.zeros(dataset.titles, dtype=np.bool_)
    has_I[rows] = True
    return has_I


def _by_decade(dataset: Dataset) -> list[tuple[str, Bools]]:
    decades_I = np.array(dataset.catalogue.years, dtype=np.int64) // 10 * 10
    known = sorted({decade for decade in decades_I.tolist() if decade > 0})
    return [(said("{decade}s", decade=decade), decades_I == decade) for decade in known]


def _by_band(dataset: Dataset) -> list[tuple[str, Bools]]:
    """Three bands with about a third of all ratings each: few well-known titles, more of the next, all the others."""
    counts_I, word = dataset.counts_I, plural_of(dataset.catalogue.word)
    order_I = np.argsort(-counts_I, kind="stable")
    before_I = np.cumsum(counts_I[order_I]) - counts_I[order_I]
    band_I = np.empty(dataset.titles, dtype=np.int64)
    band_I[order_I] = np.minimum(2, 3 * before_I // max(1, int(counts_I.sum())))
    number_3 = [int((band_I == band).sum()) for band in range(3)]
    names = (
        said("The {number:,} best-known {words}", number=number_3[0], words=word),
        said("The next {number:,} {words}", number=number_3[1], words=word),
        said("The other {number:,} {words}", number=number_3[2], words=word),
    )
    return [(name, band_I == band) for band, name in enumerate(names) if number_3[band]]
