"""All titles of a data set as a table to sort and to search: how often each is rated, how well, how many like it.

Texts are made only for the rows that are looked at, so that tens of thousands cost nothing.

Shapes: I titles, R rows shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QFrame, QHeaderView, QStackedWidget, QTableView, QWidget

from desktop_rec.common.controls import CalmComboBox, across, make_card, named, text_label
from desktop_rec.common.plain import plain_tip, set_tip
from desktop_rec.common.title_search import TitleSearch
from desktop_rec.theme.theme import number_font
from engine.data.catalogue import Catalogue
from engine.data.statistics import DatasetStatistics, TitleCounts
from engine.text import plural_of
from engine.wording import said

Index = QModelIndex | QPersistentModelIndex
Numbers = npt.NDArray[Any]

TITLE, YEAR, GENRES, RATINGS, SEEN, MEAN, LIKES = range(7)
HEADINGS = (
    said("Title"),
    said("Year"),
    said("Genres"),
    said("Ratings"),
    said("Only seen"),
    said("Mean"),
    said("Likes"),
)
TIPS = (
    said("The title; a press on a heading sorts by it"),
    said("The year, where it is known"),
    said("Genres, where they are known"),
    said("How many people rated it"),
    said("How many have it without a rating"),
    said("The mean of its ratings"),
    said("The share of its ratings that are likes: three quarters of the way up the scale, or better"),
)
_TEXTS = (TITLE, GENRES)
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
        self._titles_word = "titles"
        self._build()
        self._search.searched.connect(self._on_searched)
        self._table.horizontalHeader().sectionClicked.connect(self._on_heading)
        self._order.activated.connect(self._on_order)
        self._search.went_down.connect(self._table.setFocus)

    def show_titles(self, catalogue: Catalogue, statistics: DatasetStatistics) -> None:
        """Everything that is known of each title."""
        self._titles_word = titles = plural_of(catalogue.word)
        self._search.clear()
        self._heading.setText(said("Most rated {titles}", titles=titles))
        self._search.setPlaceholderText(said("Search all {titles}", titles=f"{statistics.titles:,} {titles}"))
        self._search.setAccessibleName(said("Search all {titles}", titles=titles))
        set_tip(
            self._search,
            said("Part of a title: only the {titles} that hold all of these words are shown", titles=titles),
        )
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
        self._show_found()

    def _show_columns(self, there: dict[int, bool]) -> None:
        """Hide what the data set knows nothing of, and offer the rest to sort by."""
        self._order.clear()
        for column, is_there in there.items():
            self._table.setColumnHidden(column, not is_there)
            if is_there:
                self._order.addItem(said("By {heading}", heading=HEADINGS[column].lower()), column)

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
        self._heading = text_label(said("Most rated titles"), role="heading")
        self._found = text_label("", "most_rated_found", role="caption")
        self._search = TitleSearch()
        self._search.setObjectName("most_rated_search")
        self._search.setFixedWidth(_SEARCH_WIDTH)
        self._order = named(CalmComboBox(), "most_rated_order", said("Sort by"), said("What the titles are sorted by"))
        self._model = TitleTableModel(self)
        self._build_table()
        self._nothing = text_label("", "most_rated_nothing", role="weak")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._nothing)
        rows = make_card(self, "most_rated_card", said("Most rated titles"))
        rows.addLayout(across(self._heading, 1, self._found, self._order, self._search))
        rows.addWidget(self._stack)

    def _build_table(self) -> None:
        table = self._table = named(
            QTableView(), "most_rated_table", said("Titles with how often and how well they are rated")
        )
        set_tip(table, "")
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
        self._show_found()

    def _show_found(self) -> None:
        found, text = self._model.rowCount(), self._search.text().strip()
        self._found.setText(said("{found:,} found", found=found) if text else "")
        self._nothing.setText(said("None of the {titles} is called “{text}”.", titles=self._titles_word, text=text))
        self._stack.setCurrentWidget(self._table if found else self._nothing)


def _are_known(values: Sequence[object]) -> bool:
    """Whether there is enough to fill a column: for one title in a hundred, or more."""
    return sum(map(bool, values)) * 100 >= max(1, len(values))


@dataclass(frozen=True)
class CountedTitles:
    """The titles of a data set with their counts."""

    catalogue: Catalogue
    counts: TitleCounts


class TitleTableModel(QAbstractTableModel):
    """One row a title, in the order of a column, narrowed down by a search."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles: CountedTitles | None = None
        self._order_I: Numbers = np.zeros(0, np.int64)
        self._rows_R: Numbers = self._order_I
        self._found_I: Numbers | None = None
        self._sorted_by: tuple[int, bool] = (RATINGS, True)

    def show_titles(self, titles: CountedTitles) -> None:
        """Show all titles of a data set, in the order that was last asked for."""
        self.beginResetModel()
        self._titles, self._found_I = titles, None
        self._put_in_order()
        self.endResetModel()

    def search(self, text: str) -> None:
        """Only the titles that hold every word of a text; all of them where it is empty."""
        if self._titles is None:
            return
        self.beginResetModel()
        self._found_I = None
        if text.strip():
            self._found_I = np.zeros(len(self._order_I), bool)
            self._found_I[self._titles.catalogue.rows_with(text)] = True
        self._narrow_down()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by = (column, order == Qt.SortOrder.DescendingOrder)
        if self._titles is None or not 0 <= column < len(HEADINGS):
            return
        self.layoutAboutToBeChanged.emit()
        self._put_in_order()
        self.layoutChanged.emit()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(HEADINGS) - 1)

    @property
    def sorted_by(self) -> int:
        """The column that rows are sorted by."""
        return self._sorted_by[0]

    @property
    def other_order(self) -> Qt.SortOrder:
        """The order that rows are not in."""
        return Qt.SortOrder.AscendingOrder if self._sorted_by[1] else Qt.SortOrder.DescendingOrder

    def item_row(self, row: int) -> int:
        """Which title a row shows."""
        return int(self._rows_R[row])

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows_R)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(HEADINGS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(self.item_row(index.row()), index.column())
        if role == Qt.ItemDataRole.ToolTipRole and index.column() in _TEXTS:
            return plain_tip(self._words(self.item_row(index.row()), index.column()))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                column, is_down = self._sorted_by
                arrow = (" ▼" if is_down else " ▲") if section == column else ""
                return f"{HEADINGS[section]}{arrow}"
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(TIPS[section])
            case Qt.ItemDataRole.TextAlignmentRole:
                return _side(section)
        return None

    def _words(self, item_row: int, column: int) -> str:
        if self._titles is None:
            return ""
        catalogue, counts = self._titles.catalogue, self._titles.counts
        rated = int(counts.rated_I[item_row])
        match column:
            case 0:
                return catalogue.titles[item_row]
            case 1:
                return str(catalogue.years[item_row] or "")
            case 2:
                return ", ".join(catalogue.genres[item_row])
            case 3:
                return f"{rated:,}"
            case 4:
                return f"{int(counts.entries_I[item_row]) - rated:,}"
            case 5:
                return f"{counts.means_I[item_row]:.2f}" if rated else ""
        return f"{100 * counts.like_shares_I[item_row]:.0f} %" if rated else ""

    def _put_in_order(self) -> None:
        if self._titles is None:
            return
        column, is_down = self._sorted_by
        values_I = _values(self._titles, column)
        blank_I = np.isnan(values_I)
        values_I = np.where(blank_I, 0, -values_I if is_down else values_I)
        self._order_I = np.lexsort((-self._titles.counts.entries_I, values_I, blank_I))
        self._narrow_down()

    def _narrow_down(self) -> None:
        found_I = self._found_I
        self._rows_R = self._order_I if found_I is None else self._order_I[found_I[self._order_I]]


def _values(titles: CountedTitles, column: int) -> Numbers:
    """What a column is sorted by; NaN for a blank, which comes last both ways."""
    catalogue, counts = titles.catalogue, titles.counts
    match column:
        case 0:
            return catalogue.title_order_I
        case 1:
            return np.array([year or np.nan for year in catalogue.years], dtype=np.float64)
        case 2:
            return catalogue.genre_order_I
        case 3:
            return counts.rated_I.astype(np.float64)
        case 4:
            return (counts.entries_I - counts.rated_I).astype(np.float64)
        case 5:
            return counts.means_I
    return counts.like_shares_I


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column in _TEXTS else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
