"""What a file of ratings is, as found or as a person says.

Stands below all recognising and reading: sniff.py and the kinds of files make a Shape, the readers follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.data.formats import Layout
from engine.data.reading.dialect import DELIMITERS, TimeKind


@dataclass(frozen=True)
class Given:
    """What a person says about a file, instead of letting it be found. `columns`: role -> name, or number from 1.

    `decimal` is "." or ","; `dates` says in which order days, months and years come: "ymd", "dmy" or "mdy".
    `unrated` are the ratings that mean *seen, not rated* (none where it is empty).
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    delimiter: str | None = None
    encoding: str | None = None
    header: bool | None = None
    decimal: str | None = None
    dates: str | None = None
    unrated: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Shape:
    """What a file is. `roles` maps a role to its column (from 0); `sample` are its first rows, for a preview.

    `header_lines` is how many lines the column names take where there are any. `date_formats` are patterns of its
    dates (as strptime has them) that are tried before ISO dates. `unrated` are ratings that mean *seen, not rated*,
    None where that is to be found out from all of them. `notes` are sentences for a person to read.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...] | None
    width: int
    roles: dict[str, int]
    layout: Layout
    quoted: bool
    decimal: str
    time_kind: TimeKind | None
    sample: tuple[tuple[str, ...], ...]
    header_lines: int = 1
    date_formats: tuple[str, ...] = ()
    unrated: tuple[float, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def has_ratings(self) -> bool:
        return {"user", "item", "rating"} <= self.roles.keys()

    @property
    def has_titles(self) -> bool:
        return "title" in self.roles and "item" in self.roles and "user" not in self.roles

    @property
    def delimiter_word(self) -> str:
        """The delimiter as people call it."""
        return next((word for word, sign in DELIMITERS.items() if sign == self.delimiter), self.delimiter)

    @property
    def columns_words(self) -> str:
        """The columns as an error names them."""
        return ", ".join(self.header) if self.header else f"{self.width} without names"
