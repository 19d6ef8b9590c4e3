"""One setting of a search: a tick to vary it, and the values to try, judged at once by the setting itself.

Stands between engine.settings and SearchForm. A setting with choices has a chip for each; others take a list as text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop_rec.theme import set_role
from desktop_rec.widgets.flow_layout import FlowLayout
from desktop_rec.widgets.naming import named
from desktop_rec.widgets.setting_field import choice_words
from engine.errors import SettingError
from engine.settings import Declared

ReadValues = Callable[[str, str], tuple[Any, ...]]
"""(setting, listed text) -> values, or SettingError with the setting's own sentence."""

_CHIP = (
    "QPushButton { padding: 2px 10px; border-radius: 12px; min-height: 18px; }"
    "QPushButton:focus { padding: 1px 9px; border-radius: 12px; }"
)


class AxisField(QWidget):
    """edited: ticked, unticked, or other values (maybe refused ones, then `problem` says why)."""

    edited = Signal()

    def __init__(self, declared: Declared, *, suggested: str, read: ReadValues) -> None:
        super().__init__()
        self.declared = declared
        self._read = read
        self._chips: list[QPushButton] = []
        self.setObjectName(f"axis_{declared.name}")
        self._build(suggested)
        self._connect()

    @property
    def is_on(self) -> bool:
        return self._tick.isChecked()

    @property
    def problem(self) -> str:
        """Why the values are refused; "" while they are good or the setting is not varied."""
        return self._problem.text() if self.is_on else ""

    def values(self) -> tuple[Any, ...]:
        """The values to try. Raises SettingError with the setting's own sentence."""
        return self._read(self.declared.name, self._listed())

    def set_on(self, is_on: bool) -> None:
        """Vary it, or not."""
        self._tick.setChecked(is_on)

    def set_listed(self, listed: str) -> None:
        """Other values, as a text; for chips those that are named are chosen."""
        names = [part.strip() for part in listed.split(",")]
        for chip in self._chips:
            chip.setChecked(chip.property("value") in names)
        self._line.setText(listed)
        self._judge()
        self.edited.emit()

    def focus_editor(self) -> None:
        """Put the cursor where the values are."""
        (self._chips[0] if self._chips else self._line).setFocus()

    def _listed(self) -> str:
        if not self._chips:
            return self._line.text()
        return ",".join(str(chip.property("value")) for chip in self._chips if chip.isChecked())

    def _build(self, suggested: str) -> None:
        setting, name = self.declared.setting, self.declared.name
        self._tick = named(QCheckBox(setting.label), f"vary_{name}", f"Vary {setting.label}", setting.help)
        self._line = named(
            QLineEdit(suggested), f"values_{name}", f"Values of {setting.label}",
            f"The values to try, with commas between. {setting.sentence(name)}.",
        )  # fmt: skip
        self._line.setPlaceholderText("values, with commas between")
        self._chip_row = QWidget()
        flow = FlowLayout(self._chip_row)
        for value in setting.choices or (("yes", "no") if self.declared.kind is bool else ()):
            chip = named(
                QPushButton(choice_words(value)), f"value_{name}_{value}", f"{setting.label}: {choice_words(value)}",
                f"Try {choice_words(value)}, or leave it out",
            )  # fmt: skip
            chip.setCheckable(True)
            chip.setChecked(True)
            chip.setProperty("value", value)
            chip.setStyleSheet(_CHIP)
            self._chips.append(chip)
            flow.addWidget(chip)
        self._problem = QLabel()
        self._problem.setObjectName(f"axis_problem_{name}")
        self._problem.setWordWrap(True)
        set_role(self._problem, "negative")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._tick, 0, Qt.AlignmentFlag.AlignLeft)
        for one in (self._line, self._chip_row, self._problem):
            column.addWidget(one)
            one.setContentsMargins(22, 0, 0, 0)
            one.hide()

    def _connect(self) -> None:
        self._tick.toggled.connect(self._on_ticked)
        self._line.textEdited.connect(self._on_edited)
        for chip in self._chips:
            chip.toggled.connect(self._on_edited)

    def _on_ticked(self, is_on: bool) -> None:
        (self._chip_row if self._chips else self._line).setVisible(is_on)
        self._judge()
        self.edited.emit()

    def _on_edited(self) -> None:
        self._judge()
        self.edited.emit()

    def _judge(self) -> None:
        sentence = ""
        try:
            self.values()
        except SettingError as error:
            sentence = error.what
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence) and self.is_on)
        self._line.setAccessibleDescription(sentence)
