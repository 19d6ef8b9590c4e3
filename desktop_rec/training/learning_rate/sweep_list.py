"""The stored sweeps of a data set as a list: which one is looked at, which are drawn behind it, and their colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop_rec.common.controls import across, button, named
from desktop_rec.common.panels import caption, heading
from desktop_rec.common.plain import plain_tip
from desktop_rec.theme.theme import GRID, THEME, series_colour
from engine.wording import said

_SWATCH = 12
_KEY = Qt.ItemDataRole.UserRole
_TIP = said("Press a line to look at that sweep; tick others to draw them behind it")


@dataclass(frozen=True)
class SweepLine:
    """One stored sweep. `place` is the colour it is drawn in, None where it is not drawn; `is_front`: looked at."""

    sweep_id: str
    name: str
    about: str
    place: int | None = None
    is_front: bool = False

    @property
    def is_drawn(self) -> bool:
        return self.place is not None


class SweepList(QWidget):
    """chosen(id): look at a sweep. ticked(id, is_on): draw it behind, or no more. remove_asked(id): remove it."""

    chosen = Signal(str)
    ticked = Signal(str, bool)
    remove_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        named(self, "sweeps", said("Sweeps of this data set"))
        self._lines: tuple[SweepLine, ...] = ()
        self._is_full = False
        self._is_filling = False
        self._build()
        self._connect()

    def show_lines(self, lines: Sequence[SweepLine], *, is_full: bool = False) -> None:
        """The sweeps, the newest first. is_full: no colour is left to draw one more."""
        shown = tuple(lines)
        if (shown, is_full) == (self._lines, self._is_full):
            return
        is_other = [line.sweep_id for line in shown] != [line.sweep_id for line in self._lines]
        self._lines, self._is_full = shown, is_full
        self._is_filling = True
        if is_other:
            self.list.clear()
            for _ in shown:
                self.list.addItem(QListWidgetItem())
        for place, line in enumerate(shown):
            self._fill(self.list.item(place), line)
        front = next((place for place, line in enumerate(shown) if line.is_front), -1)
        self.list.setCurrentRow(front)
        self._is_filling = False
        self._remove.setEnabled(front >= 0)
        self._full.setVisible(is_full)

    def _build(self) -> None:
        self.list = _Lines()
        self._full = caption(said("All colours are taken: take the tick from one to draw another."))
        self._full.hide()
        tip = said("Remove the sweep that is looked at (Ctrl+Z brings it back)")
        self._remove = button(said("Remove"), "remove_sweep_button", tip, role="small")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        head = across(heading(said("Sweeps")), 1, self._remove)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self._full)

    def _connect(self) -> None:
        self.list.currentRowChanged.connect(self._on_current)
        self.list.itemChanged.connect(self._on_changed)
        self.list.delete_pressed.connect(self._on_remove)
        self._remove.clicked.connect(self._on_remove)
        THEME.changed.connect(self._recolour)

    def _fill(self, item: QListWidgetItem, line: SweepLine) -> None:
        item.setData(_KEY, line.sweep_id)
        item.setText(f"{line.name}\n{line.about}")
        state = said("looked at") if line.is_front else said("drawn behind") if line.is_drawn else said("not drawn")
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{line.name}, {line.about}, {state}")
        item.setData(Qt.ItemDataRole.ToolTipRole, plain_tip(f"{line.name}, {line.about}"))
        item.setIcon(_swatch(line))
        may_tick = not line.is_front and (line.is_drawn or not self._is_full)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        item.setFlags(flags | Qt.ItemFlag.ItemIsUserCheckable if may_tick else flags)
        item.setCheckState(Qt.CheckState.Checked if line.is_front or line.is_drawn else Qt.CheckState.Unchecked)

    def _recolour(self) -> None:
        self._is_filling = True
        for place, line in enumerate(self._lines):
            self.list.item(place).setIcon(_swatch(line))
        self._is_filling = False

    def _on_current(self, place: int) -> None:
        if not self._is_filling and 0 <= place < len(self._lines):
            self.chosen.emit(self._lines[place].sweep_id)

    def _on_changed(self, item: QListWidgetItem) -> None:
        line = next((line for line in self._lines if line.sweep_id == item.data(_KEY)), None)
        is_on = item.checkState() == Qt.CheckState.Checked
        if not self._is_filling and line is not None and not line.is_front and is_on != line.is_drawn:
            self.ticked.emit(line.sweep_id, is_on)

    def _on_remove(self) -> None:
        front = next((line for line in self._lines if line.is_front), None)
        if front is not None:
            self.remove_asked.emit(front.sweep_id)


class _Lines(QListWidget):
    """delete_pressed: the key Delete."""

    delete_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        named(self, "sweep_list", said("Sweeps of this data set, the newest first"), _TIP)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(_SWATCH, _SWATCH))
        self.setSpacing(1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
            return
        super().keyPressEvent(event)


def _swatch(line: SweepLine) -> QIcon:
    """A small square in the colour that a sweep is drawn in; empty where it is not drawn."""
    ratio = 2.0
    square = QPixmap(round(_SWATCH * ratio), round(_SWATCH * ratio))
    square.setDevicePixelRatio(ratio)
    square.fill(Qt.GlobalColor.transparent)
    if line.is_front or line.place is not None:
        painter = QPainter(square)
        colour = THEME.colours.accent if line.is_front else series_colour(line.place)
        painter.fillRect(0, _SWATCH // 2 - 2, _SWATCH, 4, QColor(colour))
        painter.end()
    return QIcon(square)
