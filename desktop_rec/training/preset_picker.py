"""What a run starts from: a model as it comes, or a preset, with the reason for it and what was changed since."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_rec.common.controls import CalmComboBox, button, named
from desktop_rec.theme.theme import set_role
from desktop_rec.training.choice_list import Choice

_AS_IT_COMES = Choice("", "A model as it comes", "")
_TIP = "Fill in the model and all settings: those of a study, or those chosen for these data and this machine"


class PresetPicker(QWidget):
    """chosen(str): the person chose the preset with that key ("" is none). put_back_asked: undo what was changed."""

    chosen = Signal(str)
    put_back_asked = Signal()

    def __init__(self, name: str = "preset") -> None:
        super().__init__()
        self.setObjectName(f"{name}_picker")
        self._choices: tuple[Choice, ...] = ()
        self._build(name)
        self._box.activated.connect(self._on_activated)
        self._back.clicked.connect(self.put_back_asked)
        self.show_choices(())

    @property
    def key(self) -> str:
        """The chosen preset's key ("" where there is none)."""
        return str(self._box.currentData() or "")

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Other presets; none is chosen then. One that is off can be read in its tooltip but not chosen."""
        self._choices = (_AS_IT_COMES, *choices)
        self._box.clear()
        for place, choice in enumerate(self._choices):
            self._box.addItem(choice.title, choice.key)
            self._box.setItemData(place, choice.sentence or None, Qt.ItemDataRole.ToolTipRole)
            if not choice.on:
                self._box.setItemData(place, 0, Qt.ItemDataRole.UserRole - 1)
        self.choose("")

    def choose(self, key: str) -> None:
        """Choose a preset, or none. Says nothing to anyone."""
        self._box.choose(key)
        chosen = next((choice for choice in self._choices if choice.key == self.key), _AS_IT_COMES)
        self._words.setText(chosen.sentence)
        self._words.setVisible(bool(chosen.sentence))
        self._box.setAccessibleDescription(chosen.sentence)
        self.show_changed(())

    def show_changed(self, labels: Sequence[str]) -> None:
        """Which settings are not the preset's any more, in the words of the form."""
        self._changed.setText(f"Changed by you: {', '.join(labels)}" if labels else "")
        self._changed.setVisible(bool(labels))
        self._back.setVisible(bool(labels))

    @property
    def changed_words(self) -> str:
        """What is said about changes; "" where there are none."""
        return self._changed.text()

    def _build(self, name: str) -> None:
        self._box = named(CalmComboBox(), f"{name}_box", "Start from", _TIP)
        label = QLabel("Start from")
        label.setBuddy(self._box)
        label.setToolTip(_TIP)
        self._words, self._changed = QLabel(), QLabel()
        for one, role in ((self._words, "caption"), (self._changed, "warning")):
            one.setWordWrap(True)
            set_role(one, role)
        self._words.setObjectName(f"{name}_words")
        self._changed.setObjectName(f"{name}_changed")
        self._back = button("Put back", f"{name}_put_back", "Take all settings of the preset again", role="link")
        head = QHBoxLayout()
        head.addWidget(label)
        head.addWidget(self._box, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        for widget in (self._words, self._changed):
            column.addWidget(widget)
        column.addWidget(self._back, 0, Qt.AlignmentFlag.AlignLeft)

    def _on_activated(self, place: int) -> None:
        self.choose(self._choices[place].key)
        self.chosen.emit(self.key)
