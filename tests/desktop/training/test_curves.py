"""Events folded into what views draw: no Qt, no thread."""

import numpy as np
import pytest

from desktop_rec.common.job_bar import format_time_left
from desktop_rec.common.job_state import JobState
from desktop_rec.training.curves import GrowingSeries, SweepState, TrainingState
from desktop_rec.window.window_state import format_model
from engine.events import (
    Advised,
    EpochEnded,
    LossesMeasured,
    Progressed,
    StageStarted,
    StepsTaken,
    TrainingStarted,
)
from engine.text import format_ago


def epoch(number, value, *, best):
    return EpochEnded(number, 10 * number, 2.0, (), (("ndcg@100", value),), "ndcg@100", best, 1e-3)


def steps(first, count):
    return StepsTaken(first, np.full(count, 2.0), np.full(count, 1e-3), 1, 100, 50.0, 1.0, 9.0)


def test_that_a_series_grows_past_its_buffer_and_keeps_its_values():
    series = GrowingSeries()
    for start in range(0, 5000, 700):
        series.extend(np.arange(start, start + 700))
    assert np.array_equal(series.values, np.arange(len(series)))


def test_that_a_sweep_appends_its_points():
    state = SweepState()
    for number in range(3):
        rate = np.array([float(number)])
        state.fold(LossesMeasured(rate, rate + 1, number + 1, 100))
    assert state.lrs.values.tolist() == [0, 1, 2]
    assert state.losses.values.tolist() == [1, 2, 3]
    assert (state.steps_done, state.total_steps) == (3, 100)


def test_that_a_resumed_run_counts_its_steps_from_where_it_was():
    state = TrainingState()
    state.fold(steps(40, 3))
    assert state.steps.values.tolist() == [41, 42, 43]
    assert state.remaining_s == 9.0


def test_that_the_best_epoch_is_the_last_one_that_was_called_best():
    state = TrainingState()
    for event in (epoch(1, 0.1, best=True), epoch(2, 0.3, best=True), epoch(3, 0.2, best=False)):
        state.fold(event)
    assert state.best.epoch == 2


def test_that_a_closed_form_model_shows_its_stages_with_their_shares():
    state = TrainingState()
    state.fold(StageStarted("counting", "Counting likes"))
    state.fold(Progressed("Counting", 1, 4, "titles"))
    state.fold(StageStarted("solving", "Solving"))
    assert [(stage.words, stage.share, stage.done) for stage in state.stages] == [
        ("Counting likes", 0.25, True),
        ("Solving", None, False),
    ]
    state.end()
    assert all(stage.done for stage in state.stages)


def test_that_everything_else_a_run_says_is_remembered():
    state = TrainingState()
    state.fold(TrainingStarted("r1", "two_head", "cpu", "float32", 10, 20, 5, 0, 50, 10, "ndcg@100"))
    state.fold(Advised("ease does better here."))
    assert state.started.run_id == "r1"
    assert state.advice == ["ease does better here."]


def test_that_the_job_bar_names_the_step_its_share_and_the_time():
    state = JobState("import", "Importing")
    state = state.after(Progressed("Reading line 5 of about 20", 25, 100, "bytes"), now_s=10.0)
    assert (state.words, state.share, state.remaining_s) == ("Reading line 5 of about 20", 0.25, 30.0)
    state = state.after(Progressed("Evaluating people", 3, 4, "people"), now_s=10.0)
    assert state.words == "Evaluating people: 3 of 4 people"
    state = state.after(StageStarted("next", "Arranging"), now_s=11.0)
    assert (state.words, state.share) == ("Arranging", None)
    state = state.after(Progressed("Reading", 7, None, "lines"), now_s=12.0)
    assert (state.words, state.share) == ("Reading: 7 lines", None)
    assert state.after(steps(0, 50), now_s=13.0).share == 0.5


def test_that_the_time_left_of_testing_an_epoch_is_by_the_pace_of_testing_not_of_learning():
    state = JobState("training", "Training").after(StageStarted("training", "Learning"), now_s=0.0)
    for began_s in (100.0, 300.0):
        state = state.after(steps(0, 50), now_s=began_s)
        for done in (10, 20):
            state = state.after(Progressed("Testing people", done, 100, "people"), now_s=began_s + done / 5)
        assert state.remaining_s == pytest.approx(16.0)


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, ""), (0.2, "0:00 left"), (72, "1:12 left"), (7500, "2:05:00 left")]
)
def test_that_time_left_is_as_people_say_it(seconds, words):
    assert format_time_left(seconds) == words


def test_that_the_header_says_how_long_ago_a_model_was_trained():
    from datetime import UTC, datetime, timedelta

    now = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    words = [format_ago(now - timedelta(seconds=seconds), now=now) for seconds in (5, 125, 7300, 90_000)]
    assert words == ["just now", "2 min ago", "2 h ago", "on 3 May 2026"]
    assert format_model("Liked together", None) == "Liked together, ready at once"
    trained = format_model("Watch and love, 30 epochs", datetime.now(UTC) - timedelta(seconds=125))
    assert trained == "Watch and love, 30 epochs, 2 min ago"
