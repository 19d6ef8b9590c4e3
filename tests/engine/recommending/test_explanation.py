"""Why a title was recommended."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data.dataset import Histories
from engine.errors import ProfileError
from engine.recommending.explanation import explain, leave_one_out_impacts
from engine.recommending.leaving_out import chunks_of
from engine.recommending.ranking import Filters, ListTerms
from engine.recommending.recommender import Recommender

LIKED_ALIEN_DISLIKED_ARMAGEDDON = Histories.of_one([0, 2], [5.0, 1.0])
DUNE, BRAZIL = 5, 3


def test_that_reasons_are_signed_and_what_speaks_against_stands_apart(dataset, make_model):
    why = explain(Recommender(make_model(), dataset), LIKED_ALIEN_DISLIKED_ARMAGEDDON, DUNE)

    assert [(one.words, one.impact) for one in why.carried] == [("you gave Alien 5", 3.0)]
    assert [(one.words, one.impact) for one in why.against] == [("you rated Armageddon 1", -1.5)]
    assert why.score == 1.5


def test_that_strengths_are_beside_the_largest_impact(dataset, make_model):
    why = explain(Recommender(make_model(), dataset), LIKED_ALIEN_DISLIKED_ARMAGEDDON, DUNE)

    assert why.carried[0].strength == pytest.approx(1.0)
    assert why.against[0].strength == pytest.approx(1 / 2)
    assert why.others == 0


def test_that_what_carried_a_title_is_shown_however_much_speaks_against_it(dataset, make_model):
    model = make_model()
    with torch.no_grad():
        model.weights_II[:, DUNE] = -1.0
        model.weights_II[7, DUNE] = 0.001

    why = explain(Recommender(model, dataset), Histories.of_one([0, 1, 2, 3, 4, 6, 7], [5.0] * 7), DUNE)

    assert [one.title for one in why.carried] == ["Fargo"]
    assert (len(why.against), why.others) == (4, 2)


def test_that_a_reason_says_the_rank_without_it(dataset, make_model):
    history = Histories.of_one([0, 1], [5.0, 5.0])

    why = explain(Recommender(make_model(), dataset), history, BRAZIL)

    assert why.rank == 1
    assert why.carried[0].rank_without == 3  # behind Casablanca (Amelie's) and, equal to it, Armageddon (lower row)


def test_that_ranks_are_those_of_the_filtered_list(dataset, make_model):
    recommender = Recommender(make_model(), dataset)
    history = Histories.of_one([0, 1], [5.0, 5.0])

    kept = explain(recommender, history, DUNE, terms=ListTerms(filters=Filters(genres_none=("Comedy",))))
    left_out = explain(recommender, history, DUNE, terms=ListTerms(filters=Filters(genres_any=("Comedy",))))

    assert kept.rank == 1
    assert left_out.rank is None
    assert left_out.carried[0].rank_without is None


def test_that_a_seen_title_without_a_rating_reads_as_seen(dataset, make_model):
    why = explain(Recommender(make_model(), dataset), Histories.of_one([0], [None]), BRAZIL)

    assert why.carried[0].words == "you have seen Alien"
    assert why.carried[0].rating is None


def test_that_the_good_rating_of_a_generous_person_is_no_dislike(dataset, make_model):
    generous = Histories.of_one([0, 1, 4, 6], [4.0, 5.0, 5.0, 5.0])

    why = explain(Recommender(make_model(), dataset), generous, BRAZIL)

    assert why.carried[0].words == "you gave Alien 4"


def test_that_ratings_below_a_like_have_no_influence_on_a_model_of_likes(dataset, make_model):
    why = explain(Recommender(make_model(learns_from="likes"), dataset), LIKED_ALIEN_DISLIKED_ARMAGEDDON, DUNE)

    assert [one.title for one in (*why.carried, *why.against)] == ["Alien"]
    assert why.note == "This model uses only films you gave 4 or more; one of yours doesn't count yet."


def test_that_a_title_which_nothing_moves_says_so(dataset, make_model):
    why = explain(Recommender(make_model(), dataset), LIKED_ALIEN_DISLIKED_ARMAGEDDON, 6)

    assert (why.carried, why.against) == ((), ())
    assert why.note.startswith("None of your ratings moves this title")


def test_that_an_own_rating_is_not_explained(dataset, make_model):
    with pytest.raises(ProfileError, match="Alien is one of your own ratings"):
        explain(Recommender(make_model(), dataset), LIKED_ALIEN_DISLIKED_ARMAGEDDON, 0)


def test_that_the_impact_of_a_linear_model_is_its_weight_times_its_input(make_model, weights_II):
    model = make_model()
    history = Histories.of_one([0, 1, 2], [5.0, 4.0, None])

    impacts = leave_one_out_impacts(model, history, np.arange(8), None)

    assert impacts.dtype == np.float32
    strengths = np.array([[3.0], [2.0], [1.0]], dtype=np.float32)
    assert impacts == pytest.approx(weights_II[:3].numpy() * strengths)


def test_that_impacts_follow_the_weight(make_model):
    history = Histories.of_one([0], [5.0])

    at_one = leave_one_out_impacts(make_model(), history, np.array([BRAZIL]), 1.0)

    assert at_one[0, 0] == -6.0


def test_that_portions_hold_few_scores_at_once_and_every_entry_once():
    portions = list(chunks_of(np.arange(2000), 10_000))

    assert max(len(portion) for portion in portions) * 10_000 <= 4_000_000
    assert np.concatenate(portions).tolist() == list(range(2000))
    assert [len(chunk) for chunk in chunks_of(np.arange(3), 10**9)] == [1, 1, 1]
