"""Runs side by side: what it means, metric by metric, how they learned, and which settings differ.

A part of Quality; its parts have setters and signals of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop_rec.common.panels import caption
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.models.curves import Overlay
from desktop_rec.models.curves_plot import HEIGHT, CurvesPlot
from desktop_rec.models.diff_card import DiffCard
from desktop_rec.models.metric_grid import MetricGrid
from desktop_rec.theme.theme import GRID, THEME, set_role


class MeaningCard(QFrame):
    """A heading, and a paragraph for each sentence or two."""

    def __init__(self, heading: str = "What this means") -> None:
        super().__init__()
        self.setObjectName("meaning_card")
        set_role(self, "card")
        self._heading, self.words = QLabel(heading), QLabel()
        set_role(self._heading, "heading")
        self.words.setObjectName("meaning_words")
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID + 4, 2 * GRID, GRID + 4)
        column.setSpacing(6)
        column.addWidget(self._heading)
        column.addWidget(self.words)

    def show_meaning(self, sentences: Sequence[str], *, heading: str = "") -> None:
        """Say it; nothing to say hides the card."""
        if heading:
            self._heading.setText(heading)
        text = "\n\n".join(sentence for sentence in sentences if sentence)
        self.words.setText(text)
        self.words.setAccessibleName(f"{self._heading.text()}: {text}")
        self.setVisible(bool(text))


class SideBySide(QScrollArea):
    """`meaning`, `metrics` and `diff` are the parts that are shown to directly."""

    def __init__(self) -> None:
        super().__init__()
        self.curves: CurvesPlot | None = None
        self._card: PlotCard | None = None
        self._overlay: Overlay | None = None
        self._build()
        THEME.changed.connect(self._say_legend)

    def show_overlay(self, overlay: Overlay) -> None:
        """The curves of the runs; the plot is made when there are some."""
        self._overlay = overlay
        self._curves_part.setVisible(bool(overlay.runs))
        if not overlay.runs:
            return
        if self.curves is None:
            self._make_plot()
        if self.curves is not None and self._card is not None:
            self.curves.show_overlay(overlay)
            self._card.refresh_table()
        self._say_legend()

    def show_note(self, words: str) -> None:
        """Why there are no figures, in the place of the figures; "" where there are."""
        self._note.setText(words)
        self._note.setVisible(bool(words))
        self.metrics.setVisible(not words)

    def _make_plot(self) -> None:
        plot = CurvesPlot()
        card = PlotCard("quality_curves", "How they learned", plot, plot.table)
        plot.pointed_at.connect(card.show_reading)
        card.fit_to(HEIGHT)
        self._curves_column.insertWidget(1, card)
        self.curves, self._card = plot, card

    def _say_legend(self) -> None:
        if self.curves is not None and self._overlay is not None:
            self._legend.setText(self.curves.legend())
            self._curve_notes.setText(" ".join(self._overlay.notes))
            self._curve_notes.setVisible(bool(self._overlay.notes))

    def _build(self) -> None:
        self.setObjectName("side_by_side")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        inside = QWidget()
        set_role(inside, "page")
        self.meaning, self.metrics, self.diff = MeaningCard(), MetricGrid(), DiffCard()
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._note.setObjectName("quality_note")
        set_role(self._note, "weak")
        self._curves_part = QWidget()
        self._legend, self._curve_notes = QLabel(), caption()
        self._legend.setWordWrap(True)
        self._curves_column = QVBoxLayout(self._curves_part)
        self._curves_column.setContentsMargins(0, 0, 0, 0)
        self._curves_column.setSpacing(4)
        self._curves_column.addWidget(self._legend)
        self._curves_column.addWidget(self._curve_notes)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, GRID, GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        for part in (self.meaning, self._note, self.metrics, self._curves_part, self.diff):
            column.addWidget(part)
        column.addStretch(1)
        self.setWidget(inside)
