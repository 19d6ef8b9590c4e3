"""The places of the window, with what is done and what runs."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_rec.common.controls import named
from desktop_rec.common.plain import PlainLabel, set_tip
from desktop_rec.theme.icons import icon, pixmap
from desktop_rec.theme.theme import GRID, THEME, set_role

PLACES: tuple[tuple[str, str, str], ...] = (
    ("for_you", "For you", "For you: what to watch, and why (Ctrl+1)"),
    ("data", "Data", "Data: the ratings to learn from (Ctrl+2)"),
    ("train", "Train", "Train: teach a model, and watch it learn (Ctrl+3)"),
    ("models", "Models", "Models: how good each model is, for many people and for you (Ctrl+4)"),
)
SETTINGS = ("settings", "Settings", "Settings: appearance, folder, devices, log and about (Ctrl+5)")

WIDTH, NARROW_WIDTH = 184, 56
NARROW_BELOW = 1180
"""In a window narrower than this, in pixels, the places are icons alone."""
_MARK, _SMALL_MARK = 16, 10

IDLE, DONE, RUNNING = "", "done", "running"


class PlaceButton(QPushButton):
    """A place: icon, word, and at its right end a tick (done) or a dot (running)."""

    def __init__(self, place: str, text: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(f" {text}", parent)
        self.place = place
        self.title = text
        self.mark, self.is_narrow = IDLE, False
        named(self, f"place_{place}", text, tooltip)
        self.setCheckable(True)
        self.setProperty("role", "place")
        self.setIconSize(QSize(20, 20))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_mark(self, mark: str) -> None:
        """IDLE, DONE or RUNNING; screen readers get it too."""
        if mark != self.mark:
            self.mark = mark
            self.setAccessibleName(f"{self.title}, {mark}" if mark else self.title)
            self.update()

    def show_narrow(self, is_narrow: bool) -> None:
        """The icon alone, or with its word."""
        self.is_narrow = is_narrow
        self.setText("" if is_narrow else f" {self.title}")

    def tint(self) -> None:
        """Draw the icon in the theme's colours."""
        now = THEME.colours
        self.setIcon(icon(self.place, now.accent if self.isChecked() else now.text_weak))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.mark:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = _SMALL_MARK if self.is_narrow else _MARK
        box = QRectF(self.width() - _MARK - 10, (self.height() - size) / 2, size, size)
        if self.is_narrow:
            box.moveTopLeft(QPointF(self.width() - size - 1, 2))
        if self.mark == DONE:
            tick = pixmap("tick", THEME.colours.positive, size=size, ratio=self.devicePixelRatioF())
            painter.drawPixmap(box.topLeft(), tick)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(THEME.colours.accent))
            painter.drawEllipse(box.center(), 4, 4)


class Sidebar(QFrame):
    """Emits place_chosen(str) when a person presses a place."""

    place_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, PlaceButton] = {}
        self._group = QButtonGroup(self)
        self._build()
        self._connect()
        self._tint()

    def show_place(self, place: str) -> None:
        """Mark the place that is on the screen."""
        self._buttons[place].setChecked(True)
        self._tint()

    def show_state(self, marks: Mapping[str, str]) -> None:
        """Marks by place: IDLE, DONE or RUNNING; places not named are idle."""
        for place, button in self._buttons.items():
            button.show_mark(marks.get(place, IDLE))

    def show_narrow(self, is_narrow: bool) -> None:
        """Icons alone where the window has little room; their words are in the tooltips."""
        if self._name.isHidden() == is_narrow:
            return
        self._name.setVisible(not is_narrow)
        self.setFixedWidth(NARROW_WIDTH if is_narrow else WIDTH)
        for button in self._buttons.values():
            button.show_narrow(is_narrow)

    def _build(self) -> None:
        self.setProperty("role", "sidebar")
        named(self, "sidebar", "Places")
        set_tip(self, "")
        self.setFixedWidth(WIDTH)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(GRID, GRID * 2, GRID, GRID)
        rows.setSpacing(4)
        rows.addLayout(self._brand())
        rows.addSpacing(GRID * 2)
        for place, text, tooltip in PLACES:
            rows.addWidget(self._place(place, text, tooltip))
        rows.addStretch(1)
        rows.addWidget(self._place(*SETTINGS))

    def _brand(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(GRID, 0, 0, 0)
        row.setSpacing(GRID)
        self._logo = PlainLabel()
        self._name = PlainLabel("Desktop Rec")
        set_role(self._name, "heading")
        row.addWidget(self._logo)
        row.addWidget(self._name, 1)
        return row

    def _place(self, place: str, text: str, tooltip: str) -> PlaceButton:
        made = PlaceButton(place, text, tooltip)
        self._buttons[place] = made
        self._group.addButton(made)
        return made

    def _connect(self) -> None:
        self._group.buttonClicked.connect(self._on_clicked)
        THEME.changed.connect(self._tint)

    def _on_clicked(self, pressed: PlaceButton) -> None:
        self._tint()
        self.place_chosen.emit(pressed.place)

    def _tint(self) -> None:
        self._logo.setPixmap(pixmap("app", "#5146d0", size=24, ratio=self.devicePixelRatioF()))
        for button in self._buttons.values():
            button.tint()
