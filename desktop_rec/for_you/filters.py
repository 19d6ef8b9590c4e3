"""The filters in force as chips over the list, the panel where they are set, and one button that resets all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from desktop_rec.common.controls import FlowLayout, button, named
from desktop_rec.for_you.filter_chips import SHAPE, RemovableChip
from desktop_rec.for_you.filter_panel import FilterPanel
from engine.data.catalogue import TITLE
from engine.recommending.filter_words import described
from engine.recommending.ranking import Filters
from engine.text import join_words
from engine.wording import said

_BUTTON_SHAPE = "QPushButton { padding: 2px 10px; min-height: 18px; } QPushButton:focus { padding: 1px 9px; }"
_MOST_CHIPS = 6


class FilterBar(QWidget):
    """changed(Filters): what is to be shown from now on (sliders are left as they were given); reset_wanted()."""

    changed = Signal(object)
    reset_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filters = Filters()
        self._word = TITLE
        self._chips: list[RemovableChip] = []
        self._build()
        self._connect()

    def use_catalogue(self, genres: Sequence[str], years: tuple[int, int], *, word: str = TITLE) -> None:
        """Offer these genres and years, of titles that are called so."""
        self._word = word
        self.panel.use_catalogue(genres, years, word=word)

    def show_filters(self, filters: Filters) -> None:
        """Show what is in force."""
        self.filters = filters
        self.panel.show_filters(filters)
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        entries = described(filters, self._word)
        shown = entries if len(entries) <= _MOST_CHIPS else entries[: _MOST_CHIPS - 1]
        self._chips = [RemovableChip(entry.text, entry.without) for entry in shown]
        self._show_rest([entry.text for entry in entries[len(shown) :]])
        for chip in self._chips:
            chip.removed.connect(self._on_panel)
            self._flow.addWidget(chip)
            chip.show()
        self._flow.removeWidget(self._rest)
        self._flow.addWidget(self._rest)
        self.updateGeometry()

    def _show_rest(self, texts: Sequence[str]) -> None:
        """How many filters have no chip of their own, so that the list keeps its room; the panel has them all."""
        self._rest.setText(said("{number} more…", number=len(texts)))
        named(
            self._rest,
            "more_filters",
            said("{number} more filters", number=len(texts)),
            said("Also {filters}", filters=join_words(texts)) if texts else "",
        )
        self._rest.setVisible(bool(texts))

    def add_tool(self, tool: QWidget) -> None:
        """A control that stands beside the button, before the chips."""
        self._flow.addWidget(tool)

    def allow_reset(self, allowed: bool) -> None:
        """Whether there is anything to reset: a filter, or a slider that was moved."""
        self._reset.setEnabled(allowed)

    def open_panel(self) -> None:
        """Open the panel under the button."""
        self.panel.open(self._add)

    def _build(self) -> None:
        tip = said("Show only some genres or years, what many have rated, or what you have seen")
        self._add = named(QPushButton(said("+ Filter")), "add_filter", said("Add a filter"), tip)
        self._add.setStyleSheet(_BUTTON_SHAPE)
        self._add.setCursor(Qt.CursorShape.PointingHandCursor)
        self._reset: QPushButton = button(
            said("Reset"), "reset_choices", said("Take all filters away and put the sliders back")
        )
        self._reset.setStyleSheet(_BUTTON_SHAPE)
        self._reset.setEnabled(False)
        self.panel = FilterPanel(self)
        chips = QWidget()
        self._flow = FlowLayout(chips)
        self._flow.addWidget(self._add)
        self._rest = QPushButton(chips)
        self._rest.setStyleSheet(SHAPE)
        self._rest.setCursor(Qt.CursorShape.PointingHandCursor)
        self._rest.hide()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        chips.setSizePolicy(policy)
        self.setSizePolicy(policy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(chips, 1)
        row.addWidget(self._reset, 0, Qt.AlignmentFlag.AlignTop)

    def _connect(self) -> None:
        self._add.clicked.connect(self.open_panel)
        self._rest.clicked.connect(self.open_panel)
        self._reset.clicked.connect(self.reset_wanted)
        self.panel.changed.connect(self._on_panel)

    def _on_panel(self, filters: object) -> None:
        if isinstance(filters, Filters):
            self.show_filters(filters)
            self.changed.emit(filters)
