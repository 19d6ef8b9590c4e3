"""The middle of For you: what the list is about, its filters and its rows; or a sentence where there is none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.controls import ElidedLabel, arranged
from desktop_rec.common.panels import PlaceMessage
from desktop_rec.common.plain import PlainLabel, set_tip
from desktop_rec.common.rows import RowRole
from desktop_rec.common.stars import StarScale
from desktop_rec.common.text import KEYS_HELP
from desktop_rec.for_you.acting_rows import ActingRows
from desktop_rec.for_you.choices import ListChoices
from desktop_rec.for_you.comparison import Comparison, describe_moves
from desktop_rec.for_you.filters import FilterBar
from desktop_rec.for_you.list_line import list_line
from desktop_rec.for_you.list_menu import ListMenuButton, OnlyTheseButton
from desktop_rec.for_you.recommendation_rows import ListedTitle, RecommendationDelegate, RecommendationsModel
from desktop_rec.for_you.sources import ListActions, SourceBar
from desktop_rec.theme.theme import GRID, set_role
from engine.wording import said

if TYPE_CHECKING:
    from engine.recommending.recommendation import Recommendation
    from engine.recommending.recommendation import RecommendationList as FoundList


class ListPane(QWidget):
    """filters_changed(Filters), chosen(Recommendation), rate_more_wanted(); message_* are the message's buttons.

    `tools` are what can be done with the list as a whole; whoever shows the pane finds a place for them.
    """

    filters_changed = Signal(object)
    chosen = Signal(object)
    rate_more_wanted = Signal()
    message_pressed = Signal()
    message_second_pressed = Signal()

    def __init__(self, scale: StarScale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build(scale)
        self._connect()

    @property
    def shows_list(self) -> bool:
        return self._pages.currentWidget() is self.list

    def show_list(
        self,
        found: FoundList,
        *,
        word: str,
        compared: Comparison,
        choices: ListChoices | None = None,
        saved: Collection[int] = (),
        stays: bool = False,
    ) -> None:
        """Show a list under the heading that stands, compared with one before; `saved` are the rows of saved titles.

        It goes to its first row, unless it `stays`: a title was acted on where it stands.
        """
        before = compared.places([item.item_id for item in found.items])
        self.list.show_list(found.items, before=before, saved=saved, stays=stays)
        bent = choices or ListChoices()
        counts = {"listed": len(found.items), "passing": found.passing, "candidates": found.candidates}
        moved = [row.moved for row in self.list.rows]
        moves = "" if before is None else describe_moves(moved, compared.since)
        self._summary.setText(list_line(bent, **counts, word=word, moves=moves))
        self._note.setText(found.note)
        self.turn_to_list()

    def turn_to_list(self) -> None:
        """The last list holds: take the message away."""
        self._note.setVisible(bool(self._note.text()))
        self._pages.setCurrentWidget(self.list)

    def show_reasons(self, because: Mapping[int, str]) -> None:
        """The reason in a line for each title, by item row."""
        self.list.show_reasons(because)

    def show_message(
        self, heading: str, sentence: str, *, button: str = "", second: str = "", busy: bool = False
    ) -> None:
        """Say why there is no list."""
        self._message.show_message(heading, sentence, button=button, second=second, busy=busy)
        self._summary.setText("")
        self._note.hide()
        self._pages.setCurrentWidget(self._message)

    def _build(self, scale: StarScale) -> None:
        self.setObjectName("list_pane")
        self.heading, self._summary, self._note = PlainLabel(said("For you")), ElidedLabel(), PlainLabel()
        set_role(self.heading, "heading")
        for label in (self._summary, self._note):
            set_role(label, "caption")
        self._note.setWordWrap(True)
        self._summary.setObjectName("list_summary")
        self.sources, self.list_actions = SourceBar(), ListActions()
        self.heading.setObjectName("list_heading")
        self.filters = FilterBar()
        self.share, self.only_these = ListMenuButton(), OnlyTheseButton()
        self.tools = QWidget()
        self._tools = arranged(QHBoxLayout(self.tools), self.share)
        self.filters.add_tool(self.only_these)
        self.list = RecommendationList(scale)
        self._message = PlaceMessage()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.list)
        self._pages.addWidget(self._message)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.heading)
        words.addWidget(self._summary)
        top = QHBoxLayout()
        top.addLayout(words, 1)
        top.addWidget(self.list_actions)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 0, GRID, GRID)
        column.setSpacing(GRID // 2)
        column.addWidget(self.sources)
        column.addLayout(top)
        column.addWidget(self.filters)
        column.addWidget(self._note)
        column.addWidget(self._pages, 1)

    def add_tool(self, tool: QWidget) -> None:
        """A control of the list, which stands over it."""
        self._tools.addWidget(tool)

    def _connect(self) -> None:
        self.filters.changed.connect(self.filters_changed)
        self.list.chosen.connect(self.chosen)
        self.list_actions.more_wanted.connect(self.rate_more_wanted)
        self._message.pressed.connect(self.message_pressed)
        self._message.second_pressed.connect(self.message_second_pressed)


class RecommendationList(QWidget):
    """chosen(Recommendation) says which title the reasons are wanted for; `view` says what is done with one."""

    chosen = Signal(object)

    def __init__(self, scale: StarScale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = RecommendationsModel(self)
        self._chosen_key: object = None
        self._is_picked = self._is_filling = False
        self._build(scale)
        self._connect()

    @property
    def rows(self) -> tuple[ListedTitle, ...]:
        return self._model.rows

    @property
    def ranks(self) -> dict[str, int]:
        """The places now, by item id, to compare the next list with."""
        return self._model.ranks

    @property
    def current(self) -> Recommendation | None:
        """The chosen title."""
        row: ListedTitle | None = self.view.currentIndex().data(RowRole)
        return None if row is None else row.item

    @property
    def picked(self) -> Recommendation | None:
        """The chosen title, where somebody chose it; None for the first one, which nobody did."""
        return self.current if self._is_picked else None

    def use_scale(self, scale: StarScale) -> None:
        """Draw predicted stars on another data set's scale."""
        self._delegate.scale = scale
        self.view.viewport().update()

    def show_list(
        self,
        items: Sequence[Recommendation],
        *,
        before: Mapping[str, int] | None = None,
        saved: Collection[int] = (),
        stays: bool = False,
    ) -> None:
        """Show a list; `before` are the places of an earlier one, for the arrows; `saved` the rows of saved titles.

        It goes to its first row unless it `stays`; a title that somebody picked is chosen still, wherever it went.
        """
        self._delegate.predicts = any(item.predicted_rating is not None for item in items)
        scrolled, stood = self.view.verticalScrollBar().value(), self.view.currentIndex().row()
        chosen_key = self._chosen_key if self._is_picked else None
        self._is_filling = True
        self._model.show_list(items, before=before, saved=saved)
        if items:
            self._restore(chosen_key, stood, scrolled if stays else 0)
        self._is_filling = False
        self._say_chosen()

    def forget_choice(self) -> None:
        """Begin at the top with the next list: it is about somebody or something else."""
        self._is_picked = False

    def _restore(self, chosen_key: object, stood: int, scrolled: int) -> None:
        """Choose the picked title wherever it went (where it left, what took its place), else the first; scroll."""
        place = self._model.place_of(chosen_key) if self._is_picked else 0
        if place is None:
            place = min(max(stood, 0), len(self._model.rows) - 1)
        self.view.setAutoScroll(False)
        self.view.setCurrentIndex(self._model.index(place))
        self.view.verticalScrollBar().setValue(scrolled)
        self.view.setAutoScroll(True)

    def show_reasons(self, because: Mapping[int, str]) -> None:
        """The reason in a line for each title, by item row."""
        self._model.show_reasons(because)

    def show_saved(self, saved: Collection[int]) -> None:
        """Mark the titles that stand in *Saved*, by item row."""
        self._model.show_saved(saved)

    def choose(self, item_row: int) -> bool:
        """Choose a title; False where the list does not have it."""
        for place, row in enumerate(self._model.rows):
            if row.item.item_row == item_row:
                self.view.setCurrentIndex(self._model.index(place))
                return True
        return False

    def _build(self, scale: StarScale) -> None:
        self._delegate = RecommendationDelegate(scale)
        self.view = ActingRows(self._model, self._delegate)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.view.setObjectName("recommendations")
        self.view.setAccessibleName(said("Recommendations"))
        self.view.setAccessibleDescription(KEYS_HELP)
        set_tip(self.view, said("Choose a title to see why it is here. {keys}", keys=KEYS_HELP))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self._on_range(0, 0)

    def _connect(self) -> None:
        self.view.verticalScrollBar().rangeChanged.connect(self._on_range)
        self.view.selectionModel().currentChanged.connect(self._on_current)

    def _on_range(self, least: int, most: int) -> None:
        """A list that fits whole has no handle to pull; the bar's room stays, so that nothing moves."""
        self.view.verticalScrollBar().setEnabled(most > least)

    def _on_current(self, now: QModelIndex) -> None:
        if now.isValid() and not self._is_filling:
            self._is_picked = True
            self._say_chosen()

    def _say_chosen(self) -> None:
        item = self.current
        if item is not None:
            self._chosen_key = item.item_id
            self.chosen.emit(item)
