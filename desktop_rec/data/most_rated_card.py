"""The most rated titles of a data set, all of them: a table to sort and to search.

A part of the data set's page: show_titles() in.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop_rec.common.controls import CalmComboBox, named
from desktop_rec.common.title_search import TitleSearch
from desktop_rec.data.title_table import (
    GENRES,
    HEADINGS,
    LIKES,
    MEAN,
    RATINGS,
    SEEN,
    TITLE,
    YEAR,
    CountedTitles,
)
from desktop_rec.data.title_table import TitleTableModel as Model
from desktop_rec.theme.theme import GRID, number_font, set_role
from engine.data.catalogue import Catalogue
from engine.data.statistics import DatasetStatistics
from engine.text import plural_of

_ROW = 28
_ROWS_SHOWN = 12
_SEARCH_WIDTH = 280
_WIDEST = {YEAR: "2000", RATINGS: "1,000,000", SEEN: "1,000,000", MEAN: "10.00", LIKES: "100 %"}
_ARROW = " ▼"
_PADDING = 32


class MostRatedCard(QFrame):
    """The table is sorted by the number of ratings until a heading is pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = "titles"
        self._build()
        self._search.searched.connect(self._on_searched)
        self._table.horizontalHeader().sectionClicked.connect(self._on_heading)
        self._order.activated.connect(self._on_order)
        self._search.went_down.connect(self._table.setFocus)

    def show_titles(self, catalogue: Catalogue, statistics: DatasetStatistics) -> None:
        """Everything that is known of each title."""
        self._words = words = plural_of(catalogue.word)
        self._search.clear()
        self._heading.setText(f"Most rated {words}")
        self._search.setPlaceholderText(f"Search all {statistics.titles:,} {words}")
        self._search.setAccessibleName(f"Search all {words}")
        self._search.setToolTip(f"Part of a title: only the {words} that hold all of these words are shown")
        has_rated, has_unrated = statistics.rated > 0, statistics.entries > statistics.rated
        self._model.show_titles(CountedTitles(catalogue, statistics.title_counts))
        self._show_columns(
            {
                TITLE: True,
                YEAR: _are_known(catalogue.years),
                GENRES: _are_known(catalogue.genres),
                RATINGS: has_rated,
                SEEN: has_unrated,
                MEAN: has_rated,
                LIKES: has_rated,
            }
        )
        self._sort(RATINGS if has_rated else SEEN)
        rows = min(_ROWS_SHOWN, max(1, statistics.titles))
        self._stack.setFixedHeight(_ROW * rows + self._table.horizontalHeader().sizeHint().height() + 4)
        self._say_found()

    def _show_columns(self, there: dict[int, bool]) -> None:
        """Hide what the data set knows nothing of, and offer the rest to sort by."""
        self._order.clear()
        for column, is_there in there.items():
            self._table.setColumnHidden(column, not is_there)
            if is_there:
                self._order.addItem(f"By {HEADINGS[column].lower()}", column)

    def _sort(self, column: int, order: Qt.SortOrder | None = None) -> None:
        """Texts from A to Z, numbers from high to low, unless another order is asked for."""
        down, up = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder
        self._model.sort(column, order or (up if column in (TITLE, GENRES) else down))
        self._order.setCurrentIndex(self._order.findData(column))
        self._table.scrollToTop()

    def _on_heading(self, column: int) -> None:
        """A press sorts by a column, another one turns the order round."""
        self._sort(column, self._model.other_order if column == self._model.sorted_by else None)

    def _on_order(self, _place: int) -> None:
        self._sort(self._order.currentData())

    def _build(self) -> None:
        named(self, "most_rated_card", "Most rated titles")
        self.setToolTip("")
        set_role(self, "card")
        self._heading, self._found = QLabel("Most rated titles"), QLabel()
        set_role(self._heading, "heading")
        set_role(self._found, "caption")
        self._found.setObjectName("most_rated_found")
        self._search = TitleSearch()
        self._search.setObjectName("most_rated_search")
        self._search.setFixedWidth(_SEARCH_WIDTH)
        self._order = named(CalmComboBox(), "most_rated_order", "Sort by", "What the titles are sorted by")
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self._heading, 1)
        head.addWidget(self._found)
        head.addWidget(self._order)
        head.addWidget(self._search)
        self._model = Model(self)
        self._build_table()
        self._nothing = QLabel()
        self._nothing.setObjectName("most_rated_nothing")
        set_role(self._nothing, "weak")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._nothing)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(GRID * 2, GRID + 4, GRID * 2, GRID + 4)
        rows.setSpacing(GRID)
        rows.addLayout(head)
        rows.addWidget(self._stack)

    def _build_table(self) -> None:
        table = self._table = named(
            QTableView(), "most_rated_table", "Titles with how often and how well they are rated"
        )
        table.setToolTip("")
        table.setModel(self._model)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setFont(number_font(self.font()))
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_ROW)
        header = table.horizontalHeader()
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        for column, widest in _WIDEST.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            texts = (widest, HEADINGS[column] + _ARROW)
            width = max(table.fontMetrics().horizontalAdvance(text) for text in texts)
            table.setColumnWidth(column, width + _PADDING)
        for column in (TITLE, GENRES):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    def _on_searched(self, text: str) -> None:
        self._model.search(text)
        self._say_found()

    def _say_found(self) -> None:
        found, text = self._model.rowCount(), self._search.text().strip()
        self._found.setText(f"{found:,} found" if text else "")
        self._nothing.setText(f"None of the {self._words} is called “{text}”.")
        self._stack.setCurrentWidget(self._table if found else self._nothing)


def _are_known(values: Sequence[object]) -> bool:
    """Whether there is enough to fill a column: for one title in a hundred, or more."""
    return sum(map(bool, values)) * 100 >= max(1, len(values))
