"""What all our plots share: the calm pyqtgraph canvas in the colours of the palette in force.

pyqtgraph's own menu and buttons are for engineers; they are off. The mouse moves and zooms along x only.
"""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QFrame

from desktop_rec.common.building import next_step
from desktop_rec.common.plots.axes import PlotAxis
from desktop_rec.common.plots.curve import Curve
from desktop_rec.common.plots.repainter import Repainter
from desktop_rec.theme.theme import THEME


class PlotCanvas(pg.GraphicsLayoutWidget):  # type: ignore[misc]
    """One or more plots above each other, with curves that recolour themselves and are drawn when due.

    pointed_at: words for the place under the pointer, "" when there is none.
    """

    pointed_at = Signal(str)

    def __init__(self, name: str, words: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.ci.layout.setContentsMargins(0, 2, 8, 0)
        self.ci.layout.setVerticalSpacing(0)
        self.curves: list[Curve] = []
        self.axes: list[PlotAxis] = []
        self.repainter = Repainter(self, self.draw)
        self.scene().sigMouseMoved.connect(self._on_mouse_moved)
        THEME.changed.connect(self.recolour)

    def add_plot(self, row: int, *, bottom: PlotAxis, left: PlotAxis) -> pg.PlotItem:
        """A plot in a row of its own, without frame, menu or buttons."""
        axes = {"bottom": bottom, "left": left}
        plot: pg.PlotItem = self.addPlot(row=row, col=0, axisItems=axes, enableMenu=False)
        plot.hideButtons()
        plot.disableAutoRange()
        plot.setMouseEnabled(x=True, y=False)
        plot.getViewBox().setDefaultPadding(0)
        for axis in (bottom, left):
            axis.setZValue(-1)
        self.axes += [bottom, left]
        next_step()
        return plot

    def add_curve(self, curve: Curve) -> Curve:
        """Let a curve take part in drawing and recolouring."""
        self.curves.append(curve)
        return curve

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        """What to say about position x of a plot; plots that have a read-out override this."""
        return ""

    def draw(self) -> None:
        """Draw every curve that changed."""
        for curve in self.curves:
            curve.draw()

    def recolour(self) -> None:
        """Take the colours of the palette in force, at once."""
        colours = THEME.colours
        self.setBackground(colours.raised)
        for axis in self.axes:
            axis.recolour(colours)
        for curve in self.curves:
            curve.recolour(colours)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the page, unless the plot has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed_at.emit("")

    def _on_mouse_moved(self, place: QPointF) -> None:
        for plot in self.ci.items:
            if plot.getViewBox().sceneBoundingRect().contains(place):
                self.pointed_at.emit(self.reading(plot, plot.getViewBox().mapSceneToView(place).x()))
                return
        self.pointed_at.emit("")
