"""One column of a table without names: what its texts may be."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

from engine.data.catalogue import split_title
from engine.data.dataset import EARLIEST
from engine.data.reading.ratings import is_not_rated, ratings_of, spelling_of
from engine.data.reading.times import moment_in
from engine.data.reading.values import is_number, whole_number

ENOUGH_ROWS = 20
"""From so many rows on what a column looks like is no accident."""
NEARLY_ALL, MOSTLY = 0.9, 0.6
FEW_KINDS = 21
_MOST_KINDS = 201
_SOME_ROWS = 5
_SMALLEST_TIME = 19_900_101
ITEM_ID = re.compile(r"B[0-9A-Z]{9}|tt\d{7,8}|97[89]\d{10}")
_PADDED = re.compile(r"\d{7,8}")
"""A number of IMDb without its letters, where some begin with 0."""
_PERSON_ID = re.compile(r"A[0-9A-Z]{9,29}|[^@\s]+@[^@\s]+\.[a-z]+|(?:user|u|person|member|customer)[_-]?\d+")


class Column:
    """One column of the first rows: its place, and what its texts are."""

    def __init__(self, place: int, cells: Sequence[str]) -> None:
        self.place = place
        self.cells = [cell.strip() for cell in cells]

    @cached_property
    def texts(self) -> list[str]:
        return [cell for cell in self.cells if not is_not_rated(cell)]

    @cached_property
    def kinds(self) -> Counter[str]:
        return Counter(self.texts)

    @cached_property
    def are_numbers(self) -> bool:
        return sum(map(is_number, self.texts)) >= MOSTLY * len(self.texts)

    @cached_property
    def ratings(self) -> list[float]:
        """What its texts say as ratings; empty where most of them say none."""
        spelling = spelling_of(self.texts)
        found = ratings_of(self.texts, None if spelling is None or spelling.words else spelling)
        return found if len(found) >= MOSTLY * len(self.texts) else []

    @cached_property
    def is_row_number(self) -> bool:
        """Whether it counts 0, 1, 2 ... down the rows."""
        first, rows = self.cells[0], len(self.cells)
        number = whole_number(first)
        if self.are_times or number is None:
            return False
        starts = rows >= 3 and (rows >= ENOUGH_ROWS or first in ("0", "1"))
        return starts and all(cell == str(number + at) for at, cell in enumerate(self.cells))

    @cached_property
    def are_times(self) -> bool:
        """Whether nearly all lie between 1990 and tomorrow."""
        tomorrow = time.time() + 86_400
        moments = [None if _is_small(text) else moment_in(text) for text in self.texts[:1000]]
        known = [moment for moment in moments if moment]
        within = sum(EARLIEST <= moment <= tomorrow for moment in known)
        is_padded = any(text.startswith("0") and len(text) > 1 for text in self.texts) and self.are_numbers
        return len(known) > 0 and within >= NEARLY_ALL * len(moments) and not is_padded

    @cached_property
    def may_be_ratings(self) -> bool:
        """Whether its values are numbers, small, few for so many rows, and in no order down the rows."""
        found = self.ratings
        if not found or self.are_times or self.is_row_number:
            return False
        kinds, low, high = len(set(found)), min(found), max(found)
        if not -100 <= low <= high <= 100 or (kinds > 2 and found == sorted(found) and len(found) >= ENOUGH_ROWS):
            return False
        return kinds <= FEW_KINDS or self.has_fractions or (kinds <= _MOST_KINDS and len(found) >= 3 * kinds)

    @cached_property
    def are_like_ids(self) -> bool:
        """Whether values of few rows are in order, of one kind, or each another one, as ids are and ratings seldom."""
        kinds, rows = len(set(self.ratings)), len(self.ratings)
        return rows >= _SOME_ROWS and (kinds in (1, rows) or self.ratings == sorted(self.ratings))

    @cached_property
    def has_fractions(self) -> bool:
        """Whether some of its numbers are not whole: ids are."""
        return any(value != int(value) for value in self.ratings)

    @cached_property
    def is_ascending(self) -> bool:
        numbers = [whole_number(cell) for cell in self.cells]
        return len(self.kinds) > 1 and None not in numbers and numbers == sorted(number or 0 for number in numbers)

    @cached_property
    def repeats(self) -> int:
        """How many rows hold a text that stands above already."""
        return len(self.cells) - len(set(self.cells))

    @cached_property
    def in_runs(self) -> float:
        """The part of them, 0 to 1, that stands right below the same text; 0 where nothing comes twice."""
        below = sum(cell == above for above, cell in pairwise(self.cells))
        return below / self.repeats if self.repeats else 0.0

    @cached_property
    def are_stars(self) -> bool:
        """Whether they may be ratings, and three or more different ones of up to ten, in halves at most."""
        return self.may_be_ratings and len(set(self.ratings)) > 2 and all(_is_star(value) for value in self.ratings)

    @cached_property
    def are_years(self) -> bool:
        return all(1850 <= (whole_number(text) or 0) <= 2100 for text in self.texts)

    @cached_property
    def are_counts(self) -> bool:
        """Whether its values are quantities from 0 on, such as plays or hours: not whole, or mostly small and some far
        larger."""
        found = sorted(self.ratings)
        if not found or self.are_times or self.is_row_number or found[0] < 0 or len(found) < ENOUGH_ROWS:
            return False
        return found[-1] > 10 * max(found[len(found) // 2], 1) or self.has_fractions

    @cached_property
    def are_item_ids(self) -> bool:
        is_padded = any(text.startswith("0") for text in self.texts) and self._are(_PADDED)
        return is_padded or self._are(ITEM_ID) or sum(map(_is_isbn, self.texts)) >= NEARLY_ALL * len(self.texts)

    @cached_property
    def are_person_ids(self) -> bool:
        return self._are(_PERSON_ID)

    @cached_property
    def are_titles(self) -> bool:
        """Whether most carry a year, as titles do."""
        return sum(split_title(text)[1] > 0 for text in self.texts[:200]) >= MOSTLY * len(self.texts[:200])

    def _are(self, pattern: re.Pattern[str]) -> bool:
        return sum(pattern.fullmatch(text) is not None for text in self.texts) >= NEARLY_ALL * len(self.texts)


def _is_star(value: float) -> bool:
    return 0 <= value <= 10 and value * 2 == int(value * 2)


def _is_small(text: str) -> bool:
    """Whether a number is smaller than any Unix time or date in one number: it may as well be an id."""
    return is_number(text) and float(text.replace(",", ".")) < _SMALLEST_TIME


def _is_isbn(text: str) -> bool:
    """Whether ten signs are an ISBN by their last one, which is computed from the others."""
    if not re.fullmatch(r"\d{9}[\dXx]", text):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), text[:9], strict=True))
    return (total + (10 if text[9] in "Xx" else int(text[9]))) % 11 == 0
