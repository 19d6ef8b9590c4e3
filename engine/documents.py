"""Records and results as plain JSON values, by one rule: for the library, operations and `--json`."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Mapping, Set
from datetime import date
from enum import Enum
from pathlib import PurePath
from typing import Any

import numpy as np

_SAME: Mapping[str, str] = {}


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
