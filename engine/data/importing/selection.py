"""Which entries of a ratings file become the data set: the rules a person may set, and what they leave.

Stands between the entries as read and the Dataset.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Duplicates = Literal["last", "mean", "max"]
"""What becomes of several ratings of one person for one title. A rating beats seen-only in any case."""


@dataclass(frozen=True)
class Selection:
    """What to keep. The rules apply in this order; the two least numbers then until both hold for what is left.

    `last_years` counts back from the newest entry and keeps whole histories of people who were active since then.
    `most_titles` keeps only the N most rated titles.
    """

    last_years: float | None = None
    most_titles: int | None = None
    least_per_title: int = 1
    least_per_person: int = 1

    @property
    def keeps_all(self) -> bool:
        return self == Selection()


@dataclass(frozen=True)
class Remaining:
    """How much is left."""

    people: int
    titles: int
    entries: int
