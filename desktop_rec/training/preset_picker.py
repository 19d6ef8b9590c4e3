"""Where a plan starts from: standard settings, a study's preset, or one that the person saved."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from desktop_rec.common.controls import CalmComboBox, button, named
from desktop_rec.common.panels import Popup, caption
from desktop_rec.common.plain import PlainLabel, plain_tip, set_tip
from desktop_rec.theme.theme import set_role
from desktop_rec.training.choice_list import Choice
from engine.wording import said

STANDARD = Choice("", said("Standard settings"), "")
_TIP = said("Fill in the model and all settings: those of a study, those chosen for these data, or your own")
_POPUP_WIDTH = 300


class PresetPicker(QWidget):
    """chosen(str): the person chose the preset with that key ("" is none).

    save_asked(name), rename_asked(key, name), delete_asked(key): of presets of their own, whose keys start with `own`.
    """

    chosen = Signal(str)
    save_asked = Signal(str)
    rename_asked = Signal(str, str)
    delete_asked = Signal(str)

    def __init__(self, *, own: str) -> None:
        super().__init__()
        self.setObjectName("preset_picker")
        self._own = own
        self._choices: tuple[Choice, ...] = ()
        self._build()
        self._box.activated.connect(self._on_activated)
        self._name.named.connect(self._on_named)
        self.show_choices(())

    @property
    def key(self) -> str:
        """The key of the preset that is shown as chosen."""
        return str(self._box.currentData() or "")

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Other presets; none is chosen then. One that is off can be read in its tooltip but not chosen."""
        self._choices = (STANDARD, *choices)
        self._box.clear()
        for place, choice in enumerate(self._choices):
            self._box.addItem(choice.title, choice.key)
            self._box.setItemData(place, plain_tip(choice.sentence) or None, Qt.ItemDataRole.ToolTipRole)
            if not choice.on:
                self._box.setItemData(place, 0, Qt.ItemDataRole.UserRole - 1)
        self.choose("")

    def choose(self, key: str) -> None:
        """Show that a preset is chosen, or none; emits nothing."""
        self._box.choose(key)
        chosen = next((choice for choice in self._choices if choice.key == self._box.currentData()), STANDARD)
        self._words.setText(chosen.sentence)
        self._words.setVisible(bool(chosen.sentence))
        self._box.setAccessibleDescription(chosen.sentence)
        for action in (self._rename, self._delete):
            action.setEnabled(key.startswith(self._own))

    def _build(self) -> None:
        self._box = named(CalmComboBox(), "preset_box", said("Start from"), _TIP)
        label = PlainLabel(said("Start from"))
        label.setBuddy(self._box)
        set_tip(label, _TIP)
        self._words = caption()
        self._words.setObjectName("preset_words")
        self._name = NamePopup(self)
        head = QHBoxLayout()
        head.addWidget(label)
        head.addWidget(self._box, 1)
        head.addWidget(self._make_menu())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._words)

    def _make_menu(self) -> QToolButton:
        self._menu_button = named(
            QToolButton(), "preset_menu_button", said("Your own presets"), said("Save, rename, delete")
        )
        self._menu_button.setText("⋯")
        self._menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._menu_button)
        self._save = QAction(said("Save these settings as a preset…"), menu)
        self._rename = QAction(said("Rename this preset…"), menu)
        self._delete = QAction(said("Delete this preset"), menu)
        actions = (self._save, self._on_save), (self._rename, self._on_rename), (self._delete, self._on_delete)
        for name, (action, call) in zip(("save", "rename", "delete"), actions, strict=True):
            action.setObjectName(f"preset_{name}")
            action.triggered.connect(call)
            menu.addAction(action)
        self._menu_button.setMenu(menu)
        return self._menu_button

    def _on_activated(self, place: int) -> None:
        self.chosen.emit(self._choices[place].key)

    def _on_save(self) -> None:
        self._name.ask(said("Save as a preset"), said("Save"), "", under=self._menu_button)

    def _on_rename(self) -> None:
        self._name.ask(said("Rename the preset"), said("Rename"), self._box.currentText(), under=self._menu_button)

    def _on_delete(self) -> None:
        self.delete_asked.emit(self.key)

    def _on_named(self, name: str) -> None:
        if self._name.is_renaming:
            self.rename_asked.emit(self.key, name)
        else:
            self.save_asked.emit(name)


class NamePopup(Popup):
    """Asks for a name. named(str): one was given."""

    named = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("preset_name", said("Name of the preset"), width=_POPUP_WIDTH, parent=parent)
        self.is_renaming = False
        self._title = PlainLabel()
        set_role(self._title, "heading")
        self._line = named(QLineEdit(), "preset_name_line", said("Name of the preset"))
        self._line.setMaxLength(80)
        self._line.setPlaceholderText(said("A name, such as Quick and wide"))
        self._take = button(said("Save"), "preset_name_button", said("Take this name"), role="primary")
        self._line.textChanged.connect(self._show_ready)
        self._line.returnPressed.connect(self._take.click)
        self._take.clicked.connect(self._on_take)
        for part in (self._title, self._line, self._take):
            self.column.addWidget(part)

    def ask(self, title: str, verb: str, name: str, *, under: QWidget) -> None:
        """Ask, starting from a name ("" for none)."""
        self.is_renaming = bool(name)
        self._title.setText(title)
        self._take.setText(verb)
        self._take.setAccessibleName(verb)
        self._line.setText(name)
        self._line.selectAll()
        self._show_ready(name)
        self.open_under(under, focus=self._line)

    def _show_ready(self, name: str) -> None:
        self._take.setEnabled(bool(name.strip()))

    def _on_take(self) -> None:
        self.hide()
        self.named.emit(self._line.text().strip())
