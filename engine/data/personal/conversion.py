"""Ratings of an export's scale on the scale of a data set.

Linear, rounded to 2 decimals: rounding to whole stars would make a like of a 7 out of 10.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.data.dataset import Scale
from engine.data.personal.export import Export, ExportedTitle
from engine.data.reading.states import DROPPED_SHARE

_STEPS = (1.0, 0.5, 0.25, 0.1)


def guessed_scale(ratings: Sequence[float], *, high: float | None = None) -> Scale:
    """The smallest common scale (five stars, ten points, a hundred, either side of 0) that holds all ratings.

    `high` is its end where the ratings say it, as 8/10 does; an end of 1 is that of likes, and 100 that of 0% to 100%.
    """
    if not ratings:
        return Scale(0.5, 5.0, 0.5)
    if high == 1.0:
        return Scale(0.0, 1.0, 1.0)
    least, most = (0.0 if high == 100.0 else min(ratings)), max(ratings)
    if high is None:
        high = next((high for high in (5.0, 10.0, 100.0) if max(most, -least) <= high), max(most, -least))
    step = next((step for step in _STEPS if all(abs(x / step - round(x / step)) < 1e-6 for x in ratings)), 0.0)
    if least < 0:
        return Scale(-high, high, step)
    if high == 5.0 and step in (0.5, 0.25) and least >= step:
        return Scale(step, high, step)
    return Scale(0.0 if least < 1 else 1.0, high, step)


def scale_for(export: Export, wanted: Scale) -> Scale:
    """The scale of an export's ratings: the data set's where ids or the end of the scale say so, else the guess."""
    ratings = [title.rating for title in export.titles if title.rating is not None]
    if export.scale_is_known or not all(wanted.low <= rating <= wanted.high for rating in ratings):
        return export.scale
    names_own = all("item" in title.ids and not title.title for title in export.titles)
    return wanted if names_own or export.scale.high == wanted.high else export.scale


def converted(rating: float, given: Scale, wanted: Scale) -> float:
    """A rating from one scale on another, within its ends."""
    if given.high <= given.low:
        return wanted.middle
    share = (rating - given.low) / (given.high - given.low)
    return round(wanted.low + min(max(share, 0.0), 1.0) * (wanted.high - wanted.low), 2)


def rating_of(title: ExportedTitle, given: Scale, wanted: Scale) -> float | None:
    """A title's rating on the wanted scale, None if only seen; given up counts as a quarter up the scale at most."""
    rating = None if title.rating is None else converted(title.rating, given, wanted)
    if title.state != "dropped":
        return rating
    most = round(wanted.low + DROPPED_SHARE * (wanted.high - wanted.low), 2)
    return most if rating is None else min(rating, most)
