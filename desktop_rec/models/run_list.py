"""The left side of Quality: all runs of the data set, those that may be compared under one heading; and blending.

A part of Quality: show_runs() in; chosen, ticked and blend_asked out.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout

from desktop_rec.common.controls import button, named
from desktop_rec.common.panels import caption
from desktop_rec.common.row_painting import RIGHT, paint_ground, paint_text, small, strong, wrapped
from desktop_rec.models.run_rows import Row, RowRole, RunHeading, RunLine, RunRows
from desktop_rec.theme.icons import pixmap
from desktop_rec.theme.theme import GRID, THEME, number_font, series_colour, set_role

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


WIDTH = 304


class RunsView(QListView):
    """A list whose headings wrap to its width."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


class RunList(QFrame):
    """chosen(run_id), ticked(run_id, is_on), blend_asked()."""

    chosen = Signal(str)
    ticked = Signal(str, bool)
    blend_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._build()
        self._rows.ticked.connect(self.ticked)
        self.view.selectionModel().currentChanged.connect(self._on_current)
        self.blend.clicked.connect(self.blend_asked)
        THEME.changed.connect(self.view.viewport().update)

    def show_runs(self, rows: Sequence[Row], *, chosen: str, blend_problem: str) -> None:
        """The runs, which of them the right side is about, and why the ticked ones cannot be blended ("": they can)."""
        self._rows.show_rows(rows)
        place = self._rows.place_of(chosen)
        selection = self.view.selectionModel()
        is_new = place is not None and selection.currentIndex().row() != place
        if place is not None and is_new:
            selection.blockSignals(True)
            how = QItemSelectionModel.SelectionFlag.ClearAndSelect
            selection.setCurrentIndex(self._rows.index(place), how)
            selection.blockSignals(False)
            self.view.viewport().update()
        self.blend.setEnabled(not blend_problem)
        self.blend.setToolTip(blend_problem or "Mix the ticked runs into a new one, weighted by how good each is")
        self._blend_words.setText(blend_problem)
        self._blend_words.setVisible(bool(blend_problem))
        if place is not None and is_new:
            # First what stands below takes its room: else it would cover the run that was scrolled to.
            self._whole.activate()
            self.view.scrollTo(self._rows.index(place))

    def _build(self) -> None:
        self.setObjectName("run_list")
        set_role(self, "panel")
        self.setFixedWidth(WIDTH)
        heading = QLabel("Trained on these ratings")
        set_role(heading, "heading")
        self._rows = RunRows(self)
        self.view = named(RunsView(), "quality_runs", "Runs", "Choose a run to look at; tick others to compare with")
        self.view.setModel(self._rows)
        self.view.setItemDelegate(RunDelegate(self.view))
        self.view.setMouseTracking(True)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setStyleSheet("QListView, QListView:focus { border: none; }")
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.blend = button("Blend these", "blend_runs", "Mix the ticked runs into a new one")
        self._blend_words = caption()
        top, foot = QVBoxLayout(), QVBoxLayout()
        top.setContentsMargins(12, 2 * GRID, 12, 0)
        top.addWidget(heading)
        foot.setContentsMargins(12, GRID, 12, 2 * GRID)
        foot.setSpacing(4)
        foot.addWidget(self.blend)
        foot.addWidget(self._blend_words)
        self._whole = whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 1, 0)
        whole.setSpacing(4)
        whole.addLayout(top)
        whole.addWidget(self.view, 1)
        whole.addLayout(foot)

    def _on_current(self, now: QModelIndex, before: QModelIndex) -> None:
        row = now.data(RowRole) if now.isValid() else None
        if isinstance(row, RunLine):
            self.chosen.emit(row.run_id)
