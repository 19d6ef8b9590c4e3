"""Records and results become plain JSON values by one rule."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

import numpy as np
import pytest

from engine.documents import document_of


class Kind(Enum):
    FILM = "film"


@dataclass(frozen=True)
class Part:
    value: float
    low: float | None


@dataclass(frozen=True)
class Record:
    name: str
    when: datetime
    place: Path
    kind: Kind
    parts: dict[str, Part]
    genres: frozenset[str]
    counts_I: np.ndarray
    _hidden: int = 3


RECORD = Record(
    "Films",
    datetime(2026, 5, 1, tzinfo=UTC),
    Path("films.csv"),
    Kind.FILM,
    {"rmse": Part(float("nan"), None)},
    frozenset({"War", "Drama"}),
    np.array([1, 2], dtype=np.int32),
)


def test_that_a_record_with_all_that_records_hold_is_written_in_the_order_of_its_fields():
    document = document_of(RECORD)
    assert document == {
        "name": "Films",
        "when": "2026-05-01T00:00:00+00:00",
        "place": "films.csv",
        "kind": "film",
        "parts": {"rmse": {"value": None, "low": None}},
        "genres": ["Drama", "War"],
        "counts_I": [1, 2],
    }
    assert list(json.loads(json.dumps(document, allow_nan=False))) == list(document)


def test_that_outermost_fields_are_renamed_and_left_out():
    document = document_of({"a": Part(1.5, None), "b": 2}, rename={"a": "first", "value": "inner"}, without=("b",))
    assert document == {"first": {"value": 1.5, "low": None}}


def test_that_numpy_numbers_and_infinities_become_what_json_has():
    assert document_of((np.float32(0.5), np.int64(3), float("inf"), True, None)) == [0.5, 3, None, True, None]


def test_that_a_value_without_a_rule_is_refused():
    with pytest.raises(TypeError, match="no rule for writing a object"):
        document_of(object())
