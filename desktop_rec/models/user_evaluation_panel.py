"""How well the chosen model knows the person: in words, as figures against the plain ones, and title by title.

A part of Quality: show_known() and show_message() in; the message's button comes out as message_pressed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHeaderView,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop_rec.common.controls import named
from desktop_rec.common.panels import PlaceMessage, caption
from desktop_rec.common.plots.card import AnyIndex, PlotCard, PlotTable, Table
from desktop_rec.models.figures import MetricFigures
from desktop_rec.models.metric_grid import OneByOne
from desktop_rec.models.side_by_side import MeaningCard
from desktop_rec.models.whisker_plot import WhiskerPlot
from desktop_rec.theme.theme import GRID, number_font, set_role

_EXPLAINED = (
    "Each rating is left out once; from the others the model guesses it, and looks for it in its list. "
    "Grey is what anybody could guess: averages, and the most liked titles."
)
_TABLE_HEIGHT = 300


class TitlesTable(PlotTable):
    """A table whose first column are titles."""

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 0:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return super().data(index, role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return super().headerData(section, orientation, role)


class MePanel(QStackedWidget):
    """Either a message or what was found."""

    message_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.plots: list[WhiskerPlot] = []
        self._cards: list[PlotCard] = []
        self._waiting: tuple[tuple[str, MetricFigures], ...] = ()
        self._build()
        self._showing = OneByOne(self._show, self)
        self._message.pressed.connect(self.message_pressed)

    @property
    def shows_message(self) -> bool:
        return self.currentWidget() is self._message

    def show_message(self, heading: str, sentence: str, *, button: str = "", busy: bool = False) -> None:
        """Why there is nothing to show."""
        self._message.show_message(heading, sentence, button=button, busy=busy)
        self.setCurrentWidget(self._message)

    def show_known(
        self, heading: str, sentences: Sequence[str], figures: Sequence[tuple[str, MetricFigures]], table: Table
    ) -> None:
        """What was found of this person."""
        self._meaning.show_meaning(sentences, heading=heading)
        self._table.show_table(table)
        self._view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self._view.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._waiting = tuple(figures)
        for card in self._cards[len(figures) :]:
            card.hide()
        self._showing.begin(len(figures))
        self.setCurrentWidget(self._page)

    def _show(self, place: int) -> None:
        heading, figures = self._waiting[place]
        if place == len(self.plots):
            self._make_card()
        card = self._cards[place]
        self.plots[place].show_figures(figures)
        card.fit_to(self.plots[place].wanted_height)
        card.show_title(heading)
        card.setToolTip(figures.about)
        card.refresh_table()
        card.show()

    def _make_card(self) -> None:
        number = len(self.plots)
        plot = WhiskerPlot(f"me_{number}_plot")
        card = PlotCard(f"me_{number}", "", plot, plot.table)
        plot.pointed_at.connect(card.show_reading)
        self.plots.append(plot)
        self._cards.append(card)
        self._grid.addWidget(card, number // 2, number % 2, Qt.AlignmentFlag.AlignTop)

    def _build(self) -> None:
        self.setObjectName("me_panel")
        self._message = PlaceMessage()
        self._meaning = MeaningCard()
        inside = QWidget()
        set_role(inside, "page")
        self._grid = QGridLayout()
        self._grid.setSpacing(GRID)
        for number in range(2):
            self._grid.setColumnStretch(number, 1)
        self._table = TitlesTable(self)
        self._view = named(QTableView(), "my_left_out", "Your ratings, each left out once")
        self._view.setModel(self._table)
        self._view.verticalHeader().hide()
        self._view.setShowGrid(False)
        self._view.setWordWrap(False)
        self._view.setFont(number_font(self.font()))
        self._view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._view.setMinimumHeight(_TABLE_HEIGHT)
        heading = QLabel("Title by title")
        set_role(heading, "heading")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, GRID, GRID, 2 * GRID)
        column.setSpacing(GRID + 4)
        column.addWidget(self._meaning)
        column.addWidget(caption(_EXPLAINED))
        column.addLayout(self._grid)
        column.addWidget(heading)
        column.addWidget(self._view, 1)
        self._page = QScrollArea()
        self._page.setWidgetResizable(True)
        self._page.setFrameShape(QFrame.Shape.NoFrame)
        self._page.setWidget(inside)
        self.addWidget(self._message)
        self.addWidget(self._page)
