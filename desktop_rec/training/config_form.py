"""A form made from config dataclasses: the few settings that matter, and the rest folded under "More settings".

Stands between engine.settings and a view. It invents nothing: labels, help, limits and refusals are the settings'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop_rec.common.controls import Fold
from desktop_rec.theme.theme import set_role
from desktop_rec.training.setting_field import LABEL_WIDTH, SettingField
from engine.errors import SettingError
from engine.settings import Config, declared_settings


@dataclass(frozen=True)
class FormPart:
    """One config in a form. `title` heads its folded settings; `leave_out` names what is set elsewhere; `can_differ`
    says whether what a person changes in it is marked as a change.
    """

    title: str
    config: Config
    leave_out: frozenset[str] = frozenset()
    all_folded: bool = False
    can_differ: bool = True


class ConfigForm(QWidget):
    """changed: the person edited a setting."""

    changed = Signal()

    def __init__(self, name: str, *, label_width: int = LABEL_WIDTH, fold_words: str = "More settings") -> None:
        super().__init__()
        self._fold_words = fold_words
        self._label_width = label_width
        self.setObjectName(name)
        self._name = name
        self._parts: tuple[FormPart, ...] = ()
        self._fields: list[list[SettingField]] = []
        self._problem = QLabel()
        self._problem.setWordWrap(True)
        self._problem.setObjectName(f"{name}_problem")
        set_role(self._problem, "negative")
        self._problem.hide()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self._layout.addWidget(self._problem)
        self._body: QWidget | None = None
        self._fold: Fold | None = None

    def show_configs(self, parts: Sequence[FormPart]) -> None:
        """Make the form anew for these configs."""
        was_open = self._fold is not None and self._fold.is_open
        if self._body is not None:
            self._layout.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
        self._parts = tuple(parts)
        self._fields = [_fields_of(part, self._label_width) for part in self._parts]
        self._body = self._make_body()
        self._layout.insertWidget(0, self._body)
        self._problem.hide()
        if self._fold is not None:
            self._fold.set_open(was_open)

    def configs(self) -> tuple[Config, ...] | None:
        """The configs as edited, in the order given; None where a value is refused (its sentence is then shown)."""
        made: list[Config] = []
        for part, fields in zip(self._parts, self._fields, strict=True):
            values = {}
            for field in fields:
                try:
                    values[field.declared.name] = field.value()
                except SettingError:
                    self._reveal(field)
                    return None
            try:
                made.append(part.config.changed(**values))
            except SettingError as error:
                self._say(str(error))
                return None
        self._say("")
        return tuple(made)

    def peek(self) -> tuple[Config, ...]:
        """The configs in which every value is good at this moment; shows no sentence, moves no cursor."""
        made = []
        for part, fields in zip(self._parts, self._fields, strict=True):
            try:
                made.append(part.config.changed(**{field.declared.name: field.peek() for field in fields}))
            except SettingError:
                continue
        return tuple(made)

    def show_changes(self, *, marked: bool) -> tuple[str, ...]:
        """Mark what differs from the configs that were shown (or, where not `marked`, nothing): the labels of that."""
        labels = []
        for part, fields in zip(self._parts, self._fields, strict=True):
            for field in fields:
                was = getattr(part.config, field.declared.name)
                changed = marked and part.can_differ and _differs(field, was)
                field.show_changed(was, changed=changed)
                if changed:
                    labels.append(field.declared.setting.label)
        return tuple(labels)

    def field(self, name: str) -> SettingField:
        """The field of that setting. KeyError where the form has none."""
        for fields in self._fields:
            for one in fields:
                if one.declared.name == name:
                    return one
        raise KeyError(name)

    def _make_body(self) -> QWidget:
        body, folded = QWidget(), QWidget()
        shown_layout, folded_layout = QVBoxLayout(body), QVBoxLayout(folded)
        for layout in (shown_layout, folded_layout):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(6)
        folded_layout.setContentsMargins(8, 0, 0, 8)
        for part, fields in zip(self._parts, self._fields, strict=True):
            later = [one for one in fields if one.declared.setting.more or part.all_folded]
            for field in fields:
                field.edited.connect(self.changed)
                if field not in later:
                    shown_layout.addWidget(field)
            if later:
                folded_layout.addWidget(_heading(part.title))
            for field in later:
                folded_layout.addWidget(field)
        self._fold = Fold(self._name, self._fold_words, folded) if folded_layout.count() else None
        if self._fold is not None:
            shown_layout.addWidget(self._fold)
        return body

    def _reveal(self, field: SettingField) -> None:
        if self._fold is not None and self._fold.content.isAncestorOf(field):
            self._fold.set_open(True)
        field.focus_editor()

    def _say(self, sentence: str) -> None:
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))


def _fields_of(part: FormPart, label_width: int) -> list[SettingField]:
    declared = declared_settings(type(part.config))
    wanted = [one for one in declared if one.name not in part.leave_out]
    return [SettingField(one, part.config, label_width=label_width) for one in wanted]


def _differs(field: SettingField, was: object) -> bool:
    """Whether a field does not hold that value any more; one that holds none does not."""
    try:
        return bool(field.peek() != was)
    except SettingError:
        return True


def _heading(words: str) -> QLabel:
    label = QLabel(words)
    set_role(label, "caption")
    return label
