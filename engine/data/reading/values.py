"""Turning what a cell says into a value: numbers, years, ids, titles, without ever failing (see ratings, times).

Whole columns are Arrow arrays and become NumPy arrays with a mask of bad ones; a bad text is "" or 0.

Shapes: N values of a column.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.catalogue import split_title

_NUMBER = re.compile(r"[^\S\x1c-\x1f]*[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?[^\S\x1c-\x1f]*")
_FLOAT_ID = r"^-?\d+\.0$"
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_MOST_DIGITS = 18
_NAMES_OF_OBJECTS = ("name", "title", "id")


def is_number(text: str) -> bool:
    """Whether a text is a number, with a decimal point or comma."""
    return _NUMBER.fullmatch(text) is not None


def numbers_of(texts: Sequence[str]) -> list[float]:
    """The numbers among some texts; those that are too large to be told from infinity are none."""
    numbers = (float(text.replace(",", ".")) for text in texts if is_number(text))
    return [number for number in numbers if math.isfinite(number)]


def whole_number(text: str) -> int | None:
    """The number that a text of plain digits is, of 18 at most; None for any other."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def numbers_in(column: pa.ChunkedArray | pa.Array, *, blank: float) -> npt.NDArray[Any]:
    """The numbers of a column, `blank` where there is none. `to_numpy` would import pandas first, for half a second."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    parts = [_numbers_in(chunk, blank) for chunk in chunks]
    return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, column.type.to_pandas_dtype()), *parts])


def _numbers_in(chunk: pa.Array, blank: float) -> npt.NDArray[Any]:
    kind = np.dtype(chunk.type.to_pandas_dtype())
    if not len(chunk):
        return np.zeros(0, kind)
    known, values = chunk.buffers()
    numbers = np.frombuffer(values, kind, len(chunk), chunk.offset * kind.itemsize)
    if not chunk.null_count:
        return numbers
    bits = np.unpackbits(np.frombuffer(known, np.uint8), bitorder="little")[chunk.offset : chunk.offset + len(chunk)]
    return np.where(bits.astype(bool), numbers, kind.type(blank))


def texts_in(values: pa.Array) -> pa.Array:
    """Any column as texts, null where it is null; whole numbers that came as 7.0 are 7."""
    flat = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if pa.types.is_dictionary(flat.type):
        flat = flat.dictionary_decode()
    if pa.types.is_nested(flat.type):
        return pa.array([as_text(value) for value in flat.to_pylist()], pa.string())
    text = flat.cast(pa.string())
    if pa.types.is_floating(flat.type):
        return pc.if_else(pc.match_substring_regex(text, _FLOAT_ID), pc.utf8_slice_codeunits(text, 0, -2), text)
    return text


def as_text(value: object) -> str | None:
    """What a value of JSON or Arrow says, None for nothing: a list its parts between bars, an object its name."""
    if isinstance(value, dict):
        value = next((value[name] for name in _NAMES_OF_OBJECTS if name in value), None)
        return None if isinstance(value, dict | list) else as_text(value)
    if isinstance(value, list):
        parts = [inner for part in value for inner in (part if isinstance(part, list) else [part])]
        return "|".join(text for part in parts if not isinstance(part, list) and (text := as_text(part)))
    return None if value is None else str(value).encode("utf-8", "replace").decode()


def ids_in(values: pa.Array) -> pa.DictionaryArray:
    flat = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if pa.types.is_nested(flat.type):
        flat = texts_in(flat)
    coded = flat if pa.types.is_dictionary(flat.type) else flat.dictionary_encode()
    return pa.DictionaryArray.from_arrays(coded.indices.cast(pa.int32()), texts_in(coded.dictionary))


def year_in(text: str) -> int:
    """The first year in a text such as "1999", "1999-03-31", "31 Mar 1999"; 0 where there is none."""
    found = _YEAR.search(text)
    return int(found.group(1)) if found else 0


def title_in(text: str) -> tuple[str, int]:
    """The title that a list of titles gives, in the form people read, and its year (0 if none)."""
    return split_title(html.unescape(text))


def normalised_id(kind: str, text: str) -> str:
    """An id of this kind as all exports and data sets can be compared by it; "" where the text is none."""
    text = text.strip()
    if kind == "imdb":
        number = re.search(r"(?:^|tt)0*([1-9]\d{0,9})(?:\.0)?/?$", text)
        return f"tt{int(number.group(1)):07d}" if number else ""
    if kind == "isbn":
        return _isbn(text)
    if kind in ("tmdb", "mal", "movielens", "bgg"):
        number = re.fullmatch(r"0*([1-9]\d{0,11})(?:\.0)?", text)
        return number.group(1) if number else ""
    whole = re.fullmatch(r"(\d{1,18})\.0+", text)
    return whole.group(1) if whole else text[:200]


def _isbn(text: str) -> str:
    """With ten signs where the book has such a number (as most data sets write it), else with thirteen."""
    plain = re.sub(r"[^0-9X]", "", text.upper())
    if len(plain) == 13 and plain.isdecimal() and plain.startswith("978"):
        nine = plain[3:12]
        rest = -sum(place * int(digit) for place, digit in zip(range(10, 1, -1), nine, strict=True)) % 11
        return nine + ("X" if rest == 10 else str(rest))
    return plain if re.fullmatch(r"\d{9}[\dX]|\d{13}", plain) else ""
