"""The import of my ratings, as a page of For you: reading and matching, what went wrong, and the review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common import questions
from desktop_rec.common.controls import named, text_label
from desktop_rec.common.notices import Failure
from desktop_rec.common.panels import PlaceMessage, Popup
from desktop_rec.common.plain import set_tip
from desktop_rec.common.title_search import TitleSearch
from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from desktop_rec.for_you.my_ratings.import_state import Progress, UnderReview
from desktop_rec.for_you.my_ratings.review_page import ReviewPage, review_outcome, review_state
from desktop_rec.for_you.my_ratings.review_rows import Act, ReviewRows
from engine.data.matching.review import Review, choose, leave_out, refuse
from engine.text import format_percent, format_title, plural, plural_of
from engine.wording import said

_MOST_FOUND = 40
_AT_ONCE, OUTCOME_PAUSE_MS = 500, 60
"""Of larger exports what adding would do is worked out a moment later, so that a row answers at once."""


class MyRatingsImportView(QWidget):
    """Shows self._my_ratings.own_export.incoming. Emits file_asked: the person wants to choose another file."""

    file_asked = Signal()

    def __init__(self, my_ratings: MyRatingsController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._my_ratings = my_ratings
        self._reviewed: Review | None = None
        self._rows: ReviewRows | None = None
        self._build()
        self._connect()

    def show_state(self) -> None:
        """Show what the session is at."""
        made = self._my_ratings.own_export.incoming
        if made is None:
            self._reviewed = self._rows = None
            self.chooser.hide()
        elif made.found is not None:
            self._show_review(made.found)
        elif made.failure is not None:
            self._show_failure(made.failure)
        elif made.progress is not None:
            self._show_progress(made.progress)

    def _build(self) -> None:
        self.setObjectName("my_ratings_import_view")
        self.message, self.page = PlaceMessage(), ReviewPage()
        self.chooser = TitleChooser(self)
        self._outcome_pause = QTimer(self)
        self._outcome_pause.setSingleShot(True)
        self._outcome_pause.setInterval(OUTCOME_PAUSE_MS)
        self._outcome_pause.timeout.connect(self._show_outcome)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.message)
        self._stack.addWidget(self.page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def _connect(self) -> None:
        page = self.page
        self._my_ratings.own_export.changed.connect(self.show_state)
        page.acted.connect(self._on_acted)
        page.all_decided.connect(self._on_all_decided)
        page.watchlist_taken.connect(self._on_watchlist)
        page.person_chosen.connect(self._on_person)
        page.added.connect(self._my_ratings.own_export.add)
        page.left.connect(self._my_ratings.own_export.leave)
        page.csv_wanted.connect(self._on_csv)
        self.message.pressed.connect(self._on_message)
        self.message.second_pressed.connect(self._my_ratings.own_export.leave)
        self.chooser.searched.connect(self._on_searched)
        self.chooser.chosen.connect(self._on_chosen)

    def _show_review(self, found: UnderReview) -> None:
        made = self._my_ratings.own_export.incoming
        if made is None:
            return
        is_new = self._reviewed is not found.first
        if self._rows is None or is_new:
            self._rows = ReviewRows(found.first, found.dataset, given=found.given, wanted=found.wanted)
        self._reviewed = found.first
        self.page.show_state(review_state(made, found, self._rows))
        if len(found.review.titles) <= _AT_ONCE:
            self._show_outcome()
        else:
            self._outcome_pause.start()
        if is_new:
            self.page.begin()
            self.page.list.scrollToTop()
        self._stack.setCurrentWidget(self.page)

    def _show_outcome(self) -> None:
        made = self._my_ratings.own_export.incoming
        if made is not None and made.found is not None:
            self.page.show_outcome(review_outcome(made.found))

    def _show_failure(self, failure: Failure) -> None:
        is_of_many = "several people" in failure.sentence or "data set" in failure.remedy
        self.message.show_message(
            failure.sentence,
            failure.remedy,
            button=said("Look at it in Data") if is_of_many else said("Choose another file…"),
            second=said("Back to my ratings"),
        )
        self._stack.setCurrentWidget(self.message)

    def _show_progress(self, progress: Progress) -> None:
        share = "" if progress.share is None else format_percent(progress.share)
        self.message.show_message(f"{progress.words}…", share, second=said("Cancel"), busy=True)
        self._stack.setCurrentWidget(self.message)

    def _on_acted(self, group: str, index: int, act: Act) -> None:
        made = self._my_ratings.own_export.incoming
        if made is None or made.found is None:
            return
        if group == "differ":
            self._my_ratings.own_export.decide(partial(UnderReview.deciding, place=index, for_theirs=act is Act.THEIRS))
        elif act in (Act.CHANGE, Act.CHOOSE, Act.FIND):
            self._open_chooser(made.found, index)
        else:
            self._my_ratings.own_export.decide(partial(_with_act, index=index, act=act))

    def _on_person(self, name: str) -> None:
        made = self._my_ratings.own_export.incoming
        if made is not None:
            self._my_ratings.own_export.import_file(made.path, name)

    def _on_all_decided(self, for_theirs: bool) -> None:
        self._my_ratings.own_export.decide(partial(UnderReview.deciding_all, for_theirs=for_theirs))

    def _on_watchlist(self, is_taken: bool) -> None:
        self._my_ratings.own_export.decide(partial(UnderReview.taking_lists, is_taken=is_taken))

    def _open_chooser(self, found: UnderReview, index: int) -> None:
        title = found.review.titles[index]
        area = self.page.list.area_of(index)
        place = self.page.list.viewport().mapToGlobal(area.bottomRight())
        place.setX(place.x() - area.width() // 2)
        name = format_title(title.title or said("line {line}", line=title.line), title.year)
        self.chooser.open_for(index, name, place, word=found.dataset.catalogue.noun)
        self._on_searched("")

    def _on_searched(self, text: str) -> None:
        made = self._my_ratings.own_export.incoming
        if made is None or made.found is None:
            return
        found, catalogue = made.found, made.found.dataset.catalogue
        counts_I = found.dataset.counts_I
        if text:
            rows = catalogue.search(text, most=_MOST_FOUND, popularity=counts_I)
            choices = [TitleChoice(row, catalogue.name(row), plural(int(counts_I[row]), "rating")) for row in rows]
            caption = said("No {word} here has “{text}” in its name.", word=catalogue.noun, text=text)
            if choices:
                caption = said("{words} with “{text}”", words=plural(len(choices), catalogue.noun), text=text)
        else:
            match = found.first.matches[self.chooser.index]
            choices = [
                TitleChoice(row, catalogue.name(row), f"{why} · {plural(int(counts_I[row]), 'rating')}")
                for row, why in ((candidate.item_row, candidate.why) for candidate in match.candidates)
            ]
            word = plural_of(catalogue.noun)
            caption = (
                said("Possible {word}:", word=word)
                if choices
                else said("Nothing here is like it. Search all {word} above.", word=word)
            )
        self.chooser.show_choices(choices, caption=caption)

    def _on_chosen(self, index: int, item_row: int) -> None:
        self._my_ratings.own_export.decide(partial(_with_title, index=index, item_row=item_row))

    def _on_csv(self) -> None:
        made = self._my_ratings.own_export.incoming
        if made is not None:
            path = questions.ask_where_to_save(self, said("Save unmatched titles"), f"{made.path.stem} unmatched.csv")
            if path is not None:
                self._my_ratings.own_export.save_unmatched(path)

    def _on_message(self) -> None:
        made = self._my_ratings.own_export.incoming
        if made is None or made.failure is None:
            return
        if self.message.button.text().startswith("Look"):
            self._my_ratings.own_export.leave()
            self._my_ratings.requests.show_place("data")
            self._my_ratings.ratings_file_found.emit([made.path])
        else:
            self.file_asked.emit()


def _with_title(found: UnderReview, *, index: int, item_row: int) -> UnderReview:
    return found.with_review(choose(found.review, index, item_row))


def _with_act(found: UnderReview, *, index: int, act: Act) -> UnderReview:
    """What a row's own buttons do: take the likeliest, leave out, refuse, or as if nothing had been decided."""
    review = found.review
    candidates = review.matches[index].candidates
    match act:
        case Act.TAKE if candidates:
            return found.with_review(choose(review, index, candidates[0].item_row))
        case Act.LEAVE:
            return found.with_review(leave_out(review, index))
        case Act.REFUSE:
            return found.with_review(refuse(review, index))
        case Act.UNDO:
            return found.with_first(index)
    return found


_WIDTH, _HEIGHT = 420, 260


@dataclass(frozen=True)
class TitleChoice:
    """One title that may be meant; `detail` says what speaks for it."""

    item_row: int
    name: str
    detail: str


class TitleChooser(Popup):
    """searched(text) while typing, "" for the likely ones; chosen(index, item_row): this title is meant."""

    searched = Signal(str)
    chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("title_chooser", said("Choose the title that is meant"), width=_WIDTH, parent=parent)
        self.index = 0
        self._heading, self._caption = text_label(role="heading", wraps=True), text_label(role="caption")
        self.search = TitleSearch()
        self.search.setObjectName("chooser_search")
        self._list = named(
            QListWidget(), "chooser_titles", said("Titles that may be meant"), said("Enter or click takes a title")
        )
        self._list.setStyleSheet("QListView::item { padding: 4px 6px; }")
        self._list.setFixedHeight(_HEIGHT)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for part in (self._heading, self.search, self._caption, self._list):
            self.column.addWidget(part)
        self.search.searched.connect(self.searched)
        self.search.went_down.connect(self._on_went_down)
        self._list.itemClicked.connect(self._on_item)
        self._list.itemActivated.connect(self._on_item)

    def open_for(self, index: int, name: str, place: QPoint, *, word: str) -> None:
        """Ask about the title at this place of the review, at a point of the screen; `word`: what it is called."""
        self.index = index
        self._heading.setText(said("Which {word} is {name}?", word=word, name=name))
        self.search.clear()
        words = said("Search all {words}", words=plural_of(word))
        self.search.setPlaceholderText(words)
        self.search.setAccessibleName(words)
        set_tip(self.search, said("Type a part of the title; the arrow key down goes to what was found"))
        self.open_at(place, focus=self.search)

    def show_choices(self, choices: Sequence[TitleChoice], *, caption: str) -> None:
        """The titles to choose from; the caption says what they are."""
        self._caption.setText(caption)
        self._list.clear()
        for choice in choices:
            item = QListWidgetItem(f"{choice.name}\n{choice.detail}")
            item.setData(Qt.ItemDataRole.UserRole, choice.item_row)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{choice.name}, {choice.detail}")
            item.setSizeHint(QSize(_WIDTH - 60, 2 * self.fontMetrics().height() + 14))
            self._list.addItem(item)
        if choices:
            self._list.setCurrentRow(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _on_went_down(self) -> None:
        if self._list.count():
            self._list.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_item(self, item: QListWidgetItem) -> None:
        if self.isVisible():
            self.hide()
            self.chosen.emit(self.index, int(item.data(Qt.ItemDataRole.UserRole)))
