"""The tab Speed: a sentence on what it comes to, the picture, what each rung is, and the button that measures."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.controls import button
from desktop_rec.common.panels import Card, PlaceMessage, ScrollPage, TextGrid, caption, heading, plain_text
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.models.ladder.controller import LadderController
from desktop_rec.models.ladder.plot import LadderPlot
from desktop_rec.theme.theme import GRID
from engine.bench.ladder_picture import circumstances_of, rung_sentence, rung_title, summary
from engine.library.ladders import MeasuredLadder
from engine.wording import said


class LadderPanel(QStackedWidget):
    """Either a message or the ladder. looked_at: it came on the screen; measure_asked: by one of its buttons."""

    looked_at = Signal()
    measure_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("ladder_panel")
        self._plot: LadderPlot | None = None
        self._card: PlotCard | None = None
        self._build()
        self._message.pressed.connect(self.measure_asked)
        self._measure.clicked.connect(self.measure_asked)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.looked_at.emit()

    def show_ladder(self, ladder: MeasuredLadder | None, *, can_measure: bool, is_measuring: bool) -> None:
        """What was measured, or why there is nothing."""
        self._measure.setEnabled(can_measure)
        self._measure.setText(said("Measuring…") if is_measuring else said("Measure again"))
        if ladder is not None:
            self._show_measured(ladder)
            self.setCurrentWidget(self._page)
            return
        if is_measuring:
            words = said("It learns from your data in each way; below it says how far it is.")
            self._message.show_message(said("Measuring"), words, busy=True)
        else:
            words = said(
                "Learning from ratings can be written plainly or cleverly. See how much faster each idea makes it on "
                "this computer, and what becomes of the lists. It takes about two minutes."
            )
            self._message.show_message(said("How fast does it learn?"), words, button=said("Measure"))
            self._message.button.setEnabled(can_measure)
        self.setCurrentWidget(self._message)

    def _show_measured(self, ladder: MeasuredLadder) -> None:
        self._words.setText("\n".join(summary(ladder)))
        self._rungs.show_lines([(rung_title(rung.rung), rung_sentence(rung.rung)) for rung in ladder.rungs])
        self._where.setText("\n".join(circumstances_of(ladder)))
        if self._plot is None or self._card is None:
            self._plot = LadderPlot()
            self._card = PlotCard(
                "ladder",
                said("How many times faster than plain code, and how good the lists are"),
                self._plot,
                self._plot.table,
                reads_below=True,
            )
            self._plot.pointed_at.connect(self._card.show_reading)
            self._picture.addWidget(self._card)
        self._plot.show_ladder(ladder)
        self._card.fit_to(self._plot.wanted_height)
        self._card.refresh_table()

    def _build(self) -> None:
        self._message, self._page = PlaceMessage(), ScrollPage("ladder_page", spacing=2 * GRID)
        self._words, self._where = plain_text(), caption()
        self._words.setObjectName("ladder_summary")
        self._where.setObjectName("ladder_where")
        self._measure = button(said("Measure again"), "ladder_measure", said("Learn from the open data in each way"))
        self._rungs = TextGrid(0, 1)
        self._rungs.setObjectName("ladder_rungs")
        holder, card = QWidget(), Card("ladder_words_card")
        self._picture = QVBoxLayout(holder)
        self._picture.setContentsMargins(0, 0, 0, 0)
        for part in (heading(said("How fast this computer learns")), self._words, self._rungs, self._where):
            card.column.addWidget(part)
        card.column.addWidget(self._measure, 0, Qt.AlignmentFlag.AlignLeft)
        self._page.column.addWidget(holder)
        self._page.column.addWidget(card)
        self._page.column.addStretch(1)
        self.addWidget(self._message)
        self.addWidget(self._page)


class LadderPresenter(QObject):
    """Shows what is known while the panel is looked at, and measures when asked."""

    def __init__(self, ladder: LadderController, panel: LadderPanel) -> None:
        super().__init__(panel)
        self._ladder, self._panel = ladder, panel
        panel.looked_at.connect(self._show)
        panel.measure_asked.connect(ladder.measure)
        ladder.changed.connect(self._show)

    def _show(self) -> None:
        if self._panel.isVisible():
            ladder = self._ladder
            self._panel.show_ladder(ladder.known(), can_measure=ladder.can_measure, is_measuring=ladder.is_measuring)
