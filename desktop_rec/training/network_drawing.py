"""A small drawing of the network that a plan will learn: layers as bars, from what goes in to what comes out.

A bar's height goes by the logarithm of its width in numbers, which stands below it.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontInfo, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_rec.common.controls import named
from desktop_rec.common.plain import set_tip
from desktop_rec.theme.theme import THEME, number_font
from engine.models.network import CODE, INPUT, OUTPUT, TABLE, Layer, Network
from engine.text import format_count, join_words
from engine.wording import said

_HEIGHT, _BAR, _LEAST_BAR, _ROW_GAP, _MOST_COLUMN = 168, 14, 4.0, 6, 130
_SMALLER = 0.85
_LARGEST = 1e5
_COLOURS = {INPUT: "raw", TABLE: "second", CODE: "positive", OUTPUT: "warning"}
"""The colour of a role in the palette; hidden layers are in the accent."""


class NetworkDrawing(QWidget):
    """Drawn anew when the plan or the palette is another. What it shows is its accessible description, too."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "network_drawing", said("The network"))
        self.network: Network | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        THEME.changed.connect(self.update)

    def show_network(self, network: Network | None) -> None:
        """Draw a network; None draws nothing and takes no room."""
        self.network = network
        self.setVisible(network is not None)
        words = network.words if network is not None else ""
        self.setAccessibleDescription(words)
        set_tip(self, words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.network is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = QFont(self.font())
        small.setPixelSize(round(QFontInfo(small).pixelSize() * _SMALLER))
        painter.setFont(number_font(small))
        line = painter.fontMetrics().height()
        cells = self._cells(self.network, line)
        painter.setPen(QPen(QColor(THEME.colours.raw)))
        for (column, row), (to_column, to_row) in self.network.links():
            start, end = _bar_area(cells[column][row], line), _bar_area(cells[to_column][to_row], line)
            from_point = QPointF(start.center().x() + _BAR, start.center().y())
            painter.drawLine(from_point, QPointF(end.center().x() - _BAR, end.center().y()))
        for layers, places in zip(self.network.columns, cells, strict=True):
            for layer, place in zip(layers, places, strict=True):
                _draw_layer(painter, layer, place)
        painter.setPen(QPen(QColor(THEME.colours.text_weak)))
        words = said("Loss: {losses}", losses=join_words(self.network.losses))
        painter.drawText(QRectF(0, _HEIGHT - line, self.width(), line), Qt.AlignmentFlag.AlignLeft, words)
        painter.end()

    def _cells(self, network: Network, line: int) -> list[list[QRectF]]:
        """Where each layer stands with its words; the last line is for the loss."""
        columns = network.columns
        width, height = min(_MOST_COLUMN, self.width() / len(columns)), _HEIGHT - line - _ROW_GAP
        return [
            [
                QRectF(number * width, row * height / len(layers), width, height / len(layers) - _ROW_GAP)
                for row in range(len(layers))
            ]
            for number, layers in enumerate(columns)
        ]


def _draw_layer(painter: QPainter, layer: Layer, cell: QRectF) -> None:
    """A bar, below it name and width, and where there is room what is done there."""
    colours, metrics = THEME.colours, painter.fontMetrics()
    line, area = metrics.height(), _bar_area(cell, metrics.height())
    height = max(_LEAST_BAR, area.height() * min(1.0, math.log(layer.width + 1) / math.log(_LARGEST)))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(QColor(getattr(colours, _COLOURS.get(layer.role, "accent")))))
    painter.drawRoundedRect(QRectF(area.center().x() - _BAR / 2, area.center().y() - height / 2, _BAR, height), 3, 3)
    lines = (
        (layer.name, colours.text),
        (format_count(layer.width), colours.text_weak),
        (layer.note, colours.text_weak),
    )
    for number, (words, colour) in enumerate(lines[: _lines_in(cell, line)]):
        painter.setPen(QPen(QColor(colour)))
        place = QRectF(cell.left(), area.bottom() + number * line, cell.width(), line)
        fitting = metrics.elidedText(words, Qt.TextElideMode.ElideRight, round(cell.width()) - 4)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignHCenter) | int(Qt.TextFlag.TextDontClip), fitting)


def _bar_area(cell: QRectF, line: float) -> QRectF:
    """What of a cell is above the words."""
    return cell.adjusted(0, 0, 0, -line * _lines_in(cell, line))


def _lines_in(cell: QRectF, line: float) -> int:
    """Lines of words below a bar."""
    return 3 if cell.height() > 6 * line else 2
