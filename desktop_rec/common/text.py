"""What scores mean to somebody who rates films: how likely, how certain, and how far a title moved."""

from __future__ import annotations

from engine.text import format_count, format_factor, format_predicted_rating, format_rating, plural
from engine.wording import said

_MOST_LETTERS = 60
KEYS_HELP = (
    "In the list: Enter shows why a title is there, digits rate it, S saves it for later, N or Delete says that it is "
    "not for you, X that you have seen it, M asks for more like it, A for more like it too, Ctrl+C copies "
    "its name, Shift+F10 opens its menu."
)
RATINGS_KEYS_HELP = (
    "In my ratings: digits rate, space leaves a rating out of the list or lets it count again, Delete removes it, "
    "Shift+F10 opens its menu. Everywhere: Ctrl+Z takes back the last change, Ctrl+Shift+Z makes it again."
)
LEAVE_OUT_TIP = (
    "Leave out of my list: a film seen with the children, say. It stays in your ratings, and nothing is recommended "
    "because of it"
)
COUNT_AGAIN_TIP = "Let it count again: it is left out of your list now"


def short_title(title: str) -> str:
    """A title for a line of a menu or a notice."""
    plain = " ".join(title.split())
    return plain if len(plain) <= _MOST_LETTERS else f"{plain[: _MOST_LETTERS - 1]}…"


def describe_own_rating(rating: float | None, *, by: str = "") -> str:
    """What the person (or somebody else) thinks of a title that they have seen."""
    return "seen, not rated" if rating is None else f"{by or 'you'} gave {format_rating(rating)}"


def describe_predicted(rating: float | None, off: float | None = None) -> str:
    """The stars that are predicted, with how far off they may be; "" for none."""
    return "" if rating is None else said("predicted {rating}", rating=format_predicted_rating(rating, off))


def describe_uncertainty(off: float | None) -> str:
    """What the number behind ± means; "" where there is none."""
    if off is None:
        return ""
    return f"About two in three of such predictions are less than {off:.1f} off, measured on ratings that were held out"


def describe_likelihood(lift: float | None) -> str:
    """The chance that somebody watches a title, against the average person; "" where the model has no chance."""
    if lift is None or lift <= 0:
        return ""
    if lift >= 1.25:
        return f"{format_factor(lift)} likelier for you than for most"
    if lift > 0.8:
        return "about as likely for you as for most"
    return f"{format_factor(1 / lift)} less likely for you than for most"


def describe_movement(places: int | None) -> str:
    """How a title moved, in full: 3 places up, 1 place down, new in the list; "" where it stayed."""
    if places is None:
        return "new in the list"
    return f"{plural(abs(places), 'place')} {'up' if places > 0 else 'down'}" if places else ""


def describe_rank_without(rank: int, without: int | None) -> str:
    """What a reason is worth in places: "without it #1 → #7", "" where nothing changes. None: it leaves the list."""
    if without is None:
        return f"without it #{format_count(rank)} → off the list"
    return "" if without == rank else f"without it #{format_count(rank)} → #{format_count(without)}"
