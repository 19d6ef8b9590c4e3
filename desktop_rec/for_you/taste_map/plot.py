"""The map itself: points to pan, zoom, point at, choose and encircle, by mouse and by keys.

The points are written into a picture by numpy (see raster.py); a painter adds only the few signs and names over them.
The names of the best-known titles in sight are chosen anew when the map comes to rest, so that they do not flicker.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_rec.common.controls import named
from desktop_rec.for_you.taste_map.camera import Camera, Part
from desktop_rec.for_you.taste_map.colouring import Colouring, Ink, LegendEntry, mixed
from desktop_rec.for_you.taste_map.marks import Mark
from desktop_rec.for_you.taste_map.overlay import Overlay, chosen_names, paint_overlay
from desktop_rec.for_you.taste_map.points import MapPoints, Places
from desktop_rec.for_you.taste_map.raster import Inks, Raster
from desktop_rec.theme.theme import THEME
from engine.recommending.taste_map import TasteMap
from engine.wording import said

_REACH = 9
"""How near, in pixels, the pointer has to be to a point."""
_CLICK = 4
_REST_MS = 160
_STEP, _WHEEL = 1.5, 1.0015
_NOTHING = TasteMap(np.zeros((0, 2), dtype=np.float32), False)
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_TIP = said(
    "Drag to move, wheel or + and − to zoom once it is active, arrow keys from title to "
    "title, Enter to choose, Shift and drag to encircle, double click or 0 for the whole map"
)


class MapPlot(QWidget):
    """chosen(item row): by click or Enter. pointed_at(item row or None). encircled(item rows), at least one.

    rested(): another part may be in sight, or the same drawn anew.
    """

    chosen = Signal(int)
    pointed_at = Signal(object)
    encircled = Signal(object)
    emptied = Signal()
    rested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points = MapPoints(_NOTHING)
        self.camera = Camera(1, 1)
        self.is_lassoing = False
        self.current: int | None = None
        self._name_of: Callable[[int], str] = str
        self._counts_I = np.zeros(0, dtype=np.int64)
        self._colouring = Colouring((LegendEntry("", Ink()),), np.zeros(0, dtype=np.int8))
        self._marks: Mapping[Mark, Sequence[int]] = {}
        self._emphasis: Sequence[int] | None = None
        self._hovered: int | None = None
        self._named: list[int] = []
        self._outline: list[QPointF] = []
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._is_dragging = self._is_moving = False
        self._raster = Raster()
        self._inks: Inks | None = None
        self._image: QImage | None = None
        self._build()

    def sizeHint(self) -> QSize:
        return QSize(480, 420)

    def show_map(self, found: TasteMap, *, name_of: Callable[[int], str], counts_I: np.ndarray) -> None:
        """Another map. What is chosen stays, and so does the part in sight unless the titles are others."""
        is_same = len(found.points_I2) == len(self._counts_I) and len(self.points) > 0
        self.points, self._name_of, self._counts_I = MapPoints(found), name_of, counts_I
        if len(self._colouring.class_I) != len(found.points_I2):
            self._colouring = Colouring((LegendEntry("", Ink()),), np.zeros(len(found.points_I2), dtype=np.int8))
        if not is_same:
            self.camera = self.camera.whole()
            self.current, self._marks, self._emphasis = None, {}, None
        elif self.current is not None and self.camera.zoom > 1 and self.points.has(self.current):
            self.camera = self.camera.over(*self.points.place(self.current))
        self._hovered = None
        self._renew()

    def show_colours(self, colouring: Colouring) -> None:
        """Colour the points in another way."""
        self._colouring = colouring
        self._renew()

    def show_marks(self, marks: Mapping[Mark, Sequence[int]]) -> None:
        """Signs over titles, by kind; item rows."""
        self._marks = {mark: [row for row in rows if self.points.has(row)] for mark, rows in marks.items()}
        self.update()

    def emphasise(self, rows: Sequence[int] | None) -> None:
        """Let only these titles stand out (what was searched for, or encircled); None: all alike."""
        self._emphasis = rows
        self._renew()

    def go_to(self, row: int, *, closer: bool = False) -> None:
        """Mark a title as the current one and bring it into sight."""
        if not self.points.has(row):
            return
        self.current = row
        place = self.points.place(row)
        x, y = self.camera.pixels(np.array([place], np.float32))[0].tolist()
        room = 40
        is_seen = room <= x <= self.camera.width - room and room <= y <= self.camera.height - room
        if closer or not is_seen:
            self.camera = self.camera.over(*place, zoom=max(self.camera.zoom, 5.0) if closer else None)
        self._moved()

    def show_all(self) -> None:
        """The whole map."""
        self.camera = self.camera.whole()
        self._moved()

    def look_at(self, part: Part) -> None:
        """The part of the map that was seen before."""
        x, y, zoom = part
        self.camera = self.camera.over(x, y, zoom=zoom)
        self._moved()

    def zoom_by(self, factor: float) -> None:
        """Closer or further around the middle."""
        self.camera = self.camera.zoomed(factor, self.camera.width / 2, self.camera.height / 2)
        self._moved()

    def drag_by(self, right: float, down: float) -> None:
        """Draw the map along by so many pixels."""
        self.camera = self.camera.moved(right, down)
        self._moved()

    def pixel_of(self, row: int) -> QPoint:
        """Where a title is seen now."""
        x, y = self.camera.pixels(np.array([self.points.place(row)], np.float32))[0].tolist()
        return QPoint(round(x), round(y))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.camera = self.camera.resized(self.width(), self.height())
        self._moved()

    def paintEvent(self, event: QPaintEvent) -> None:
        image = self._drawn_points()
        paint_overlay(self, image, self._overlay())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed = self._last = event.position()
        self._is_dragging = False
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self._outline = [event.position()] if self.is_lassoing or shift else []

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if self._pressed is None:
            self._point_at(self._at(place))
            return
        self._is_dragging |= (place - self._pressed).manhattanLength() > _CLICK
        if not self._is_dragging:
            return
        if self._outline:
            self._outline.append(place)
            self.update()
        else:
            way = place - self._last
            self.drag_by(way.x(), way.y())
        self._last = place

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        outline, self._outline, self._pressed = self._outline, [], None
        if self._is_dragging and outline:
            rows = self.points.within([self.camera.place(point.x(), point.y()) for point in outline])
            self.encircled.emit(rows) if rows else self.emptied.emit()
        elif not self._is_dragging:
            row = self._at(event.position())
            if row is not None:
                self._choose(row)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.show_all()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()
            return
        place = event.position()
        self.camera = self.camera.zoomed(_WHEEL ** event.angleDelta().y(), place.x(), place.y())
        self._moved()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _ARROWS:
            self._step(*_ARROWS[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(1 / _STEP)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.show_all()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self._choose(self.current)
        elif key == Qt.Key.Key_Escape and self._emphasis is not None:
            self.emptied.emit()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_at(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _build(self) -> None:
        named(self, "taste_map_plot", said("Map of all titles"), _TIP)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 200)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._come_to_rest)
        THEME.changed.connect(self._renew)

    def _at(self, pixel: QPointF) -> int | None:
        x, y = self.camera.place(pixel.x(), pixel.y())
        return self.points.at(x, y, within=_REACH / self.camera.scale)

    def _point_at(self, row: int | None) -> None:
        if row != self._hovered:
            self._hovered = row
            self.setCursor(Qt.CursorShape.ArrowCursor if row is None else Qt.CursorShape.PointingHandCursor)
            self.pointed_at.emit(row)
            self.update()

    def _choose(self, row: int) -> None:
        self.go_to(row)
        self.chosen.emit(row)

    def _step(self, right: int, up: int) -> None:
        """On to the next title in a direction; the first one is the nearest to the middle."""
        if self.current is None or not self.points.has(self.current):
            row = self.points.at(self.camera.x, self.camera.y, within=np.inf)
        else:
            row = self.points.towards(self.current, right, up)
        if row is not None:
            self.go_to(row)
            self.pointed_at.emit(row)

    def _renew(self) -> None:
        """Other colours, or other points."""
        self._inks = None
        self._moved()

    def _moved(self) -> None:
        self._image, self._is_moving = None, True
        self._rest.start()
        self.update()

    def _come_to_rest(self) -> None:
        """Draw the points smoothly, and choose whose names are shown."""
        self._image, self._is_moving = None, False
        self._named = chosen_names(self.points, self._counts_I, self.camera)
        self.update()
        self.rested.emit()

    def _overlay(self) -> Overlay:
        return Overlay(
            points=self.points,
            camera=self.camera,
            marks=self._marks,
            named=self._named if self._emphasis is None else self._emphasis[:12],
            current=self.current,
            hovered=self._hovered,
            outline=self._outline if self._is_dragging else [],
            name_of=self._name_of,
        )

    def _drawn_points(self) -> QImage:
        if self._image is None:
            ratio = self.devicePixelRatioF()
            places: Places = self.camera.pixels(self.points.points_M2) * np.float32(ratio)
            width, height = round(self.width() * ratio), round(self.height() * ratio)
            radius = point_radius(len(self.points), self.camera.zoom) * ratio
            self._inks = self._inks or self._mixed_inks()
            radius, smooth = round(2 * radius) / 2, not self._is_moving
            image = self._raster.draw(places, self._inks, width=width, height=height, radius=radius, smooth=smooth)
            image.setDevicePixelRatio(ratio)
            self._image = image
        return self._image

    def _mixed_inks(self) -> Inks:
        """The colours of the points; where some are to stand out, the others are pale."""
        ground = QColor(THEME.colours.raised)
        colours = [entry.ink.colour() for entry in self._colouring.legend]
        full, half, faint = (
            np.array([mixed(ground, colour, share).rgb() for colour in colours], dtype=np.uint32)
            for share in (1.0, 0.5, 0.22)
        )
        class_M = self._colouring.class_I[self.points.rows_M]
        middle_M, rim_M = full[class_M], half[class_M]
        if self._emphasis is not None:
            is_pale_M = np.ones(len(self.points), dtype=np.bool_)
            is_pale_M[self.points.numbers(self._emphasis)] = False
            middle_M = np.where(is_pale_M, faint[class_M], middle_M)
            rim_M = np.where(is_pale_M, np.uint32(ground.rgb()), rim_M)
        return Inks(middle_M, rim_M, ground.rgb())


def point_radius(points: int, zoom: float) -> float:
    """How large points are drawn, in pixels: smaller where there are many, larger from near."""
    crowd = 1.1 if points > 12_000 else 1.5 if points > 4_000 else 2.0
    return min(4.0, crowd * math.pow(max(1.0, zoom), 0.3))
