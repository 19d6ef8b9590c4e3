"""What columns without names hold: told by what stands in them, and by the custom of person, title, rating, time.

Where what they hold speaks against the custom and does not say who is who, nothing is guessed: the ways in which the
columns may be meant are named.
"""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from engine.data.catalogue import split_title
from engine.data.dataset import EARLIEST
from engine.data.formats import BLANKS, UNNAMED_COLUMNS, layout_of_cells, layout_of_columns
from engine.data.reading.ratings import is_not_rated, ratings_of, spelling_of
from engine.data.reading.roles import Columns, Rows
from engine.data.reading.times import moment_in
from engine.data.reading.values import is_number, whole_number

_NEARLY_ALL, _MOSTLY = 0.9, 0.6
_ENOUGH_ROWS = 20
"""From so many rows on what a column looks like is no accident."""
_MOST_OF_FEW = 1e6
_FEW_KINDS, _MOST_KINDS = 21, 201
_LEAST_ONCE = 0.4
"""Most people rate a title once: so large a part of the rows at least holds a pair that no row above holds."""
_LONGER, _MOST_EACH = 5, 300
_LIST_COLUMNS, _MOST_COLUMNS = 5, 6
_SMALLEST_TIME = 19_900_101
_ITEM_ID = re.compile(r"B[0-9A-Z]{9}|tt\d{7,8}|97[89]\d{10}")
_PADDED = re.compile(r"\d{7,8}")
"""A number of IMDb without its letters, where some begin with 0."""
_PERSON_ID = re.compile(r"A[0-9A-Z]{9,29}|[^@\s]+@[^@\s]+\.[a-z]+|(?:user|u|person|member|customer)[_-]?\d+")


class _Column:
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
        return sum(map(is_number, self.texts)) >= _MOSTLY * len(self.texts)

    @cached_property
    def ratings(self) -> list[float]:
        """What its texts say as ratings; empty where most of them say none."""
        spelling = spelling_of(self.texts)
        found = ratings_of(self.texts, None if spelling is None or spelling.words else spelling)
        return found if len(found) >= _MOSTLY * len(self.texts) else []

    @cached_property
    def is_row_number(self) -> bool:
        """Whether it counts 0, 1, 2 ... down the rows."""
        first, rows = self.cells[0], len(self.cells)
        number = whole_number(first)
        if self.are_times or number is None:
            return False
        starts = rows >= 3 and (rows >= _ENOUGH_ROWS or first == "0" or (first == "1" and rows > 9))
        return starts and all(cell == str(number + at) for at, cell in enumerate(self.cells))

    @cached_property
    def are_times(self) -> bool:
        """Whether nearly all lie between 1990 and tomorrow."""
        tomorrow = time.time() + 86_400
        moments = [None if _is_small(text) else moment_in(text) for text in self.texts[:1000]]
        known = [moment for moment in moments if moment]
        within = sum(EARLIEST <= moment <= tomorrow for moment in known)
        is_padded = any(text.startswith("0") and len(text) > 1 for text in self.texts) and self.are_numbers
        return len(known) > 0 and within >= _NEARLY_ALL * len(moments) and not is_padded

    @cached_property
    def may_be_ratings(self) -> bool:
        """Whether its values are numbers, small, few for so many rows, and in no order down the rows."""
        found = self.ratings
        if not found or self.are_times or self.is_row_number:
            return False
        kinds, low, high = len(set(found)), min(found), max(found)
        if not -100 <= low <= high <= 100 or (kinds > 2 and found == sorted(found) and len(found) >= _ENOUGH_ROWS):
            return False
        are_real = any(value != int(value) for value in found)
        return kinds <= _FEW_KINDS or are_real or (kinds <= _MOST_KINDS and len(found) >= 3 * kinds)

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
        if not found or self.are_times or self.is_row_number or found[0] < 0 or len(found) < _ENOUGH_ROWS:
            return False
        return found[-1] > 10 * max(found[len(found) // 2], 1) or any(value != int(value) for value in found)

    @cached_property
    def are_item_ids(self) -> bool:
        is_padded = any(text.startswith("0") for text in self.texts) and self._are(_PADDED)
        return is_padded or self._are(_ITEM_ID) or sum(map(_is_isbn, self.texts)) >= _NEARLY_ALL * len(self.texts)

    @cached_property
    def are_person_ids(self) -> bool:
        return self._are(_PERSON_ID)

    @cached_property
    def are_titles(self) -> bool:
        """Whether most carry a year, as titles do."""
        return sum(split_title(text)[1] > 0 for text in self.texts[:200]) >= _MOSTLY * len(self.texts[:200])

    def _are(self, pattern: re.Pattern[str]) -> bool:
        return sum(pattern.fullmatch(text) is not None for text in self.texts) >= _NEARLY_ALL * len(self.texts)


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


@dataclass(frozen=True)
class _Meant:
    """Which columns are who and what; `is_told` where ids say by their form whether they are people's or titles'."""

    user: _Column
    item: _Column
    rating: _Column
    time: _Column | None
    is_told: bool

    @property
    def roles(self) -> dict[str, int]:
        found = {"user": self.user, "item": self.item, "rating": self.rating, "time": self.time}
        return {role: column.place for role, column in found.items() if column is not None}

    @property
    def turned(self) -> _Meant:
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
    def is_unlikely(self) -> bool:
        """Whether people rate too much, or all but once, or titles are rated in far shorter times than people rate."""
        rows = len(self.user.cells)
        if (
            rows > _MOST_EACH * len(self.user.kinds)
            or len(self.user.kinds) == len(self.item.kinds) == rows >= _ENOUGH_ROWS
        ):
            return True
        if self.time is None:
            return False
        user, item = (_median_span(self.time, of) for of in (self.user, self.item))
        return user is not None and item is not None and user > _LONGER * max(item, 1)


def _is_one_each(rating: _Column, of: _Column) -> bool:
    groups = defaultdict(set)
    counts = Counter(of.cells)
    for key, cell in zip(of.cells, rating.cells, strict=True):
        groups[key].add(cell)
    several = [key for key, count in counts.items() if count > 1]
    return len(several) >= 5 and len(rating.kinds) > 1 and all(len(groups[key]) == 1 for key in several)


def _median_span(times: _Column, of: _Column) -> float | None:
    """Between the first and last time of those of this column who come three times at least; None where few do."""
    groups = defaultdict(list)
    for key, cell in zip(of.cells, times.cells, strict=True):
        groups[key].append(moment_in(cell) or 0)
    spans = sorted(max(moments) - min(moments) for moments in groups.values() if len(moments) > 2 and all(moments))
    return spans[len(spans) // 2] if len(spans) >= 5 else None


def unnamed_columns(delimiter: str, rows: Rows) -> Columns:
    """What columns without names are; those that are blank throughout, or count the rows, are none of them."""
    declared = layout_of_cells(delimiter, rows)
    if declared is not None:
        return Columns(declared, dict(declared.columns), (declared.note,) if declared.note else ())
    columns = [_Column(place, cells) for place, cells in enumerate(zip(*rows, strict=True)) if any(map(_holds, cells))]
    if _are_lists(columns):
        return Columns(UNNAMED_COLUMNS, {}, are_lists=True)
    titles = _as_titles(columns)
    if titles:
        return Columns(UNNAMED_COLUMNS, titles)
    counting = [column for column in columns if column.is_row_number]
    others = [column for column in columns if column not in counting]
    found, is_sure = _meanings(others) if counting and len(others) >= 3 else ([], False)
    if not found:
        found, is_sure, others = *_meanings(columns), columns
        if found and counting and len(rows) >= _ENOUGH_ROWS:  # nobody rates once each, in the order of their ids
            numbers = {column.place for column in counting}
            told = {role: place for role, place in found[0].roles.items() if place not in numbers}
            return Columns(UNNAMED_COLUMNS, told)
    if found and is_sure:
        return _declared(delimiter, others, found[0])
    if found:
        ways = tuple(meant.roles for meant in found)
        known = {role: place for role, place in ways[0].items() if all(way.get(role) == place for way in ways)}
        return Columns(UNNAMED_COLUMNS, known, ways=ways)
    names = ("item", "title", "genres") if len(columns) >= 2 and not columns[1].are_numbers else ()
    return Columns(UNNAMED_COLUMNS, dict(zip(names, (column.place for column in columns), strict=False)))


def ways_of(rows: Rows, known: Mapping[str, int]) -> tuple[Mapping[str, int], ...]:
    """The roles that the columns of these rows may have, where some are known by their names."""
    columns = [_Column(place, cells) for place, cells in enumerate(zip(*rows, strict=True)) if any(map(_holds, cells))]
    ways = [meant.roles for meant in _meanings([column for column in columns if not column.is_row_number])[0]]
    return tuple(way for way in ways if all(way.get(role, place) == place for role, place in known.items()))


def _holds(cell: str) -> bool:
    return cell.strip() not in BLANKS


def _are_lists(columns: Sequence[_Column]) -> bool:
    """Whether the same ids stand in most columns, as in lists of titles."""
    behind = columns[1:]
    if len(columns) < _LIST_COLUMNS or any(len(column.kinds) <= _FEW_KINDS or column.are_times for column in behind):
        return False
    known = Counter(text for column in behind for text in column.kinds)
    return all(sum(known[text] > 1 for text in column.kinds) > 0.3 * len(column.kinds) for column in behind)


def are_list_lines(lines: Sequence[str]) -> bool:
    """Whether lines hold ids of one kind, more or fewer of them."""
    rows = [re.split(r"[\s,;|]+", line.strip(" ,;|")) for line in lines]
    texts = [text for row in rows for text in row]
    if len(rows) < 3 or len({len(row) for row in rows}) == 1 or len(texts) < 3 * len(rows):
        return False
    return all(text.isdecimal() or _ITEM_ID.fullmatch(text) for text in texts)


def _as_titles(columns: Sequence[_Column]) -> dict[str, int]:
    """The roles of a list of titles: ids and names of which none comes twice; empty where it is none."""
    if len(columns) < 2 or _are_rated(columns):
        return {}
    if len(columns) >= 3 and _are_years(columns[1], columns[2]):
        return {"item": columns[0].place, "year": columns[1].place, "title": columns[2].place}
    names = columns[1]
    are_once = all(len(column.kinds) >= _NEARLY_ALL * len(names.cells) for column in columns[:2])
    if names.are_numbers or not are_once or names.are_times or names.are_item_ids or names.are_person_ids:
        return {}
    return dict(zip(("item", "title", "genres"), (column.place for column in columns), strict=False))


def _are_rated(columns: Sequence[_Column]) -> bool:
    """Whether a table that begins like a list of titles has ratings: of few rows any, else beside people or times."""
    if len(columns[0].cells) < _ENOUGH_ROWS:
        return len(columns) in (3, 4) and bool(columns[2].ratings)
    if not 3 < len(columns) <= _MOST_COLUMNS:
        return False
    has_times = any(column.are_times for column in columns)
    has_people = columns[2].are_numbers and not columns[2].are_years and columns[3].are_stars
    return has_people or (has_times and any(column.may_be_ratings for column in columns[1:]))


def _are_years(years: _Column, titles: _Column) -> bool:
    """Whether these are years, and what stands after them are titles."""
    return years.are_years and not (titles.are_numbers or titles.are_item_ids or titles.are_person_ids)


def _meanings(columns: Sequence[_Column]) -> tuple[list[_Meant], bool]:
    """What the columns may mean, likeliest first, and whether it is sure to be the first."""
    if len(columns) < 3:
        return [], False
    third = columns[2]
    found = [meant for option in _rating_options(columns) if (meant := _meant(columns, option)) is not None]
    if len(third.cells) >= _ENOUGH_ROWS:
        found = [meant for meant in found if not meant.has_attribute]
        most = max((meant.share_once for meant in found), default=0)
        found = [meant for meant in found if meant.share_once >= max(_LEAST_ONCE, 0.8 * most)]
    by_custom = [meant for meant in found if meant.rating is third and _is_ordinary(third, found)]
    if by_custom or len(found) == 1:
        meant = (by_custom or found)[0]
        is_custom = [meant.user, meant.item] == list(columns[:2]) and not meant.is_unlikely
        return ([meant], True) if meant.is_told or is_custom else ([meant, meant.turned], False)
    return [way for meant in found[:2] for way in ([meant] if meant.is_told else [meant, meant.turned])], False


def _rating_options(columns: Sequence[_Column]) -> list[_Column]:
    """The columns that may hold the ratings. In few rows nothing shows: there it is the third, if any."""
    third = columns[2]
    if len(third.cells) < _ENOUGH_ROWS:
        return [third] if third.ratings and not third.are_times and min(third.ratings) < _MOST_OF_FEW else []
    options = [column for column in columns if column.may_be_ratings and len(column.kinds) > 1]
    if third.are_counts and third not in options:
        return [*options, third]
    options = options or [column for column in columns[2:] if column.are_counts]
    return options or [third] * third.may_be_ratings


def _is_ordinary(third: _Column, found: Sequence[_Meant]) -> bool:
    """Whether the third column is as good a rating as any other: not mere yes and no beside stars."""
    others = [meant.rating for meant in found if meant.rating is not third]
    if third.are_counts and not third.may_be_ratings:
        return not any(column.are_stars for column in others)
    if set(third.ratings) <= {0.0, 1.0}:
        return not any(2 < len(column.kinds) <= _FEW_KINDS for column in others)
    return len(third.kinds) <= 11 or all(len(third.kinds) <= len(column.kinds) for column in others)


def _meant(columns: Sequence[_Column], rating: _Column) -> _Meant | None:
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
        return _Meant(user, item, rating, when, is_told=True)
    return _Meant(ids[0], ids[1], rating, when, is_told=False)


def _declared(delimiter: str, columns: Sequence[_Column], meant: _Meant) -> Columns:
    """The declared layout that such columns are, where they stand in its order."""
    order = [column.place for column in columns]
    if [order.index(place) for place in meant.roles.values()] == list(range(len(meant.roles))):
        layout = layout_of_columns(delimiter, len(columns), meant.item.texts, ratings=meant.rating.texts)
        return Columns(layout, meant.roles)
    return Columns(UNNAMED_COLUMNS, meant.roles)
