"""Runs side by side: what it means, metric by metric, how they learned, and which settings differ."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_rec.common.panels import Card, ScrollPage, caption, heading, plain_text
from desktop_rec.common.plain import ColouredLabel
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.models.curves_plot import HEIGHT, CurvesPlot, Overlay
from desktop_rec.models.metric_grid import MetricGrid
from desktop_rec.models.same_card import SameCard
from desktop_rec.models.settings_diff import DiffCard
from desktop_rec.theme.theme import GRID, THEME
from engine.wording import said


class MeaningCard(Card):
    """A heading, and a paragraph for each sentence or two."""

    def __init__(self) -> None:
        super().__init__("meaning_card", spacing=6)
        self._heading, self.text = heading(said("What this means")), plain_text()
        self.column.addWidget(self._heading)
        self.column.addWidget(self.text)

    def show_meaning(self, sentences: Sequence[str], *, heading: str = "") -> None:
        """Say it; nothing to say hides the card."""
        if heading:
            self._heading.setText(heading)
        text = "\n\n".join(sentence for sentence in sentences if sentence)
        self.text.setText(text)
        self.text.setAccessibleName(f"{self._heading.text()}: {text}")
        self.setVisible(bool(text))


class SideBySide(ScrollPage):
    """`meaning`, `metrics`, `diff` and `same` are the parts that are shown to directly."""

    def __init__(self) -> None:
        super().__init__("side_by_side", spacing=2 * GRID)
        self.meaning, self.metrics, self.diff, self.same = MeaningCard(), MetricGrid(), DiffCard(), SameCard()
        self.curves: CurvesPlot | None = None
        self._card: PlotCard | None = None
        self._note = plain_text(role="weak")
        self._note.setObjectName("missing_figures")
        self._curves_part, self._legend, self.curve_notes = QWidget(), ColouredLabel(), caption()
        self._legend.setWordWrap(True)
        self._curves_column = QVBoxLayout(self._curves_part)
        self._curves_column.setContentsMargins(0, 0, 0, 0)
        self._curves_column.setSpacing(4)
        self._curves_column.addWidget(self._legend)
        self._curves_column.addWidget(self.curve_notes)
        for part in (self.meaning, self._note, self.metrics, self._curves_part, self.diff, self.same):
            self.column.addWidget(part)
        self.column.addStretch(1)
        THEME.changed.connect(self._show_legend)

    def show_overlay(self, overlay: Overlay) -> None:
        """The curves of the runs; the plot is made when there are some."""
        self._curves_part.setVisible(bool(overlay.runs))
        if not overlay.runs:
            return
        if self.curves is None or self._card is None:
            self.curves = CurvesPlot()
            self._card = PlotCard("run_curves", said("How they learned"), self.curves, self.curves.table)
            self.curves.pointed_at.connect(self._card.show_reading)
            self._card.fit_to(HEIGHT)
            self._curves_column.insertWidget(1, self._card)
        self.curves.show_overlay(overlay)
        self._card.refresh_table()
        self._show_legend()

    def show_note(self, note: str) -> None:
        """Why there are no figures, in the place of the figures; "" where there are."""
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self.metrics.setVisible(not note)

    def _show_legend(self) -> None:
        if self.curves is not None:
            self._legend.show_parts(*self.curves.legend())
            self.curve_notes.setText(" ".join(self.curves.overlay.notes))
            self.curve_notes.setVisible(bool(self.curves.overlay.notes))
