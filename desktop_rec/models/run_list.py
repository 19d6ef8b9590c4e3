"""The left side of Models: all runs of the data set, those that may be compared under one heading; and blending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout

from desktop_rec.common.controls import button, named
from desktop_rec.common.panels import caption, heading
from desktop_rec.common.plain import plain_tip, set_tip
from desktop_rec.common.row_painting import RIGHT, paint_ground, paint_text, small, strong, wrapped
from desktop_rec.models.list_parts import RunListFoot, RunListHead
from desktop_rec.theme.icons import pixmap
from desktop_rec.theme.theme import GRID, THEME, number_font, series_colour, set_role
from engine.wording import said

Index = QModelIndex | QPersistentModelIndex
RowRole = Qt.ItemDataRole.UserRole + 1
WIDTH = 304
_TICK, _BAR = 16, 12
_PAD = 12
_GAP = 5
_MOST_LINES = 3
_MANY = 100
STAR = "★"


@dataclass(frozen=True)
class RunHeading:
    """What the runs below it have in common; `warns` where they cannot be compared with the chosen one."""

    title: str
    about: str
    warns: bool = False


@dataclass(frozen=True)
class RunLine:
    """One run: its number (colour), name, what it is, and its figure. `in_use`: For you recommends with it.

    `star`: a person marked it.
    """

    run_id: str
    name: str
    about: str
    figure: str
    place: int
    is_ticked: bool = False
    can_tick: bool = True
    in_use: bool = False
    star: bool = False

    def sentence(self) -> str:
        """The line for those who listen."""
        ticked = said("compared") if self.is_ticked and self.can_tick else ""
        star = said("with a star") if self.star else ""
        return ", ".join(filter(None, (self.name, self.about, self.figure, star, ticked)))


Row = RunHeading | RunLine


class RunRows(QAbstractListModel):
    """ticked(run_id, is_on): the person ticked a run or took the tick away."""

    ticked = Signal(str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Row, ...] = ()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Other rows; where only their texts changed, no line moves."""
        before, self.rows = self.rows, tuple(rows)
        if self.rows == before:
            return
        if [_identity(row) for row in before] == [_identity(row) for row in self.rows]:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))
            return
        self.beginResetModel()
        self.endResetModel()

    def place_of(self, run_id: str) -> int | None:
        """The row number of a run."""
        return next((place for place, row in enumerate(self.rows) if _identity(row) == run_id), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == RowRole:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name if isinstance(row, RunLine) else row.title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            sentence = row.sentence() if isinstance(row, RunLine) else f"{row.title}: {row.about}"
            return plain_tip(sentence) if role == Qt.ItemDataRole.ToolTipRole else sentence
        if role == Qt.ItemDataRole.CheckStateRole and isinstance(row, RunLine) and row.can_tick:
            return Qt.CheckState.Checked if row.is_ticked else Qt.CheckState.Unchecked
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.rows[index.row()]
        if role != Qt.ItemDataRole.CheckStateRole or not isinstance(row, RunLine) or not row.can_tick:
            return False
        self.ticked.emit(row.run_id, Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.rows[index.row()] if index.isValid() else None
        if not isinstance(row, RunLine):
            return Qt.ItemFlag.NoItemFlags
        can = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return can | Qt.ItemFlag.ItemIsUserCheckable if row.can_tick else can


class RunDelegate(QStyledItemDelegate):
    """Paints RunHeading and RunLine values."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._heights: dict[tuple[str, str], int] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(RowRole)
        if isinstance(row, RunLine):
            key = row.name, option.font.key()
            if key not in self._heights:
                name = _name_lines(QFontMetrics(option.font), row)
                line, weak = QFontMetrics(option.font).height(), QFontMetrics(small(option.font)).height()
                self._heights[key] = 2 * _GAP + line * len(name) + weak + 3
            return QSize(120, self._heights[key])
        metrics = QFontMetrics(small(option.font))
        about = wrapped(metrics, row.about, max(60, option.rect.width() - 2 * _PAD), lines=_MOST_LINES)
        return QSize(120, 3 * _GAP + QFontMetrics(option.font).height() + metrics.height() * len(about))

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
        paint_text(painter, area, row.title, font=font, colour=colours.warning if row.warns else colours.text)
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
        font, weak, figures = option.font, small(option.font), small(number_font(option.font))
        top = QRect(inside.left(), inside.top(), inside.width(), QFontMetrics(font).height())
        for number, words in enumerate(_name_lines(QFontMetrics(font), row)):
            top.moveTop(inside.top() + number * top.height())
            paint_text(painter, top, words, font=font, colour=colours.text)
        below = QRect(top.left(), top.bottom() + 3, top.width(), QFontMetrics(weak).height())
        about = " · ".join(filter(None, (row.about, said("in use") if row.in_use else "")))
        taken = paint_text(painter, below, row.figure, font=figures, colour=colours.text, align=RIGHT)
        below.adjust(0, 0, -taken - 8, 0)
        taken = paint_text(painter, below, STAR * row.star, font=font, colour=colours.accent, align=RIGHT)
        below.adjust(0, 0, -taken - 8 * row.star, 0)
        paint_text(painter, below, about, font=weak, colour=colours.text_weak)


class RunList(QFrame):
    """chosen(run_id), ticked(run_id, is_on), blend_asked(), narrowed(RunFilter), open_asked(), room_asked()."""

    chosen = Signal(str)
    ticked = Signal(str, bool)
    blend_asked = Signal()
    narrowed = Signal(object)
    open_asked = Signal()
    room_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._build()
        self._rows.ticked.connect(self.ticked)
        self.view.selectionModel().currentChanged.connect(self._on_current)
        self.blend.clicked.connect(self.blend_asked)
        self.head.narrowed.connect(self.narrowed)
        self.foot.open.clicked.connect(self.open_asked)
        self.foot.make_room.clicked.connect(self.room_asked)
        THEME.changed.connect(self.view.viewport().update)

    def show_runs(self, rows: Sequence[Row], *, chosen: str) -> None:
        """The runs, and which of them the right side is about."""
        self._rows.show_rows(rows)
        self._none.setVisible(not rows)
        place, selection = self._rows.place_of(chosen), self.view.selectionModel()
        if place is None or selection.currentIndex().row() == place:
            return
        selection.blockSignals(True)
        selection.setCurrentIndex(self._rows.index(place), QItemSelectionModel.SelectionFlag.ClearAndSelect)
        selection.blockSignals(False)
        self.view.viewport().update()
        if self._rows.rowCount() > _MANY:
            QTimer.singleShot(0, self, self._scroll_to_chosen)  # measuring so many rows is a turn of its own
        else:
            self._scroll_to_chosen()

    def _scroll_to_chosen(self) -> None:
        # First what is below takes its room: else it would cover the run that was scrolled to.
        self._whole.activate()
        self.view.scrollTo(self.view.currentIndex())

    def show_blend_problem(self, problem: str) -> None:
        """Why the ticked runs cannot be blended; "" where they can."""
        self.blend.setEnabled(not problem)
        set_tip(self.blend, problem or said("Mix the ticked runs into a new one, weighted by how good each is"))
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))

    def _build(self) -> None:
        self.setObjectName("run_list")
        set_role(self, "panel")
        self.setFixedWidth(WIDTH)
        self._rows = RunRows(self)
        self.view = named(
            QListView(), "runs", said("Runs"), said("Choose a run to look at; tick others to compare with")
        )
        self.view.setModel(self._rows)
        self.view.setItemDelegate(RunDelegate(self.view))
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setMouseTracking(True)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setStyleSheet("QListView, QListView:focus { border: none; }")
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.blend = button(said("Blend these"), "blend_runs", said("Mix the ticked runs into a new one"))
        self._problem = caption()
        self.head, self.foot, self._none = RunListHead(), RunListFoot(), caption(said("No run is like that."))
        self._none.hide()
        top, foot = QVBoxLayout(), QVBoxLayout()
        top.setContentsMargins(12, 2 * GRID, 12, 0)
        for part in (heading(said("Trained on these ratings")), self.head, self._none):
            top.addWidget(part)
        foot.setContentsMargins(12, GRID, 12, 2 * GRID)
        foot.setSpacing(4)
        foot.addWidget(self.blend)
        foot.addWidget(self._problem)
        foot.addWidget(self.foot)
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 1, 0)
        self._whole.setSpacing(4)
        self._whole.addLayout(top)
        self._whole.addWidget(self.view, 1)
        self._whole.addLayout(foot)

    def _on_current(self, now: QModelIndex, before: QModelIndex) -> None:
        row = now.data(RowRole) if now.isValid() else None
        if isinstance(row, RunLine):
            self.chosen.emit(row.run_id)


def _name_lines(metrics: QFontMetrics, row: RunLine) -> list[str]:
    """The name of a run: two lines where it needs them beside a scroll bar, as names often differ at their end."""
    return wrapped(metrics, row.name, WIDTH - 2 * _PAD - _TICK - 10 - _BAR, lines=2)


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


def _identity(row: Row) -> object:
    return row.run_id if isinstance(row, RunLine) else type(row)
