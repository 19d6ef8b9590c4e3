"""A blend of finished runs is a run like any other, whatever becomes of its parts."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from films import planted_home
from operation_driving import QUICK, stop_at, trained
from small_models import SMALL as SMALL_MODELS

from engine import operations
from engine.cli.command_line import run
from engine.data.profiles import profile_of_user
from engine.data.split import SplitConfig
from engine.errors import LibraryError, SettingError, TrainingError
from engine.events import EpochEnded, StageStarted, Stop, drive
from engine.library.store import Library
from engine.recommending.explanation import explain
from engine.training.plan import TrainingPlan

HOUSE = Path(__file__).resolve().parents[3]


def furnish(folder: Path) -> None:
    """A library with two finished runs that go together."""
    with Library.open(planted_home(folder), who="a test") as library:
        dataset = library.datasets.open("planted")
        drive(trained(library, dataset, model="ease", model_config=None, training=None))
        drive(trained(library, dataset))


@pytest.fixture
def library(request, made_once, tmp_path):
    made_once(furnish if "parts" in request.fixturenames else planted_home, tmp_path)
    with Library.open(tmp_path / "home", who="a test") as opened:
        yield opened


@pytest.fixture
def dataset(library):
    return library.datasets.open("planted")


@pytest.fixture
def parts(library):
    """The ids of the two runs."""
    return [library.runs.find(model).run_id for model in ("ease 1", "two_head 1")]


def popularity(library, dataset, **choices):
    choices = {"model": "popularity", "model_config": None, "training": None, **choices}
    return drive(trained(library, dataset, **choices)).run_id


def scores_of(library, run_id, dataset):
    return operations.recommender_of(library, run_id).model.predict(dataset.histories).score_UI


def test_that_a_blend_is_recorded_judged_and_ready(library, dataset, parts):
    events = []

    finished = drive(operations.blend(library, parts), on_event=events.append)

    record = library.runs.find(finished.run_id)
    assert (record.model, record.status, record.name) == ("blend", "finished", "blend 1")
    assert record.metrics["ndcg@100"]["value"] == finished.evaluation.metrics["ndcg@100"].value
    assert record.people_evaluated == finished.evaluation.people
    assert record.split_config == SplitConfig().as_dict()
    assert record.stopped_because.startswith("Mixed ")
    assert record.best_value == finished.trained.best_value
    assert record.parameters > 0
    assert [event.stage for event in events if isinstance(event, StageStarted)][:3] == [
        "splitting",
        "loading",
        "listening",
    ]
    assert finished.recommender.model.can.predicts_ratings


def test_that_a_blend_keeps_what_it_is_called(library, parts):
    names = [library.runs.find(drive(operations.blend(library, parts, name="Both")).run_id).name for _ in range(2)]
    assert names[0] == "Both"
    assert names[1].startswith("Both ")


def test_that_a_blend_kept_and_loaded_scores_the_same_to_the_bit(library, dataset, parts):
    finished = drive(operations.blend(library, parts))
    fresh = finished.recommender.model.predict(dataset.histories).score_UI
    assert torch.equal(fresh, scores_of(library, finished.run_id, dataset))


def test_that_a_blend_survives_the_deletion_of_its_parts(library, dataset, parts):
    run_id = drive(operations.blend(library, parts)).run_id
    before = scores_of(library, run_id, dataset)

    for part in parts:
        library.runs.delete(part)
    library.runs.settle()

    assert [record.run_id for record in library.runs.records()] == [run_id]
    assert torch.equal(scores_of(library, run_id, dataset), before)


def test_that_a_new_process_judges_and_explains_a_blend_from_its_folder_alone(warm_python, library, dataset, parts):
    finished = drive(operations.blend(library, parts))
    for part in parts:
        library.runs.delete(part)
    home = library.home
    library.close()

    def asked(*words):
        command = [warm_python, "-m", "engine", *words, "--home", str(home), "--json"]
        done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    judged = asked("evaluate", finished.run_id)
    listed = asked("recommend", finished.run_id, "--user", "7", "--top", "5", "--explain")

    assert judged["metrics"]["ndcg@100"]["value"] == pytest.approx(finished.evaluation.metrics["ndcg@100"].value)
    assert len(listed["items"]) == 5
    first = listed["items"][0]
    assert sum(part["impact"] for part in first["parts"]) == pytest.approx(first["score"], abs=1e-4)
    for reason in first["reasons"]:
        assert sum(part["impact"] for part in reason["parts"]) == pytest.approx(reason["impact"], abs=1e-4)
    assert {part["run"] for part in first["parts"]} <= {"ease 1", "two_head 1"}
    assert listed["items"][0]["predicted_rating"] is not None


def test_that_the_reasons_of_a_blend_come_from_its_parts(library, dataset, parts):
    recommender = drive(operations.blend(library, parts)).recommender
    said = drive(operations.recommend(recommender, profile_of_user(dataset, "7"), explain=True))
    history, model = said.match.history, recommender.model
    first = said.insights.titles[0]

    left_out = model.left_out(history, left_out_V=np.arange(history.entries))
    shares = left_out.shares(np.array([first.item_row], dtype=np.int64))

    impacts = sum((share.score_UC[:1] - share.score_UC[1:])[:, 0] for share in shares if share.score_UC is not None)
    place = list(history.item_rows_N).index(first.reasons[0].item_row)
    assert first.reasons[0].impact == pytest.approx(float(impacts[place]), abs=1e-5)


def test_that_runs_that_held_out_different_people_are_refused(library, dataset, parts):
    other = popularity(library, dataset, split=SplitConfig(seed=2))
    with pytest.raises(SettingError, match=r"held out different people or ratings \(seed 1 and 2\)"):
        drive(operations.blend(library, [parts[0], other]))
    assert len(library.runs.records()) == 3


def test_that_runs_that_held_nobody_out_are_refused(library, dataset):
    runs = [popularity(library, dataset, split=SplitConfig(kind="none")) for _ in range(2)]
    with pytest.raises(SettingError, match="hold nobody out"):
        drive(operations.blend(library, runs))


def test_that_too_few_runs_or_the_same_twice_are_refused(library, parts):
    with pytest.raises(SettingError, match="at least two"):
        drive(operations.blend(library, parts[:1]))
    with pytest.raises(SettingError, match="ease 1 is named twice"):
        drive(operations.blend(library, [parts[0], *parts]))


def test_that_a_run_that_is_not_there_or_did_not_end_is_refused(library, dataset, parts):
    library.runs.delete(parts[0])
    with pytest.raises(LibraryError, match="There is no run"):
        drive(operations.blend(library, parts))
    job = trained(library, dataset)
    next(event for event in job if isinstance(event, EpochEnded))
    job.close()
    with pytest.raises(LibraryError, match="is interrupted, and only finished runs"):
        drive(operations.blend(library, [parts[1], "latest"]))


def test_that_a_blend_of_a_blend_is_refused(library, parts):
    first = drive(operations.blend(library, parts)).run_id
    with pytest.raises(SettingError, match="is a blend itself"):
        drive(operations.blend(library, [first, parts[0]]))


def test_that_other_data_is_refused(library, dataset, parts):
    sample = drive(operations.open_sample(library)).dataset
    other = popularity(library, sample)
    with pytest.raises(SettingError, match="only runs of the same data"):
        drive(operations.blend(library, [parts[0], other]))


def test_that_a_blend_is_neither_trained_nor_resumed(library, dataset, parts):
    run_id = drive(operations.blend(library, parts)).run_id
    with pytest.raises(TrainingError, match="nothing to go on with"):
        drive(operations.resume(library, run_id))
    with pytest.raises(SettingError, match="mixed from finished runs"):
        TrainingPlan.of_run(library.runs.find(run_id))


@pytest.mark.parametrize("stage", ["loading", "listening", "weighing", "rating"])
def test_that_a_stop_before_it_is_mixed_keeps_nothing(library, parts, stage):
    with pytest.raises(Stop):
        stop_at(
            operations.blend(library, parts), lambda event: isinstance(event, StageStarted) and event.stage == stage
        )
    assert len(library.runs.records()) == 2


def test_that_a_stop_while_it_is_judged_keeps_the_blend(library, parts):
    finished = stop_at(
        operations.blend(library, parts), lambda event: isinstance(event, StageStarted) and event.stage == "evaluating"
    )
    assert library.runs.find(finished.run_id).status == "finished"


def test_that_models_of_ratings_are_mixed_by_their_errors(library, dataset):
    split, quick = SplitConfig(kind="random"), QUICK.changed(lr=1e-2, batch=200, epochs=8, monitor="rmse")
    runs = [
        popularity(library, dataset, split=split),
        drive(
            trained(library, dataset, model="mf", model_config=SMALL_MODELS["mf"], training=quick, split=split)
        ).run_id,
    ]
    finished = drive(operations.blend(library, runs))
    errors = [library.runs.find(run).metrics["rmse"]["value"] for run in runs]
    assert finished.evaluation.metrics["rmse"].value < max(errors)
    assert sum(part["rating_weight"] for part in library.runs.find(finished.run_id).model_config["copies"]) > 0.3


@pytest.fixture
def at_home(library, parts):
    """The home of a library that others may open."""
    library.close()
    return ["--home", str(library.home)]


def test_that_the_terminal_blends_runs_by_id_or_name(at_home, parts, capsys):
    words = ["train", "planted", "--model", "blend", "--set", f"parts=ease 1+{parts[1]}"]
    assert run([*words, *at_home, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["model"] == "blend"
    assert document["metrics"]["ndcg@100"] > 0
    assert document["epochs"] is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "at least two runs"),
        (["--set", "parts=ease 1"], "at least two runs"),
        (["--set", "rank=3"], "There is no setting called 'rank'"),
        (["--set", "parts=ease 1+two_head 1", "--epochs", "3"], "--epochs means nothing"),
        (["--set", "parts=ease 1+two_head 1", "--split", "time"], "--split means nothing"),
    ],
)
def test_that_wrong_use_of_the_terminal_is_told(at_home, capsys, words, sentence):
    assert run(["train", "planted", "--model", "blend", *words, *at_home]) == 2
    assert sentence in capsys.readouterr().err


def test_that_the_terminal_lists_blend_among_the_models(capsys):
    assert run(["models"]) == 0
    assert "blend: Blend" in capsys.readouterr().out


def test_that_a_damaged_blend_is_told_not_crashed_on(library, dataset, parts):
    run_id = drive(operations.blend(library, parts)).run_id
    checkpoint = next((library.home / "runs" / run_id / "checkpoints").rglob("weights.safetensors"))
    checkpoint.write_bytes(checkpoint.read_bytes()[:200])
    with pytest.raises(LibraryError, match="damaged"):
        operations.recommender_of(library, run_id)
    assert isinstance(library, Library)


def test_that_the_numbers_of_the_parts_add_up_to_those_of_an_explanation(library, dataset, parts):
    recommender = drive(operations.blend(library, parts)).recommender
    history = recommender.match(profile_of_user(dataset, "7")).history
    first = recommender.recommend(history, top=1).items[0]

    told = explain(recommender, history, first.item_row)

    assert sum(part.impact for part in told.parts) == pytest.approx(told.score, abs=1e-5)
    for reason in (*told.carried, *told.against):
        assert sum(part.impact for part in reason.parts) == pytest.approx(reason.impact, abs=1e-5)
    weights = {part["run"]: part["weight"] for part in library.runs.find("latest").model_config["copies"]}
    assert {part.run for part in told.parts} == {run for run, weight in weights.items() if weight}


def test_that_a_list_is_told_part_by_part_as_each_of_its_titles_is(library, dataset, parts):
    recommender = drive(operations.blend(library, parts)).recommender
    said = drive(operations.recommend(recommender, profile_of_user(dataset, "7"), explain=True))

    assert len(said.insights.titles) >= 3
    for title in said.insights.titles[:3]:
        alone = explain(recommender, said.match.history, title.item_row)
        of_item = {reason.item_row: reason.parts for reason in (*alone.carried, *alone.against)}
        for told, expected in (
            (title.parts, alone.parts),
            *((reason.parts, of_item[reason.item_row]) for reason in title.reasons),
        ):
            assert told
            assert [part.run for part in told] == [part.run for part in expected]
            assert [part.impact for part in told] == pytest.approx([part.impact for part in expected], abs=1e-5)


def test_that_the_terminal_shows_what_the_parts_add_and_says_nothing_of_parts_for_other_models(at_home, parts, capsys):
    assert run(["train", "planted", "--model", "blend", "--set", "parts=ease 1+two_head 1", *at_home]) == 0
    capsys.readouterr()

    assert run(["recommend", "latest", "--user", "7", "--explain", *at_home]) == 0
    blended = capsys.readouterr().out
    assert run(["recommend", "ease 1", "--user", "7", "--explain", *at_home]) == 0
    alone = capsys.readouterr().out

    assert "score by part" in blended
    assert re.search(r"(ease|two_head) 1 [+-]\d+\.\d\d", blended)
    assert "score by part" not in alone


def test_that_json_has_no_parts_for_a_model_that_has_none(at_home, parts, capsys):
    assert run(["recommend", "ease 1", "--user", "7", "--explain", *at_home, "--json"]) == 0
    first = json.loads(capsys.readouterr().out)["items"][0]
    assert first["parts"] is None
    assert first["reasons"][0]["parts"] is None
