"""The cold-start curve: the same people, of whom the model knows more and more entries."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from judged_people import TableModel, some_model, some_people

from engine.data.dataset import Histories
from engine.data.split import HeldOut
from engine.evaluation.breakdown import Breakdown
from engine.evaluation.protocol import evaluate_model
from engine.events import StageStarted, Stop, drive
from engine.models.base import Prediction


class Listening(TableModel):
    """Remembers what it was asked with."""

    def __init__(self) -> None:
        table = some_model()
        super().__init__(table.scores_I.numpy(), table.ratings_I.numpy())
        self.asked_with: list[Histories] = []

    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        self.asked_with.append(profiles)
        return super().predict(profiles, ratings=ratings)


class OneList(TableModel):
    """The same list for everybody, whatever is known."""

    def scores(self, entries: int) -> torch.Tensor:
        return self.scores_I


def curve_of(model: TableModel, *, people: int = 100, held_out: HeldOut | None = None) -> Breakdown:
    some, candidates_I = some_people()
    job = evaluate_model(model, held_out or some, candidates_I=candidates_I, ks=(5,), cold_start_people=people)
    found = drive(job).breakdown("cold start")
    assert found is not None
    return found


def test_that_more_is_known_in_every_row_and_the_last_is_the_whole_evaluation():
    held_out, candidates_I = some_people()
    result = drive(evaluate_model(some_model(), held_out, candidates_I=candidates_I, ks=(5,), cold_start_people=100))
    curve = result.breakdowns[0]
    able = (held_out.fold_in.counts_U > 0) & ~np.isnan(result.per_person["ndcg@5"])
    assert (curve.name, curve.unit) == ("cold start", "NDCG@5")
    assert [row.label for row in curve.rows] == ["1", "2", "all"]
    assert {row.count for row in curve.rows} == {able.sum()}
    assert curve.rows[-1].value == pytest.approx(result.per_person["ndcg@5"][able].mean())


def test_that_each_profile_holds_the_one_before_in_its_own_order():
    model, (held_out, _) = Listening(), some_people()
    curve_of(model)
    shortened = model.asked_with[1:]
    assert [int(profiles.counts_U.max()) for profiles in shortened] == [1, 2]
    whole = held_out.fold_in
    able = [user for user in range(len(held_out)) if whole.row(user).entries]
    rows = [[profiles.row(place).item_rows_N.tolist() for profiles in shortened] for place in range(len(shortened[0]))]
    own = [whole.row(user).item_rows_N.tolist() for user in able]
    for shorter, longer in rows:
        assert set(shorter) <= set(longer)
        assert any([item for item in items if item in longer] == longer for items in own), "the order is kept"


def test_that_who_says_the_same_to_everybody_has_a_flat_curve():
    """Whatever is known, nothing of the whole profile is listed: knowing less must not make the task harder."""
    table = some_model()
    curve = curve_of(OneList(table.scores_I.numpy(), table.ratings_I.numpy()))
    assert len({row.value for row in curve.rows}) == 1


def test_that_no_more_people_are_asked_than_wanted_and_always_the_same():
    model = Listening()
    first = curve_of(model, people=7)
    assert {row.count for row in first.rows} == {7}
    assert {len(profiles) for profiles in model.asked_with[1:]} == {7}
    assert curve_of(Listening(), people=7) == first


def test_that_lengths_that_most_people_do_not_have_are_left_out():
    few, _ = some_people()
    one_each = few.fold_in.where(np.isin(np.arange(few.fold_in.entries), few.fold_in.indptr_U1[:-1]))
    short = HeldOut(few.user_rows_U, one_each, few.to_find)
    assert [row.label for row in curve_of(some_model(), held_out=short).rows] == ["all"]


def test_that_no_curve_is_drawn_unless_it_is_asked_for():
    held_out, candidates_I = some_people()
    events = list(evaluate_model(some_model(), held_out, candidates_I=candidates_I))
    assert "cold start" not in [event.stage for event in events if isinstance(event, StageStarted)]


def test_that_a_stop_in_the_curve_leaves_it_out(monkeypatch):
    monkeypatch.setattr("engine.data.batches._MOST_PEOPLE_AT_ONCE", 4)
    held_out, candidates_I = some_people()
    job = evaluate_model(some_model(), held_out, candidates_I=candidates_I, cold_start_people=100)
    for event in job:
        assert not torch.is_inference_mode_enabled()
        if isinstance(event, StageStarted) and event.stage == "cold start":
            break
    next(job)
    with pytest.raises(StopIteration) as end:
        job.throw(Stop())
    result = end.value.value
    assert result.stopped
    assert result.breakdown("cold start") is None
    assert result.metrics["ndcg@20"].low is None


def test_that_the_weight_of_a_mixture_holds_for_the_curve():
    weights: list[float | None] = []

    class Mixing(TableModel):
        can = dataclasses.replace(TableModel.can, mixes_presence=True)

        def rank_scores(self, prediction: Prediction, weight: float | None = None) -> torch.Tensor:
            weights.append(weight)
            return prediction.score_UI

    table, (held_out, candidates_I) = some_model(), some_people()
    model = Mixing(table.scores_I.numpy(), table.ratings_I.numpy())
    drive(evaluate_model(model, held_out, candidates_I=candidates_I, weight=0.3, cold_start_people=5))
    assert len(weights) > 1
    assert set(weights) == {0.3}
