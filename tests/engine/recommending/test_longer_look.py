"""Reasons by what each rating adds on average, over random orders."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data.dataset import Histories
from engine.events import Stop, drive
from engine.models.base import Prediction
from engine.recommending.explanation import explain
from engine.recommending.longer_look import look_longer
from engine.recommending.recommender import Recommender

DUNE = 5
HISTORY = Histories.of_one([0, 1, 2], [5.0, 4.0, 1.0])


def test_that_for_a_linear_model_a_longer_look_sees_what_leaving_one_out_does(dataset, make_model):
    recommender = Recommender(make_model(), dataset)

    long, short = drive(look_longer(recommender, HISTORY, DUNE)), explain(recommender, HISTORY, DUNE)

    assert [(one.title, one.impact) for one in long.carried] == [(one.title, one.impact) for one in short.carried]
    assert [(one.title, one.impact) for one in long.against] == [(one.title, one.impact) for one in short.against]
    assert [one.rank_without for one in long.carried] == [one.rank_without for one in short.carried]
    assert long.orders == 64


def test_that_two_ratings_that_stand_for_each_other_share_what_they_do(dataset, make_model, monkeypatch):
    recommender = Recommender(make_model(), dataset)

    def either(profiles: Histories, *, ratings: bool = True) -> Prediction:
        has = np.zeros(len(profiles), dtype=bool)
        has[profiles.user_rows_N[np.isin(profiles.item_rows_N, (0, 1))]] = True
        score_UI = torch.from_numpy(has).float()[:, None].expand(-1, 8)
        return Prediction(score_UI, score_UI)

    monkeypatch.setattr(recommender.model, "predict", either)

    found = drive(look_longer(recommender, HISTORY, DUNE))

    assert {one.title: one.impact for one in found.carried} == pytest.approx({"Alien": 0.5, "Amelie": 0.5})


def test_that_without_time_for_one_pair_there_is_no_longer_look(dataset, make_model):
    ticks = iter(range(1000))

    found = drive(
        look_longer(Recommender(make_model(), dataset), HISTORY, DUNE, seconds=0.5, clock=lambda: float(next(ticks)))
    )

    assert (found.orders, found.carried, found.against) == (0, (), ())


def test_that_a_stopped_look_gives_what_it_averaged(dataset, make_model):
    job = look_longer(Recommender(make_model(), dataset), HISTORY, DUNE)
    for _ in range(4):
        next(job)

    with pytest.raises(StopIteration) as end:
        job.throw(Stop())

    assert end.value.value.orders == 2
