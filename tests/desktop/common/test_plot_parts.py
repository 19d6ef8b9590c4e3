"""What all plots share: thinning, axes, words for numbers, when to draw, and the table behind."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTableView, QToolButton, QWidget

from desktop_rec.common.plots.axes import log_ticks
from desktop_rec.common.plots.canvas import Repainter
from desktop_rec.common.plots.card import PlotCard, Table
from desktop_rec.common.plots.curve import DRAWN_POINTS, drawable, thin
from desktop_rec.training.live_plot import LossTrace
from desktop_rec.training.schedule_plot import nice_ceiling
from engine.evaluation.metrics import metric_title
from engine.text import format_clock, format_figure, format_rate


@given(st.integers(1, 30_000), st.integers(0, 2**31))
def test_that_a_thinned_curve_keeps_its_highest_and_lowest_point(count, seed):
    ys = np.random.default_rng(seed).normal(size=count)
    xs, drawn = thin(np.arange(count, dtype=float), ys)
    assert len(drawn) <= DRAWN_POINTS + 4
    assert drawn.max() == ys.max()
    assert drawn.min() == ys.min()
    assert (np.diff(xs) > 0).all()


def test_that_what_a_log_axis_cannot_show_is_dropped():
    xs, ys = drawable([0.0, -1.0, 0.1, 1.0, 10.0], [1.0, 1.0, np.nan, 2.0, np.inf], log_x=True)
    assert xs.tolist() == [0.0]
    assert ys.tolist() == [2.0]


def test_that_a_long_run_is_traced_the_same_in_pieces_as_whole():
    losses = np.random.default_rng(1).normal(size=9_000)
    steps = np.arange(9_000, dtype=float)
    whole, pieces = LossTrace(), LossTrace()
    whole.take(steps, losses)
    for end in range(7, 9_001, 7):
        pieces.take(steps[:end], losses[:end])
    pieces.take(steps, losses)
    assert np.allclose(whole.smooth(points=200)[1], pieces.smooth(points=200)[1])
    assert len(pieces.raw()[1]) <= DRAWN_POINTS
    assert pieces.raw()[1].max() == losses.max()
    assert pieces.raw()[1].min() == losses.min()


def test_that_the_smooth_loss_is_the_mean_of_the_last_losses():
    losses = np.arange(400, dtype=float)
    trace = LossTrace()
    trace.take(np.arange(400, dtype=float), losses)
    assert trace.smooth(points=200)[1][-1] == pytest.approx(losses[-20:].mean())


def test_that_losses_that_are_not_finite_leave_a_trace_usable():
    trace = LossTrace()
    trace.take(np.arange(4.0), np.array([1.0, np.nan, np.inf, 3.0]))
    assert trace.raw()[1].tolist() == [1.0, 3.0]
    assert trace.smooth(points=10)[1].tolist() == [1.0, 2.0]


def test_that_a_shorter_run_starts_the_trace_anew():
    trace = LossTrace()
    trace.take(np.arange(9.0), np.ones(9))
    trace.take(np.arange(2.0), np.zeros(2))
    assert trace.raw()[1].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("rate", "words"), [(3.1e-3, "3.1e-3"), (1e-7, "1e-7"), (10.0, "10"), (0.5, "0.5"), (9.99e-4, "1e-3")]
)
def test_that_rates_are_said_as_people_say_them(rate, words):
    assert format_rate(rate) == words


@pytest.mark.parametrize(
    ("value", "words"), [(0.41234, "0.412"), (6.412, "6.41"), (12480.2, "12,480"), (float("nan"), "not finite")]
)
def test_that_figures_have_three_digits(value, words):
    assert format_figure(value) == words


def test_that_times_and_metrics_are_said_as_people_say_them():
    assert (format_clock(72), format_clock(7384)) == ("1:12", "2:03:04")
    assert (metric_title("ndcg@100"), metric_title("recall@20"), metric_title("rmse")) == (
        "NDCG@100",
        "recall@20",
        "RMSE",
    )


def test_that_a_log_axis_has_a_tick_at_each_decade_and_fewer_where_there_is_no_room():
    assert log_ticks(-7, 1, labels=9)[0][1] == [-7, -6, -5, -4, -3, -2, -1, 0, 1]
    assert len(log_ticks(-7, 1, labels=4)[0][1]) <= 5
    assert len(log_ticks(-3, -2, labels=9)[0][1]) == 4
    assert log_ticks(1, 1, labels=5) == []


def test_that_an_axis_ends_at_a_round_number():
    assert [nice_ceiling(value) for value in (3.1e-3, 5e-3, 0.9, 1.0)] == pytest.approx([5e-3, 5e-3, 1.0, 1.0])


def test_that_nothing_is_drawn_while_nobody_can_see_it(qtbot):
    widget, drawn = QWidget(), []
    qtbot.addWidget(widget)
    repainter = Repainter(widget, lambda: drawn.append(1))
    for _ in range(50):
        repainter.mark()
    repainter.draw_now()
    assert drawn == []
    widget.show()
    qtbot.waitUntil(lambda: drawn == [1])
    repainter.draw_now()
    assert drawn == [1]


def test_that_many_changes_are_drawn_at_most_ten_times_a_second(qtbot):
    widget, drawn = QWidget(), []
    qtbot.addWidget(widget)
    widget.show()
    repainter = Repainter(widget, lambda: drawn.append(1))
    for _ in range(35):
        repainter.mark()
        qtbot.wait(10)
    qtbot.wait(120)
    assert 2 <= len(drawn) <= 6


def test_that_a_plot_has_a_table_behind_it_that_can_be_copied(qtbot):
    card = PlotCard("some", "Some plot", QWidget(), lambda: Table(("Step", "Loss"), [("1", "0.5"), ("2", "0.4")]))
    qtbot.addWidget(card)
    card.show()
    table = card.findChild(QTableView, "some_table")
    card.findChild(QToolButton, "some_table_button").click()
    assert table.isVisible()
    assert table.model().rowCount() == 2
    card.findChild(QToolButton, "some_copy_button").click()
    assert QGuiApplication.clipboard().text() == "Step\tLoss\n1\t0.5\n2\t0.4"
    card.show_plot()
    assert not table.isVisible()
