"""The page My taste: beside everybody's, how well the model knows it, how ratings are read, and earlier lists."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QWidget

from desktop_rec.common.controls import across, arranged, button
from desktop_rec.common.panels import Card, PlaceMessage, ScrollPage, caption, heading, plain_text
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.for_you.my_taste.earlier_card import EarlierCard
from desktop_rec.for_you.my_taste.reading_card import ReadingCard
from desktop_rec.for_you.my_taste.taste_bars import TasteBars
from desktop_rec.for_you.my_taste.text import describe_left_out, taste_sentences
from desktop_rec.theme.theme import GRID
from engine.recommending.taste_profile import TasteProfile
from engine.text import plural_of
from engine.wording import said

_MOST_GENRES = 14
_KINDS = {"genres": "genre", "decades": "decade", "bands": "group"}


class MyTastePage(QStackedWidget):
    """know_wanted(), models_wanted() and action_pressed() (of the message) are its buttons."""

    know_wanted = Signal()
    models_wanted = Signal()
    action_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("my_taste")
        self._message = PlaceMessage()
        self._page = ScrollPage("my_taste_page", spacing=2 * GRID)
        self.reading, self.earlier = ReadingCard(), EarlierCard()
        self._build()
        self.addWidget(self._message)
        self.addWidget(self._page)
        self._message.pressed.connect(self.action_pressed)
        self._know.clicked.connect(self.know_wanted)
        self._models.clicked.connect(self.models_wanted)

    def show_message(self, heading: str, sentence: str, *, button: str = "", busy: bool = False) -> None:
        """Why there is nothing to show."""
        self._message.show_message(heading, sentence, button=button, busy=busy)
        self.setCurrentWidget(self._message)

    def show_taste(self, found: TasteProfile, word: str) -> None:
        """Taste beside everybody's."""
        self._sentences.setText("\n".join(taste_sentences(found, word)))
        films = plural_of(word)
        missing = {
            "genres": "" if found.has_genres else said("No genres are known of these {films}.", films=films),
            "decades": "" if found.has_years else said("No years are known of these {films}.", films=films),
            "bands": "",
        }
        groups = {"genres": found.genres[:_MOST_GENRES], "decades": found.decades, "bands": found.bands}
        for kind, (card, bars, note) in self._parts.items():
            bars.show_groups(groups[kind], word)
            card.fit_to(max(bars.wanted_height, 60))
            card.setVisible(bool(groups[kind]))
            card.refresh_table()
            left_out = describe_left_out(found.left_out[kind], _KINDS[kind], word)
            note.setText(missing[kind] or left_out)
            note.setVisible(bool(note.text()))
        self.setCurrentWidget(self._page)

    def show_known(self, sentence: str, *, is_busy: bool = False) -> None:
        """How well the model knows the person; while that is found out the button waits."""
        self._known.setText(sentence)
        self._know.setEnabled(not is_busy)

    def allow_models(self, *, allowed: bool) -> None:
        """Whether the model has a page of its own on Models."""
        self._models.setEnabled(allowed)

    def _build(self) -> None:
        taste = Card("taste_card")
        self._sentences = plain_text()
        self._sentences.setObjectName("taste_sentences")
        note = said(
            "Your stars are compared with others' stars for the same titles; a title that few rated "
            "counts as closer to the average."
        )
        for part in (heading(said("Your taste beside everybody's")), self._sentences, caption(note)):
            taste.column.addWidget(part)
        self._parts: dict[str, tuple[PlotCard, TasteBars, QLabel]] = {}
        parts: list[QWidget] = []
        for kind, title in (
            ("genres", said("By genre")),
            ("decades", said("By decade")),
            ("bands", said("By how well known they are")),
        ):
            bars, missing = TasteBars(f"taste_{kind}", title), caption()
            missing.setObjectName(f"taste_{kind}_note")
            card = PlotCard(f"taste_{kind}", title, bars, bars.table)
            self._parts[kind] = (card, bars, missing)
            parts += [card, missing]
        inside = (taste, *parts, self._knowing(), self.reading, self.earlier)
        arranged(self._page.column, *inside, 1, gap=2 * GRID, margins=(2 * GRID, GRID, 2 * GRID, 2 * GRID))

    def _knowing(self) -> Card:
        card = Card("knowing_card")
        self._known = plain_text(
            said("Takes out each of your ratings in turn and sees whether the rest lead back to it.")
        )
        self._known.setObjectName("knowing_sentence")
        self._know = button(
            said("Try it on my ratings"), "know_me", said("See how well the model in use predicts your own ratings")
        )
        tip = said("How well each trained model knows you, title by title")
        self._models = button(said("See it title by title"), "knowing_models", tip, role="quiet")
        arranged(
            card.column, heading(said("How well the model knows you")), self._known, gap=GRID, margins=(16, 12, 16, 12)
        )
        card.column.addLayout(across(self._know, self._models, 1))
        return card
