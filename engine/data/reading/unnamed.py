"""What columns without names hold: told by what stands in them, and by the custom of person, title, rating, time.

Where what they hold speaks against the custom and does not say who is who, nothing is guessed: the ways in which the
columns may be meant are named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from engine.data.formats import BLANKS, UNNAMED_COLUMNS, Layout, layout_of_cells, layout_of_columns
from engine.data.reading.roles import Columns, Rows
from engine.data.reading.unnamed_column import ENOUGH_ROWS, FEW_KINDS, ITEM_ID, NEARLY_ALL, Column
from engine.data.reading.unnamed_meanings import NOTHING_TOLD, Meaning, Told, meanings
from engine.wording import said

_LIST_COLUMNS, _MOST_COLUMNS = 5, 6


def unnamed_columns(delimiter: str, rows: Rows, *, name: str = "") -> Columns:
    """What columns without names are; those that are blank throughout, or count the rows, are none of them.

    `name` is what the file is called: that of a declared layout is a sign, too.
    """
    declared = layout_of_cells(delimiter, rows)
    if declared is not None:
        return Columns(declared, dict(declared.columns), (declared.note,) if declared.note else ())
    columns = [Column(place, cells) for place, cells in enumerate(zip(*rows, strict=True)) if any(map(_holds, cells))]
    if _are_lists(columns):
        return Columns(UNNAMED_COLUMNS, {}, are_lists=True)
    titles = _as_titles(columns)
    if titles:
        return Columns(UNNAMED_COLUMNS, titles)
    counting = [column for column in columns if column.is_row_number]
    others = [column for column in columns if column not in counting]
    told = meanings(others) if counting and len(others) >= 3 else NOTHING_TOLD
    if not told.ways:
        told, others = meanings(columns), columns
        if told.ways and counting and len(rows) >= ENOUGH_ROWS:  # nobody rates once each, in the order of their ids
            numbers = {column.place for column in counting}
            known = {role: place for role, place in told.ways[0].roles.items() if place not in numbers}
            return Columns(UNNAMED_COLUMNS, known)
    if told.is_sure or (told.ways and _is_called_so(delimiter, others, told.ways[0], name)):
        return _declared(delimiter, others, told)
    if told.ways:
        ways = tuple(meant.roles for meant in told.ways)
        known = {role: place for role, place in ways[0].items() if all(way.get(role) == place for way in ways)}
        return Columns(UNNAMED_COLUMNS, known, ways=ways)
    names = ("item", "title", "genres") if len(columns) >= 2 and not columns[1].are_numbers else ()
    return Columns(UNNAMED_COLUMNS, dict(zip(names, (column.place for column in columns), strict=False)))


def ways_of(rows: Rows, known: Mapping[str, int]) -> tuple[Mapping[str, int], ...]:
    """The roles that the columns of these rows may have, where some are known by their names."""
    columns = [Column(place, cells) for place, cells in enumerate(zip(*rows, strict=True)) if any(map(_holds, cells))]
    ways = [meant.roles for meant in meanings([column for column in columns if not column.is_row_number]).ways]
    return tuple(way for way in ways if all(way.get(role, place) == place for role, place in known.items()))


def _holds(cell: str) -> bool:
    return cell.strip() not in BLANKS


def _are_lists(columns: Sequence[Column]) -> bool:
    """Whether the same ids stand in most columns, as in lists of titles."""
    behind = columns[1:]
    if len(columns) < _LIST_COLUMNS or any(len(column.kinds) <= FEW_KINDS or column.are_times for column in behind):
        return False
    known = Counter(text for column in behind for text in column.kinds)
    return all(sum(known[text] > 1 for text in column.kinds) > 0.3 * len(column.kinds) for column in behind)


def are_list_lines(lines: Sequence[str]) -> bool:
    """Whether lines hold ids of one kind, more or fewer of them."""
    rows = [re.split(r"[\s,;|]+", line.strip(" ,;|")) for line in lines]
    texts = [text for row in rows for text in row]
    if len(rows) < 3 or len({len(row) for row in rows}) == 1 or len(texts) < 3 * len(rows):
        return False
    return all(text.isdecimal() or ITEM_ID.fullmatch(text) for text in texts)


def _as_titles(columns: Sequence[Column]) -> dict[str, int]:
    """The roles of a list of titles: ids and names of which none comes twice; empty where it is none."""
    if len(columns) < 2 or _are_rated(columns):
        return {}
    if len(columns) >= 3 and _are_years(columns[1], columns[2]):
        return {"item": columns[0].place, "year": columns[1].place, "title": columns[2].place}
    names = columns[1]
    are_once = all(len(column.kinds) >= NEARLY_ALL * len(names.cells) for column in columns[:2])
    if names.are_numbers or not are_once or names.are_times or names.are_item_ids or names.are_person_ids:
        return {}
    return dict(zip(("item", "title", "genres"), (column.place for column in columns), strict=False))


def _are_rated(columns: Sequence[Column]) -> bool:
    """Whether a table that begins like a list of titles has ratings: of few rows any, else beside people or times."""
    if len(columns[0].cells) < ENOUGH_ROWS:
        return len(columns) in (3, 4) and bool(columns[2].ratings)
    if not 3 < len(columns) <= _MOST_COLUMNS:
        return False
    has_times = any(column.are_times for column in columns)
    has_people = columns[2].are_numbers and not columns[2].are_years and columns[3].are_stars
    return has_people or (has_times and any(column.may_be_ratings for column in columns[1:]))


def _are_years(years: Column, titles: Column) -> bool:
    """Whether these are years, and what stands after them are titles."""
    return years.are_years and not (titles.are_numbers or titles.are_item_ids or titles.are_person_ids)


def _declared(delimiter: str, columns: Sequence[Column], told: Told) -> Columns:
    """The declared layout that such columns are, where they stand in its order."""
    meant = told.ways[0]
    return Columns(_layout_of(delimiter, columns, meant), meant.roles, tuple(_notes_on(told)))


def _layout_of(delimiter: str, columns: Sequence[Column], meant: Meaning) -> Layout:
    order = [column.place for column in columns]
    if [order.index(place) for place in meant.roles.values()] == list(range(len(meant.roles))):
        return layout_of_columns(delimiter, len(columns), meant.item.texts, ratings=meant.rating.texts)
    return UNNAMED_COLUMNS


def _is_called_so(delimiter: str, columns: Sequence[Column], meant: Meaning, name: str) -> bool:
    """Whether a file with such columns has the name that its layout declares, and nothing speaks against it."""
    layout = _layout_of(delimiter, columns, meant)
    return name in layout.names and not meant.speaks_against


def _notes_on(told: Told) -> Iterator[str]:
    """What is only likely, for a person to check."""
    if told.is_by_custom:
        user, item = (column.place + 1 for column in (told.ways[0].user, told.ways[0].item))
        yield (
            said(
                "The columns have no names. People are taken to be in column {user} and titles in column "
                "{item}, as the order of the rows suggests. If it is the other way round, say which "
                "column is which before you import it.",
                user=user,
                item=item,
            )
        )
