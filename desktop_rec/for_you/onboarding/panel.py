"""Few ratings yet: one title at a time with the way to the first list, or many well-known titles at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.controls import across, arranged, below, button, named, text_label
from desktop_rec.common.stars import StarScale
from desktop_rec.for_you.onboarding.card import OnboardingCard
from desktop_rec.for_you.title_list import TitleList, TitleLook
from desktop_rec.for_you.titles import TitleRow
from desktop_rec.theme.theme import GRID, set_role
from engine.text import plural, plural_of
from engine.wording import counted, said

USEFUL = 4
"""So many ratings make a list that is worth looking at."""
_WIDTH = 560
_SHOW_LIST_TIP = said("See what to watch, as far as your ratings say")


@dataclass(frozen=True)
class OnboardingState:
    """What the panel shows. `row` is None while the onboarding is being made, or (`is_through`) when it has ended.

    rated: ratings of the profile that count here. not_seen: titles skipped in this sitting. has_list: the list is
    computed. last: the answer given last ("The Matrix: 4 stars").
    """

    word: str
    people: int
    row: TitleRow | None
    rated: int
    not_seen: int = 0
    can_go_back: bool = False
    has_list: bool = False
    is_through: bool = False
    last: str = ""


class OnboardingPanel(QWidget):
    """rated(float), seen(), not_seen(), went_back(); list_wanted(), import_wanted(), many_wanted()."""

    rated = Signal(float)
    seen = Signal()
    not_seen = Signal()
    went_back = Signal()
    list_wanted = Signal()
    import_wanted = Signal()
    many_wanted = Signal()

    def __init__(self, scale: StarScale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build(scale)
        self._connect()

    def use_scale(self, scale: StarScale) -> None:
        """Rate on another data set's scale."""
        self.card.use_scale(scale)

    def show_state(self, state: OnboardingState) -> None:
        """Show the title whose turn it is, and how far the person is."""
        words = plural_of(state.word)
        self._heading.setText(said("Which {words} do you know?", words=words))
        self._elsewhere.setText(said("You rate {words} elsewhere already?", words=words))
        self._waiting.setText(
            said("That was the last of the well-known {words}. Search for others at the left.", words=words)
            if state.is_through
            else said("Looking for {words} that many people know…", words=words)
        )
        if state.row is not None:
            self.card.show_title(state.row, people=state.people)
        self._pages.setCurrentWidget(self.card if state.row is not None else self._waiting)
        for control in (self._seen, self._not_seen):
            control.setEnabled(state.row is not None)
        self._back.setEnabled(state.can_go_back)
        self._last.setText(state.last)
        self._last.setVisible(bool(state.last))
        self._show_progress(state)

    def _show_progress(self, state: OnboardingState) -> None:
        is_useful = state.rated >= USEFUL
        self._bar.setValue(min(state.rated, USEFUL))
        self._bar.setVisible(not is_useful)
        if not state.rated:
            words = said(
                "{useful} ratings make a first list. Give stars to what you know, and skip what you don't know.",
                useful=USEFUL,
            )
        elif not is_useful:
            more = USEFUL - state.rated
            words = counted(
                "{ratings}; {count} more makes a first list.",
                "{ratings}; {count} more make a first list.",
                more,
                ratings=counted("{count} rating", "{count} ratings", state.rated),
            )
        elif state.has_list:
            words = said(
                "{ratings}: your list is ready. More make it better.",
                ratings=counted("{count} rating", "{count} ratings", state.rated),
            )
        else:
            words = said(
                "{ratings}, enough for a first list.", ratings=counted("{count} rating", "{count} ratings", state.rated)
            )
        passed = said(" {words} not seen.", words=plural(state.not_seen, state.word)) if state.not_seen else ""
        self._sentence.setText(f"{words}{passed}")
        self.show_list.setVisible(state.rated > 0)
        for part in (self._elsewhere, self._import):
            part.setVisible(state.rated == 0)
        set_role(self.show_list, "primary" if is_useful else "")

    def _build(self, scale: StarScale) -> None:
        self.setObjectName("onboarding_panel")
        self._heading, self._elsewhere = text_label(role="title"), text_label(role="weak")
        self._sentence = text_label(role="weak", object_name="onboarding_sentence", wraps=True)
        self._last = text_label(role="caption")
        self._bar = named(
            QProgressBar(), "onboarding_progress", said("Ratings, of {useful} for a first list", useful=USEFUL), ""
        )
        self._bar.setRange(0, USEFUL)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self.card = OnboardingCard(scale)
        self._waiting = text_label(role="weak", wraps=True)
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.card)
        self._pages.addWidget(self._waiting)
        self.show_list: QPushButton = button(
            said("Show my list"), "onboarding_show_list", _SHOW_LIST_TIP, role="primary"
        )
        box = QWidget()
        box.setMaximumWidth(_WIDTH)
        top = QHBoxLayout()
        top.addLayout(arranged(QVBoxLayout(), self._heading, self._sentence, gap=4), 1)
        top.addWidget(self.show_list, 0, Qt.AlignmentFlag.AlignTop)
        parts = (top, self._bar, self._pages, self._build_answers(), self._last, 1, self._build_ways())
        arranged(QVBoxLayout(box), *parts, gap=2 * GRID)
        row = arranged(QHBoxLayout(self), 1, box, 1, margins=(2 * GRID,) * 4, gap=-1)
        row.setStretch(1, 100)

    def _build_answers(self) -> QHBoxLayout:
        self._back = button(
            said("Back"), "onboarding_back", said("Take the last answer back (Backspace)"), role="quiet"
        )
        self._seen = button(
            said("Seen it, no rating"), "onboarding_seen", said("It counts as seen, without stars (Enter)")
        )
        self._not_seen = button(said("Not seen"), "onboarding_not_seen", said("Skip it (Space)"))
        for control in (self._back, self._seen, self._not_seen):
            control.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return arranged(QHBoxLayout(), self._back, 1, self._seen, self._not_seen, gap=-1)

    def _build_ways(self) -> QVBoxLayout:
        tip = said("Letterboxd, IMDb, Trakt, TMDB, MyAnimeList, … or a table of your own")
        self._import = button(said("Import my ratings…"), "onboarding_import", tip)
        tip = said("Well-known titles as a list, to pick from")
        self._many = button(said("Show many at once"), "onboarding_many", tip, role="quiet")
        return below(self._elsewhere, across(self._import, 1, self._many), gap=4)

    def _connect(self) -> None:
        card = self.card
        card.rated.connect(self.rated)
        card.seen.connect(self.seen)
        card.not_seen.connect(self.not_seen)
        card.went_back.connect(self.went_back)
        self._seen.clicked.connect(self.seen)
        self._not_seen.clicked.connect(self.not_seen)
        self._back.clicked.connect(self.went_back)
        self.show_list.clicked.connect(self.list_wanted)
        self._import.clicked.connect(self.import_wanted)
        self._many.clicked.connect(self.many_wanted)


ENOUGH = 5


class StarterPanel(QWidget):
    """rated(TitleRow, rating), removed(TitleRow), list_wanted(): show what there is for me now; onboarding_wanted()."""

    rated = Signal(object, object)
    removed = Signal(object)
    list_wanted = Signal()
    onboarding_wanted = Signal()

    def __init__(self, scale: StarScale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build(scale)
        self.cards.rated.connect(self.rated)
        self.cards.removed.connect(self.removed)
        self.show_list.clicked.connect(self.list_wanted)
        self._one_by_one.clicked.connect(self.onboarding_wanted)

    def use_scale(self, scale: StarScale) -> None:
        """Rate on another data set's scale."""
        self.cards.use_scale(scale)

    def show_titles(self, rows: Sequence[TitleRow], *, rated: int, word: str) -> None:
        """Offer titles; `rated` is how many ratings the person has already, which count for the list."""
        self.cards.show_rows(rows)
        self._heading.setText(said("Rate a few {words} you know", words=plural_of(word)))
        if rated == 0:
            words = said(
                "One is enough for a first list; {ENOUGH} make a good one. Skip what you don't know.", ENOUGH=ENOUGH
            )
        elif rated < ENOUGH:
            words = said(
                "{ratings}. {ENOUGH} more make a good list.",
                ratings=counted("{count} rating", "{count} ratings", rated),
                ENOUGH=ENOUGH - rated,
            )
        else:
            words = said(
                "{ratings}. That is enough for a good list; more make it better.",
                ratings=counted("{count} rating", "{count} ratings", rated),
            )
        self._sentence.setText(words)
        self.show_list.setEnabled(rated > 0)

    def _build(self, scale: StarScale) -> None:
        self.setObjectName("starter_panel")
        self._heading = text_label(role="title", wraps=True)
        self._sentence = text_label(role="weak", wraps=True)
        self.show_list: QPushButton = button(said("Show my list"), "show_my_list", _SHOW_LIST_TIP, role="primary")
        tip = said("One well-known title after the other")
        self._one_by_one: QPushButton = button(said("One at a time"), "starter_onboarding", tip)
        self.cards = TitleList(TitleLook.CARD, scale)
        self.cards.setObjectName("well_known_titles")
        self.cards.setAccessibleName(said("Well-known titles: arrow keys choose, digits rate"))
        top = QHBoxLayout()
        top.addWidget(self._sentence, 1)
        for control in (self._one_by_one, self.show_list):
            top.addWidget(control, 0, Qt.AlignmentFlag.AlignTop)
        column = arranged(QVBoxLayout(self), self._heading, top, self.cards, gap=GRID, margins=(2 * GRID,) * 4)
        column.setStretch(2, 1)
