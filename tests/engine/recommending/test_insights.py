"""What a whole list says about a person."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from engine.data.dataset import Histories
from engine.errors import ProfileError
from engine.events import Progressed, StageStarted, Stop, drive
from engine.models.popularity import Popularity, PopularityConfig
from engine.recommending import leaving_out
from engine.recommending.insights import explain_list
from engine.recommending.recommender import Recommender

HISTORY = Histories.of_one([0, 1, 2], [5.0, 4.0, 1.0])


def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving_out, "_MOST_AT_ONCE", 1)


def test_that_each_listed_title_has_its_strongest_reasons_in_list_order(dataset, make_model):
    found = drive(explain_list(Recommender(make_model(), dataset), HISTORY))

    assert [title.title for title in found.titles] == ["Brazil", "Dune", "Casablanca", "Eraserhead", "Fargo"]
    assert [reason.words for reason in found.titles[1].reasons] == ["you gave Alien 5"]
    assert found.titles[3].reasons == ()


def test_that_the_line_of_a_title_names_what_carried_it_and_nothing_where_nothing_did(dataset, make_model):
    found = drive(explain_list(Recommender(make_model(), dataset), HISTORY))

    assert [title.line for title in found.titles] == [
        "because you liked Alien",
        "because you liked Alien",
        "because you liked Amelie",
        "",
        "",
    ]


def test_that_titles_of_the_most_liked_say_that_most_people_like_them(dataset):
    model = Popularity(PopularityConfig(), items=8, scale=dataset.scale)
    drive(model.fit(dataset.histories))

    found = drive(explain_list(Recommender(model, dataset), HISTORY))

    assert {title.line for title in found.titles} == {"popular with most people"}


def test_that_the_most_impactful_rating_moved_the_whole_list_most(dataset, make_model):
    found = drive(explain_list(Recommender(make_model(), dataset), HISTORY))

    assert [(one.title, one.impact) for one in found.most_impactful] == [
        ("Alien", 9.0),
        ("Armageddon", 1.5),
        ("Amelie", 1.0),
    ]
    assert [one.strength for one in found.most_impactful] == pytest.approx([1.0, 1.5 / 9, 1 / 9])
    assert [one.titles for one in found.most_impactful] == [2, 0, 1]


def test_that_the_most_surprising_rating_is_farthest_from_its_prediction_without_it(dataset, make_model, weights_II):
    model = make_model()
    with torch.no_grad():
        model.weights_II[0, 1] = 2.0  # Alien says that Amelie is a 3.6

    found = drive(explain_list(Recommender(model, dataset), HISTORY))

    surprises = {one.title: (one.rating, one.predicted, one.difference) for one in found.most_surprising}
    assert surprises["Amelie"] == pytest.approx((4.0, 3.6, 0.4))
    assert [abs(one.difference) for one in found.most_surprising] == pytest.approx([2.0, 2.0, 0.4])


def test_that_a_seen_title_without_a_rating_surprises_nobody(dataset, make_model):
    found = drive(explain_list(Recommender(make_model(), dataset), Histories.of_one([0, 1], [None, 4.0])))

    assert [one.title for one in found.most_surprising] == ["Amelie"]


def test_that_a_model_without_ratings_is_surprised_by_nothing_and_says_so(dataset, make_model):
    model = make_model(learns_from="likes", predicts_ratings=False)

    found = drive(explain_list(Recommender(model, dataset), HISTORY))

    assert found.most_surprising == ()
    assert not found.predicts_ratings
    assert found.note.startswith("This model uses only films you gave 4 or more; one of yours")
    assert found.entries_done == 3


def test_that_a_companion_that_predicts_stars_is_surprised_where_the_model_cannot_be(dataset, make_model, weights_II):
    stars = make_model()
    with torch.no_grad():
        stars.weights_II[0, 1] = 2.0  # Alien says that Amelie is a 3.6
    model = make_model(learns_from="likes", predicts_ratings=False)

    found = drive(explain_list(Recommender(model, dataset, stars=stars), HISTORY))

    surprises = {one.title: (one.rating, one.predicted, one.difference) for one in found.most_surprising}
    assert surprises["Amelie"] == pytest.approx((4.0, 3.6, 0.4))
    assert "Armageddon" in surprises
    assert found.predicts_ratings
    assert found.entries_done == 3
    assert found.most_impactful == drive(explain_list(Recommender(model, dataset), HISTORY)).most_impactful


def test_that_a_rating_without_influence_carries_nothing_though_it_may_surprise(dataset, make_model, monkeypatch):
    model = make_model()
    before = drive(explain_list(Recommender(model, dataset), HISTORY))
    assert len({one.item_row for one in before.most_impactful}) == 3
    silent = before.most_impactful[0].item_row
    monkeypatch.setattr(Recommender, "informative", lambda _self, history: history.item_rows_N != silent)

    found = drive(explain_list(Recommender(model, dataset), HISTORY))

    assert silent not in {one.item_row for one in found.most_impactful}
    assert silent in {one.item_row for one in found.most_surprising}


def test_that_a_stopped_job_returns_what_it_has_marked_as_stopped(dataset, make_model, monkeypatch):
    one_at_a_time(monkeypatch)
    job = explain_list(Recommender(make_model(), dataset), HISTORY)
    next(job)
    next(job)

    with pytest.raises(StopIteration) as end:
        job.throw(Stop())

    found = end.value.value
    assert found.stopped
    assert (found.entries_done, found.entries) == (1, 3)
    assert [one.title for one in found.most_impactful] == ["Alien"]


def test_that_a_job_stopped_at_its_first_event_returns_too(dataset, make_model):
    job = explain_list(Recommender(make_model(), dataset), HISTORY)
    next(job)

    with pytest.raises(StopIteration) as end:
        job.throw(Stop())

    assert end.value.value.stopped
    assert end.value.value.titles == ()


def test_that_control_comes_back_after_each_portion_with_clean_torch_modes(dataset, make_model, monkeypatch):
    one_at_a_time(monkeypatch)
    steps = 0

    for _ in explain_list(Recommender(make_model(), dataset), HISTORY):
        steps += 1
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()
        assert not torch.is_autocast_enabled("cpu")

    assert steps == 1 + 3


def test_that_events_are_plain_and_at_most_twenty_a_second(dataset, make_model, monkeypatch):
    one_at_a_time(monkeypatch)
    history = Histories.of_one([0, 1, 2, 4] * 100, [5.0, 4.0, 1.0, 3.0] * 100)
    events = []

    drive(explain_list(Recommender(make_model(), dataset), history), on_event=events.append)

    assert isinstance(events[0], StageStarted)
    assert all(isinstance(event, Progressed) and event.total == 400 for event in events[1:])
    assert len(events) < 100


def test_that_portions_of_any_size_find_the_same(dataset, make_model, monkeypatch):
    recommender = Recommender(make_model(), dataset)
    at_once = drive(explain_list(recommender, HISTORY))
    one_at_a_time(monkeypatch)

    assert drive(explain_list(recommender, HISTORY)) == at_once


def test_that_a_profile_without_a_like_is_refused_before_any_work(dataset, make_model):
    recommender = Recommender(make_model(learns_from="likes"), dataset)

    with pytest.raises(ProfileError, match="none yet"):
        drive(explain_list(recommender, Histories.of_one([0], [1.0])))


def test_that_insights_hold_no_tensors_or_arrays(dataset, make_model):
    found = drive(explain_list(Recommender(make_model(), dataset), HISTORY))

    leaves = _leaves(dataclasses.asdict(found))
    assert any(isinstance(leaf, float) for leaf in leaves)
    assert not any(isinstance(leaf, (torch.Tensor, np.ndarray, np.generic)) for leaf in leaves)


def _leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in _leaves(one)]
    if isinstance(value, (tuple, list)):
        return [leaf for one in value for leaf in _leaves(one)]
    return [value]
