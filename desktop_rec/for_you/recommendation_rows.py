"""The list of recommendations as Qt rows, with what moved since the list before, and how a row is painted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from desktop_rec.common.row_painting import CENTER, RIGHT, paint_ground, paint_name, paint_text, small, strong
from desktop_rec.common.rows import Index, RowRole, RowsDelegate, RowsModel
from desktop_rec.common.stars import StarScale, paint_stars, stars_width
from desktop_rec.common.text import describe_likelihood, describe_movement
from desktop_rec.for_you.cover import paint_cover
from desktop_rec.theme.theme import THEME, number_font
from engine.text import format_count, format_predicted_rating, format_title

if TYPE_CHECKING:
    from engine.recommending.recommender import Recommendation


class Comparison:
    """`before` are the places, by item id, to compare the next list with; None where nothing is to be compared."""

    def __init__(self) -> None:
        self.before: Mapping[str, int] | None = None
        self._sliding = ""

    def begin(self, ranks: Mapping[str, int]) -> None:
        """Something changed once (a rating, a switch, the model): compare with the list that stands now."""
        self._sliding = ""
        self.before = ranks or None

    def slide(self, slider: str, ranks: Mapping[str, int]) -> None:
        """A slider moved a little: compare with the list from before it was first moved."""
        if self._sliding != slider:
            self.begin(ranks)
            self._sliding = slider

    def rest(self) -> None:
        """The slider was let go: moving it again is another change."""
        self._sliding = ""

    def forget(self) -> None:
        """Somebody or something else: arrows would say nothing."""
        self._sliding = ""
        self.before = None


@dataclass(frozen=True)
class ListedTitle:
    """A recommendation as a row. `moved`: places up since the list before (None: it is new; 0: it stayed or nothing
    is compared). `because`: the reason in a line, "" while it is not known yet.
    """

    item: Recommendation
    moved: int | None = 0
    because: str = ""

    @property
    def key(self) -> str:
        return self.item.item_id

    @property
    def name(self) -> str:
        return format_title(self.item.title, self.item.year)

    def sentence(self) -> str:
        """The row in words, for those who listen."""
        item = self.item
        parts = [f"{item.rank}: {self.name}", f"match {item.match} %"]
        if item.predicted_rating is not None:
            parts.append(f"predicted {format_predicted_rating(item.predicted_rating)}")
        parts += [words for words in (self.because, describe_movement(self.moved)) if words]
        return ", ".join(parts)

    def tip(self) -> str:
        """What hovering adds to what the row shows."""
        item = self.item
        chance = describe_likelihood(item.lift)
        parts = [self.name, ", ".join(item.genres), chance, self.because]
        return "\n".join(part for part in parts if part)


class RecommendationsModel(RowsModel):
    """The list, best first. `show_list` may compare with an earlier list; reasons arrive later by `show_reasons`."""

    @property
    def ranks(self) -> dict[str, int]:
        """The place of each listed title by item id, to compare a later list with."""
        return {row.key: row.item.rank for row in self.rows}

    def show_list(self, items: Sequence[Recommendation], *, before: Mapping[str, int] | None = None) -> None:
        """Show a list; `before` are the places of an earlier one, for the arrows. Known reasons stay until new ones."""
        known = {row.key: row.because for row in self.rows}
        self.show_rows([ListedTitle(item, _moved(item, before), known.get(item.item_id, "")) for item in items])

    def show_reasons(self, because: Mapping[int, str]) -> None:
        """Put the reason in a line under each title, by item row; a title without one shows none."""
        self.show_rows([replace(row, because=because.get(row.item.item_row, "")) for row in self.rows])


def _moved(item: Recommendation, before: Mapping[str, int] | None) -> int | None:
    if before is None:
        return 0
    earlier = before.get(item.item_id)
    return None if earlier is None else earlier - item.rank


_GAP = 10
_RANK_WIDTH = 38
_ROOMY, _NARROW = 470, 340
_STAR = 13


@dataclass(frozen=True)
class RecommendationColumns:
    """The columns of the list in a width; the header above the list uses the same ones.

    Where there is little room the stars become one figure; where there is less, it moves to the second line and the
    cover goes (an empty rectangle).
    """

    rank: QRect
    cover: QRect
    text: QRect
    stars: QRect
    match: QRect
    has_stars: bool


def columns_in(area: QRect, font: QFont, scale: StarScale, *, predicts: bool) -> RecommendationColumns:
    """Lay the columns of one row into its area. Stars and match stand in the title's line, the reason runs below."""
    metrics = QFontMetrics(font)
    line = metrics.height()
    top = area.top() + (area.height() - 3 * line) // 2
    rank = QRect(area.left() + 4, area.top(), _RANK_WIDTH, area.height())
    match = QRect(area.right() - 64, top, 52, line)
    has_stars = area.width() >= _ROOMY and scale.count <= 5
    drawn = stars_width(scale, _STAR) + 6 if has_stars else _STAR + 5
    stars_wide = drawn + metrics.horizontalAdvance("10.0") if predicts else _STAR + 5
    if area.width() < _NARROW:
        left = rank.right() + 5
        text = QRect(left, top, match.left() - 4 - left, 3 * line)
        stars = QRect(match.right() - stars_wide, top + line + 1, stars_wide, line)
        return RecommendationColumns(rank, QRect(), text, stars, match, has_stars)
    height = min(area.height() - 12, 60)
    cover = QRect(rank.right() + 7, area.top() + (area.height() - height) // 2, height * 2 // 3, height)
    stars = QRect(match.left() - stars_wide - _GAP, top, stars_wide, line)
    left = cover.right() + 1 + _GAP
    text = QRect(left, top, stars.left() - _GAP - left, 3 * line)
    return RecommendationColumns(rank, cover, text, stars, match, has_stars)


class RecommendationDelegate(RowsDelegate):
    """Paints ListedTitle values."""

    def __init__(self, scale: StarScale) -> None:
        super().__init__()
        self.scale, self.predicts = scale, False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(260, max(72, 3 * QFontMetrics(option.font).height() + 18))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ListedTitle = index.data(RowRole)
        columns = columns_in(option.rect, option.font, self.scale, predicts=self.predicts)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        paint_ground(
            painter,
            option.rect,
            is_selected=is_selected,
            is_hovered=index.row() == self.pointed,
            has_focus=bool(option.state & QStyle.StateFlag.State_HasFocus),
        )
        painter.save()
        self._paint_rank(painter, columns.rank, row, option.font)
        item = row.item
        if not columns.cover.isEmpty():
            paint_cover(painter, columns.cover, title=item.title, genres=item.genres, dark=THEME.dark)
        self._paint_text(painter, columns, row, option.font)
        self._paint_predicted(painter, columns, row, option.font)
        match = f"{item.match} %"
        colour = THEME.colours.text
        paint_text(painter, columns.match, match, font=number_font(strong(option.font)), colour=colour, align=RIGHT)
        painter.restore()

    def _paint_rank(self, painter: QPainter, area: QRect, row: ListedTitle, font: QFont) -> None:
        colours = THEME.colours
        line = QFontMetrics(font).height()
        middle = area.center().y() - line // 2
        has_moved = row.moved is None or row.moved != 0
        top = QRect(area.left(), middle - (line // 2 if has_moved else 0), area.width(), line)
        rank = format_count(row.item.rank)
        paint_text(painter, top, rank, font=number_font(font), colour=colours.text_weak, align=CENTER)
        if not has_moved:
            return
        below = top.translated(0, line)
        if row.moved is None:
            words, colour = "new", colours.accent
        elif row.moved > 0:
            words, colour = f"▲{format_count(row.moved)}", colours.positive
        else:
            words, colour = f"▼{format_count(-row.moved)}", colours.negative
        paint_text(painter, below, words, font=number_font(small(font)), colour=colour, align=CENTER)

    def _paint_text(self, painter: QPainter, columns: RecommendationColumns, row: ListedTitle, font: QFont) -> None:
        colours, area = THEME.colours, columns.text
        line = QFontMetrics(font).height()
        first = QRect(area.left(), area.top(), area.width(), line)
        paint_name(painter, first, row.item.title, row.item.year, font=strong(font), colour=colours.text)
        second = QRect(area.left(), area.top() + line + 1, columns.match.right() - area.left(), line)
        third = second.translated(0, line)
        if columns.cover.isEmpty():
            second.setRight(columns.stars.left() - 4)
        genres = ", ".join(row.item.genres)
        paint_text(painter, second, genres, font=small(font), colour=colours.text_weak)
        because = third if genres else second
        paint_text(painter, because, row.because, font=small(font), colour=colours.text)

    def _paint_predicted(
        self, painter: QPainter, columns: RecommendationColumns, row: ListedTitle, font: QFont
    ) -> None:
        colours = THEME.colours
        predicted = row.item.predicted_rating
        if predicted is None:
            paint_text(painter, columns.stars, "–", font=font, colour=colours.text_weak, align=RIGHT)
            return
        words, area = format_predicted_rating(predicted), columns.stars
        paint_text(painter, area, words, font=number_font(font), colour=colours.text, align=RIGHT)
        filled = self.scale.filled(predicted) if columns.has_stars else 1.0
        count = self.scale.count if columns.has_stars else 1
        paint_stars(painter, area, filled=filled, count=count, size=_STAR, full=colours.accent, empty=colours.line)
