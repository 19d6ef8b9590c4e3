"""The session over a real library: what opens, learns and answers, and what is dropped, kept and undone."""

import sqlite3
import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest
from planted import planted_dataset
from PySide6.QtCore import QTimer

from desktop_rec.common.notices import Failure
from desktop_rec.session.session import Session
from engine import operations
from engine.errors import TrainingError
from engine.events import EpochEnded, LossesMeasured, StepsTaken, Stop
from engine.models.registry import MODELS
from engine.recommending.recommender import Recommender
from engine.training.plan import TrainingPlan

MOST_MS = 20_000


@pytest.fixture
def kept(library, report):
    """The record of a planted data set in the library."""
    dataset = replace(planted_dataset(), dataset_id="planted")
    return library.datasets.save(dataset, report)


@pytest.fixture
def opened(qtbot, session, kept):
    """A session with the planted data set open and its quick model ready."""
    session.data.open(kept.dataset_id)
    qtbot.waitUntil(lambda: session.model.recommender is not None, timeout=MOST_MS)
    return session


def scripted(monkeypatch, name, *, events=(), result=None, error=None):
    """Let a kind of work be this script; its Event holds it before the result."""
    may_end = threading.Event()

    def job(*_arguments, **_choices):
        try:
            yield from events
            while not may_end.wait(0.002):
                yield None
        except Stop:
            yield None
            return None
        if error is not None:
            raise error
        return result

    monkeypatch.setattr(operations, name, job)
    return may_end


def train(session):
    return session.training.train(TrainingPlan.defaults("two_head"))


def test_that_the_window_lives_while_a_data_set_is_opened(session, kept):
    turns = []
    QTimer.singleShot(0, lambda: turns.append(session.dataset.current))
    assert session.data.open(kept.dataset_id)
    assert turns == [None]
    assert session.dataset.is_open(kept.dataset_id)


def test_that_a_data_set_that_is_opened_while_another_one_is_comes_later_and_wins(session, library, report, kept):
    library.datasets.save(replace(planted_dataset(), dataset_id="second", name="Second"), report)
    QTimer.singleShot(0, lambda: session.data.open("second"))
    assert session.data.open(kept.dataset_id)
    assert session.dataset.is_open("second")


def test_that_stars_follow_the_first_model_which_does_not_wait_for_them(qtbot, session, kept, monkeypatch):
    may_end = scripted(monkeypatch, "companion")
    session.data.open(kept.dataset_id)
    qtbot.waitUntil(lambda: session.model.recommender is not None, timeout=MOST_MS)
    assert session.model.recommender.stars is None
    monkeypatch.undo()
    may_end.set()
    qtbot.waitUntil(lambda: session.is_idle, timeout=MOST_MS)
    assert session.model.recommender.stars is None  # there were none to have
    session.dataset.take(None, None)
    session.data.open(kept.dataset_id)
    qtbot.waitUntil(lambda: session.model.recommender is not None and session.is_idle, timeout=MOST_MS)
    assert session.model.recommender.stars.name == "mf"
    assert session.model.recommender.model.name == "ease"


def test_that_the_stars_serve_every_model_that_only_ranks(qtbot, opened):
    qtbot.waitUntil(lambda: opened.is_idle, timeout=MOST_MS)
    stars = opened.model.recommender.stars
    opened.model.use(Recommender(opened.model.recommender.model, opened.dataset.current), opened.model.label)
    assert opened.model.recommender.stars is stars


def test_that_opening_a_data_set_makes_a_model_that_answers(opened):
    assert opened.dataset.current.people == 120
    assert opened.model.label.name == "ease"
    assert opened.model.run_id is None
    assert opened.model.progress_text == ""


def test_that_a_rating_is_kept_and_gives_a_list_with_reasons(qtbot, opened, library):
    opened.my_ratings.rate(0, 5.0)
    with qtbot.waitSignal(opened.recommendations.ready, timeout=MOST_MS) as listed:
        opened.recommendations.recommend()
    first = listed.args[0].items[0]
    assert first.item_row != 0
    with qtbot.waitSignal(opened.recommendations.explained, timeout=MOST_MS) as explained:
        opened.recommendations.explain(first.item_row)
    assert explained.args[0].carried[0].title == "Film 0"
    with qtbot.waitSignal(opened.recommendations.insights_ready, timeout=MOST_MS):
        opened.recommendations.ask_insights()
    assert [entry.title for entry in library.profiles.load("me").entries] == ["Film 0"]


def test_that_a_profile_that_says_nothing_is_reported_in_its_place(qtbot, opened):
    with qtbot.waitSignal(opened.recommendations.failed, timeout=MOST_MS) as failed:
        opened.recommendations.recommend()
    assert failed.args[0] == "recommend"
    assert isinstance(failed.args[1], Failure)
    assert "no ratings" in failed.args[1].sentence


def test_that_a_removed_rating_comes_back_by_undo(opened, library):
    opened.my_ratings.rate(3, 4.0)
    opened.my_ratings.remove("3")
    assert opened.profile.current.entries == ()
    assert "Film 3" in opened.undo.undo_text
    assert opened.undo.undo()
    assert [entry.item_id for entry in library.profiles.load("me").entries] == ["3"]
    assert opened.undo.undo()
    assert opened.profile.current.entries == ()
    assert not opened.undo.undo()


def test_that_nothing_done_to_a_borrowed_person_is_kept(opened, library):
    opened.my_ratings.borrow("7")
    assert opened.profile.is_borrowed
    opened.my_ratings.remove(opened.profile.current.entries[0].item_id)
    assert [record.profile_id for record in library.profiles.records()] == ["me"]
    opened.my_ratings.choose_profile("me")
    assert not opened.profile.is_borrowed


def test_that_a_person_who_is_not_there_is_reported_in_a_notice(opened, recorded):
    notices = recorded(opened.requests.notice)
    opened.my_ratings.borrow("nobody")
    assert "nobody" in notices.last.sentence
    assert opened.profile.current.profile_id == "me"


def test_that_a_deleted_data_set_comes_back_by_undo_and_ratings_stay(qtbot, opened, library):
    opened.my_ratings.rate(0, 5.0)
    opened.data.delete("planted")
    assert opened.dataset.current is None
    assert opened.model.recommender is None
    assert opened.library.datasets() == ()
    assert opened.profile.current.entries
    opened.undo.undo()
    assert opened.dataset.current.name == "Planted"
    qtbot.waitUntil(lambda: opened.model.recommender is not None, timeout=MOST_MS)


def test_that_the_data_set_that_a_run_learns_from_is_not_deleted_under_it(
    qtbot, monkeypatch, opened, library, recorded
):
    may_end, notices = scripted(monkeypatch, "train"), recorded(opened.requests.notice)
    train(opened)
    opened.data.delete("planted")
    assert (notices.last.sentence, notices.last.remedy) == ("Training needs this data set.", "Stop it first.")
    assert opened.dataset.is_open("planted")
    assert opened.jobs.is_running("training")
    may_end.set()
    qtbot.waitUntil(lambda: opened.jobs.state is None)
    opened.data.delete("planted")
    assert opened.dataset.current is None


def test_that_a_renamed_data_set_is_called_so_everywhere(qtbot, opened):
    opened.data.rename("planted", "  My films ")
    assert opened.dataset.current.name == "My films"
    assert opened.library.datasets()[0].name == "My films"


def test_that_a_second_long_job_is_refused_with_a_notice(qtbot, monkeypatch, opened, recorded):
    may_end, notices = scripted(monkeypatch, "train"), recorded(opened.requests.notice)
    assert train(opened)
    assert not opened.importing.use_sample()
    assert notices.last.sentence == "Training is still running."
    may_end.set()
    qtbot.waitUntil(lambda: opened.jobs.state is None)


def test_that_curves_grow_and_the_job_says_where_it_is(qtbot, monkeypatch, opened, recorded):
    import numpy as np

    steps = StepsTaken(0, np.array([3.0, 2.0]), np.array([0.1, 0.2]), 1, 10, 900.0, 1.0, 4.0)
    epoch = EpochEnded(1, 2, 2.5, (), (("ndcg@100", 0.3),), "ndcg@100", True, 0.2)
    may_end, states = scripted(monkeypatch, "train", events=(steps, epoch)), recorded(opened.jobs.changed)
    moved = recorded(opened.jobs.moved)
    train(opened)
    qtbot.waitUntil(lambda: opened.training.state.best is not None)
    assert opened.training.state.steps.values.tolist() == [1, 2]
    assert opened.training.state.losses.values.tolist() == [3.0, 2.0]
    assert opened.jobs.state.share == pytest.approx(0.2)
    assert opened.jobs.state.remaining_s == 4.0
    assert moved.last == opened.jobs.state
    assert len(states.calls) == 1
    may_end.set()
    qtbot.waitUntil(lambda: opened.jobs.state is None)
    assert states.last is None
    assert not opened.training.state.running


def test_that_a_sweep_is_folded_and_its_failure_is_reported(qtbot, monkeypatch, opened, recorded):
    import numpy as np

    measured = LossesMeasured(np.array([1e-3]), np.array([2.0]), 1, 100)
    error = TrainingError("The loss was not finite at once.", remedy="Start lower.")
    may_end, notices = (
        scripted(monkeypatch, "find_rate", events=(measured,), error=error),
        recorded(opened.requests.notice),
    )
    opened.learning_rate.find(TrainingPlan.defaults("two_head"))
    qtbot.waitUntil(lambda: len(opened.learning_rate.state.lrs) == 1)
    assert opened.learning_rate.state.running
    may_end.set()
    qtbot.waitUntil(lambda: opened.jobs.state is None)
    assert opened.learning_rate.state.failure.sentence == "The loss was not finite at once."
    assert notices.last.remedy == "Start lower."


def test_that_pause_and_stop_are_shown_at_once(qtbot, monkeypatch, opened, recorded):
    scripted(monkeypatch, "train")
    train(opened)
    opened.jobs.pause()
    assert opened.jobs.state.paused
    opened.jobs.resume()
    assert not opened.jobs.state.paused
    notices = recorded(opened.requests.notice)
    opened.jobs.stop()
    assert opened.jobs.state.words == "Stopping…"
    qtbot.waitUntil(lambda: opened.jobs.state is None)
    assert "nothing was kept" in notices.last.sentence


def test_that_a_trained_model_is_kept_and_used_and_can_be_discarded_and_brought_back(qtbot, opened, library):
    plan = TrainingPlan.defaults("two_head").changed(epochs=1, lr=1e-3, precision="float32")
    assert opened.training.train(replace(plan, device="cpu"))
    qtbot.waitUntil(lambda: opened.jobs.state is None, timeout=60_000)
    run_id = opened.training.state.finished.run_id
    opened.training.see_recommendations()
    qtbot.waitUntil(lambda: opened.model.run_id == run_id, timeout=MOST_MS)
    opened.training.discard()
    assert opened.training.state.discarded
    assert library.runs.records() == ()
    qtbot.waitUntil(lambda: opened.model.recommender is not None and opened.model.label.run_id is None, timeout=MOST_MS)
    opened.undo.undo()
    qtbot.waitUntil(lambda: opened.model.label.run_id == run_id, timeout=MOST_MS)


def test_that_another_data_set_drops_what_came_after_and_says_so(qtbot, monkeypatch, opened, library, report):
    trained = SimpleNamespace(stopped=False, diverged=False)
    finished = SimpleNamespace(recommender=opened.model.recommender, run_id="trained", trained=trained, evaluation=None)
    scripted(monkeypatch, "train", result=finished).set()
    train(opened)
    qtbot.waitUntil(lambda: opened.training.state.finished is not None)
    opened.plan.choose_model("two_head")
    opened.plan.use_rate(0.0123)
    other = replace(planted_dataset(seed=9), dataset_id="other", name="Other", fingerprint="other")
    library.datasets.save(other, report)
    opened.data.open("other")
    assert opened.plan.plan.training.lr != 0.0123
    assert opened.training.stale_text == "The data set has changed. Train again."


def test_that_a_damaged_data_set_is_a_sentence_and_what_was_open_stays(opened, library, recorded):
    notices = recorded(opened.requests.notice)
    assert not opened.data.open("no-such-thing")
    assert "no-such-thing" in notices.last.sentence
    assert opened.dataset.current.name == "Planted"


def test_that_a_second_window_on_the_same_folder_is_reported_who_has_it(qapp, library):
    second = Session()
    assert not second.open(library.home)
    assert "a test" in second.library.failure.sentence
    assert second.library.files is None
    second.deleteLater()


def test_that_winding_down_stops_the_job_and_ends_idle(qtbot, monkeypatch, opened):
    scripted(monkeypatch, "train")
    train(opened)
    with qtbot.waitSignal(opened.idle):
        opened.close()
    assert opened.is_idle


def test_that_what_is_trained_where_nobody_chose_is_the_first_of_the_list(qtbot, monkeypatch, opened):
    asked = []

    def train(_library, _dataset, plan):
        asked.append(plan.model)
        yield None

    monkeypatch.setattr(operations, "train", train)
    opened.training.train_with_defaults()
    qtbot.waitUntil(lambda: opened.jobs.state is None)
    assert asked == [next(iter(MODELS))]


def test_that_a_damaged_data_set_is_found_in_the_background_and_let_go(qtbot, session, kept, library, recorded):
    path = library.datasets.folder_of(kept.dataset_id) / "ratings.npy"
    content = bytearray(path.read_bytes())
    content[-4] ^= 1
    path.write_bytes(content)
    notices = recorded(session.requests.notice)
    session.data.open(kept.dataset_id)
    assert session.dataset.current is not None
    qtbot.waitUntil(lambda: session.dataset.current is None, timeout=MOST_MS)
    assert "ratings.npy is damaged (its content is not what was written)" in notices.last.sentence


def test_that_what_opening_found_is_one_notice(qapp, library, kept, recorded):
    home = library.home
    library.close()
    with sqlite3.connect(home / "library.sqlite") as connection:
        connection.execute("UPDATE datasets SET report = '{'")
        connection.execute("INSERT INTO profiles VALUES ('you', 'You', 'never', '', 0)")
    session = Session()
    notices = recorded(session.requests.notice)
    assert session.open(home)
    assert [record.name for record in session.library.datasets()] == ["Planted"]
    (notice,) = notices.calls
    assert notice.kind == "warning"
    assert "The record of the data set Planted in library.sqlite is damaged" in notice.sentence
    assert "And 1 more, see Details." in notice.sentence
    assert "The record of the profile You in library.sqlite is damaged (created is 'never')" in notice.details
    session.close()
    session.library.close()
    session.deleteLater()
