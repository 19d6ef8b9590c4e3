"""What all plots share: thinning, axes, words for numbers, when to draw, and the table behind."""

import numpy as np
import pyqtgraph as pg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTableView, QToolButton, QWidget

from desktop_rec.common.controls import CalmComboBox
from desktop_rec.common.plots.axes import CountAxis, FigureAxis, clock_ticks, log_scale_ticks, log_ticks
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import PlotCard, Table
from desktop_rec.common.plots.live_panel import LivePanel
from desktop_rec.common.plots.points import DRAWN_POINTS, drawable, thin
from desktop_rec.common.plots.repainter import Repainter
from desktop_rec.common.plots.smoothing import smooth, window_for
from desktop_rec.theme.colours import DARK
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


def test_that_a_smooth_curve_is_the_mean_around_each_point():
    xs, ys = smooth(np.arange(400.0), np.arange(400.0) ** 2, window=21, points=400)
    assert len(xs) == 400
    assert ys[200] == pytest.approx((np.arange(190.0, 211) ** 2).mean())
    assert ys[-1] == pytest.approx((np.arange(389.0, 400) ** 2).mean())


def test_that_what_is_not_finite_leaves_a_smooth_curve_usable():
    xs, ys = smooth(np.arange(5.0), np.array([1.0, np.nan, np.inf, 3.0, 1e30]), window=1, points=10)
    assert (xs.tolist(), ys.tolist()) == ([0, 3, 4], [1, 3, 1e30])


def test_that_a_huge_loss_spoils_nothing_beside_it():
    ys = smooth(np.arange(9.0), np.array([1e30] + [1.0] * 8), window=3, points=9)[1]
    assert ys[4:].tolist() == [1.0] * 5


def test_that_a_window_is_never_more_than_a_fifth_of_a_run():
    assert [window_for(position, 100) for position in (0, 2, 5, 10)] == [1, 5, 20, 20]


def test_that_ticks_of_time_are_whole_seconds_minutes_or_hours():
    assert clock_ticks(0, 95, labels=4)[0][1] == [0, 30, 60, 90]
    assert clock_ticks(0, 8000, labels=4)[0][0] == 3600


def test_that_a_narrow_part_of_a_log_axis_has_ticks_too():
    ticks = log_scale_ticks(np.log10(0.78), np.log10(0.82), labels=4)[0][1]
    assert np.power(10, ticks).tolist() == pytest.approx([0.78, 0.79, 0.80, 0.81, 0.82])


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


def test_that_what_is_slow_to_draw_is_drawn_more_seldom_unless_a_person_asks(qtbot):
    widget, drawn = QWidget(), []
    qtbot.addWidget(widget)
    widget.show()
    repainter = Repainter(widget, lambda: drawn.append(1), by_itself=True)
    repainter.mark()
    qtbot.waitUntil(lambda: drawn == [1])
    assert repainter.wait_ms == 100
    repainter.took(0.012)
    assert 400 <= repainter.wait_ms < 500
    repainter.took(60.0)
    assert repainter.wait_ms == 1000
    repainter.mark()
    qtbot.wait(250)
    assert drawn == [1]
    repainter.mark(hurried=True)
    qtbot.waitUntil(lambda: drawn == [1, 1], timeout=500)
    moved_by_a_person = Repainter(widget, lambda: None)
    moved_by_a_person.took(60.0)
    assert moved_by_a_person.wait_ms == 100


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


def test_that_an_entry_too_long_for_its_box_ends_in_dots(qtbot):
    box = CalmComboBox()
    qtbot.addWidget(box)
    box.addItems(["Short", "An entry that is far longer than its box is wide"])
    box.resize(120, 32)
    box.show()
    assert box.fitting_text == "Short"
    box.setCurrentIndex(1)
    assert box.fitting_text.startswith("An entry")
    assert box.fitting_text.endswith("…")
    narrow = box.grab().toImage()
    box.setItemText(1, box.fitting_text)
    assert box.grab().toImage() == narrow, "what is painted is what is said to fit"


def test_that_a_label_wider_than_its_plot_goes_on_in_the_next_line(qtbot):
    canvas = PlotCanvas("plot", "A plot")
    qtbot.addWidget(canvas)
    panel = LivePanel(canvas.add_plot(0, bottom=CountAxis("bottom"), left=FigureAxis("left")))
    canvas.resize(260, 200)
    canvas.show()
    panel.recolour(DARK)
    panel.say("a label that says far more than a plot of this width has room for")
    view = panel.plot.getViewBox()
    (label,) = (item for item in view.childItems() if isinstance(item, pg.TextItem))
    assert view.boundingRect().contains(label.mapRectToParent(label.boundingRect()))
