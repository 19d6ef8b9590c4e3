"""What a plot of Models shows, in words in its upper right corner."""

from __future__ import annotations

import pyqtgraph as pg

from desktop_rec.common.plain import Coloured, Words, markup
from desktop_rec.theme.colours import Colours


class PlotTitle:
    """A plot item's label; it keeps its place when the plot is resized."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._view = plot.getViewBox()
        self._said = ""
        self._colour = ""
        self._label = pg.TextItem("", anchor=(1, 0))
        self._label.setParentItem(self._view)
        self._label.hide()
        self._view.sigResized.connect(self._place)

    def say(self, *parts: Words) -> None:
        """The label; parts without a colour of their own are weak."""
        html = markup(*(part if isinstance(part, Coloured) else Coloured(part, self._colour) for part in parts))
        if html != self._said:
            self._said = html
            self._label.setVisible(bool(html))
            self._label.setHtml(html)
            self._place()

    def recolour(self, colours: Colours) -> None:
        """Take the palette's colours; the label is said anew by its owner."""
        self._colour = colours.text_weak
        self._label.fill = pg.mkBrush(colours.raised)

    def _place(self) -> None:
        self._label.setPos(self._view.width() - 2, 0)
