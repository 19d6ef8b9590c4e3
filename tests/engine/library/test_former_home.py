"""A home that version 0.1.0 made opens and keeps everything.

`home_of_0_1_0.zip` holds its folder and `expected.json`, what that version itself said of it: a data set of 445
ratings, a run each of ease, mf (with uncertainty), two_head and mult_dae, a blend, evaluations and baselines, a search,
a profile, and a run and a profile in the trash.
"""

from __future__ import annotations

import json
import math
import zipfile
from pathlib import Path
from typing import Any

import pytest

from engine import operations
from engine.data.split import SplitConfig
from engine.documents import document_of
from engine.errors import LibraryError
from engine.events import drive
from engine.library.store import Library
from engine.models.registry import kind_of
from engine.operations.searching import search_plan
from engine.training.config import TrainingConfig

FORMER = {"watched": "monitor", "people_judged": "people_evaluated"}
"""Names of fields in version 0.1.0 that may be called otherwise now."""


@pytest.fixture
def former_home(tmp_path: Path) -> Path:
    with zipfile.ZipFile(Path(__file__).with_name("home_of_0_1_0.zip")) as archive:
        archive.extractall(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def expected(former_home: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((former_home / "expected.json").read_text())
    return document


@pytest.fixture
def library(former_home: Path):
    with Library.open(former_home, who="a test") as opened:
        yield opened


def assert_same(record: Any, former: dict[str, Any]) -> None:
    """That a record says what the former version said, under the names of now."""
    document = document_of(record)
    for name, value in former.items():
        found = document[name] if name in document else document[FORMER[name]]
        assert found == value, name


def test_that_every_data_set_run_search_and_profile_is_listed_with_equal_values(library, expected):
    for store, part in ((library.datasets, "datasets"), (library.runs, "runs"), (library.searches, "searches")):
        records = store.records()
        assert len(records) == len(expected[part]) > 0
        for record, former in zip(records, expected[part], strict=True):
            assert_same(record, {k: v for k, v in former.get("record", former).items() if k != "rows"})
    for search in expected["searches"]:
        for row, former in zip(library.searches.rows(search["search_id"]), search["rows"], strict=True):
            assert_same(row, former)
    assert library.runs.records(library.datasets.find("Films").fingerprint) == library.runs.records()


def test_that_a_profile_has_its_ratings(library, expected):
    (record,) = library.profiles.records()
    former = expected["profiles"][0]
    assert_same(record, {name: value for name, value in former.items() if name != "ratings"})
    for entry, rating in zip(library.profiles.load(record.profile_id).entries, former["ratings"], strict=True):
        assert_same(entry, rating)


def test_that_each_run_has_its_curves_and_recommends_as_before(library, expected):
    profile = library.profiles.load(library.profiles.records()[0].profile_id)
    for former in expected["runs"]:
        run_id = former["record"]["run_id"]
        for point, former_point in zip(library.runs.curves(run_id), former["curves"], strict=True):
            assert_same(point, former_point)
        recommender = operations.recommender_of(library, run_id)
        listed = drive(operations.recommend(recommender, profile, top=5)).listed.items
        for title, (item_id, name, score, rating, sd) in zip(listed, former["recommended"], strict=True):
            assert (title.item_id, title.title) == (item_id, name)
            assert title.score == pytest.approx(score, rel=1e-4)
            assert title.predicted_rating == (None if rating is None else pytest.approx(rating, rel=1e-4))
            assert title.predicted_sd == (None if sd is None else pytest.approx(sd, rel=1e-4))


def test_that_mf_still_states_its_uncertainty(library, expected):
    stating = [run["record"]["name"] for run in expected["runs"] if run["recommended"][0][4] is not None]
    assert stating == ["mf 1"]
    assert operations.recommender_of(library, "mf 1").model.states_uncertainty


def test_that_evaluations_and_baselines_are_there_person_by_person(library, expected):
    for former in expected["runs"]:
        evaluation, was = library.runs.evaluation(former["record"]["run_id"]), former["evaluation"]
        assert evaluation is not None
        assert evaluation.people == was["people"]
        assert document_of(evaluation.metrics) == document_of(was["metrics"])
        assert [breakdown.name for breakdown in evaluation.breakdowns] == was["breakdowns"]
        for name, values in was["per_person"].items():
            found = [None if math.isnan(value) else value for value in evaluation.per_person[name].tolist()]
            assert found == values
    record = library.runs.find("My list")
    baselines = library.baselines.find(record.fingerprint, SplitConfig.from_dict(record.split_config))
    assert baselines is not None
    values = {name: {key: metric.value for key, metric in found.metrics.items()} for name, found in baselines.items()}
    assert values == expected["baselines"]


def test_that_settings_with_former_names_are_read(library):
    ease, two_head = library.runs.find("My list"), library.runs.find("two_head 1")
    assert 0.25 in document_of(kind_of("ease").config_class.from_dict(ease.model_config)).values()
    assert "recall@20" in document_of(TrainingConfig.from_dict(two_head.training_config)).values()
    (search,) = library.searches.records()
    grid, _ = search_plan(search)
    assert [axis.name for axis in grid.axes] == ["hidden", "dropout"]
    assert grid.plan.training is not None
    assert "ndcg@100" in document_of(grid.plan.training).values()


def test_that_a_former_run_is_gone_on_with_evaluated_anew_and_mixed(library):
    finished = drive(operations.resume(library, "two_head 1", epochs=3))
    assert library.runs.find(finished.run_id).epochs == 3
    former = library.runs.find("mf 1").metrics
    drive(operations.evaluate(library, "mf 1"))
    metrics = library.runs.find("mf 1").metrics
    assert set(metrics) == set(former)
    assert metrics["rmse"]["value"] < former["rmse"]["value"]  # who was learned is no longer folded in anew
    mixed = drive(operations.blend(library, ["My list", "two_head 1"]))
    assert library.runs.find(mixed.run_id).has_model


def test_that_the_former_trash_is_emptied_and_deleting_is_undone_as_before(library, former_home, expected):
    for store, gone in ((library.runs, "mult_dae 2"), (library.profiles, "gone")):
        with pytest.raises(LibraryError, match="There is no"):
            store.find(gone)
    assert not list((former_home / "trash" / "runs").iterdir())
    for run in expected["runs"]:
        library.runs.delete(run["record"]["run_id"])
    library.datasets.delete("Films")
    assert (library.runs.records(), library.datasets.records()) == ((), ())
    library.datasets.restore(expected["datasets"][0]["dataset_id"])
    for run in expected["runs"]:
        assert_same(library.runs.restore(run["record"]["run_id"]), run["record"])
    assert operations.recommender_of(library, "My list").dataset.name == "Films"


def test_that_the_home_opens_again_and_again(former_home, expected):
    for _ in range(2):
        with Library.open(former_home, who="a test") as library:
            assert len(library.runs.records()) == len(expected["runs"])


def test_that_once_opened_it_is_found_again_without_its_records(former_home, expected):
    Library.open(former_home, who="a test").close()
    for path in (former_home / "library.sqlite", *(former_home / "copies").glob("records-*")):
        path.unlink()
    with Library.open(former_home, who="a test") as library:
        for store, part in ((library.datasets, "datasets"), (library.runs, "runs")):
            for record, former in zip(store.records(), expected[part], strict=True):
                assert_same(record, former.get("record", former))
        for former in expected["runs"]:
            points = library.runs.curves(former["record"]["run_id"])
            for point, former_point in zip(points, former["curves"], strict=True):
                assert_same(point, former_point)
        (record,) = library.profiles.records()
        entries = library.profiles.load(record.profile_id).entries
        assert len(entries) == len(expected["profiles"][0]["ratings"])
