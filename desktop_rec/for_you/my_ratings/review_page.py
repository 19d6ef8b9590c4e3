"""The review of an import: what was found in groups, each title changeable, and what adding it would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from desktop_rec.common.controls import CalmComboBox, ElidedLabel, arranged, button, named, text_label
from desktop_rec.common.plain import button_text, plain_tip, set_tip
from desktop_rec.for_you.my_ratings.import_state import MyImport, UnderReview
from desktop_rec.for_you.my_ratings.review_list import ReviewList
from desktop_rec.for_you.my_ratings.review_rows import ReviewRow, ReviewRows, conflict_rows
from desktop_rec.theme.theme import GRID
from engine.data.dataset import Scale
from engine.data.matching.review import counted as counts_of
from engine.data.matching.review import lists_of, taking_lists
from engine.data.personal.conversion import converted
from engine.data.personal.export import MOST_NAMED, Export, describe_skipped
from engine.text import format_count, format_rating, plural
from engine.wording import counted, said

GROUPS = {
    "sure": said("Sure"),
    "unsure": said("Unsure"),
    "unmatched": said("Not found"),
    "differ": said("Rated differently"),
}
_NOTHING = {
    "sure": said("Nothing was found for certain."),
    "unsure": said("Nothing is unsure."),
    "unmatched": said("Everything was found."),
    "differ": said("Nothing is rated differently."),
}
_HINTS = {
    "sure": said("These will be added. Look through them, and change what is wrong."),
    "unsure": said("None of these is added unless you say which title it is."),
    "unmatched": said("This data set does not seem to have these. Search for what you miss, or save them as a file."),
    "differ": said("You rated these before, and differently. Your own rating stays unless you take theirs."),
}


@dataclass(frozen=True)
class ReviewState:
    """What was found. `groups` has rows by the names in GROUPS, but "differ"; the words are whole sentences."""

    heading: str
    about: str
    notes: str = ""
    more_notes: str = ""
    people: tuple[str, ...] = ()
    person: str = ""
    groups: Mapping[str, tuple[ReviewRow, ...]] = field(default_factory=dict)
    scale: str = ""
    open_titles: int = 0
    watchlist: str = ""
    takes_watchlist: bool = True


@dataclass(frozen=True)
class ReviewOutcome:
    """What adding it would do; `differ` are the titles that the profile rates differently."""

    text: str = ""
    differ: tuple[ReviewRow, ...] = ()
    add_text: str = ""
    can_add: bool = False


class ReviewPage(QWidget):
    """acted(group, index, Act); all_decided(for_theirs); person_chosen(name): another of those in the file is meant.
    watchlist_taken(is_taken): whether the titles of the file's watchlist are wanted.

    added(), left() and csv_wanted() are its buttons.
    """

    acted = Signal(str, int, object)
    all_decided = Signal(bool)
    watchlist_taken = Signal(bool)
    person_chosen = Signal(str)
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
        texts = (state.heading, state.about, state.notes, state.scale)
        for part, text in zip((self._heading, self._about, self._notes, self._scale), texts, strict=True):
            part.setText(text)
            part.setVisible(bool(text))
        set_tip(self._notes, state.more_notes)
        self._show_people(state)
        self._show_tabs()
        self._show_group()
        self.watchlist.setText(button_text(state.watchlist))
        self.watchlist.setAccessibleName(state.watchlist)
        self.watchlist.setChecked(state.takes_watchlist)
        self.watchlist.setVisible(bool(state.watchlist))
        self._save.setVisible(state.open_titles > 0)
        self._save.setText(said("Save {open_titles} unmatched as CSV…", open_titles=format_count(state.open_titles)))

    def show_outcome(self, outcome: ReviewOutcome) -> None:
        """Show what adding would do; it may come a moment after the rows."""
        self._differ = outcome.differ
        self._outcome.setText(outcome.text)
        self._add.setText(outcome.add_text)
        self._add.setAccessibleName(outcome.add_text)
        self._add.setEnabled(outcome.can_add)
        self._show_tabs()
        self._show_group()

    def _show_people(self, state: ReviewState) -> None:
        """Whose ratings of the file these are, where it holds several people's."""
        self.people.blockSignals(True)
        self.people.clear()
        self.people.addItems(state.people)
        self.people.setCurrentText(state.person)
        self.people.blockSignals(False)
        self._whose.setVisible(len(state.people) > 1)

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
            self.tabs.setTabToolTip(place, plain_tip(_HINTS[name]))
        self.tabs.blockSignals(False)

    def _show_group(self) -> None:
        rows = self._rows_of(self.group)
        self._hint.setText(_HINTS[self.group])
        self._hint.setVisible(bool(rows))
        for control in (self._all_mine, self._all_theirs):
            control.setVisible(self.group == "differ")
        self._nothing.setText(_NOTHING[self.group])
        self.list.show_rows(rows)
        self._pages.setCurrentWidget(self.list if rows else self._nothing)

    def _build(self) -> None:
        self.setObjectName("review_page")
        self._heading = ElidedLabel()
        self._heading.setProperty("role", "title")
        self._about = text_label(role="weak", wraps=True)
        self._notes, self._hint = text_label(role="caption", wraps=True), text_label(role="caption", wraps=True)
        self.tabs = named(
            QTabBar(), "review_groups", said("Groups of titles"), said("How sure it is which titles are meant")
        )
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.list = ReviewList()
        self._nothing = text_label(role="weak")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.list)
        self._pages.addWidget(self._nothing)
        self._all_mine: QPushButton = button(
            said("Keep all mine"), "all_mine", said("Keep your own rating of every title here")
        )
        self._all_theirs: QPushButton = button(
            said("Take all theirs"), "all_theirs", said("Take the file's rating of all these")
        )
        hints = QHBoxLayout()
        hints.addWidget(self._hint, 1)
        hints.addWidget(self._all_mine)
        hints.addWidget(self._all_theirs)
        middle = arranged(QVBoxLayout(), self.tabs, hints, gap=GRID)
        self.people = named(
            CalmComboBox(), "review_people", said("Whose ratings"), said("Whose ratings in this file are yours")
        )
        self._whose = QWidget()
        arranged(QHBoxLayout(self._whose), text_label(said("Ratings of"), role="weak"), self.people, 1, gap=GRID)
        parts = (self._heading, self._about, self._whose, self._notes, middle, self._pages, self._build_foot())
        column = arranged(QVBoxLayout(self), *parts, gap=GRID, margins=(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID))
        column.setStretch(5, 1)

    def _build_foot(self) -> QFrame:
        foot = QFrame()
        foot.setProperty("role", "card")
        self._scale = text_label(role="weak", object_name="review_scale", wraps=True)
        self._outcome = text_label(object_name="review_outcome", wraps=True)
        tip = said("Save what will not be added as a file, with the reasons")
        self._save: QPushButton = button(said("Save unmatched as CSV…"), "save_unmatched", tip)
        tip = said("Forget this file; nothing is changed")
        self._leave: QPushButton = button(said("Cancel"), "leave_import", tip, role="quiet")
        tip = said("Take these into my ratings; it can be undone as a whole")
        self._add: QPushButton = button(said("Add"), "add_ratings", tip, role="primary")
        tip = said("Put what this file says you want to see on your list Saved")
        self.watchlist = named(QCheckBox(), "take_watchlist", said("Save the watchlist for later"), tip)
        texts = arranged(QVBoxLayout(), self._outcome, self._scale, self.watchlist, gap=4)
        margins = (2 * GRID, GRID + 4, 2 * GRID, GRID + 4)
        row = arranged(QHBoxLayout(foot), texts, self._save, self._leave, self._add, margins=margins, gap=-1)
        row.setStretch(0, 1)
        return foot

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._show_group)
        self.list.acted.connect(self._on_acted)
        self.people.textActivated.connect(self.person_chosen)
        self._all_mine.clicked.connect(partial(self._decide_all, for_theirs=False))
        self._all_theirs.clicked.connect(partial(self._decide_all, for_theirs=True))
        self.watchlist.clicked.connect(self.watchlist_taken)
        self._save.clicked.connect(self.csv_wanted)
        self._leave.clicked.connect(self.left)
        self._add.clicked.connect(self.added)

    def _on_acted(self, index: int, act: object) -> None:
        self.acted.emit(self.group, index, act)

    def _decide_all(self, _checked: object = None, *, for_theirs: bool) -> None:
        self.all_decided.emit(for_theirs)


_MOST_SKIPPED = 20
"""So many lines that could not be read are named when the pointer rests on the sentence."""


def review_state(made: MyImport, found: UnderReview, rows: ReviewRows) -> ReviewState:
    """What was found, as the page shows it; `rows` are those of this export."""
    export, counts = found.review.export, counts_of(found.review)
    titles = len(found.review.titles)
    return ReviewState(
        heading=said("Your ratings from {name}", name=made.path.name),
        about=said(
            "{layout} · {titles} · into the profile {name} · matched with {dataset}",
            layout=export.layout,
            titles=counted("{count} title", "{count} titles", titles),
            name=found.profile.name,
            dataset=found.dataset.name,
        ),
        notes=" ".join(filter(None, [describe_skipped(export), *export.notes])),
        more_notes=describe_skipped(export, most=_MOST_SKIPPED) if export.skipped_count > MOST_NAMED else "",
        people=export.people,
        person=export.person,
        groups=rows.groups(found.review),
        scale=describe_scale(export, found.given, found.wanted),
        open_titles=counts.unsure + counts.unmatched,
        watchlist=describe_watchlist(found),
        takes_watchlist=found.review.listed.is_taken,
    )


def review_outcome(found: UnderReview) -> ReviewOutcome:
    """What adding it would do; with thousands of titles this takes its time."""
    return ReviewOutcome(
        text=_describe_outcome(found),
        differ=conflict_rows(found.merge.conflicts, found.taken),
        add_text=said("Add {changes_words}", changes_words=found.changes_words)
        if found.changes_words
        else said("Nothing to add"),
        can_add=bool(found.changes_words),
    )


def describe_watchlist(found: UnderReview) -> str:
    """What is ticked to take the watchlist of a file into Saved; "" where it has none."""
    missing, word = len(found.review.listed.missing), found.dataset.catalogue.noun
    saved, not_for_me = map(len, lists_of(taking_lists(found.review, True), found.dataset))
    known = saved + not_for_me
    if not known and not missing:
        return ""
    if not known:
        return counted(
            "{count} is on your watchlist; this data set does not have it",
            "{count} are on your watchlist; this data set does not have them",
            missing,
        )
    goes = said("it goes to Saved") if saved == 1 else said("they go to Saved")
    parts = [said("{words} of your watchlist: {goes}", words=plural(saved, word), goes=goes)] if saved else []
    parts += [said("{words} not for you", words=plural(not_for_me, word))] if not_for_me else []
    left = said(" ({missing} more not found)", missing=format_count(missing)) if missing else ""
    return f"{', '.join(parts)}{left}"


def describe_scale(export: Export, given: Scale, wanted: Scale) -> str:
    """How ratings are taken over: "Ratings from 1 to 10 become 0.5 to 5: 8 becomes 4."."""
    ratings = Counter(title.rating for title in export.titles if title.rating is not None)
    if not ratings:
        return said("The file has no ratings: its titles count as seen.")
    guess = "" if export.scale_is_known else said(" The file does not say its scale; it was guessed from its ratings.")
    ends = said("{low} to {high}", low=format_rating(given.low), high=format_rating(given.high))
    if (given.low, given.high) == (wanted.low, wanted.high):
        return said("Ratings stay as they are, {ends}.{guess}", ends=ends, guess=guess)
    near = given.low + 0.75 * (given.high - given.low)
    example = min(ratings, key=lambda rating: (abs(rating - near), rating))
    becomes = said("{low} to {high}", low=format_rating(wanted.low), high=format_rating(wanted.high))
    turned = format_rating(converted(example, given, wanted))
    shown = said("{rating} becomes {turned}", rating=format_rating(example), turned=turned)
    return said(
        "Ratings from {ends} become {becomes}: {shown}.{guess}", ends=ends, becomes=becomes, shown=shown, guess=guess
    )


def _describe_outcome(found: UnderReview) -> str:
    """What adding would do: "312 new, 14 fill gaps, 5 differ from yours: yours stay."."""
    merge, counts = found.merge, counts_of(found.review)
    unrated = sum(entry.rating is None for entry in merge.added)
    not_rated = said(" ({unrated} seen, not rated)", unrated=format_count(unrated)) if unrated else ""
    parts = [said("{number} new{not_rated}", number=format_count(len(merge.added)), not_rated=not_rated)]
    parts += [counted("{count} fills a gap", "{count} fill gaps", len(merge.filled))] if merge.filled else []
    parts += [said("{number} you have already", number=format_count(len(merge.same)))] if merge.same else []
    if merge.conflicts:
        theirs = len(found.taken)
        if not theirs:
            stays = said("yours stay")
        elif theirs == len(merge.conflicts):
            stays = said("theirs are taken")
        else:
            stays = said("{theirs} taken from the file", theirs=format_count(theirs))
        parts.append(
            counted(
                "{count} differs from yours: {stays}",
                "{count} differ from yours: {stays}",
                len(merge.conflicts),
                stays=stays,
            )
        )
    stays_out = (
        (counts.unsure, said("unsure")),
        (counts.unmatched, said("not found")),
        (counts.left_out, said("left out")),
    )
    left = [f"{format_count(number)} {words}" for number, words in stays_out if number]
    return ", ".join(parts) + "." + (said(" Not added: {left}.", left=", ".join(left)) if left else "")
