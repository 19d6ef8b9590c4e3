"""The left of For you: who rates, the field to find titles, my ratings with stars and switches, and the sliders.

A widget: rows and names in; what the person does comes out as signals.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_rec.common.controls import button, named
from desktop_rec.common.stars import StarScale
from desktop_rec.common.title_search import TitleSearch
from desktop_rec.for_you.my_ratings.profile_picker import ProfilePicker
from desktop_rec.for_you.title_delegate import TitleLook
from desktop_rec.for_you.title_list import TitleList
from desktop_rec.for_you.titles import TitleRow
from desktop_rec.for_you.weight_slider import WeightSlider
from desktop_rec.theme.theme import GRID, set_role
from engine.text import format_count, plural

IMPORT, DECK, CSV, LETTERBOXD, RENAME, DELETE = "import", "onboarding", "csv", "letterboxd", "rename", "delete"
_ENTRIES = (
    (IMPORT, "Import my ratings…", "Take ratings from another service, or from a table, into this profile"),
    (DECK, "Rate one at a time…", "Titles that tell tastes apart, one after the other"),
    None,
    (CSV, "Save my ratings as CSV…", "All ratings of this profile, to keep or to import again"),
    (LETTERBOXD, "Save for Letterboxd…", "A file that Letterboxd imports"),
    None,
    (RENAME, "Rename this profile…", "Give this profile another name"),
    (DELETE, "Delete this profile", "Delete this profile and its ratings; it can be undone"),
)


class PersonMenu(QToolButton):
    """asked(key): one of the entries was chosen."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "person_menu", "More about these ratings", "Import, save, rename or delete these ratings")
        self.setText("⋯")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._actions: dict[str, QAction] = {}
        for entry in _ENTRIES:
            if entry is None:
                self._menu.addSeparator()
                continue
            key, words, tip = entry
            action = self._menu.addAction(words)
            action.setObjectName(f"person_{key}")
            action.setToolTip(tip)
            action.setData(key)
            self._actions[key] = action
        self.setMenu(self._menu)
        self._menu.triggered.connect(self._on_triggered)

    def allow(self, *, borrowed: bool, ratings: int) -> None:
        """A person of the data set is nobody's profile; without ratings there is nothing to save."""
        for key in (RENAME, DELETE):
            self._actions[key].setEnabled(not borrowed)
        for key in (CSV, LETTERBOXD):
            self._actions[key].setEnabled(ratings > 0)

    def action_of(self, key: str) -> QAction:
        """The entry of a key."""
        return self._actions[key]

    def _on_triggered(self, action: QAction) -> None:
        self.asked.emit(action.data())


WIDTH = 280


class MyRatingsPanel(QFrame):
    """searched(text); rated(TitleRow, rating), switched(TitleRow, is_on), removed(TitleRow) from either list.

    asked(key): what the person wants of these ratings as a whole (see person_menu.py).
    """

    searched = Signal(str)
    rated = Signal(object, object)
    switched = Signal(object, bool)
    removed = Signal(object)
    asked = Signal(str)

    def __init__(self, scale: StarScale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._word, self._is_borrowed = "title", False
        self._build(scale)
        self._connect()

    def use_scale(self, scale: StarScale) -> None:
        """Rate on another data set's scale."""
        self.mine.use_scale(scale)
        self.found.use_scale(scale)

    def use_word(self, word: str) -> None:
        """What a title is called here."""
        self._word = word
        self.search.use_word(word)
        self.gems.slider.setAccessibleName(f"From popular to hidden gems: which {word}s come first")

    def show_person(self, name: str, *, borrowed: bool) -> None:
        """Whose ratings these are; borrowed: somebody of the data set, whose changes are not kept."""
        self.person.setText(f"{name}  ▾")
        self.person.setAccessibleName(f"Ratings of {name}. Press to choose somebody else")
        self._borrowed.setText(f"{name} of this data set. What you change here is not kept.")
        self._borrowed.setVisible(borrowed)
        self._is_borrowed = borrowed
        self.menu.allow(borrowed=borrowed, ratings=len(self.mine.titles.rows))

    def show_ratings(self, rows: Sequence[TitleRow]) -> None:
        """The person's ratings, the latest first."""
        self.mine.show_rows(rows)
        off = sum(not row.is_on for row in rows)
        unknown = sum(row.item_row is None for row in rows)
        parts = [plural(len(rows), "rating")]
        parts += [f"{format_count(off)} switched off"] if off else []
        parts += [f"{format_count(unknown)} not in this data set"] if unknown else []
        self._count.setText(" · ".join(parts))
        self._empty.setText(f"What you rate stands here. Search a {self._word}, or begin with the well known ones.")
        self.menu.allow(borrowed=self._is_borrowed, ratings=len(rows))
        self._import.setVisible(bool(rows))
        self._show_page()

    def show_found(self, rows: Sequence[TitleRow]) -> None:
        """What a search found; an empty list is said in words."""
        self.found.show_rows(rows)
        self._show_page()

    def _build(self, scale: StarScale) -> None:
        self.setObjectName("my_ratings_panel")
        set_role(self, "panel")
        self.setMinimumWidth(240)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        self._build_person(column)
        self._build_lists(column, scale)
        self._build_sliders(column)

    def _build_person(self, column: QVBoxLayout) -> None:
        self.picker = ProfilePicker(self)
        self.person = QPushButton("Me  ▾")
        self.person.setObjectName("person")
        self.person.setToolTip("Whose ratings: your own, another profile, or a person of the data set")
        self.menu = PersonMenu()
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.person, 1)
        row.addWidget(self.menu)
        column.addLayout(row)
        self._borrowed = QLabel()
        self._borrowed.setWordWrap(True)
        set_role(self._borrowed, "caption")
        self._borrowed.hide()
        self.search = TitleSearch()
        for one in (self._borrowed, self.search):
            column.addWidget(one)

    def _build_lists(self, column: QVBoxLayout, scale: StarScale) -> None:
        self._count = QLabel()
        set_role(self._count, "caption")
        self.mine = TitleList(TitleLook.MINE, scale)
        self.mine.setObjectName("my_ratings")
        self.mine.setAccessibleName("My ratings: digits rate, space switches on and off, Delete removes")
        self.found = TitleList(TitleLook.FOUND, scale)
        self.found.setObjectName("found_titles")
        self.found.setAccessibleName("Found titles: digits rate")
        self._empty, self._nothing = _centred(), _centred()
        self._pages = QStackedWidget()
        for page in (self.mine, self.found, self._empty, self._nothing):
            self._pages.addWidget(page)
        column.addWidget(self._count)
        self._import: QPushButton = button(
            "Import my ratings…",
            "import_my_ratings",
            "Letterboxd, IMDb, Trakt, TMDB, … or a table; or drop the file here",
        )
        column.addWidget(self._pages, 1)
        column.addWidget(self._import)

    def _build_sliders(self, column: QVBoxLayout) -> None:
        self.gems = WeightSlider(
            "hidden_gems",
            left="Popular",
            right="Hidden gems",
            tip="To the right, what fewer people know comes first.",
        )
        self.love = WeightSlider(
            "watch_or_love",
            left="Likely to watch",
            right="Likely to love",
            tip="To the left ranks what you would probably watch; to the right what you would rate highest.",
        )
        column.addWidget(self.gems)
        column.addWidget(self.love)

    def _connect(self) -> None:
        self.person.clicked.connect(self._on_person)
        self.search.searched.connect(self._on_searched)
        self.search.went_down.connect(self._on_went_down)
        for one in (self.mine, self.found):
            one.rated.connect(self.rated)
            one.removed.connect(self.removed)
        self.mine.switched.connect(self.switched)
        self.menu.asked.connect(self.asked)
        self._import.clicked.connect(self._on_import)

    def _on_import(self) -> None:
        self.asked.emit(IMPORT)

    def _on_person(self) -> None:
        self.picker.open_under(self.person)

    def _on_searched(self, text: str) -> None:
        self.searched.emit(text)
        self._show_page()

    def _on_went_down(self) -> None:
        if self.found.titles.rowCount():
            self.found.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_page(self) -> None:
        text = self.search.text().strip()
        self._count.setVisible(not text and bool(self.mine.titles.rows))
        if text:
            self._nothing.setText(f"No {self._word} here has “{text}” in its name.")
            self._pages.setCurrentWidget(self.found if self.found.titles.rowCount() else self._nothing)
        else:
            self._pages.setCurrentWidget(self.mine if self.mine.titles.rowCount() else self._empty)


def _centred() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setContentsMargins(GRID, 0, GRID, 0)
    set_role(label, "weak")
    return label
