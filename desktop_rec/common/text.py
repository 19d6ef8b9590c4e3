"""What scores mean, in the words of somebody who rates films: 34 %, 40x likelier than for most, 3 places up.

Beside the street; pure text, no Qt. Every list and panel of For you speaks through this page.
"""

from __future__ import annotations

import math

from engine.evaluation.metrics import metric_title
from engine.text import format_rate as rate_words

metric_words = metric_title


def figure_words(value: float) -> str:
    """A loss or a metric with three figures: 0.412, 6.41, 641, 12,480; what is not finite says so."""
    if not math.isfinite(value):
        return "not finite"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) < 1e-3:
        return rate_words(value) if value > 0 else f"-{rate_words(-value)}"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(decimals, 3)}f}"


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Two errors with two decimals, or with as many more, four at most, as it takes to see which is the smaller."""
    for decimals in (2, 3, 4):
        said = f"{one:.{decimals}f}", f"{other:.{decimals}f}"
        if said[0] != said[1]:
            return said
    return f"{one:.2f}", f"{other:.2f}"


def count_words(count: float) -> str:
    """A count with its thousands apart: 12,480."""
    return f"{count:,.0f}"


def time_words(seconds: float) -> str:
    """A span of time: 0:07, 1:12, 2:03:04."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


MINUS = "−"
TIMES = "×"
_UNCHANGED_PLURALS = ("series", "anime", "manga")


def plural(word: str) -> str:
    """The word for several titles: film -> films, story -> stories, series -> series."""
    if word.lower() in _UNCHANGED_PLURALS:
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def counted(count: int, word: str) -> str:
    """A count with its noun: 1 rating, 12,480 ratings, no films."""
    if count == 0:
        return f"no {plural(word)}"
    return f"1 {word}" if count == 1 else f"{count_words(count)} {plural(word)}"


def rating_words(rating: float) -> str:
    """A rating with one decimal where it has any: 4, 4.5, −3."""
    text = f"{rating:.1f}".removesuffix(".0")
    return text.replace("-", MINUS)


def predicted_words(rating: float, off: float | None = None) -> str:
    """A predicted rating, always with one decimal, for columns: 4.0, 4.6; with how far off it may be: 4.6 ± 0.8."""
    words = f"{rating:.1f}".replace("-", MINUS)
    return words if off is None else f"{words}\u00a0±\u00a0{off:.1f}"


def uncertainty_words(off: float | None) -> str:
    """What the number behind ± means; "" where there is none."""
    if off is None:
        return ""
    return f"About two in three of such predictions are less than {off:.1f} off, measured on ratings that were held out"


def difference_words(difference: float) -> str:
    """How far a rating lies from what was expected, signed: +1.6, −0.4."""
    return f"{MINUS if difference < 0 else '+'}{abs(difference):.1f}"


def share_words(share: float) -> str:
    """A share of 1 as a person says it: 34 %, 0.4 %, under 0.1 %."""
    percent = abs(share) * 100
    if 0 < percent < 0.1:
        return "under 0.1 %"
    return f"{percent:.1f} %" if 0 < percent < 0.95 else f"{percent:.0f} %"


def signed_share_words(share: float) -> str:
    """A share with its sign: +34 %, −12 %, +0.3 %, +<0.1 %."""
    sign = MINUS if share < 0 else "+"
    percent = abs(share) * 100
    if 0 < percent < 0.05:
        return f"{sign}<0.1 %"
    return f"{sign}{percent:.1f} %" if 0 < percent < 0.95 else f"{sign}{percent:.0f} %"


def times_words(factor: float) -> str:
    """A factor with two figures at most: 1.8x, 40x, 1,200x."""
    if factor < 9.95:
        return f"{factor:.1f}".removesuffix(".0") + TIMES
    step = 10 ** max(0, len(str(int(factor))) - 2)
    return f"{count_words(round(factor / step) * step)}{TIMES}"


def likelihood_words(lift: float | None) -> str:
    """The chance that somebody watches a title, against the average person; "" where the model has no chance."""
    if lift is None or lift <= 0:
        return ""
    if lift >= 1.25:
        return f"{times_words(lift)} likelier than for most"
    if lift > 0.8:
        return "about as likely as for most"
    return f"{times_words(1 / lift)} less likely than for most"


def movement_words(places: int | None) -> str:
    """How a title moved, in full: 3 places up, 1 place down, new in the list; "" where it stayed."""
    if places is None:
        return "new in the list"
    if places == 0:
        return ""
    return f"{counted(abs(places), 'place')} {'up' if places > 0 else 'down'}"


def rank_without_words(rank: int, without: int | None) -> str:
    """What a reason is worth in places: "without it #1 → #7"; None means that the title would leave the list."""
    if without is None:
        return f"without it #{count_words(rank)} → off the list"
    if without == rank:
        return f"without it still #{count_words(rank)}"
    return f"without it #{count_words(rank)} → #{count_words(without)}"


def title_words(title: str, year: int) -> str:
    """A title with its year: The Matrix (1999)."""
    return f"{title} ({year})" if year else title
