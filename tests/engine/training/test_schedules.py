import numpy as np
import pytest

from engine.training.config import TrainingConfig
from engine.training.schedules import Plateau, rates, slanted_triangle


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
