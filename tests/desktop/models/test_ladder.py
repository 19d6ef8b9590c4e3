"""The tab Speed: a message and a button before anything was measured, then picture, numbers and sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from small_ladder import LADDER

from desktop_rec.common.panels import PlaceMessage
from desktop_rec.models.ladder.panel import LadderPanel
from desktop_rec.models.ladder.plot import LadderPlot, bars_of


@pytest.fixture
def panel(qtbot):
    made = LadderPanel()
    qtbot.addWidget(made)
    return made


def test_that_nothing_measured_is_a_sentence_with_the_button_that_measures(qtbot, panel):
    panel.show_ladder(None, can_measure=True, is_measuring=False)
    message = panel.currentWidget()
    assert isinstance(message, PlaceMessage)
    with qtbot.waitSignal(panel.measure_asked):
        message.button.click()
    panel.show_ladder(None, can_measure=False, is_measuring=True)
    assert message.heading.text() == "Measuring"
    assert message.button.isHidden()


def test_that_what_was_measured_is_drawn_named_and_explained(panel):
    panel.show_ladder(LADDER, can_measure=True, is_measuring=False)
    plot = panel.findChild(LadderPlot)
    assert [bar.words for bar in plot.bars] == ["1×", "2×", "3×", "0.5×", "3×"]
    assert [bar.beside for bar in plot.bars] == [
        "NDCG@100 0.300",
        "NDCG@100 0.310",
        "NDCG@100 0.290",
        "NDCG@100 0.280",
        "",
    ]
    assert plot.table().rows[1][:4] == ("Sparse profiles", "3,000 ms", "2×", "2×")
    assert "3× as fast" in panel.findChild(QLabel, "ladder_summary").text()
    assert "Films <b>" in panel.findChild(QLabel, "ladder_where").text()
    assert [line[0] for line in panel.findChild(object, "ladder_rungs").lines][-1] == "Half precision"


def test_that_it_is_measured_again_only_while_nothing_else_runs(qtbot, panel):
    panel.show_ladder(LADDER, can_measure=False, is_measuring=True)
    measure = panel.findChild(QPushButton, "ladder_measure")
    assert (measure.isEnabled(), measure.text()) == (False, "Measuring…")
    panel.show_ladder(replace(LADDER, threads=1), can_measure=True, is_measuring=False)
    assert "1 thread." in panel.findChild(QLabel, "ladder_where").text()
    with qtbot.waitSignal(panel.measure_asked):
        measure.click()


def test_that_bars_end_where_all_together_ends():
    *rungs, together = bars_of(LADDER)
    assert rungs[-1].until == together.until
    assert together.start == rungs[0].start == 0.0
