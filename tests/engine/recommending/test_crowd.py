"""What most people gave a title."""

from __future__ import annotations

import dataclasses

import pytest

from engine.data.dataset import Histories, Scale
from engine.recommending.crowd import crowd_of
from engine.recommending.explanation import explain
from engine.recommending.recommender import Recommender


def test_that_ratings_are_counted_by_step_and_seen_titles_apart(dataset):
    histories = Histories.of([0, 1, 2, 3, 3], [5, 5, 5, 5, 1], [0.5, 4.5, None, 4.5, 1.0], people=4)

    crowd = crowd_of(dataclasses.replace(dataset, histories=histories), 5)

    assert (crowd.ratings, crowd.seen) == (3, 1)
    assert crowd.mean == pytest.approx(9.5 / 3)
    assert dict(zip(crowd.steps, crowd.counts, strict=True))[4.5] == 2
    assert sum(crowd.counts) == 3
    assert len(crowd.steps) == 10


def test_that_a_title_without_ratings_has_no_average(dataset):
    crowd = crowd_of(dataclasses.replace(dataset, histories=Histories.of([0], [1], [None], people=1)), 1)

    assert (crowd.ratings, crowd.mean, crowd.seen) == (0, None, 1)


@pytest.mark.parametrize("scale", [Scale(0, 100, 1), Scale(-10, 10, 0), Scale(0, 1, 0.01)])
def test_that_a_scale_of_many_steps_is_counted_in_ten_parts(dataset, scale):
    ratings = [scale.low, scale.high, scale.low + 0.55 * (scale.high - scale.low)]
    histories = Histories.of([0, 1, 2], [0, 0, 0], ratings, people=3)

    crowd = crowd_of(dataclasses.replace(dataset, histories=histories, scale=scale), 0)

    assert len(crowd.steps) == 10
    assert (crowd.counts[0], crowd.counts[5], crowd.counts[9]) == (1, 1, 1)


def test_that_an_explanation_says_what_most_people_gave(dataset, make_model):
    why = explain(Recommender(make_model(), dataset), Histories.of_one([0], [5.0]), 3)

    assert why.crowd == crowd_of(dataset, 3)
    assert why.crowd.mean == 4.0
