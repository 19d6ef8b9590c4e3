"""Where the stars of a rating scale lie: how many there are, how full they are, which rating a place on them means.

Beside the street; plain arithmetic, no Qt. Serves 0.5-5 with halves, 1-5, 1-10 and scales that are no stars at all
(-10 to 10, 0 to 100), which are stretched over five stars.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.data.dataset import Scale

MOST_STARS = 10


@dataclass(frozen=True)
class StarScale:
    """`count` stars stand for `low` to `high`; a click sets multiples of `step` (a rating, not stars)."""

    low: float
    high: float
    step: float
    count: int
    is_stretched: bool

    @classmethod
    def of(cls, scale: Scale) -> StarScale:
        """The stars of a data set: one per whole step up to ten, else five, stretched."""
        is_plain = scale.low >= 0 and 1 <= scale.high <= MOST_STARS and float(scale.high).is_integer()
        if is_plain:
            return cls(scale.low, scale.high, max(scale.step, 0.5), int(scale.high), is_stretched=False)
        span = max(scale.high - scale.low, 1e-9)
        return cls(scale.low, scale.high, max(scale.step, span / 10), 5, is_stretched=True)

    def filled(self, rating: float) -> float:
        """How many stars a rating fills, 0 to `count`."""
        share = (rating - self.low) / max(self.high - self.low, 1e-9) if self.is_stretched else rating / self.high
        return min(max(share, 0.0), 1.0) * self.count

    def rating_at(self, stars: float) -> float:
        """The rating that a place on the row of stars means: 3.2 stars in is the fourth star, or 3.5 with halves."""
        if self.is_stretched:
            raw = self.low + min(max(stars / self.count, 0.0), 1.0) * (self.high - self.low)
            return self._snapped(self.low + math.ceil((raw - self.low) / self.step - 1e-9) * self.step)
        return self._snapped(math.ceil(stars / self.step - 1e-9) * self.step)

    def stepped(self, rating: float | None, steps: int) -> float:
        """The rating some steps up or down; from no rating up to the middle, so that one key is enough to begin."""
        if rating is None:
            return self._snapped(self.low + round((self.high - self.low) / 2 / self.step) * self.step)
        return self._snapped(rating + steps * self.step)

    def of_digit(self, digit: int) -> float | None:
        """The rating that a digit key means: that many stars, 0 for ten of ten; None where there are not so many."""
        stars = 10 if digit == 0 and self.count == 10 else digit
        if not 1 <= stars <= self.count:
            return None
        return self.rating_at(float(stars))

    def _snapped(self, rating: float) -> float:
        return round(min(max(rating, self.low), self.high), 4)
