"""The left of For you: who rates, the search for titles, my ratings with stars and switches, and the sliders."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsOpacityEffect,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_rec.common.controls import arranged, button, named, text_label
from desktop_rec.common.plain import button_text, set_tip
from desktop_rec.common.stars import StarScale
from desktop_rec.common.title_search import TitleSearch
from desktop_rec.for_you.my_ratings.profile_picker import ProfilePicker
from desktop_rec.for_you.my_ratings.trial_bar import TrialBar
from desktop_rec.for_you.title_list import TitleList, TitleLook
from desktop_rec.for_you.titles import TitleRow
from desktop_rec.theme.theme import GRID, set_role
from engine.data.catalogue import TITLE
from engine.text import format_count, plural, plural_of
from engine.wording import said

IMPORT, ONBOARDING, CSV, LETTERBOXD, RENAME, DELETE = "import", "onboarding", "csv", "letterboxd", "rename", "delete"
_ENTRIES = (
    (IMPORT, said("Import my ratings…"), said("Take ratings from another service, or from a table, into this profile")),
    (ONBOARDING, said("Rate one at a time…"), said("One well-known title after the other")),
    None,
    (CSV, said("Save my ratings as CSV…"), said("All ratings of this profile as a file; it can be imported again")),
    (LETTERBOXD, said("Save for Letterboxd…"), said("A file that Letterboxd imports")),
    None,
    (RENAME, said("Rename this profile…"), said("Give this profile another name")),
    (DELETE, said("Delete this profile"), said("Delete this profile and its ratings; it can be undone")),
)


class PersonMenu(QToolButton):
    """asked(key): one of the entries was chosen."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(
            self, "person_menu", said("More about these ratings"), said("Import, save, rename or delete these ratings")
        )
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
            key, text, tip = entry
            action = self._menu.addAction(text)
            action.setObjectName(f"person_{key}")
            set_tip(action, tip)
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

    def _on_triggered(self, action: QAction) -> None:
        self.asked.emit(action.data())


WIDTH = 280


class MyRatingsPanel(QFrame):
    """searched(text); rated(TitleRow, rating), switched(TitleRow, is_on), removed(TitleRow) from either list.

    opened(TitleRow): how the person would like it is wanted.

    asked(key): what the person wants of these ratings as a whole (a key of PersonMenu).
    """

    searched = Signal(str)
    rated = Signal(object, object)
    switched = Signal(object, bool)
    removed = Signal(object)
    opened = Signal(object)
    asked = Signal(str)

    def __init__(self, scale: StarScale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._word, self._is_borrowed = TITLE, False
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
        first = said("From popular to hidden gems: which {words} come first", words=plural_of(word))
        self.gems.slider.setAccessibleName(first)

    def show_person(self, name: str, *, borrowed: bool) -> None:
        """Whose ratings these are; borrowed: somebody of the data set, whose changes are not saved."""
        self.person.setText(f"{button_text(name)}  ▾")
        self.person.setAccessibleName(said("Ratings of {name}. Press to choose somebody else", name=name))
        self._borrowed.setText(said("{name} of this data set. What you change here is not saved.", name=name))
        self._borrowed.setVisible(borrowed)
        self._is_borrowed = borrowed
        self.menu.allow(borrowed=borrowed, ratings=len(self.mine.titles.rows))

    def show_ratings(self, rows: Sequence[TitleRow], *, tried: int | None = None) -> None:
        """The person's ratings, the latest first; `tried` of them are changed and not stored, None outside a trial."""
        self.mine.show_rows(rows)
        off = sum(not row.is_on for row in rows)
        unknown = sum(row.item_row is None for row in rows)
        parts = [plural(len(rows), "rating")]
        parts += [said("{off} left out", off=format_count(off))] if off else []
        parts += [said("{unknown} not in this data set", unknown=format_count(unknown))] if unknown else []
        self.trial.show_state(tried or 0, is_trying=tried is not None, words=" · ".join(parts))
        self._empty.setText(
            said(
                "{words} you rate appear here. Search for one, or begin with well-known ones.",
                words=plural_of(self._word).capitalize(),
            )
        )
        self.menu.allow(borrowed=self._is_borrowed, ratings=len(rows))
        self._import.setVisible(bool(rows))
        self._show_page()

    def show_found(self, rows: Sequence[TitleRow]) -> None:
        """What a search found; an empty list becomes a sentence."""
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
        tip = said("Whose ratings: your own, another profile, or a person of the data set")
        self.person = named(QPushButton(said("Me  ▾")), "person", said("Whose ratings"), tip)
        self.menu = PersonMenu()
        self._borrowed = text_label(role="caption", wraps=True)
        self._borrowed.hide()
        self.search = TitleSearch()
        row = QHBoxLayout()
        row.addWidget(self.person, 1)
        row.addWidget(self.menu)
        arranged(column, row, self._borrowed, self.search, margins=(2 * GRID,) * 4, gap=-1)
        row.setSpacing(4)

    def _build_lists(self, column: QVBoxLayout, scale: StarScale) -> None:
        self.trial = TrialBar()
        self.mine, self.found = TitleList(TitleLook.MINE, scale), TitleList(TitleLook.FOUND, scale)
        self.mine.setObjectName("my_ratings")
        self.mine.setAccessibleName(
            said("My ratings: digits rate, space leaves out or lets count again, Delete removes")
        )
        self.mine.setAccessibleDescription(said("Shift+F10 opens the menu of a rating, Ctrl+C copies its title"))
        self.found.setObjectName("found_titles")
        self.found.setAccessibleName(said("Found titles: Enter says how you would like one, digits rate"))
        self.found.setAccessibleDescription(said("Shift+F10 opens the menu of a title"))
        self._empty, self._nothing = _centred(), _centred()
        self._pages = QStackedWidget()
        for page in (self.mine, self.found, self._empty, self._nothing):
            self._pages.addWidget(page)
        tip = said("Letterboxd, IMDb, Trakt, TMDB, … or a table; or drop the file here")
        self._import: QPushButton = button(said("Import my ratings…"), "import_my_ratings", tip)
        column.addWidget(self.trial)
        column.addWidget(self._pages, 1)
        column.addWidget(self._import)

    def _build_sliders(self, column: QVBoxLayout) -> None:
        self.gems = WeightSlider(
            "hidden_gems",
            left=said("Popular"),
            right=said("Hidden gems"),
            tip=said(
                "To the right, what fewer people know comes first. Half way, lists of the sample find a tenth less of "
                "what people went on to like, but nearly twice as much of it among titles that fewer know."
            ),
        )
        self.love = WeightSlider(
            "watch_or_love",
            left=said("Likely to watch"),
            right=said("Likely to love"),
            tip=said("To the left ranks what you would probably watch; to the right what you would rate highest."),
        )
        self.variety = WeightSlider(
            "variety",
            left=said("Alike"),
            right=said("Varied"),
            tip=said(
                "To the right, titles that differ from those above them come earlier. Half way, titles in lists of "
                "the sample are over a third less alike, and the lists find an eighth less of what people went on to "
                "like."
            ),
        )
        for slider in (self.gems, self.love, self.variety):
            column.addWidget(slider)

    def _connect(self) -> None:
        self.person.clicked.connect(self._on_person)
        self.search.searched.connect(self._on_searched)
        self.search.went_down.connect(self._on_went_down)
        for titles in (self.mine, self.found):
            titles.rated.connect(self.rated)
            titles.removed.connect(self.removed)
            titles.opened.connect(self.opened)
        self.mine.switched.connect(self.switched)
        self.menu.asked.connect(self.asked)
        self._import.clicked.connect(self._on_import)

    def _on_import(self) -> None:
        self.asked.emit(IMPORT)

    def _on_person(self) -> None:
        self.picker.open(self.person)

    def _on_searched(self, text: str) -> None:
        self.searched.emit(text)
        self._show_page()

    def _on_went_down(self) -> None:
        if self.found.titles.rowCount():
            self.found.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_page(self) -> None:
        text = self.search.text().strip()
        self.trial.setVisible(bool(self.mine.titles.rows))
        if text:
            self._nothing.setText(said("No {word} here has “{text}” in its name.", word=self._word, text=text))
            self._pages.setCurrentWidget(self.found if self.found.titles.rowCount() else self._nothing)
        else:
            self._pages.setCurrentWidget(self.mine if self.mine.titles.rowCount() else self._empty)


def _centred() -> QLabel:
    made = text_label(role="weak", wraps=True)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    made.setContentsMargins(GRID, 0, GRID, 0)
    return made


STEPS = 100
_FADED = 0.45


class WeightSlider(QWidget):
    """From 0 (the left word) to 1 (the right word). `moved` carries the value."""

    moved = Signal(float)
    released = Signal()

    def __init__(self, name: str, *, left: str, right: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tip = tip
        self._build(name, left, right)
        self.slider.valueChanged.connect(self._on_value)
        self.slider.sliderReleased.connect(self.released)

    @property
    def value(self) -> float:
        return self.slider.value() / STEPS

    def show_value(self, value: float) -> None:
        """Put the slider somewhere without saying that a person moved it."""
        self.slider.blockSignals(True)
        self.slider.setValue(round(value * STEPS))
        self.slider.blockSignals(False)

    def allow(self, *, why_not: str = "") -> None:
        """Let it be moved, or not and say why."""
        self.slider.setEnabled(not why_not)
        self._fade.setEnabled(bool(why_not))
        set_tip(self, why_not or self._tip)
        set_tip(self.slider, why_not or self._tip)
        self.slider.setAccessibleDescription(why_not or self._tip)

    def _build(self, name: str, left: str, right: str) -> None:
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName(name)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(10)
        self.slider.setSingleStep(2)
        self.slider.setAccessibleName(said("From {left} to {right}", left=left.lower(), right=right.lower()))
        self._fade = QGraphicsOpacityEffect(self)
        self._fade.setOpacity(_FADED)
        self.setGraphicsEffect(self._fade)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.addWidget(text_label(left, role="caption"), 0, 0)
        grid.addWidget(text_label(right, role="caption"), 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.slider, 1, 0, 1, 2)
        self.allow()

    def _on_value(self, value: int) -> None:
        self.moved.emit(value / STEPS)
