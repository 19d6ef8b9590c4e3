"""The line above every view: which data set, model and person everything below is about, each a menu."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from desktop_rec.common.controls import named
from desktop_rec.common.plain import button_text, set_tip
from desktop_rec.theme.icons import icon
from desktop_rec.theme.theme import GRID, THEME
from engine.text import format_count

_WIDEST = 330


@dataclass(frozen=True)
class Choice:
    """One line of a menu: what is reported when it is chosen, what it says, and whether it is the one in force."""

    key: str
    text: str
    is_now: bool = False


@dataclass(frozen=True)
class HeaderState:
    """What the three menus say and offer. An empty tuple of choices leaves only the fixed actions."""

    dataset: str
    model: str
    person: str
    datasets: tuple[Choice, ...] = ()
    models: tuple[Choice, ...] = ()
    people: tuple[Choice, ...] = ()
    person_is_stored: bool = False
    all_models: int = 0
    """How many models there are, where the menu does not hold them all."""


class HeaderMenu(QToolButton):
    """A button with an icon, text that is cut in the middle, and a menu. Emits chosen(key)."""

    chosen = Signal(str)

    def __init__(self, icon_name: str, object_name: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._about = tooltip
        named(self, object_name, tooltip)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(18, 18))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._menu = QMenu(self)
        self._shown: tuple[tuple[Choice, ...], tuple[Choice, ...]] = ((), ())
        self.setMenu(self._menu)
        self._menu.triggered.connect(self._on_triggered)
        THEME.changed.connect(self.tint)
        self.tint()

    def show_choices(self, text: str, choices: tuple[Choice, ...], fixed: tuple[Choice, ...]) -> None:
        """The text on the button, and the menu: choices, a rule, then what is always there."""
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, _WIDEST)
        self.setText(f"{button_text(shown)}  ▾")
        set_tip(self, f"{self._about}: {text}")
        self.setAccessibleName(f"{self._about}: {text}")
        if (choices, fixed) == self._shown:
            return
        self._shown = (choices, fixed)
        self._menu.clear()
        for choice in choices:
            self._add(choice, checkable=True)
        if choices and fixed:
            self._menu.addSeparator()
        for choice in fixed:
            self._add(choice, checkable=False)

    def tint(self) -> None:
        self.setIcon(icon(self._icon_name, THEME.colours.text_weak, size=18))

    def _add(self, choice: Choice, *, checkable: bool) -> None:
        action = QAction(button_text(choice.text), self._menu)
        set_tip(action, choice.text)
        action.setObjectName(f"{self.objectName()}_{choice.key}")
        action.setData(choice.key)
        action.setCheckable(checkable)
        action.setChecked(checkable and choice.is_now)
        self._menu.addAction(action)

    def _on_triggered(self, action: QAction) -> None:
        self.chosen.emit(action.data())


OPEN_FILE, USE_SAMPLE, ALL_MODELS, TRAIN = ":open", ":sample", ":all", ":train"
NEW_PERSON, RENAME_PERSON, DELETE_PERSON = ":new", ":rename", ":delete"


class Header(QFrame):
    """Emits dataset_chosen(id, OPEN_FILE or USE_SAMPLE), model_chosen(run id, ALL_MODELS or TRAIN), person_chosen(id or
    *_PERSON)."""

    dataset_chosen = Signal(str)
    model_chosen = Signal(str)
    person_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self._connect()

    def show_state(self, state: HeaderState) -> None:
        self._dataset.show_choices(
            state.dataset,
            state.datasets,
            (Choice(USE_SAMPLE, "Use the sample"), Choice(OPEN_FILE, "Open a ratings file…")),
        )
        more = (Choice(ALL_MODELS, f"All {format_count(state.all_models)} models…"),) if state.all_models else ()
        self._model.show_choices(state.model, state.models, (*more, Choice(TRAIN, "Train a model")))
        stored = (Choice(RENAME_PERSON, f"Rename {state.person}…"), Choice(DELETE_PERSON, f"Delete {state.person}"))
        fixed = (Choice(NEW_PERSON, "Add a person…"), *(stored if state.person_is_stored else ()))
        self._person.show_choices(state.person, state.people, fixed)

    def _build(self) -> None:
        self.setProperty("role", "header")
        self.setObjectName("header")
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 6, GRID, 6)
        row.setSpacing(GRID)
        self._dataset = HeaderMenu("data", "header_dataset", "Data set")
        self._model = HeaderMenu("train", "header_model", "Model")
        self._person = HeaderMenu("person", "header_person", "Person")
        row.addWidget(self._dataset)
        row.addStretch(1)
        row.addWidget(self._model)
        row.addWidget(self._person)

    def _connect(self) -> None:
        self._dataset.chosen.connect(self.dataset_chosen)
        self._model.chosen.connect(self.model_chosen)
        self._person.chosen.connect(self.person_chosen)
