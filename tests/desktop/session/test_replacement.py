"""When a run that has just ended takes the place of the model in use, and what is offered where it does not."""

from dataclasses import replace

import numpy as np
import pytest
from planted import planted_dataset
from stored_runs import finished_run, plan_for, state_of, trained

from desktop_rec.common.preferences import Preferences
from desktop_rec.training import text
from desktop_rec.window.main_window import MainWindow
from engine import operations
from engine.data.split import SplitConfig
from engine.evaluation.intervals import Interval
from engine.evaluation.result import EvaluationResult
from engine.library.run_record import RunRecord
from engine.operations import FinishedRun
from engine.training.plan import TrainingPlan

MOST_MS = 20_000
PEOPLE = 40
BASE_U = np.linspace(0.2, 0.6, PEOPLE)
SPLIT = SplitConfig(seed=3)
"""That of the stored runs of the tests."""


def judged(change=0.0, *, people=PEOPLE):
    """An evaluation in which everybody's NDCG@100 is a little more, or less, than BASE_U."""
    values_U = (BASE_U + change)[:people]
    figures = {"ndcg@100": float(values_U.mean()), **{f"recall@{cut}": 0.5 for cut in (20, 50, 100)}}
    return EvaluationResult(
        people,
        {name: Interval(value, value, value) for name, value in figures.items()},
        {"ndcg@100": values_U},
        np.arange(people),
    )


@pytest.fixture
def opened(qtbot, session, library, report):
    library.datasets.save(replace(planted_dataset(), dataset_id="planted"), report)
    session.data.open("planted")
    qtbot.waitUntil(lambda: session.model.recommender is not None and session.is_idle, timeout=MOST_MS)
    return session


@pytest.fixture
def in_use(qtbot, opened, library, monkeypatch):
    """Let a stored run be in use, judged or not; its id."""
    recommender = opened.model.recommender
    monkeypatch.setattr(operations, "recommender_of", lambda _library, _run_id: recommender)

    def use(evaluation, *, split=SPLIT):
        recorder = library.runs.begin(opened.dataset.current, replace(plan_for(opened.dataset.current), split=split))
        recorder.save_checkpoint(state_of(1.0))
        library.runs.finish(recorder.run_id, trained())
        if evaluation is not None:
            library.runs.save_evaluation(recorder.run_id, evaluation)
        opened.library.note_change()
        assert opened.model.use_run(recorder.run_id)
        qtbot.waitUntil(lambda: opened.model.run_id == recorder.run_id, timeout=MOST_MS)
        return recorder.run_id

    return use


@pytest.fixture
def ends(qtbot, opened, library, monkeypatch):
    """Let a training end like this, and wait until it is decided; the id of its run."""

    def end(evaluation, **how):
        run_id = finished_run(library, opened.dataset.current)
        if evaluation is not None:
            library.runs.save_evaluation(run_id, evaluation)
        run = replace(trained(), **how)
        finished = FinishedRun(run_id, run, evaluation, opened.model.recommender, 1e-3, "")

        def job(*_arguments, **_choices):
            yield None
            return finished

        monkeypatch.setattr(operations, "train", job)
        opened.training.train(TrainingPlan.defaults("two_head"))
        qtbot.waitUntil(lambda: opened.training.state.in_use_text != "", timeout=MOST_MS)
        return run_id

    return end


@pytest.mark.parametrize(
    ("before", "after", "how", "takes_over", "words"),
    [
        (0.0, 0.1, {}, True, "It is in use now. On the same 40 people, NDCG@100 is 0.500 against 0.400: 0.100 better"),
        (0.0, 0.0, {}, False, "On the same 40 people, NDCG@100 is 0.400 against 0.400: the same as"),
        (
            0.0,
            -0.1,
            {},
            False,
            "On the same 40 people, NDCG@100 is 0.300 against 0.400: 0.100 worse",
        ),
        (0.0, 0.1, {"diverged": True}, False, "The new run diverged. On the same 40 people, NDCG@100 is 0.500"),
        (0.0, float("nan"), {}, False, "The new run was not judged by the same figures as Watch and love, 5 epochs."),
        (0.0, None, {"stopped": True}, False, "The new run was stopped before it could be judged."),
        (0.0, None, {}, False, "The new run was not judged on people it has not learned from."),
        (None, 0.1, {}, False, "Watch and love, 5 epochs was not judged on people it has not learned from."),
    ],
    ids=["better", "equal", "worse", "diverged", "not a number", "stopped", "unjudged", "unjudged before"],
)
def test_that_only_a_run_that_is_better_takes_the_place_by_itself(
    in_use, ends, opened, recorded, before, after, how, takes_over, words
):
    former = in_use(judged(before) if before is not None else None)
    notices = recorded(opened.requests.notice)
    run_id = ends(judged(after) if after is not None else None, **how)
    assert opened.model.run_id == (run_id if takes_over else former)
    assert words in opened.training.state.in_use_text
    assert words in " ".join(text.outcome(opened.training.state).sentences)
    assert len(notices.calls) == 1
    assert words.removeprefix("It is in use now. ") in notices.last.remedy
    if takes_over:
        assert notices.last.sentence.endswith("is in use now: it makes better lists or stars.")
    else:
        assert notices.last.sentence == "Watch and love 2, 5 epochs is ready; Watch and love, 5 epochs stays in use."
        assert words in notices.last.remedy
        assert (notices.last.action_words, notices.last.stays) == ("Use it", True)


def test_that_a_run_that_was_judged_on_other_people_is_offered_and_used_when_that_is_pressed(
    qtbot, in_use, ends, opened, recorded
):
    former, notices = in_use(judged(), split=SplitConfig(seed=4)), recorded(opened.requests.notice)
    run_id = ends(judged(0.1))
    assert opened.model.run_id == former
    assert notices.last.remedy == "Watch and love, 5 epochs was judged on other people."
    notices.last.action()
    qtbot.waitUntil(lambda: opened.model.run_id == run_id, timeout=MOST_MS)


@pytest.mark.parametrize(("change", "takes_over"), [(0.1, True), (-0.1, False)])
def test_that_the_first_run_ever_is_held_against_the_model_computed_on_opening(
    ends, opened, library, recorded, change, takes_over
):
    library.baselines.save(opened.dataset.fingerprint, SPLIT, {"popularity": judged(-0.2), "ease": judged()})
    notices = recorded(opened.requests.notice)
    run_id = ends(judged(change))
    assert opened.model.run_id == (run_id if takes_over else None)
    assert ("better" if takes_over else "worse") + " than Liked together" in opened.training.state.in_use_text
    assert ("in use now" in notices.last.sentence) == takes_over


@pytest.mark.parametrize(
    ("evaluation", "how", "is_used"),
    [(judged(), {}, True), (None, {"stopped": True}, False), (None, {}, False), (judged(), {"diverged": True}, False)],
    ids=["judged", "stopped", "unjudged", "diverged"],
)
def test_that_where_nothing_is_in_use_a_run_is_used_at_once_if_it_was_judged(
    ends, opened, recorded, evaluation, how, is_used
):
    opened.model.label = None
    notices = recorded(opened.requests.notice)
    run_id = ends(evaluation, **how)
    assert opened.model.run_id == (run_id if is_used else None)
    assert is_used or notices.last.action_words == "Use it"


def test_that_see_recommendations_uses_the_run_it_stands_below(qtbot, in_use, ends, opened, recorded):
    in_use(judged())
    places = recorded(opened.requests.place)
    run_id = ends(judged(-0.1))
    opened.training.see_recommendations()
    qtbot.waitUntil(lambda: opened.model.run_id == run_id, timeout=MOST_MS)
    assert places.calls[-1] == "for_you"


def test_that_an_offer_goes_once_another_model_is_used(qtbot, in_use, ends, opened, recorded):
    former = in_use(judged())
    notices, withdrawn = recorded(opened.requests.notice), recorded(opened.requests.withdrawn)
    ends(judged(-0.1))
    offer = notices.last.about
    assert offer
    assert offer not in withdrawn.calls
    opened.model.use_run(former)
    assert withdrawn.calls[-1] == offer


def test_that_a_run_is_told_apart_from_the_first_model_of_its_kind(ends, opened, library, recorded, monkeypatch):
    monkeypatch.setattr(RunRecord, "title", "Liked together")
    library.baselines.save(opened.dataset.fingerprint, SPLIT, {"popularity": judged(-0.2), "ease": judged()})
    notices = recorded(opened.requests.notice)
    ends(judged())
    assert notices.last.sentence == "Liked together is ready; the one that was ready at once stays in use."
    assert "the same as the one that was ready at once" in notices.last.remedy


def test_that_a_run_that_was_discarded_cannot_be_used_any_more(in_use, ends, opened, recorded):
    former = in_use(judged())
    run_id = ends(judged(-0.1))
    opened.training.discard()
    assert opened.model.run_id == former
    notices = recorded(opened.requests.notice)
    assert not opened.model.use_run(run_id)
    assert "is gone" in notices.last.sentence
    assert opened.model.run_id == former


@pytest.mark.parametrize(
    ("last", "is_used"),
    [(0, 0), (1, 1), ("", None), (None, None), ("gone", None)],
    ids=["judged", "unjudged", "first", "none", "gone"],
)
def test_that_the_model_that_was_in_use_last_is_used_again(qtbot, in_use, opened, tmp_path, last, is_used):
    runs = [in_use(judged()), in_use(None)]
    opened.model.last_used = {}
    preferences = Preferences(tmp_path / "other home")
    if last is not None:
        preferences.models = {opened.dataset.fingerprint: runs[last] if isinstance(last, int) else last}
    window = MainWindow(opened, preferences)
    qtbot.addWidget(window)
    opened.data.open("planted")
    qtbot.waitUntil(lambda: opened.model.recommender is not None, timeout=MOST_MS)
    assert opened.model.run_id == (None if is_used is None else runs[is_used])
    assert preferences.models == {opened.dataset.fingerprint: opened.model.run_id or ""}
