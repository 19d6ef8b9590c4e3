"""About my ratings: which of them shape the list most, and which surprise the model most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from desktop_rec.common.controls import arranged, button
from desktop_rec.common.panels import caption
from desktop_rec.common.text import describe_own_rating
from desktop_rec.for_you.impact_bars import MARGINS, Bar, BarsPanel, ImpactBars, titled
from engine.text import format_count, format_difference, format_predicted_rating, plural_of
from engine.wording import said

if TYPE_CHECKING:
    from engine.recommending.insights import ImpactfulRating, ListInsights, SurprisingRating

_NO_STARS = said("This model does not predict stars, so no rating can surprise it. One that learns from stars can.")


class InsightsPanel(BarsPanel):
    """better_model_wanted(): the person wants to train a model that predicts stars. taste_wanted(): go to My taste."""

    better_model_wanted = Signal()
    taste_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("insights_panel", said("About my ratings"), parent)
        self._build()
        self.train.clicked.connect(self.better_model_wanted)
        self._taste.clicked.connect(self.taste_wanted)

    def use_word(self, word: str) -> None:
        """What a title is called here."""
        self._meaning.setText(said("How much each rating shapes your first 50 {words}", words=plural_of(word)))

    def show_waiting(self) -> None:
        """Say that the ratings are being looked at; what was found before stays to be read."""
        self.show_note(said("Leaving out your ratings one at a time to see what each of them does…"))

    def show_failure(self, sentence: str) -> None:
        """Why there is nothing to show."""
        for part in (self._impact_part, self._surprise_part):
            part.hide()
        self.show_note(sentence)

    def show_insights(self, found: ListInsights) -> None:
        """Show what was found."""
        self.impactful.show_bars([_impact_bar(rating) for rating in found.most_impactful])
        self._impact_part.setVisible(bool(found.most_impactful))
        self.surprising.show_bars([_surprise_bar(rating) for rating in found.most_surprising])
        self.surprising.setVisible(bool(found.most_surprising))
        self._surprise_part.show()
        self.train.setVisible(not found.predicts_ratings)
        self._surprise_note.setVisible(not found.most_surprising)
        none_yet = said("Nothing yet: rate a few more, and it can compare.")
        self._surprise_note.setText(none_yet if found.predicts_ratings else _NO_STARS)
        notes = [] if found.most_impactful else [found.note]
        if found.stopped and found.entries_done < found.entries:
            notes.append(
                said(
                    "{entries_done} of {entries} ratings were looked at.",
                    entries_done=format_count(found.entries_done),
                    entries=format_count(found.entries),
                )
            )
        self.show_note(" ".join(note for note in notes if note))

    def _build(self) -> None:
        self.impactful, self.surprising = ImpactBars(), ImpactBars()
        self.impactful.setObjectName("most_impactful")
        self.surprising.setObjectName("most_surprising")
        self._surprise_note = caption()
        tip = said("Your taste by genre, decade and popularity, how your stars are read, and earlier lists")
        self._taste = button(said("More about my taste"), "more_about_taste", tip, role="link")
        self.train: QPushButton = button(said("Train such a model"), "train_for_stars", said("Go to Train"))
        self._meaning = caption()
        self.use_word("title")
        self._impact_part = titled(said("Most impactful"), self.impactful, meaning=self._meaning)
        self._surprise_part = titled(
            said("Most surprising"),
            self.surprising,
            self._surprise_note,
            self.train,
            meaning=caption(said("Your stars beside what the model expects from your other ratings")),
        )
        arranged(
            self.column, self._impact_part, self._surprise_part, self.note, self._taste, 1, margins=MARGINS, gap=-1
        )
        self._impact_part.hide()
        self._surprise_part.hide()


def _impact_bar(rating: ImpactfulRating) -> Bar:
    yours, times = describe_own_rating(rating.rating), format_count(rating.titles)
    tip = said(
        "{title} ({yours}) is among the three strongest reasons for {times} of them",
        title=rating.title,
        yours=yours,
        times=times,
    )
    return Bar(
        rating.title,
        rating.strength,
        said("a reason for {times}", times=times),
        detail=yours,
        tip=tip,
        is_plain=True,
        item_row=rating.item_row,
    )


def _surprise_bar(rating: SurprisingRating) -> Bar:
    figure = format_difference(rating.difference)
    if rating.difference > 0:
        tip = said(
            "You rated {title} {apart:.1f} higher than your other ratings suggest",
            title=rating.title,
            apart=rating.difference,
        )
    else:
        tip = said(
            "You rated {title} {apart:.1f} lower than your other ratings suggest",
            title=rating.title,
            apart=-rating.difference,
        )
    return Bar(
        rating.title,
        rating.difference,
        figure,
        detail=describe_own_rating(rating.rating),
        detail_right=said("expected {rating}", rating=format_predicted_rating(rating.predicted)),
        tip=tip,
    )
