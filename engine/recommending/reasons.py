"""A rating as a reason for a title, what its place hangs on, and how these read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.text import format_rating, join_words
from engine.wording import counted, said

FIRST, FIRST_TEN = 1, 10
_MOST_NAMED = 8


@dataclass(frozen=True)
class PartImpact:
    """What one part adds, in units of the mix's score. run, title: the run that the part is a copy of, as stored and as
    people call it."""

    run: str
    title: str
    model: str
    impact: float


@dataclass(frozen=True)
class Reason:
    """What one rating did to one title: a signed impact in units of the score.

    strength: the size of the impact beside the largest that any rating has on this title, 0 to 1. rank_without: the
    title's number in the list without this rating, if asked. parts: what each part of a blend adds. liked: the rating
    is a like. words: "you gave Alien 5".
    """

    item_row: int
    item_id: str
    title: str
    rating: float | None
    impact: float
    strength: float
    rank_without: int | None
    words: str
    parts: tuple[PartImpact, ...] = ()
    liked: bool = False


def because_line(reasons: Sequence[Reason]) -> str:
    """What carried a title, in one line: because you liked Alien and Aliens. "" where nothing did.

    Two reasons are named where they are alike: two likes, or two titles that were only seen.
    """
    carried = [reason for reason in reasons if reason.impact > 0]
    if not carried:
        return ""
    first = carried[0]
    if not first.liked and first.rating is not None:
        return said("because {reason}", reason=first.words)
    alike = [reason.title for reason in carried if (reason.liked, reason.rating is None) == _kind(first)]
    titles = join_words(alike[:2])
    if first.liked:
        return said("because you liked {titles}", titles=titles)
    return said("because you have seen {titles}", titles=titles)


def _kind(reason: Reason) -> tuple[bool, bool]:
    return reason.liked, reason.rating is None


def is_like(rating: float | None, like: float) -> bool:
    """Whether a rating is a like on its scale."""
    return rating is not None and rating >= like - 1e-6


def describe_rated(title: str, rating: float | None, *, like: float) -> str:
    """What somebody said of a title: you gave Alien 5, you rated Armageddon 2, you have seen Titanic."""
    if rating is None:
        return said("you have seen {title}", title=title)
    if is_like(rating, like):
        return said("you gave {title} {rating}", title=title, rating=format_rating(rating))
    return said("you rated {title} {rating}", title=title, rating=format_rating(rating))


@dataclass(frozen=True)
class OwnRating:
    """One of the person's ratings; None where the title was only seen."""

    item_row: int
    item_id: str
    title: str
    rating: float | None


@dataclass(frozen=True)
class HangsOn:
    """The ratings without which a title would not be among the first `place` (1 or 10), most decisive first.

    Where none of the sets tried does it, `is_found` is False and the ratings are those it keeps its place without.
    """

    item_row: int
    place: int
    ratings: tuple[OwnRating, ...]
    is_found: bool
    stopped: bool = False


def describe_hangs_on(found: HangsOn) -> str:
    """Without these 3 of your ratings it would not be first: Alien, Aliens and Brazil."""
    titles, is_first = [own.title for own in found.ratings], found.place == FIRST
    if not titles:
        return ""
    if not found.is_found and is_first:
        return counted(
            "It would stay first even without the {count} rating that helps it most.",
            "It would stay first even without the {count} ratings that help it most.",
            len(titles),
        )
    if not found.is_found:
        return counted(
            "It would stay in the first ten even without the {count} rating that helps it most.",
            "It would stay in the first ten even without the {count} ratings that help it most.",
            len(titles),
        )
    if len(titles) == 1 and is_first:
        return said("Without your rating of {title} it would not be first.", title=titles[0])
    if len(titles) == 1:
        return said("Without your rating of {title} it would not be in the first ten.", title=titles[0])
    beyond = len(titles) - _MOST_NAMED + 1
    more = [said("{number} more", number=beyond)] if beyond > 1 else []
    named = join_words([*titles[: _MOST_NAMED - 1], *more]) if more else join_words(titles)
    if is_first:
        return counted(
            "Without this {count} of your ratings it would not be first: {titles}.",
            "Without these {count} of your ratings it would not be first: {titles}.",
            len(titles),
            titles=named,
        )
    return counted(
        "Without this {count} of your ratings it would not be in the first ten: {titles}.",
        "Without these {count} of your ratings it would not be in the first ten: {titles}.",
        len(titles),
        titles=named,
    )
