"""The filters in force as chips, and the button that opens the panel where they are set.

A widget: `show_filters` and `use_catalogue` in, `changed` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from desktop_rec.common.controls import FlowLayout
from desktop_rec.for_you.filter_panel import FilterPanel, RemovableChip
from engine.recommending.ranking import Filters
from engine.text import plural

_SHAPE = "QPushButton { padding: 2px 10px; min-height: 18px; } QPushButton:focus { padding: 1px 9px; }"


class FilterBar(QWidget):
    """changed(Filters): what is to be shown from now on (hidden gems are left as they were given)."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filters = Filters()
        self._chips: list[RemovableChip] = []
        self._build()
        self._connect()

    def use_catalogue(self, genres: Sequence[str], years: tuple[int, int]) -> None:
        """Offer these genres and years."""
        self.panel.use_catalogue(genres, years)

    def show_filters(self, filters: Filters) -> None:
        """Show what is in force."""
        self.filters = filters
        self.panel.show_filters(filters)
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [RemovableChip(words, without) for words, without in _in_words(filters)]
        for chip in self._chips:
            chip.removed.connect(self._on_panel)
            self._flow.addWidget(chip)
            chip.show()
        self.updateGeometry()

    def open_panel(self) -> None:
        """Open the panel under the button."""
        self.panel.open_under(self._add)

    def _build(self) -> None:
        self._add = QPushButton("+ Filter")
        self._add.setObjectName("add_filter")
        self._add.setAccessibleName("Add a filter")
        self._add.setToolTip("Show only some genres or years, or only what many have rated")
        self._add.setStyleSheet(_SHAPE)
        self._add.setCursor(Qt.CursorShape.PointingHandCursor)
        self.panel = FilterPanel(self)
        self._flow = FlowLayout(self)
        self._flow.addWidget(self._add)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _connect(self) -> None:
        self._add.clicked.connect(self.open_panel)
        self.panel.changed.connect(self._on_panel)

    def _on_panel(self, filters: object) -> None:
        if isinstance(filters, Filters):
            self.show_filters(filters)
            self.changed.emit(filters)


def _in_words(filters: Filters) -> list[tuple[str, Filters]]:
    """Each filter in force in words, with what would be in force without it."""
    made = []
    for genre in filters.genres_any:
        made.append((genre, replace(filters, genres_any=_without(filters.genres_any, genre))))
    for genre in filters.genres_none:
        made.append((f"no {genre}", replace(filters, genres_none=_without(filters.genres_none, genre))))
    if filters.years is not None:
        first, last = filters.years
        made.append((str(first) if first == last else f"{first}–{last}", replace(filters, years=None)))
    if filters.min_ratings:
        made.append((f"at least {plural(filters.min_ratings, 'rating')}", replace(filters, min_ratings=0)))
    return made


def _without(genres: tuple[str, ...], genre: str) -> tuple[str, ...]:
    return tuple(one for one in genres if one != genre)
