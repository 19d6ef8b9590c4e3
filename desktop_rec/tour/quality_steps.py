"""The steps of the tour through Quality: a second run beside the first, one taken apart, and how well it knows me.

Beside steps.py, which puts them in their place.
"""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget

from desktop_rec.models.page import ModelsPage
from desktop_rec.models.user_evaluation import UserEvaluationPanel
from desktop_rec.tour.hand import Hand


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
