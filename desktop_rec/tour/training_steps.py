"""The steps of the tour through Train and Models: a learning rate, two runs, their comparison, and a search."""

from __future__ import annotations

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QTabWidget

from desktop_rec.models.page import ModelsPage
from desktop_rec.models.user_evaluation import UserEvaluationPanel
from desktop_rec.tour.hand import Hand, TourFailed, choose
from engine.text import format_rate

EPOCHS = 12
"""The preset that the tour trains: the two-headed autoencoder with its defaults, for so many epochs."""
_VALUES = "100, 300, 900"


def learning_rate(hand: Hand) -> None:
    hand.go_to("train")
    hand.find(QTabWidget, "train_tabs").setCurrentIndex(0)
    hand.settle()
    hand.picture("learning_rate_before")
    hand.press("find_rate_button")
    hand.wait(lambda: len(hand.session.learning_rate.state.lrs) > 25, "the curve to grow", seconds=60)
    hand.picture("learning_rate_running")
    hand.wait(lambda: hand.session.learning_rate.state.sweep is not None, "the sweep to end", seconds=90)
    sweep = hand.session.learning_rate.state.sweep
    if sweep is None or sweep.chosen is None:
        raise TourFailed("Learning rate: the sweep suggested nothing.")
    found = ", ".join(
        f"{suggestion.title} {format_rate(suggestion.lr)}"
        for suggestion in sweep.suggestions
        if suggestion.lr is not None
    )
    hand.say(f"{len(sweep.lrs)} rates tried: {found}")
    hand.picture("learning_rate")
    hand.press("use_rate_button")
    hand.wait(lambda: hand.session.plan.is_rate_chosen, "the plan to take the rate")


def train(hand: Hand) -> None:
    hand.go_to("train")
    epochs = hand.find(QLineEdit, "setting_epochs")
    epochs.selectAll()
    QTest.keyClicks(epochs, f"{EPOCHS}\t")
    hand.picture("train_before")
    hand.press("start_training_button")
    session = hand.session
    hand.wait(lambda: len(session.training.state.epochs) >= 3, "three epochs", seconds=60)
    hand.press("pause_button")
    hand.wait(lambda: session.jobs.state is not None and session.jobs.state.paused, "the pause")
    hand.picture("train_paused")
    hand.press("pause_button")
    hand.wait(lambda: len(session.training.state.epochs) >= 6, "six epochs", seconds=60)
    hand.picture("train_running")
    hand.wait(lambda: session.training.state.finished is not None, "training to end", seconds=120)
    finished = session.training.state.finished
    assert finished is not None
    trained = finished.trained
    hand.say(f"Watch and love, default settings, {trained.epochs} epochs: {trained.monitor} {trained.best_value:.3f}")
    hand.picture("train")


def stop_and_keep(hand: Hand) -> None:
    choose(hand.find(QComboBox, "setting_schedule"), "slanted_triangle")
    hand.picture("train_again")
    hand.press("start_training_button")
    hand.wait(lambda: len(hand.session.training.state.epochs) >= 1, "an epoch", seconds=60)
    hand.press("stop_button")
    hand.wait(lambda: hand.session.jobs.state is None, "the run to stop", seconds=60)
    finished = hand.session.training.state.finished
    if finished is None or not finished.trained.stopped:
        raise TourFailed("Stop and keep: the run did not say that it was stopped.")
    hand.say(finished.trained.stopped_because)
    hand.picture("train_stopped")
    hand.session.training.discard()
    hand.wait(lambda: hand.session.training.state.discarded, "the run to be discarded")
    kept = [run for run in hand.session.dataset.runs if run.model == "two_head"]
    hand.wait(lambda: hand.session.model.recommender is not None, "the model before")
    hand.say(f"discarded; {len(kept)} run is kept")


def quality(hand: Hand) -> None:
    """EASE beside the trained model, and the baselines beside both."""
    from engine.training.plan import TrainingPlan

    session = hand.session
    session.training.train(TrainingPlan.defaults("ease"))
    hand.wait(lambda: session.jobs.state is None, "EASE to be computed", seconds=60)
    hand.go_to("models")
    hand.wait(
        lambda: session.models.comparison is not None and not session.models.baseline_text, "the baselines", seconds=60
    )
    hand.settle(1500)
    hand.picture("quality")
    page = hand.find(ModelsPage, "models_page")
    hand.say(page.beside.meaning.text.text().split("\n")[0])
    bar = page.beside.verticalScrollBar()
    for name, share in (("quality_curves", 0.6), ("quality_settings", 1.0)):
        bar.setValue(round(share * bar.maximum()))
        hand.picture(name)
    bar.setValue(0)
    tabs = hand.find(QTabWidget, "models_tabs")
    tabs.setCurrentIndex(1)
    hand.settle(800)
    hand.picture("quality_one_model")
    tabs.setCurrentIndex(2)
    panel = hand.find(UserEvaluationPanel, "user_evaluation_panel")
    hand.wait(lambda: not panel.shows_message, "how well it knows me", seconds=60)
    hand.settle(800)
    hand.picture("quality_knows_me")
    tabs.setCurrentIndex(0)
    before = next(run.run_id for run in session.dataset.runs if run.model == "two_head")
    page.runs.chosen.emit(before)
    hand.settle(300)
    hand.press("use_run")
    hand.wait(lambda: session.model.label is not None and session.model.label.run_id == before, "the model before")


def search_settings(hand: Hand) -> None:
    """Three runs of EASE, which is computed in a moment."""
    hand.go_to("train")
    hand.find(QTabWidget, "train_tabs").setCurrentIndex(2)
    hand.settle()
    hand.press("models_ease")
    hand.press("vary_l2")
    values = hand.find(QLineEdit, "values_l2")
    values.selectAll()
    QTest.keyClicks(values, _VALUES)
    hand.picture("search_before")
    hand.press("start_search_button")
    session = hand.session
    hand.wait(lambda: session.jobs.state is None and session.search.state.ended == 3, "three runs", seconds=90)
    best = session.search.state.best
    if best is None or best.value is None:
        raise TourFailed("Search: no run came to a value.")
    hand.settle(300)
    hand.picture("search")
    hand.press("open_best")
    hand.wait(lambda: session.model.run_id == best.run_id, "the best run's model")
    said = ", ".join(f"{dict(row.values)['l2']:g}: {row.value:.3f}" for row in session.search.state.rows if row.value)
    hand.say(f"l2 of ease by NDCG@100: {said}; run {best.place} is in use")
    hand.find(QTabWidget, "train_tabs").setCurrentIndex(1)
