"""Measured speeds are found again by model, device and precision, and a damaged file is as none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.library.speeds import MeasuredSpeed, SpeedStore

SPEED = MeasuredSpeed("mf", "cpu", "float32", 40_000.0, 2000, 2, 3700, 9000, "films", "2026-01-02T03:04:05+00:00")


@pytest.fixture
def store(tmp_path: Path) -> SpeedStore:
    return SpeedStore(tmp_path / "speeds.json")


def test_that_nothing_is_known_before_a_test(store: SpeedStore) -> None:
    assert store.recorded_speed("mf", "cpu", "float32") is None


def test_that_a_speed_is_found_by_model_device_and_precision(store: SpeedStore) -> None:
    store.remember([SPEED, replace(SPEED, device="cuda:0", examples_per_second=9e5)])
    gpu = store.recorded_speed("mf", "cuda", "float32")
    assert gpu is not None
    assert gpu.seconds_per_epoch(1_800_000) == 2.0
    assert store.recorded_speed("mf", "cpu", "float32") == SPEED
    assert store.recorded_speed("mf", "cpu", "bf16") is None
    assert store.recorded_speed("lstm", "cpu", "float32") is None


def test_that_the_same_data_set_counts_first_and_else_the_newest(store: SpeedStore) -> None:
    other = replace(SPEED, fingerprint="books", examples_per_second=10.0)
    store.remember([SPEED])
    store.remember([other])
    assert store.recorded_speed("mf", "cpu", "float32", fingerprint="films") == SPEED
    assert store.recorded_speed("mf", "cpu", "float32", fingerprint="songs") == other


def test_that_a_second_test_takes_the_place_of_the_first(store: SpeedStore) -> None:
    newer = replace(SPEED, examples_per_second=50_000.0)
    store.remember([SPEED])
    store.remember([newer])
    assert store.all() == (newer,)


@pytest.mark.parametrize("content", ["", "[1]", '{"speeds": 3}', '{"speeds": [3, {"model": "mf"}]}', "\0"])
def test_that_a_damaged_file_is_as_none(store: SpeedStore, tmp_path: Path, content: str) -> None:
    (tmp_path / "speeds.json").write_text(content)
    assert store.all() == ()
    store.remember([SPEED])
    assert store.all() == (SPEED,)
