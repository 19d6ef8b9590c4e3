"""The middle of For you: the list with its column heads; choosing a title asks for its reasons.

A widget: `show_list` and `show_reasons` in, `chosen` out. Keeps the chosen title when the list changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QSizePolicy, QVBoxLayout, QWidget

from desktop_rec.common.row_painting import RIGHT, paint_text, small
from desktop_rec.common.stars import StarScale
from desktop_rec.for_you.recommendation_delegate import RecommendationDelegate, columns_in
from desktop_rec.for_you.recommendations import ListedTitle, RecommendationsModel, RowRole
from desktop_rec.theme.theme import THEME

if TYPE_CHECKING:
    from engine.recommending.recommender import Recommendation


class RecommendationList(QWidget):
    """chosen(Recommendation) says which title the reasons are wanted for."""

    chosen = Signal(object)

    def __init__(self, scale: StarScale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = RecommendationsModel(self)
        self._chosen_key: object = None
        self._is_picked = self._is_filling = False
        self._build(scale)
        self._connect()

    @property
    def rows(self) -> tuple[ListedTitle, ...]:
        return self._model.rows

    @property
    def ranks(self) -> dict[str, int]:
        """The places now, by item id, to compare the next list with."""
        return self._model.ranks

    @property
    def current(self) -> Recommendation | None:
        """The chosen title."""
        row: ListedTitle | None = self.view.currentIndex().data(RowRole)
        return None if row is None else row.item

    def use_scale(self, scale: StarScale) -> None:
        """Draw predicted stars on another data set's scale."""
        self._delegate.scale = scale
        self._head.scale = scale
        self.update()

    def show_list(self, items: Sequence[Recommendation], *, word: str, before: Mapping[str, int] | None = None) -> None:
        """Show a list; `before` are the places of an earlier one, for the arrows; `word` is what a title is called."""
        predicts = any(item.predicted_rating is not None for item in items)
        self._delegate.predicts = predicts
        self._head.show_columns(word, predicts=predicts)
        scrolled, stood = self.view.verticalScrollBar().value(), self.view.currentIndex().row()
        chosen_key = self._chosen_key if self._is_picked else None
        self._is_filling = True
        self._model.show_list(items, before=before)
        if items:
            self._restore(chosen_key, stood, scrolled)
        self._is_filling = False
        self._say_chosen()

    def forget_choice(self) -> None:
        """Begin at the top with the next list: it is about somebody or something else."""
        self._is_picked = False

    def _restore(self, chosen_key: object, stood: int, scrolled: int) -> None:
        """A title that somebody picked stays chosen wherever it went (its place, where it left); else the first is."""
        place = self._model.place_of(chosen_key) if self._is_picked else 0
        if place is None:
            place = min(max(stood, 0), len(self._model.rows) - 1)
        index = self._model.index(place)
        self.view.setCurrentIndex(index)
        self.view.verticalScrollBar().setValue(scrolled if self._is_picked else 0)
        self.view.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)

    def show_reasons(self, because: Mapping[int, str]) -> None:
        """The reason in a line for each title, by item row."""
        self._model.show_reasons(because)

    def choose(self, item_row: int) -> bool:
        """Choose a title; False where the list does not have it."""
        for place, row in enumerate(self._model.rows):
            if row.item.item_row == item_row:
                self.view.setCurrentIndex(self._model.index(place))
                return True
        return False

    def _build(self, scale: StarScale) -> None:
        self.view = _Rows()
        self.view.setObjectName("recommendations")
        self.view.setAccessibleName("Recommendations")
        self.view.setToolTip("Choose a title to see why it is here")
        self.view.setModel(self._model)
        self._delegate = RecommendationDelegate(scale, self.view)
        self.view.use_delegate(self._delegate)
        self._head = _Head(scale)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._head)
        column.addWidget(self.view, 1)

    def _connect(self) -> None:
        self.view.selectionModel().currentChanged.connect(self._on_current)
        THEME.changed.connect(self._recolour)

    def _on_current(self, now: QModelIndex) -> None:
        if now.isValid() and not self._is_filling:
            self._is_picked = True
            self._say_chosen()

    def _say_chosen(self) -> None:
        item = self.current
        if item is not None:
            self._chosen_key = item.item_id
            self.chosen.emit(item)

    def _recolour(self) -> None:
        self.view.viewport().update()
        self._head.update()


class _Rows(QListView):
    """The rows themselves: knows which one the pointer is on."""

    def use_delegate(self, delegate: RecommendationDelegate) -> None:
        self._delegate = delegate
        self.setItemDelegate(delegate)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.indexAt(event.position().toPoint()).row())
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, row: int) -> None:
        if row != self._delegate.hovered:
            self._delegate.hovered = row
            self.viewport().update()


class _Head(QWidget):
    """The names of the columns, over the columns."""

    def __init__(self, scale: StarScale) -> None:
        super().__init__()
        self.scale = scale
        self._word, self._predicts = "title", False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(QFontMetrics(self.font()).height() + 6)
        self.show_columns("title", predicts=False)

    def show_columns(self, word: str, *, predicts: bool) -> None:
        self._word, self._predicts = word, predicts
        self.setToolTip(
            f"Match is the place of a {word} among all of them for you: 99 % is the top 1 %.\n"
            "Predicted is how many stars the model thinks you would give; a dash means that it does not predict stars."
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font, weak = small(self.font()), THEME.colours.text_weak
        width = self.width() - 14
        columns = columns_in(QRect(0, 0, width, 72), self.font(), self.scale, predicts=self._predicts)
        line, is_narrow = self.rect(), columns.cover.isEmpty()
        left = columns.text.left() if is_narrow else columns.cover.left()
        name = QRect(left, line.top(), columns.text.right() - left, line.height())
        match = QRect(columns.match.left(), line.top(), columns.match.width(), line.height())
        paint_text(painter, name, self._word.capitalize(), font=font, colour=weak)
        paint_text(painter, match, "Match", font=font, colour=weak, align=RIGHT)
        if not is_narrow:
            left = columns.text.right()
            predicted = QRect(left, line.top(), columns.stars.right() - left, line.height())
            words = "Predicted" if self._predicts else "★"
            paint_text(painter, predicted, words, font=font, colour=weak, align=RIGHT)
