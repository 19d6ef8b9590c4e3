"""What a file is, as a `Shape`: which column has which role (or as `Given`), and which layout that makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.data.formats import (
    BLANKS,
    CHOSEN_COLUMNS,
    NAMED_COLUMNS,
    ORANGE,
    ROLES,
    THINGS,
    UNNAMED_COLUMNS,
    Layout,
    layout_of_header,
    normalised,
    roles_of,
)
from engine.data.reading.archives import Source
from engine.data.reading.counts import NAMES as COUNT_NAMES
from engine.data.reading.counts import thousands_sign, without_marks
from engine.data.reading.dialect import DELIMITERS
from engine.data.reading.ratings import Spelling, describe_spelling, ratings_of, spelling_of
from engine.data.reading.states import NO_STATES, StateColumns, state_columns
from engine.data.reading.times import NO_TIMES, TimesFound, times_of
from engine.data.reading.values import is_number, whole_number
from engine.errors import DataError
from engine.text import shorten
from engine.wording import said


@dataclass(frozen=True)
class Given:
    """What a person says about a file, instead of letting it be found. `columns`: role -> name, or number from 1.

    `decimal` is "." or ","; `dates` says in which order days, months and years come: "ymd", "dmy" or "mdy".
    `unrated` are the ratings that mean *seen, not rated* (none where it is empty). `across` says what has a column each
    in a wide table: "titles" or "people", or "none": the file is no such table. `person` is whose lines are read of a
    file that should be one person's. `scale` are the lowest and highest rating and the step (0: any number between).
    `counts` says what becomes of numbers that count plays or hours: "seen", "rank", "log", or "ratings": they are none.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    delimiter: str | None = None
    encoding: str | None = None
    header: bool | None = None
    decimal: str | None = None
    dates: str | None = None
    unrated: tuple[float, ...] | None = None
    across: str | None = None
    person: str | None = None
    scale: tuple[float, float, float] | None = None
    counts: str | None = None


@dataclass(frozen=True)
class Across:
    """Who or what has a column each in a wide table: their `ids`, and their `places` among the columns (from 0).

    `what` is "titles" (rows are people), "people" (rows are titles), or "" where only a person knows. `label` is the
    column with the ids of the rows, None where rows are only counted. `totals` are what columns and rows are called
    that only sum up the others.
    """

    what: str
    ids: tuple[str, ...]
    places: tuple[int, ...]
    label: int | None
    totals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """What a file is. `roles` maps a role to its column (from 0); `sample` are its first rows, for a preview.

    `header_lines` is how many lines the column names take where there are any. `times` says how its times are written,
    `spelling` how its ratings are (None: as numbers and nothing else), `states` which columns say what was seen.
    `unrated` are ratings that mean *seen, not rated*, None where that is to be found out from all of them.
    `lines_above` stand before the table begins; `is_wrapped`: each line is one quoted text. `notes` are sentences for a
    person to read. `across` is there for wide tables. Where roles cannot be told, `ways` are those that may be meant.
    `thousands` is what stands between the thousands of ratings. `counts`: they count plays or hours and judge nothing;
    None where that is to be found out from all of them. `held` is what was read whole to know it, for the next reading.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...] | None
    width: int
    roles: dict[str, int]
    layout: Layout
    quoted: bool = False
    decimal: str = "."
    times: TimesFound = NO_TIMES
    spelling: Spelling | None = None
    states: StateColumns = NO_STATES
    sample: tuple[tuple[str, ...], ...] = ()
    header_lines: int = 1
    unrated: tuple[float, ...] | None = None
    notes: tuple[str, ...] = ()
    across: Across | None = None
    lines_above: int = 0
    is_wrapped: bool = False
    ways: tuple[Mapping[str, int], ...] = ()
    thousands: str = ""
    counts: bool | None = None
    held: object = field(default=None, compare=False, repr=False)

    def name_of(self, place: int) -> str:
        """What the header calls a column; "" without a header, or where it ends before."""
        return self.header[place] if self.header is not None and place < len(self.header) else ""

    @property
    def has_ratings(self) -> bool:
        return {"user", "item", "rating"} <= self.roles.keys()

    @property
    def read_places(self) -> dict[str, int]:
        """The columns (from 0) that entries are read from: of their roles, and "state 0", "state 1" ... of states."""
        roles = {role: self.roles[role] for role in READ_ROLES if role in self.roles}
        return roles | {f"state {number}": column.place for number, column in enumerate(self.states.columns)}

    @property
    def has_numbers(self) -> bool:
        """Whether its ratings are plain numbers, as far as it was looked at."""
        return not self.thousands and (self.spelling is None or self.spelling.is_plain)

    @property
    def spelt_high(self) -> tuple[float, ...]:
        """The end of the scale where the ratings say it, as 8/10 does."""
        return () if self.spelling is None or self.spelling.is_plain else (self.spelling.high,)

    @property
    def has_titles(self) -> bool:
        return "title" in self.roles and "item" in self.roles and "user" not in self.roles

    @property
    def delimiter_name(self) -> str:
        return next((name for name, sign in DELIMITERS.items() if sign == self.delimiter), self.delimiter)

    @property
    def described_columns(self) -> str:
        return listed(self.header) if self.header else said("{width} without names", width=self.width)


MOST_NAMED = 10
"""So many columns a sentence names."""


def listed(header: Sequence[str]) -> str:
    """The names of columns for a sentence: the first ten, shortened, and how many more there are."""
    names, more = ", ".join(shorten(name, 40) for name in header[:MOST_NAMED]), len(header) - MOST_NAMED
    return said("{names} and {more:,} more", names=names, more=more) if more > 0 else names


READ_ROLES = ("user", "item", "rating", "time")
Rows = Sequence[Sequence[str]]
MOST_BEYOND = 0.05
"""Where more of the ratings than this part lie beyond the scale of a layout, the file has another layout."""
_ORANGE_KINDS = {"continuous", "discrete", "string", "time", "c", "d", "s", "t", "n", "numeric", "cont", ""}
_ORANGE_ROLES = {"row": "user", "col": "item", "class": "rating", "c": "rating"}


@dataclass(frozen=True)
class Columns:
    """A layout, its roles (role -> column from 0), and sentences for a person to read.

    Where the roles cannot be told, `ways` are those that may be meant. `are_lists`: each line is a list of titles.
    """

    layout: Layout
    roles: dict[str, int]
    notes: tuple[str, ...] = ()
    ways: tuple[Mapping[str, int], ...] = ()
    are_lists: bool = False


def named_columns(source: Source, header: tuple[str, ...], *, below: Rows = ()) -> Columns:
    """What columns with these names are. `below` are the first rows under the names."""
    layout, roles = layout_of_header(header, name=source.base_name), roles_of(header)
    keys = [normalised(name) for name in header]
    things = [keys.index(thing) for thing in THINGS if thing in keys]
    if things and "user" in roles and "item" not in roles:
        roles |= dict.fromkeys(("item", "title"), things[0])
    counts = [place for place, key in enumerate(keys) if key in COUNT_NAMES]
    if counts and "rating" not in roles and {"user", "item"} <= roles.keys():
        roles["rating"] = counts[0]
    roles |= {role: keys.index(name) for role, name in layout.roles.items() if name in keys}
    roles = {role: place for role, place in roles.items() if layout.roles.get(role) != ""}
    if is_orange(below):
        flags = {_ORANGE_ROLES.get(flag.split("=")[0].strip()): place for place, flag in enumerate(below[1])}
        return Columns(ORANGE, roles | {role: place for role, place in flags.items() if role is not None})
    return Columns(layout, roles, (layout.note,) if layout.note else ())


def is_orange(below: Rows) -> bool:
    """Whether two lines under the names say what kind of values each column holds and what it is for."""
    if len(below) < 3 or len(below[0]) != len(below[1]):
        return False
    kinds = [cell.strip().lower() for cell in below[0]]
    return any(kinds) and all(kind in _ORANGE_KINDS for kind in kinds) and not any(is_number(cell) for cell in below[1])


def as_chosen(source: Source, found: Columns, given: Given, header: tuple[str, ...] | None, width: int) -> Columns:
    """The columns as a person says: a role may have none (""). Raises DataError for a role or column there is not."""
    roles = dict(found.roles)
    for role, wish in given.columns.items():
        if role not in ROLES:
            raise DataError(
                said("There is no role called {role!r}.", role=role),
                remedy=said("Known are: {names}.", names=", ".join(ROLES)),
            )
        roles.pop(role, None)
        if wish:
            roles[role] = _place_of(source, role, wish, header, width)
    chosen = {roles[role] for role in READ_ROLES if given.columns.get(role)}
    for role in READ_ROLES:  # a column that a person gave a role has no other that was only guessed
        if role not in given.columns and roles.get(role) in chosen:
            del roles[role]
    if roles == found.roles:
        return found
    layout = replace(CHOSEN_COLUMNS, kind=found.layout.kind, header_lines=found.layout.header_lines)
    if roles.get("item") == found.roles.get("item") and not found.layout.personal:
        layout = replace(
            layout, word=found.layout.word, id_kind=found.layout.id_kind, items=found.layout.items, ids=found.layout.ids
        )
    return Columns(layout, roles, found.notes)


def _place_of(source: Source, role: str, wish: str, header: tuple[str, ...] | None, width: int) -> int:
    names = [normalised(name) for name in header or ()]
    if header and wish in header:
        return header.index(wish)
    if normalised(wish) in names:
        return names.index(normalised(wish))
    number = whole_number(wish)
    if number is not None and 1 <= number <= width:
        return number - 1
    raise source.error(
        said(
            "{name} has no column {wish!r} for {role}; its columns are: {columns}.",
            name=source.name,
            wish=wish,
            role=role,
            columns=listed(header) if header else said("1 to {width}", width=width),
        ),
        remedy=said("Say a column's name, or its number counted from 1."),
    )


def checked_scale(source: Source, found: Columns, ratings: list[float], *, is_named: bool) -> Columns:
    """The same columns; just columns where their ratings are not on the scale of the declared layout."""
    layout = found.layout
    if layout.scale is None or layout.personal or not ratings:
        return found
    low, high, _ = layout.scale
    special = (*layout.unrated, *layout.missing)
    beyond = sum(not low <= rating <= high and rating not in special for rating in ratings)
    if beyond <= MOST_BEYOND * len(ratings):
        return found
    general = replace(NAMED_COLUMNS if is_named else UNNAMED_COLUMNS, kind=layout.kind)
    note = said(
        "{name} looks like {layout}, but its ratings go beyond {low:g} to {high:g}; it is read as it is.",
        name=source.name,
        layout=layout.name,
        low=low,
        high=high,
    )
    return Columns(general, found.roles, (*found.notes, note))


@dataclass(frozen=True)
class Values:
    """What the values of a table's columns are: how ratings and times are written, and notes on them."""

    columns: Columns
    spelling: Spelling | None
    times: TimesFound
    states: StateColumns
    thousands: str

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.columns.notes, *self.times.notes)


def values_of(
    source: Source,
    columns: Columns,
    given: Given,
    body: Rows,
    *,
    header: tuple[str, ...] | None,
    delimiter: str = "",
) -> Values:
    """How the ratings and times of these rows are written; just columns where ratings are beyond a declared scale."""
    ratings = texts_of(body, columns.roles.get("rating"))
    thousands = thousands_sign(ratings, delimiter=delimiter, decimal=given.decimal)
    ratings = [without_marks(text, thousands) for text in ratings]
    spelling = spelling_of(ratings)
    columns = checked_scale(source, columns, ratings_of(ratings, spelling), is_named=header is not None)
    if spelling is not None and not spelling.is_plain:
        example = next(text for text in ratings if not is_number(text) and spelling.rating_in(text) is not None)
        columns = replace(columns, notes=(*columns.notes, describe_spelling(example, source.name, spelling)))
    states = state_columns(header or (), body, taken=columns.roles.values()) if "user" in columns.roles else NO_STATES
    times = times_of(texts_of(body, columns.roles.get("time")), given.dates)
    return Values(columns, spelling, times, states, thousands)


def unrated_of(given: Given, layout: Layout) -> tuple[float, ...] | None:
    """Ratings that mean *seen, not rated*: as a person says, as the layout declares, or None: to be found out."""
    if given.unrated is not None:
        return given.unrated
    return layout.unrated if layout.unrated or layout.scale else None


def with_meaning(shape: Shape, given: Given) -> Shape:
    """The same with what its numbers mean, as a person says or the names do.

    On a scale that a person says, 0 and -1 below it mean *seen, not rated* unless they say otherwise. A count of 0 is
    no entry.
    """
    layout = shape.layout
    if given.scale is not None:
        unrated = tuple(value for value in (0.0, -1.0) if value < given.scale[0])
        shape = replace(shape, unrated=unrated if given.unrated is None else given.unrated, counts=False)
        layout = replace(layout, scale=given.scale)
    if given.counts is not None or layout.counts or _is_called_a_count(shape):
        shape = replace(shape, counts=given.counts != "ratings")
    elif layout.scale is not None or (shape.spelling is not None and not shape.spelling.is_plain):
        shape = replace(shape, counts=False)
    if shape.counts:
        layout = replace(layout, scale=None, missing=(*layout.missing, 0.0))
        shape = replace(shape, unrated=())
    return replace(shape, layout=layout)


def _is_called_a_count(shape: Shape) -> bool:
    place = shape.roles.get("rating")
    if shape.across is not None or place is None:
        return False
    return normalised(shape.name_of(place)) in COUNT_NAMES


def texts_of(rows: Rows, place: int | None) -> list[str]:
    if place is None:
        return []
    return [row[place] for row in rows if len(row) > place and row[place].strip() not in BLANKS]


def shape_of_table(
    source: Source,
    header: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    given: Given,
    *,
    kind: str,
    name: str,
    dated: frozenset[int] = frozenset(),
) -> Shape:
    """What a table of Arrow or JSON called `name` is; the columns `dated` hold dates by their type."""
    columns = as_chosen(source, named_columns(source, header), given, header, len(header))
    values = values_of(source, columns, given, rows, header=header)
    columns = values.columns
    is_general = columns.layout.name == NAMED_COLUMNS.name
    layout = replace(columns.layout, kind=kind, name=name if is_general else f"{columns.layout.name}, {name}")
    place = columns.roles.get("time")
    times = TimesFound("date") if place in dated else values.times
    return Shape(
        encoding="utf-8",
        delimiter="",
        header=header,
        width=len(header),
        roles=columns.roles,
        layout=layout,
        times=times,
        spelling=values.spelling,
        states=values.states,
        thousands=values.thousands,
        sample=tuple(rows[:20]),
        unrated=unrated_of(given, layout),
        notes=(*columns.notes, *times.notes),
    )
