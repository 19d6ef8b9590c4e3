"""A run is evaluated on its own people, kept with all that was found, and held against baselines worked out once."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from operation_driving import QUICK, stop_at, trained
from small_models import SMALL

from engine import operations
from engine.data.dataset import Histories
from engine.data.split import HeldOut, SplitConfig, make_split
from engine.errors import DataError, SettingError
from engine.evaluation.protocol import evaluate_model, monitor_value
from engine.evaluation.result import compare
from engine.events import StageStarted, Stop, drive
from engine.models.base import ClosedFormModel
from engine.models.registry import MODELS
from engine.operations import evaluating
from engine.operations.recommending import model_of

RANDOM = SplitConfig(kind="random", seed=3)


def fitted(library, dataset, model: str, split: SplitConfig | None = None):
    return drive(trained(library, dataset, model=model, model_config=None, training=None, split=split))


def stages(job) -> list[str]:
    return [event.stage for event in job if isinstance(event, StageStarted)]


def test_that_a_finished_run_is_kept_person_by_person(library, dataset):
    finished = fitted(library, dataset, "ease")
    kept = library.runs.evaluation(finished.run_id)
    assert kept is not None
    assert kept.metrics == finished.evaluation.metrics
    assert {"profile length", "popularity"} <= {breakdown.name for breakdown in kept.breakdowns}
    assert kept.breakdown("cold start") is None, "it costs more than the evaluation itself"


def test_that_evaluating_again_adds_the_cold_start_and_keeps_it(library, dataset):
    run_id = fitted(library, dataset, "ease").run_id
    evaluation = drive(operations.evaluate(library, run_id))
    kept = library.runs.evaluation(run_id)
    assert kept is not None
    assert kept.breakdowns == evaluation.breakdowns
    assert [row.label for row in kept.breakdown("cold start").rows] == ["1", "2", "4", "8", "all"]


def test_that_the_usual_lengths_of_lists_are_kept_beside_those_asked_for(library, dataset):
    run_id = fitted(library, dataset, "ease").run_id
    drive(operations.evaluate(library, run_id, ks=(5,)))
    assert {"ndcg@5", "ndcg@20", "ndcg@100"} <= library.runs.evaluation(run_id).metrics.keys()
    assert library.runs.evaluation(run_id).breakdown("profile length").unit == "NDCG@100"


def test_that_another_weight_or_a_stop_changes_nothing_that_is_kept(library, dataset):
    run_id = drive(trained(library, dataset)).run_id
    before = library.runs.evaluation(run_id)
    assert drive(operations.evaluate(library, run_id, weight=0.1)).metrics != before.metrics
    assert stop_at(operations.evaluate(library, run_id), lambda event: event is None).stopped
    assert library.runs.evaluation(run_id).breakdowns == before.breakdowns
    assert library.runs.find(run_id).metrics["ndcg@100"]["value"] == before.metrics["ndcg@100"].value


def test_that_baselines_are_of_the_same_people_as_the_run(library, dataset):
    finished = fitted(library, dataset, "ease", RANDOM)
    found = drive(operations.baselines(library, dataset, RANDOM))
    assert list(found) == ["popularity", "biases", "ease"]
    difference = compare(finished.evaluation, found["popularity"], "ndcg@20")
    ours, theirs = finished.evaluation.metrics["ndcg@20"].value, found["popularity"].metrics["ndcg@20"].value
    assert difference.value == pytest.approx(ours - theirs)
    assert compare(finished.evaluation, found["ease"], "ndcg@20").value == 0


def test_that_lists_are_held_against_popularity_and_errors_against_biases(library, dataset):
    run = fitted(library, dataset, "popularity", RANDOM).evaluation
    found = drive(operations.baselines(library, dataset, RANDOM))
    assert set(found["biases"].metrics) == {"rmse", "mse", "mae", "rmse_unit"}
    assert found["biases"].metrics["rmse"] == run.metrics["rmse"]
    assert not {"rmse", "mae"} & set(found["popularity"].metrics)
    assert found["popularity"].metrics["ndcg@100"] == run.metrics["ndcg@100"]
    assert [breakdown.name for breakdown in found["biases"].breakdowns] == ["errors by rating"]


def test_that_baselines_are_worked_out_once(library, dataset):
    first = drive(operations.baselines(library, dataset, RANDOM))
    assert stages(operations.baselines(library, dataset, RANDOM)) == []
    again = drive(operations.baselines(library, dataset, RANDOM))
    assert {name: evaluation.metrics for name, evaluation in again.items()} == {
        name: evaluation.metrics for name, evaluation in first.items()
    }
    assert "splitting" in stages(operations.baselines(library, dataset, RANDOM.changed(seed=4)))


def test_that_damaged_baselines_are_worked_out_anew(library, dataset):
    first = drive(operations.baselines(library, dataset, RANDOM))
    for path in (library.home / "baselines").rglob("values.npy"):
        path.write_bytes(b"")
    again = drive(operations.baselines(library, dataset, RANDOM))
    assert again["ease"].metrics == first["ease"].metrics
    assert library.baselines.find(dataset.fingerprint, RANDOM) is not None


def test_that_ease_is_left_out_where_it_does_not_fit(library, dataset, monkeypatch):
    monkeypatch.setattr(evaluating, "_MOST_TITLES_FOR_EASE", 10)
    assert list(drive(operations.baselines(library, dataset, RANDOM))) == ["popularity", "biases"]


def test_that_a_stop_keeps_no_half_of_the_baselines(library, dataset):
    yields = sum(1 for _ in operations.baselines(library, dataset, RANDOM))
    assert yields > 2
    shutil.rmtree(library.home / "baselines")
    for place in np.linspace(1, yields, 12).astype(int):
        seen = iter(range(1, place + 1))
        with pytest.raises(Stop):
            stop_at(
                operations.baselines(library, dataset, RANDOM), lambda _, seen=seen, place=place: next(seen) == place
            )
        assert library.baselines.find(dataset.fingerprint, RANDOM) is None


def test_that_a_split_that_holds_nobody_out_has_no_baselines(library, dataset):
    with pytest.raises(DataError, match=r"split none holds nobody out.*another split"):
        drive(operations.baselines(library, dataset, SplitConfig(kind="none")))


@pytest.mark.parametrize("model", [name for name in MODELS if name in SMALL or name in ("ease", "popularity")])
def test_that_people_without_a_history_are_judged_by_every_model(library, dataset, model):
    """Whoever has rated nothing yet gets a list, and ratings within the scale, from every model."""
    small = {"model_config": SMALL[model], "training": QUICK.changed(epochs=1)} if model in SMALL else {}
    finished = drive(trained(library, dataset, model=model, **({"model_config": None, "training": None} | small)))
    split = make_split(dataset, SplitConfig())
    nothing = split.test.fold_in.where(np.zeros(split.test.fold_in.entries, dtype=bool))
    people = HeldOut(split.test.user_rows_U, nothing, split.test.to_find)
    kept = model_of(library.runs.load(finished.run_id), dataset)
    evaluation = drive(evaluate_model(kept, people, candidates_I=split.candidates_I, cold_start_people=5))
    assert 0 <= evaluation.metrics["ndcg@20"].value <= 1
    assert evaluation.breakdown("cold start") is None, "there is nothing to shorten"
    if kept.can.predicts_ratings:
        assert evaluation.metrics["rmse"].value <= 4
        assert [row.label for row in evaluation.breakdown("known and new").rows] == ["new people"]


@pytest.mark.parametrize("model", ["ease"])
def test_that_ratings_are_not_asked_of_a_model_of_likes(library, dataset, model):
    evaluation = fitted(library, dataset, model, RANDOM).evaluation
    assert not [name for name in evaluation.metrics if name.startswith(("rmse", "mse", "mae"))]
    assert evaluation.breakdown("errors by rating") is None
    split = make_split(dataset, RANDOM)
    kept = model_of(library.runs.load(library.runs.find("latest").run_id), dataset)
    assert isinstance(kept, ClosedFormModel)
    with pytest.raises(SettingError, match=r"rmse cannot be measured for ease.*Choose another metric"):
        monitor_value(kept, split.test, candidates_I=split.candidates_I, metric="rmse")


def test_that_people_with_nothing_rated_to_find_are_refused_in_words(library, dataset):
    kept = model_of(library.runs.load(fitted(library, dataset, "popularity").run_id), dataset)
    split = make_split(dataset, SplitConfig())
    unrated = Histories(
        split.test.to_find.indptr_U1,
        split.test.to_find.item_rows_N,
        np.full(split.test.to_find.entries, np.nan, dtype=np.float32),
    )
    people = HeldOut(split.test.user_rows_U, split.test.fold_in, unrated)
    with pytest.raises(DataError, match=r"Nobody among the held-out people.*holds out more"):
        drive(evaluate_model(kept, people, candidates_I=split.candidates_I))
