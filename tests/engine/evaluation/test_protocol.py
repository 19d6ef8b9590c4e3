from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from judged_people import PEOPLE, TITLES, TableModel, some_model, some_people

from engine.data.split import HeldOut
from engine.errors import DataError, SettingError, TrainingError
from engine.evaluation.metrics import METRICS
from engine.evaluation.protocol import evaluate_model, monitor_value
from engine.events import Event, Progressed, StageStarted, Stop, drive
from engine.models.base import Prediction

NAN = float("nan")


def slow_lists(model: TableModel, held_out: HeldOut, candidates_I: np.ndarray) -> list[list[int]]:
    lists = []
    for user in range(len(held_out)):
        known = held_out.fold_in.row(user)
        scores = model.scores(known.entries).tolist()
        left = [item for item in range(TITLES) if candidates_I[item] and item not in set(known.item_rows_N.tolist())]
        lists.append(sorted(left, key=lambda item: (-scores[item], item)))
    return lists


def slow_relevant(held_out: HeldOut, candidates_I: np.ndarray) -> list[set[int]]:
    found = []
    for user in range(len(held_out)):
        own = held_out.to_find.row(user)
        pairs = zip(own.item_rows_N.tolist(), own.ratings_N.tolist(), strict=True)
        found.append({item for item, rating in pairs if rating >= 4 and candidates_I[item]})
    return found


@pytest.fixture(params=[1, 4, 512])
def people_at_once(request, monkeypatch):
    monkeypatch.setattr("engine.data.batches._MOST_PEOPLE_AT_ONCE", request.param)


@pytest.mark.usefixtures("people_at_once")
@pytest.mark.parametrize("k", [3, 10, 40])
def test_that_evaluating_equals_the_slow_definition_whatever_the_batch(k):
    model, (held_out, candidates_I) = some_model(), some_people()
    lists, relevant = slow_lists(model, held_out, candidates_I), slow_relevant(held_out, candidates_I)
    result = drive(evaluate_model(model, held_out, candidates_I=candidates_I, ks=(k,), intervals=False))

    recalls, ndcgs = [], []
    for listed, wanted in zip(lists, relevant, strict=True):
        if wanted:
            hits = [item in wanted for item in listed[:k]]
            recalls.append(sum(hits) / min(k, len(wanted)))
            dcg = sum(hit / math.log2(i + 2) for i, hit in enumerate(hits))
            ndcgs.append(dcg / sum(1 / math.log2(i + 2) for i in range(min(k, len(wanted)))))
    shown = {item for listed in lists for item in listed[:k]}
    assert result.metrics[f"recall@{k}"].value == pytest.approx(np.mean(recalls))
    assert result.metrics[f"ndcg@{k}"].value == pytest.approx(np.mean(ndcgs))
    assert result.metrics[f"coverage@{k}"].value == pytest.approx(len(shown) / candidates_I.sum())
    assert result.metrics[f"recall@{k}"].low is None


@pytest.mark.usefixtures("people_at_once")
def test_that_rating_errors_are_over_all_rated_entries_on_the_real_scale():
    model, (held_out, candidates_I) = some_model(), some_people()
    rated = held_out.to_find.rated()
    errors = model.ratings_I.numpy()[rated.item_rows_N].astype(np.float64) - rated.ratings_N
    found = drive(evaluate_model(model, held_out, candidates_I=candidates_I, intervals=False)).metrics
    assert found["rmse"].value == pytest.approx(math.sqrt(np.mean(errors**2)))
    assert found["mse"].value == pytest.approx(np.mean(errors**2))
    assert found["mae"].value == pytest.approx(np.mean(np.abs(errors)))


def test_that_a_person_with_nothing_to_find_does_not_count():
    model, (held_out, candidates_I) = some_model(), some_people()
    result = drive(evaluate_model(model, held_out, candidates_I=candidates_I))
    assert np.isnan(result.per_person["recall@20"][7])
    assert result.people <= PEOPLE - 1
    assert result.user_rows_U is not None
    assert result.user_rows_U.tolist() == held_out.user_rows_U.tolist()


def test_that_every_interval_holds_its_figure_and_is_the_same_each_time():
    model, (held_out, candidates_I) = some_model(), some_people()
    counts_I = np.arange(TITLES)
    first, again = (
        drive(evaluate_model(model, held_out, candidates_I=candidates_I, counts_I=counts_I)) for _ in range(2)
    )
    assert first.metrics == again.metrics
    assert {name.split("@")[0] for name in first.metrics} == set(METRICS)
    for name, metric in first.metrics.items():
        if name.startswith("coverage"):
            assert metric.low is None
            continue
        assert metric.low is not None
        assert metric.high is not None
        assert metric.low <= metric.value <= metric.high, name


def test_that_a_model_is_asked_only_for_what_it_declares():
    model, (held_out, candidates_I) = some_model(), some_people()
    model.can = dataclasses.replace(model.can, predicts_ratings=False)
    assert "rmse" not in drive(evaluate_model(model, held_out, candidates_I=candidates_I)).metrics
    assert not any(model.asked)
    model.can = dataclasses.replace(model.can, predicts_ratings=True, ranks=False)
    assert set(drive(evaluate_model(model, held_out, candidates_I=candidates_I)).metrics) == {
        "rmse",
        "mse",
        "mae",
        "rmse_unit",
    }


def test_that_models_that_mix_are_evaluated_by_presence_unless_asked_otherwise():
    weights: list[float | None] = []

    class Mixing(TableModel):
        can = dataclasses.replace(TableModel.can, mixes_presence=True, predicts_ratings=False)

        def rank_scores(self, prediction: Prediction, weight: float | None = None) -> torch.Tensor:
            weights.append(weight)
            return prediction.score_UI

    table, (held_out, candidates_I) = some_model(), some_people()
    model = Mixing(table.scores_I.numpy(), table.ratings_I.numpy())
    drive(evaluate_model(model, held_out, candidates_I=candidates_I))
    drive(evaluate_model(model, held_out, candidates_I=candidates_I, weight=0.3))
    assert weights == [1.0, 0.3]
    assert model.asked == [False, True], "a mixture needs the predicted ratings"


@pytest.mark.parametrize("metric", ["ndcg@10", "recall@3", "map@5", "coverage@10", "rmse", "mae"])
def test_that_the_value_of_the_monitor_is_the_evaluated_one(metric):
    model, (held_out, candidates_I) = some_model(), some_people()
    result = drive(evaluate_model(model, held_out, candidates_I=candidates_I, ks=(3, 5, 10), intervals=False))
    value = monitor_value(model, held_out, candidates_I=candidates_I, metric=metric)
    assert value == pytest.approx(result.metrics[metric].value)


@pytest.mark.parametrize("metric", ["ndcg", "rmse@5", "ndcg@0", "ndcg@ten", "luck@5"])
def test_that_an_unknown_metric_is_refused(metric):
    held_out, candidates_I = some_people()
    with pytest.raises(SettingError, match="no metric called"):
        monitor_value(some_model(), held_out, candidates_I=candidates_I, metric=metric)


def test_that_errors_cannot_monitor_a_model_without_ratings():
    model, (held_out, candidates_I) = some_model(), some_people()
    model.can = dataclasses.replace(model.can, predicts_ratings=False)
    with pytest.raises(SettingError, match="rmse cannot be measured for table"):
        monitor_value(model, held_out, candidates_I=candidates_I, metric="rmse")


def test_that_people_with_nothing_to_find_are_refused():
    held_out, candidates_I = some_people()
    nothing = held_out.to_find.where(np.zeros(held_out.to_find.entries, dtype=bool))
    with pytest.raises(DataError, match="Nobody among the held-out people"):
        drive(evaluate_model(some_model(), dataclasses.replace(held_out, to_find=nothing), candidates_I=candidates_I))
    nobody = HeldOut(np.zeros(0, dtype=np.int64), *(side.take(np.zeros(0, dtype=int)) for side in (nothing, nothing)))
    with pytest.raises(DataError, match="Nobody among the held-out people"):
        drive(evaluate_model(some_model(), nobody, candidates_I=candidates_I))


def test_that_scores_that_are_no_numbers_are_an_error_in_words():
    model, (held_out, candidates_I) = some_model(), some_people()
    model.scores_I[3] = NAN
    with pytest.raises(TrainingError, match=r"diverged.*lower learning rate"):
        drive(evaluate_model(model, held_out, candidates_I=candidates_I))


def test_that_a_cut_below_one_is_refused():
    held_out, candidates_I = some_people()
    with pytest.raises(SettingError, match="not at 0"):
        drive(evaluate_model(some_model(), held_out, candidates_I=candidates_I, ks=(0, 5)))


def test_that_no_mode_of_torch_leaks_at_any_step():
    model, (held_out, candidates_I) = some_model(), some_people()
    model.train()
    events: list[Event | None] = []
    for event in evaluate_model(model, held_out, candidates_I=candidates_I):
        assert not torch.is_inference_mode_enabled()
        assert torch.is_grad_enabled()
        assert model.training
        events.append(event)
    assert [event.stage for event in events if isinstance(event, StageStarted)] == ["evaluating", "bootstrap"]
    assert all(event is None or isinstance(event, (StageStarted, Progressed)) for event in events)


@pytest.mark.parametrize("steps", [1, 2, 3, 12])
def test_that_a_stop_gives_what_the_people_so_far_gave(steps, monkeypatch):
    monkeypatch.setattr("engine.data.batches._MOST_PEOPLE_AT_ONCE", 4)
    model, (held_out, candidates_I) = some_model(), some_people()
    job = evaluate_model(model, held_out, candidates_I=candidates_I, ks=(5,))
    for _ in range(steps):
        next(job)
    with pytest.raises(StopIteration) as end:
        job.throw(Stop())
    result = end.value.value
    people = min(PEOPLE, 4 * (steps - 1))
    assert result.stopped
    assert len(result.user_rows_U) == people
    assert all(len(values) == people for values in result.per_person.values())
    assert all(metric.low is None for metric in result.metrics.values())
