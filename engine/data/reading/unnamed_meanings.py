"""Which of columns without names hold people, which titles, which ratings: by the form of ids, and by signs that agree.

Form alone is enough: an ISBN is no person. Whole numbers and names have none; there the usual order (people before
titles) is one sign, and when people rate and in what order rows stand are two more. One sign alone tells nothing.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from engine.data.reading.times import moment_in
from engine.data.reading.unnamed_column import ENOUGH_ROWS, FEW_KINDS, Column

_MOST_OF_FEW = 1e6
_LEAST_ONCE, _NEARLY_MOST = 0.4, 0.97
"""Most people rate a title once: so large a part of the rows, and of what any other meaning gives, holds a new pair."""
_MOST_EACH, _MOST_COLUMNS = 300, 6
_IN_RUNS, _NOT_IN_RUNS, _LEAST_REPEATS = 0.95, 0.5, 2
_HOUR = 3600
_LEAN, _CLEAR_LEAN, _LEAST_LEAN = 0.5, 1.0, -0.05
"""So many powers of two the ratings of people are closer together in time than those of titles, to be a sign."""


@dataclass(frozen=True)
class Meaning:
    """Which columns are who and what; `is_told` where ids say by their form whether they are people's or titles'."""

    user: Column
    item: Column
    rating: Column
    time: Column | None
    is_told: bool

    @property
    def roles(self) -> dict[str, int]:
        found = {"user": self.user, "item": self.item, "rating": self.rating, "time": self.time}
        return {role: column.place for role, column in found.items() if column is not None}

    @property
    def turned(self) -> Meaning:
        return replace(self, user=self.item, item=self.user)

    @cached_property
    def share_once(self) -> float:
        """The part of the rows whose person and title come together for the first time."""
        return len(set(zip(self.user.cells, self.item.cells, strict=True))) / len(self.user.cells)

    @property
    def has_attribute(self) -> bool:
        """Whether each person, or each title, has one and the same rating throughout: it says what they are."""
        return any(_is_one_each(self.rating, of) for of in (self.user, self.item))

    @property
    def is_crowded(self) -> bool:
        """Whether each person has more ratings than people give."""
        return len(self.user.cells) > _MOST_EACH * len(self.user.kinds)

    @cached_property
    def lean(self) -> float:
        """How much closer together in time people rate than titles are rated, in powers of two; 0 where unknown.

        Against what chance gives, since few people or few titles alone bring ratings together.
        """
        if self.time is None or len(self.user.cells) < ENOUGH_ROWS:
            return 0.0
        hours = [(moment_in(cell) or 0) // _HOUR for cell in self.time.cells]
        return math.log2(_spread(self.item, hours) / _spread(self.user, hours))

    @property
    def speaks_against(self) -> bool:
        """Whether times, or the order of the rows, say that it is the other way round."""
        return self.lean < _LEAST_LEAN or self.turned.stands_in_runs

    @property
    def stands_in_runs(self) -> bool:
        """Whether the rows of each person stand together and those of titles do not."""
        least = 1 if self.user.is_ascending and not self.item.is_ascending else _LEAST_REPEATS
        is_grouped = self.user.repeats >= least and self.user.in_runs >= _IN_RUNS
        return is_grouped and self.item.in_runs <= _NOT_IN_RUNS


def _is_one_each(rating: Column, of: Column) -> bool:
    groups = defaultdict(set)
    counts = Counter(of.cells)
    for key, cell in zip(of.cells, rating.cells, strict=True):
        groups[key].add(cell)
    several = [key for key, count in counts.items() if count > 1]
    return len(several) >= 5 and len(rating.kinds) > 1 and all(len(groups[key]) == 1 for key in several)


def _spread(of: Column, hours: Sequence[int]) -> float:
    """In how many hours each of them comes, against how many it would be if times were dealt out anew."""
    dealt = random.Random(0).sample(hours, len(hours))
    return len(set(zip(of.cells, hours, strict=True))) / len(set(zip(of.cells, dealt, strict=True)))


@dataclass(frozen=True)
class Told:
    """What the columns may mean, likeliest first; whether it is sure to be the first, or only by the usual order."""

    ways: tuple[Meaning, ...]
    is_sure: bool = False
    is_by_custom: bool = False


NOTHING_TOLD = Told(())


def meanings(columns: Sequence[Column]) -> Told:
    """What the columns mean, as far as they say it."""
    if len(columns) < 3:
        return NOTHING_TOLD
    third = columns[2]
    found = [meant for option in _rating_options(columns) if (meant := _meant(columns, option)) is not None]
    if len(third.cells) >= ENOUGH_ROWS:
        found = [meant for meant in found if not meant.has_attribute and meant.share_once >= _LEAST_ONCE]
    most = max((meant.share_once for meant in found), default=0)
    found = [meant for meant in found if meant.share_once >= _NEARLY_MOST * most]
    found.sort(key=lambda meant: meant.rating is not third)
    by_custom = [meant for meant in found if meant.rating is third and _is_ordinary(third, found)]
    if by_custom or len(found) == 1:
        return _with_people((by_custom or found)[0], columns)
    return Told(tuple(way for meant in found[:2] for way in ([meant] if meant.is_told else [meant, meant.turned])))


def _with_people(meant: Meaning, columns: Sequence[Column]) -> Told:
    """The meaning with its people and titles as signs say that agree; both ways where they do not."""
    if meant.is_told:
        return Told((meant,), is_sure=True)
    is_usual, turned = [meant.user, meant.item] == list(columns[:2]), meant.turned
    if is_usual and meant.lean >= _LEAN:
        return Told((meant,), is_sure=True)
    if meant.lean >= _CLEAR_LEAN and meant.stands_in_runs:
        return Told((meant,), is_sure=True)
    if is_usual and meant.stands_in_runs and not meant.speaks_against and not meant.is_crowded:
        return Told((meant,), is_sure=True, is_by_custom=True)
    if turned.lean >= _CLEAR_LEAN and turned.stands_in_runs:
        return Told((turned,), is_sure=True, is_by_custom=True)
    return Told((meant, turned))


def _rating_options(columns: Sequence[Column]) -> list[Column]:
    """The columns that may hold the ratings; in few rows the third, and others that may be stars."""
    third = columns[2]
    if len(third.cells) < ENOUGH_ROWS:
        others = columns if len(columns) <= _MOST_COLUMNS else [third]
        return [column for column in others if _may_rate_few(column, is_third=column is third)]
    options = [column for column in columns if column.may_be_ratings and len(column.kinds) > 1]
    if third.are_counts and third not in options:
        return [*options, third]
    options = options or [column for column in columns[2:] if column.are_counts]
    return options or [third] * third.may_be_ratings


def _may_rate_few(column: Column, *, is_third: bool) -> bool:
    """Whether a column of few rows may hold ratings: small numbers, or by custom whatever is third and a number."""
    if not column.ratings or column.are_times or column.is_row_number:
        return False
    return min(column.ratings) < _MOST_OF_FEW if is_third else _may_be_stars(column)


def _are_small(column: Column) -> bool:
    return (min(column.ratings) >= 0 and max(column.ratings) <= 10) or column.has_fractions


def _is_ordinary(third: Column, found: Sequence[Meaning]) -> bool:
    """Whether the third column is a better rating than any other: not mere yes and no beside stars, nor beside numbers
    that may be stars as well."""
    others = [meant.rating for meant in found if meant.rating is not third]
    if any(_may_be_stars(column) and (column.has_fractions or not third.has_fractions) for column in others):
        return False
    if others and (third.are_like_ids or (len(third.cells) < ENOUGH_ROWS and not _are_small(third))):
        return False
    if third.are_counts and not third.may_be_ratings:
        return not any(column.are_stars for column in others)
    if set(third.ratings) <= {0.0, 1.0}:
        return not any(2 < len(column.kinds) <= FEW_KINDS for column in others)
    return len(third.kinds) <= 11 or all(len(third.kinds) <= len(column.kinds) for column in others)


def _may_be_stars(column: Column) -> bool:
    """Whether these are small numbers in no order, of which some come again and again."""
    is_ordered = column.in_runs >= _IN_RUNS or column.is_ascending or column.are_like_ids
    are_some = 2 < len(column.kinds) <= FEW_KINDS or column.has_fractions
    return not is_ordered and _are_small(column) and are_some


def _meant(columns: Sequence[Column], rating: Column) -> Meaning | None:
    """Who and what the other columns are if this one holds the ratings; None where too few are left."""
    when = next((column for column in columns if column.are_times and column is not rating), None)
    ids = [column for column in columns if column is not rating and not column.are_times]
    if len(ids) < 2:
        return None
    items = [column for column in ids if column.are_item_ids] or [column for column in ids if column.are_titles]
    people = [column for column in ids if column.are_person_ids]
    if len(items) == 1 or len(people) == 1:
        user = people[0] if len(people) == 1 else next(column for column in ids if column is not items[0])
        item = (
            items[0]
            if len(items) == 1 and items[0] is not user
            else next(column for column in ids if column is not user)
        )
        return Meaning(user, item, rating, when, is_told=len(ids) == 2 or len(items) == len(people) == 1)
    return Meaning(ids[0], ids[1], rating, when, is_told=False)
