"""A short list to choose one from: each entry a name, a figure at its right, and a sentence.

Used for models and for what a learning-rate sweep suggests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from desktop_rec.common.controls import named
from desktop_rec.theme.theme import number_font, set_role


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
        self.setToolTip("")
        self._name = name
        self._choices: tuple[Choice, ...] = ()
        self._buttons: dict[str, QRadioButton] = {}
        self._group = QButtonGroup(self)
        self._rows: list[QWidget] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)

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
        for row in self._rows:
            self._layout.addWidget(row)

    def choose(self, key: str | None) -> None:
        """Choose an entry, or none. Says nothing to anyone."""
        self._group.setExclusive(False)
        for one, button in self._buttons.items():
            button.setChecked(one == key)
        self._group.setExclusive(True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click on the sentence chooses the entry too."""
        if event.type() == QEvent.Type.MouseButtonRelease:
            button = self._buttons.get(str(watched.property("key")))
            if button is not None and button.isEnabled():
                button.click()
        return False

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
        figure, sentence = QLabel(choice.figure), QLabel(choice.sentence)
        figure.setFont(number_font(self.font()))
        sentence.setWordWrap(True)
        sentence.setContentsMargins(22, 0, 0, 0)
        set_role(sentence, "caption")
        for label in (figure, sentence):
            label.setProperty("key", choice.key)
            label.installEventFilter(self)
        head = QHBoxLayout()
        head.addWidget(button, 1)
        head.addWidget(figure, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addLayout(head)
        column.addWidget(sentence)
        return row

    def _on_clicked(self) -> None:
        if self.key is not None:
            self.chosen.emit(self.key)
