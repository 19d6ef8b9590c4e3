"""The middle of For you: what the list is about, the filters, and the list; or a sentence where there is none.

A widget: `show_list`, `show_message` and `show_reasons` in; what the person does comes out as signals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.controls import button
from desktop_rec.common.panels import PlaceMessage
from desktop_rec.common.stars import StarScale
from desktop_rec.for_you.filter_bar import FilterBar
from desktop_rec.for_you.recommendation_list import RecommendationList
from desktop_rec.for_you.recommendations import ListedTitle
from desktop_rec.theme.theme import GRID, set_role
from engine.text import format_count, plural, plural_of

if TYPE_CHECKING:
    from engine.recommending.recommender import RecommendationList as FoundList


class ListPane(QWidget):
    """filters_changed(Filters), chosen(Recommendation), rate_more_wanted(); message_* are the message's buttons."""

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

    def show_list(self, found: FoundList, *, name: str, word: str, before: Mapping[str, int] | None) -> None:
        """Show a list for somebody; `before` are the places of the one to compare with."""
        self.heading.setText(f"{plural_of(word).capitalize()} for {'you' if name == 'Me' else name}")
        self.list.show_list(found.items, word=word, before=before)
        listed, passing = len(found.items), found.passing
        parts = [
            f"The best {format_count(listed)} of {plural(passing, word)}" if passing > listed else plural(listed, word)
        ]
        if before is not None:
            parts.append(_movement(self.list.rows, word))
        self._summary.setText(" · ".join(parts))
        self._note.setText(found.note)
        self.turn_to_list()

    def turn_to_list(self) -> None:
        """The last list holds: take the message away."""
        self._summary.show()
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
        self._summary.hide()
        self._note.hide()
        self._pages.setCurrentWidget(self._message)

    def _build(self, scale: StarScale) -> None:
        self.setObjectName("list_pane")
        self.heading, self._summary, self._note = QLabel("For you"), QLabel(), QLabel()
        set_role(self.heading, "title")
        for label in (self._summary, self._note):
            label.setWordWrap(True)
            set_role(label, "caption")
        self._summary.setObjectName("list_summary")
        self._more: QPushButton = button("Rate more", "rate_more", "Rate well known titles to make the list better")
        self.filters = FilterBar()
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
        top.addWidget(self._more)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, GRID, GRID)
        column.setSpacing(GRID)
        column.addLayout(top)
        column.addWidget(self.filters)
        column.addWidget(self._note)
        column.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self.filters.changed.connect(self.filters_changed)
        self.list.chosen.connect(self.chosen)
        self._more.clicked.connect(self.rate_more_wanted)
        self._message.pressed.connect(self.message_pressed)
        self._message.second_pressed.connect(self.message_second_pressed)


def _movement(rows: tuple[ListedTitle, ...], word: str) -> str:
    """How much of the list moved, in words."""
    moved = sum(1 for row in rows if row.moved)
    new = sum(1 for row in rows if row.moved is None)
    if not moved and not new:
        return "nothing moved"
    said = [f"{plural(moved, word)} moved"] if moved else []
    said += [f"{format_count(new)} new"] if new else []
    return ", ".join(said)
