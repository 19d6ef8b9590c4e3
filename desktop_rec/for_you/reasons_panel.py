"""Why a title is in the list: what is in favour of it and against it, what most people gave, and stars to rate it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_rec.common.controls import across, arranged, button, text_label
from desktop_rec.common.plain import set_tip
from desktop_rec.common.stars import StarScale
from desktop_rec.common.text import (
    describe_likelihood,
    describe_own_rating,
    describe_predicted,
    describe_rank_without,
    describe_uncertainty,
)
from desktop_rec.for_you.cover import Cover
from desktop_rec.for_you.crowd_panel import CrowdPanel
from desktop_rec.for_you.impact_bars import MARGINS, Bar, BarsPanel, ImpactBars, titled
from desktop_rec.for_you.star_rating import StarRating
from desktop_rec.for_you.whose_reasons import WhoseReasons
from desktop_rec.theme.theme import GRID
from engine.recommending.reasons import describe_hangs_on
from engine.text import MINUS, format_count, format_title
from engine.wording import counted, said

if TYPE_CHECKING:
    from engine.recommending.asking import TitleAnswer
    from engine.recommending.explanation import Explanation
    from engine.recommending.longer_look import LongerLook
    from engine.recommending.reasons import HangsOn, Reason
    from engine.recommending.recommendation import Recommendation


_LONGER = said("Try many mixes of your ratings instead of leaving out one at a time; takes up to two seconds")


class ReasonsPanel(BarsPanel):
    """rated(Recommendation, rating): the person has seen the title after all and rates it. longer_wanted(item_row).

    bar_menu_wanted(item_row, QPoint): the menu of the rating that a bar is about.

    `action_row` is a row below the stars for what else can be done with the title.
    """

    rated = Signal(object, object)
    bar_menu_wanted = Signal(object, object)
    longer_wanted = Signal(int)

    def __init__(self, scale: StarScale, parent: QWidget | None = None) -> None:
        super().__init__("reasons_panel", said("Why this title"), parent)
        self._item: Recommendation | None = None
        self._rank, self._by = 0, ""
        self._build(scale)
        self.longer.clicked.connect(self._on_longer)
        self.stars.rated.connect(self._on_rated)

    @property
    def item(self) -> Recommendation | None:
        """The title whose reasons are shown."""
        return self._item

    def use_scale(self, scale: StarScale) -> None:
        """Rate on another data set's scale."""
        self.stars.use_scale(scale)

    def forget(self, sentence: str = "") -> None:
        """Show no title: these facts were another person's, or of another data set."""
        self._item = None
        self._whole.hide()
        self._hide_reasons()
        self.show_note(sentence)

    def show_title(self, item: Recommendation, *, word: str) -> None:
        """Show what the list knows of a title; the reasons of the one before stay only if it is the same title."""
        is_same = self._item is not None and self._item.item_id == item.item_id
        self._item = item
        self._whole.show()
        self.cover.show_cover(item.title, item.genres)
        self.heading.setText(format_title(item.title, item.year))
        self.genres.setText(", ".join(item.genres))
        self.genres.setVisible(bool(item.genres))
        self.figures.setText(_figures(item))
        set_tip(self.figures, describe_uncertainty(item.predicted_sd))
        self._rate_label.setText(said("Seen this {word}? Rate it:", word=word))
        self.stars.show_rating(None, of=item.title)
        self.answer.hide()
        if not is_same:
            self._hide_reasons()
            self.show_note(said("Working out the reasons…"))
            self.verticalScrollBar().setValue(0)

    def show_answer(self, found: TitleAnswer, *, word: str) -> None:
        """Show what the model says of a title that was asked about, in whatever list it is or is not."""
        item = found.item
        self.show_title(item, word=word)
        self.figures.setText(" · ".join(part for part in (_figures(item), found.place_words) if part))
        self.stars.show_rating(found.own_rating, of=item.title)
        self._rate_label.setText(
            said("Your rating:") if found.own_rating is not None else said("Seen this {word}? Rate it:", word=word)
        )
        self.answer.setText(" ".join(found.notes))
        self.answer.setVisible(bool(found.notes))
        self._hide_reasons()
        self.show_note("")
        if found.explanation is not None:
            self.show_reasons(found.explanation)

    def show_reasons(self, found: Explanation, *, by: str = "") -> None:
        """Show the reasons of the title; those of another title are not for now and are left aside.

        `by`: whose ratings they are, where not the person's own.
        """
        if self._item is None or found.item_row != self._item.item_row:
            return
        self._by = by
        has_ranks = any(reason.rank_without is not None for reason in (*found.carried, *found.against))
        self._rank = found.rank or (self._item.rank if has_ranks else 0)
        self._show_sides(found.carried, found.against)
        self.longer.setVisible(bool(found.carried or found.against))
        self._allow_longer(_LONGER)
        notes = [] if found.carried or found.against else [found.note]
        if found.others:
            notes.append(_describe_others(found.others, by))
        self.show_note(" ".join(note for note in notes if note))
        if found.crowd is not None:
            self.crowd.show_crowd(found.crowd)
            self.crowd.show()
        self._score.setText(_describe_parts(found))
        self._score.setVisible(bool(found.parts))

    def show_longer(self, found: LongerLook) -> None:
        """Show the reasons by many sets of ratings, and how many; those of another title are left aside."""
        if self._item is None or found.item_row != self._item.item_row:
            return
        self.longer.setText(said("Look longer"))
        if not found.orders:
            set_tip(self.longer, said("You have too many ratings for this with the model in use"))
            self.show_note(said("You have too many ratings for a longer look with the model in use."))
            return
        self._show_sides(found.carried, found.against)
        self.show_note(
            said(
                "Each bar is now what that rating adds on average, over {orders} random mixes of your ratings.",
                orders=format_count(found.orders),
            )
        )

    def show_hangs_on(self, found: HangsOn | None) -> None:
        """Say which ratings the title's place hangs on; what is said of another title is left aside."""
        if found is None or self._item is None or found.item_row != self._item.item_row:
            return
        self.hanging.setText(describe_hangs_on(found))
        every = ", ".join(f"{own.title} ({describe_own_rating(own.rating)})" for own in found.ratings)
        set_tip(self.hanging, every)
        self.hanging.setVisible(bool(self.hanging.text()))

    def _show_sides(self, carried: tuple[Reason, ...], against: tuple[Reason, ...]) -> None:
        longest = max((abs(reason.impact) for reason in (*carried, *against)), default=0.0)
        sides = ((self._carried_part, self.carried, carried), (self._against_part, self.against, against))
        for part, bars, reasons in sides:
            bars.show_bars([_bar(reason, self._rank, by=self._by) for reason in reasons], scale_to=longest)
            part.setVisible(bool(reasons))

    def _allow_longer(self, tip: str) -> None:
        self.longer.setText(said("Look longer"))
        self.longer.setEnabled(True)
        set_tip(self.longer, tip)

    def _on_longer(self) -> None:
        if self._item is not None:
            self.longer.setEnabled(False)
            self.longer.setText(said("Looking longer…"))
            self.longer_wanted.emit(self._item.item_row)

    def show_failure(self, sentence: str) -> None:
        """Why there are no reasons."""
        self._hide_reasons()
        self.show_note(sentence)

    def _hide_reasons(self) -> None:
        self._carried_part.hide()
        self._against_part.hide()
        self._score.hide()
        self.crowd.hide()
        self.longer.hide()
        self.hanging.hide()

    def _build(self, scale: StarScale) -> None:
        self.carried, self.against = ImpactBars(), ImpactBars()
        for bars in (self.carried, self.against):
            bars.menu_wanted.connect(self.bar_menu_wanted)
        self.carried.setObjectName("carried_by")
        self.against.setObjectName("spoke_against")
        self._carried_part, self._against_part = (
            titled(said("In favour"), self.carried),
            titled(said("Against"), self.against),
        )
        self._score = text_label(role="caption", object_name="score_parts", wraps=True)
        set_tip(self._score, said("What each model of the blend adds to the number that ranks this title"))
        self.crowd = CrowdPanel()
        self.hanging = text_label(object_name="hangs_on", wraps=True)
        self.longer: QPushButton = button(said("Look longer"), "look_longer", _LONGER)
        self._rate_label = text_label(role="caption")
        self.stars = StarRating(scale)
        self.stars.setObjectName("rate_recommendation")
        rating = arranged(QVBoxLayout(), self._rate_label, gap=2)
        rating.addWidget(self.stars, 0, Qt.AlignmentFlag.AlignLeft)
        self.action_row = across()
        self.answer = text_label(object_name="title_answer", wraps=True)
        self.answer.hide()
        self.whose = WhoseReasons()
        self._whole = QWidget()
        whole = (self._build_title(), self.answer, rating, self.action_row, self.whose)
        arranged(QVBoxLayout(self._whole), *whole, gap=GRID)
        reasons = (self._carried_part, self._against_part, self.note, across(self.longer, 1), self._score)
        arranged(self.column, self._whole, *reasons, self.hanging, self.crowd, 1, margins=MARGINS, gap=GRID + 4)
        self._hide_reasons()
        self.note.hide()

    def _build_title(self) -> QHBoxLayout:
        self.cover = Cover(QSize(56, 84))
        self.heading = text_label(role="heading", wraps=True)
        self.genres = text_label(role="caption", wraps=True)
        self.figures = text_label(object_name="title_figures", wraps=True)
        facts = (self.heading, self.genres, self.figures)
        for fact in facts:
            fact.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.cover, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(arranged(QVBoxLayout(), *facts, 1, gap=4), 1)
        return row

    def _on_rated(self, rating: float | None) -> None:
        if self._item is not None and rating is not None:
            self.rated.emit(self._item, rating)


def _figures(item: Recommendation) -> str:
    stars = describe_predicted(item.predicted_rating, item.predicted_sd)
    return " · ".join(part for part in (stars, describe_likelihood(item.lift)) if part)


def _bar(reason: Reason, rank: int, *, by: str) -> Bar:
    behind = ", ".join(
        said("{model} for it", model=part.title) if part.impact > 0 else said("{model} against it", model=part.title)
        for part in reason.parts
    )
    without = describe_rank_without(rank, reason.rank_without) if rank else ""
    side = said("In favour") if reason.impact > 0 else said("Against")
    tips = (
        side if by else f"{side}: {reason.words}",
        without or (said("without it nothing changes") if rank else ""),
        behind,
    )
    return Bar(
        name=reason.title,
        size=reason.impact,
        detail=describe_own_rating(reason.rating, by=by),
        detail_right=without,
        tip="; ".join(tip for tip in tips if tip),
        item_row=reason.item_row,
    )


def _describe_parts(found: Explanation) -> str:
    """What each part of a blend adds to the score; "" for any other model."""
    parts = (f"{part.title} {MINUS if part.impact < 0 else '+'}{abs(part.impact):.2f}" for part in found.parts)
    return ", ".join(parts)


def _describe_others(others: int, by: str) -> str:
    """How many further ratings matter less; `by`: whose, where not the person's own."""
    if by:
        return counted(
            "{count} more of {name}’s ratings matters less here.",
            "{count} more of {name}’s ratings matter less here.",
            others,
            name=by,
        )
    return counted(
        "{count} more of your ratings matters less here.", "{count} more of your ratings matter less here.", others
    )
