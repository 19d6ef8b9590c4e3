"""How well a model knows one person, found by leaving each of their ratings out."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data.dataset import Histories
from engine.errors import ProfileError
from engine.events import Progressed, Stop, drive
from engine.models.popularity import Popularity, PopularityConfig
from engine.recommending import leaving_out
from engine.recommending.recommender import Recommender
from engine.recommending.user_evaluation import evaluate_user, score_interval

HISTORY = Histories.of_one([0, 1, 2, 3, 4, 6], [5.0, 4.0, 1.0, 4.5, 3.0, None])


@pytest.fixture
def found(dataset, make_model):
    return drive(evaluate_user(Recommender(make_model(), dataset), HISTORY))


def entry(found, title):
    return next(entry for entry in found.entries if entry.title == title)


def test_that_every_rating_is_predicted_from_the_others(dataset, make_model, found):
    model = make_model()
    for left_out in found.entries:
        rest = HISTORY.where(HISTORY.item_rows_N != left_out.item_row)
        assert left_out.predicted == pytest.approx(model.predict(rest).rating_UI[0, left_out.item_row].item())
    assert [entry.title for entry in found.entries] == ["Alien", "Amelie", "Armageddon", "Brazil", "Casablanca"]


def test_that_a_title_seen_without_a_rating_is_not_asked_about(found):
    assert "Eraserhead" not in [entry.title for entry in found.entries]
    assert found.entries_wanted == found.entries_done == 5


def test_that_a_favourite_has_the_number_it_would_have_in_the_list(found):
    # Without Brazil, Alien still carries it (2 x 3 = 6) and Dune (1 x 3 - 1.5); the rest stands at 0 or below.
    assert entry(found, "Brazil").rank == 1
    assert entry(found, "Armageddon").rank is None
    assert not entry(found, "Armageddon").is_favourite
    assert found.favourites == 3


def test_that_equal_scores_are_ordered_by_item_row(found):
    # Without Alien nothing speaks for it: Dune (-1.5) is below; of the rest at 0 it has the first row.
    assert entry(found, "Alien").rank == 1
    # Without Amelie only Dune (3 - 1.5) is above it.
    assert entry(found, "Amelie").rank == 2


def test_that_titles_the_person_has_seen_take_no_place_in_the_list(dataset, make_model):
    found = drive(evaluate_user(Recommender(make_model(), dataset), HISTORY, seen_rows=(5,)))
    assert entry(found, "Amelie").rank == 1


def test_that_the_most_liked_stand_beside_the_model(dataset, make_model, found):
    baseline = Popularity(PopularityConfig(), items=8, scale=dataset.scale)
    drive(baseline.fit(dataset.histories))
    rest = HISTORY.where(HISTORY.item_rows_N != 3)
    assert entry(found, "Brazil").baseline == pytest.approx(float(baseline.predict(rest).rating_UI[0, 3]))
    assert entry(found, "Brazil").baseline_rank == 1
    given = drive(evaluate_user(Recommender(make_model(), dataset), HISTORY, baseline=baseline))
    assert given == found


def test_that_the_error_is_that_of_the_predictions_with_an_interval_around_it(found):
    errors = np.array([entry.predicted - entry.rating for entry in found.entries])
    rmse, mae = found.figures["rmse"], found.figures["mae"]
    assert rmse.of == 5
    assert rmse.model.value == pytest.approx(np.sqrt((errors**2).mean()))
    assert mae.model.value == pytest.approx(np.abs(errors).mean())
    assert rmse.model.low < rmse.model.value < rmse.model.high
    assert rmse.difference.value == pytest.approx(rmse.model.value - rmse.baseline.value)


def test_that_a_model_equal_to_the_baseline_differs_by_nothing(dataset):
    baseline = Popularity(PopularityConfig(), items=8, scale=dataset.scale)
    drive(baseline.fit(dataset.histories))
    found = drive(evaluate_user(Recommender(baseline, dataset), HISTORY))
    assert (found.figures["mae"].difference.low, found.figures["mae"].difference.high) == (0.0, 0.0)
    assert all(entry.rank == entry.baseline_rank for entry in found.entries)


def test_that_hits_are_the_share_of_favourites_in_the_first_titles(found):
    assert found.figures["hits@20"].model.value == 1.0
    assert found.figures["hits@20"].of == 3
    assert found.figures["hits@20"].model.low < 0.6


def test_that_three_of_three_are_not_certain():
    interval = score_interval(3, 3)
    assert interval.value == 1.0
    assert interval.high == 1.0
    assert interval.low == pytest.approx(0.4385, abs=1e-4)
    assert score_interval(0, 3).low == 0.0
    assert score_interval(5, 10).low == pytest.approx(0.2366, abs=1e-4)


def test_that_a_model_of_likes_is_asked_about_favourites_only(dataset, make_model):
    model = make_model(learns_from="likes", predicts_ratings=False)
    found = drive(evaluate_user(Recommender(model, dataset), HISTORY))
    assert [entry.title for entry in found.entries] == ["Alien", "Amelie", "Brazil"]
    assert "rmse" not in found.figures
    assert "hits@100" in found.figures
    assert all(entry.predicted is None for entry in found.entries)


def test_that_too_few_ratings_are_refused_with_how_many_it_takes(dataset, make_model):
    few = Histories.of_one([0, 1, 2, 3, 6], [5.0, 4.0, 1.0, 2.0, None])
    with pytest.raises(ProfileError, match="from 5 on") as refused:
        drive(evaluate_user(Recommender(make_model(), dataset), few))
    assert "Rate" in refused.value.remedy


def test_that_titles_training_never_saw_are_not_asked_about(dataset, make_model):
    candidates_I = np.ones(8, dtype=np.bool_)
    candidates_I[4] = False
    with pytest.raises(ProfileError, match="4 of the ratings"):
        drive(evaluate_user(Recommender(make_model(), dataset, candidates_I=candidates_I), HISTORY))


def test_that_somebody_without_favourites_has_errors_but_no_hits(dataset, make_model):
    harsh = Histories.of_one([0, 1, 2, 3, 4], [2.0, 1.0, 1.0, 3.0, 2.5])
    found = drive(evaluate_user(Recommender(make_model(), dataset), harsh))
    assert found.favourites == 0
    assert set(found.figures) == {"rmse", "mae"}


def test_that_a_stop_keeps_the_ratings_looked_at_so_far(dataset, make_model, monkeypatch):
    monkeypatch.setattr(leaving_out, "_MOST_AT_ONCE", 1)
    job = evaluate_user(Recommender(make_model(), dataset), HISTORY)
    steps = 0
    try:
        event = next(job)
        while True:
            steps += 1
            event = job.throw(Stop()) if steps == 21 else next(job)
    except StopIteration as end:
        found = end.value
    assert found.stopped
    assert 0 < found.entries_done < 5
    assert not isinstance(event, Progressed) or event.total == 5


def test_that_no_mode_of_torch_leaks_to_the_driver(dataset, make_model):
    yields = 0
    for _ in evaluate_user(Recommender(make_model(), dataset), HISTORY):
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()
        yields += 1
    assert yields
