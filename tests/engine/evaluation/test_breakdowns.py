"""An evaluation taken apart, each part against its slow definition."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from judged_people import PEOPLE, TITLES, TableModel, some_model, some_people

from engine.data.dataset import Histories
from engine.data.split import HeldOut
from engine.errors import SettingError
from engine.evaluation.breakdown import TIERS, Breakdown, Levels, by_profile_length, popularity_tiers
from engine.evaluation.protocol import evaluate_model, monitor_value
from engine.evaluation.result import EvaluationResult
from engine.events import Stop, drive

COUNTS_I = np.arange(TITLES) * 3


@pytest.fixture(params=[4, 512])
def people_at_once(request, monkeypatch):
    monkeypatch.setattr("engine.data.batches._MOST_PEOPLE_AT_ONCE", request.param)


def evaluated(model: TableModel | None = None, **choices) -> EvaluationResult:
    held_out, candidates_I = some_people()
    choices = {"candidates_I": candidates_I, "counts_I": COUNTS_I, "ks": (3, 10), **choices}
    return drive(evaluate_model(model or some_model(), choices.pop("held_out", held_out), **choices))


def part(result: EvaluationResult, name: str) -> Breakdown:
    found = result.breakdown(name)
    assert found is not None, name
    return found


@pytest.mark.usefixtures("people_at_once")
def test_that_errors_are_set_apart_by_the_rating_that_was_given():
    model, (held_out, _) = some_model(), some_people()
    rated = held_out.to_find.rated()
    errors_N = model.ratings_I.numpy()[rated.item_rows_N].astype(np.float64) - rated.ratings_N
    found = part(evaluated(model), "errors by rating")
    assert (found.unit, found.counted) == ("RMSE", "ratings")
    assert [row.label for row in found.rows] == ["1", "2", "3", "4", "5"]
    for row in found.rows:
        at_level_N = rated.ratings_N == float(row.label)
        assert row.count == at_level_N.sum()
        assert row.value == pytest.approx(math.sqrt(np.mean(errors_N[at_level_N] ** 2)))
        assert row.low is not None
        assert row.low <= row.value <= row.high


def test_that_ratings_without_steps_are_set_apart_by_ranges():
    ratings_N = np.linspace(0, 10, 101, dtype=np.float32)
    levels = Levels.of(np.append(ratings_N, np.float32("nan")))
    assert levels.labels[0] == "0 to 1"
    assert levels.labels[-1] == "9 to 10"
    assert levels.level_of(np.array([0, 0.99, 1, 9.5, 10], dtype=np.float32)).tolist() == [0, 0, 1, 9, 9]


@pytest.mark.usefixtures("people_at_once")
def test_that_known_and_new_people_and_titles_add_up_to_all_ratings():
    model, (held_out, candidates_I) = some_model(), some_people()
    rated = held_out.to_find.rated()
    errors_N = (model.ratings_I.numpy()[rated.item_rows_N].astype(np.float64) - rated.ratings_N) ** 2
    is_new_title_N = ~candidates_I[rated.item_rows_N]
    is_new_person_N = (held_out.fold_in.counts_U == 0)[rated.user_rows_N] & ~is_new_title_N
    found = part(evaluated(model), "known and new")
    expected = {
        "known people": ~is_new_title_N & ~is_new_person_N,
        "new people": is_new_person_N,
        "new titles": is_new_title_N,
    }
    assert [row.label for row in found.rows] == list(expected)
    assert sum(row.count for row in found.rows) == rated.entries
    for row in found.rows:
        assert row.count == expected[row.label].sum() > 0
        assert row.value == pytest.approx(math.sqrt(errors_N[expected[row.label]].mean()))


def test_that_nothing_is_said_of_new_people_where_there_are_none():
    held_out, _ = some_people()
    known = np.flatnonzero(held_out.fold_in.counts_U > 0)
    people = HeldOut(held_out.user_rows_U[known], held_out.fold_in.take(known), held_out.to_find.take(known))
    assert evaluated(held_out=people, candidates_I=np.ones(TITLES, dtype=bool)).breakdown("known and new") is None
    assert evaluated(held_out=people).breakdown("known and new") is not None, "a title is new"


@pytest.mark.usefixtures("people_at_once")
def test_that_popularity_is_the_share_of_places_that_the_most_rated_titles_take():
    model, (held_out, candidates_I) = some_model(), some_people()
    most_rated = [item for item in range(TITLES - 1, -1, -1) if candidates_I[item]]
    found = part(evaluated(model), "popularity")
    assert found.unit == "share of the lists of 3"
    assert [row.label for row in found.rows] == list(TIERS)
    assert [row.count for row in found.rows] == [1, 3, 12, 12]
    groups = [most_rated[:1], most_rated[:3], most_rated[:12], most_rated[12:]]
    for row, group in zip(found.rows, groups, strict=True):
        shares = []
        for user in range(PEOPLE):
            known = held_out.fold_in.row(user)
            scores = model.scores(known.entries).tolist()
            left = [item for item in most_rated if item not in known.item_rows_N]
            listed = sorted(left, key=lambda item: (-scores[item], item))[:3]
            shares.append(sum(item in group for item in listed) / len(listed))
        assert row.value == pytest.approx(np.mean(shares))


def test_that_popularity_in_the_data_is_the_share_of_entries():
    _, candidates_I = some_people()
    found = part(evaluated(), "popularity in the data")
    most_first = np.sort(COUNTS_I[candidates_I])[::-1]
    shares = [most_first[:1].sum(), most_first[:3].sum(), most_first[:12].sum(), most_first[12:].sum()]
    assert [row.value for row in found.rows] == pytest.approx(np.array(shares) / most_first.sum())


def test_that_equally_popular_titles_are_set_apart_by_item_row():
    tier_I = popularity_tiers(np.array([5, 5, 5, 5]), np.array([True, False, True, True]))
    assert tier_I.tolist() == [0, -1, 2, 3]


def test_that_profile_lengths_are_set_apart_in_doubling_steps():
    lengths = np.array([0, 1, 2, 3, 4, 7, 8, 200])
    values = np.array([0.1, 0.2, 0.3, 0.5, 0.2, float("nan"), 0.4, 0.9])
    found = by_profile_length(values, lengths, unit="NDCG@100").breakdown({})
    assert [(row.label, row.count) for row in found.rows] == [
        ("0", 1), ("1", 1), ("2 to 3", 2), ("4 to 7", 1), ("8 to 15", 1), ("128 to 255", 1),
    ]  # fmt: skip
    assert [row.value for row in found.rows] == pytest.approx([0.1, 0.2, 0.4, 0.2, 0.4, 0.9])


def test_that_profile_lengths_add_up_to_the_people_who_have_something_to_find():
    result = evaluated()
    found = part(result, "profile length")
    assert found.unit == "NDCG@10"
    total = sum(row.count * row.value for row in found.rows)
    assert sum(row.count for row in found.rows) == np.isfinite(result.per_person["ndcg@10"]).sum()
    assert total == pytest.approx(np.nansum(result.per_person["ndcg@10"]))


def test_that_fewer_than_five_people_have_no_interval():
    found = part(evaluated(), "profile length")
    assert {row.low is None for row in found.rows if row.count < 5} <= {True}
    assert {row.low is None for row in found.rows if row.count >= 5} == {False}


def test_that_only_what_a_model_can_do_is_taken_apart():
    model = some_model()
    model.can = dataclasses.replace(model.can, predicts_ratings=False)
    names = {breakdown.name for breakdown in evaluated(model).breakdowns}
    assert names == {"profile length", "popularity", "popularity in the data"}
    model.can = dataclasses.replace(model.can, predicts_ratings=True, ranks=False)
    assert {breakdown.name for breakdown in evaluated(model).breakdowns} == {"errors by rating", "known and new"}


def test_that_a_stop_leaves_breakdowns_without_intervals(monkeypatch):
    monkeypatch.setattr("engine.data.batches._MOST_PEOPLE_AT_ONCE", 4)
    held_out, candidates_I = some_people()
    job = evaluate_model(some_model(), held_out, candidates_I=candidates_I, counts_I=COUNTS_I, ks=(3,))
    for _ in range(4):
        next(job)
    with pytest.raises(StopIteration) as end:
        job.throw(Stop())
    assert end.value.value.breakdowns
    assert all(row.low is None for breakdown in end.value.value.breakdowns for row in breakdown.rows)


def test_that_errors_are_on_0_to_1_beside_the_real_scale():
    metrics = evaluated().metrics
    assert metrics["rmse_unit"].value == pytest.approx(metrics["rmse"].value / 4)
    assert metrics["rmse_unit"].low == pytest.approx(metrics["rmse"].low / 4)


def test_that_data_that_only_say_what_was_liked_have_no_errors_of_ratings():
    held_out, candidates_I = some_people()
    sides = (
        dataclasses.replace(side, ratings_N=np.full_like(side.ratings_N, 5))
        for side in (held_out.fold_in, held_out.to_find)
    )
    liked = HeldOut(held_out.user_rows_U, *sides)
    result = evaluated(held_out=liked)
    assert not {"rmse", "mse", "mae", "rmse_unit"} & result.metrics.keys()
    assert result.breakdown("errors by rating") is None
    assert result.metrics["ndcg@10"].value > 0
    with pytest.raises(SettingError, match="rmse cannot be measured for table"):
        monitor_value(some_model(), liked, candidates_I=candidates_I, metric="rmse")


def test_that_a_model_of_one_person_with_no_history_is_evaluated():
    nothing = Histories.of_one([], [])
    to_find = Histories.of_one([2, 3], [5.0, 2.0])
    one = HeldOut(np.zeros(1, dtype=np.int64), nothing, to_find)
    result = evaluated(held_out=one, cold_start_people=10)
    assert result.people == 1
    assert result.breakdown("cold start") is None
    assert [row.label for row in part(result, "profile length").rows] == ["0"]
