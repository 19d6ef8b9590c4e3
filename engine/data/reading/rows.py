"""A block that holds something wrong, row by row: what can be used, and for each other row its line and the reason.

Stands beside readers.py, off the good path. Reasons are few, so that they can be counted.

Shapes: R rows of the right width, N entries that are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Bools, Float32, Int64
from engine.data.formats import BLANKS
from engine.data.reading.lines import Block, block_delimiter, lines_of, numbered_rows
from engine.data.reading.roles import Shape

MOST_PROBLEMS = 1000
LONGEST_ID = 1000
"""In bytes: what is longer is no id, but a line that does not end where it should."""
WRONG_WIDTH = "wrong number of columns"
NO_USER = "no person"
NO_ITEM = "no title"
NOT_A_NUMBER = "rating is not a number"
NOT_FINITE = "rating is not finite"
OUT_OF_SCALE = "rating is outside of the scale"
NOT_A_TIME = "time is not a number or a date"
TOO_LONG = "id of over 1,000 characters"
NUL = "line holds a NUL byte"


@dataclass(frozen=True)
class Problem:
    """A line that was left out: its number (from 1) in the file, its text (at most 200 characters), and why."""

    line: int
    text: str
    reason: str
    file: str


@dataclass(frozen=True)
class Repaired:
    """The usable rows of a block, and what was wrong with the others."""

    users: list[str]
    items: list[str]
    ratings_N: Float32
    times_N: Int64 | None
    problems: tuple[Problem, ...]
    skipped: Counter[str]


def repair_block(block: Block, shape: Shape, *, file: str) -> Repaired:
    """Reads a block row by row. Problems hold the first 1,000; `skipped` counts them all."""
    text = block.text.decode("utf-8", "replace")
    rows = list(numbered_rows(text, block_delimiter(shape), quoted=shape.quoted, width=shape.width))
    fitting = [(line, row) for line, row in rows if len(row) == shape.width]
    columns = list(zip(*(row for _, row in fitting), strict=True)) or [()] * shape.width
    users, items = ([cell.strip() for cell in columns[shape.roles[role]]] for role in ("user", "item"))
    ratings_R, reasons = _ratings(columns[shape.roles["rating"]])
    _note(
        reasons, are_out_of_scale(ratings_R, shape) & np.array([one == "" for one in reasons], dtype=bool), OUT_OF_SCALE
    )
    times_R = None
    if shape.time_kind is not None and "time" in shape.roles:
        times_R, bad_R = times_of(columns[shape.roles["time"]], shape.date_formats)
        _note(reasons, bad_R, NOT_A_TIME)
    _note(reasons, np.array([item == "" for item in items], dtype=bool), NO_ITEM)
    _note(reasons, np.array([user == "" for user in users], dtype=bool), NO_USER)
    are_long = [max(len(one.encode()) for one in pair) > LONGEST_ID for pair in zip(users, items, strict=True)]
    _note(reasons, np.array(are_long, dtype=bool), TOO_LONG)
    _note(reasons, np.array([any("\0" in cell for cell in row) for _, row in fitting], dtype=bool), NUL)
    keep_N = np.flatnonzero([reason == "" for reason in reasons])
    wrong = {line: WRONG_WIDTH for line, row in rows if len(row) != shape.width}
    wrong |= {line: reason for (line, _), reason in zip(fitting, reasons, strict=True) if reason}
    return Repaired(
        [users[row] for row in keep_N],
        [items[row] for row in keep_N],
        ratings_R[keep_N],
        None if times_R is None else times_R[keep_N],
        _problems(text, wrong, block.first_line, file),
        Counter(wrong.values()),
    )


def are_out_of_scale(ratings_N: Float32, shape: Shape) -> Bools:
    """Which ratings lie outside of the scale that the layout declares, and mean nothing else either."""
    scale = shape.layout.scale
    if scale is None or not np.any((ratings_N < scale[0]) | (ratings_N > scale[1])):
        return np.zeros(len(ratings_N), dtype=bool)
    special = (*shape.layout.unrated, *shape.layout.missing, *(shape.unrated or ()))
    outside: Bools = ((ratings_N < scale[0]) | (ratings_N > scale[1])) & ~np.isin(ratings_N, special)
    return outside


def _ratings(cells: tuple[str, ...]) -> tuple[Float32, list[str]]:
    """Numbers (NaN where blank), and for each the reason why it is none ("" where it is fine)."""
    import pandas as pd  # half a second, and no good file needs it

    texts = pd.Series(cells, dtype="object").str.strip()
    numbers_R = pd.to_numeric(texts.str.replace(",", ".", regex=False), errors="coerce").to_numpy(np.float64)
    blank_R = texts.isin(BLANKS).to_numpy(bool)
    spelt_R = texts.str.lower().str.lstrip("+-").isin(("nan", "inf", "infinity")).to_numpy(bool)
    reasons: list[str] = [""] * len(cells)
    with np.errstate(over="ignore"):
        ratings_R = numbers_R.astype(np.float32)
    _note(reasons, np.isnan(ratings_R) & ~blank_R, NOT_A_NUMBER)
    _note(reasons, (spelt_R | np.isinf(ratings_R)) & ~blank_R, NOT_FINITE)
    return ratings_R, reasons


def times_of(cells: Sequence[str], formats: tuple[str, ...]) -> tuple[Int64, Bools]:
    """Whole numbers (0 where blank) of texts that are numbers, dates in these patterns or ISO dates; which are none."""
    import pandas as pd

    texts = pd.Series(cells, dtype="object").str.strip()
    numbers = pd.to_numeric(texts, errors="coerce").astype("float64")
    dates = pd.to_datetime(texts.where(numbers.isna()), errors="coerce", utc=True, format="ISO8601")
    values_R = np.where(np.isfinite(numbers), numbers, _seconds(dates))
    for one in formats:
        seconds_R = _seconds(pd.to_datetime(texts, errors="coerce", utc=True, format=one))
        values_R = np.where(np.isfinite(seconds_R), seconds_R, values_R)
    bad_R = np.isnan(values_R) & ~texts.isin(BLANKS).to_numpy(bool)
    return np.nan_to_num(values_R).astype(np.int64), bad_R


def _seconds(dates: Any) -> npt.NDArray[np.float64]:
    """Unix seconds of a pandas Series of dates, NaN where there is none."""
    import pandas as pd

    seconds_R: npt.NDArray[np.float64] = (
        (dates - pd.Timestamp("1970-01-01", tz="UTC")) // pd.Timedelta(seconds=1)
    ).to_numpy(np.float64)
    return seconds_R


def _note(reasons: list[str], bad_R: npt.NDArray[np.bool_], reason: str) -> None:
    for row in np.flatnonzero(bad_R):
        reasons[row] = reason


def _problems(text: str, wrong: dict[int, str], first_line: int, file: str) -> tuple[Problem, ...]:
    lines = lines_of(text)
    return tuple(
        Problem(first_line + line - 1, lines[line - 1].replace("\x1f", "::")[:200], wrong[line], file)
        for line in sorted(wrong)[:MOST_PROBLEMS]
    )
