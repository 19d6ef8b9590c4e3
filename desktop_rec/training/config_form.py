"""A form made from config dataclasses: the few settings that matter, and the rest folded under "More settings".

Labels, help, limits and refusals are those of the settings. A setting that has an effect only beside some values of
another one is shown only then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_rec.common.building import next_step
from desktop_rec.common.controls import Fold
from desktop_rec.common.panels import caption
from desktop_rec.common.plain import PlainLabel
from desktop_rec.theme.theme import set_role
from desktop_rec.training.setting_field import SettingField
from engine.errors import SettingError
from engine.settings import Config, declared_settings
from engine.wording import said


@dataclass(frozen=True)
class FormPart:
    """One config in a form. `title` heads its folded settings; `leave_out` names what is set elsewhere."""

    title: str
    config: Config
    leave_out: frozenset[str] = frozenset()
    all_folded: bool = False


class FoldingForm(QWidget):
    """A column of widgets, and below it more of them in a fold that stays as a person left it."""

    def __init__(self, name: str, fold_words: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._name, self._fold_words = name, fold_words
        self._body: QWidget | None = None
        self._fold: Fold | None = None
        self._column = _tight_column(self)

    def show_parts(self, shown: Sequence[QWidget], folded: Sequence[QWidget]) -> None:
        """Take the place of what was shown."""
        was_open = self._fold is not None and self._fold.is_open
        if self._body is not None:
            self._column.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
        self._body, self._fold = QWidget(), None
        column = _tight_column(self._body)
        for part in shown:
            column.addWidget(part)
        if folded:
            next_step()
            content = QWidget()
            inside = _tight_column(content)
            inside.setContentsMargins(8, 0, 0, 8)
            for part in folded:
                inside.addWidget(part)
            next_step()
            self._fold = Fold(self._name, self._fold_words, content)
            self._fold.set_open(was_open)
            column.addWidget(self._fold)
            next_step()
        self._column.insertWidget(0, self._body)

    def reveal(self, part: QWidget) -> None:
        """Unfold what hides a part."""
        if self._fold is not None and self._fold.content.isAncestorOf(part):
            self._fold.set_open(True)


class ConfigForm(FoldingForm):
    """changed: the person edited a setting."""

    changed = Signal()

    def __init__(self, name: str, *, fold_words: str = said("More settings")) -> None:
        super().__init__(name, fold_words)
        self._parts: tuple[FormPart, ...] = ()
        self._fields: list[list[SettingField]] = []
        self._problem = PlainLabel()
        self._problem.setWordWrap(True)
        self._problem.setObjectName(f"{name}_problem")
        set_role(self._problem, "negative")
        self._problem.hide()
        self._column.addWidget(self._problem)

    def show_configs(self, parts: Sequence[FormPart]) -> None:
        """Make the form anew for these configs."""
        self._parts = tuple(parts)
        self._fields = []
        for part in self._parts:
            self._fields.append(_fields_of(part))
            next_step()
        shown: list[QWidget] = []
        folded: list[QWidget] = []
        for part, fields in zip(self._parts, self._fields, strict=True):
            later = [field for field in fields if field.declared.setting.more or part.all_folded]
            shown += [field for field in fields if field not in later]
            folded += [caption(part.title), *later] if later else []
            for field in fields:
                field.edited.connect(self._on_edited)
        self._show_relevant()
        next_step()
        self.show_parts(shown, folded)
        next_step()
        self._show_problem("")

    def configs(self) -> tuple[Config, ...] | None:
        """The configs as edited, in the order given; None where a value is refused (its sentence is then shown)."""
        made: list[Config] = []
        for part, fields in zip(self._parts, self._fields, strict=True):
            for field in fields:
                refusal = field.refusal if field.is_relevant else ""
                field.show_problem(refusal)
                if refusal:
                    self._reveal(field)
                    return None
            try:
                made.append(part.config.changed(**_values(part, fields)))
            except SettingError as error:
                self._show_problem(str(error))
                return None
        self._show_problem("")
        return tuple(made)

    def peek(self) -> tuple[Config, ...]:
        """The configs in which every value is good at this moment; shows no sentence, moves no cursor."""
        made = []
        for part, fields in zip(self._parts, self._fields, strict=True):
            try:
                made.append(part.config.changed(**_values(part, fields)))
            except SettingError:
                continue
        return tuple(made)

    @property
    def refusal(self) -> str:
        """Why the first value that is refused is, or why the values do not go together; "" where all is well."""
        for part, fields in zip(self._parts, self._fields, strict=True):
            for field in fields:
                if field.is_relevant and field.refusal:
                    return field.refusal
            try:
                part.config.changed(**_values(part, fields))
            except SettingError as error:
                return error.what
        return ""

    def show_changes(self) -> tuple[str, ...]:
        """Mark what differs from the configs that were shown: the labels of that."""
        labels = []
        for part, fields in zip(self._parts, self._fields, strict=True):
            for field in fields:
                was = getattr(part.config, field.declared.name)
                changed = field.is_relevant and _differs(field, was)
                field.show_changed(was, changed=changed)
                if changed:
                    labels.append(field.declared.setting.label)
        return tuple(labels)

    def show_values(self, config: Config) -> None:
        """Values that were set elsewhere, for the part of that kind; they count as changed."""
        for part, fields in zip(self._parts, self._fields, strict=True):
            if type(part.config) is type(config):
                for field in fields:
                    field.take_value(getattr(config, field.declared.name))
        self._show_relevant()

    def field(self, name: str) -> SettingField:
        """The field of that setting. KeyError where the form has none."""
        for fields in self._fields:
            for field in fields:
                if field.declared.name == name:
                    return field
        raise KeyError(name)

    def _on_edited(self) -> None:
        self._show_relevant()
        self.changed.emit()

    def _show_relevant(self) -> None:
        """Hide what has no effect beside the other settings as they are."""
        for part, fields in zip(self._parts, self._fields, strict=True):
            by_name = {field.declared.name: field for field in fields}
            for field in fields:
                beside = field.declared.setting.only_with
                if beside is None:
                    continue
                owner = by_name.get(beside[0])
                value = owner.peek() if owner is not None else getattr(part.config, beside[0])
                field.show_relevant(value in beside[1])

    def _reveal(self, field: SettingField) -> None:
        self.reveal(field)
        field.focus_editor()

    def _show_problem(self, sentence: str) -> None:
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))


def _fields_of(part: FormPart) -> list[SettingField]:
    wanted = [declared for declared in declared_settings(type(part.config)) if declared.name not in part.leave_out]
    return [SettingField(declared, part.config) for declared in wanted]


def _values(part: FormPart, fields: Sequence[SettingField]) -> dict[str, Any]:
    """What the fields say; a hidden one that is refused counts as it was filled in. Raises SettingError."""
    return {
        field.declared.name: getattr(part.config, field.declared.name)
        if not field.is_relevant and field.refusal
        else field.peek()
        for field in fields
    }


def _differs(field: SettingField, was: object) -> bool:
    """Whether a field does not hold that value any more; a field without a value does not."""
    try:
        return bool(field.peek() != was)
    except SettingError:
        return True


def _tight_column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    return column
