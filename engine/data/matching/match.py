"""What matching answers, as values.

Stands between a Matcher and those who review its answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["sure", "unsure", "unmatched"]


@dataclass(frozen=True)
class Candidate:
    """A title of the data set that may be meant. `score` is 0 to 100; `why` says in a few words what agrees."""

    item_row: int
    score: float
    why: str


@dataclass(frozen=True)
class Match:
    """Sure: `item_row` is the title. Unsure: `candidates`, the best first, none of them taken. Unmatched: none fits.

    `why` is a phrase for people ("same IMDb id", "two films of this name", "no title like it").
    """

    verdict: Verdict
    item_row: int | None = None
    candidates: tuple[Candidate, ...] = ()
    why: str = ""
