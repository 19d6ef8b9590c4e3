"""Taste maps are found again as they were laid out; what is damaged, or of other titles, is laid out anew."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from planted import planted_dataset

from engine import unfinished
from engine.errors import NotStoredError
from engine.events import drive
from engine.library import taste_maps
from engine.library.store import Library
from engine.library.taste_maps import MOST_KEPT, TasteMapStore
from engine.recommending.taste_map import TasteMap, lay_out

TITLES, KEY = 30, "0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> TasteMapStore:
    return TasteMapStore(tmp_path / "maps")


def a_map(seed: int = 0, *, key: str = KEY) -> TasteMap:
    """The layout of titles drawn at random, the last of which nothing is known of."""
    vectors = np.random.default_rng(seed).standard_normal((TITLES, 8)).astype(np.float32)
    vectors[-1] = 0.0
    return replace(drive(lay_out(vectors)), key=key)


def only_folder(store: TasteMapStore) -> Path:
    (folder,) = store._folder.iterdir()
    return folder


def test_that_a_map_is_found_as_it_was_laid_out(store: TasteMapStore) -> None:
    laid_out = a_map()
    store.save("films", laid_out)
    found = store.find("films", KEY, titles=TITLES)
    assert found is not None
    assert (found.is_finished, found.key) == (True, KEY)
    assert np.array_equal(found.points_I2, laid_out.points_I2, equal_nan=True)
    assert found.titles == TITLES - 1


def test_that_one_of_other_data_of_another_model_or_of_another_version_is_not_found(store, monkeypatch) -> None:
    store.save("films", a_map())
    assert store.find("books", KEY, titles=TITLES) is None
    assert store.find("films", "another key", titles=TITLES) is None
    assert store.find("films", KEY, titles=TITLES + 1) is None
    monkeypatch.setattr(taste_maps, "_VERSION", 1_000)
    assert store.find("films", KEY, titles=TITLES) is None


@pytest.mark.parametrize("kind", ["cut", "other bytes", "no points", "no format", "odd format"])
def test_that_a_damaged_one_is_as_none_and_the_log_says_so(store: TasteMapStore, caplog, kind: str) -> None:
    store.save("films", a_map())
    points, signed = (only_folder(store) / name for name in ("points.npy", "format.json"))
    content = points.read_bytes()
    match kind:
        case "cut":
            points.write_bytes(content[:-8])
        case "other bytes":
            points.write_bytes(content[:-4] + b"abcd")
        case "no points":
            points.unlink()
        case "no format":
            signed.unlink()
        case _:
            signed.write_text('{"kind": "taste map", "format": "x"}')
    with caplog.at_level(logging.WARNING):
        assert store.find("films", KEY, titles=TITLES) is None
    assert "is laid out anew" in caplog.text

    store.save("films", a_map(1))
    found = store.find("films", KEY, titles=TITLES)
    assert found is not None
    assert np.array_equal(found.points_I2, a_map(1).points_I2, equal_nan=True)


def test_that_nothing_is_left_of_one_that_was_not_written_to_its_end(store: TasteMapStore, monkeypatch) -> None:
    def full(path: Path, array: np.ndarray) -> None:
        path.write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(taste_maps, "save_array", full)
    with pytest.raises(NotStoredError, match="disk is full"):
        store.save("films", a_map())
    assert list(store._folder.iterdir()) == []


def test_that_the_oldest_maps_of_a_data_set_go(store: TasteMapStore) -> None:
    store.save("books", a_map())
    for number in range(MOST_KEPT + 2):
        store.save("films", replace(a_map(), key=f"{number}"))
    kept = [store.find("films", f"{number}", titles=TITLES) is not None for number in range(MOST_KEPT + 2)]
    assert kept == [False, False] + MOST_KEPT * [True]
    assert store.find("books", KEY, titles=TITLES) is not None


def test_that_the_next_opening_removes_maps_of_data_that_are_gone_and_what_was_not_finished(home, report) -> None:
    kept, gone = planted_dataset(people=40, titles=20), replace(planted_dataset(people=40, titles=20), dataset_id="b")
    gone = replace(gone, name="Gone", fingerprint="0" * 32)
    with Library.open(home, who="a test") as library:
        for dataset in (kept, gone):
            library.datasets.save(dataset, report)
            library.taste_maps.save(dataset.fingerprint, a_map())
        library.datasets.delete("b")
        assert library.taste_maps.find(gone.fingerprint, KEY, titles=TITLES) is not None  # it may be undone
        unfinished.beside(home / "maps" / "half").mkdir()
    with Library.open(home, who="a test") as library:
        assert library.taste_maps.find(kept.fingerprint, KEY, titles=TITLES) is not None
        assert library.taste_maps.find(gone.fingerprint, KEY, titles=TITLES) is None
        assert len(list((home / "maps").iterdir())) == 1
