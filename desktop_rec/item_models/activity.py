"""When ratings were given: how many in each day, month or year.

Stands between the counted days of a data set and the plot of its activity; plain numbers, no Qt.

Shapes: D days, T periods.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Unit = Literal["day", "month", "year"]
Numbers = npt.NDArray[Any]

SECONDS_A_DAY = 86_400
MOST_DAYS = 366 * 300
"""Times that are further apart than this are no dates."""
_CODES: dict[Unit, Literal["D", "M", "Y"]] = {"day": "D", "month": "M", "year": "Y"}
_MOST_DAYS_OF: tuple[tuple[Unit, int], ...] = (("day", 92), ("month", 366 * 20))


@dataclass(frozen=True)
class Activity:
    """`starts_T` is the first day of each period (datetime64[D]), without gaps; `counts_T` the entries in it.

    `without` entries have no time.
    """

    unit: Unit
    starts_T: Numbers
    counts_T: Numbers
    without: int = 0

    @property
    def busiest(self) -> int:
        """The place of the period with most entries."""
        return int(np.argmax(self.counts_T))

    def words(self, place: int) -> str:
        """A period as people say it: "4 May 2001", "May 2001", "2001"."""
        day = self.starts_T[place].astype(object)
        if self.unit == "year":
            return f"{day.year}"
        return f"{day:%B} {day.year}" if self.unit == "month" else f"{day.day} {day:%B} {day.year}"

    @property
    def span_words(self) -> str:
        """From when to when: "April 2000 to February 2003"."""
        first, last = self.words(0), self.words(len(self.starts_T) - 1)
        return first if first == last else f"{first} to {last}"


def activity_of(counts_D: Numbers, first_day: int, *, without: int = 0) -> Activity:
    """Days summed up as is readable: by day up to three months, by month up to twenty years, else by year.

    counts_D[i] entries have their time on day first_day + i since 1970; both ends have some.
    """
    unit: Unit = next((unit for unit, most in _MOST_DAYS_OF if len(counts_D) <= most), "year")
    code = _CODES[unit]
    days_D = np.datetime64(first_day, "D") + np.arange(len(counts_D))
    periods_D = days_D.astype(f"datetime64[{code}]").astype(np.int64)
    counts_T = np.bincount(periods_D - periods_D[0], weights=counts_D).astype(np.int64)
    starts_T = (periods_D[0] + np.arange(len(counts_T))).astype(f"datetime64[{code}]").astype("datetime64[D]")
    return Activity(unit, starts_T, counts_T, without)
