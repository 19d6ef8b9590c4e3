"""What a title's place hangs on."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch

from engine.data.dataset import Histories
from engine.events import Stop, drive
from engine.recommending.counterfactual import hangs_on
from engine.recommending.ranking import Filters, ListTerms
from engine.recommending.recommender import Recommender

BRAZIL, CASABLANCA, DUNE = 3, 4, 5
HISTORY = Histories.of_one([0, 1, 2], [5.0, 4.0, 5.0])


def place_without(recommender: Recommender, history: Histories, rows: tuple[int, ...], item_row: int) -> int | None:
    left = history.where(~np.isin(history.item_rows_N, rows))
    scores = recommender.model.predict(left).score_UI[0].detach().numpy()
    return recommender.order(scores, history).rank(item_row)


def test_that_the_first_title_hangs_on_the_one_rating_that_made_it_first(dataset, make_model):
    recommender = Recommender(make_model(), dataset)

    found = drive(hangs_on(recommender, Histories.of_one([0, 1], [5.0, 4.0]), BRAZIL))

    assert (found.place, found.is_found, found.stopped) == (1, True, False)
    assert [(one.title, one.rating) for one in found.ratings] == [("Alien", 5.0)]


def test_that_of_several_that_would_do_the_one_that_carries_it_most_is_named(dataset, make_model):
    model = make_model()
    with torch.no_grad():
        model.weights_II.zero_()
        model.weights_II[0, BRAZIL], model.weights_II[1, BRAZIL] = 3.0, 2.0
        model.weights_II[0, DUNE], model.weights_II[2, DUNE] = 1.5, 2.5  # without Amelie, Dune leads by most

    found = drive(hangs_on(Recommender(model, dataset), Histories.of_one([0, 1, 2], [3.0, 3.0, 3.0]), BRAZIL))

    assert [one.title for one in found.ratings] == ["Alien"]


@pytest.mark.parametrize("seed", range(8))
def test_that_the_title_is_not_first_without_them_and_each_of_them_is_needed(dataset, make_model, seed):
    dice, model = torch.Generator().manual_seed(seed), make_model()
    with torch.no_grad():
        model.weights_II.copy_(torch.rand((8, 8), generator=dice))
    history = Histories.of_one([0, 1, 2, 6], [5.0, 4.0, 3.0, None])
    recommender = Recommender(model, dataset)
    first = recommender.recommend(history, top=1).items[0].item_row

    found = drive(hangs_on(recommender, history, first))

    rows = tuple(one.item_row for one in found.ratings)
    if found.is_found:
        assert place_without(recommender, history, rows, first) != 1
        for needed in rows:
            assert place_without(recommender, history, tuple(row for row in rows if row != needed), first) == 1
    else:
        every = history.item_rows_N.tolist()
        assert all(place_without(recommender, history, some, first) == 1 for some in combinations(every, 1))


def test_that_a_title_beyond_the_first_ten_or_out_of_the_list_hangs_on_nothing(dataset, make_model):
    recommender = Recommender(make_model(), dataset)

    assert (
        drive(hangs_on(recommender, HISTORY, BRAZIL, terms=ListTerms(filters=Filters(genres_none=("Comedy",))))) is None
    )


def test_that_the_place_is_the_first_ten_for_those_behind_the_first(dataset, make_model):
    recommender = Recommender(make_model(), dataset)

    found = drive(hangs_on(recommender, HISTORY, CASABLANCA))

    assert found.place == 10
    assert not found.is_found


def test_that_a_title_that_is_first_whatever_is_taken_away_says_so(dataset, make_model):
    model = make_model()
    with torch.no_grad():
        model.weights_II[:, DUNE] = 9.0

    found = drive(hangs_on(Recommender(model, dataset), HISTORY, DUNE))

    assert not found.is_found
    assert len(found.ratings) == 2


def test_that_one_rating_and_only_seen_titles_are_answered(dataset, make_model):
    recommender = Recommender(make_model(), dataset)

    alone = drive(hangs_on(recommender, Histories.of_one([0], [5.0]), BRAZIL))
    seen = drive(hangs_on(recommender, Histories.of_one([0, 1], [None, None]), BRAZIL))

    assert (alone.is_found, alone.ratings) == (False, ())
    assert [one.rating for one in seen.ratings] == [None]


def test_that_time_up_and_a_stop_give_what_was_found_so_far(dataset, make_model):
    recommender = Recommender(make_model(), dataset)
    ticks = iter(range(100))

    late = drive(hangs_on(recommender, HISTORY, BRAZIL, seconds=1, clock=lambda: float(next(ticks))))
    job = hangs_on(recommender, HISTORY, BRAZIL)
    next(job)
    next(job)
    with pytest.raises(StopIteration) as end:
        job.throw(Stop())

    assert not late.is_found
    assert end.value.value.stopped
