"""The tab Learning rate, fed with sweeps and their events."""

import dataclasses
import itertools
from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QListWidget, QRadioButton, QSlider

from desktop_rec.training.curves import SweepState
from desktop_rec.training.learning_rate.loss_over_rate_plot import LossOverRatePlot
from desktop_rec.training.learning_rate.sweep_curves import SweepCurve
from desktop_rec.training.learning_rate.sweep_form import SweepForm
from desktop_rec.training.learning_rate.view import LearningRateView
from desktop_rec.training.schedule_plot import SchedulePlot
from engine import operations
from engine.events import LossesMeasured, RateTaken, drive
from engine.text import format_rate
from engine.training.plan import TrainingPlan
from engine.training.rate_curve import STOPPED
from engine.training.rate_sweep import RateSweep

RATES = np.geomspace(1e-7, 10, 100)
NUMBERS = itertools.count()


def falling_losses(low_at=-0.5):
    x = np.log10(RATES)
    fall = 1.6 / (1 + np.exp(-(x - low_at + 2.5) * 2.2))
    return 7.0 - fall + np.where(x > low_at, (x - low_at) ** 2 * 5, 0.0)


@pytest.fixture
def tab(qtbot, looked_at, session, open_dataset, dataset):
    """The tab without the form of the plan beside it."""
    open_dataset(dataset)
    view = LearningRateView(session.plan, session.learning_rate)
    qtbot.addWidget(view)
    view.resize(760, 640)
    view.show()
    return looked_at(view)


@pytest.fixture
def train(place):
    """All of Train, turned to the tab."""
    place.turn_to(0)
    return place


@pytest.fixture
def plot(tab):
    return tab.part("sweep_plot", LossOverRatePlot)


@pytest.fixture
def swept(session):
    """A sweep of the plan as it is now, or of another, that has just been stored."""

    def add(losses=None, *, plan=None, name="Watch and love, batch 32", **changes):
        losses = falling_losses() if losses is None else losses
        sweep = RateSweep(
            RATES[: len(losses)],
            losses,
            plan=(plan or session.plan.plan).as_dict(),
            name=name,
            created=datetime.now(UTC),
            sweep_id=f"w{next(NUMBERS)}",
            **changes,
        )
        session.learning_rate.board.add(sweep)
        session.learning_rate.board_changed.emit()
        session.learning_rate.changed.emit()
        return sweep

    return add


def lines(tab):
    shown = tab.part("sweep_list", QListWidget)
    return [shown.item(row) for row in range(shown.count())]


def test_that_a_model_without_a_learning_rate_says_so_and_leads_to_training(train):
    train.press("models_ease")
    assert "Liked together is computed at once" in train.words_of("learning_rate_view")
    assert not train.part("find_rate_button").isEnabled()
    train.part("learning_rate_view").findChild(type(train.part("find_rate_button")), "place_message_button").click()
    assert train.shows("training_view")


def test_that_there_is_a_sentence_and_no_plot_before_the_first_sweep(tab):
    assert "A short sweep tries rates" in tab.words_of("place_message")
    assert not tab.shows("sweep_plot")
    assert not tab.part("use_rate_button").isEnabled()


def test_that_the_curve_grows_while_the_sweep_runs(tab, session, plot, monkeypatch):
    losses = falling_losses()
    monkeypatch.setattr(session.jobs, "start", lambda job: True)
    session.learning_rate.find(session.plan.plan)
    session.learning_rate.state.fold(LossesMeasured(RATES[:20], losses[:20], 20, 100))
    session.learning_rate.changed.emit()
    plot.repainter.draw_now()
    assert plot.isVisible()
    assert len(plot.raw.item.getData()[0]) == 20
    assert plot.rate is None
    assert "Suggestions come at the end" in tab.words_of("sweep_side")


def test_that_suggestions_are_marked_named_and_can_be_chosen(tab, swept, plot):
    sweep = swept()
    assert [mark.title for mark in sweep.suggestions] == [
        button.text() for button in tab.part("suggestions").findChildren(QRadioButton)
    ]
    assert plot.rate == pytest.approx(sweep.chosen.lr)
    lowest = next(suggestion for suggestion in sweep.suggestions if suggestion.kind == "minimum")
    tab.press("suggestions_minimum")
    assert plot.rate == pytest.approx(lowest.lr)
    assert tab.text("suggestions_sentence") == lowest.sentence


def test_that_moving_the_line_redraws_the_schedule_and_the_button_and_is_announced(qtbot, tab, swept, plot):
    sweep = swept()
    plot.setFocus()
    for _ in range(5):
        qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.rate > sweep.chosen.lr
    assert tab.text("use_rate_button") == f"Use {format_rate(plot.rate)}"
    assert not any(button.isChecked() for button in tab.part("suggestions").findChildren(QRadioButton))
    assert tab.part("schedule_plot", SchedulePlot).curve.ys.max() == pytest.approx(plot.rate)
    assert f"The line is at rate {format_rate(plot.rate)} · loss" in plot.accessibleDescription()


def test_that_the_button_says_what_the_rate_becomes_under_the_plans_schedule(tab, session, swept):
    session.plan.set_training(schedule="reduce_on_plateau")
    swept()
    assert "start of the plateau" in tab.text("rate_becomes")
    session.plan.set_training(schedule="slanted_triangle")
    assert "peak of the slanted triangle" in tab.text("rate_becomes")


def test_that_the_schedule_is_as_long_as_the_plan(tab, session, swept):
    swept()
    before = tab.part("schedule_plot", SchedulePlot).curve.xs[-1] + 1
    session.plan.set_training(epochs=60)
    assert tab.part("schedule_plot", SchedulePlot).curve.xs[-1] + 1 == 2 * before


def test_that_a_rate_taken_into_the_plan_is_trained_with_until_a_preset_is_chosen(train, session, swept, trained):
    train.press("models_mf")
    train.choose("setting_solver", "adam")
    sweep = swept(name="Factorisation, batch 64")
    train.press("use_rate_button")
    assert train.shows("training_view")
    assert train.text("rate_words") == "Chosen by you in Learning rate"
    train.press("start_training_button")
    assert trained[-1].training.lr == pytest.approx(sweep.chosen.lr)
    train.type("setting_batch", "20")
    assert train.text("rate_words") == "Chosen by you in Learning rate, before you changed batch"
    train.type("setting_batch", "")
    assert train.text("rate_words") == "Chosen by you in Learning rate"
    train.choose("preset_box", "low_rank")
    train.press("start_training_button")
    assert trained[-1].training.lr == session.plan.preset.training["lr"] != pytest.approx(sweep.chosen.lr)
    assert train.text("rate_words") == "As the preset has it"
    train.turn_to(0)
    assert "the plan has" in train.text("rate_becomes")


def test_that_a_sweep_of_another_model_is_labelled_and_its_rate_not_offered(tab, session, swept):
    swept()
    session.plan.choose_model("mult_vae")
    assert tab.shows("sweep_plot")
    assert tab.text("rate_becomes").startswith("Found for Watch and love; the plan is for")
    assert not tab.part("use_rate_button").isEnabled()
    session.plan.choose_model("two_head")
    assert tab.text("use_rate_button").startswith("Use ")
    assert tab.part("use_rate_button").isEnabled()


def test_that_a_sweep_of_other_settings_says_which_before_its_rate_is_used(tab, session, swept):
    session.plan.set_training(batch=50)
    sweep = swept()
    session.plan.set_training(batch=20)
    assert tab.text("rate_becomes").startswith("Found with batch 50; the plan has batch 20 now.")
    assert tab.text("use_rate_button") == f"Use {format_rate(sweep.chosen.lr)} anyway"
    session.plan.set_training(batch=50, epochs=7)
    assert tab.text("use_rate_button") == f"Use {format_rate(sweep.chosen.lr)}"


def test_that_a_sweep_belongs_to_its_data(tab, swept, dataset, open_dataset):
    swept()
    open_dataset(dataclasses.replace(dataset, fingerprint="another"))
    assert not tab.shows("sweep_plot")
    assert lines(tab) == []


def test_that_a_sweep_without_a_rate_is_described_beside_its_curve(tab, swept, plot):
    for losses, ended in (
        (np.full(100, 7.0), "complete"),
        (falling_losses()[:60], STOPPED),
        (np.array([7.0, 9.0]), "rose"),
    ):
        sweep = swept(losses, ended=ended)
        assert tab.text("sweep_words") == sweep.words
        assert tab.text("sweep_outcome") not in ("", "Suggestions")
        assert tab.shows("sweep_by_eye")
        assert not tab.part("use_rate_button").isEnabled()
        plot.repainter.draw_now()
        assert len(plot.raw.item.getData()[0]) == len(losses)


def test_that_a_noisy_sweep_suggests_nothing_and_the_view_says_why(tab, swept, plot):
    def offered():
        return [button for button in tab.part("suggestions").findChildren(QRadioButton) if button.isVisible()]

    swept()
    assert offered()
    swept(7.0 + np.random.default_rng(1).normal(0, 0.2, 100))
    assert "scatters more than it falls" in tab.text("sweep_words")
    assert offered() == []
    assert plot.rate is None
    assert tab.shows("sweep_by_eye")
    assert not tab.part("use_rate_button").isEnabled()


def test_that_a_sweep_without_points_is_a_message_that_leads_back_to_earlier_ones(tab, session, swept):
    swept()
    gone = RateSweep(np.array([]), np.array([]), ended="not_finite")
    session.learning_rate.state = SweepState(model="two_head", sweep=gone)
    session.learning_rate.changed.emit()
    assert gone.words in tab.words_of("place_message")
    assert not tab.shows("sweep_plot")
    tab.press("place_message_button")
    assert tab.shows("sweep_plot")


def test_that_a_rate_can_be_chosen_by_eye_where_none_is_suggested(qtbot, tab, swept, plot):
    swept(np.full(100, 7.0))
    plot.repainter.draw_now()
    box = plot.plot.getViewBox().sceneBoundingRect()
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.mapFromScene(box.center()))
    assert plot.rate == pytest.approx(1e-3, rel=0.3)
    plot.set_rate(None)
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.rate == pytest.approx(1e-3, rel=0.3)
    assert tab.text("use_rate_button") == f"Use {format_rate(plot.rate)}"


def test_that_a_running_sweep_can_be_stopped_and_nothing_else_started(tab, set_job):
    set_job("sweep")
    assert tab.shows("stop_sweep_button")
    assert not tab.shows("find_rate_button")
    set_job("training")
    assert not tab.part("find_rate_button").isEnabled()
    set_job(None)
    assert tab.part("find_rate_button").isEnabled()


def test_that_earlier_sweeps_stay_behind_the_newest_in_colours_of_their_own(tab, swept, plot):
    first, second = swept(name="Watch and love, batch 32"), swept(falling_losses(-1.5), name="Watch and love, batch 64")
    assert [line.text().splitlines()[0] for line in lines(tab)] == [second.name, first.name]
    plot.repainter.draw_now()
    drawn = [curve for curve in plot.curves if len(curve.xs)]
    assert len(drawn) == 3
    assert plot.table().headings[0] == "Sweep"
    assert {row[0] for row in plot.table().rows} == {first.name, second.name}
    assert f"{first.name} " in plot.reading(plot.plot, -3.0)


def test_that_ticks_draw_and_hide_sweeps_and_a_line_brings_one_to_the_front(tab, session, swept, plot):
    first, second = swept(name="first"), swept(falling_losses(-1.5), name="second")
    lines(tab)[1].setCheckState(Qt.CheckState.Unchecked)
    assert session.learning_rate.board.drawn_behind == ()
    tab.part("sweep_list", QListWidget).setCurrentRow(1)
    assert session.learning_rate.shown.sweep_id == first.sweep_id
    assert plot.rate == pytest.approx(first.chosen.lr)
    assert [sweep.sweep_id for sweep in session.learning_rate.board.drawn_behind] == [second.sweep_id]


def test_that_losses_of_different_models_are_drawn_from_start_to_lowest(tab, session, swept, plot):
    swept(name="Watch and love")
    session.plan.choose_model("mult_vae")
    swept(100 * falling_losses(-1.5), name="Variational")
    plot.repainter.draw_now()
    assert plot.smooth.ys.min() == pytest.approx(0.0)
    assert plot.smooth.ys[0] == pytest.approx(1.0, abs=0.05)
    assert "loss 7" in plot.reading(plot.plot, -6.9) or "loss 700" in plot.reading(plot.plot, -6.9)


def test_that_smoothing_another_way_reads_the_sweep_anew_and_leaves_a_dragged_line(qtbot, tab, session, swept, plot):
    rng = np.random.default_rng(2)
    sweep = swept(falling_losses() + rng.normal(0, 0.15, 100))
    slider = tab.part("smooth_slider", QSlider)
    slider.setValue(slider.maximum())
    qtbot.waitUntil(lambda: session.learning_rate.shown.smooth > 2 * sweep.smooth)
    assert tab.text("sweep_words") == session.learning_rate.shown.words
    assert np.abs(np.diff(plot.smooth.ys[:60])).max() < np.abs(np.diff(sweep.smoothed[:60])).max()
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    kept = plot.rate
    slider.setValue(4)
    qtbot.waitUntil(lambda: session.learning_rate.shown.smooth < sweep.smooth)
    assert plot.rate == kept


def test_that_zooming_is_undone_by_show_all(qtbot, tab, swept, plot):
    swept()
    assert not tab.part("show_all_button").isEnabled()
    plot.setFocus()
    whole = plot.plot.viewRange()[0]
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    plot.repainter.draw_now()
    near = plot.plot.viewRange()[0]
    assert near[1] - near[0] < 0.9 * (whole[1] - whole[0])
    tab.press("show_all_button")
    assert plot.plot.viewRange()[0] == pytest.approx(whole)
    assert not tab.part("show_all_button").isEnabled()


def test_that_a_wrong_range_is_said_beside_its_field(qtbot, looked_at):
    form = SweepForm()
    qtbot.addWidget(form)
    part = looked_at(form)
    for field, typed, said in (
        ("lowest", "0", "lies between"),
        ("lowest", "-1", "lies between"),
        ("highest", "nan", "nan"),
        ("highest", "1e-9", "must start below its end"),
        ("steps", "8", "at least 20 steps"),
    ):
        good = part.text(f"setting_{field}")
        part.type(f"setting_{field}", typed)
        assert said in part.text(f"problem_{field}")
        assert form.problem == part.text(f"problem_{field}")
        part.type(f"setting_{field}", good)
        assert (form.problem, part.text(f"problem_{field}")) == ("", "")


def test_that_a_wrong_range_blocks_the_button_and_a_good_one_belongs_to_the_plan(tab, session):
    tab.type("setting_lowest", "20")
    button = tab.part("find_rate_button")
    assert not button.isEnabled()
    assert "must start below its end" in button.toolTip()
    assert "must start below its end" in tab.text("rate_becomes")
    tab.type("setting_lowest", "1e-5")
    tab.type("setting_steps", "150")
    assert button.isEnabled()
    assert (session.plan.plan.finder.lowest, session.plan.plan.finder.steps) == (1e-5, 150)
    session.plan.choose_model("mult_vae")
    assert tab.text("setting_steps") == str(session.plan.plan.finder.steps) != "150"


def test_that_the_sweep_of_a_training_run_grows_here_too(tab, session, plot):
    state, losses = session.training.state, falling_losses()
    state.model, state.running, state.sweep.model = "two_head", True, "two_head"
    state.fold(LossesMeasured(RATES[:30], losses[:30], 30, 100))
    session.training.changed.emit()
    plot.repainter.draw_now()
    assert len(plot.raw.item.getData()[0]) == 30


def test_that_the_rate_that_training_took_is_said_with_its_reason(tab, session, swept):
    sweep = swept()
    session.training.state.fold(RateTaken(1e-3, "steepest", "Took 1e-3: the loss falls fastest there.", sweep.sweep_id))
    session.learning_rate.look_at(sweep.sweep_id)
    session.training.changed.emit()
    assert "Took 1e-3: the loss falls fastest there." in tab.text("sweep_words")


def test_that_there_is_only_a_fresh_model_to_start_from_without_runs(tab):
    box = tab.part("sweep_start", QComboBox)
    assert [box.itemText(place) for place in range(box.count())] == ["A fresh model"]


def test_that_a_plan_reaches_the_engine_whole(session, open_dataset, dataset, monkeypatch):
    open_dataset(dataset)
    started, asked = [], {}
    monkeypatch.setattr(session.jobs, "start", lambda job: started.append(job) or True)
    monkeypatch.setattr(
        "engine.operations.find_rate", lambda library, data, plan, from_run: asked.update(plan=plan, from_run=from_run)
    )
    plan = session.plan.plan.changed(
        latent=96, loss_weights="learned", batch=17, optimizer="sgd", kind="random", lowest=1e-5, steps=44
    )
    plan = dataclasses.replace(plan, device="cpu", suggestion="valley")
    session.learning_rate.start_from("r1")
    session.learning_rate.find(plan)
    started[0].make()
    assert asked == {"plan": plan, "from_run": "r1"}


def test_that_what_the_engine_sweeps_is_the_plan(library, dataset, monkeypatch):
    """From the operation on: the model that is swept has its widths and loss weights, the finder the rest."""
    swept = {}

    def find_rate(split, model, *, training, finder, device, **names):
        swept.update(split=split, model=model, training=training, finder=finder, device=device)
        return RateSweep(np.array([]), np.array([]))
        yield

    monkeypatch.setattr("engine.training.lr_finder.find_rate", find_rate)
    plan = TrainingPlan.defaults("two_head").changed(
        latent=96, loss_weights="learned", batch=17, optimizer="sgd", kind="random", steps=44
    )
    drive(operations.find_rate(library, dataset, dataclasses.replace(plan, device="cpu")))
    assert (swept["model"].config.latent, swept["model"].config.loss_weights) == (96, "learned")
    assert (swept["training"].batch, swept["training"].optimizer, swept["finder"].steps) == (17, "sgd", 44)
    assert (swept["split"].config.kind, swept["device"].type) == ("random", "cpu")


def test_that_a_removed_sweep_comes_back_by_undo(session, library, dataset, open_dataset):
    open_dataset(dataset)
    controller = session.learning_rate
    first, second = (library.sweeps.add(dataset, RateSweep(RATES, falling_losses(), name=name)) for name in "ab")
    controller.board.load([second, first])
    controller.look_at(second.sweep_id)
    controller.remove(second.sweep_id)
    assert [sweep.name for sweep in library.sweeps.records(dataset.fingerprint)] == ["a"]
    assert controller.shown.name == "a"
    session.undo.undo()
    assert [sweep.name for sweep in library.sweeps.records(dataset.fingerprint)] == ["b", "a"]
    assert [sweep.name for sweep in controller.board.sweeps] == ["b", "a"]
    assert controller.shown.name == "b"


def test_that_stored_sweeps_come_with_the_data_set_in_the_background(qtbot, session, library, dataset, open_dataset):
    library.sweeps.add(dataset, RateSweep(RATES, falling_losses(), name="of last week"))
    open_dataset(dataset)
    assert session.learning_rate.board.sweeps == ()
    qtbot.waitUntil(lambda: len(session.learning_rate.board.sweeps) == 1)
    assert session.learning_rate.shown.name == "of last week"


def test_that_the_sweep_of_training_joins_the_list_when_its_rate_is_taken(session, library, dataset, open_dataset):
    open_dataset(dataset)
    sweep = library.sweeps.add(dataset, RateSweep(RATES, falling_losses(), name="in training"))
    session.training.state.fold(RateTaken(1e-3, "steepest", "The loss falls fastest there.", sweep.sweep_id))
    session.training.changed.emit()
    assert session.learning_rate.shown.name == "in training"
    assert session.learning_rate.taken_words(session.learning_rate.shown) == "The loss falls fastest there."


def test_that_a_sweep_of_data_that_are_not_open_any_more_is_not_shown(session, dataset, open_dataset, monkeypatch):
    started = []
    monkeypatch.setattr(session.jobs, "start", lambda job: started.append(job) or True)
    open_dataset(dataset)
    session.learning_rate.find(session.plan.plan)
    open_dataset(dataclasses.replace(dataset, fingerprint="another"))
    assert session.learning_rate.running is None
    started[0].finished(RateSweep(RATES, falling_losses(), sweep_id="w99", fingerprint="print"))
    assert (session.learning_rate.shown, session.learning_rate.board.sweeps) == (None, ())


def test_that_long_names_of_sweeps_stay_within_the_plot(qtbot):
    made = LossOverRatePlot()
    qtbot.addWidget(made)
    made.resize(420, 300)
    made.show()
    values = {"lrs": np.geomspace(1e-6, 1e-1, 30), "losses": np.ones(30), "smoothed": np.ones(30)}
    long = "Watch and love, hidden 320, latent 128, decoder 192-320, batch 32, after 3 epochs of two_head 5"
    made.show_sweeps(SweepCurve(key="a", name="Next favourites", **values), [SweepCurve(key="b", name=long, **values)])
    made.repainter.draw_now()
    view = made.plot.getViewBox()
    (legend,) = (item for item in view.childItems() if "Next favourites" in getattr(item, "toPlainText", str)())
    assert "…" in legend.toPlainText()
    assert "of two_head 5" in legend.toPlainText()
    assert view.boundingRect().contains(legend.mapRectToParent(legend.boundingRect()))
