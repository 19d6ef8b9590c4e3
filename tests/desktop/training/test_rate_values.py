"""What the tab Learning rate works out without a window: whose sweep it is, what is drawn, and where names stand."""

import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from desktop_rec.training.learning_rate import text
from desktop_rec.training.learning_rate.board import MOST_BEHIND, SweepBoard, curve_of, growing_curve
from desktop_rec.training.learning_rate.found_for import compare
from desktop_rec.training.learning_rate.rate_line import places_of
from desktop_rec.training.learning_rate.sweep_curves import SweepCurve, scales_of, sweep_range
from engine.training.plan import TrainingPlan
from engine.training.rate_curve import NOT_FINITE, STOPPED
from engine.training.rate_sweep import RateSweep

RATES = np.geomspace(1e-7, 10, 200)


def a_sweep(number, *, plan=None, losses=None, **changes):
    x = np.log10(RATES)
    usual = 7.0 - 1.6 / (1 + np.exp(-(x + 3) * 2.2)) + np.where(x > -0.5, (x + 0.5) ** 2 * 5, 0.0)
    plan = plan or TrainingPlan.defaults("two_head")
    values = {"name": "Watch and love, batch 120", "sweep_id": f"w{number}", "plan": plan.as_dict()}
    return RateSweep(RATES, usual if losses is None else losses, **(values | changes))


@pytest.fixture(scope="module")
def plan():
    return TrainingPlan.defaults("two_head", entries=100_000)


@pytest.mark.parametrize(
    "changes",
    [
        {"batch": 64},
        {"optimizer": "sgd"},
        {"weight_decay": 0.01},
        {"latent": 96},
        {"loss_weights": "learned"},
        {"kind": "random"},
        {"precision": "float32"},
    ],
)
def test_that_each_setting_that_moves_the_rate_makes_the_plan_another(plan, changes):
    (difference,) = compare(plan.as_dict(), plan.changed(**changes)).differences
    assert difference.now.lower() == str(next(iter(changes.values()))).lower()


def test_that_the_rate_the_schedule_and_the_length_leave_the_plan_the_same(plan):
    other = plan.changed(lr=1e-2, epochs=3, schedule="constant", patience=2, monitor="recall@20", steps=300)
    assert compare(plan.as_dict(), other).is_same


def test_that_a_stored_plan_is_the_same_after_a_round_through_json(plan):
    import json

    assert compare(json.loads(json.dumps(plan.as_dict())), plan).is_same


def test_that_the_sentence_names_model_or_settings(plan):
    assert "the plan is for Next favourites" in compare(plan.as_dict(), TrainingPlan.defaults("mult_vae")).sentence(
        TrainingPlan.defaults("mult_vae")
    )
    now = plan.changed(batch=64, optimizer="sgd", weight_decay=0.5)
    sentence = compare(plan.as_dict(), now, batch=120).sentence(now)
    assert sentence.startswith("Found with batch 120 and optimizer Adam; the plan has batch 64 and optimizer SGD now")
    assert "one more" in sentence


def test_that_an_automatic_batch_that_was_the_same_is_no_difference(plan):
    assert compare(plan.as_dict(), plan.changed(batch=120), batch=120).is_same
    assert not compare(plan.as_dict(), plan.changed(batch=119), batch=120).is_same


def test_that_a_plan_of_another_version_is_said_not_raised(plan):
    match = compare({"model": "two_head", "model_config": {"unheard_of": 1}, "training": {}, "split": {}}, plan)
    assert "does not know" in match.sentence(plan)


def test_that_a_new_sweep_comes_to_the_front_and_the_former_stays_behind_it():
    board = SweepBoard()
    board.add(a_sweep(1))
    board.add(a_sweep(2))
    assert board.front == "w2"
    assert [sweep.sweep_id for sweep in board.drawn_behind] == ["w1"]
    assert [sweep.sweep_id for sweep in board.sweeps] == ["w2", "w1"]


def test_that_each_sweep_behind_keeps_its_own_colour():
    board = SweepBoard()
    for number in range(5):
        board.add(a_sweep(number))
    before = dict(board.behind)
    assert len(set(before.values())) == 4
    board.untick("w1")
    board.tick("w1")
    assert board.behind["w3"] == before["w3"]
    assert len(set(board.behind.values())) == 4


def test_that_no_more_are_drawn_than_there_are_colours():
    board = SweepBoard()
    board.load([a_sweep(number) for number in range(MOST_BEHIND + 3)])
    board.bring_to_front("w0")
    assert [board.tick(f"w{number}") for number in range(1, MOST_BEHIND + 2)] == [True] * MOST_BEHIND + [False]
    assert board.is_full


def test_that_removed_sweeps_leave_the_board():
    board = SweepBoard()
    first, second = a_sweep(1), a_sweep(2)
    board.add(first)
    board.add(second)
    board.load([first])
    assert (board.front, board.behind, board.shown) == ("", {"w1": 1}, None)


def test_that_sweeps_are_read_anew_in_turns_each_within_a_frame():
    board = SweepBoard()
    rng = np.random.default_rng(1)
    for number in range(MOST_BEHIND + 1):
        board.add(a_sweep(number, losses=a_sweep(0).losses + rng.normal(0, 0.1, 200)))
    turns = []
    board.smooth = 0.4
    is_left = True
    while is_left:
        began = time.process_time()
        assert len(board.shown.smoothed) == 200
        is_left = board.read_next()
        assert all(len(sweep.smoothed) == 200 for sweep in board.drawn_behind)
        turns.append(time.process_time() - began)
    assert {sweep.smooth for sweep in (board.shown, *board.drawn_behind)} == {0.4}
    assert len(turns) == MOST_BEHIND + 1
    assert np.median(turns[1:]) < 0.016


def test_that_what_is_no_number_is_left_out_while_a_sweep_grows():
    curve = growing_curve(RATES[:4], np.array([1.0, np.nan, np.inf, 0.5]), smooth=0.3, name="now", unit="u")
    assert curve.lrs.tolist() == [RATES[0], RATES[3]]
    assert np.isfinite(curve.smoothed).all()


def test_that_losses_of_one_unit_are_drawn_as_they_are_and_of_two_from_start_to_lowest():
    one, other = curve_of(a_sweep(1)), curve_of(a_sweep(2, plan=TrainingPlan.defaults("mult_vae")))
    assert not any(scale.is_relative for scale in scales_of([one, one]))
    scale = scales_of([one, other])[1]
    drawn = scale.drawn(other.smoothed)
    assert (round(float(drawn.min()), 9), round(float(drawn[0]), 1)) == (0.0, 1.0)


def test_that_losses_below_zero_fall_too():
    below = SweepCurve(unit="a", lrs=RATES, losses=-5 - RATES, smoothed=np.linspace(-5, -9, 200))
    drawn = scales_of([below, curve_of(a_sweep(1))])[0].drawn(below.smoothed)
    assert drawn[0] > drawn[-1] == pytest.approx(0.0)


def test_that_a_loss_that_blows_up_does_not_flatten_where_it_falls():
    sweep = curve_of(a_sweep(1))
    losses = np.where(RATES > 1, 1e6, sweep.smoothed)
    low, high = sweep_range(losses, losses)
    assert high - low < 4


def test_that_names_in_a_plot_never_meet_and_stay_inside():
    rng = np.random.default_rng(4)
    for _ in range(200):
        words = sorted((float(x), float(width)) for x, width in rng.uniform((0, 30), (500, 120), (6, 2)))
        places = places_of(words, room=500)
        spans = [
            (place.row, *((x - width, x) if place.is_left else (x, x + width)))
            for (x, width), place in zip(words, places, strict=True)
        ]
        for number, (row, left, right) in enumerate(spans):
            assert left >= 0
            assert right <= 500
            assert all(row != other or right < start or end < left for other, start, end in spans[:number])


def test_that_sweeps_of_one_name_are_told_apart_by_what_differs_or_when(plan):
    noon = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
    sweeps = [
        a_sweep(1, plan=plan, created=noon),
        a_sweep(2, plan=plan.changed(weight_decay=0.5), created=noon),
        a_sweep(3, plan=plan, created=noon - timedelta(hours=1)),
        a_sweep(4, name="Factorisation, batch 2,000"),
    ]
    names = text.distinct_names(sweeps)
    assert len(set(names)) == 4
    assert names[1].endswith("weight decay 0.5")
    assert names[3] == "Factorisation, batch 2,000"


def test_that_every_sweep_without_a_suggestion_has_a_heading():
    stopped, at_once = a_sweep(1, ended=STOPPED), RateSweep(RATES[:1], np.ones(1), ended=NOT_FINITE)
    assert text.outcome_heading(stopped).startswith("Stopped")
    assert "at once" in text.outcome_heading(at_once)
    assert text.outcome_heading(a_sweep(2, losses=np.ones(200))) == "No rate suggested"
