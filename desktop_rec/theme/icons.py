"""Icons drawn with a painter, so that they are sharp at any scale and take the theme's colours.

`icon(name, colour)` gives a QIcon; ask again when the theme changes. All live on a 24 x 24 grid with
strokes of 1.75. Each is drawn once: a button or label to which Qt's bindings gave a new one each time never let go of
the ones before.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

GRID = 24
_RATIOS = (1.0, 2.0, 3.0)
_MOST_KEPT = 256


@lru_cache(maxsize=_MOST_KEPT)
def icon(name: str, colour: str, *, size: int = 20) -> QIcon:
    """A drawn icon of `size` logical pixels; KeyError for a name that nobody draws."""
    made = QIcon()
    for ratio in _RATIOS:
        made.addPixmap(pixmap(name, colour, size=size, ratio=ratio))
    return made


@lru_cache(maxsize=_MOST_KEPT)
def pixmap(name: str, colour: str, *, size: int = 20, ratio: float = 1.0) -> QPixmap:
    """One icon as a pixmap for a device pixel ratio."""
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size * ratio / GRID, size * ratio / GRID)
    pen = QPen(QColor(colour), 1.75)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    _DRAWN[name](painter)
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def _lines(*strokes: tuple[tuple[float, float], ...]) -> Callable[[QPainter], None]:
    path = QPainterPath()
    for stroke in strokes:
        path.moveTo(QPointF(*stroke[0]))
        for point in stroke[1:]:
            path.lineTo(QPointF(*point))

    def draw(painter: QPainter) -> None:
        painter.drawPath(path)

    return draw


def _data(painter: QPainter) -> None:
    path = QPainterPath()
    path.addEllipse(QRectF(4.5, 3.5, 15, 5))
    path.moveTo(4.5, 6)
    path.lineTo(4.5, 18)
    path.arcTo(QRectF(4.5, 15.5, 15, 5), 180, 180)
    path.lineTo(19.5, 6)
    path.moveTo(4.5, 12)
    path.arcTo(QRectF(4.5, 9.5, 15, 5), 180, 180)
    painter.drawPath(path)


def _train(painter: QPainter) -> None:
    for x, y in ((5.5, 6.0), (5.5, 18.0), (18.5, 12.0)):
        painter.drawEllipse(QPointF(x, y), 2.5, 2.5)
    for y in (6.0, 18.0):
        slope = (12 - y) / 13
        painter.drawLine(QPointF(7.9, y + 2.4 * slope), QPointF(16.1, 12 - 2.4 * slope))


def _for_you(painter: QPainter) -> None:
    path = QPainterPath()
    for corner in range(11):
        radius = 9.2 if corner % 2 == 0 else 4.1
        angle = -math.pi / 2 + corner * math.pi / 5
        point = QPointF(12 + radius * math.cos(angle), 12.6 + radius * math.sin(angle))
        if corner == 0:
            path.moveTo(point)
        else:
            path.lineTo(point)
    painter.drawPath(path)


def _models(painter: QPainter) -> None:
    for y, left, dot, right in ((6.0, 8.0, 14.0, 20.0), (12.0, 4.0, 8.5, 13.0), (18.0, 9.0, 13.0, 17.0)):
        painter.drawLine(QPointF(left, y), QPointF(dot - 2.2, y))
        painter.drawLine(QPointF(dot + 2.2, y), QPointF(right, y))
        painter.drawEllipse(QPointF(dot, y), 2.2, 2.2)


def _settings(painter: QPainter) -> None:
    for y, knob in ((6.0, 15.5), (12.0, 8.5), (18.0, 13.5)):
        painter.drawLine(QPointF(4, y), QPointF(knob - 2.2, y))
        painter.drawLine(QPointF(knob + 2.2, y), QPointF(20, y))
        painter.drawEllipse(QPointF(knob, y), 2.2, 2.2)


def _person(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(12, 8), 4, 4)
    path = QPainterPath(QPointF(4.5, 20))
    path.cubicTo(5, 15.5, 8, 14.5, 12, 14.5)
    path.cubicTo(16, 14.5, 19, 15.5, 19.5, 20)
    painter.drawPath(path)


def _bookmark_path() -> QPainterPath:
    path = QPainterPath(QPointF(6.5, 4))
    for x, y in ((17.5, 4), (17.5, 20), (12, 15.5), (6.5, 20)):
        path.lineTo(x, y)
    path.closeSubpath()
    return path


def _bookmark(painter: QPainter) -> None:
    painter.drawPath(_bookmark_path())


def _bookmark_full(painter: QPainter) -> None:
    painter.setBrush(painter.pen().color())
    painter.drawPath(_bookmark_path())


def _refuse(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(12, 12), 8.2, 8.2)
    painter.drawLine(QPointF(6.2, 6.2), QPointF(17.8, 17.8))


def _more(painter: QPainter) -> None:
    painter.setBrush(painter.pen().color())
    for x in (5.5, 12.0, 18.5):
        painter.drawEllipse(QPointF(x, 12), 1.0, 1.0)


def _app(painter: QPainter) -> None:
    colour = painter.pen().color()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(1, 1, 22, 22), 6, 6)
    pen = QPen(QColor("#ffffff"), 2)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.translate(3.6, 3.2)
    painter.scale(0.7, 0.7)
    _for_you(painter)


_DRAWN: dict[str, Callable[[QPainter], None]] = {
    "app": _app,
    "data": _data,
    "train": _train,
    "models": _models,
    "for_you": _for_you,
    "settings": _settings,
    "person": _person,
    "bookmark": _bookmark,
    "bookmark_full": _bookmark_full,
    "refuse": _refuse,
    "more": _more,
    "tick": _lines(((5, 12.5), (10, 17.5), (19.5, 7))),
    "close": _lines(((6, 6), (18, 18)), ((18, 6), (6, 18))),
    "chevron": _lines(((7, 10), (12, 15), (17, 10))),
}
