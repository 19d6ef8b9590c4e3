"""What a person asks of an import (`ImportOptions`), and what the import reports (`ImportReport`)."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

import pyarrow as pa

from engine.data.reading.archives import Source, shown_name
from engine.data.reading.roles import Given
from engine.data.reading.rows import Problem

Duplicates = Literal["last", "mean", "max"]
"""What becomes of several ratings of one person for one title: the newest, the mean or the highest is kept. A rating
beats seen-only in any case."""


@dataclass(frozen=True)
class Selection:
    """What to keep, rule by rule; `last_years` keeps whole histories of people active since then."""

    last_years: float | None = None
    most_titles: int | None = None
    least_per_title: int = 1
    least_per_person: int = 1

    @property
    def keeps_all(self) -> bool:
        return self == Selection()


@dataclass(frozen=True)
class Remaining:
    people: int
    titles: int
    entries: int


_SAYS_NOTHING = re.compile(r"ratings?|u|data|train|interactions|combined_data_\d+|mv_\d+")


def name_of(sources: Sequence[Source]) -> str:
    """A file's name; that of the zip or folder for several files, or for one whose name says nothing."""
    return unicodedata.normalize("NFC", shown_name(_name_of(sources)))  # macOS takes accents apart, nobody types so


def _name_of(sources: Sequence[Source]) -> str:
    source = sources[0]
    if source.parts:
        return source.path.resolve().name if source.path.is_dir() else source.path.stem
    stem = PurePosixPath(source.base_name).stem
    if len(sources) == 1 and not _SAYS_NOTHING.fullmatch(stem):
        return PurePosixPath(source.member or source.path.name.removesuffix(".gz")).stem
    return source.path.stem if source.member else source.path.resolve().parent.name or stem


@dataclass(frozen=True)
class ImportOptions:
    """What a person says: `given` how files are written, `items` their list of titles; the rest what is kept."""

    name: str | None = None
    items: Path | None = None
    given: Given = field(default_factory=Given)
    duplicates: Duplicates = "last"
    selection: Selection = field(default_factory=Selection)


@dataclass(frozen=True)
class TitlesTaken:
    """Where titles come from: a file, joined by its `column` ("" where it has no names), and how many it names."""

    file: str
    column: str
    named: int


@dataclass(frozen=True)
class ImportReport:
    """What an import found: of `rows` that hold something `skipped` by reason (the first 1,000 as `problems`).

    `duplicates` are replaced entries of a pair, `unrated` seen-only ones; `notes` are sentences for a person.
    `are_counts`: its numbers were plays or hours, and those of a pair were added up.
    `titles_from` is None where titles are shown as the ratings call them.
    """

    layout: str
    encoding: str
    delimiter: str
    rows: int
    skipped: dict[str, int]
    problems: tuple[Problem, ...]
    duplicates: int
    unrated: int
    seconds: float
    peak_mib: float
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    are_counts: bool = False
    titles_from: TitlesTaken | None = None


def peak_mib() -> float:
    """The most memory that this process has had, in MiB; where the system does not tell, pyarrow's part of it."""
    if sys.platform == "win32":
        return float(pa.default_memory_pool().max_memory() or 0) / 2**20
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)
