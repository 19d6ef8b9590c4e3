"""A measured ladder is found again, of the open data first, and a damaged file is as none."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from small_ladder import LADDER

from engine.library.ladders import LadderStore


@pytest.fixture
def store(tmp_path: Path) -> LadderStore:
    return LadderStore(tmp_path / "ladders.json")


def test_that_a_ladder_is_kept_as_it_was(store: LadderStore) -> None:
    assert store.newest() is None
    store.remember(LADDER)
    assert store.newest("films") == LADDER
    assert LADDER.product == math.prod(rung.gain for rung in LADDER.rungs) == 3.0


def test_that_the_same_data_set_counts_first_and_else_the_newest(store: LadderStore) -> None:
    other = replace(LADDER, fingerprint="books")
    store.remember(LADDER)
    store.remember(other)
    assert (store.newest("films"), store.newest("songs")) == (LADDER, other)


def test_that_a_second_one_takes_the_place_of_the_first(store: LadderStore) -> None:
    newer = replace(LADDER, threads=1)
    store.remember(LADDER)
    store.remember(newer)
    assert store.all() == (newer,)


def a_document(**changes: object) -> str:
    whole = {**vars(LADDER), "rungs": [{**vars(LADDER.rungs[0]), **changes}]}
    return json.dumps({"ladders": [whole]})


@pytest.mark.parametrize(
    "content",
    ["", '{"ladders": [3]}', '{"ladders": [{"rungs": []}]}', a_document(gain=0.0), a_document(milliseconds="x")],
)
def test_that_a_damaged_file_is_as_none(store: LadderStore, tmp_path: Path, content: str) -> None:
    (tmp_path / "ladders.json").write_text(content)
    assert store.all() == ()
    store.remember(LADDER)
    assert store.all() == (LADDER,)
