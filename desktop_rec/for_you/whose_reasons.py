"""Of a list for two: whose ratings the reasons are of."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from desktop_rec.common.controls import arranged, named
from desktop_rec.common.plain import button_text
from engine.text import shorten
from engine.wording import said

_WIDTH = 18


class WhoseReasons(QWidget):
    """turned(to_companion): the reasons of the other person, or one's own again. Hidden where there is one person."""

    turned = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name: str | None = None
        self._mine = named(QPushButton(said("Your reasons")), "reasons_mine", said("Why it is there for you"))
        self._theirs = named(QPushButton(), "reasons_theirs", said("Why it is there for the other"))
        group = QButtonGroup(self)
        for place, made in enumerate((self._mine, self._theirs)):
            made.setCheckable(True)
            group.addButton(made, place)
        group.idClicked.connect(self._on_clicked)
        arranged(QHBoxLayout(self), self._mine, self._theirs, 1, gap=0)
        self.show_companion("")

    def show_companion(self, name: str) -> None:
        """Who the other is; "" for nobody. With another the own reasons come first."""
        if name == self._name:
            return
        self._name = name
        self._theirs.setText(button_text(shorten(f"{name}’s", _WIDTH)))
        self._theirs.setAccessibleName(said("Why it is there for {name}", name=name))
        self._mine.setChecked(True)
        self.setVisible(bool(name))

    def _on_clicked(self, place: int) -> None:
        self.turned.emit(place == 1)
