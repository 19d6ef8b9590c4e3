"""The page Map of For you: the map, what is searched and coloured, what signs mean, and the table behind it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.controls import (
    CalmComboBox,
    ElidedLabel,
    FlowLayout,
    across,
    arranged,
    button,
    named,
    text_label,
)
from desktop_rec.common.panels import PlaceMessage
from desktop_rec.for_you.taste_map.colouring import ColourBy
from desktop_rec.for_you.taste_map.legend import Legend
from desktop_rec.for_you.taste_map.plot import MapPlot
from desktop_rec.for_you.taste_map.table import MapTableView
from desktop_rec.theme.theme import GRID, set_role
from engine.data.catalogue import TITLE
from engine.text import format_percent, plural, plural_of
from engine.wording import said

_COLOURS = (
    (ColourBy.GENRE, said("Colours: genre")),
    (ColourBy.STARS, said("Colours: stars")),
    (ColourBy.PLACE, said("Colours: place")),
)
_ALIKE_WIDTH = 140


class TasteMapPanel(QWidget):
    """searched(text), coloured(ColourBy), alike_wanted(), cleared(), table_shown(bool), stop_wanted().

    The message's button is `action_pressed`.
    """

    searched = Signal(str)
    search_entered = Signal()
    coloured = Signal(object)
    alike_wanted = Signal()
    cleared = Signal()
    table_shown = Signal(bool)
    stop_wanted = Signal()
    action_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.word = TITLE
        self._build()
        self._connect()
        self.show_chosen(0)
        self.show_progress(None)

    @property
    def shows_table(self) -> bool:
        return self._table_button.isChecked()

    def use_word(self, word: str) -> None:
        """What a title is called here."""
        self.word = word
        self._search.setPlaceholderText(said("Find {words} on the map", words=plural_of(word)))
        named(self._search, "taste_map_search", said("Find {words} on the map", words=plural_of(word)))
        self.plot.setAccessibleName(said("Map of all {words}", words=plural_of(word)))
        self.show_chosen(0)

    def show_message(self, heading: str, sentence: str, *, button: str = "", busy: bool = False) -> None:
        """Why there is no map."""
        self._message.show_message(heading, sentence, button=button, busy=busy)
        self._whole.setCurrentWidget(self._message)

    def turn_to_map(self) -> None:
        """Take the message away."""
        self._whole.setCurrentWidget(self._page)

    def show_sentence(self, text: str) -> None:
        """What the map is, or what the pointer is on."""
        self._sentence.setText(text)

    def show_chosen(self, count: int) -> None:
        """How many titles are encircled or found; the buttons wait until there are some."""
        words = (
            said("More like these {number}", number=count)
            if count > 1
            else said("More like this")
            if count
            else said("More like these")
        )
        self.alike.setText(words)
        self.alike.setAccessibleName(words)
        for control in (self.alike, self._clear):
            control.setEnabled(count > 0)

    def show_progress(self, share: float | None) -> None:
        """How far the better layout is; None while none is made. The room for it stays."""
        self._progress.setText(
            "" if share is None else said("Arranging by likeness… {share}", share=format_percent(share))
        )
        self._stop.setEnabled(share is not None)
        policy = self._stop.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._stop.setSizePolicy(policy)
        self._stop.setVisible(share is not None)

    def allow_stars(self, *, allowed: bool) -> None:
        """Whether stars are predicted at all."""
        item = self.colours.model().item(self.colours.findData(ColourBy.STARS))  # type: ignore[attr-defined]
        item.setEnabled(allowed)

    def show_found(self, count: int, text: str) -> None:
        """How many titles the search found."""
        if text:
            self.show_sentence(
                said("{titles} found; Enter goes to the best known", titles=plural(count, self.word))
                if count
                else said("{titles} found", titles=plural(count, self.word))
            )

    def _build(self) -> None:
        self.setObjectName("taste_map_panel")
        self.plot, self.table, self.legend = MapPlot(), MapTableView(), Legend()
        self._message = PlaceMessage()
        self._search = named(QLineEdit(), "taste_map_search", said("Find titles on the map"))
        self._search.setClearButtonEnabled(True)
        self.colours = named(
            CalmComboBox(),
            "taste_map_colours",
            said("What the colours show: genre, predicted stars, or place in your list"),
        )
        self.colours.setMinimumContentsLength(12)
        self.colours.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for value, words in _COLOURS:
            self.colours.addItem(words, value)
        self._sentence = ElidedLabel()
        self._sentence.setObjectName("taste_map_sentence")
        set_role(self._sentence, "caption")
        self._progress = text_label(object_name="taste_map_progress", role="caption")
        self._stop = button(said("Stop here"), "taste_map_stop", said("Leave the map as it is now"), role="link")
        self._plots = QStackedWidget()
        self._plots.addWidget(self.plot)
        self._plots.addWidget(self.table)
        self._page = QWidget()
        arranged(
            QVBoxLayout(self._page),
            across(self._search, self.colours),
            self._tools(),
            self._plots,
            across(self._sentence, self._progress, self._stop),
            self.legend,
            margins=(2 * GRID, GRID, GRID, GRID),
        ).setStretchFactor(self._plots, 1)
        self._whole = QStackedWidget()
        self._whole.addWidget(self._page)
        self._whole.addWidget(self._message)
        arranged(QVBoxLayout(self), self._whole)

    def _tools(self) -> QWidget:
        self._lasso = _tool(
            said("Lasso"), "taste_map_lasso", said("Encircle titles by dragging; without this, hold Shift and drag")
        )
        self._lasso.setCheckable(True)
        self._whole_button = _tool(
            said("Whole map"), "taste_map_whole", said("Show all of the map (0, or double click)")
        )
        self._table_button = _tool(said("Table"), "taste_map_as_table", said("Show the map as a table"))
        self._table_button.setCheckable(True)
        self.alike = _tool(
            said("More like these"), "taste_map_alike", said("Make a list of what is like the encircled titles")
        )
        self._clear = _tool(said("Clear"), "taste_map_clear", said("Let all titles stand out alike again (Escape)"))
        self.alike.setMinimumWidth(_ALIKE_WIDTH)
        return _flowing(self._lasso, self._whole_button, self._table_button, self.alike, self._clear)

    def _connect(self) -> None:
        self._search.textChanged.connect(self.searched)
        self._search.returnPressed.connect(self.search_entered)
        self.colours.currentIndexChanged.connect(self._on_colours)
        self._lasso.toggled.connect(self._on_lasso)
        self._whole_button.clicked.connect(self.plot.show_all)
        self._table_button.toggled.connect(self._on_table)
        self.alike.clicked.connect(self.alike_wanted)
        self._clear.clicked.connect(self._on_clear)
        self._stop.clicked.connect(self.stop_wanted)
        self.plot.emptied.connect(self._on_clear)
        self._message.pressed.connect(self.action_pressed)

    def _on_colours(self) -> None:
        self.coloured.emit(self.colours.currentData())

    def _on_lasso(self, is_on: bool) -> None:
        self.plot.is_lassoing = is_on

    def _on_table(self, is_on: bool) -> None:
        self._plots.setCurrentWidget(self.table if is_on else self.plot)
        for control in (self._lasso, self._whole_button):
            control.setEnabled(not is_on)
        self.table_shown.emit(is_on)

    def _on_clear(self) -> None:
        self._search.clear()
        self.cleared.emit()


def _flowing(*parts: QWidget) -> QWidget:
    """Parts beside each other, on more lines where there is little room."""
    whole = QWidget()
    flow = FlowLayout(whole, gap=GRID)
    for part in parts:
        flow.addWidget(part)
    policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    whole.setSizePolicy(policy)
    return whole


def _tool(words: str, name: str, tip: str) -> QPushButton:
    made = button(words, name, tip)
    set_role(made, "chip")
    made.setStyleSheet("QPushButton { padding: 2px 10px; min-height: 18px; } QPushButton:focus { padding: 1px 9px; }")
    return made
