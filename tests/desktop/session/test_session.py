"""The session over a real library: what opens, learns and answers, and what is dropped, kept and undone."""

import dataclasses
import threading

import pytest
from planted import planted_dataset

from desktop_rec.common.notices import Failure
from desktop_rec.session import work
from engine.data.split import SplitConfig
from engine.errors import TrainingError
from engine.events import EpochEnded, LossesMeasured, StepsTaken, Stop
from engine.training.config import FinderConfig, TrainingConfig

MOST_MS = 20_000


@pytest.fixture
def kept(library, report):
    """The record of a planted data set in the library."""
    dataset = dataclasses.replace(planted_dataset(), dataset_id="planted")
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

    monkeypatch.setattr(work, name, job)
    return may_end


def train(session):
    return session.training.train("two_head", None, TrainingConfig(), SplitConfig())


def test_that_opening_a_data_set_makes_a_model_that_answers(opened):
    assert opened.dataset.people == 120
    assert opened.model_label.name == "ease"
    assert opened.model_label.words().endswith("computed on opening")
    assert opened.model_words == ""


def test_that_a_rating_is_kept_and_gives_a_list_with_reasons(qtbot, opened, library):
    opened.rate_title(0, 5.0)
    with qtbot.waitSignal(opened.recommendations_ready, timeout=MOST_MS) as listed:
        opened.recommend()
    first = listed.args[0].items[0]
    assert first.item_row != 0
    with qtbot.waitSignal(opened.explanation_ready, timeout=MOST_MS) as explained:
        opened.explain(first.item_row)
    assert explained.args[0].carried[0].title == "Film 0"
    with qtbot.waitSignal(opened.insights_ready, timeout=MOST_MS):
        opened.ask_insights()
    assert [entry.title for entry in library.profiles.load("me").entries] == ["Film 0"]


def test_that_a_profile_that_says_nothing_is_told_in_its_place(qtbot, opened):
    with qtbot.waitSignal(opened.scoring_failed, timeout=MOST_MS) as failed:
        opened.recommend()
    assert failed.args[0] == "recommend"
    assert isinstance(failed.args[1], Failure)
    assert "no ratings" in failed.args[1].sentence


def test_that_a_removed_rating_comes_back_by_undo(opened, library):
    opened.rate_title(3, 4.0)
    opened.remove_rating("3")
    assert opened.profile.entries == ()
    assert "Film 3" in opened.undo_words
    assert opened.undo()
    assert [entry.item_id for entry in library.profiles.load("me").entries] == ["3"]
    assert not opened.undo()


def test_that_nothing_done_to_a_borrowed_person_is_kept(opened, library):
    opened.take_person("7")
    assert opened.profile_is_borrowed
    opened.remove_rating(opened.profile.entries[0].item_id)
    assert [record.profile_id for record in library.profiles.records()] == ["me"]
    opened.set_profile("me")
    assert not opened.profile_is_borrowed


def test_that_a_person_who_is_not_there_is_told_in_a_notice(opened, recorded):
    notices = recorded(opened.notice)
    opened.take_person("nobody")
    assert "nobody" in notices.last.sentence
    assert opened.profile.profile_id == "me"


def test_that_a_deleted_data_set_comes_back_by_undo_and_ratings_stay(qtbot, opened, library):
    opened.rate_title(0, 5.0)
    opened.delete_dataset("planted")
    assert opened.dataset is None
    assert opened.recommender is None
    assert opened.datasets() == ()
    assert opened.profile.entries
    opened.undo()
    assert opened.dataset.name == "Planted"
    qtbot.waitUntil(lambda: opened.recommender is not None, timeout=MOST_MS)


def test_that_a_renamed_data_set_is_called_so_everywhere(qtbot, opened):
    opened.rename_dataset("planted", "  My films ")
    assert opened.dataset.name == "My films"
    assert opened.datasets()[0].name == "My films"


def test_that_a_second_long_job_is_refused_with_a_notice(qtbot, monkeypatch, opened, recorded):
    may_end, notices = scripted(monkeypatch, "train"), recorded(opened.notice)
    assert train(opened)
    assert not opened.use_sample()
    assert notices.last.sentence == "Training is still running."
    may_end.set()
    qtbot.waitUntil(lambda: opened.job is None)


def test_that_curves_grow_and_the_job_says_where_it_is(qtbot, monkeypatch, opened, recorded):
    import numpy as np

    steps = StepsTaken(0, np.array([3.0, 2.0]), np.array([0.1, 0.2]), 1, 10, 900.0, 1.0, 4.0)
    epoch = EpochEnded(1, 2, 2.5, (), (("ndcg@100", 0.3),), "ndcg@100", True, 0.2)
    may_end, states = scripted(monkeypatch, "train", events=(steps, epoch)), recorded(opened.job_changed)
    train(opened)
    qtbot.waitUntil(lambda: opened.training_state.best is not None)
    assert opened.training_state.steps.values.tolist() == [0, 1]
    assert opened.training_state.losses.values.tolist() == [3.0, 2.0]
    assert opened.job.share == pytest.approx(0.2)
    assert opened.job.remaining_s == 4.0
    may_end.set()
    qtbot.waitUntil(lambda: opened.job is None)
    assert states.last is None
    assert not opened.training_state.running


def test_that_a_sweep_is_folded_and_its_failure_is_told(qtbot, monkeypatch, opened, recorded):
    import numpy as np

    measured = LossesMeasured(np.array([1e-3]), np.array([2.0]), np.array([2.0]), 1, 100)
    error = TrainingError("The loss was not finite at once.", remedy="Start lower.")
    may_end, notices = scripted(monkeypatch, "find_rate", events=(measured,), error=error), recorded(opened.notice)
    opened.find_rate("two_head", None, TrainingConfig(), FinderConfig())
    qtbot.waitUntil(lambda: len(opened.sweep_state.lrs) == 1)
    assert opened.sweep_state.running
    may_end.set()
    qtbot.waitUntil(lambda: opened.job is None)
    assert opened.sweep_state.failure.sentence == "The loss was not finite at once."
    assert notices.last.remedy == "Start lower."


def test_that_pause_and_stop_are_said_at_once(qtbot, monkeypatch, opened, recorded):
    scripted(monkeypatch, "train")
    train(opened)
    opened.pause()
    assert opened.job.paused
    opened.go_on()
    assert not opened.job.paused
    notices = recorded(opened.notice)
    opened.stop()
    assert opened.job.words == "Stopping…"
    qtbot.waitUntil(lambda: opened.job is None)
    assert "nothing was kept" in notices.last.sentence


def test_that_a_trained_model_takes_its_place_is_kept_and_can_be_discarded_and_brought_back(qtbot, opened, library):
    config = TrainingConfig(epochs=1, lr=1e-3, precision="float32")
    assert opened.train("two_head", None, config, SplitConfig(), "cpu")
    qtbot.waitUntil(lambda: opened.job is None, timeout=60_000)
    run_id = opened.training_state.finished.run_id
    assert opened.model_label.run_id == run_id
    opened.discard()
    assert opened.training_state.discarded
    assert library.runs.records() == ()
    qtbot.waitUntil(lambda: opened.recommender is not None and opened.model_label.run_id is None, timeout=MOST_MS)
    opened.undo()
    qtbot.waitUntil(lambda: opened.model_label.run_id == run_id, timeout=MOST_MS)


def test_that_another_data_set_drops_what_came_after_and_says_so(qtbot, opened, library, report):
    opened.use_rate("two_head", 1e-3, "reduce_on_plateau")
    other = dataclasses.replace(planted_dataset(seed=9), dataset_id="other", name="Other", fingerprint="other")
    library.datasets.save(other, report)
    opened.open_dataset("other")
    assert opened.rate is None
    assert opened.stale_words == "The data set has changed. Train again."


def test_that_a_damaged_data_set_is_a_sentence_and_what_was_open_stays(opened, library, recorded):
    notices = recorded(opened.notice)
    assert not opened.open_dataset("no-such-thing")
    assert "no-such-thing" in notices.last.sentence
    assert opened.dataset.name == "Planted"


def test_that_a_second_window_on_the_same_folder_is_told_who_has_it(qapp, library):
    from desktop_rec.session.session import Session

    second = Session()
    assert not second.open_library(library.home)
    assert "a test" in second.library_failure.sentence
    assert second.library is None
    second.deleteLater()


def test_that_winding_down_stops_the_job_and_ends_idle(qtbot, monkeypatch, opened):
    scripted(monkeypatch, "train")
    train(opened)
    with qtbot.waitSignal(opened.idle):
        opened.wind_down()
    assert opened.is_idle


def test_that_what_is_trained_where_nobody_chose_is_the_first_of_the_list():
    from desktop_rec.session.learning import FIRST_MODEL

    from engine.models.registry import MODELS

    assert next(iter(MODELS)) == FIRST_MODEL
