"""Signed reasons as bars with words, in favour or against, and the panels that show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop_rec.common.controls import arranged, text_label
from desktop_rec.common.panels import caption
from desktop_rec.common.plain import set_tip
from desktop_rec.common.row_painting import RIGHT, paint_text, small
from desktop_rec.common.rows import is_menu_key
from desktop_rec.theme.theme import GRID, THEME, number_font, set_role
from engine.wording import said

_BAR = 7
MARGINS = (2 * GRID, GRID, 2 * GRID, 2 * GRID)


@dataclass(frozen=True)
class Bar:
    """One bar. `size` is signed; `figure` is how it reads, where it means something; `detail` is the line below.

    `is_plain` draws it in the accent colour: a size without a sign. `item_row` is the title of the person's rating that
    it is about, where it has a menu.
    """

    name: str
    size: float
    figure: str = ""
    detail: str = ""
    detail_right: str = ""
    tip: str = ""
    is_plain: bool = False
    item_row: int | None = None

    def sentence(self) -> str:
        """The bar in words, for those who listen."""
        return ", ".join(part for part in (self.name, self.figure, self.detail, self.detail_right) if part)


class BarsPanel(QScrollArea):
    """A scrolled column of bars and sentences: `column` takes them, `note` is a sentence below them."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        set_role(page, "page")
        self.column = QVBoxLayout(page)
        self.column.setContentsMargins(*MARGINS)
        self.column.setSpacing(2 * GRID)
        self.setWidget(page)
        self.note = caption()

    def show_note(self, text: str) -> None:
        """A sentence below the bars, "" for none."""
        self.note.setText(text)
        self.note.setVisible(bool(text))


def titled(title: str, bars: ImpactBars, *parts: QWidget, meaning: QLabel | None = None) -> QWidget:
    """Bars under their heading, and what they mean."""
    bars.setAccessibleName(title)
    explanation = [] if meaning is None else [meaning]
    whole = QWidget()
    arranged(QVBoxLayout(whole), text_label(title, role="heading"), *explanation, bars, *parts, gap=GRID)
    return whole


class ImpactBars(QWidget):
    """Bars below each other on one scale. `scale_to` is the size that fills the width.

    menu_wanted(item_row of a Bar, QPoint): its menu is to open at a place of the screen, by a click or the menu key.
    """

    menu_wanted = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_BarRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is shown now."""
        return tuple(row.bar for row in self._rows if row.bar is not None and not row.isHidden())

    def show_bars(self, bars: Sequence[Bar], *, scale_to: float | None = None) -> None:
        """Show these bars; the longest fills the width unless `scale_to` says which size does."""
        longest = max((abs(bar.size) for bar in bars), default=0.0)
        full = max(scale_to if scale_to is not None else longest, 1e-9)
        while len(self._rows) < len(bars):
            row = _BarRow(self)
            row.menu_wanted.connect(self.menu_wanted)
            self._rows.append(row)
            self._column.addWidget(row)
        for place, row in enumerate(self._rows):
            row.setHidden(place >= len(bars))
            if place < len(bars):
                row.show_bar(bars[place], full)
        self.setAccessibleDescription("; ".join(bar.sentence() for bar in bars))


class _BarRow(QWidget):
    """One bar: name and figure, the bar, a weak line with details."""

    menu_wanted = Signal(object, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.bar: Bar | None = None
        self._full = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        THEME.changed.connect(self.update)

    def show_bar(self, bar: Bar, full: float) -> None:
        self.bar, self._full = bar, full
        self.setAccessibleName(bar.sentence())
        has_menu = bar.item_row is not None
        menu = said("Press for more: try the list without it, or leave it out") if has_menu else ""
        set_tip(self, "\n".join(part for part in (bar.tip or bar.sentence(), menu) if part))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if has_menu else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if has_menu else Qt.CursorShape.ArrowCursor)
        self.updateGeometry()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._want_menu(event.globalPosition().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if QApplication.activePopupWidget() is None:
            self._want_menu(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_menu_key(event) or event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._want_menu(self.mapToGlobal(self.rect().bottomLeft()))
        else:
            super().keyPressEvent(event)

    def _want_menu(self, place: QPoint) -> None:
        if self.bar is not None and self.bar.item_row is not None:
            self.menu_wanted.emit(self.bar.item_row, place)

    def sizeHint(self) -> QSize:
        line = QFontMetrics(self.font()).height()
        has_detail = self.bar is not None and bool(self.bar.detail or self.bar.detail_right)
        return QSize(200, line + _BAR + 6 + (QFontMetrics(small(self.font())).height() if has_detail else 0))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.bar is None:
            return
        painter, bar, colours = QPainter(self), self.bar, THEME.colours
        line = QFontMetrics(self.font()).height()
        top = QRect(0, 0, self.width(), line)
        signed = colours.negative if bar.size < 0 else colours.positive
        colour = colours.accent if bar.is_plain else signed
        font = number_font(self.font())
        figure_width = QFontMetrics(font).horizontalAdvance(bar.figure) + 8
        paint_text(painter, top.adjusted(0, 0, -figure_width, 0), bar.name, font=self.font(), colour=colours.text)
        paint_text(painter, top, bar.figure, font=font, colour=colour, align=RIGHT)
        if self.hasFocus():
            painter.setPen(QColor(colours.accent))
            painter.drawLine(0, line, self.width(), line)
        self._paint_bar(painter, QRectF(0, line + 1, self.width(), _BAR), colour)
        weak, weak_font = colours.text_weak, small(self.font())
        below = QRect(0, line + _BAR + 3, self.width(), QFontMetrics(weak_font).height())
        right_width = paint_text(painter, below, bar.detail_right, font=weak_font, colour=weak, align=RIGHT)
        paint_text(painter, below.adjusted(0, 0, -right_width - 8, 0), bar.detail, font=weak_font, colour=weak)

    def _paint_bar(self, painter: QPainter, area: QRectF, colour: str) -> None:
        if self.bar is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(THEME.colours.hover))
        painter.drawRoundedRect(area, 3, 3)
        length = max(3.0, area.width() * min(1.0, abs(self.bar.size) / self._full))
        painter.setBrush(QColor(colour))
        painter.drawRoundedRect(QRectF(area.left(), area.top(), length, area.height()), 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
