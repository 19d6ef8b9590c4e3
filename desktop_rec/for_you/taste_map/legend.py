"""What colours and signs on the map mean, in a line or two that wrap."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_rec.common.controls import FlowLayout
from desktop_rec.common.plain import set_tip
from desktop_rec.common.row_painting import paint_text, small
from desktop_rec.for_you.taste_map.colouring import LegendEntry
from desktop_rec.for_you.taste_map.marks import SIZE, Mark, mark_pixmap
from desktop_rec.theme.theme import GRID, THEME
from engine.wording import said

_WIDEST = 150
MARK_WORDS = {Mark.MINE: "yours", Mark.SAVED: "saved", Mark.RECOMMENDED: said("in your list")}


class Legend(QWidget):
    """Signs first, then colours."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("taste_map_legend")
        self._flow = FlowLayout(self, gap=GRID)
        self._entries: list[_Entry] = [_Entry(words, mark) for mark, words in MARK_WORDS.items()]
        for entry in self._entries:
            self._flow.addWidget(entry)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._say()

    @property
    def words(self) -> tuple[str, ...]:
        """What is told, in its order."""
        return tuple(entry.words for entry in self._entries)

    def show_colours(self, entries: Sequence[LegendEntry]) -> None:
        """Other colours."""
        for entry in self._entries[len(MARK_WORDS) :]:
            self._flow.removeWidget(entry)
            entry.hide()
            entry.deleteLater()
        self._entries = self._entries[: len(MARK_WORDS)] + [_Entry(entry.words, entry) for entry in entries]
        for shown in self._entries[len(MARK_WORDS) :]:
            self._flow.addWidget(shown)
            shown.show()
        self._say()
        self.updateGeometry()

    def _say(self) -> None:
        self.setAccessibleName(said("Signs and colours: {join}", join=", ".join(self.words)))


class _Entry(QWidget):
    """A sign or a dot of a colour, and its words."""

    def __init__(self, words: str, sign: Mark | LegendEntry) -> None:
        super().__init__()
        self.words, self._sign = words, sign
        self.setFont(small(self.font()))
        set_tip(self, words)
        self.setAccessibleName(words)
        THEME.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(SIZE + 6 + min(_WIDEST, metrics.horizontalAdvance(self.words) + 4), max(SIZE, metrics.height()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, middle = QPainter(self), self.height() / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(self._sign, Mark):
            painter.drawPixmap(QPointF(0, middle - SIZE / 2), mark_pixmap(self._sign, self.devicePixelRatioF()))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._sign.ink.colour())
            painter.drawEllipse(QPointF(SIZE / 2, middle), 4.5, 4.5)
        area = self.rect().adjusted(SIZE + 4, 0, 0, 0)
        paint_text(painter, area, self.words, font=self.font(), colour=THEME.colours.text_weak)
