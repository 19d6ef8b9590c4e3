"""The live plot of a run: fed with its state, without a thread."""

import csv
import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage

from desktop_rec.common import questions
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.common.plots.live_panel import steady_range
from desktop_rec.theme.theme import DARK, LIGHT, THEME, apply_theme
from desktop_rec.training.live.choices import CurveChoices
from desktop_rec.training.live.panels import PANELS, shown_panels
from desktop_rec.training.live.plot import LivePlot, with_panel
from desktop_rec.training.live.run import EarlierRun, LiveRun
from engine.events import EpochEnded

ALL = tuple(panel.name for panel in PANELS)


def epoch(number, value, *, is_best=False, loss=5.0, **more):
    validation = (("loss", loss + 0.5), ("ndcg@100", value), ("recall@50", value + 0.1), ("rmse", 1 - value))
    made = EpochEnded(number, number * 10, loss, (), validation, "ndcg@100", is_best, 1e-3)
    return dataclasses.replace(made, **more)


def run_of(steps, epochs=(), *, losses=None, **changes):
    """Steps 1, 2 ...; a second for every ten of them."""
    numbers = np.arange(1.0, steps + 1)
    values = {
        "steps": numbers,
        "seconds": numbers / 10,
        "losses": np.linspace(6, 5, steps) if losses is None else np.asarray(losses, dtype=float),
        "lrs": np.full(steps, 1e-3),
        "norms": np.full(steps, 2.0),
        "parts": {"presence": np.full(steps, 4.0), "rating": np.full(steps, 1.0)},
        "epochs": epochs,
        "total_steps": 400,
        "steps_per_epoch": 10,
        "monitor": "ndcg@100",
        "model": "two_head",
    }
    return LiveRun(**values | changes)


THREE = (epoch(1, 0.3, is_best=True), epoch(2, 0.4, is_best=True), epoch(3, 0.35))


@pytest.fixture
def plot(qtbot):
    made = LivePlot()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    return made


def draw(plot, run, **choices):
    """Draw a run at once; the panels by name."""
    plot.show_choices(CurveChoices(**{"panels": ALL, "smoothing": 0, **choices}))
    plot.show_run(run)
    plot.draw_now()
    return {name: view for name, view in plot.panels.items() if view.isVisibleTo(plot)}


def points(view, name):
    """What a curve is drawn from: x and y in positions of the axes."""
    return view.lines[name].xs.tolist(), view.lines[name].ys.tolist()


def test_that_the_curves_of_a_run_are_drawn_each_in_its_panel(plot):
    panels = draw(plot, run_of(30, THREE))
    assert list(panels) == ["loss", "ranking", "errors", "rate", "norm", "parts"]
    assert len(points(panels["loss"], "loss raw")[0]) == 30
    assert points(panels["loss"], "validation") == ([10, 20, 30], [5.5, 5.5, 5.5])
    assert points(panels["ranking"], "ndcg@100")[1] == [0.3, 0.4, 0.35]
    assert points(panels["ranking"], "recall@50")[1] == pytest.approx([0.4, 0.5, 0.45])
    assert points(panels["errors"], "rmse")[1] == pytest.approx([0.7, 0.6, 0.65])
    assert points(panels["rate"], "lr")[1][0] == 1e-3
    assert set(points(panels["parts"], "rating")[1]) == {1.0}
    assert panels["ranking"].best.words.toPlainText() == "best 0.400 at 2"


def test_that_the_ring_of_the_best_epoch_is_seen_whole(plot):
    ended = tuple(dataclasses.replace(end, validation=end.validation[:2]) for end in THREE)
    view = draw(plot, run_of(30, ended))["ranking"]
    box, ring = view.plot.getViewBox(), view.best.ring
    at = box.mapViewToScene(QPointF(20, 0.4))
    room = ring.opts["size"] / 2 + 1
    assert box.sceneBoundingRect().contains(QRectF(at.x() - room, at.y() - room, 2 * room, 2 * room))


def test_that_a_panel_with_nothing_new_is_not_painted_again(plot, qtbot):
    panels, painted = draw(plot, run_of(30, THREE)), []

    def is_calm():
        """Whether nothing more is painted in a while."""
        before = len(painted)
        qtbot.wait(100)
        return before == len(painted) and plot.is_drawn and not plot.repainter.is_due

    for name, view in panels.items():
        view.spent.connect(lambda seconds, name=name: painted.append(name))
    qtbot.waitUntil(lambda: set(painted) == set(panels) and is_calm())
    painted.clear()
    plot.show_run(run_of(31, THREE))
    qtbot.waitUntil(lambda: len(points(panels["loss"], "loss raw")[0]) == 31 and is_calm())
    assert set(painted) == {"loss", "rate", "norm", "parts"}


def test_that_what_arrives_while_panels_are_drawn_is_drawn_after_them(plot, qtbot):
    plot.show_choices(CurveChoices(panels=ALL, smoothing=0))
    plot.show_run(run_of(30, THREE))
    qtbot.waitUntil(lambda: len(plot.panels) == 6 and not plot.is_drawn)
    plot.show_run(run_of(40, THREE))
    qtbot.waitUntil(lambda: all(len(points(plot.panels[name], f"{name} raw")[0]) == 40 for name in ("loss", "norm")))


def test_that_learned_weights_have_a_panel_where_a_model_has_some(plot):
    learned = (epoch(1, 0.3, learned=(("presence log variance", 0.6),)),)
    assert "learned" not in draw(plot, run_of(10, THREE))
    panels = draw(plot, run_of(12, learned))
    assert points(panels["learned"], "presence log variance") == ([10], [0.6])


def test_that_only_chosen_panels_are_seen_and_nothing_of_which_a_run_has_nothing():
    run = run_of(10, parts={}, norms=np.full(10, np.nan))
    assert [panel.name for panel in shown_panels(run, ALL)] == ["loss", "ranking", "rate"]
    assert [panel.name for panel in shown_panels(run, ("rate", "loss"))] == ["loss", "rate"]
    assert with_panel(CurveChoices(("loss",)), "norm", is_shown=True).panels == ("loss", "norm")


@pytest.mark.parametrize(("across", "last", "end"), [("steps", 30.0, 39.0), ("epochs", 3.0, 3.9), ("time", 3.0, 3.9)])
def test_that_x_is_in_steps_epochs_or_time(plot, across, last, end):
    view = draw(plot, run_of(30, THREE), across=across)["loss"]
    assert points(view, "loss raw")[0][-1] == pytest.approx(last)
    assert points(view, "validation")[0][-1] == pytest.approx(last)
    assert view.plot.viewRange()[0] == pytest.approx([0.0, 1.02 * end])


def test_that_logarithmic_axes_drop_what_they_cannot_show(plot):
    losses = np.array([100.0, 0.0, -1.0, 10.0] + [1.0] * 6)
    view = draw(plot, run_of(10, losses=losses), log_x=True, log_y=True)["loss"]
    xs, ys = points(view, "loss raw")
    assert xs[:2] == pytest.approx([0.0, np.log10(4)])
    assert ys[:3] == pytest.approx([2.0, 1.0, 0.0])


def test_that_the_slider_makes_a_curve_smooth_without_moving_it(plot):
    losses = np.where(np.arange(200) < 100, 4.0, 2.0)
    view = draw(plot, run_of(200, losses=losses), smoothing=4)["loss"]
    xs, ys = points(view, "loss")
    assert ys[0] == 4.0
    assert ys[-1] == 2.0
    assert np.interp(100.5, xs, ys) == pytest.approx(3.0, abs=0.2)
    assert "mean of 20" in view.title


def test_that_a_zoom_stays_while_points_arrive_until_all_is_asked_for(plot, qtbot):
    panels = draw(plot, run_of(100))
    panels["rate"].plot.getViewBox().setXRange(20, 40, padding=0)
    panels["rate"].plot.getViewBox().sigRangeChangedManually.emit([True, False])
    with qtbot.waitSignal(plot.zoom_changed, raising=False, timeout=1):
        pass
    draw(plot, run_of(200))
    assert all(view.plot.viewRange()[0] == pytest.approx([20, 40]) for view in panels.values())
    plot.show_all()
    plot.draw_now()
    assert panels["loss"].plot.viewRange()[0] == pytest.approx([0, 1.02 * 260])


def test_that_a_zoomed_curve_shows_every_step_of_a_long_run(plot):
    panels = draw(plot, run_of(100_000, total_steps=100_000))
    assert len(panels["loss"].lines["loss raw"].item.getData()[0]) <= 2004
    panels["loss"].zoomed.emit(5000.0, 5400.0)
    plot.draw_now()
    assert len(panels["loss"].lines["loss raw"].item.getData()[0]) == pytest.approx(401, abs=3)


def test_that_a_loss_that_explodes_leaves_the_axis_readable_and_is_named(plot):
    losses = np.concatenate((np.linspace(6, 5, 90), np.geomspace(50, 1e9, 10)))
    view = draw(plot, run_of(100, losses=losses))["loss"]
    assert view.plot.viewRange()[1][1] < 60
    assert "out of view" in view.title
    calm = draw(plot, run_of(101, losses=np.linspace(6, 5, 101)))["loss"]
    assert "out of view" not in calm.title


def test_that_the_place_under_the_pointer_is_read_out_at_its_step_by_name(plot):
    draw(plot, run_of(30, THREE))
    words = plot.reading_at(10.2)
    assert words.startswith("step 10 (epoch 1, 0:01): ")
    assert "validation 5.50" in words
    assert "NDCG@100 0.300" in words
    assert "learning rate 1e-3" in words
    assert plot.reading_at(500.0).startswith("step 30 (epoch 3")


def test_that_panels_say_their_values_beside_their_names_where_one_points(plot):
    view = draw(plot, run_of(30, THREE))["ranking"]
    view.point_at(20.0)
    assert "NDCG@100 0.400" in view.title
    view.point_at(None)
    assert "0.400" not in view.title


def test_that_earlier_runs_stand_behind_and_losses_only_of_the_same_model(plot):
    same = EarlierRun("r1", "Watch and love 1", "two_head", THREE, 30.0, 2)
    other = EarlierRun("r2", "Factorisation", "mf", THREE, 30.0, 3)
    plot.show_earlier((same, other))
    panels = draw(plot, run_of(30, THREE))
    assert points(panels["loss"], "training of r1") == ([10, 20, 30], [5.0] * 3)
    assert "training of r2" not in panels["loss"].lines
    assert points(panels["ranking"], "NDCG@100 of r2")[1] == [0.3, 0.4, 0.35]
    assert "NDCG@100 of Factorisation 0.400" in plot.reading_at(20)


def test_that_a_change_of_the_rate_is_marked(plot):
    view = draw(plot, run_of(30, rate_changes=[(12, 1e-4)]))["rate"]
    assert [mark.value() for mark in view.rate_marks if mark.isVisible()] == [12]


def test_that_a_run_that_goes_on_has_the_epochs_from_before(plot):
    run = dataclasses.replace(run_of(10, THREE), steps=np.arange(31.0, 41), seconds=np.arange(31.0, 41))
    panels = draw(plot, run)
    assert points(panels["loss"], "before")[0] == [10, 20, 30]
    assert points(panels["rate"], "lr")[0][:4] == [10, 20, 30, 31]


def test_that_without_validation_people_the_best_is_marked_on_the_loss(plot):
    ended = dataclasses.replace(epoch(1, 0.3, is_best=True), validation=(), monitor="training loss")
    panels = draw(plot, run_of(10, (ended,), monitor="training loss"))
    assert panels["loss"].best.words.toPlainText() == "best 5.00 at 1"
    assert "ranking" not in panels


@pytest.mark.thorough
def test_that_a_theme_recolours_the_curves_at_once(qapp, plot):
    view = draw(plot, run_of(30))["loss"]
    apply_theme(qapp, "light")
    assert view.lines["loss"].item.opts["pen"].color().name() == LIGHT.accent
    apply_theme(qapp, "dark")
    assert THEME.dark
    assert view.lines["loss"].item.opts["pen"].color().name() == DARK.accent
    apply_theme(qapp, "light")


def test_that_the_curve_items_live_as_long_as_the_plot(plot):
    items = [view.lines[name].item for view in draw(plot, run_of(30)).values() for name in view.lines]
    for steps in (20, 40, 5):
        panels = draw(plot, run_of(steps))
    assert items == [view.lines[name].item for view in panels.values() for name in view.lines]
    assert len(panels["loss"].lines["loss raw"].item.getData()[0]) == 5


def test_that_many_panels_stand_in_two_columns_where_there_is_room(plot, qtbot):
    panels = draw(plot, run_of(30, THREE))
    qtbot.waitUntil(lambda: panels["ranking"].x() > panels["loss"].x())
    plot.resize(400, 500)
    plot.draw_now()
    qtbot.waitUntil(lambda: panels["ranking"].x() == panels["loss"].x())


def test_that_the_table_has_a_row_an_epoch_with_all_that_was_measured(plot):
    plot.show_run(run_of(30, THREE))
    table = plot.table()
    assert table.headings[2:7] == ("Training loss", "Validation loss", "NDCG@100", "recall@50", "RMSE")
    assert table.rows[1] == ("2", "20", "5.00", "5.50", "0.400", "0.500", "0.600", "1e-3", "best")


@pytest.fixture
def saved(plot, qtbot, monkeypatch, tmp_path):
    """Saves the plot of a run in a form, as by its menu; where it is then."""

    def save(ending):
        card = PlotCard("live", "How it learns", plot, plot.table, make_numbers=plot.numbers, reads_below=True)
        qtbot.addWidget(card)
        card.resize(800, 600)
        card.show()
        draw(plot, run_of(30, THREE, losses=np.linspace(6, 5, 30) / 3))
        path = tmp_path / f"some{ending}"
        monkeypatch.setattr(questions, "ask_where_to_save_plot", lambda *_: path)
        next(action for action in plot.actions() if action.objectName() == f"live_save_{ending[1:]}").trigger()
        return path

    return save


def test_that_the_numbers_are_saved_with_full_precision(saved):
    with saved(".csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["training loss"]) for row in rows] == (np.linspace(6, 5, 30) / 3).tolist()
    assert rows[9]["validation ndcg@100"] == "0.3"
    assert rows[8]["validation ndcg@100"] == ""
    assert (rows[19]["step"], rows[19]["epoch"], rows[19]["best"]) == ("20", "2", "best")


def test_that_the_plot_is_saved_as_a_sharp_picture_and_as_a_drawing(saved):
    drawing = saved(".svg").read_text()
    assert "<path" in drawing
    assert "<image" not in drawing
    picture = QImage(str(saved(".png")))
    assert picture.width() > 1200
    assert len({picture.pixelColor(x, picture.height() // 8).name() for x in range(picture.width())}) > 3


def test_that_an_axis_holds_still_while_the_curve_fits():
    assert steady_range((0.0, 1.0), (0.1, 0.9)) == (0.0, 1.0)
    assert steady_range((0.0, 1.0), (0.0, 1.2))[1] > 1.2
    assert steady_range((0.0, 1.0), (0.0, 0.1))[1] < 0.2
    assert steady_range(None, (0.0, 0.1)) == (0.0, 0.1)


@pytest.mark.parametrize("stored", [{}, {"panels": 3, "smoothing": True}, {"across": "weeks", "smoothing": 99}])
def test_that_choices_that_cannot_be_understood_are_as_usual(stored):
    assert CurveChoices.from_dict(stored) == CurveChoices()


def test_that_choices_are_remembered_as_they_were():
    chosen = CurveChoices(("norm", "loss"), "time", log_x=True, log_y=True, smoothing=3)
    assert CurveChoices.from_dict(chosen.as_dict()) == chosen
