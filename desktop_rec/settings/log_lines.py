"""A log as lines with their levels, and which of them a filter lets through."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MOST_LINES = 2_000
"""Of a longer log the last ones are shown: they say what happened."""
_MOST_BYTES = 2_000_000
_LEVEL = re.compile(r"^\d{4}-\d\d-\d\d[ T][\d:.,]+ (DEBUG|INFO|WARNING|ERROR|CRITICAL) ")
LEVELS = (("All", logging.DEBUG), ("Warnings and errors", logging.WARNING), ("Errors", logging.ERROR))


@dataclass(frozen=True)
class LogLine:
    text: str
    level: int


@dataclass(frozen=True)
class LogSource:
    """A log that can be looked at: what it is called, and where it lies."""

    title: str
    path: Path


@dataclass(frozen=True)
class ReadLog:
    """The end of a log, or in `problem` why it cannot be read; `left_out` says whether it begins before that."""

    source: LogSource
    lines: tuple[LogLine, ...] = ()
    left_out: bool = False
    problem: str = ""


def read_log(source: LogSource) -> ReadLog:
    """Read the end of a log."""
    try:
        with source.path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _MOST_BYTES))
            content = file.read()
    except FileNotFoundError:
        return ReadLog(source, problem="Nothing was written to this log.")
    except OSError as error:
        return ReadLog(source, problem=f"{source.path} cannot be read: {error.strerror or error}.")
    texts = content.decode("utf-8", errors="replace").splitlines()[1 if size > _MOST_BYTES else 0 :]
    return ReadLog(source, lines_of(texts[-MOST_LINES:]), size > _MOST_BYTES or len(texts) > MOST_LINES)


def lines_of(texts: Sequence[str]) -> tuple[LogLine, ...]:
    """Lines with their levels; one that does not begin with a time belongs to the one before.

    >>> [line.level for line in lines_of(["2026-01-02 10:00:00,1 ERROR main: no", "  Traceback", "2026-01-02 x"])]
    [40, 40, 20]
    """
    found: list[LogLine] = []
    level = logging.INFO
    for text in texts:
        match = _LEVEL.match(text)
        if match:
            level = logging.getLevelNamesMapping()[match[1]]
        elif text[:4].isdigit():
            level = logging.INFO
        found.append(LogLine(text, level))
    return tuple(found)


def filtered(lines: Sequence[LogLine], *, level: int, text: str) -> tuple[str, ...]:
    """The lines of a level and above that hold a text, in capitals or not."""
    wanted = text.strip().casefold()
    return tuple(line.text for line in lines if line.level >= level and wanted in line.text.casefold())
