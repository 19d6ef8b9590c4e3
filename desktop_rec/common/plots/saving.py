"""A plot saved: as a picture (PNG), a drawing whose lines stay sharp (SVG), or its numbers (CSV)."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from pyqtgraph import ScatterPlotItem
from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsView, QWidget

from desktop_rec.common.building import in_turns
from desktop_rec.theme.theme import THEME
from engine.events import Job

SHARPNESS = 2
"""Pixels of a picture for each one on the screen."""
_ROWS_A_TURN = 500


@dataclass(frozen=True)
class Numbers:
    """A table that is written row by row: a long one is never held as text."""

    headings: tuple[str, ...]
    rows: Iterable[tuple[str, ...]]


def exact(value: float | None) -> str:
    """The shortest text that is this number again; nothing for what was not measured.

    >>> exact(0.1), exact(1 / 3), exact(None), exact(float("nan"))
    ('0.1', '0.3333333333333333', '', '')
    """
    return "" if value is None or math.isnan(value) else repr(float(value))


def save_picture(plot: QWidget, path: Path) -> None:
    """Save a plot as PNG. Raises DataError where the disk refuses."""
    image = QImage(plot.size() * SHARPNESS, QImage.Format.Format_RGB32)
    image.fill(QColor(THEME.colours.raised))
    painter = QPainter(image)
    painter.scale(SHARPNESS, SHARPNESS)
    _paint(plot, painter)
    painter.end()
    kept = _opened()
    image.save(kept, "PNG")  # type: ignore[call-overload]
    _write(kept, path)


def save_drawing(plot: QWidget, path: Path, *, title: str) -> None:
    """Save a plot as SVG. Raises DataError where the disk refuses."""
    kept, generator = _opened(), QSvgGenerator()
    generator.setOutputDevice(kept)
    generator.setSize(plot.size())
    generator.setViewBox(QRect(QPoint(0, 0), plot.size()))
    generator.setTitle(title)
    painter = QPainter(generator)
    painter.fillRect(QRect(QPoint(0, 0), plot.size()), QColor(THEME.colours.raised))
    _paint(plot, painter)
    painter.end()
    _write(kept, path)


def save_numbers(numbers: Numbers, path: Path) -> None:
    """Save a table as CSV, in turns of the event loop. Raises DataError where the disk refuses."""
    in_turns(_writing(numbers, path))


def _writing(numbers: Numbers, path: Path) -> Job[None]:
    from engine.data.whole_file import whole_file

    with whole_file(path) as file:
        rows = chain((numbers.headings,), numbers.rows)
        while part := tuple(islice(rows, _ROWS_A_TURN)):
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(part)
            file.write(text.getvalue().encode())
            yield None


def _opened() -> QBuffer:
    kept = QBuffer()
    kept.open(QIODevice.OpenModeFlag.WriteOnly)
    return kept


def _write(kept: QBuffer, path: Path) -> None:
    from engine.data.whole_file import whole_file

    with whole_file(path) as file:
        file.write(kept.data().data())


def _paint(plot: QWidget, painter: QPainter) -> None:
    """Paint a plot, or all plots that a widget holds, where they stand in it; dots as shapes, not as pictures."""
    views = [plot] if isinstance(plot, QGraphicsView) else _views_in(plot)
    if not views:
        plot.render(painter, QPoint(0, 0))
    for view in views:
        place = QRect(view.mapTo(plot, QPoint(0, 0)) if view is not plot else QPoint(0, 0), view.size())
        dots = [item for item in view.scene().items() if isinstance(item, ScatterPlotItem)]
        for item in dots:
            item.setExportMode(True, {"resolutionScale": 1.0})
        view.render(painter, QRectF(place), QRect(QPoint(0, 0), view.viewport().size()))
        for item in dots:
            item.setExportMode(False)


def _views_in(plot: QWidget) -> list[QGraphicsView]:
    return [view for view in plot.findChildren(QGraphicsView) if view.isVisibleTo(plot)]
