"""Numbers that count plays, hours or purchases: no stars, for they have no end and most are small.

Also how such numbers are written: with marks between thousands, which are no decimal signs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

NAMES = frozenset(
    ["plays", "playcount", "nplays", "numplays", "playedcount", "timesplayed", "listens", "listencount", "nlistens",
     "listeningevents", "scrobbles", "hours", "hoursplayed", "playtime", "playtimeforever", "minutes", "minutesplayed",
     "weight", "count", "counts", "views", "viewcount", "watchcount", "watchtime", "purchases", "purchasecount",
     "quantity", "qty", "clicks", "clickcount", "visits", "frequency", "freq", "interactions", "anzahl"]
)  # fmt: skip
"""Names (normalised) of columns that count."""
_LEAST = 20
"""So many numbers at least show that they are counts."""
_MOST_OF_STARS, _MOST_OF_MARKS, _MOST_OF_ALL = 10, 20, 100
"""The ends of scales that people use."""
_FAR, _FALLING = 10, 5
_GROUPED = {
    sign: re.compile(rf"[-+]?\d{{1,3}}(?:{inner}\d{{3}})+(?:{decimal}\d+)?")
    for sign, inner, decimal in ((",", ",", r"\."), (".", r"\.", ","), (" ", "[ \u00a0\u202f\u2009'’]", "[.,]"))
}
BETWEEN = {",": ",", ".": r"\.", " ": "[ \u00a0\u202f\u2009'’]"}
"""Patterns (also as Arrow has them) of the marks between thousands."""


def are_counts(ratings: Mapping[float, int]) -> bool:
    """Whether these numbers (value -> how often) are counts: from 0 on, and most small beside the largest ones.

    The largest of every two hundred may be a slip, and is not looked at.
    """
    values = sorted(ratings)
    total = sum(ratings.values())
    if total < _LEAST or values[0] < 0:
        return False
    high, middle = _at(ratings, values, total - max(1, total // 200)), _at(ratings, values, (total + 1) // 2)
    if high > _MOST_OF_ALL:
        return True
    is_grid = all(value * 4 == int(value * 4) for value in values)
    if high > _MOST_OF_MARKS or (high > _MOST_OF_STARS and not is_grid):
        return high >= _FAR * max(middle, 1.0)
    return middle <= 2 and (high > _MOST_OF_STARS or _is_falling(ratings, [value for value in values if value]))


def _is_falling(ratings: Mapping[float, int], values: Sequence[float]) -> bool:
    """Whether most are the least, each next is rarer, and some go beyond ten stars."""
    if len(values) < _MOST_OF_STARS or not values[-2] >= _MOST_OF_STARS < values[-1]:
        return False
    first = [ratings[value] for value in values[:_FALLING]]
    return first[0] >= 0.4 * sum(ratings[value] for value in values) and first == sorted(first, reverse=True)


def _at(ratings: Mapping[float, int], values: Sequence[float], place: int) -> float:
    """The value that comes at this place (from 1) of all in order."""
    before = 0
    for value in values:
        before += ratings[value]
        if before >= place:
            return value
    return values[-1]


def thousands_sign(texts: Sequence[str], *, delimiter: str = "", decimal: str | None = None) -> str:
    """What stands between the thousands of these numbers: "," or ".", " " for any space; "" where nothing does.

    `decimal` is the decimal sign if a person said it. One such mark, as in 3,500, may be a decimal sign as well.
    """
    texts = [text.strip() for text in texts if text.strip()]
    for sign, pattern in _GROUPED.items():
        between = re.compile(BETWEEN[sign])
        marked = [text for text in texts if between.search(text)]
        if not marked or sign == decimal or sum(pattern.fullmatch(text) is not None for text in marked) < len(marked):
            continue
        plain = [text for text in texts if not between.search(text)]
        if all(len(re.split(r"[.,]", text.lstrip("+-"))[0]) <= 3 for text in plain) and (
            sign == " " or _must_be_thousands(marked, plain, sign, delimiter, decimal)
        ):
            return sign
    return ""


def _must_be_thousands(
    marked: Sequence[str], plain: Sequence[str], sign: str, delimiter: str, decimal: str | None
) -> bool:
    """Whether marks before three digits stand between thousands, and are no decimal signs."""
    has_both = any("," in text and "." in text for text in marked)
    if decimal is not None or has_both or sign == delimiter or any(text.count(sign) > 1 for text in marked):
        return True
    starts = [text.lstrip("+-").partition(sign)[0] for text in marked]
    if "0" in starts:
        return False
    whole = [text for text in plain if text.isdecimal()]
    if sign == ".":
        return len(whole) == len(plain) > 0 and max(map(int, whole)) > _MOST_OF_ALL
    return len(whole) == len(plain) > 0 or max(map(len, starts)) > 1


def without_marks(text: str, sign: str) -> str:
    """A number without the marks between its thousands."""
    return re.sub(BETWEEN[sign], "", text) if sign else text
