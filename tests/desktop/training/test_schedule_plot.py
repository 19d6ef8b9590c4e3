"""The drawn schedule: what can be moved, by mouse and keys, and what that makes of the settings."""

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QRegion

from desktop_rec.training.schedule_handles import handles_of, moved
from desktop_rec.training.schedule_plot import SchedulePlot, rate_becomes, schedule_title
from engine.training.config import SCHEDULES, TrainingConfig
from engine.training.schedules import planned_rate

TOTAL, LR = 200, 0.01


def config_of(schedule, **changes):
    return TrainingConfig(schedule=schedule, epochs=20, **changes)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_that_every_handle_lies_on_the_drawn_curve(schedule):
    config = config_of(schedule, step_rates="5: 1e-3, 10: 1e-4")
    found = handles_of(config, total_steps=TOTAL, lr=LR)
    assert found
    for handle in found:
        assert handle.rate == pytest.approx(planned_rate(config, handle.step, total_steps=TOTAL, lr=LR))


@pytest.mark.parametrize(
    ("schedule", "key", "place", "changes"),
    [
        ("slanted_triangle", "peak", {"step": 50, "rate": 0.0312}, {"cut_frac": 0.25, "lr": 0.031}),
        ("slanted_triangle", "end", {"rate": 0.002}, {"ratio": 5.0}),
        ("slanted_triangle", "end", {"rate": 0.5}, {"ratio": 1.0}),
        ("one_cycle", "peak", {"step": 100}, {"rise": 0.5}),
        ("one_cycle", "start", {"rate": 0.001}, {"start_divisor": 10.0}),
        ("one_cycle", "end", {"rate": 0.0}, {"end_divisor": 1e9}),
        ("cosine", "end", {"rate": 0.005}, {"last_share": 0.5}),
        ("linear", "start", {"rate": 0.02}, {"lr": 0.02}),
        ("constant", "start", {"rate": 1e9}, {"lr": 100.0}),
        ("reduce_on_plateau", "start", {"rate": 0.0}, {"lr": 1e-8}),
        ("steps", "place 0", {"step": 80, "rate": 0.002}, {"step_rates": "9: 2e-3, 10: 1e-4"}),
        ("steps", "place 1", {"step": 0}, {"step_rates": "5: 1e-3, 6: 1e-4"}),
        ("steps", "place 1", {"step": 5_000}, {"step_rates": "5: 1e-3, 20: 1e-4"}),
    ],
)
def test_that_a_move_changes_the_settings_of_its_schedule(schedule, key, place, changes):
    config = config_of(schedule, step_rates="5: 1e-3, 10: 1e-4")
    assert moved(config, key, total_steps=TOTAL, lr=LR, **place) == pytest.approx(changes)
    config.changed(**changes)


@pytest.fixture
def plot(qtbot):
    made = SchedulePlot(editable=True)
    qtbot.addWidget(made)
    made.resize(600, 300)
    made.show_schedule(config_of("slanted_triangle"), total_steps=TOTAL, lr=LR)
    made.show()
    made.repainter.draw_now()
    return made


def pixel_of(plot, step, rate):
    at = plot.mapFromScene(plot.plot.getViewBox().mapViewToScene(QPointF(step, rate)))
    return QPoint(at.x(), at.y())


def drag(qtbot, plot, start, end):
    qtbot.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(plot.viewport(), end)
    qtbot.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=end)


def test_that_dragging_the_peak_moves_rate_and_rise_once(qtbot, plot, recorded):
    moves = recorded(plot.settings_moved)
    drag(qtbot, plot, pixel_of(plot, 20, LR), pixel_of(plot, 80, 0.015))
    (changes,) = moves.calls
    assert changes["cut_frac"] == pytest.approx(0.4, abs=0.02)
    assert changes["lr"] == pytest.approx(0.015, rel=0.05)


def test_that_a_drag_straight_aside_leaves_the_rate(qtbot, plot, recorded):
    moves = recorded(plot.settings_moved)
    start = pixel_of(plot, 20, LR)
    drag(qtbot, plot, start, start + QPoint(60, 1))
    assert set(moves.calls[0]) == {"cut_frac"}
    drag(qtbot, plot, start, start)
    drag(qtbot, plot, pixel_of(plot, 120, 0.001), pixel_of(plot, 20, 0.001))
    assert len(moves.calls) == 1, "neither a click nor the empty plot moves anything"


def test_that_keys_move_the_chosen_handle(qtbot, plot, recorded):
    moves = recorded(plot.settings_moved)
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, Qt.Key.Key_PageDown)
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    assert moves.calls[0] == {"lr": 0.011}
    assert moves.calls[1] == {"cut_frac": 0.11}
    assert list(moves.calls[2]) == ["ratio"]


def test_that_a_plateau_shows_the_earliest_it_may_do(plot):
    plot.show_schedule(config_of("reduce_on_plateau", patience=4), total_steps=TOTAL, lr=LR)
    assert set(plot.curve.ys) == {LR}
    assert list(plot.possible.ys[:3]) == [LR, LR, LR / 2]
    assert plot.possible.xs[1] == 60
    title = schedule_title(config_of("reduce_on_plateau", patience=4), total_steps=TOTAL, lr=LR)
    assert title.endswith("dashed: the earliest it may fall (step 60)")
    plot.show_schedule(config_of("constant"), total_steps=TOTAL, lr=LR)
    assert len(plot.possible.xs) == 0


class PaintedParts(QObject):
    """What of a widget is painted again from now on."""

    def __init__(self, widget):
        super().__init__(widget)
        self.region = QRegion()
        widget.installEventFilter(self)

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            self.region += event.region()
        return False


@pytest.mark.parametrize("then", ["nothing", "constant"])
def test_that_nothing_of_former_handles_stays_on_the_screen(qtbot, plot, then):
    plot.show_schedule(config_of("one_cycle"), total_steps=510, lr=2e-3)
    qtbot.waitUntil(lambda: not plot.repainter.is_due)
    qtbot.wait(50)
    size = plot._dots.opts["size"]
    places = [pixel_of(plot, handle.step, handle.rate) for handle in plot.handles]
    painted = PaintedParts(plot.viewport())
    if then == "nothing":
        plot.show_nothing()
    else:
        plot.show_schedule(config_of(then), total_steps=510, lr=2e-3)
    qtbot.waitUntil(lambda: not plot.repainter.is_due)
    qtbot.wait(50)
    for place in places:
        ring = QRegion(QRect(place.x() - size, place.y() - size, 2 * size, 2 * size))
        assert (ring - painted.region).isEmpty()


def test_that_a_plot_only_to_look_at_has_no_handles(qtbot):
    made = SchedulePlot()
    qtbot.addWidget(made)
    made.show_schedule(config_of("cosine"), total_steps=100_000, lr=LR)
    assert made.handles == ()
    assert len(made.curve.xs) < 1100
    assert made.curve.ys.max() == LR


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_that_every_schedule_is_said_in_words(schedule):
    assert "200" in schedule_title(config_of(schedule), total_steps=TOTAL, lr=LR)
    assert rate_becomes(config_of(schedule)).startswith("the ")
