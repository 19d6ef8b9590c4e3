"""A short list to choose one from: a line each, a figure at its right, and below the list what the chosen one is.

Used for models and for what a learning-rate sweep suggests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from desktop_rec.common.controls import named
from desktop_rec.common.panels import caption
from desktop_rec.common.plain import PlainLabel, set_tip
from desktop_rec.theme.theme import number_font


@dataclass(frozen=True)
class Choice:
    """One entry. `key` is what the program calls it; an entry that is off can be read but not chosen."""

    key: str
    title: str
    sentence: str
    figure: str = ""
    on: bool = True


class ChoiceList(QWidget):
    """chosen(str): the person chose the entry with that key."""

    chosen = Signal(str)

    def __init__(self, name: str, words: str) -> None:
        super().__init__()
        named(self, name, words)
        set_tip(self, "")
        self._name = name
        self._choices: tuple[Choice, ...] = ()
        self._buttons: dict[str, QRadioButton] = {}
        self._group = QButtonGroup(self)
        self._rows: list[QWidget] = []
        self._sentence = caption()
        self._sentence.setObjectName(f"{name}_sentence")
        self._sentence.setMinimumHeight(2 * self._sentence.fontMetrics().lineSpacing())
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._layout.addWidget(self._sentence)

    @property
    def key(self) -> str | None:
        """The key of the chosen entry."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), None)

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Other entries; nothing is chosen then. Equal entries are left as they are."""
        if tuple(choices) == self._choices:
            return
        for row in self._rows:
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        for button in self._buttons.values():
            self._group.removeButton(button)
        self._choices, self._buttons = tuple(choices), {}
        self._rows = [self._make_row(choice) for choice in choices]
        for place, row in enumerate(self._rows):
            self._layout.insertWidget(place, row)
        self._describe()

    def choose(self, key: str | None) -> None:
        """Show that an entry is chosen, or none; emits nothing."""
        self._group.setExclusive(False)
        for entry, button in self._buttons.items():
            button.setChecked(entry == key)
        self._group.setExclusive(True)
        self._describe()

    def _make_row(self, choice: Choice) -> QWidget:
        row = QWidget()
        button = named(
            QRadioButton(choice.title), f"{self._name}_{choice.key}", f"{choice.title} {choice.figure}", choice.sentence
        )
        button.setAccessibleDescription(choice.sentence)
        button.setEnabled(choice.on)
        button.clicked.connect(self._on_clicked)
        self._group.addButton(button)
        self._buttons[choice.key] = button
        figure = PlainLabel(choice.figure)
        figure.setFont(number_font(self.font()))
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(button, 1)
        line.addWidget(figure)
        return row

    def _describe(self) -> None:
        sentence = next((choice.sentence for choice in self._choices if choice.key == self.key), "")
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(self._choices))

    def _on_clicked(self) -> None:
        self._describe()
        if self.key is not None:
            self.chosen.emit(self.key)
