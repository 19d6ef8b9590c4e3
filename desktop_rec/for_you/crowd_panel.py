"""What most people think of a title: their average in a sentence, and a small histogram of their ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desktop_rec.common.controls import arranged, named, text_label
from desktop_rec.common.plain import set_tip
from desktop_rec.common.row_painting import CENTER, paint_text, small
from desktop_rec.theme.theme import GRID, THEME, number_font
from engine.text import format_count, format_rating
from engine.wording import counted, said

if TYPE_CHECKING:
    from engine.recommending.crowd import Crowd

_HEIGHT, _GAP = 40, 3


class CrowdPanel(QWidget):
    """A heading, the sentence and the histogram."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = text_label(object_name="crowd_words", wraps=True)
        self.histogram = RatingsHistogram()
        arranged(
            QVBoxLayout(self), text_label(said("Most people"), role="heading"), self.sentence, self.histogram, gap=GRID
        )

    def show_crowd(self, crowd: Crowd) -> None:
        """Show the ratings of one title."""
        self.sentence.setText(describe_crowd(crowd))
        self.histogram.show_counts(crowd.steps, crowd.counts)
        self.histogram.setVisible(crowd.ratings > 0)


class RatingsHistogram(QWidget):
    """One column for each step of the scale, as high as the share of people who gave it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "crowd_histogram", said("How people rated this title"))
        self._steps: tuple[float, ...] = ()
        self._counts: tuple[int, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        THEME.changed.connect(self.update)

    def show_counts(self, steps: tuple[float, ...], counts: tuple[int, ...]) -> None:
        """Show how many gave each rating."""
        self._steps, self._counts = steps, counts
        words = ", ".join(
            f"{format_rating(step)}: {format_count(count)}" for step, count in zip(steps, counts, strict=True)
        )
        set_tip(self, said("How many people gave each rating. {words}", words=words))
        self.setAccessibleDescription(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(180, _HEIGHT + 2 + QFontMetrics(small(self.font())).height())

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._steps:
            return
        painter, colours = QPainter(self), THEME.colours
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font, width, most = number_font(small(self.font())), self.width() / len(self._steps), max(*self._counts, 1)
        line = QFontMetrics(font).height()
        for place, (step, count) in enumerate(zip(self._steps, self._counts, strict=True)):
            left, height = place * width, max(1.0, _HEIGHT * count / most)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent if count else colours.hover))
            painter.drawRoundedRect(QRectF(left + _GAP / 2, _HEIGHT - height, width - _GAP, height), 2, 2)
            if place in (0, len(self._steps) - 1) or float(step).is_integer():
                below = QRect(round(left), _HEIGHT + 2, round(width), line)
                paint_text(painter, below, format_rating(step), font=font, colour=colours.text_weak, align=CENTER)


def describe_crowd(crowd: Crowd) -> str:
    """People rated it 3.2 on average, 341 ratings."""
    if crowd.mean is None:
        return (
            said(
                "Nobody has rated it; {persons} saw it.",
                persons=counted("{count} person", "{count} people", crowd.seen),
            )
            if crowd.seen
            else said("Nobody has rated it.")
        )
    seen = said("; {seen} more only saw it", seen=format_count(crowd.seen)) if crowd.seen else ""
    return said(
        "People rated it {mean:.1f} on average, {ratings}{seen}.",
        mean=crowd.mean,
        ratings=counted("{count} rating", "{count} ratings", crowd.ratings),
        seen=seen,
    )
