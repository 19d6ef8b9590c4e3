"""A person's own presets are stored with the library, and what cannot be read takes nothing else with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import LibraryError
from engine.library.own_presets import OwnPresetStore
from engine.training.plan import TrainingPlan

PLAN = TrainingPlan.defaults("mult_dae").changed(epochs=3).as_dict()


@pytest.fixture
def store(tmp_path: Path) -> OwnPresetStore:
    return OwnPresetStore(tmp_path / "own_presets.json")


def names(store: OwnPresetStore) -> list[str]:
    return [preset.name for preset in store.all()]


def test_that_a_saved_plan_comes_back_in_another_launch(store: OwnPresetStore, tmp_path: Path) -> None:
    saved = store.add("  Quick   one ", PLAN)
    (found,) = OwnPresetStore(tmp_path / "own_presets.json").all()
    assert found == saved
    assert (found.name, TrainingPlan.from_dict(found.plan).training.epochs) == ("Quick one", 3)


def test_that_a_taken_name_is_numbered_and_an_empty_one_refused(store: OwnPresetStore) -> None:
    first = store.add("Wide", PLAN)
    store.add("Wide", PLAN)
    assert names(store) == ["Wide", "Wide 2"]
    assert store.rename(first.preset_id, "Wide").name == "Wide"
    with pytest.raises(LibraryError, match="needs a name"):
        store.rename(first.preset_id, " ")


def test_that_a_removed_preset_comes_back_at_its_place(store: OwnPresetStore) -> None:
    first, _ = store.add("First", PLAN), store.add("Second", PLAN)
    place = store.remove(first.preset_id)
    assert names(store) == ["Second"]
    store.put_back(first, place=place)
    assert names(store) == ["First", "Second"]
    store.remove(first.preset_id)
    with pytest.raises(LibraryError, match="not there any more"):
        store.rename(first.preset_id, "Third")


def test_that_entries_of_another_version_are_left_out_and_stay(store: OwnPresetStore, tmp_path: Path) -> None:
    strange = [{"preset_id": 3}, "?", {"preset_id": "n1", "name": "New", "plan": {}, "since": "later"}]
    (tmp_path / "own_presets.json").write_text(json.dumps({"presets": strange}))
    assert names(store) == ["New"]
    store.add("Mine", PLAN)
    assert names(store) == ["New", "Mine"]
    assert json.loads((tmp_path / "own_presets.json").read_text())["presets"][:3] == strange


def test_that_a_damaged_file_is_set_aside_when_the_next_is_saved(store: OwnPresetStore, tmp_path: Path) -> None:
    (tmp_path / "own_presets.json").write_text("{")
    assert store.all() == ()
    store.add("Mine", PLAN)
    assert names(store) == ["Mine"]
    assert (tmp_path / "own_presets.damaged.json").read_text() == "{"
