"""Metrics beside each other, a card with a dot-and-whisker plot each; which set of them is chosen above."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop_rec.common.controls import CalmComboBox, named
from desktop_rec.common.panels import caption, heading
from desktop_rec.common.plain import set_tip
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.models.comparison import EvaluatedModel, MetricFigures, figures_of, metric_sets
from desktop_rec.models.whisker_plot import WhiskerPlot
from desktop_rec.theme.theme import GRID
from engine.evaluation.metrics import metric_title
from engine.wording import said

TWO_COLUMNS_FROM = 660
_PAUSE_MS = 8
"""Between two turns the window takes in what the person does."""
_LEGEND = said(
    "A dot is the figure; its line is where it would lie for 95 of 100 such groups of "
    "people. A ring marks the best of each; grey ones are the baselines."
)


class OneByOne(QObject):
    """Calls `show` with 0, 1, 2 ... in turns of their own. Beginning again forgets what was left to show."""

    def __init__(self, show: Callable[[int], None], parent: QObject) -> None:
        super().__init__(parent)
        self._show = show
        self._numbers = iter(range(0))
        self._timer = QTimer(self, interval=_PAUSE_MS)
        self._timer.timeout.connect(self._on_turn)

    @property
    def is_busy(self) -> bool:
        """Whether something is left to show."""
        return self._timer.isActive()

    def begin(self, count: int) -> None:
        """Show so many, the first in the next turn."""
        self._numbers = iter(range(count))
        self._timer.start()

    def _on_turn(self) -> None:
        number = next(self._numbers, None)
        if number is None:
            self._timer.stop()
        else:
            self._show(number)


class FigureCards(QWidget):
    """A card for each metric, in two columns where there is room. Cards are made when they are needed, and kept."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._columns = name, 2
        self._waiting: tuple[tuple[str, MetricFigures], ...] = ()
        self._plots: list[WhiskerPlot] = []
        self._cards: list[PlotCard] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GRID)
        for column in range(2):
            self._grid.setColumnStretch(column, 1)
        self._showing = OneByOne(self._show, self)

    @property
    def shown(self) -> tuple[WhiskerPlot, ...]:
        """The plots that show a metric now."""
        return tuple(plot for plot, card in zip(self._plots, self._cards, strict=True) if not card.isHidden())

    def show_figures(self, figures: Sequence[tuple[str, MetricFigures]]) -> None:
        """Metrics, each with the title of its card."""
        self._waiting = tuple(figures)
        for card in self._cards[len(self._waiting) :]:
            card.hide()
        self._showing.begin(len(self._waiting))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = 2 if self.width() >= TWO_COLUMNS_FROM else 1
        if columns != self._columns:
            self._columns = columns
            self._grid.setColumnStretch(1, columns - 1)
            for number in range(len(self._cards)):
                self._place(number)

    def _show(self, number: int) -> None:
        if number == len(self._plots):
            self._make_card()
        title, figures = self._waiting[number]
        card, plot = self._cards[number], self._plots[number]
        plot.show_figures(figures)
        card.fit_to(plot.wanted_height)
        card.show_title(title)
        set_tip(card, figures.about)
        card.refresh_table()
        card.show()

    def _make_card(self) -> None:
        name = f"{self._name}_{len(self._plots)}"
        plot = WhiskerPlot(f"{name}_plot")
        card = PlotCard(name, said("Metric"), plot, plot.table)
        plot.pointed_at.connect(card.show_reading)
        self._plots.append(plot)
        self._cards.append(card)
        self._place(len(self._cards) - 1)

    def _place(self, number: int) -> None:
        self._grid.addWidget(self._cards[number], *divmod(number, self._columns), Qt.AlignmentFlag.AlignTop)


class MetricGrid(QWidget):
    """Heading, choice of metrics, and the plots."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("metric_grid")
        self._models: tuple[EvaluatedModel, ...] = ()
        self._sets: dict[str, tuple[str, ...]] = {}
        self._heading, self.note, self.cards = heading(), caption(), FigureCards("metric")
        self._heading.setWordWrap(True)
        self._box = named(CalmComboBox(), "metric_set", said("Metrics"), said("Which metrics to compare the models by"))
        self._box.setMinimumContentsLength(15)
        head = QHBoxLayout()
        head.addWidget(self._heading, 1)
        head.addWidget(self._box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        for part in (self.note, caption(_LEGEND), self.cards):
            column.addWidget(part)
        self._box.currentTextChanged.connect(self._on_set)

    def show_models(self, models: Sequence[EvaluatedModel], *, heading: str, note: str) -> None:
        """The models to compare, whom they were evaluated on, and what there is to add."""
        self._heading.setText(heading)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        if tuple(models) == self._models:
            return
        self._models, self._sets = tuple(models), metric_sets(models)
        now = self._box.currentText()
        self._box.blockSignals(True)
        self._box.clear()
        self._box.addItems(list(self._sets))
        self._box.setCurrentText(now if now in self._sets else next(iter(self._sets), ""))
        self._box.blockSignals(False)
        self._on_set()

    def _on_set(self) -> None:
        figures = figures_of(self._models, self._sets.get(self._box.currentText(), ()))
        self.cards.show_figures([(metric_title(metric.metric), metric) for metric in figures])
