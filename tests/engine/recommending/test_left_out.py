"""What is remembered of leaving ratings out is what would be worked out again."""

from __future__ import annotations

import numpy as np
import pytest
from small_models import SMALL

from engine.data.dataset import Histories
from engine.events import drive
from engine.models.base import Model
from engine.models.blend import Blend, BlendConfig, Part
from engine.models.registry import build
from engine.recommending import leaving_out, left_out
from engine.recommending.explanation import explain, explain_in_portions
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


@pytest.fixture(params=["mult_vae", "two_head", "blend"])
def network(request, dataset) -> Model:
    """A model that leaves out for all titles at once."""
    parts = [
        build(name, SMALL[name], items=dataset.titles, scale=dataset.scale, seed=3) for name in ("mult_vae", "two_head")
    ]
    for part in parts:
        part.prepare(dataset.histories, seed=3)
    if request.param != "blend":
        return next(part for part in parts if part.name == request.param).eval()
    copies = (Part("mult_vae", weight=0.4), Part("two_head", weight=0.6, presence=0.75, rating_weight=1.0))
    return Blend(BlendConfig(copies=copies), items=dataset.titles, scale=dataset.scale, models=parts).eval()


def test_that_the_first_reasons_work_out_those_of_the_whole_list(network, dataset, monkeypatch):
    recommender, fresh = Recommender(network, dataset), Recommender(network, dataset)
    listed = drive(explain_list(fresh, HISTORY))
    asked = []
    whole = type(network).left_out
    monkeypatch.setattr(type(network), "left_out", lambda *given, **named: asked.append(1) or whole(*given, **named))

    explain(recommender, HISTORY, 5)

    assert drive(explain_list(recommender, HISTORY)) == listed
    assert len(asked) == 1


def test_that_the_first_reasons_are_those_of_a_title_alone(network, dataset, monkeypatch):
    remembered = [explain(Recommender(network, dataset), HISTORY, row) for row in range(3, 8)]
    monkeypatch.setattr(left_out, "_MOST_NUMBERS", 8)
    monkeypatch.setattr(leaving_out, "_MOST_AT_ONCE", 2)

    for row, found in zip(range(3, 8), remembered, strict=True):
        alone = explain(Recommender(network, dataset), HISTORY, row)
        assert [one.item_row for one in alone.carried] == [one.item_row for one in found.carried]
        assert [one.rank_without for one in alone.carried] == [one.rank_without for one in found.carried]
        impacts = [[one.impact for one in reasons.carried + reasons.against] for reasons in (alone, found)]
        assert impacts[0] == pytest.approx(impacts[1], abs=1e-5)
        parts = [[part.impact for part in reasons.parts] for reasons in (alone, found)]
        assert parts[0] == pytest.approx(parts[1], abs=1e-5)


def test_that_ranks_are_looked_up_in_several_portions(network, dataset, monkeypatch):
    at_once = [explain(Recommender(network, dataset), HISTORY, row).carried for row in range(3, 8)]
    monkeypatch.setattr(leaving_out, "_MOST_AT_ONCE", 1)
    in_turn = [explain(Recommender(network, dataset), HISTORY, row).carried for row in range(3, 8)]

    ranks = [[(one.item_row, one.rank_without) for one in found] for carried in (at_once, in_turn) for found in carried]
    assert ranks[:5] == ranks[5:]


def test_that_reasons_are_got_ready_in_portions_which_explaining_does_not_repeat(network, dataset, monkeypatch):
    monkeypatch.setattr(leaving_out, "_MOST_AT_ONCE", 2)
    recommender, asked = Recommender(network, dataset), []
    whole = type(network).left_out

    def left_out_of(model, history, *, left_out_V):
        asked.append(left_out_V)
        return whole(model, history, left_out_V=left_out_V)

    monkeypatch.setattr(type(network), "left_out", left_out_of)

    portions = list(explain_in_portions(recommender, HISTORY, 5))
    explain(recommender, HISTORY, 5)

    assert len(portions) == len(asked)
    assert sorted(np.concatenate(asked)) == np.flatnonzero(recommender.informative(HISTORY)).tolist()


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


def test_that_an_entry_that_was_not_left_out_is_not_made_up(make_model):
    found = left_out.LeftOut(HISTORY, (left_out.left_out_of(make_model(), HISTORY, np.array([0])),))

    assert found.without(np.array([1]), ratings=True) is None
