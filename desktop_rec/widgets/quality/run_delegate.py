"""Paints a run of the list: its tick in its colour, name, figure, and what it is; and the headings between.

Stands between RunRows and RunList. Space and a click on the tick turn it.
"""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_rec.item_models.quality.run_rows import RowRole, RunHeading, RunLine
from desktop_rec.theme import THEME, number_font, series_colour
from desktop_rec.widgets.icons import pixmap
from desktop_rec.widgets.row_painting import RIGHT, paint_ground, paint_text, small, strong, wrapped

Index = QModelIndex | QPersistentModelIndex

_TICK = 16
_PAD = 12
_GAP = 5
_MOST_LINES = 3


class RunDelegate(QStyledItemDelegate):
    """Paints RunHeading and RunLine values."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(RowRole)
        line, weak = QFontMetrics(option.font).height(), QFontMetrics(small(option.font)).height()
        if isinstance(row, RunHeading):
            room = max(60, option.rect.width() - 2 * _PAD)
            about = wrapped(QFontMetrics(small(option.font)), row.about, room, lines=_MOST_LINES)
            return QSize(120, 3 * _GAP + line + weak * len(about))
        return QSize(120, 2 * _GAP + line + weak + 3)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(RowRole)
        painter.save()
        if isinstance(row, RunHeading):
            self._paint_heading(painter, option, row)
        else:
            self._paint_line(painter, option, row)
        painter.restore()

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        row = index.data(RowRole)
        if not isinstance(row, RunLine) or not row.can_tick or not _turns_tick(event, option.rect):
            return False
        turned = Qt.CheckState.Unchecked if row.is_ticked else Qt.CheckState.Checked
        return model.setData(index, turned, Qt.ItemDataRole.CheckStateRole)

    def _paint_heading(self, painter: QPainter, option: QStyleOptionViewItem, row: RunHeading) -> None:
        colours, font = THEME.colours, strong(option.font)
        area = option.rect.adjusted(_PAD, 2 * _GAP, -_PAD, 0)
        area.setHeight(QFontMetrics(font).height())
        paint_text(painter, area, row.words, font=font, colour=colours.warning if row.warns else colours.text)
        weak = small(option.font)
        metrics = QFontMetrics(weak)
        for line in wrapped(metrics, row.about, area.width(), lines=_MOST_LINES):
            area = QRect(area.left(), area.bottom() + 1, area.width(), metrics.height())
            paint_text(painter, area, line, font=weak, colour=colours.text_weak)

    def _paint_line(self, painter: QPainter, option: QStyleOptionViewItem, row: RunLine) -> None:
        colours, state = THEME.colours, option.state
        paint_ground(
            painter,
            option.rect,
            is_selected=bool(state & QStyle.StateFlag.State_Selected),
            is_hovered=bool(state & QStyle.StateFlag.State_MouseOver),
            has_focus=bool(state & QStyle.StateFlag.State_HasFocus),
        )
        if row.can_tick:
            _paint_tick(painter, tick_place(option.rect), row, ratio=option.widget.devicePixelRatioF())
        inside = option.rect.adjusted(_PAD + _TICK + 10, _GAP, -_PAD, 0)
        font, weak, figures = option.font, small(option.font), number_font(option.font)
        top = QRect(inside.left(), inside.top(), inside.width(), QFontMetrics(font).height())
        figure_width = QFontMetrics(figures).horizontalAdvance(row.figure)
        paint_text(painter, top, row.figure, font=figures, colour=colours.text, align=RIGHT)
        paint_text(painter, top.adjusted(0, 0, -figure_width - 8, 0), row.name, font=font, colour=colours.text)
        below = QRect(top.left(), top.bottom() + 3, top.width(), QFontMetrics(weak).height())
        about = f"{row.about} · in use" if row.in_use else row.about
        paint_text(painter, below, about, font=weak, colour=colours.text_weak)


def tick_place(row: QRect) -> QRect:
    """Where the tick of a line is painted."""
    return QRect(row.left() + _PAD, row.top() + _GAP + 2, _TICK, _TICK)


def _paint_tick(painter: QPainter, area: QRect, row: RunLine, *, ratio: float) -> None:
    """A filled box in the run's colour with a tick, or its outline."""
    colour = QColor(series_colour(row.place))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(colour if row.is_ticked else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), 4, 4)
    if row.is_ticked:
        painter.drawPixmap(area.topLeft(), pixmap("tick", THEME.colours.raised, size=_TICK, ratio=ratio))


def _turns_tick(event: QEvent, row: QRect) -> bool:
    if isinstance(event, QKeyEvent):
        return event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Space
    if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
        return tick_place(row).adjusted(-6, -6, 6, 6).contains(event.position().toPoint())
    return False
