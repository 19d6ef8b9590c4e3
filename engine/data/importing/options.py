"""What a person says about an import, and what the import says in return.

Stands below everything that imports: the first is asked everywhere, the second is kept with the data set.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from engine.data.importing.selection import Duplicates, Selection
from engine.data.reading.repair import Problem
from engine.data.reading.shape import Given


@dataclass(frozen=True)
class ImportOptions:
    """What a person says about the files; everything else is found.

    `given` is how the files are written, `items` their list of titles; `duplicates` and `selection` say what is kept.
    """

    name: str | None = None
    items: Path | None = None
    given: Given = field(default_factory=Given)
    duplicates: Duplicates = "last"
    selection: Selection = field(default_factory=Selection)


@dataclass(frozen=True)
class ImportReport:
    """What an import found. `rows` are all lines that hold something; `problems` the first 1,000 of those skipped.

    `duplicates` counts entries that another of the same person and title replaced, `unrated` the seen-only entries
    that are left; `notes` are sentences that a person should read. `peak_mib` is the most memory this process had.
    `left_out` says how many people, titles and entries the selection left out; it is empty where it kept all.
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


def peak_mib() -> float:
    """The most memory that this process has had, in MiB; where the system does not tell, pyarrow's part of it."""
    if sys.platform == "win32":
        return float(pa.default_memory_pool().max_memory() or 0) / 2**20
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)
