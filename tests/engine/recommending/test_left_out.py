"""What is remembered of leaving ratings out is what would be worked out again."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.data.dataset import Histories
from engine.events import drive
from engine.recommending import left_out
from engine.recommending.explanation import explain
from engine.recommending.insights import explain_list
from engine.recommending.ranking import ListTerms
from engine.recommending.recommender import Recommender

HISTORY = Histories.of_one([0, 1, 2], [5.0, 4.0, 1.0])


@pytest.mark.parametrize("weight", [None, 0.2])
@pytest.mark.parametrize("learns_from", ["ratings", "likes"])
def test_that_reasons_are_the_same_once_the_list_was_explained(dataset, make_model, weight, learns_from):
    recommender = Recommender(make_model(learns_from=learns_from), dataset)
    before = [explain(recommender, HISTORY, row, terms=ListTerms(weight=weight)) for row in range(3, 8)]

    drive(explain_list(recommender, HISTORY))

    assert left_out.remembered(recommender, HISTORY) is not None
    assert [explain(recommender, HISTORY, row, terms=ListTerms(weight=weight)) for row in range(3, 8)] == before


def test_that_a_click_after_the_list_asks_the_model_nothing_more(dataset, make_model):
    recommender = Recommender(make_model(), dataset)
    drive(explain_list(recommender, HISTORY))
    asked = recommender.model.calls

    explain(recommender, HISTORY, 5)

    assert recommender.model.calls == asked


def test_that_another_rating_is_worked_out_anew(dataset, make_model):
    recommender = Recommender(make_model(), dataset)
    drive(explain_list(recommender, HISTORY))
    other = Histories.of_one([0, 1, 2], [5.0, 4.0, 2.5])

    assert left_out.remembered(recommender, other) is None
    assert explain(recommender, other, 5) == explain(Recommender(make_model(), dataset), other, 5)


def test_that_large_profiles_are_explained_without_being_remembered(dataset, make_model, monkeypatch):
    recommender = Recommender(make_model(), dataset)
    at_once = drive(explain_list(Recommender(make_model(), dataset), HISTORY))
    monkeypatch.setattr(left_out, "_MOST_NUMBERS", 8)

    assert drive(explain_list(recommender, HISTORY)) == at_once
    assert left_out.remembered(recommender, HISTORY) is None


def test_that_what_a_stopped_job_saw_is_not_remembered(dataset, make_model):
    recommender = Recommender(make_model(), dataset)
    job = explain_list(recommender, HISTORY)
    next(job)
    job.close()

    assert left_out.remembered(recommender, HISTORY) is None


def test_that_an_entry_that_was_not_left_out_is_not_made_up():
    empty = dataclasses.replace(HISTORY)
    found = left_out.LeftOut(empty, np.array([0]), None)  # type: ignore[arg-type]

    assert found.without(np.array([1])) is None
