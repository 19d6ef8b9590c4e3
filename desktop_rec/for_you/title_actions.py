"""The buttons of the chosen title: save it for later, not for me, more like this."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from desktop_rec.common.controls import FlowLayout, named
from desktop_rec.common.plain import set_tip
from desktop_rec.common.row_painting import small
from desktop_rec.for_you.acting import KEYS, Action
from desktop_rec.theme.theme import GRID
from engine.wording import said

if TYPE_CHECKING:
    from engine.recommending.recommendation import Recommendation

_BUTTONS = (
    (Action.SAVE, said("Save for later"), said("Put it on Saved")),
    (Action.REFUSE, said("Not for me"), said("It is not recommended again")),
    (Action.MORE_LIKE_THIS, said("More like this"), said("A list of what is most like it")),
)

_SHAPE = "QPushButton { padding: 3px 5px; } QPushButton:focus { padding: 2px 4px; }"


class TitleActions(QWidget):
    """acted(Action, Recommendation): what is wanted of the title that is shown."""

    acted = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item: Recommendation | None = None
        self._buttons: dict[Action, QPushButton] = {}
        row = FlowLayout(self, gap=GRID // 2)
        for action, words, tip in _BUTTONS:
            made = named(
                QPushButton(words),
                f"panel_{action.value}",
                words,
                said("{tip} ({keys} in the list)", tip=tip, keys=KEYS[action]),
            )
            made.setFont(small(made.font()))
            made.setProperty("role", "small")
            made.setStyleSheet(_SHAPE)
            made.clicked.connect(partial(self._act, action))
            row.addWidget(made)
            self._buttons[action] = made
        save = self._buttons[Action.SAVE]
        save.setCheckable(True)
        save.setMinimumWidth(save.sizeHint().width())

    def show_title(self, item: Recommendation, *, is_saved: bool) -> None:
        """Act on this title from now on."""
        self._item = item
        save = self._buttons[Action.SAVE]
        save.setChecked(is_saved)
        save.setText(said("Saved") if is_saved else said("Save for later"))
        tip = said("Press to take it off Saved") if is_saved else _BUTTONS[0][2]
        set_tip(save, said("{tip} ({keys} in the list)", tip=tip, keys=KEYS[Action.SAVE]))
        save.setAccessibleName(said("Saved for later") if is_saved else said("Save for later"))

    def show_saved(self, saved: frozenset[int]) -> None:
        """Titles were saved, or taken off Saved."""
        if self._item is not None:
            self.show_title(self._item, is_saved=self._item.item_row in saved)

    def _act(self, action: Action) -> None:
        if self._item is not None:
            self.acted.emit(action, self._item)
