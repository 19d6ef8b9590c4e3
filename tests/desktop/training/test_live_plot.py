"""The live plot of a run: fed with events, without a thread."""

import numpy as np
import pyqtgraph as pg
import pytest

from desktop_rec.common.plots.live_panel import steady_range
from desktop_rec.theme.theme import DARK, LIGHT, THEME, apply_theme
from desktop_rec.training.live_plot import LiveCurves, LivePlot
from engine.events import EpochEnded


def epoch(number, value, *, is_best):
    return EpochEnded(number, number * 10, 5.0, (), (("ndcg@100", value),), "ndcg@100", is_best, 1e-3)


def curves(steps, epochs=()):
    ys = np.linspace(6, 5, steps)
    return LiveCurves(np.arange(steps, dtype=float), ys, np.full(steps, 1e-3), epochs, 400, "ndcg@100")


@pytest.fixture
def plot(qtbot):
    made = LivePlot()
    qtbot.addWidget(made)
    made.resize(600, 500)
    made.show()
    return made


def drawn(qtbot, plot):
    plot.repainter.draw_now()
    qtbot.waitUntil(lambda: plot.is_drawn)


def test_that_the_curves_of_a_run_are_drawn(qtbot, plot):
    plot.show_curves(
        curves(30, (epoch(1, 0.3, is_best=True), epoch(2, 0.4, is_best=True), epoch(3, 0.35, is_best=False)))
    )
    drawn(qtbot, plot)
    assert len(plot.raw.item.getData()[0]) == 30
    assert plot.monitor.item.getData()[1].tolist() == [0.3, 0.4, 0.35]
    assert plot.best.words.toPlainText() == "best 0.400 at 2"
    assert plot.lr.item.getData()[1][0] == 1e-3


def test_that_the_monitor_is_of_the_validation_whether_people_or_ratings_are_held_out(qtbot, plot):
    plot.show_curves(curves(30, (epoch(1, 0.3, is_best=True),)))
    drawn(qtbot, plot)
    words = [item.toPlainText() for item in plot.scene().items() if isinstance(item, pg.TextItem)]
    assert "NDCG@100 in validation" in words


def test_that_the_curve_items_live_as_long_as_the_plot(qtbot, plot):
    items = [plot.raw.item, plot.smooth.item, plot.monitor.item, plot.lr.item]
    for steps in (10, 20, 5):
        plot.show_curves(curves(steps))
        drawn(qtbot, plot)
    assert items == [plot.raw.item, plot.smooth.item, plot.monitor.item, plot.lr.item]
    assert len(plot.raw.item.getData()[0]) == 5


def test_that_the_x_axes_are_one(qtbot, plot):
    plot.show_curves(curves(50))
    drawn(qtbot, plot)
    plot.rate.plot.setXRange(10, 20, padding=0)
    assert plot.loss.plot.viewRange()[0] == pytest.approx([10, 20])


def test_that_a_theme_recolours_the_curves_at_once(qtbot, qapp, plot):
    apply_theme(qapp, "light")
    assert plot.smooth.item.opts["pen"].color().name() == LIGHT.accent
    apply_theme(qapp, "dark")
    assert THEME.dark
    assert plot.smooth.item.opts["pen"].color().name() == DARK.accent
    apply_theme(qapp, "light")


def test_that_raw_curves_are_one_pixel_wide_and_smooth_ones_two(plot):
    assert plot.raw.item.opts["pen"].width() == 1
    assert plot.smooth.item.opts["pen"].width() == 2


def test_that_the_place_under_the_pointer_is_read_out(qtbot, plot):
    plot.show_curves(curves(30))
    drawn(qtbot, plot)
    assert plot.reading(plot.loss.plot, 29.2).startswith("step 29: loss 5.")
    assert LivePlot.reading(plot, plot.loss.plot, 0).endswith("rate 1e-3")


def test_that_the_table_has_a_row_an_epoch(plot):
    plot.show_curves(curves(20, (epoch(1, 0.3, is_best=True), epoch(2, 0.2, is_best=False))))
    table = plot.table()
    assert table.headings[3] == "NDCG@100"
    assert table.rows[0] == ("1", "10", "5.00", "0.300", "1e-3", "best")


def test_that_without_validation_people_the_training_loss_is_the_monitor(qtbot, plot):
    ended = EpochEnded(1, 10, 5.0, (), (), "training loss", True, 1e-3)
    plot.show_curves(LiveCurves(np.arange(10.0), np.ones(10), np.ones(10), (ended,), 10, "training loss"))
    drawn(qtbot, plot)
    assert plot.monitor.item.getData()[1].tolist() == [5.0]


def test_that_an_axis_holds_still_while_the_curve_fits():
    assert steady_range((0.0, 1.0), (0.1, 0.9)) == (0.0, 1.0)
    assert steady_range((0.0, 1.0), (0.0, 1.2))[1] > 1.2
    assert steady_range((0.0, 1.0), (0.0, 0.1))[1] < 0.2
    assert steady_range(None, (0.0, 0.1)) == (0.0, 0.1)
