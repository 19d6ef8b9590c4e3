"""About my ratings: which of them move the list most, and which surprise the model most.

A widget: `show_insights` in, `better_model_wanted` out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop_rec.common.controls import button
from desktop_rec.for_you.impact_bars import Bar, ImpactBars
from desktop_rec.theme.theme import GRID, set_role
from engine.text import format_count, format_difference, format_percent, format_predicted_rating, format_rating

if TYPE_CHECKING:
    from engine.recommending.insights import ImpactfulRating, ListInsights, SurprisingRating

_NO_STARS = (
    "This model does not predict stars, so none of your ratings can surprise it. One that learns from stars can."
)


class InsightsPanel(QScrollArea):
    """better_model_wanted(): the person wants to train a model that predicts stars."""

    better_model_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self.train.clicked.connect(self.better_model_wanted)

    def show_waiting(self) -> None:
        """Say that the ratings are being looked at; what was found before stays to be read."""
        self._say("Leaving out your ratings one at a time to see what each of them does…")

    def show_failure(self, sentence: str) -> None:
        """Why nothing can be said."""
        for part in (self._impact_part, self._surprise_part):
            part.hide()
        self._say(sentence)

    def show_insights(self, found: ListInsights) -> None:
        """Show what was found."""
        self.impactful.show_bars([_impact_bar(one) for one in found.most_impactful])
        self._impact_part.setVisible(bool(found.most_impactful))
        self.surprising.show_bars([_surprise_bar(one) for one in found.most_surprising])
        self.surprising.setVisible(bool(found.most_surprising))
        self._surprise_part.show()
        self.train.setVisible(not found.predicts_ratings)
        self._surprise_note.setVisible(not found.most_surprising)
        none_yet = "Nothing yet: rate a few more, and it can compare."
        self._surprise_note.setText(none_yet if found.predicts_ratings else _NO_STARS)
        notes = [] if found.most_impactful else [found.note]
        if found.stopped and found.entries_done < found.entries:
            notes.append(f"{format_count(found.entries_done)} of {format_count(found.entries)} ratings were looked at.")
        self._say(" ".join(note for note in notes if note))

    def _say(self, words: str) -> None:
        self.note.setText(words)
        self.note.setVisible(bool(words))

    def _build(self) -> None:
        self.setObjectName("insights_panel")
        self.setAccessibleName("About my ratings")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        set_role(page, "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        self.note = _caption()
        self.impactful, self.surprising = ImpactBars(), ImpactBars()
        self.impactful.setObjectName("most_impactful")
        self.surprising.setObjectName("most_surprising")
        self._surprise_note = _caption()
        self.train: QPushButton = button("Train such a model", "train_for_stars", "Go to Train")
        self._impact_part = _part(
            "Most impactful",
            "How much of all that your ratings do to the first 50 titles each one does",
            self.impactful,
        )
        self._surprise_part = _part(
            "Most surprising", "Your stars against what the model expects of you without them", self.surprising
        )
        inside = self._surprise_part.layout()
        if isinstance(inside, QVBoxLayout):
            inside.addWidget(self._surprise_note)
            inside.addWidget(self.train, 0, Qt.AlignmentFlag.AlignLeft)
        for one in (self._impact_part, self._surprise_part, self.note):
            column.addWidget(one)
        column.addStretch(1)
        self.setWidget(page)
        self._impact_part.hide()
        self._surprise_part.hide()


def _impact_bar(one: ImpactfulRating) -> Bar:
    yours = "seen, not rated" if one.rating is None else f"yours {format_rating(one.rating)}"
    figure = format_percent(one.share)
    tip = f"{one.title} ({yours}) makes {figure} of all that your ratings do to the list"
    return Bar(one.title, one.share, figure, detail=yours, tip=tip, is_plain=True)


def _surprise_bar(one: SurprisingRating) -> Bar:
    figure = format_difference(one.difference)
    better = "better" if one.difference > 0 else "worse"
    return Bar(
        one.title,
        one.difference,
        figure,
        detail=f"yours {format_rating(one.rating)}",
        detail_right=f"expected {format_predicted_rating(one.predicted)}",
        tip=f"You rated {one.title} {figure} {better} than your other ratings let expect",
    )


def _caption() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    set_role(label, "caption")
    return label


def _part(words: str, explained: str, bars: ImpactBars) -> QWidget:
    part, heading, caption = QWidget(), QLabel(words), _caption()
    set_role(heading, "heading")
    caption.setText(explained)
    bars.setAccessibleName(words)
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    for one in (heading, caption, bars):
        column.addWidget(one)
    return part
