"""Before a run: files become data sets, the quick model, the search for a rate."""

from __future__ import annotations

import pytest
from operation_driving import plan_for, stop_at
from planted import dense_dataset

from engine import operations
from engine.errors import DataError, DeviceError, TrainingError
from engine.events import StageStarted, Stop, drive
from engine.models.ease import Ease, EaseConfig
from engine.models.ials import Ials
from engine.models.popularity import Popularity
from engine.operations import first_model
from engine.training.config import FinderConfig
from engine.training.plan import TrainingPlan


def test_that_a_file_is_imported_kept_and_open(library, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("userId,movieId,rating\n1,10,4\n1,11,2\n2,10,5\n2,11,x\n")
    imported = drive(operations.import_files(library, [path]))
    assert (imported.record.name, imported.dataset.entries) == ("mine", 3)
    assert imported.report["problems"][0]["line"] == 5
    assert library.datasets.open(imported.record.dataset_id).fingerprint == imported.record.fingerprint


@pytest.mark.parametrize("stage", ["reading", "keeping"])
def test_that_a_stopped_import_leaves_nothing(library, tmp_path, stage):
    path = tmp_path / "mine.csv"
    path.write_text("userId,movieId,rating\n1,10,4\n")
    with pytest.raises(Stop):
        stop_at(
            operations.import_files(library, [path]),
            lambda event: isinstance(event, StageStarted) and event.stage == stage,
        )
    assert library.datasets.records() == ()
    assert not list((library.home / "datasets").glob("*"))


def test_that_a_failed_import_leaves_what_was_there(library, dataset, tmp_path):
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(DataError):
        drive(operations.import_files(library, [tmp_path / "empty.csv"]))
    assert [record.dataset_id for record in library.datasets.records()] == ["planted"]


def test_that_the_sample_is_imported_once_and_mended_where_damaged(library):
    first = drive(operations.open_sample(library))
    again = drive(operations.open_sample(library))
    assert first.dataset.people == 671
    assert again.record == first.record
    fingerprint = first.dataset.fingerprint
    del first, again  # what is open is in use, and nothing takes the place of that on Windows
    (library.home / "datasets" / "sample" / "items.npy").unlink()
    assert drive(operations.open_sample(library)).dataset.fingerprint == fingerprint
    assert len(library.datasets.records()) == 1


def test_that_the_quick_model_is_ease_or_ials_or_popularity_whichever_can_be(library, dataset, monkeypatch):
    quick = drive(operations.quick_model(library, dataset))
    assert quick.model.name == "ease"
    assert library.runs.records() == ()

    def too_large(self, histories):
        raise DeviceError("It takes 900 GiB.")
        yield

    with monkeypatch.context() as many_titles:
        many_titles.setattr("engine.operations.first_model.MOST_EASE_OPERATIONS", 2.0 * dataset.titles**3 - 1)
        assert drive(operations.quick_model(library, dataset)).model.name == "ials"
    monkeypatch.setattr(Ease, "fit", too_large)
    assert drive(operations.quick_model(library, dataset)).model.name == "ials"
    monkeypatch.setattr(Ials, "fit", too_large)
    assert drive(operations.quick_model(library, dataset)).model.name == "popularity"
    monkeypatch.setattr(Popularity, "fit", too_large)
    with pytest.raises(DeviceError, match="900 GiB"):
        drive(operations.quick_model(library, dataset))


@pytest.mark.thorough
def test_that_many_titles_of_few_people_are_quick_for_ease(library):
    sample = drive(operations.open_sample(library)).dataset
    assert (sample.people, sample.titles) == (671, 9066)
    assert drive(operations.quick_model(library, sample)).model.name == "ease"


def test_that_models_without_a_rate_are_refused_by_the_finder(library, dataset):
    with pytest.raises(TrainingError, match="no learning rate"):
        drive(operations.find_rate(library, dataset, TrainingPlan.defaults("ease")))
    sweep = drive(operations.find_rate(library, dataset, plan_for(dataset, finder=FinderConfig(steps=30))))
    assert len(sweep.lrs) <= 30


def test_that_the_quick_model_chooses_its_settings_where_titles_are_few_and_takes_no_time_where_they_are_many(
    library, monkeypatch
):
    dense = dense_dataset()
    assert drive(operations.quick_model(library, dense)).model.config.other_ratings == 0.0
    monkeypatch.setattr(first_model, "MOST_TRIED_TITLES", dense.titles - 1)
    monkeypatch.setattr(first_model, "settle", None)
    usual = EaseConfig().fitted_to(dense.entries)
    assert drive(operations.quick_model(library, dense)).model.config == usual
