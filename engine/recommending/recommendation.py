"""What is recommended: one title of a list, and the list, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recommendation:
    """One title of a list.

    probability and lift (see `Recommender.lifts`) are there where the model has such a thing, predicted_rating (on the
    person's own scale) and its standard deviation where it predicts. detail: what a list says of the title
    in place of these figures; reason: why it is there, where that is not found by leaving ratings out.
    """

    rank: int
    item_row: int
    item_id: str
    title: str
    year: int
    genres: tuple[str, ...]
    score: float
    probability: float | None
    lift: float | None
    predicted_rating: float | None
    predicted_sd: float | None = None
    detail: str = ""
    reason: str = ""


@dataclass(frozen=True)
class RecommendationList:
    """The titles for one person, best first; `passing` titles pass the filters, of all `candidates`.

    Where none passes, `without` says of each filter in force, by its name in Filters, how many would pass without it.
    """

    items: tuple[Recommendation, ...]
    passing: int
    candidates: int
    weight: float | None
    note: str
    without: tuple[tuple[str, int], ...] = ()
