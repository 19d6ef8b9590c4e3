"""Runs are mixed in the window as they are trained: in a long job, and the mix answers afterwards."""

from __future__ import annotations

import dataclasses

import pytest
from planted import planted_dataset

from desktop_rec.common.stars import StarScale
from desktop_rec.for_you.reasons_panel import ReasonsPanel
from desktop_rec.training import text
from engine.training.plan import TrainingPlan

MOST_MS = 20_000


@pytest.fixture
def opened(qtbot, session, library, report):
    """A session with the planted data set open, and two finished runs of it."""
    library.datasets.save(dataclasses.replace(planted_dataset(), dataset_id="planted"), report)
    session.data.open("planted")
    qtbot.waitUntil(lambda: session.model.recommender is not None, timeout=MOST_MS)
    for model in ("ease", "popularity"):
        with qtbot.waitSignal(session.idle, timeout=MOST_MS):
            session.training.train(TrainingPlan.defaults(model))
    return session


def ids(session):
    return [run.run_id for run in session.dataset.runs]


def test_that_a_blend_that_is_no_better_than_its_parts_is_offered_and_used_when_asked(qtbot, opened, recorded):
    parts, notices = ids(opened), recorded(opened.requests.notice)
    with qtbot.waitSignal(opened.idle, timeout=MOST_MS):
        assert opened.training.blend(parts)
        assert opened.jobs.state.title == "Blending"
        assert opened.training.state.model == "blend"
    assert opened.dataset.runs[0].model == "blend"
    assert opened.model.label.name == "ease"
    offer = notices.last
    assert (offer.action_words, offer.stays) == ("Use it", True)
    with qtbot.waitSignal(opened.model.changed, timeout=MOST_MS):
        offer.action()
    qtbot.waitUntil(lambda: opened.model.label is not None and opened.model.label.name == "blend", timeout=MOST_MS)
    assert opened.model.recommender.run_id == opened.dataset.runs[0].run_id


def test_that_a_blend_lists_and_gives_reasons_after_its_parts_are_gone(qtbot, opened):
    parts = ids(opened)
    with qtbot.waitSignal(opened.idle, timeout=MOST_MS):
        opened.training.blend(parts)
    run_id = opened.dataset.runs[0].run_id
    for part in parts:
        opened.library.files.runs.delete(part)
    with qtbot.waitSignal(opened.model.changed, timeout=MOST_MS):
        opened.model.use_run(run_id)
    opened.my_ratings.rate(0, 5.0)
    with qtbot.waitSignal(opened.recommendations.ready, timeout=MOST_MS) as listed:
        opened.recommendations.recommend()
    first = listed.args[0].items[0]
    assert first.predicted_rating is not None
    with qtbot.waitSignal(opened.recommendations.explained, timeout=MOST_MS) as explained:
        opened.recommendations.explain(first.item_row)
    assert explained.args[0].carried[0].title == "Film 0"
    panel = ReasonsPanel(StarScale.of(opened.dataset.current.scale))
    qtbot.addWidget(panel)
    panel.show_title(first, word="film")
    panel.show_reasons(explained.args[0])
    tip = panel.carried.bars[0].tip
    assert "Liked together for it" in tip
    assert "Liked together +" in panel._score.text()


def test_that_runs_that_do_not_go_together_are_told_in_a_notice(qtbot, opened, recorded):
    with qtbot.waitSignal(opened.idle, timeout=MOST_MS):
        opened.training.train(TrainingPlan.defaults("popularity").changed(seed=2))
    notices = recorded(opened.requests.notice)
    with qtbot.waitSignal(opened.idle, timeout=MOST_MS):
        opened.training.blend(ids(opened)[:2])
    assert "held out different people" in notices.last.sentence
    assert opened.training.state.failure is not None
    assert len(ids(opened)) == 3


def test_that_a_discarded_blend_comes_back_by_undo(qtbot, opened):
    with qtbot.waitSignal(opened.idle, timeout=MOST_MS):
        opened.training.blend(ids(opened))
    run_id = opened.dataset.runs[0].run_id
    opened.training.discard()
    assert run_id not in ids(opened)
    opened.undo.undo()
    qtbot.waitUntil(lambda: opened.is_idle, timeout=MOST_MS)
    assert run_id in ids(opened)


def test_that_the_outcome_of_a_blend_says_how_it_was_mixed(qtbot, opened):
    with qtbot.waitSignal(opened.idle, timeout=MOST_MS):
        opened.training.blend(ids(opened))
    outcome = text.outcome(opened.training.state)
    assert outcome.heading == "Blend is ready"
    assert outcome.sentences[0].startswith("Mixed ")
