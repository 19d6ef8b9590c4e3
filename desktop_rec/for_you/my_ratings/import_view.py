"""The import of my ratings, as a page of For you: reading and matching, what went wrong, and the review.

Connects the review page and the title chooser to the controller; shown by recommend_view while there is something to
review.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common import questions
from desktop_rec.common.notices import Failure
from desktop_rec.common.panels import PlaceMessage
from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from desktop_rec.for_you.my_ratings.import_state import Progress, UnderReview
from desktop_rec.for_you.my_ratings.review_page import ReviewPage
from desktop_rec.for_you.my_ratings.review_rows import Act, ReviewRows
from desktop_rec.for_you.my_ratings.review_text import review_outcome, review_state
from desktop_rec.for_you.my_ratings.title_chooser import TitleChoice, TitleChooser
from engine.data.matching.review import Review, choose, leave_out, refuse
from engine.text import format_title, plural, plural_of

_MOST_FOUND = 40
_AT_ONCE, OUTCOME_PAUSE_MS = 500, 60
"""Of larger exports what adding would do is worked out a moment later, so that a row answers at once."""


class MyRatingsImportView(QWidget):
    """Shows self._my_ratings.incoming. Emits file_asked: the person wants to choose another file."""

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
        made = self._my_ratings.incoming
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
        self._my_ratings.import_changed.connect(self.show_state)
        page.acted.connect(self._on_acted)
        page.all_decided.connect(self._on_all_decided)
        page.added.connect(self._my_ratings.add_import)
        page.left.connect(self._my_ratings.leave_import)
        page.csv_wanted.connect(self._on_csv)
        self.message.pressed.connect(self._on_message)
        self.message.second_pressed.connect(self._on_message_second)
        self.chooser.searched.connect(self._on_searched)
        self.chooser.chosen.connect(self._on_chosen)

    def _show_review(self, found: UnderReview) -> None:
        made = self._my_ratings.incoming
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
        made = self._my_ratings.incoming
        if made is not None and made.found is not None:
            self.page.show_outcome(review_outcome(made.found))

    def _show_failure(self, failure: Failure) -> None:
        is_of_many = "several people" in failure.sentence or "data set" in failure.remedy
        self.message.show_message(
            failure.sentence,
            failure.remedy,
            button="Look at it in Data" if is_of_many else "Choose another file…",
            second="Back to my ratings",
        )
        self._stack.setCurrentWidget(self.message)

    def _show_progress(self, progress: Progress) -> None:
        share = "" if progress.share is None else f"{progress.share:.0%}".replace("%", " %")
        self.message.show_message(f"{progress.words}…", share, second="Cancel", busy=True)
        self._stack.setCurrentWidget(self.message)

    def _on_acted(self, group: str, index: int, act: Act) -> None:
        made = self._my_ratings.incoming
        if made is None or made.found is None:
            return
        if group == "differ":
            self._my_ratings.decide(partial(_with_conflict, place=index, for_theirs=act is Act.THEIRS))
        elif act in (Act.CHANGE, Act.CHOOSE, Act.FIND):
            self._open_chooser(made.found, index)
        else:
            self._my_ratings.decide(partial(_with_act, index=index, act=act))

    def _on_all_decided(self, for_theirs: bool) -> None:
        self._my_ratings.decide(partial(UnderReview.deciding_all, for_theirs=for_theirs))

    def _open_chooser(self, found: UnderReview, index: int) -> None:
        title = found.review.titles[index]
        area = self.page.list.area_of(index)
        place = self.page.list.viewport().mapToGlobal(area.bottomRight())
        place.setX(place.x() - area.width() // 2)
        self.chooser.use_word(found.dataset.catalogue.word)
        self.chooser.open_for(index, format_title(title.title or f"line {title.line}", title.year), place)
        self._on_searched("")

    def _on_searched(self, text: str) -> None:
        made = self._my_ratings.incoming
        if made is None or made.found is None:
            return
        found, catalogue = made.found, made.found.dataset.catalogue
        counts_I = found.dataset.counts_I
        if text:
            rows = catalogue.search(text, most=_MOST_FOUND, popularity=counts_I)
            choices = [TitleChoice(row, catalogue.name(row), plural(int(counts_I[row]), "rating")) for row in rows]
            caption = f"{plural(len(choices), catalogue.word)} with “{text}”" if choices else (
                f"No {catalogue.word} here has “{text}” in its name.")  # fmt: skip
        else:
            match = found.first.matches[self.chooser.index]
            choices = [
                TitleChoice(row, catalogue.name(row), f"{why} · {plural(int(counts_I[row]), 'rating')}")
                for row, why in ((candidate.item_row, candidate.why) for candidate in match.candidates)
            ]
            word = plural_of(catalogue.word)
            caption = "These may be meant:" if choices else f"Nothing here is like it. Search all {word} above."
        self.chooser.show_choices(choices, caption=caption)

    def _on_chosen(self, index: int, item_row: int) -> None:
        self._my_ratings.decide(partial(_with_title, index=index, item_row=item_row))

    def _on_csv(self) -> None:
        made = self._my_ratings.incoming
        if made is not None:
            path = questions.ask_where_to_save(self, "Save unmatched titles", f"{made.path.stem} unmatched.csv")
            if path is not None:
                self._my_ratings.save_unmatched(path)

    def _on_message(self) -> None:
        made = self._my_ratings.incoming
        if made is None or made.failure is None:
            return
        if self.message.button.text().startswith("Look"):
            self._my_ratings.leave_import()
            self._my_ratings.requests.show_place("data")
            self._my_ratings.ratings_file_found.emit([made.path])
        else:
            self.file_asked.emit()

    def _on_message_second(self) -> None:
        self._my_ratings.leave_import()


def _with_title(found: UnderReview, *, index: int, item_row: int) -> UnderReview:
    return found.with_review(choose(found.review, index, item_row))


def _with_conflict(found: UnderReview, *, place: int, for_theirs: bool) -> UnderReview:
    return found.deciding(place, for_theirs=for_theirs)


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
