"""What happened, in words, at the end of a run; and what to do now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from desktop_rec.common.controls import FlowLayout, button
from desktop_rec.theme.theme import set_role


@dataclass(frozen=True)
class OutcomeAction:
    """A button of the card: what it is called in signals, its verb, and what it does in a sentence."""

    key: str
    words: str
    tip: str


@dataclass(frozen=True)
class Outcome:
    """A heading, sentences, advice set apart from them, and what can be done."""

    heading: str
    sentences: tuple[str, ...]
    advice: str = ""
    actions: tuple[OutcomeAction, ...] = ()


class OutcomeCard(QFrame):
    """pressed(str): the key of the action that the person pressed."""

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("outcome_card")
        self._shown: Outcome | None = None
        set_role(self, "card")
        self._heading, self._words, self._advice = QLabel(), QLabel(), QLabel()
        set_role(self._heading, "heading")
        self._advice.setObjectName("outcome_advice")
        for label in (self._heading, self._words, self._advice):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = QWidget()
        self._flow = FlowLayout(self._buttons, gap=8)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(6)
        for one in (self._heading, self._words, self._advice, self._buttons):
            column.addWidget(one)

    def show_outcome(self, outcome: Outcome | None) -> None:
        """Say it; None hides the card."""
        self.setVisible(outcome is not None)
        if outcome is None or outcome == self._shown:
            return
        self._shown = outcome
        self._heading.setText(outcome.heading)
        self._words.setText(" ".join(outcome.sentences))
        self._words.setVisible(bool(outcome.sentences))
        self._advice.setText(outcome.advice)
        self._advice.setVisible(bool(outcome.advice))
        self.setAccessibleName(f"{outcome.heading} {' '.join(outcome.sentences)} {outcome.advice}".strip())
        self._show_actions(outcome.actions)

    def _show_actions(self, actions: Sequence[OutcomeAction]) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for action in actions:
            made = button(action.words, f"outcome_{action.key}", action.tip)
            made.setProperty("key", action.key)
            made.clicked.connect(self._on_pressed)
            self._flow.addWidget(made)
        self._buttons.setVisible(bool(actions))

    def _on_pressed(self) -> None:
        self.pressed.emit(str(self.sender().property("key")))
