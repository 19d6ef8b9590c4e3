"""How a text is written: encoding, delimiter, column names, decimal sign, order of dates, and what 0 means.

A part of the import page. Each control begins with what was found and can say otherwise: show_choices() in, edited
out. What a kind of file does not have is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop_rec.theme import GRID, set_role
from desktop_rec.widgets.calm_boxes import CalmComboBox
from desktop_rec.widgets.flow_layout import FlowLayout
from desktop_rec.widgets.naming import named

FOUND = None
"""The value of a control that is left to what was found."""


@dataclass(frozen=True)
class TextChoice:
    """One control. `found` says what was found; `options` are (value, words); `value` is None while it is as found."""

    key: str
    label: str
    help: str
    found: str
    options: tuple[tuple[Any, str], ...]
    value: Any = FOUND


class ImportChoices(QWidget):
    """edited(key, value): the person says how something is written; value None means: as found."""

    edited = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_choices")
        self._flow = FlowLayout(self, gap=GRID * 2)
        self._boxes: dict[str, CalmComboBox] = {}
        self._holders: dict[str, QWidget] = {}
        self._shown: dict[str, TextChoice] = {}

    def show_choices(self, choices: Sequence[TextChoice]) -> None:
        """What can be said of this file, and what is said. Says nothing to anyone."""
        keys = {one.key for one in choices}
        for key, holder in self._holders.items():
            holder.setVisible(key in keys)
        for one in choices:
            if self._shown.get(one.key) != one:
                self._show(one)
                self._shown[one.key] = one
        self.updateGeometry()

    def _show(self, choice: TextChoice) -> None:
        if choice.key not in self._boxes:
            self._add(choice)
        box = self._boxes[choice.key]
        box.blockSignals(True)
        box.clear()
        box.addItem(f"{choice.found} (found)" if choice.value is FOUND else "As found", FOUND)
        for value, words in choice.options:
            box.addItem(words, value)
        at = 1 + next((at for at, (value, _) in enumerate(choice.options) if value == choice.value), -1)
        box.setCurrentIndex(at if choice.value is not FOUND else 0)
        box.blockSignals(False)

    def _add(self, choice: TextChoice) -> None:
        box = named(CalmComboBox(), f"import_{choice.key}", choice.label, choice.help)
        box.setSizeAdjustPolicy(CalmComboBox.SizeAdjustPolicy.AdjustToContents)
        box.setProperty("key", choice.key)
        box.currentIndexChanged.connect(self._on_chosen)
        label = QLabel(choice.label)
        set_role(label, "caption")
        label.setBuddy(box)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(label)
        column.addWidget(box)
        self._boxes[choice.key], self._holders[choice.key] = box, holder
        self._flow.addWidget(holder)

    def _on_chosen(self) -> None:
        box = self.sender()
        if isinstance(box, CalmComboBox):
            self.edited.emit(str(box.property("key")), box.currentData())
