"""A profile in, a list of titles out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from engine.data.dataset import Histories
from engine.data.profiles import Profile, ProfileEntry
from engine.errors import DivergedError, ProfileError, SettingError
from engine.events import drive
from engine.models.ease import Ease, EaseConfig
from engine.recommending.explanation import explain, leave_one_out_impacts
from engine.recommending.insights import explain_list
from engine.recommending.many_lists import many_lists
from engine.recommending.pair_ratings import rate_pairs
from engine.recommending.ranking import Filters, ListTerms
from engine.recommending.recommender import Recommender

ALIEN_AND_AMELIE = Histories.of_one([0, 1], [5.0, 3.0])


def test_that_titles_come_best_first_and_none_of_the_profile_comes_back(dataset, make_model):
    listed = Recommender(make_model(), dataset).recommend(ALIEN_AND_AMELIE)

    assert [one.item_row for one in listed.items] == [3, 5, 4, 2, 6, 7]
    assert [item.rank for item in listed.items] == [1, 2, 3, 4, 5, 6]
    best = listed.items[0]
    assert (best.item_id, best.title, best.year, best.genres) == ("103", "Brazil", 1985, ("Comedy", "Sci-Fi"))
    assert (best.score, best.predicted_rating) == (6.0, pytest.approx(3.6))


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("where", [(0, 3), (slice(None), slice(None))], ids=["one weight", "all weights"])
def test_that_scores_that_are_no_numbers_are_an_error_and_no_empty_list(dataset, make_model, value, where):
    model = make_model()
    model.weights_II.data[where] = value
    recommender = Recommender(model, dataset)
    with pytest.raises(DivergedError, match="The model's scores are not numbers: the model has diverged"):
        recommender.recommend(ALIEN_AND_AMELIE)
    with pytest.raises(DivergedError):
        list(many_lists(recommender, ALIEN_AND_AMELIE, top=3))
    with pytest.raises(DivergedError):
        explain(recommender, ALIEN_AND_AMELIE, 3)
    with pytest.raises(DivergedError):
        leave_one_out_impacts(model, ALIEN_AND_AMELIE, np.array([3]), None)


def test_that_predicted_ratings_that_are_no_numbers_are_an_error(dataset, make_model, monkeypatch):
    model = make_model()
    with_ratings = type(model).predict

    def predict(*asked, **how):
        return dataclasses.replace(with_ratings(*asked, **how), rating_UI=torch.full((1, 8), torch.nan))

    monkeypatch.setattr(type(model), "predict", predict)
    with pytest.raises(DivergedError, match="The model's ratings are not numbers"):
        Recommender(model, dataset).recommend(ALIEN_AND_AMELIE)
    pairs = np.array([0], dtype=np.int32)
    with pytest.raises(DivergedError, match="The model's ratings are not numbers"):
        drive(rate_pairs(model, dataset, pairs, pairs + 3, averages=False))


def test_that_what_comes_out_is_plain_values(dataset, make_model):
    listed = Recommender(make_model(), dataset).recommend(ALIEN_AND_AMELIE)

    assert listed.items[0].predicted_sd is None, "this model does not know how far off it is"
    for value in dataclasses.astuple(dataclasses.replace(listed.items[0], predicted_sd=0.5)):
        assert type(value) in (int, float, str, tuple)


def test_that_titles_that_training_never_saw_are_not_recommended(dataset, make_model):
    seen = np.ones(8, dtype=bool)
    seen[3] = False

    listed = Recommender(make_model(), dataset, candidates_I=seen).recommend(ALIEN_AND_AMELIE)

    assert 3 not in [item.item_row for item in listed.items]
    assert listed.candidates == 5


def test_that_a_switched_off_title_does_not_come_back_either(dataset, make_model):
    recommender = Recommender(make_model(), dataset)
    profile = Profile(
        "me", "Me", (ProfileEntry("100", "Alien", 1979, 5), ProfileEntry("103", "Brazil", 1985, 5, on=False))
    )
    found = recommender.match(profile)

    listed = recommender.recommend(found.history, ListTerms(seen_rows=found.seen_rows))

    assert 3 not in [item.item_row for item in listed.items]


def test_that_what_is_not_for_a_person_is_in_no_list_and_no_reason_counts_it(dataset, make_model):
    recommender = Recommender(make_model(), dataset)
    profile = Profile("me", "Me", (ProfileEntry("100", "Alien", 1979, 5),))
    refused = profile.refusing(ProfileEntry("103", "Brazil", 1985, None))
    found, before = recommender.match(refused), recommender.recommend(recommender.match(profile).history)

    listed = recommender.recommend(found.history, ListTerms(hidden_rows=found.not_for_me_rows))
    why = explain(recommender, found.history, 5, terms=ListTerms(hidden_rows=found.not_for_me_rows))
    insights = drive(explain_list(recommender, found.history, terms=ListTerms(hidden_rows=found.not_for_me_rows)))

    assert before.items[0].item_row == 3, "it would be first"
    assert [item.item_row for item in listed.items] == [5, 1, 2, 4, 6, 7]
    assert why.rank == 1
    assert [title.item_row for title in insights.titles] == [5, 1, 2, 4, 6, 7]


def test_that_a_new_weight_or_filter_ranks_again_without_asking_the_model(dataset, make_model):
    model = make_model()
    recommender = Recommender(model, dataset)
    recommender.recommend(ALIEN_AND_AMELIE)

    turned = recommender.recommend(Histories.of_one([0, 1], [5.0, 3.0]), ListTerms(weight=1.0))
    recommender.recommend(ALIEN_AND_AMELIE, ListTerms(filters=Filters(hidden_gems=0.5)))

    assert model.calls == 1
    assert turned.items[-1].item_row == 3


def test_that_another_rating_asks_the_model_again(dataset, make_model):
    model = make_model()
    recommender = Recommender(model, dataset)
    recommender.recommend(ALIEN_AND_AMELIE)

    recommender.recommend(Histories.of_one([0, 1], [5.0, None]))

    assert model.calls == 2


def test_that_filters_refill_the_list_from_the_whole_catalogue(dataset, make_model):
    listed = Recommender(make_model(), dataset).recommend(
        ALIEN_AND_AMELIE, ListTerms(filters=Filters(genres_none=("Sci-Fi",))), top=2
    )

    assert [item.title for item in listed.items] == ["Casablanca", "Eraserhead"]
    assert listed.passing == 3


def test_that_lift_compares_with_the_average_person_among_titles_not_seen(dataset, make_model):
    recommender = Recommender(make_model(), dataset)
    even = np.full(8, 0.125, dtype=np.float32)

    lifts = recommender.lifts(even, Histories.of_one([0], [5.0]))

    counts = np.array([7, 6, 5, 4, 3, 2, 1])
    ratio = (1 / 7) / ((counts + 1) / (counts + 1).sum())
    assert lifts[0] == 0
    assert lifts[1:] == pytest.approx(1 + (ratio - 1) * counts / (counts + 2))


def test_that_a_person_like_the_average_finds_nothing_likelier_than_for_most(dataset, make_model):
    recommender = Recommender(make_model(learns_from="likes"), dataset)
    usual = (dataset.counts_I + 1) / (dataset.counts_I + 1).sum()

    lifts = recommender.lifts(usual.astype(np.float32), Histories.of_one([0], [5.0]))

    assert lifts[1:] == pytest.approx(1.0)


def test_that_a_profile_with_one_rating_works(dataset, make_model):
    listed = Recommender(make_model(), dataset).recommend(Histories.of_one([0], [5.0]))

    assert listed.items[0].title == "Brazil"


def test_that_an_empty_profile_is_told_to_rate_something(dataset, make_model):
    recommender = Recommender(make_model(), dataset)

    with pytest.raises(ProfileError, match=r"no ratings to recommend from.*one will do"):
        recommender.match(Profile("me", "Me"))


def test_that_a_profile_of_unknown_titles_is_told_so(dataset, make_model):
    recommender = Recommender(make_model(), dataset)
    profile = Profile("me", "Me", (ProfileEntry("100", "Solaris", 1972, 5),))

    with pytest.raises(ProfileError, match="Eight films doesn't know the 1 title of Me") as refusal:
        recommender.match(profile)
    assert refusal.value.facts["unmatched"] == 1


def test_that_a_profile_all_switched_off_is_told_so(dataset, make_model):
    recommender = Recommender(make_model(), dataset)

    with pytest.raises(ProfileError, match="switched off"):
        recommender.match(Profile("me", "Me", (ProfileEntry("100", "Alien", 1979, 5, on=False),)))


def test_that_a_model_of_likes_asks_for_a_like_where_there_is_none(dataset, make_model):
    recommender = Recommender(make_model(learns_from="likes"), dataset)

    with pytest.raises(ProfileError, match=r"gave 4 or more, and there are none yet\. Rate something 4 or"):
        recommender.recommend(Histories.of_one([0, 1, 2], [3.5, 1.0, None]))


def test_that_a_like_for_a_title_that_training_never_saw_is_said_to_be_unknown(dataset):
    ease = Ease(EaseConfig(), items=8, scale=dataset.scale)
    drive(ease.fit(dataset.histories.where(dataset.histories.item_rows_N != 0)))
    recommender = Recommender(ease, dataset)

    with pytest.raises(ProfileError, match="learned nothing about the titles you rated"):
        recommender.recommend(Histories.of_one([0], [5.0]))

    assert recommender.recommend(Histories.of_one([0, 1], [5.0, 5.0])).note == (
        "This model uses only the films it learned; one of yours doesn't count yet."
    )


def test_that_a_list_says_how_many_ratings_have_no_influence_on_a_model_of_likes(dataset, make_model):
    history = Histories.of_one([0, 1, 2], [5.0, 1.0, None])

    of_likes = Recommender(make_model(learns_from="likes"), dataset).recommend(history)
    of_ratings = Recommender(make_model(), dataset).recommend(history)

    assert of_likes.note == "This model uses only films you gave 4 or more; 2 of yours don't count yet."
    assert of_ratings.note == ""


def test_that_a_weight_outside_of_0_to_1_is_refused(dataset, make_model):
    with pytest.raises(SettingError, match="between 0"):
        Recommender(make_model(), dataset).recommend(ALIEN_AND_AMELIE, ListTerms(weight=1.5))


def test_that_the_torch_modes_of_the_caller_stay_as_they_were(dataset, make_model):
    recommender = Recommender(make_model(), dataset)

    with torch.autocast("cpu", dtype=torch.bfloat16):
        listed = recommender.recommend(ALIEN_AND_AMELIE)
        assert torch.is_autocast_enabled("cpu")
    assert torch.is_grad_enabled()
    assert listed.items[0].score == 6.0


def test_that_ratings_that_count_are_not_said_not_to(dataset):
    ease = Ease(EaseConfig(fold_in_others=0.4), items=8, scale=dataset.scale)
    drive(ease.fit(dataset.histories))
    recommender = Recommender(ease, dataset)
    assert recommender.recommend(Histories.of_one([0, 1], [5.0, 1.0])).note == ""
    with pytest.raises(ProfileError, match="goes by films you gave 4 or more"):
        recommender.recommend(Histories.of_one([0, 1], [1.0, 2.0]))
