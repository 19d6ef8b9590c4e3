"""Groups of titles as rows: how large a share each has of mine and of everybody's, and how I rate it beside others.

A row reads from left to right: the name, two bars of shares (mine above, everybody's below), and a bar to the right or
left of a middle line: green where I rate the group higher than others do, red where lower, grey where that is chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop_rec.common.controls import named
from desktop_rec.common.plain import plain_tip, set_tip
from desktop_rec.common.plots.card import Table
from desktop_rec.common.row_painting import RIGHT, paint_text, small
from desktop_rec.for_you.my_taste.text import describe_group
from desktop_rec.theme.theme import GRID, THEME, number_font
from engine.data.catalogue import TITLE
from engine.text import format_count, format_difference, format_percent, format_predicted_rating
from engine.wording import said

if TYPE_CHECKING:
    from engine.recommending.taste_profile import TasteGroup

ROW, HEAD = 36, 22
_NAME_SHARE, _SHARES_SHARE = 0.33, 0.37
_FIGURE = 48


class TasteBars(QWidget):
    """Rows of groups on common scales."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, title)
        set_tip(self, "")
        self.groups: tuple[TasteGroup, ...] = ()
        self._word = TITLE
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        THEME.changed.connect(self.update)

    @property
    def wanted_height(self) -> int:
        return HEAD + ROW * len(self.groups)

    def show_groups(self, groups: Sequence[TasteGroup], word: str) -> None:
        """Show these groups, in this order."""
        self.groups, self._word = tuple(groups), word
        self.setAccessibleDescription(". ".join(describe_group(group, word) for group in groups))
        self.setFixedHeight(self.wanted_height)
        self.update()

    def table(self) -> Table:
        """The numbers behind the bars."""
        headings = (
            said("Group"),
            said("Of mine"),
            said("Share of mine"),
            said("Of everybody's"),
            said("I give"),
            said("Others give"),
            said("Difference"),
            said("Sure"),
        )
        return Table(headings, [_cells(group) for group in self.groups], has_titles=True)

    def sizeHint(self) -> QSize:
        return QSize(420, self.wanted_height)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = (event.pos().y() - HEAD) // ROW
            if 0 <= place < len(self.groups):
                QToolTip.showText(event.globalPos(), plain_tip(describe_group(self.groups[place], self._word)), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        name, shares, ratings = self._columns()
        weak, font = THEME.colours.text_weak, small(self.font())
        widest = max((max(group.share, group.crowd_share) for group in self.groups), default=1.0) or 1.0
        known = [abs(group.difference.value) for group in self.groups if group.difference is not None]
        furthest = max([*known, 0.5])
        paint_text(painter, _line(shares, 0, HEAD), said("Yours, everybody's"), font=font, colour=weak)
        paint_text(painter, _line(ratings, 0, HEAD), said("Your stars beside others'"), font=font, colour=weak)
        for place, group in enumerate(self.groups):
            top = HEAD + ROW * place
            paint_text(painter, _line(name, top, ROW), group.name, font=self.font(), colour=THEME.colours.text)
            _paint_shares(painter, _line(shares, top, ROW), group, widest, font)
            _paint_rating(painter, _line(ratings, top, ROW), group, furthest, font)

    def _columns(self) -> tuple[QRect, QRect, QRect]:
        width = self.width()
        name, shares = round(width * _NAME_SHARE), round(width * _SHARES_SHARE)
        rest = width - name - shares
        gap = GRID
        return (
            QRect(0, 0, name - gap, 0),
            QRect(name, 0, shares - gap, 0),
            QRect(name + shares, 0, rest, 0),
        )


def _line(column: QRect, top: int, height: int) -> QRect:
    return QRect(column.left(), top, column.width(), height)


def _paint_shares(painter: QPainter, area: QRect, group: TasteGroup, widest: float, font: QFont) -> None:
    now = THEME.colours
    room = area.width() - _FIGURE
    for share, colour, top in ((group.share, now.accent, 3), (group.crowd_share, now.raw, 18)):
        length = max(2.0, room * share / widest)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawRoundedRect(QRectF(area.left(), area.top() + top + 3, length, 7), 3, 3)
        figure = QRect(area.left() + round(length) + 6, area.top() + top, _FIGURE, 13)
        text_colour = now.accent if colour == now.accent else now.text_weak
        paint_text(painter, figure, format_percent(share), font=number_font(font), colour=text_colour)


def _paint_rating(painter: QPainter, area: QRect, group: TasteGroup, furthest: float, font: QFont) -> None:
    now, found = THEME.colours, group.difference
    if found is None:
        paint_text(painter, area, said("too few rated"), font=font, colour=now.text_weak)
        return
    middle, room = area.center().x() - _FIGURE // 2, (area.width() - _FIGURE) / 2
    painter.setPen(QPen(QColor(now.line), 1))
    painter.drawLine(middle, area.top() + 5, middle, area.bottom() - 5)
    length = room * found.value / furthest
    colour = (now.positive if found.value > 0 else now.negative) if group.is_clear else now.raw
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    left = min(middle, middle + length)
    painter.drawRoundedRect(QRectF(left, area.center().y() - 4, max(2.0, abs(length)), 8), 3, 3)
    figure = QRect(area.right() - _FIGURE, area.top(), _FIGURE, area.height())
    text_colour = colour if group.is_clear else now.text_weak
    paint_text(painter, figure, format_difference(found.value), font=number_font(font), colour=text_colour, align=RIGHT)


def _cells(group: TasteGroup) -> tuple[str, ...]:
    found = group.difference
    stars = [format_predicted_rating(stars) if stars is not None else "" for stars in (group.mine, group.crowd)]
    return (
        group.name,
        format_count(group.titles),
        format_percent(group.share),
        format_percent(group.crowd_share),
        *stars,
        "" if found is None else format_difference(found.value),
        "" if found is None else "yes" if group.is_clear else "no",
    )
