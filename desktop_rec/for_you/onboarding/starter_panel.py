"""The friendly beginning: well known titles to rate, until there are enough for a list.

A widget: rows in; `rated`, `removed` and `list_wanted` out.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_rec.common.controls import button
from desktop_rec.common.stars import StarScale
from desktop_rec.for_you.title_delegate import TitleLook
from desktop_rec.for_you.title_list import TitleList
from desktop_rec.for_you.titles import TitleRow
from desktop_rec.theme.theme import GRID, set_role
from engine.text import plural, plural_of

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
        self._one.clicked.connect(self.onboarding_wanted)

    def use_scale(self, scale: StarScale) -> None:
        """Rate on another data set's scale."""
        self.cards.use_scale(scale)

    def show_titles(self, rows: Sequence[TitleRow], *, rated: int, word: str) -> None:
        """Offer titles; `rated` is how many ratings the person has already, which count for the list."""
        self.cards.show_rows(rows)
        self._heading.setText(f"Rate a few {plural_of(word)} you know")
        if rated == 0:
            words = f"One is enough for a first list; {ENOUGH} make a good one. Skip what you have not seen."
        elif rated < ENOUGH:
            words = f"{plural(rated, 'rating')}. {ENOUGH - rated} more make a good list."
        else:
            words = f"{plural(rated, 'rating')}. That is enough for a good list; more make it better."
        self._sentence.setText(words)
        self.show_list.setEnabled(rated > 0)

    def _build(self, scale: StarScale) -> None:
        self.setObjectName("starter_panel")
        self._heading, self._sentence = QLabel(), QLabel()
        set_role(self._heading, "title")
        set_role(self._sentence, "weak")
        self._sentence.setWordWrap(True)
        self.show_list: QPushButton = button(
            "Show my list", "show_my_list", "See what to watch, as far as your ratings say", role="primary"
        )
        self._one: QPushButton = button(
            "One at a time", "starter_onboarding", "Titles that tell tastes apart, one after the other"
        )
        self.cards = TitleList(TitleLook.CARD, scale)
        self.cards.setObjectName("well_known_titles")
        self.cards.setAccessibleName("Well known titles: arrow keys choose, digits rate")
        self._heading.setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(self._sentence, 1)
        for one in (self._one, self.show_list):
            top.addWidget(one, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self._heading)
        column.addLayout(top)
        column.addWidget(self.cards, 1)
