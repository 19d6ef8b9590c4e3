"""The settings that a search may vary: those that matter most, the rest folded under "More settings"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop_rec.theme import set_role
from desktop_rec.widgets.axis_field import AxisField, ReadValues
from desktop_rec.widgets.fold import Fold
from engine.errors import SettingError
from engine.settings import Declared


@dataclass(frozen=True)
class AxisChoice:
    """A setting on offer, the values suggested for it as text, and the heading under which it stands when folded."""

    declared: Declared
    suggested: str
    heading: str


class SearchForm(QWidget):
    """edited: something about the grid changed."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("search_form")
        self._fields: list[AxisField] = []
        self._fold: Fold | None = None
        self._body: QWidget | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def show_settings(self, choices: Sequence[AxisChoice], *, read: ReadValues) -> None:
        """The settings of another model; none is varied then."""
        if self._body is not None:
            self._layout.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
        self._fields = [AxisField(one.declared, suggested=one.suggested, read=read) for one in choices]
        self._body = self._made_of(choices)
        self._layout.addWidget(self._body)

    def field(self, name: str) -> AxisField:
        """The field of that setting. KeyError where there is none."""
        for one in self._fields:
            if one.declared.name == name:
                return one
        raise KeyError(name)

    def grid(self) -> dict[str, tuple[Any, ...]]:
        """The values by setting, of what is ticked. Raises SettingError where some are refused."""
        return {one.declared.name: one.values() for one in self._fields if one.is_on}

    def reveal_problem(self) -> None:
        """Bring the first refused list to the person's eyes."""
        for one in self._fields:
            try:
                if one.is_on:
                    one.values()
            except SettingError:
                if self._fold is not None and self._fold.content.isAncestorOf(one):
                    self._fold.set_open(True)
                one.focus_editor()
                return

    def _made_of(self, choices: Sequence[AxisChoice]) -> QWidget:
        body, folded = QWidget(), QWidget()
        shown, later = QVBoxLayout(body), QVBoxLayout(folded)
        for layout in (shown, later):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(8)
        later.setContentsMargins(8, 0, 0, 8)
        heading = ""
        for choice, field in zip(choices, self._fields, strict=True):
            field.edited.connect(self.edited)
            if not choice.declared.setting.more:
                shown.addWidget(field)
                continue
            if choice.heading != heading:
                heading = choice.heading
                label = QLabel(heading)
                set_role(label, "caption")
                later.addWidget(label)
            later.addWidget(field)
        self._fold = Fold("search_form", "More settings to vary", folded) if later.count() else None
        if self._fold is not None:
            shown.addWidget(self._fold)
        return body
