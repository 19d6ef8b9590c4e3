"""One setting in a form: its label, an editor made from its declaration, its limits, and what refuses a value.

Text is checked as it is typed, by the setting's own rules, never by the editor's.
"""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QWidget

from desktop_rec.common.controls import CalmComboBox, named
from desktop_rec.common.plain import PlainLabel, set_tip
from desktop_rec.theme.theme import set_role
from engine.errors import SettingError
from engine.evaluation.metrics import is_measurable, metric_title
from engine.settings import Config, Declared, check_setting, parse_setting
from engine.wording import joined, said

LABEL_WIDTH = 118
_MARK = " •"
_BACK_SIZE, _EDITOR_WIDTH, _BESIDE_TEXT, _LIMITS_WIDTH = 20, 84, 24, 50
_UNFINISHED = re.compile(r"[+-]?\d*[.,]?\d*(e[+-]?)?", re.IGNORECASE)
"""What a number may be while it is typed."""
Editor = QCheckBox | QLineEdit | CalmComboBox


class SettingField(QWidget):
    """edited: the person changed the value (it may be a refused one)."""

    edited = Signal()

    def __init__(self, declared: Declared, config: Config) -> None:
        super().__init__()
        self.declared = declared
        self._config_class = type(config)
        self.setObjectName(f"field_{declared.name}")
        self.is_relevant = True
        """Whether it has an effect beside the other settings as they are."""
        self._marked: tuple[Any, bool] | None = None
        self._before = self._exact = getattr(config, declared.name)
        self._beside: PlainLabel | None = None
        self._editor = self._make_editor()
        self._build()
        self._connect()
        self.show_value(getattr(config, declared.name))

    def show_value(self, value: Any) -> None:
        """Take a value as it stands in a config; None is automatic."""
        editor, self._exact = self._editor, value
        if isinstance(editor, CalmComboBox):
            editor.choose(value)
        elif isinstance(editor, QCheckBox):
            editor.setChecked(bool(value))
        else:
            editor.setText(value_text(value))
        self.show_problem("")

    def show_relevant(self, is_relevant: bool) -> None:
        """Be seen only where the setting has an effect."""
        if is_relevant != self.is_relevant:
            self.is_relevant = is_relevant
            self.setVisible(is_relevant)

    def take_value(self, value: Any) -> None:
        """A value that was set elsewhere while the field was there; says nothing."""
        try:
            is_same = self.peek() == value
        except SettingError:
            is_same = False
        if not is_same:
            self.blockSignals(True)
            self.show_value(value)
            self.blockSignals(False)

    def value(self) -> Any:
        """The value, checked. Raises SettingError with the setting's own sentence, and shows it here."""
        refusal = self.refusal
        self.show_problem(refusal)
        if refusal:
            raise SettingError(refusal, setting=self.declared.name)
        return self.peek()

    @property
    def refusal(self) -> str:
        """Why the value as it stands is refused, in the setting's own sentence; "" where it is good. Shows nothing.

        What a text may be is known to its config alone, which takes a hundred times as long to ask.
        """
        try:
            value = self.peek()
            check_setting(self.declared, value)
            if self.declared.kind is str and not self.declared.setting.choices:
                self._config_class().changed(**{self.declared.name: value})
        except SettingError as error:
            if error.facts.get("setting") == self.declared.name:
                return error.what
        return ""

    def show_problem(self, sentence: str) -> None:
        """The refusing sentence below the editor; empty when all is well."""
        if sentence == self.problem:
            return
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self._editor.setAccessibleDescription(sentence)
        if self._beside is not None:
            set_role(self._beside, "negative" if sentence else "weak")

    def show_changed(self, from_value: Any, *, changed: bool) -> None:
        """Mark the setting as changed by the person from a value that was filled in, or take the mark away."""
        if (from_value, changed) == self._marked:
            return
        self._marked = (from_value, changed)
        marked = self._editor if isinstance(self._editor, QCheckBox) else self._label
        label, before = self.declared.setting.label, shown_value(from_value)
        self._before = from_value
        marked.setText(f"{label}{_MARK}" if changed else label)
        was = said("Changed by you; it was {before}.", before=before)
        set_tip(marked, joined(self._tip, was) if changed else self._tip)
        self._back.setVisible(changed)
        set_tip(self._back, said("Put back: {label} was {before}", label=label, before=before))

    @property
    def problem(self) -> str:
        return self._problem.text()

    def focus_editor(self) -> None:
        """Put the cursor where the value is."""
        self._editor.setFocus()

    def peek(self) -> Any:
        """The value as it stands. Raises SettingError where a text means none, and shows nothing.

        A text that still is what was shown means that value with all its digits.
        """
        editor = self._editor
        if isinstance(editor, CalmComboBox):
            return editor.currentData()
        if isinstance(editor, QCheckBox):
            return editor.isChecked()
        if editor.text() == value_text(self._exact):
            return self._exact
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
            room = line.fontMetrics().horizontalAdvance(setting.automatic) + _BESIDE_TEXT
            line.setMinimumWidth(min(room, _EDITOR_WIDTH))
            line.setClearButtonEnabled(True)
        return line

    def _build(self) -> None:
        setting, editor = self.declared.setting, self._editor
        limits = limits_text(self.declared)
        ends = said("From {limits}.", limits=limits.replace("–", " to ")) if limits else ""
        empty = said("Left empty it is {value}.", value=setting.automatic.lower()) if self.declared.automatic else ""
        tip = joined(setting.help, ends, empty)
        self._tip, self._label = tip, PlainLabel(setting.label)
        editor.setObjectName(f"setting_{self.declared.name}")
        editor.setAccessibleName(setting.label)
        set_tip(editor, tip)
        self._problem = PlainLabel()
        self._problem.setObjectName(f"problem_{self.declared.name}")
        self._problem.setWordWrap(True)
        set_role(self._problem, "negative")
        self._problem.hide()
        self._back = put_back_button(self.declared.name, setting.label)
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
            grid.addLayout(self._with_limits(editor, limits, setting.unit), 0, 1)
        grid.addWidget(self._back, 0, 2)
        grid.addWidget(self._problem, 1, 0, 1, 3)

    def _with_limits(self, editor: QWidget, limits: str, unit: str) -> QHBoxLayout:
        """The editor with its limits and unit beside it."""
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(editor, 1)
        words = " ".join(filter(None, (limits, unit)))
        if words:
            self._beside = PlainLabel(words)
            self._beside.setObjectName(f"limits_{self.declared.name}")
            self._beside.setMinimumWidth(_LIMITS_WIDTH)
            self._beside.setWordWrap(True)
            set_role(self._beside, "weak")
            row.addWidget(self._beside)
        return row

    def _connect(self) -> None:
        editor = self._editor
        self._back.clicked.connect(self._on_put_back)
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
        """Each value is checked as it is typed; of a number that is not yet whole nothing is said: 1e is not wrong."""
        is_open = self.declared.kind in (int, float) and is_unfinished(self._text)
        self.show_problem("" if is_open else self.refusal)
        self.edited.emit()

    @property
    def _text(self) -> str:
        return self._editor.text() if isinstance(self._editor, QLineEdit) else ""

    def _on_left(self) -> None:
        self.show_problem(self.refusal)

    def _on_put_back(self) -> None:
        """A text line says nothing of a value that the program sets."""
        self.show_value(self._before)
        if isinstance(self._editor, QLineEdit):
            self.edited.emit()
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)


def is_unfinished(text: str) -> bool:
    """Whether a text is no number yet, but may become one.

    >>> [is_unfinished(text) for text in ("", "1e", "1e-", "-", "1e-3", "0.", "fast")]
    [True, True, True, True, False, False, False]
    """
    try:
        float(text)
    except ValueError:
        return bool(_UNFINISHED.fullmatch(text.strip()))
    return False


def put_back_button(name: str, label: str) -> QToolButton:
    """Puts the value of a setting back that was filled in; its room is there while it is hidden."""
    back = named(QToolButton(), f"put_back_{name}", said("Put back {label}", label=label))
    back.setText("↺")
    set_role(back, "sign")
    back.setFixedSize(_BACK_SIZE, _BACK_SIZE)
    policy = QSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    policy.setRetainSizeWhenHidden(True)
    back.setSizePolicy(policy)
    back.hide()
    return back


def limits_text(declared: Declared) -> str:
    """The limits of a number, short enough to stand beside it: 1–10,000; "" where there are not both.

    >>> from engine.training.config import TrainingConfig
    >>> from engine.settings import find_setting
    >>> limits_text(find_setting(TrainingConfig, "ratio")), limits_text(find_setting(TrainingConfig, "monitor"))
    ('1–1e6', '')
    """
    setting = declared.setting
    if declared.kind not in (int, float) or setting.low is None or setting.high is None:
        return ""
    return f"{_limit(setting.low)}–{_limit(setting.high)}"


def _limit(limit: float) -> str:
    """10,000 in full, 1e6 and 1e-8 in short."""
    if limit >= 1e5:
        return f"{limit:.2g}".replace("e+0", "e").replace("e+", "e")
    return f"{limit:,.0f}" if limit >= 1000 else value_text(float(limit))


def shown_value(value: Any) -> str:
    """A value as it is read: a choice by its name, yes and no, automatic."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str) and value:
        return format_choice(value)
    return value_text(value) or "automatic"


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
        "whole_svd": said("Whole SVD"),
        "z_scores": "z-scores",
        "reduce_on_plateau": said("Plateau"),
        "float32": "float32",
        "bf16": "bf16",
        "fp16": "fp16",
    }
    if is_measurable(choice):
        return metric_title(choice)
    words = choice.replace("_", " ")
    return known.get(choice, words[:1].upper() + words[1:])
