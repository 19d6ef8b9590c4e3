"""The review of an import: what was found in groups, each title changeable, and what adding it would do.

A widget: show_state(ReviewState) and show_outcome(ReviewOutcome) in; what the person wants comes out as signals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from desktop_rec.common.controls import ElidedLabel, button, named
from desktop_rec.for_you.my_ratings.review_list import ReviewList
from desktop_rec.for_you.my_ratings.review_rows import ReviewRow
from desktop_rec.theme.theme import GRID, set_role
from engine.text import format_count

GROUPS = {"sure": "Sure", "unsure": "Unsure", "unmatched": "Not found", "differ": "Rated differently"}
_NOTHING = {
    "sure": "Nothing was found for certain.",
    "unsure": "Nothing is unsure.",
    "unmatched": "Everything was found.",
    "differ": "Nothing is rated differently.",
}
_HINTS = {
    "sure": "These will be added. Look through them, and change what is wrong.",
    "unsure": "None of these is added unless you say which title it is.",
    "unmatched": "This data set does not seem to have these. Search for what you miss, or save them as a file.",
    "differ": "You rated these before, and differently. Your own rating stays unless you take theirs.",
}


@dataclass(frozen=True)
class ReviewState:
    """What was found. `groups` has rows by the names in GROUPS, but "differ"; the words are whole sentences."""

    heading: str
    about: str
    notes: str = ""
    groups: Mapping[str, tuple[ReviewRow, ...]] = field(default_factory=dict)
    scale: str = ""
    open_titles: int = 0


@dataclass(frozen=True)
class ReviewOutcome:
    """What adding it would do; `differ` are the titles that the profile rates differently."""

    words: str = ""
    differ: tuple[ReviewRow, ...] = ()
    add_words: str = ""
    can_add: bool = False


class ReviewPage(QWidget):
    """acted(group, index, Act); all_decided(for_theirs); added(), left() and csv_wanted() are its buttons."""

    acted = Signal(str, int, object)
    all_decided = Signal(bool)
    added = Signal()
    left = Signal()
    csv_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._differ = ReviewState("", ""), tuple[ReviewRow, ...]()
        self._shown_groups: tuple[str, ...] = ()
        self._build()
        self._connect()

    @property
    def group(self) -> str:
        """The group whose rows are shown."""
        return self._shown_groups[self.tabs.currentIndex()] if self._shown_groups else "sure"

    def begin(self) -> None:
        """A new review: turn to what needs the person first."""
        groups = self._state.groups
        first = next((name for name in ("unsure", "sure", "unmatched") if groups.get(name)), "sure")
        self.turn_to(first)

    def turn_to(self, group: str) -> None:
        """Show the rows of a group."""
        if group in self._shown_groups:
            self.tabs.setCurrentIndex(self._shown_groups.index(group))
            self._show_group()

    def show_state(self, state: ReviewState) -> None:
        """Show a review as it stands now; the group and the place in it stay."""
        self._state = state
        for label, words in ((self._heading, state.heading), (self._about, state.about), (self._notes, state.notes),
                             (self._scale, state.scale)):  # fmt: skip
            label.setText(words)
            label.setVisible(bool(words))
        self._show_tabs()
        self._show_group()
        self._save.setVisible(state.open_titles > 0)
        self._save.setText(f"Save {format_count(state.open_titles)} unmatched as CSV…")

    def show_outcome(self, outcome: ReviewOutcome) -> None:
        """Show what adding would do; it may come a moment after the rows."""
        self._differ = outcome.differ
        self._outcome.setText(outcome.words)
        self._add.setText(outcome.add_words)
        self._add.setAccessibleName(outcome.add_words)
        self._add.setEnabled(outcome.can_add)
        self._show_tabs()
        self._show_group()

    def _rows_of(self, group: str) -> tuple[ReviewRow, ...]:
        return self._differ if group == "differ" else self._state.groups.get(group, ())

    def _show_tabs(self) -> None:
        shown = tuple(name for name in GROUPS if name != "differ" or self._differ)
        before = self.group
        self.tabs.blockSignals(True)
        if shown != self._shown_groups:
            while self.tabs.count():
                self.tabs.removeTab(0)
            for name in shown:
                self.tabs.addTab(GROUPS[name])
            self._shown_groups = shown
            self.tabs.setCurrentIndex(shown.index(before) if before in shown else 0)
        for place, name in enumerate(shown):
            count = format_count(len(self._rows_of(name)))
            self.tabs.setTabText(place, f"{GROUPS[name]}  {count}")
            self.tabs.setTabToolTip(place, _HINTS[name])
        self.tabs.blockSignals(False)

    def _show_group(self) -> None:
        rows = self._rows_of(self.group)
        self._hint.setText(_HINTS[self.group])
        self._hint.setVisible(bool(rows))
        for one in (self._all_mine, self._all_theirs):
            one.setVisible(self.group == "differ")
        self._nothing.setText(_NOTHING[self.group])
        self.list.show_rows(rows)
        self._pages.setCurrentWidget(self.list if rows else self._nothing)

    def _build(self) -> None:
        self.setObjectName("review_page")
        self._heading, self._about, self._notes, self._hint = ElidedLabel(), QLabel(), QLabel(), QLabel()
        set_role(self._heading, "title")
        set_role(self._about, "weak")
        for label in (self._notes, self._hint):
            label.setWordWrap(True)
            set_role(label, "caption")
        self._about.setWordWrap(True)
        self.tabs = named(QTabBar(), "review_groups", "Groups of titles", "How sure it is which titles are meant")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.list = ReviewList()
        self._nothing = QLabel()
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._nothing, "weak")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.list)
        self._pages.addWidget(self._nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        for widget in (self._heading, self._about, self._notes):
            column.addWidget(widget)
        column.addLayout(self._build_middle())
        column.addWidget(self._pages, 1)
        column.addWidget(self._build_foot())

    def _build_middle(self) -> QVBoxLayout:
        self._all_mine: QPushButton = button("Keep all mine", "all_mine", "Keep what you said of every title here")
        self._all_theirs: QPushButton = button("Take all theirs", "all_theirs", "Take what the file says of all these")
        hints = QHBoxLayout()
        hints.addWidget(self._hint, 1)
        hints.addWidget(self._all_mine)
        hints.addWidget(self._all_theirs)
        rows = QVBoxLayout()
        rows.setSpacing(GRID)
        rows.addWidget(self.tabs)
        rows.addLayout(hints)
        return rows

    def _build_foot(self) -> QFrame:
        foot = QFrame()
        set_role(foot, "card")
        self._scale, self._outcome = QLabel(), QLabel()
        self._scale.setObjectName("review_scale")
        self._outcome.setObjectName("review_outcome")
        set_role(self._scale, "weak")
        for label in (self._scale, self._outcome):
            label.setWordWrap(True)
        self._save: QPushButton = button(
            "Save unmatched as CSV…", "save_unmatched", "Keep what will not be added as a file, with the reasons"
        )
        self._leave: QPushButton = button(
            "Cancel", "leave_import", "Forget this file; nothing is changed", role="quiet"
        )
        self._add: QPushButton = button("Add", "add_ratings", "Take these into my ratings; it can be undone as a whole")
        set_role(self._add, "primary")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._outcome)
        words.addWidget(self._scale)
        row = QHBoxLayout(foot)
        row.setContentsMargins(2 * GRID, GRID + 4, 2 * GRID, GRID + 4)
        row.addLayout(words, 1)
        for one in (self._save, self._leave, self._add):
            row.addWidget(one)
        return foot

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._show_group)
        self.list.acted.connect(self._on_acted)
        self._all_mine.clicked.connect(self._on_all_mine)
        self._all_theirs.clicked.connect(self._on_all_theirs)
        self._save.clicked.connect(self.csv_wanted)
        self._leave.clicked.connect(self.left)
        self._add.clicked.connect(self.added)

    def _on_acted(self, index: int, act: object) -> None:
        self.acted.emit(self.group, index, act)

    def _on_all_mine(self) -> None:
        self.all_decided.emit(False)

    def _on_all_theirs(self) -> None:
        self.all_decided.emit(True)
