"""The first model and the stars beside it: computed once, stored, and computed anew where what is stored is no use."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from planted import planted_dataset

from engine import operations
from engine.data.profiles import Profile, ProfileEntry
from engine.errors import NotStoredError
from engine.events import drive
from engine.library.quick_models import QuickModelStore
from engine.library.store import Library
from engine.models.ease import Ease
from engine.models.mf_by_turns import FactorizationByTurns
from engine.training import checkpoint
from engine.training.plan import TrainingPlan

ME = Profile("me", "Me", tuple(ProfileEntry(str(n), f"Film {n}", 2000, float(n % 5 + 1)) for n in range(8)))


@pytest.fixture
def nothing_is_computed(monkeypatch):
    """From the moment on that it is called."""

    def begin():
        def refuse(self, histories):
            raise AssertionError("It was computed, though it is stored.")

        monkeypatch.setattr(Ease, "fit", refuse)
        monkeypatch.setattr(FactorizationByTurns, "fit", refuse)

    return begin


def prepared(library, dataset):
    """The first model with its stars, as the window has it; both are stored then."""
    recommender = drive(operations.quick_model(library, dataset))
    stars = drive(operations.companion(library, dataset, recommender.model))
    return recommender.with_stars(stars)


def listed(recommender):
    items = drive(operations.recommend(recommender, ME, top=5)).listed.items
    return [(item.item_id, item.score, item.predicted_rating, item.predicted_sd) for item in items]


def test_that_the_first_list_has_stars_with_their_uncertainty(library, dataset):
    recommender = drive(operations.quick_model(library, dataset))
    assert {item[2] for item in listed(recommender)} == {None}
    with_stars = recommender.with_stars(drive(operations.companion(library, dataset)))
    assert recommender.stars is None
    assert with_stars.stars.states_uncertainty
    for _, _, rating, sd in listed(with_stars):
        assert dataset.scale.low <= rating <= dataset.scale.high
        assert 0.1 < sd < 3.0


def test_that_a_stored_first_model_answers_as_the_computed_one_did(library, dataset, nothing_is_computed):
    before = listed(prepared(library, dataset))
    nothing_is_computed()
    assert listed(drive(operations.quick_model(library, dataset))) == before


def test_that_a_run_that_only_ranks_has_the_stored_stars(library, dataset):
    run = drive(operations.train(library, dataset, TrainingPlan.defaults("ease")))
    assert operations.recommender_of(library, run.run_id).stars is None
    drive(operations.companion(library, dataset))
    recommender = operations.recommender_of(library, run.run_id)
    assert recommender.stars.name == "mf"
    assert all(item[2] is not None for item in listed(recommender))


def test_that_a_run_that_predicts_stars_itself_keeps_its_own(library, dataset):
    run = drive(operations.train(library, dataset, TrainingPlan.defaults("mf")))
    drive(operations.companion(library, dataset))
    recommender = operations.recommender_of(library, run.run_id)
    assert recommender.stars is recommender.model


@pytest.mark.parametrize("kind", ["cut", "other bytes", "no format", "other settings", "gone"])
def test_that_a_damaged_one_is_computed_anew_and_stored_again(library, dataset, kind):
    before = listed(prepared(library, dataset))
    for folder in (library.home / "quick").iterdir():
        weights = folder / "weights.safetensors"
        if kind == "cut":
            weights.write_bytes(weights.read_bytes()[:-100])
        elif kind == "other bytes":
            weights.write_bytes(weights.read_bytes()[:-4] + b"abcd")
        elif kind == "no format":
            (folder / "format.json").unlink()
        elif kind == "other settings":
            (folder / "model.json").write_text('{"name": "ease", "config": {}}')
        else:
            weights.unlink()
    assert drive(operations.quick_model(library, dataset)).stars is None
    assert listed(prepared(library, dataset)) == before
    assert drive(operations.quick_model(library, dataset)).stars is not None


def test_that_one_of_another_version_or_of_other_ratings_is_not_used(library, dataset, monkeypatch):
    prepared(library, dataset)
    other = replace(planted_dataset(people=50), fingerprint="f" * 32)
    assert drive(operations.quick_model(library, other)).stars is None
    monkeypatch.setattr("engine.library.quick_models._VERSION", 1_000)
    assert drive(operations.quick_model(library, dataset)).stars is None


def test_that_nothing_is_left_of_one_that_was_not_written_to_its_end(library, dataset, monkeypatch):
    def full(path, tensors):
        path.write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_tensors", full)
    assert prepared(library, dataset).stars is not None
    assert list((library.home / "quick").iterdir()) == []


def test_that_a_library_that_cannot_be_written_to_still_has_a_first_model(library, dataset, monkeypatch):
    def refused(self, fingerprint, purpose, model):
        raise NotStoredError("The disk is full.", remedy="", not_stored="it", is_full=True)

    monkeypatch.setattr(QuickModelStore, "save", refused)
    assert len(listed(prepared(library, dataset))) == 5


def test_that_the_next_opening_removes_those_of_data_sets_that_are_gone(library, dataset):
    prepared(library, dataset)
    library.datasets.delete(dataset.dataset_id)
    assert len(list((library.home / "quick").iterdir())) == 2  # the deletion may be undone
    home = library.home
    library.close()
    with Library.open(home, who="the next one") as opened:
        opened.empty_trash()
        assert list((home / "quick").iterdir()) == []


def test_that_without_ratings_there_are_no_stars(library, dataset):
    histories = replace(dataset.histories, ratings_N=np.full(dataset.entries, np.nan, dtype=np.float32))
    seen_only = replace(dataset, histories=histories, fingerprint="e" * 32)
    assert drive(operations.companion(library, seen_only)) is None


def test_that_where_memory_runs_out_in_the_gram_matrix_the_first_list_is_of_a_smaller_model(
    library, dataset, monkeypatch
):
    def short(*_):
        raise RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr("engine.models.ease.gram_matrix", short)
    recommender = drive(operations.quick_model(library, dataset))
    assert recommender.model.name == "ials"
    assert listed(recommender)
    monkeypatch.setattr(FactorizationByTurns, "fit", short)
    assert drive(operations.companion(library, dataset)) is None


def test_that_a_mistake_in_the_first_model_is_not_taken_for_short_memory(library, dataset, monkeypatch):
    def wrong(*_):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr("engine.models.ease.gram_matrix", wrong)
    with pytest.raises(RuntimeError, match="shapes"):
        drive(operations.quick_model(library, dataset))
