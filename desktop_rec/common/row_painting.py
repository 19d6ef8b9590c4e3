"""Small strokes that every list of For you is painted with: backgrounds, elided and wrapped text, a switch.

Colours come from the theme at the moment of painting.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap

from desktop_rec.theme.icons import pixmap
from desktop_rec.theme.theme import THEME, scaled_font

_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
LEFT = Qt.AlignmentFlag.AlignLeft | _MIDDLE
RIGHT = Qt.AlignmentFlag.AlignRight | _MIDDLE
"""Also for titles that are written from right to left: what stands beside them has its own place."""
CENTER = Qt.AlignmentFlag.AlignCenter
_SLACK = 4
"""Text is cut a little before its measured width does not fit: rounding differs between measuring and cutting."""


def small(font: QFont) -> QFont:
    """The font of second lines: nine tenths of the first."""
    return scaled_font(font, 0.9)


def strong(font: QFont) -> QFont:
    """The font of titles."""
    made = QFont(font)
    made.setWeight(QFont.Weight.DemiBold)
    return made


def paint_ground(painter: QPainter, area: QRect, *, is_selected: bool, is_hovered: bool, has_focus: bool) -> None:
    """The background of a row, and the line round the one that keys speak to."""
    if not (is_selected or is_hovered):
        return
    colours = THEME.colours
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colours.accent), 1.5) if has_focus else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.accent_soft if is_selected else colours.hover))
    painter.drawRoundedRect(QRectF(area).adjusted(2.5, 1.5, -2.5, -1.5), 6, 6)
    painter.restore()


def paint_text(
    painter: QPainter, area: QRect, text: str, *, font: QFont, colour: str, align: Qt.AlignmentFlag = LEFT
) -> int:
    """One line of text, cut with dots where it does not fit; returns the width that it took."""
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(area, int(align | Qt.TextFlag.TextSingleLine), shown)
    return metrics.horizontalAdvance(shown)


def paint_name(painter: QPainter, area: QRect, title: str, year: int, *, font: QFont, colour: str) -> None:
    """A title with its year behind it, in the weaker grey; with little room the title is cut."""
    weak, plain = THEME.colours.text_weak, QFont(font)
    plain.setWeight(QFont.Weight.Normal)
    year_width = QFontMetrics(plain).horizontalAdvance(f"  {year}") + _SLACK if year else 0
    used = paint_text(painter, area.adjusted(0, 0, -year_width, 0), title, font=font, colour=colour)
    if year:
        place = QRect(area.left() + used, area.top(), year_width, area.height())
        paint_text(painter, place, f"  {year}", font=plain, colour=weak)


def wrapped(metrics: QFontMetrics, text: str, width: int, *, lines: int) -> list[str]:
    """A text in at most so many lines; the last one is cut with dots."""
    made: list[str] = []
    left = text.split()
    while left and len(made) < lines - 1:
        taken = 1
        while taken < len(left) and metrics.horizontalAdvance(" ".join(left[: taken + 1])) + _SLACK <= width:
            taken += 1
        made.append(metrics.elidedText(" ".join(left[:taken]), Qt.TextElideMode.ElideRight, width))
        left = left[taken:]
    if left:
        made.append(metrics.elidedText(" ".join(left), Qt.TextElideMode.ElideRight, width))
    return made


def paint_switch(painter: QPainter, area: QRect, *, is_on: bool) -> None:
    """A small switch: the knob at the right and the accent colour are on."""
    colours = THEME.colours
    track = QRectF(area).adjusted(1, 1, -1, -1)
    knob = track.height() - 4
    left = track.right() - knob - 2 if is_on else track.left() + 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colours.accent if is_on else colours.raw), 1))
    painter.setBrush(QColor(colours.accent if is_on else colours.raised))
    painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.on_accent if is_on else colours.raw))
    painter.drawEllipse(QRectF(left, track.top() + 2, knob, knob))
    painter.restore()


def paint_pad(painter: QPainter, area: QRect) -> None:
    """The ground of a small button that the pointer is on."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(THEME.colours.line), 1))
    painter.setBrush(QColor(THEME.colours.raised))
    painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), 5, 5)
    painter.restore()


def paint_icon(painter: QPainter, area: QRect, name: str, *, colour: str, size: int = 18) -> None:
    """One of the drawn icons in the middle of an area."""
    ratio = painter.device().devicePixelRatioF()
    drawn = _icon(name, colour, size, ratio)
    painter.drawPixmap(area.center() - QPoint(size // 2 - 1, size // 2 - 1), drawn)


@lru_cache(maxsize=64)
def _icon(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    return pixmap(name, colour, size=size, ratio=ratio)


def paint_cross(painter: QPainter, area: QRect, *, colour: str) -> None:
    """The sign for taking away."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colour), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    middle, reach = QRectF(area).center(), 4.0
    for lean in (-reach, reach):
        painter.drawLine(QPointF(middle.x() - reach, middle.y() - lean), QPointF(middle.x() + reach, middle.y() + lean))
    painter.restore()
