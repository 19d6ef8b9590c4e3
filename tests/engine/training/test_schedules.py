import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.training.config import SCHEDULES, TrainingConfig
from engine.training.schedules import Plateau, corner_steps, earliest_reductions, peak_step, rates, slanted_triangle

SHARES = st.floats(0.0, 1.0)


def papers_triangle(t: int, total: int, lr_max: float, cut_frac: float, ratio: float) -> float:
    """Howard and Ruder 2018, eq. 3, as printed."""
    cut = int(np.floor(total * cut_frac))
    p = t / cut if t < cut else 1 - (t - cut) / (cut * (1 / cut_frac - 1))
    return lr_max * (1 + p * (ratio - 1)) / ratio


@pytest.mark.parametrize("total", [1, 2, 9, 10, 19, 99, 1000])
def test_that_every_rate_of_the_slanted_triangle_is_positive_and_at_most_the_peak(total):
    found = rates(TrainingConfig(schedule="slanted_triangle"), total_steps=total, lr=0.01)
    assert len(found) == total
    assert (found > 0).all()
    assert found.max() <= 0.01 + 1e-15


@pytest.mark.parametrize("total", [10, 20, 100, 1000])
def test_that_the_triangle_is_the_papers_where_the_cut_is_whole(total):
    ours = [slanted_triangle(t, total_steps=total, lr_max=0.01) for t in range(total)]
    theirs = [papers_triangle(t, total, 0.01, 0.1, 32) for t in range(total)]
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_that_the_papers_own_form_falls_below_zero_where_ours_does_not():
    assert min(papers_triangle(t, 19, 0.01, 0.1, 32) for t in range(19)) < 0
    assert min(slanted_triangle(t, total_steps=19, lr_max=0.01) for t in range(19)) > 0


def test_that_a_plateau_halves_the_rate_after_patience_and_one_more_epoch():
    config = TrainingConfig(schedule="reduce_on_plateau", patience=2)
    state = Plateau().after(1.0, config)
    scales = []
    for _ in range(6):
        state = state.after(1.0, config)
        scales.append(state.scale)
    assert scales == [1.0, 1.0, 0.5, 0.5, 0.5, 0.25]


def test_that_a_gain_below_the_threshold_is_no_progress():
    config = TrainingConfig(schedule="reduce_on_plateau", patience=0, threshold=1e-2)
    state = Plateau().after(1.0, config)
    assert state.after(0.995, config).scale == 0.5
    assert state.after(0.98, config).scale == 1.0


def test_that_a_constant_schedule_stays():
    assert set(rates(TrainingConfig(schedule="constant"), total_steps=5, lr=0.02)) == {0.02}


@given(
    schedule=st.sampled_from(SCHEDULES),
    total=st.integers(1, 400),
    lr=st.floats(1e-8, 100.0),
    share=SHARES,
    last_share=SHARES,
    divisor=st.floats(1.0, 1e9),
    phases=st.sampled_from(("cosine", "linear")),
)
def test_that_no_rate_is_negative_or_no_number_or_above_the_peak(
    schedule, total, lr, share, last_share, divisor, phases
):
    config = TrainingConfig(
        schedule=schedule,
        cut_frac=share,
        rise=share,
        warm_up=share,
        last_share=last_share,
        start_divisor=divisor,
        end_divisor=divisor,
        phases=phases,
    )
    found = rates(config, total_steps=total, lr=lr)
    assert len(found) == total
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert found.max() <= lr * (1 + 1e-15)
    assert found[peak_step(config, total)] == pytest.approx(lr, rel=1e-15) or (
        schedule == "slanted_triangle" and total == 1
    )
    assert np.argmax(np.abs(np.diff(found, prepend=0.0))) in corner_steps(config, total) or schedule != "steps"


@pytest.mark.parametrize(
    ("changes", "first", "peak", "last"),
    [
        ({"schedule": "one_cycle"}, 1 / 25, 30, 1e-5),
        ({"schedule": "one_cycle", "phases": "linear", "rise": 0.45, "end_divisor": 100.0}, 1 / 25, 45, 0.01),
        ({"schedule": "one_cycle", "rise": 0.0, "start_divisor": 10.0}, 1.0, 0, 1e-5),
        ({"schedule": "cosine"}, 1 / 6, 5, 0.01),
        ({"schedule": "cosine", "warm_up": 0.0, "last_share": 0.0}, 1.0, 0, 0.0),
        ({"schedule": "linear"}, 1.0, 0, 0.01),
        ({"schedule": "steps"}, 1.0, 0, 0.01),
        ({"schedule": "constant"}, 1.0, 0, 1.0),
    ],
)
def test_that_first_highest_and_last_rate_are_exact(changes, first, peak, last):
    config = TrainingConfig(**changes)
    found = rates(config, total_steps=101, lr=0.02)
    assert found[0] == pytest.approx(0.02 * first, rel=1e-15)
    assert peak_step(config, 101) == peak
    assert found[peak] == 0.02
    assert found[-1] == pytest.approx(0.02 * last, rel=1e-15)


def test_that_one_cycle_is_pytorchs():
    from torch import nn, optim
    from torch.optim.lr_scheduler import OneCycleLR

    for phases, name in (("cosine", "cos"), ("linear", "linear")):
        optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        scheduler = OneCycleLR(
            optimizer,
            0.1,
            total_steps=101,
            pct_start=31 / 101,
            anneal_strategy=name,
            div_factor=25,
            final_div_factor=40,
        )
        theirs = []
        for _ in range(101):
            theirs.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step() if len(theirs) < 101 else None
        config = TrainingConfig(schedule="one_cycle", rise=0.3, phases=phases, end_divisor=1000.0)
        assert peak_step(config, 101) == 30
        np.testing.assert_allclose(rates(config, total_steps=101, lr=0.1), theirs, rtol=1e-9)


def test_that_the_earliest_reductions_are_those_of_a_run_that_never_improves():
    config = TrainingConfig(epochs=10, patience=1, min_lr=1e-3)
    assert earliest_reductions(config, total_steps=100, lr=4e-3) == ((30, 2e-3), (50, 1e-3))
    assert earliest_reductions(config.changed(patience=9), total_steps=100, lr=4e-3) == ()
