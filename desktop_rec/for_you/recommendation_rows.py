"""The list of recommendations as Qt rows, with what moved since the list before, and how a row is painted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from desktop_rec.common.row_painting import (
    CENTER,
    RIGHT,
    paint_ground,
    paint_icon,
    paint_pad,
    paint_text,
    small,
    strong,
)
from desktop_rec.common.rows import Index, RowRole, RowsDelegate, RowsModel
from desktop_rec.common.stars import StarScale, paint_stars
from desktop_rec.common.text import describe_likelihood, describe_movement, describe_predicted
from desktop_rec.for_you.cover import paint_cover
from desktop_rec.for_you.recommendation_layout import STAR, RowLayout, RowPart, lay_out, row_height, title_lines
from desktop_rec.theme.theme import THEME, number_font
from engine.text import format_count, format_predicted_rating, format_title
from engine.wording import said

if TYPE_CHECKING:
    from engine.recommending.recommendation import Recommendation


@dataclass(frozen=True)
class ListedTitle:
    """A recommendation as a row. `moved`: places up since the list before (None: it is new; 0: it stayed or nothing
    is compared). `likelihood`: against most people, or what the list says of the title in its place; "" where all rows
    would say the same. `because`: the reason in a line, "" while it is not known yet.
    """

    item: Recommendation
    moved: int | None = 0
    likelihood: str = ""
    because: str = ""
    is_saved: bool = False

    @property
    def key(self) -> str:
        return self.item.item_id

    @property
    def name(self) -> str:
        return format_title(self.item.title, self.item.year)

    def sentence(self) -> str:
        """The row in words, for those who listen."""
        saved = said("saved for later") if self.is_saved else ""
        parts = (*self._figures(), self.because, saved, describe_movement(self.moved))
        return ", ".join(words for words in (f"{self.item.rank}: {self.name}", *parts) if words)

    def tip(self) -> str:
        """All that the row shows, where some of it is cut."""
        parts = (self.name, ", ".join(self.item.genres), *self._figures(), self.because)
        return "\n".join(part for part in parts if part)

    def _figures(self) -> tuple[str, str]:
        stars = describe_predicted(self.item.predicted_rating, self.item.predicted_sd)
        return self.item.detail or stars, describe_likelihood(self.item.lift)


class RecommendationsModel(RowsModel):
    """The list, best first. `show_list` may compare with an earlier list; reasons arrive later by `show_reasons`."""

    @property
    def ranks(self) -> dict[str, int]:
        """The place of each listed title by item id, to compare a later list with."""
        return {row.key: row.item.rank for row in self.rows}

    def show_list(
        self, items: Sequence[Recommendation], *, before: Mapping[str, int] | None = None, saved: Collection[int] = ()
    ) -> None:
        """Show a list; `before` are the places of an earlier one, for the arrows; `saved` the rows of saved titles.

        Known reasons stay until new ones.
        """
        known = {row.key: row.because for row in self.rows}
        likelihoods = [describe_likelihood(item.lift) for item in items]
        differ = len(set(likelihoods)) > 1 or len(items) == 1
        self.show_rows([
            ListedTitle(
                item,
                _moved(item, before),
                item.detail or (likelihood if differ else ""),
                item.reason or known.get(item.item_id, ""),
                item.item_row in saved,
            )
            for item, likelihood in zip(items, likelihoods, strict=True)
        ])  # fmt: skip

    def show_reasons(self, because: Mapping[int, str]) -> None:
        """Put the reason in a line under each title, by item row; a title without one shows none."""
        self.show_rows([
            replace(row, because=row.item.reason or because.get(row.item.item_row, "")) for row in self.rows
        ])  # fmt: skip

    def show_saved(self, saved: Collection[int]) -> None:
        """Mark the titles that stand in *Saved*, by item row."""
        self.show_rows([replace(row, is_saved=row.item.item_row in saved) for row in self.rows])


def _moved(item: Recommendation, before: Mapping[str, int] | None) -> int | None:
    if before is None:
        return 0
    earlier = before.get(item.item_id)
    return None if earlier is None else earlier - item.rank


@dataclass(frozen=True)
class PointedRow:
    """The row under the pointer, and which part of it."""

    row: int
    part: RowPart


_ICONS = {RowPart.SAVE: "bookmark", RowPart.REFUSE: "refuse", RowPart.MENU: "more"}


class RecommendationDelegate(RowsDelegate):
    """Paints ListedTitle values."""

    pointed: PointedRow | None = None

    def __init__(self, scale: StarScale) -> None:
        super().__init__()
        self.scale, self.predicts = scale, False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(260, row_height(option.font))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ListedTitle = index.data(RowRole)
        layout = lay_out(option.rect, option.font, self.scale, predicts=self.predicts)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        pointed = self.pointed if self.pointed is not None and self.pointed.row == index.row() else None
        paint_ground(
            painter,
            option.rect,
            is_selected=bool(option.state & QStyle.StateFlag.State_Selected),
            is_hovered=pointed is not None,
            has_focus=has_focus,
        )
        painter.save()
        self._paint_rank(painter, layout.rank, row, option.font)
        if not layout.cover.isEmpty():
            item = row.item
            paint_cover(painter, layout.cover, title=item.title, genres=item.genres, dark=THEME.dark)
        is_active = has_focus or pointed is not None
        below = layout.beside_buttons if is_active or row.is_saved else layout.below
        first = self._paint_text(painter, layout.text, below, row, option.font)
        self._paint_predicted(painter, layout, first, row, option.font)
        self._paint_buttons(painter, layout, row, pointed, is_active=is_active)
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

    def _paint_text(self, painter: QPainter, area: QRect, below: QRect, row: ListedTitle, font: QFont) -> int:
        """Title and year in a line or two, what is known of it, the reason: as a block in the middle of the row.

        Returns where its first line begins.
        """
        colours, item = THEME.colours, row.item
        line = QFontMetrics(font).height()
        titles = title_lines(item.title, item.year, font, area.width())
        genres = ", ".join(item.genres)
        lines = len(titles) + bool(row.likelihood or genres) + bool(row.because)
        first = area.top() + (area.height() - lines * line) // 2
        place = QRect(area.left(), first, area.width(), line)
        for title in titles:
            used = paint_text(painter, place, title, font=strong(font), colour=colours.text)
            if item.year and title is titles[-1]:
                behind, year = place.adjusted(used, 0, 0, 0), f"  {item.year}" if title else str(item.year)
                paint_text(painter, behind, year, font=font, colour=colours.text_weak)
            place.translate(0, line)
        place.setRight(below.right())
        if row.likelihood or genres:
            self._paint_facts(painter, place, row.likelihood, genres, font)
            place.translate(0, line)
        paint_text(painter, place, row.because, font=small(font), colour=colours.text)
        return first

    def _paint_facts(self, painter: QPainter, area: QRect, likelihood: str, genres: str, font: QFont) -> None:
        """How likely, and the genres in the room that is left."""
        colours, plain = THEME.colours, small(font)
        fits = QFontMetrics(plain).horizontalAdvance(likelihood) <= area.width()
        words = likelihood if fits else likelihood.removesuffix(said(" than for most"))
        used = paint_text(painter, area, words, font=plain, colour=colours.text) if words else 0
        rest = area.adjusted(used, 0, 0, 0)
        if rest.width() > 3 * QFontMetrics(plain).height() or not words:
            paint_text(
                painter, rest, f" · {genres}" if words and genres else genres, font=plain, colour=colours.text_weak
            )

    def _paint_predicted(self, painter: QPainter, layout: RowLayout, first: int, row: ListedTitle, font: QFont) -> None:
        """The predicted stars and their figure in the line of the title, which begins at `first`."""
        colours, predicted = THEME.colours, row.item.predicted_rating
        if predicted is None or not self.predicts:
            return
        off = row.item.predicted_sd if layout.has_uncertainty else None
        words, area = format_predicted_rating(predicted, off), QRect(layout.stars)
        area.moveTop(min(first, layout.buttons[0][1].top() - area.height()))
        used = paint_text(painter, area, words, font=number_font(font), colour=colours.text, align=RIGHT)
        count = self.scale.count if layout.has_all_stars else 1
        filled = self.scale.filled(predicted) if layout.has_all_stars else 1.0
        wide = count * (STAR + 2) + 6
        stars = QRect(area.right() - used - wide, area.top(), wide, area.height())
        paint_stars(painter, stars, filled=filled, count=count, size=STAR, full=colours.accent, empty=colours.text_weak)

    def _paint_buttons(
        self, painter: QPainter, layout: RowLayout, row: ListedTitle, pointed: PointedRow | None, *, is_active: bool
    ) -> None:
        """The buttons of the row that is pointed at or has the focus; the bookmark of a saved title always."""
        colours = THEME.colours
        for part, area in layout.buttons:
            is_mark = part is RowPart.SAVE and row.is_saved
            if not (is_active or is_mark):
                continue
            is_pointed = pointed is not None and pointed.part is part
            if is_pointed:
                paint_pad(painter, area)
            icon = "bookmark_full" if is_mark else _ICONS[part]
            colour = colours.accent if is_pointed or is_mark else colours.text_weak
            paint_icon(painter, area, icon, colour=colour)
