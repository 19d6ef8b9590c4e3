"""What scores mean to somebody who rates films: how likely, how certain, and how far a title moved."""

from __future__ import annotations

from engine.text import format_count, format_factor, format_predicted_rating, format_rating
from engine.wording import counted, said

_MOST_LETTERS = 60
KEYS_HELP = said(
    "In the list: Enter shows why a title is there, digits rate it, S saves it for later, N or Delete says that it is "
    "not for you, X that you have seen it, M asks for more like it, A for more like it too, Ctrl+C copies "
    "its name, Shift+F10 opens its menu."
)
RATINGS_KEYS_HELP = said(
    "In my ratings: digits rate, space leaves a rating out of the list or lets it count again, Delete removes it, "
    "Shift+F10 opens its menu. Everywhere: Ctrl+Z takes back the last change, Ctrl+Shift+Z makes it again."
)
LEAVE_OUT_TIP = said(
    "Leave out of my list: a film seen with the children, say. It stays in your ratings, and nothing is recommended "
    "because of it"
)
COUNT_AGAIN_TIP = said("Let it count again: it is left out of your list now")


def short_title(title: str) -> str:
    """A title for a line of a menu or a notice."""
    plain = " ".join(title.split())
    return plain if len(plain) <= _MOST_LETTERS else f"{plain[: _MOST_LETTERS - 1]}…"


def describe_own_rating(rating: float | None, *, by: str = "") -> str:
    """What the person (or somebody else) thinks of a title that they have seen."""
    if rating is None:
        return said("seen, not rated")
    given = format_rating(rating)
    return said("{name} gave {rating}", name=by, rating=given) if by else said("you gave {rating}", rating=given)


def describe_predicted(rating: float | None, off: float | None = None) -> str:
    """The stars that are predicted, with how far off they may be; "" for none."""
    return "" if rating is None else said("predicted {rating}", rating=format_predicted_rating(rating, off))


def describe_uncertainty(off: float | None) -> str:
    """What the number behind ± means; "" where there is none."""
    if off is None:
        return ""
    return said(
        "About two in three of such predictions are less than {off:.1f} off, measured on ratings that were held out",
        off=off,
    )


def describe_likelihood(lift: float | None) -> str:
    """The chance that somebody watches a title, against the average person; "" where the model has no chance."""
    if lift is None or lift <= 0:
        return ""
    if lift >= 1.25:
        return said("{factor} likelier for you than for most", factor=format_factor(lift))
    if lift > 0.8:
        return said("about as likely for you as for most")
    return said("{factor} less likely for you than for most", factor=format_factor(1 / lift))


def describe_movement(places: int | None) -> str:
    """How a title moved, in full: 3 places up, 1 place down, new in the list; "" where it stayed."""
    if places is None:
        return said("new in the list")
    if places > 0:
        return counted("{count} place up", "{count} places up", places)
    return counted("{count} place down", "{count} places down", -places) if places else ""


def describe_rank_without(rank: int, without: int | None) -> str:
    """What a reason is worth in places: "without it #1 → #7", "" where nothing changes. None: it leaves the list."""
    if without is None:
        return said("without it #{rank} → off the list", rank=format_count(rank))
    if without == rank:
        return ""
    return said("without it #{rank} → #{without}", rank=format_count(rank), without=format_count(without))
