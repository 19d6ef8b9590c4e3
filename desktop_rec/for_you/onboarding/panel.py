"""Rate as you go: one title at a time, how many answers there are, and the way to the list once it is ready.

A widget: show_state(OnboardingState) in; answers and wishes out.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.controls import button, named
from desktop_rec.common.stars import StarScale
from desktop_rec.for_you.onboarding.card import OnboardingCard
from desktop_rec.for_you.titles import TitleRow
from desktop_rec.theme.theme import GRID, set_role
from engine.text import format_count, plural, plural_of

USEFUL = 4
"""So many ratings make a list that is worth looking at."""
_WIDTH = 560


@dataclass(frozen=True)
class OnboardingState:
    """What the panel shows. `row` is None while the onboarding is being made, or (`is_through`) when it has ended.

    rated: ratings of the profile that count here. not_seen: titles passed by in this sitting. has_list: the list is
    computed. last: what was said last ("The Matrix: 4 stars").
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
        self._heading.setText(f"Which {words} do you know?")
        self._elsewhere.setText(f"You rate {words} elsewhere already?")
        self._waiting.setText(
            f"That was the last of the well-known {words}. Search for others at the left."
            if state.is_through
            else f"Looking for {words} that tell tastes apart…"
        )
        if state.row is not None:
            self.card.show_title(state.row, people=state.people)
        self._pages.setCurrentWidget(self.card if state.row is not None else self._waiting)
        for one in (self._seen, self._not_seen):
            one.setEnabled(state.row is not None)
        self._back.setEnabled(state.can_go_back)
        self._last.setText(state.last)
        self._show_progress(state)

    def _show_progress(self, state: OnboardingState) -> None:
        is_useful = state.rated >= USEFUL
        self._bar.setValue(min(state.rated, USEFUL))
        self._bar.setVisible(not is_useful)
        if not state.rated:
            words = f"{USEFUL} ratings make a first list. Give stars to what you know, and pass by what you do not."
        elif not is_useful:
            more = USEFUL - state.rated
            verb = "makes" if more == 1 else "make"
            words = f"{plural(state.rated, 'rating')}; {format_count(more)} more {verb} a first list."
        elif state.has_list:
            words = f"{plural(state.rated, 'rating')}: your list is ready. More make it better."
        else:
            words = f"{plural(state.rated, 'rating')}, enough for a first list."
        passed = f" {plural(state.not_seen, state.word)} not seen." if state.not_seen else ""
        self._sentence.setText(f"{words}{passed}")
        self.show_list.setVisible(state.rated > 0)
        for one in (self._elsewhere, self._import):
            one.setVisible(state.rated == 0)
        set_role(self.show_list, "primary" if is_useful else "")

    def _build(self, scale: StarScale) -> None:
        self.setObjectName("onboarding_panel")
        self._heading, self._sentence, self._last, self._elsewhere = QLabel(), QLabel(), QLabel(), QLabel()
        set_role(self._heading, "title")
        self._sentence.setObjectName("onboarding_sentence")
        self._sentence.setWordWrap(True)
        for label in (self._sentence, self._elsewhere):
            set_role(label, "weak")
        set_role(self._last, "caption")
        self._bar = named(QProgressBar(), "onboarding_progress", f"Ratings, of {USEFUL} for a first list", "")
        self._bar.setRange(0, USEFUL)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self.card = OnboardingCard(scale)
        self._waiting = QLabel()
        self._waiting.setWordWrap(True)
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._waiting, "weak")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.card)
        self._pages.addWidget(self._waiting)
        self.show_list: QPushButton = button(
            "Show my list", "onboarding_show_list", "See what to watch, as far as your ratings say", role="primary"
        )
        self._place()

    def _place(self) -> None:
        box = QWidget()
        box.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        top = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._heading)
        words.addWidget(self._sentence)
        top.addLayout(words, 1)
        top.addWidget(self.show_list, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        column.addWidget(self._bar)
        column.addWidget(self._pages)
        column.addLayout(self._build_answers())
        column.addWidget(self._last)
        column.addStretch(1)
        column.addLayout(self._build_ways())
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        row.addStretch(1)
        row.addWidget(box, 100)
        row.addStretch(1)

    def _build_answers(self) -> QHBoxLayout:
        self._back = button("Back", "onboarding_back", "Take the last answer back (Backspace)", role="quiet")
        self._seen = button("Seen it, no rating", "onboarding_seen", "It counts as seen, without stars (Enter)")
        self._not_seen = button("Not seen", "onboarding_not_seen", "Go on with another one (Space)")
        row = QHBoxLayout()
        row.addWidget(self._back)
        row.addStretch(1)
        for one in (self._seen, self._not_seen):
            row.addWidget(one)
        for one in (self._back, self._seen, self._not_seen):
            one.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return row

    def _build_ways(self) -> QHBoxLayout:
        self._import = button(
            "Import my ratings…",
            "onboarding_import",
            "Letterboxd, IMDb, Trakt, TMDB, MyAnimeList, … or a table of your own",
        )
        self._many = button(
            "Show many at once", "onboarding_many", "Well-known titles as a list, to pick from", role="quiet"
        )
        row = QHBoxLayout()
        row.addWidget(self._elsewhere)
        row.addWidget(self._import)
        row.addStretch(1)
        row.addWidget(self._many)
        return row

    def _connect(self) -> None:
        card = self.card
        for own, outer in ((card.rated, self.rated), (card.seen, self.seen), (card.not_seen, self.not_seen),
                           (card.went_back, self.went_back)):  # fmt: skip
            own.connect(outer)
        self._seen.clicked.connect(self.seen)
        self._not_seen.clicked.connect(self.not_seen)
        self._back.clicked.connect(self.went_back)
        self.show_list.clicked.connect(self.list_wanted)
        self._import.clicked.connect(self.import_wanted)
        self._many.clicked.connect(self.many_wanted)
