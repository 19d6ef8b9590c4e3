"""What a run and the baselines were worth is kept person by person, and comes back as it was."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import shutil

import numpy as np
import pytest

from engine.data.split import SplitConfig
from engine.errors import LibraryError
from engine.evaluation.breakdown import Breakdown, BreakdownRow
from engine.evaluation.intervals import Interval
from engine.evaluation.result import EvaluationResult, compare
from engine.library import evaluations
from engine.library.evaluations import load_evaluation, save_evaluation
from engine.library.run_recorder import RunPlan
from engine.library.store import Library
from engine.models.popularity import PopularityConfig

NAN = float("nan")


def some_evaluation(shift: float = 0.0) -> EvaluationResult:
    values_U = np.array([0.1, NAN, 0.7, 0.3]) + shift
    rows = (BreakdownRow("1", 3, 0.2 + shift, 0.1, 0.3), BreakdownRow("all", 3, 0.4, None, None))
    return EvaluationResult(
        3,
        {"ndcg@100": Interval(0.37 + shift, 0.1, 0.6), "coverage@20": Interval(0.2, None, None)},
        {"ndcg@100": values_U, "rmse": np.array([1.0, 2.0, NAN, 0.5])},
        np.array([4, 7, 1, 9]),
        np.array([2, 1, 0, 5]),
        False,
        (Breakdown("cold start", "NDCG@100", rows), Breakdown("known and new", "RMSE", (), "ratings")),
    )


def assert_same(found: EvaluationResult | None, kept: EvaluationResult) -> None:
    assert found is not None
    for field in dataclasses.fields(EvaluationResult):
        if field.name not in ("per_person", "user_rows_U", "rated_U"):
            assert getattr(found, field.name) == getattr(kept, field.name), field.name
    assert list(found.per_person) == list(kept.per_person)
    for name, values_U in kept.per_person.items():
        np.testing.assert_array_equal(found.per_person[name], values_U)
    np.testing.assert_array_equal(found.user_rows_U, kept.user_rows_U)
    np.testing.assert_array_equal(found.rated_U, kept.rated_U)


@pytest.fixture
def run_id(library, planted, report) -> str:
    library.datasets.save(planted, report)
    plan = RunPlan(
        model="popularity",
        model_config=PopularityConfig(),
        training=None,
        split=SplitConfig(),
        device="cpu",
        precision="float32",
        parameters=3,
        candidates_I=np.ones(planted.titles, dtype=bool),
    )
    return library.runs.begin(planted, plan).run_id


def test_that_an_evaluation_comes_back_as_it_was_kept(library, run_id):
    library.runs.save_evaluation(run_id, some_evaluation())
    assert_same(library.runs.evaluation(run_id), some_evaluation())
    assert library.runs.find(run_id).metrics["ndcg@100"] == {"value": 0.37, "low": 0.1, "high": 0.6}
    assert library.runs.find(run_id).people_evaluated == 3


def test_that_kept_evaluations_are_compared_on_the_same_people(library, run_id):
    library.runs.save_evaluation(run_id, some_evaluation())
    kept = library.runs.evaluation(run_id)
    assert compare(some_evaluation(0.05), kept, "ndcg@100").value == pytest.approx(0.05)


def test_that_the_last_evaluation_counts_and_only_it_is_kept(library, run_id):
    for shift in (0.0, 0.1, 0.2):
        library.runs.save_evaluation(run_id, some_evaluation(shift))
    assert_same(library.runs.evaluation(run_id), some_evaluation(0.2))
    place = library.home / "runs" / run_id / "judgement"
    assert len([path for path in place.iterdir() if path.is_dir()]) == 1


def test_that_a_run_without_an_evaluation_has_none(library, run_id):
    assert library.runs.evaluation(run_id) is None
    with pytest.raises(LibraryError, match="no run called 'nobody'"):
        library.runs.evaluation("nobody")


@pytest.mark.parametrize("file", ["judgement.json", "values.npy", "people.npy", "format.json"])
@pytest.mark.parametrize("damage", ["cut short", "of something else", "gone"])
def test_that_a_damaged_evaluation_is_none_and_can_be_made_anew(library, run_id, file, damage):
    library.runs.save_evaluation(run_id, some_evaluation())
    path = next((library.home / "runs" / run_id / "judgement").rglob(file))
    if damage == "gone":
        path.unlink()
    elif damage == "of something else":
        np.save(path.with_suffix(".npy"), np.zeros(2)) if file.endswith("npy") else path.write_text('{"people": 3}')
    else:
        path.write_bytes(path.read_bytes()[:20])
    assert library.runs.evaluation(run_id) is None
    library.runs.save_evaluation(run_id, some_evaluation())
    assert_same(library.runs.evaluation(run_id), some_evaluation())


def test_that_an_evaluation_of_a_newer_version_is_left_alone(library, run_id):
    library.runs.save_evaluation(run_id, some_evaluation())
    path = next((library.home / "runs" / run_id / "judgement").rglob("format.json"))
    path.write_text(json.dumps({"kind": "judgement", "format": 99}))
    assert library.runs.evaluation(run_id) is None
    assert json.loads(path.read_text())["format"] == 99


def test_that_a_process_killed_while_writing_leaves_the_former_evaluation(tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(*arguments, **options):
        broken.setattr(shutil, "rmtree", killed)
        raise Killed

    save_evaluation(tmp_path, some_evaluation())
    for moment in ("write_format", "replace_text"):
        with monkeypatch.context() as broken:
            broken.setattr(evaluations, moment, killed)
            with pytest.raises(Killed):
                save_evaluation(tmp_path, some_evaluation(0.3))
        assert_same(load_evaluation(tmp_path), some_evaluation())
    save_evaluation(tmp_path, some_evaluation(0.3))
    assert_same(load_evaluation(tmp_path), some_evaluation(0.3))
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


def test_that_a_full_disk_is_said_and_leaves_the_former_evaluation(tmp_path, monkeypatch):
    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    save_evaluation(tmp_path, some_evaluation())
    monkeypatch.setattr(evaluations, "save_array", full)
    with pytest.raises(LibraryError, match=r"evaluation could not be written .*the disk is full"):
        save_evaluation(tmp_path, some_evaluation(0.3))
    assert_same(load_evaluation(tmp_path), some_evaluation())


def test_that_an_evaluation_of_nobody_known_is_kept(tmp_path):
    nobody = EvaluationResult(0, {}, {}, stopped=True)
    save_evaluation(tmp_path, nobody)
    assert load_evaluation(tmp_path) == nobody


def test_that_baselines_are_kept_for_a_data_set_and_a_split(library):
    split = SplitConfig(seed=3)
    kept = {"popularity": some_evaluation(), "ease": some_evaluation(0.1)}
    library.baselines.save("a1b2", split, kept)
    found = library.baselines.find("a1b2", split)
    assert found is not None
    assert list(found) == ["popularity", "ease"]
    assert_same(found["ease"], some_evaluation(0.1))
    assert library.baselines.find("a1b2", SplitConfig(seed=4)) is None
    assert library.baselines.find("c3d4", split) is None


@pytest.mark.parametrize("damaged", ["values.npy", "judgement.json", "current", "judged"])
def test_that_damaged_baselines_are_none(library, damaged):
    library.baselines.save("a1b2", SplitConfig(), {"popularity": some_evaluation()})
    next((library.home / "baselines").rglob(damaged)).write_bytes(b"\xff")
    assert library.baselines.find("a1b2", SplitConfig()) is None


@pytest.mark.parametrize("names", ["", "popularity", "popularity ease more", "\0\0"])
def test_that_baselines_are_none_where_their_names_are_not_all_there(library, names):
    library.baselines.save("a1b2", SplitConfig(), {"popularity": some_evaluation(), "ease": some_evaluation()})
    next((library.home / "baselines").rglob("judged")).write_text(names)
    assert library.baselines.find("a1b2", SplitConfig()) is None


def test_that_baselines_go_with_their_data_set(library, planted, report, home):
    library.datasets.save(planted, report)
    library.baselines.save(planted.fingerprint, SplitConfig(), {"popularity": some_evaluation()})
    library.baselines.save("ffff", SplitConfig(), {"popularity": some_evaluation()})
    library.close()
    with Library.open(home, who="a test") as again:
        assert again.baselines.find(planted.fingerprint, SplitConfig()) is not None
        assert again.baselines.find("ffff", SplitConfig()) is None
        again.datasets.delete(planted.dataset_id)
    with Library.open(home, who="a test") as again:
        assert again.baselines.find(planted.fingerprint, SplitConfig()) is None
