"""The step of the tour for somebody who wants the best settings: a search, its table, its best run opened.

Beside steps.py, which puts it in its place.
"""

from __future__ import annotations

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QTabWidget

from desktop_rec.tour.hand import Hand, TourFailed

_VALUES = "100, 300, 900"


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
