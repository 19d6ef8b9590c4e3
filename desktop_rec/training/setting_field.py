"""One setting in a form: its label, an editor made from its declaration, and the sentence that refuses a value.

Text is checked by the setting's own rules, never by the editor's.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QWidget

from desktop_rec.common.controls import CalmComboBox
from desktop_rec.common.plain import PlainLabel, set_tip
from desktop_rec.theme.theme import set_role
from engine.errors import SettingError
from engine.evaluation.metrics import is_measurable, metric_title
from engine.settings import Config, Declared, parse_setting

LABEL_WIDTH = 118
_MARK = " •"
Editor = QCheckBox | QLineEdit | CalmComboBox


class SettingField(QWidget):
    """edited: the person changed the value (it may be a refused one)."""

    edited = Signal()

    def __init__(self, declared: Declared, config: Config) -> None:
        super().__init__()
        self.declared = declared
        self._config_class = type(config)
        self.setObjectName(f"field_{declared.name}")
        self._editor = self._make_editor()
        self._build()
        self._connect()
        self.show_value(getattr(config, declared.name))

    def show_value(self, value: Any) -> None:
        """Take a value as it stands in a config; None is automatic."""
        editor = self._editor
        if isinstance(editor, CalmComboBox):
            editor.choose(value)
        elif isinstance(editor, QCheckBox):
            editor.setChecked(bool(value))
        else:
            editor.setText(value_text(value))
        self.show_problem("")

    def value(self) -> Any:
        """The value, checked. Raises SettingError with the setting's own sentence, and shows it here."""
        try:
            value = self.peek()
            self._config_class().changed(**{self.declared.name: value})
        except SettingError as error:
            if error.facts.get("setting") == self.declared.name:
                self.show_problem(error.what)
                raise
        self.show_problem("")
        return value

    def show_problem(self, sentence: str) -> None:
        """The refusing sentence below the editor; empty when all is well."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self._editor.setAccessibleDescription(sentence)

    def show_changed(self, from_value: Any, *, changed: bool) -> None:
        """Mark the setting as changed by the person from a value that was filled in, or take the mark away."""
        named = self._editor if isinstance(self._editor, QCheckBox) else self._label
        label = self.declared.setting.label
        named.setText(f"{label}{_MARK}" if changed else label)
        before = value_text(from_value) or "automatic"
        set_tip(named, f"{self._tip} Changed by you; it was {before}." if changed else self._tip)

    @property
    def problem(self) -> str:
        return self._problem.text()

    def focus_editor(self) -> None:
        """Put the cursor where the value is."""
        self._editor.setFocus()

    def peek(self) -> Any:
        """The value as it stands. Raises SettingError where a text means none, and shows nothing."""
        editor = self._editor
        if isinstance(editor, CalmComboBox):
            return editor.currentData()
        if isinstance(editor, QCheckBox):
            return editor.isChecked()
        return parse_setting(self.declared, editor.text())

    def _make_editor(self) -> Editor:
        setting = self.declared.setting
        if setting.choices:
            box = CalmComboBox()
            if self.declared.automatic:
                box.addItem(setting.automatic, None)
            for choice in setting.choices:
                box.addItem(format_choice(choice), choice)
            return box
        if self.declared.kind is bool:
            return QCheckBox(setting.label)
        line = QLineEdit()
        if self.declared.automatic:
            line.setPlaceholderText(setting.automatic)
            line.setClearButtonEnabled(True)
        return line

    def _build(self) -> None:
        setting, editor = self.declared.setting, self._editor
        tip = setting.help + (f" Left empty it is {setting.automatic.lower()}." if self.declared.automatic else "")
        self._tip, self._label = tip, PlainLabel(setting.label)
        editor.setObjectName(f"setting_{self.declared.name}")
        editor.setAccessibleName(setting.label)
        set_tip(editor, tip)
        self._problem = PlainLabel()
        self._problem.setObjectName(f"problem_{self.declared.name}")
        self._problem.setWordWrap(True)
        set_role(self._problem, "negative")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        if isinstance(editor, QCheckBox):
            grid.addWidget(editor, 0, 0, 1, 2)
        else:
            label = self._label
            label.setBuddy(editor)
            set_tip(label, tip)
            label.setWordWrap(True)
            label.setMaximumWidth(LABEL_WIDTH)
            grid.addWidget(label, 0, 0)
            grid.addWidget(editor, 0, 1)
            self._add_unit(grid, setting.unit)
        grid.addWidget(self._problem, 1, 0, 1, 3 if setting.unit else 2)

    def _add_unit(self, grid: QGridLayout, unit: str) -> None:
        if unit:
            label = PlainLabel(unit)
            set_role(label, "weak")
            grid.addWidget(label, 0, 2)

    def _connect(self) -> None:
        editor = self._editor
        if isinstance(editor, CalmComboBox):
            editor.currentIndexChanged.connect(self._on_edited)
        elif isinstance(editor, QCheckBox):
            editor.toggled.connect(self._on_edited)
        else:
            editor.textEdited.connect(self._on_typed)
            editor.editingFinished.connect(self._on_left)

    def _on_edited(self) -> None:
        self.edited.emit()

    def _on_typed(self) -> None:
        """While typing a sentence may go away, but none appears: 1e is not yet wrong."""
        if self.problem:
            self._check()
        self.edited.emit()

    def _on_left(self) -> None:
        self._check()

    def _check(self) -> None:
        try:
            self.value()
        except SettingError:
            return


def value_text(value: Any) -> str:
    """A value as a person would type it: 1e-3, 600, 200, nothing for automatic."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    if isinstance(value, float):
        return f"{value:g}".replace("e-0", "e-").replace("e+0", "e")
    return str(value)


def format_choice(choice: str) -> str:
    """A choice as it is read: slanted_triangle -> Slanted triangle, ndcg@100 -> NDCG@100."""
    known = {
        "mse": "MSE",
        "relu": "ReLU",
        "als": "ALS",
        "sgd": "SGD",
        "svd": "SVD",
        "whole_svd": "Whole SVD",
        "z_scores": "z-scores",
        "float32": "float32",
        "bf16": "bf16",
        "fp16": "fp16",
    }
    if is_measurable(choice):
        return metric_title(choice)
    words = choice.replace("_", " ")
    return known.get(choice, words[:1].upper() + words[1:])
