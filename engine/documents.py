"""Records and results as plain JSON values, by one rule: for the library, operations and `--json`; and JSON read back.

What is read may be damaged in any way, so one function reads it, and another says whether it is what it should be.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Collection, Mapping, Sequence, Set
from datetime import date
from enum import Enum
from pathlib import PurePath
from types import UnionType
from typing import Any, Union, get_args, get_origin

import numpy as np

_SAME: Mapping[str, str] = {}
_MOST = 2**53
"""Greater numbers are none that we count or measure."""


def document_of(value: Any, *, rename: Mapping[str, str] = _SAME, without: Collection[str] = ()) -> Any:
    """A value as `json.dumps` takes it: dataclasses as dicts, dates as ISO texts, NaN as None, sets sorted.

    Of the outermost fields some are called differently (`rename`) or left out (`without`). Raises TypeError.

    >>> from engine.events import Progressed
    >>> document_of(Progressed("Reading", 3, None, "bytes"), rename={"words": "stage"}, without=("unit",))
    {'stage': 'Reading', 'done': 3, 'total': None}
    >>> document_of({"sd": float("nan"), "path": PurePath("films.csv")})
    {'sd': None, 'path': 'films.csv'}
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value) if not field.name.startswith("_")]
        return {rename.get(name, name): document_of(getattr(value, name)) for name in names if name not in without}
    if isinstance(value, Mapping):
        return {rename.get(_key(key), _key(key)): document_of(of) for key, of in value.items() if key not in without}
    if isinstance(value, Set):
        return sorted(document_of(member) for member in value)
    if isinstance(value, list | tuple):
        return [document_of(member) for member in value]
    return _plain(value)


def parsed_json(text: str | bytes) -> Any:
    """What JSON holds. Raises ValueError for whatever is none, is not UTF-8, or is nested too deeply to be ours.

    >>> parsed_json(b'{"step": 3}')
    {'step': 3}
    """
    try:
        return json.loads(text.decode("utf-8") if isinstance(text, bytes) else text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def fits(value: Any, hint: Any) -> bool:
    """Whether a plain value is of a type: str, int, float (finite or NaN), bool, None, lists, tuples, dicts, unions.

    >>> fits({"rmse": {"value": 0.9}}, dict[str, dict[str, float | None]]), fits({"rmse": "?"}, dict[str, float])
    (True, False)
    """
    if hint is Any:
        return True
    if hint is None or hint is type(None):
        return value is None
    kind, parts = get_origin(hint) or hint, get_args(hint)
    if kind in (UnionType, Union):
        return any(fits(value, part) for part in parts)
    if kind is dict:
        return isinstance(value, dict) and (
            not parts or all(fits(key, parts[0]) and fits(of, parts[1]) for key, of in value.items())
        )
    if kind is list:
        return isinstance(value, list) and (not parts or _all_fit(value, parts[0]))
    if kind is tuple:
        return isinstance(value, list | tuple) and _fits_tuple(value, parts)
    if kind is float:
        return type(value) in (int, float) and (value != value or abs(value) < _MOST)
    if kind is int:
        return type(value) is int and abs(value) < _MOST
    return isinstance(value, kind)


def _all_fit(values: Sequence[Any], hint: Any) -> bool:
    """Whether all values are of a type; for the long lists of ids and years in little time."""
    if hint is str:
        return set(map(type, values)) <= {str}
    if hint is int:
        return set(map(type, values)) <= {int} and -_MOST < min(values, default=0) <= max(values, default=0) < _MOST
    return all(fits(value, hint) for value in values)


def _fits_tuple(values: Sequence[Any], parts: tuple[Any, ...]) -> bool:
    if not parts:
        return True
    if len(parts) == 2 and parts[1] is Ellipsis:
        return _all_fit(values, parts[0])
    return len(values) == len(parts) and all(map(fits, values, parts))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return document_of(value.value)
    if isinstance(value, np.ndarray | np.generic):
        return document_of(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    raise TypeError(f"There is no rule for writing a {type(value).__name__} as JSON.")


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(document_of(key))
