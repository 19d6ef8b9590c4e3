"""The right of For you: why a title is in the list, as signed bars with numbers, and stars to rate it at once.

A widget: `show_title` at once, `show_reasons` when they have been worked out; `rated` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop_rec.common.stars import StarScale
from desktop_rec.common.text import describe_likelihood, describe_rank_without, describe_uncertainty
from desktop_rec.for_you.cover import paint_cover
from desktop_rec.for_you.impact_bars import Bar, ImpactBars
from desktop_rec.for_you.star_rating import StarRating
from desktop_rec.theme.theme import GRID, THEME, set_role
from engine.text import MINUS, format_percent, format_predicted_rating, format_rating, format_title

if TYPE_CHECKING:
    from engine.recommending.explanation import Explanation, Reason
    from engine.recommending.recommender import Recommendation


class ReasonsPanel(QScrollArea):
    """rated(Recommendation, rating): the person has seen the title after all and rates it."""

    rated = Signal(object, object)

    def __init__(self, scale: StarScale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item: Recommendation | None = None
        self._build(scale)
        self.stars.rated.connect(self._on_rated)

    @property
    def item(self) -> Recommendation | None:
        """The title whose reasons are shown."""
        return self._item

    def use_scale(self, scale: StarScale) -> None:
        """Rate on another data set's scale."""
        self.stars.use_scale(scale)

    def show_title(self, item: Recommendation, *, word: str) -> None:
        """Show what the list knows of a title; the reasons of the one before stay only if it is the same title."""
        is_same = self._item is not None and self._item.item_id == item.item_id
        self._item = item
        self.cover.show_cover(item.title, item.genres)
        self.heading.setText(format_title(item.title, item.year))
        self.genres.setText(", ".join(item.genres))
        self.genres.setVisible(bool(item.genres))
        self.figures.setText(_figures(item))
        self.figures.setToolTip(describe_uncertainty(item.predicted_sd))
        self._rate_label.setText(f"Seen this {word}? Rate it:")
        self.stars.show_rating(None, of=item.title)
        if not is_same:
            self._hide_reasons()
            self.note.setText("Working out the reasons…")
            self.note.show()
            self.verticalScrollBar().setValue(0)

    def show_reasons(self, found: Explanation) -> None:
        """Show the reasons of the title; those of another title are not for now and are left aside."""
        if self._item is None or found.item_row != self._item.item_row:
            return
        rank = found.rank or self._item.rank
        everything = (*found.carried, *found.against)
        longest = max((one.share for one in everything), default=0.0)
        self.carried.show_bars([_bar(one, rank) for one in found.carried], scale_to=longest)
        self.against.show_bars([_bar(one, rank) for one in found.against], scale_to=longest)
        for part, reasons in ((self._carried_part, found.carried), (self._against_part, found.against)):
            part.setVisible(bool(reasons))
        notes = [] if everything else [found.note]
        if found.others_share >= 0.005:
            notes.append(f"Your other ratings together: {format_percent(found.others_share)}.")
        self.show_note(" ".join(note for note in notes if note))
        self._score.setText(_score_words(found))
        self._score.show()

    def show_note(self, words: str) -> None:
        """A sentence below the bars."""
        self.note.setText(words)
        self.note.setVisible(bool(words))

    def show_failure(self, sentence: str) -> None:
        """Why there are no reasons."""
        self._hide_reasons()
        self.show_note(sentence)

    def _hide_reasons(self) -> None:
        self._carried_part.hide()
        self._against_part.hide()
        self._score.hide()

    def _build(self, scale: StarScale) -> None:
        self.setObjectName("reasons_panel")
        self.setAccessibleName("Why this title")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        set_role(page, "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(self._build_title())
        column.addLayout(self._build_rating(scale))
        self.carried, self.against = ImpactBars(), ImpactBars()
        self.carried.setObjectName("carried_by")
        self.against.setObjectName("spoke_against")
        self._carried_part = _part("Carried by", self.carried)
        self._against_part = _part("Spoke against it", self.against)
        self.note, self._score = QLabel(), QLabel()
        for label in (self.note, self._score):
            set_role(label, "caption")
            label.setWordWrap(True)
        self._score.setToolTip("What ranks the titles inside the model; only its order has a meaning")
        for one in (self._carried_part, self._against_part, self.note, self._score):
            column.addWidget(one)
        column.addStretch(1)
        self.setWidget(page)
        self._hide_reasons()
        self.note.hide()

    def _build_title(self) -> QHBoxLayout:
        self.cover = Cover()
        self.heading, self.genres, self.figures = QLabel(), QLabel(), QLabel()
        set_role(self.heading, "heading")
        set_role(self.genres, "caption")
        for label in (self.heading, self.genres, self.figures):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.figures.setObjectName("title_figures")
        words = QVBoxLayout()
        words.setSpacing(4)
        for label in (self.heading, self.genres, self.figures):
            words.addWidget(label)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.cover, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _build_rating(self, scale: StarScale) -> QVBoxLayout:
        self._rate_label = QLabel()
        set_role(self._rate_label, "caption")
        self.stars = StarRating(scale)
        self.stars.setObjectName("rate_recommendation")
        rows = QVBoxLayout()
        rows.setSpacing(2)
        rows.addWidget(self._rate_label)
        rows.addWidget(self.stars, 0, Qt.AlignmentFlag.AlignLeft)
        return rows

    def _on_rated(self, rating: float | None) -> None:
        if self._item is not None and rating is not None:
            self.rated.emit(self._item, rating)


class Cover(QWidget):
    """A drawn cover of fixed size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        self._genres: tuple[str, ...] = ()
        self.setFixedSize(QSize(56, 84))
        THEME.changed.connect(self.update)

    def show_cover(self, title: str, genres: tuple[str, ...]) -> None:
        self._title, self._genres = title, genres
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._title:
            area = QRect(0, 0, self.width(), self.height())
            paint_cover(QPainter(self), area, title=self._title, genres=self._genres, dark=THEME.dark)


def because_line(reasons: Sequence[Reason]) -> str:
    """The strongest reasons for a title in one line: because you liked Alien and Aliens.

    Where all of the strongest spoke against it, the line says so: although you liked Amateur.
    """
    carried = [reason for reason in reasons if reason.impact > 0]
    if not carried:
        return f"although{reasons[0].words.removeprefix('because')}" if reasons else ""
    first = carried[0]
    feeling = first.words.removesuffix(first.title)
    alike = [one.title for one in carried[1:] if one.words.removesuffix(one.title) == feeling]
    return f"{first.words} and {alike[0]}" if alike else first.words


def _figures(item: Recommendation) -> str:
    parts = []
    if item.predicted_rating is not None:
        parts.append(f"predicted {format_predicted_rating(item.predicted_rating, item.predicted_sd)}")
    parts.append(f"match {item.match} %")
    first = ("\n" if item.predicted_sd is not None else " · ").join(parts).replace(" %", "\u00a0%")
    chance = describe_likelihood(item.lift)
    if item.probability is not None and chance:
        return f"{first}\nchance {format_percent(item.probability)}, {chance}"
    return "\n".join(part for part in (first, chance) if part)


def _bar(reason: Reason, rank: int) -> Bar:
    signed = reason.share if reason.impact > 0 else -reason.share
    is_disliked = reason.words.startswith("because you disliked")
    behind = ", ".join(
        f"{part.run} {format_percent(part.impact / reason.impact * signed, signed=True)}" for part in reason.parts
    )
    return Bar(
        name=reason.words if is_disliked else reason.title,
        share=signed,
        figure=format_percent(signed, signed=True),
        detail="seen, not rated" if reason.rating is None else f"yours {format_rating(reason.rating)}",
        detail_right=describe_rank_without(rank, reason.rank_without),
        tip=f"{'Carried it' if signed > 0 else 'Spoke against it'} {reason.words}: {format_percent(signed)} of what "
        f"all your ratings do to this title; {describe_rank_without(rank, reason.rank_without)}"
        + (f"; of that {behind}" if behind else ""),
    )


def _score_words(found: Explanation) -> str:
    """The score, and of a blend what each of its parts adds to it."""
    parts = [f"{part.run} {MINUS if part.impact < 0 else '+'}{abs(part.impact):.2f}" for part in found.parts]
    return f"Score {found.score:.4g}" + (f": {', '.join(parts)}" if parts else "")


def _part(words: str, bars: ImpactBars) -> QWidget:
    part, heading = QWidget(), QLabel(words)
    set_role(heading, "heading")
    bars.setAccessibleName(words)
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(GRID)
    column.addWidget(heading)
    column.addWidget(bars)
    return part
