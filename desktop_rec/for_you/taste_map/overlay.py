"""What is painted over the points of the map: signs, the current title, names, and the outline that is being drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from desktop_rec.common.row_painting import small
from desktop_rec.for_you.taste_map.camera import Camera
from desktop_rec.for_you.taste_map.marks import SIZE, Mark, mark_pixmap
from desktop_rec.for_you.taste_map.points import MapPoints
from desktop_rec.theme.theme import THEME
from engine.text import shorten

_NAMES, _NAME_WIDTH, _NAME_HEIGHT = 18, 130, 30
_MOST_TRIED = 400
_LONGEST, _LONGEST_STRONG = 34, 60


@dataclass(frozen=True)
class Overlay:
    """What stands over the points; all titles by item row."""

    points: MapPoints
    camera: Camera
    marks: Mapping[Mark, Sequence[int]]
    named: Sequence[int]
    current: int | None
    hovered: int | None
    outline: Sequence[QPointF]
    name_of: Callable[[int], str]


def chosen_names(points: MapPoints, counts_I: np.ndarray, camera: Camera) -> list[int]:
    """The best-known titles in sight, so far apart that their names do not cover each other."""
    if not len(points):
        return []
    places_M2 = camera.pixels(points.points_M2)
    is_seen_M = (places_M2 > 0).all(axis=1) & (places_M2 < (camera.width, camera.height)).all(axis=1)
    seen = np.flatnonzero(is_seen_M)
    seen = seen[np.argsort(-counts_I[points.rows_M[seen]], kind="stable")][:_MOST_TRIED]
    taken: list[tuple[float, float]] = []
    rows: list[int] = []
    for number in seen.tolist():
        x, y = places_M2[number].tolist()
        if all(abs(x - left) > _NAME_WIDTH or abs(y - top) > _NAME_HEIGHT for left, top in taken):
            taken.append((x, y))
            rows.append(int(points.rows_M[number]))
            if len(rows) == _NAMES:
                break
    return rows


def paint_overlay(widget: QWidget, image: QImage, over: Overlay) -> None:
    """Paint points and all that stands over them."""
    painter = QPainter(widget)
    painter.drawImage(0, 0, image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for mark in (Mark.RECOMMENDED, Mark.SAVED, Mark.MINE):
        _paint_marks(painter, mark, over)
    painter.setFont(small(widget.font()))
    shown = [row for row in over.named if over.points.has(row) and row not in (over.current, over.hovered)]
    taken: list[QRectF] = []
    for row in shown:
        _paint_name(painter, row, over, taken, is_strong=False)
    for strong in (over.current, over.hovered):
        if strong is not None and over.points.has(strong):
            _paint_ring(painter, _pixel(strong, over))
            _paint_name(painter, strong, over, [], is_strong=True)
    _paint_outline(painter, over.outline)
    has_focus = widget.hasFocus()
    painter.setPen(QPen(QColor(THEME.colours.accent if has_focus else THEME.colours.line), 2 if has_focus else 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5))


def _pixel(row: int, over: Overlay) -> QPointF:
    x, y = over.camera.pixels(np.array([over.points.place(row)], np.float32))[0].tolist()
    return QPointF(x, y)


def _paint_marks(painter: QPainter, mark: Mark, over: Overlay) -> None:
    rows = over.marks.get(mark, ())
    if not rows:
        return
    drawn = mark_pixmap(mark, painter.device().devicePixelRatioF())
    places_K2 = over.camera.pixels(over.points.points_M2[over.points.numbers(rows)]) - np.float32(SIZE / 2)
    is_seen_K = (places_K2 > -SIZE).all(axis=1) & (places_K2 < (over.camera.width, over.camera.height)).all(axis=1)
    for x, y in places_K2[is_seen_K].tolist():
        painter.drawPixmap(QPointF(x, y), drawn)


def _paint_ring(painter: QPainter, place: QPointF) -> None:
    for colour, width in ((THEME.colours.raised, 5.0), (THEME.colours.accent, 2.5)):
        painter.setPen(QPen(QColor(colour), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(place, 8, 8)


def _paint_name(painter: QPainter, row: int, over: Overlay, taken: list[QRectF], *, is_strong: bool) -> None:
    """A name beside its point, on the side where there is room, on a ground of its own.

    It is left out where another stands: `taken` are the places of the names so far, and is added to.
    """
    text, place = shorten(over.name_of(row), _LONGEST_STRONG if is_strong else _LONGEST), _pixel(row, over)
    drawn = _name_pixmap(text, painter.font().key(), is_strong, painter.device().devicePixelRatioF(), THEME.dark)
    width, height = drawn.deviceIndependentSize().width(), drawn.deviceIndependentSize().height()
    left = place.x() + 11
    if left + width > over.camera.width:
        left = max(2.0, place.x() - 11 - width)
    area = QRectF(left, place.y() - height / 2, width, height)
    if takes_place(area, taken):
        painter.drawPixmap(area.topLeft(), drawn)


def takes_place(area: QRectF, taken: list[QRectF]) -> bool:
    """Whether an area is free of those taken so far, which it then joins."""
    is_free = not any(area.intersects(other) for other in taken)
    if is_free:
        taken.append(area)
    return is_free


@lru_cache(maxsize=256)
def _name_pixmap(text: str, font_key: str, is_strong: bool, ratio: float, dark: bool) -> QPixmap:
    """A name drawn once: while the map moves it is only put elsewhere."""
    font = QFont()
    font.fromString(font_key)
    metrics, now = QFontMetrics(font), THEME.colours
    width, height = metrics.horizontalAdvance(text) + 10, metrics.height() + 2
    made = QPixmap(round(width * ratio), round(height * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = QColor(now.accent_soft if is_strong else now.raised)
    ground.setAlpha(255 if is_strong else 190)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    area = QRectF(0, 0, width, height)
    painter.drawRoundedRect(area, 4, 4)
    painter.setFont(font)
    painter.setPen(QColor(now.text if is_strong else now.text_weak))
    painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine), text)
    painter.end()
    return made


def _paint_outline(painter: QPainter, outline: Sequence[QPointF]) -> None:
    if len(outline) < 2:
        return
    ground = QColor(THEME.colours.accent)
    ground.setAlpha(30)
    painter.setPen(QPen(QColor(THEME.colours.accent), 1.5, Qt.PenStyle.DashLine))
    painter.setBrush(ground)
    painter.drawPolygon(QPolygonF(list(outline)))
