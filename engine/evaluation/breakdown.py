"""An evaluation taken apart: for whom, for which titles and for which ratings a model is good.

Shapes: U people, I titles, N entries, G groups (one row each), D draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Bools, Float32, Int64
from engine.evaluation.intervals import Floats, middle_95, value_over_people
from engine.wording import in_english, plural_of, said

COLD_START, PROFILE_LENGTH = "cold start", "profile length"
POPULARITY, POPULARITY_OF_DATA = "popularity", "popularity in the data"
ERRORS_BY_RATING, KNOWN_AND_NEW = "errors by rating", "known and new"

TIERS = (said("1 % most rated"), said("10 % most rated"), said("50 % most rated"), said("less rated half"))
_TIER_ENDS = (0.01, 0.1, 0.5)
KNOWN_OR_NEW = (said("known people"), said("new people"), said("new titles"))
PEOPLE, TITLES, RATINGS = plural_of("person"), plural_of("title"), plural_of("rating")

_MOST_LEVELS, _RANGES = 12, 10
_FEWEST_FOR_INTERVAL = 5
"""Drawing again and again from fewer people than that says nothing about others."""


@dataclass(frozen=True)
class BreakdownRow:
    """One part: what it is, of how many it is, its figure, and the figure's 95 % interval where there is one.

    `label` is in the language in which it was measured or read; `key` says in all of them which part it is.
    """

    label: str
    count: int
    value: float
    low: float | None
    high: float | None

    @property
    def key(self) -> str:
        return in_english(self.label)


@dataclass(frozen=True)
class Breakdown:
    """One figure, part by part.

    `unit` says what the values are ("NDCG@100"), `counted` what the counts are of (PEOPLE, TITLES, RATINGS), both in
    words for people; `name` is one of the names above.
    cold start: the same people, of whom more and more is known; in all rows the same titles can be listed.
    profile length: other people in every row, by how much is known of them.
    popularity: the share of the places in people's lists that the most rated titles take.
    popularity in the data: the share of the entries learned from that those titles have.
    errors by rating: how far off predictions are for each rating that was really given.
    known and new: errors for people of whom something is known, for people of whom nothing is, and for titles that
    training never saw (whoever rated them); the counts add up to all ratings.
    """

    name: str
    unit: str
    rows: tuple[BreakdownRow, ...]
    counted: str = PEOPLE

    @property
    def is_of_shares(self) -> bool:
        """Whether the values are parts of 1."""
        return self.name in (POPULARITY, POPULARITY_OF_DATA)


@dataclass(frozen=True)
class Measured:
    """A value [U, G] per person and group (NaN: none) and its weight; `is_root` of squared errors."""

    name: str
    unit: str
    labels: tuple[str, ...]
    counts_G: Int64
    values_UG: Floats
    weights_UG: Floats
    counted: str = PEOPLE
    is_root: bool = False

    def columns(self) -> dict[str, tuple[Floats, Floats]]:
        """Values and weights of every row, under names of their own, as the bootstrap takes them."""
        return {
            f"{self.name}: {label}": (self.values_UG[:, place], self.weights_UG[:, place])
            for place, label in enumerate(self.labels)
        }

    def breakdown(self, draws: dict[str, Floats]) -> Breakdown:
        """The rows that have a figure, with intervals where there are draws of enough people."""
        rows = []
        for place, (name, (values_U, weights_U)) in enumerate(self.columns().items()):
            value = value_over_people(values_U, weights_U)
            if np.isnan(value):
                continue
            is_sure = name in draws and int((~np.isnan(values_U) & (weights_U > 0)).sum()) >= _FEWEST_FOR_INTERVAL
            low, high = middle_95(self._figure(draws[name])) if is_sure else (None, None)
            figure = float(self._figure(np.array(value)))
            rows.append(BreakdownRow(self.labels[place], int(self.counts_G[place]), figure, low, high))
        return Breakdown(self.name, self.unit, tuple(rows), self.counted)

    def _figure(self, means: Floats) -> Floats:
        return np.sqrt(means) if self.is_root else means


@dataclass(frozen=True)
class Levels:
    """The ratings that are told apart: single ones, or ranges where there are too many. `starts_G` is rising."""

    labels: tuple[str, ...]
    starts_G: Floats

    @staticmethod
    def of(ratings_N: Float32) -> Levels:
        found = np.unique(ratings_N[~np.isnan(ratings_N)]).astype(np.float64)
        if len(found) <= _MOST_LEVELS:
            return Levels(tuple(f"{level:g}" for level in found), found)
        edges = np.linspace(found[0], found[-1], _RANGES + 1)
        labels = tuple(said("{low:.3g} to {high:.3g}", low=low, high=high) for low, high in pairwise(edges))
        return Levels(labels, edges[:-1])

    def level_of(self, ratings_N: Float32) -> Int64:
        return np.asarray(np.searchsorted(self.starts_G, ratings_N.astype(np.float64), side="right") - 1)


def popularity_tiers(counts_I: Int64, candidates_I: Bools) -> Int64:
    """For each title which of TIERS it is the first to be in, [I]; ties by item row, -1 for no candidate."""
    rows = np.flatnonzero(candidates_I)
    order = rows[np.argsort(-counts_I[rows], kind="stable")]
    ends = [int(np.ceil(share * len(order))) for share in _TIER_ENDS]
    tier_I = np.full(len(counts_I), -1, dtype=np.int64)
    tier_I[order] = np.searchsorted(ends, np.arange(len(order)), side="right")
    return tier_I


def tier_totals(amounts_T: npt.NDArray[np.generic]) -> Floats:
    """What each of TIERS (last axis) has, summed from first tiers: the top 10 % hold the top 1 %, too."""
    totals = np.cumsum(amounts_T, axis=-1, dtype=np.float64)
    totals[..., -1] = amounts_T[..., -1]
    return totals


def popularity_of_data(counts_I: Int64, tier_I: Int64) -> Breakdown:
    """How much of what was learned from belongs to the most rated titles: what lists can be held against."""
    is_listed_I = tier_I >= 0
    titles_T = tier_totals(np.bincount(tier_I[is_listed_I], minlength=len(TIERS)))
    entries_T = tier_totals(np.bincount(tier_I[is_listed_I], weights=counts_I[is_listed_I], minlength=len(TIERS)))
    shares_T = entries_T / max(1, int(counts_I[is_listed_I].sum()))
    rows = tuple(
        BreakdownRow(label, int(titles), float(share), None, None)
        for label, titles, share in zip(TIERS, titles_T, shares_T, strict=True)
        if titles
    )
    return Breakdown(POPULARITY_OF_DATA, said("share of the entries"), rows, TITLES)


def by_profile_length(values_U: Floats, lengths_U: Int64, *, unit: str) -> Measured:
    """One metric by how many entries are folded in: 0, 1, 2 to 3, 4 to 7 and so on, each length twice the former."""
    values_U = np.asarray(values_U, dtype=np.float64)
    bin_U = np.ceil(np.log2(lengths_U + 1.0)).astype(np.int64)
    bins = np.unique(bin_U[~np.isnan(values_U)])
    is_in_UG = (bin_U[:, None] == bins) & ~np.isnan(values_U)[:, None]
    return Measured(
        PROFILE_LENGTH,
        unit,
        tuple(said("{low} to {high}", low=2**n // 2, high=2**n - 1) if n > 1 else f"{n}" for n in bins.tolist()),
        is_in_UG.sum(axis=0),
        np.where(is_in_UG, values_U[:, None], np.nan),
        is_in_UG.astype(np.float64),
    )
