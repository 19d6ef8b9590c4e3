"""The settings that a search may vary: those that matter most, the rest folded under "More settings"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop_rec.common.controls import FlowLayout, named
from desktop_rec.common.panels import caption
from desktop_rec.common.plain import PlainLabel
from desktop_rec.theme.theme import set_role
from desktop_rec.training.config_form import FoldingForm
from desktop_rec.training.setting_field import format_choice
from engine.errors import SettingError
from engine.settings import Declared
from engine.training.spans import Span
from engine.wording import said

ReadValues = Callable[[str, str], tuple[Any, ...] | Span]
"""(setting, listed text) -> values or a range, or SettingError with the setting's own sentence."""

_CHIP = (
    "QPushButton { padding: 2px 10px; border-radius: 12px; min-height: 18px; }"
    "QPushButton:focus { padding: 1px 9px; border-radius: 12px; }"
)


class AxisField(QWidget):
    """edited: ticked, unticked, or other values (maybe refused ones)."""

    edited = Signal()

    def __init__(self, declared: Declared, *, suggest: Callable[[], str], read: ReadValues) -> None:
        super().__init__()
        self.declared = declared
        self._read, self._suggest = read, suggest
        self._is_own = False
        self._chips: list[QPushButton] = []
        self.setObjectName(f"axis_{declared.name}")
        self._build()
        self._connect()

    @property
    def is_on(self) -> bool:
        return self._tick.isChecked()

    def values(self) -> tuple[Any, ...] | Span:
        """The values to try, or the range to draw from. Raises SettingError with the setting's own sentence."""
        return self._read(self.declared.name, self._listed())

    def suggest_again(self) -> None:
        """Other values to begin from, where nobody typed any."""
        if not self._is_own and self.is_on:
            self._line.setText(self._suggest())
            self._check()

    def focus_editor(self) -> None:
        """Put the cursor where the values are."""
        (self._chips[0] if self._chips else self._line).setFocus()

    def _listed(self) -> str:
        if not self._chips:
            return self._line.text()
        return ",".join(str(chip.property("value")) for chip in self._chips if chip.isChecked())

    def _build(self) -> None:
        setting, name = self.declared.setting, self.declared.name
        self._tick = named(
            QCheckBox(setting.label), f"vary_{name}", said("Vary {label}", label=setting.label), setting.help
        )
        self._line = named(
            QLineEdit(),
            f"values_{name}",
            said("Values of {label}", label=setting.label),
            said(
                "The values to try, with commas between, or a range to draw from: low..high, then log or "
                "linear. {sentence}.",
                sentence=setting.sentence(name),
            ),
        )
        self._line.setPlaceholderText(said("values, or low..high"))
        self._chip_row = QWidget()
        flow = FlowLayout(self._chip_row)
        for value in setting.choices or (("yes", "no") if self.declared.kind is bool else ()):
            chip = named(
                QPushButton(format_choice(value)),
                f"value_{name}_{value}",
                f"{setting.label}: {format_choice(value)}",
                said("Try {choice}, or leave it out", choice=format_choice(value)),
            )
            chip.setCheckable(True)
            chip.setChecked(True)
            chip.setProperty("value", value)
            chip.setStyleSheet(_CHIP)
            self._chips.append(chip)
            flow.addWidget(chip)
        self._problem = PlainLabel()
        self._problem.setObjectName(f"axis_problem_{name}")
        self._problem.setWordWrap(True)
        set_role(self._problem, "negative")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._tick, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self._line, self._chip_row, self._problem):
            column.addWidget(part)
            part.setContentsMargins(22, 0, 0, 0)
            part.hide()

    def _connect(self) -> None:
        self._tick.toggled.connect(self._on_ticked)
        self._line.textEdited.connect(self._on_edited)
        for chip in self._chips:
            chip.toggled.connect(self._on_edited)

    def _on_ticked(self, is_on: bool) -> None:
        """Values nobody typed are those around the plan as it is now."""
        if is_on and not self._is_own:
            self._line.setText(self._suggest())
        (self._chip_row if self._chips else self._line).setVisible(is_on)
        self._check()
        self.edited.emit()

    def _on_edited(self) -> None:
        self._is_own = True
        self._check()
        self.edited.emit()

    def _check(self) -> None:
        sentence = ""
        try:
            self.values()
        except SettingError as error:
            sentence = error.what
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence) and self.is_on)
        self._line.setAccessibleDescription(sentence)


@dataclass(frozen=True)
class AxisChoice:
    """A setting on offer, what suggests values for it as text, and the heading under which it is folded."""

    declared: Declared
    suggest: Callable[[], str]
    heading: str


class SearchForm(FoldingForm):
    """edited: something about the grid changed."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__("search_form", said("More settings to vary"))
        self._fields: list[AxisField] = []

    def show_settings(self, choices: Sequence[AxisChoice], *, read: ReadValues) -> None:
        """The settings of another model; none is varied then."""
        self._fields = [AxisField(choice.declared, suggest=choice.suggest, read=read) for choice in choices]
        shown: list[QWidget] = []
        folded: list[QWidget] = []
        heading = ""
        for choice, field in zip(choices, self._fields, strict=True):
            field.edited.connect(self.edited)
            if not choice.declared.setting.more:
                shown.append(field)
                continue
            folded += [caption(choice.heading)] if choice.heading != heading else []
            heading = choice.heading
            folded.append(field)
        self.show_parts(shown, folded)

    def suggest_again(self) -> None:
        """Begin anew from other values, where nobody typed any."""
        for field in self._fields:
            field.suggest_again()

    def grid(self) -> dict[str, tuple[Any, ...] | Span]:
        """The values by setting, of what is ticked. Raises SettingError where some are refused."""
        return {field.declared.name: field.values() for field in self._fields if field.is_on}

    def reveal_problem(self) -> None:
        """Bring the first refused list to the person's eyes."""
        for field in self._fields:
            try:
                if field.is_on:
                    field.values()
            except SettingError:
                self.reveal(field)
                field.focus_editor()
                return
