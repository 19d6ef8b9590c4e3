"""All metrics of a set beside each other, a dot-and-whisker plot each; which set is chosen above them.

A part of Quality: show_judged() in. The plots are made one after the other, so that no single wait is long, and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_rec.common.controls import CalmComboBox, named
from desktop_rec.common.panels import caption
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.models.figures import Judged, MetricFigures, figures_of, metric_sets
from desktop_rec.models.whisker_plot import WhiskerPlot
from desktop_rec.theme.theme import GRID, set_role
from engine.evaluation.metrics import metric_title

_BREATH_MS = 8
"""Between two of them the window takes in what the person does."""


class OneByOne(QObject):
    """Calls `show` with 0, 1, 2 ... Beginning again forgets what was left to show."""

    def __init__(self, show: Callable[[int], None], parent: QObject) -> None:
        super().__init__(parent)
        self._show = show
        self._place = self._count = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_BREATH_MS)
        self._timer.timeout.connect(self._on_turn)

    @property
    def is_busy(self) -> bool:
        """Whether something is left to show."""
        return self._timer.isActive()

    def begin(self, count: int) -> None:
        """Show so many, the first in the next turn."""
        self._place, self._count = 0, count
        self._go_on()

    def _on_turn(self) -> None:
        place, self._place = self._place, self._place + 1
        self._show(place)
        self._go_on()

    def _go_on(self) -> None:
        if self._place < self._count:
            self._timer.start()
        else:
            self._timer.stop()


TWO_COLUMNS_FROM = 660
_LEGEND = (
    "A dot is the figure; its line is where it would lie for 95 of 100 such groups of people. "
    "A ring marks the best of each; grey ones are the baselines."
)


class MetricGrid(QWidget):
    """Heading, choice of metrics, and the plots."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._judged: tuple[Judged, ...] = ()
        self._sets: dict[str, tuple[str, ...]] = {}
        self._waiting: list[MetricFigures] = []
        self._plots: list[WhiskerPlot] = []
        self._cards: list[PlotCard] = []
        self._columns = 2
        self._build()
        self._showing = OneByOne(self._show, self)
        self._box.currentTextChanged.connect(self._on_set)

    @property
    def shown(self) -> tuple[WhiskerPlot, ...]:
        """The plots that show a metric now."""
        return tuple(plot for plot, card in zip(self._plots, self._cards, strict=True) if not card.isHidden())

    def show_judged(self, judged: Sequence[Judged], *, heading: str, note: str) -> None:
        """The models to compare, who judged them, and what there is to add."""
        self._heading.setText(heading)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        if tuple(judged) == self._judged:
            return
        self._judged = tuple(judged)
        self._sets = metric_sets(judged)
        now = self._box.currentText()
        self._box.blockSignals(True)
        self._box.clear()
        self._box.addItems(list(self._sets))
        self._box.setCurrentText(now if now in self._sets else next(iter(self._sets), ""))
        self._box.blockSignals(False)
        self._on_set()

    def _on_set(self) -> None:
        self._waiting = list(figures_of(self._judged, self._sets.get(self._box.currentText(), ())))
        for card in self._cards[len(self._waiting) :]:
            card.hide()
        self._showing.begin(len(self._waiting))

    def _show(self, place: int) -> None:
        figures = self._waiting[place]
        if place == len(self._plots):
            self._make_card()
        card, plot = self._cards[place], self._plots[place]
        plot.show_figures(figures)
        card.fit_to(plot.wanted_height)
        card.show_title(metric_title(figures.metric))
        card.setToolTip(figures.about)
        card.refresh_table()
        card.show()

    def _make_card(self) -> None:
        number = len(self._plots)
        plot = WhiskerPlot(f"metric_{number}_plot")
        card = PlotCard(f"metric_{number}", "Metric", plot, plot.table)
        plot.pointed_at.connect(card.show_reading)
        self._plots.append(plot)
        self._cards.append(card)
        self._place(number)

    def _place(self, number: int) -> None:
        row, column = divmod(number, self._columns)
        self._grid.addWidget(self._cards[number], row, column, Qt.AlignmentFlag.AlignTop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = 2 if self.width() >= TWO_COLUMNS_FROM else 1
        if columns != self._columns:
            self._columns = columns
            self._grid.setColumnStretch(1, columns - 1)
            for number in range(len(self._cards)):
                self._place(number)

    def _build(self) -> None:
        self.setObjectName("metric_grid")
        self._heading, self._note = QLabel(), caption()
        set_role(self._heading, "heading")
        self._heading.setWordWrap(True)
        self._box = named(CalmComboBox(), "metric_set", "Metrics", "Which metrics to compare the models by")
        self._box.setMinimumContentsLength(15)
        head = QHBoxLayout()
        head.addWidget(self._heading, 1)
        head.addWidget(self._box)
        self._grid = QGridLayout()
        self._grid.setSpacing(GRID)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self._note)
        column.addWidget(caption(_LEGEND))
        column.addLayout(self._grid)
