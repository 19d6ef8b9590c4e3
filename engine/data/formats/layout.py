"""What a known layout of ratings files is: the terms in which population.py and personal.py declare theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

BLANKS = ("", "NULL", "null", "\\N", "NA", "N/A", "n/a", "?")
"""Texts of a rating or time that mean *none given*."""

NO_IDS = ("", "NaN", "nan", "NAN", "-nan", "None", "NULL", "null", "<NA>", "NA", "N/A", "n/a", "#N/A", "NaT", "\\N")
"""Texts that programs write where there is no id: nobody and no title is called so."""


@dataclass(frozen=True)
class ItemsLayout:
    """The list of titles that comes with a layout. `names` (patterns) are tried first; columns count from 0.

    `flags` names genres that are given as 0/1 columns, the first of them in column `first_flag`. `genre_sign` stands
    between genres where it is not a bar or comma. `links` are the names of lists with ids of the same titles elsewhere.
    `id_map` is the file, and two of its columns (normalised), that says which ids of the list the ratings' ids are
    where these are others.
    """

    names: tuple[str, ...]
    columns: dict[str, int] = field(default_factory=dict)
    width: int | None = None
    first_flag: int = 0
    flags: tuple[str, ...] = ()
    genre_sign: str = ""
    links: tuple[str, ...] = ()
    id_map: tuple[str, str, str] | None = None

    def is_called(self, name: str) -> bool:
        """Whether a list of titles with this name is the one meant."""
        return any(fnmatchcase(name, pattern) for pattern in self.names)


@dataclass(frozen=True)
class Layout:
    """One way in which ratings come. `word` is what one of the titles is called, `names` what such files are called.

    *Population* files hold many people's ratings, *personal* ones (`personal`) one person's export from a service.

    How it is recognised: with a `header`, a file has this layout when all those column names (see
    columns.normalised) are in its first line, and none of `header_without`. `header_pattern` is what every column name
    as written must match. Without either, when its columns (`width`, least and most) are split by `delimiter` (any
    where there is none), the roles lie at `columns`, some item id matches `item_pattern` and some rating
    `rating_pattern`; or when nearly all rows match `cells`, a pattern for each column. `needs_items`: only if its list
    of titles lies beside. `needs_name`: only if the file is called like one of `names`, for layouts that share their
    column names. Kinds other than "delimited" recognise themselves by content; `marks` are texts that all stand near
    the start of such a file, where nothing else is asked.

    What it means: `roles` maps a role to the (normalised) name of its column where the usual synonyms would choose
    wrongly, to "" where no column has it. `scale` is low, high and step of its ratings: what lies beyond is reported.
    `unrated` are ratings that mean *seen, not rated*; `missing` are values that mean *no entry at all* (Jester's 99).
    `counts`: what stands in place of ratings counts plays or hours, and judges nothing. `id_kind` says what its
    item ids are ("movielens", "imdb", "tmdb", "mal", "isbn", "bgg"; "" where they are its own) and `ids` which
    further columns hold ids of those kinds. `kind` names how such a file is read (see reading.sniff.KINDS). `parts` is
    what several files are called (a pattern for small letters) that are one data set. `header_lines` is how many lines
    the column names take. `about` is a sentence for people, `note` one that is said at an import.

    Personal layouts also say which `service` they come from (files of one service open together) and what a title in
    them is when no column says so (`state`: "seen" or "planned"). Their `ids` map a kind of id to its column (of two
    columns of one kind, such as "isbn" and "isbn of 13 digits", the first that is filled counts), and their `roles`
    may name columns of a "medium", an "other title" and what else personal/delimited.py knows. Columns of states are
    known by their names (see reading.states).
    """

    name: str
    kind: str = "delimited"
    personal: bool = False
    delimiter: str | None = None
    header: tuple[str, ...] = ()
    header_without: tuple[str, ...] = ()
    header_pattern: str = ""
    header_lines: int = 1
    columns: dict[str, int] = field(default_factory=dict)
    cells: tuple[str, ...] = ()
    roles: dict[str, str] = field(default_factory=dict)
    width: tuple[int, int] = (3, 4)
    item_pattern: str = r".*"
    rating_pattern: str = r".*"
    marks: tuple[str, ...] = ()
    needs_items: bool = False
    needs_name: bool = False
    scale: tuple[float, float, float] | None = None
    counts: bool = False
    unrated: tuple[float, ...] = ()
    missing: tuple[float, ...] = ()
    id_kind: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    word: str = "title"
    names: tuple[str, ...] = ()
    parts: str = ""
    items: ItemsLayout | None = None
    about: str = ""
    note: str = ""
    service: str = ""
    state: str = "seen"
