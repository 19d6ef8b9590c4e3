"""Above the list of runs what it is narrowed to, below it the room that they take and a file to open."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_rec.common.controls import CalmComboBox, button, named
from desktop_rec.common.panels import caption
from desktop_rec.common.plain import set_tip
from desktop_rec.models.filtering import ORDERS, RunFilter
from engine.text import format_size, plural
from engine.wording import said


class RunListHead(QWidget):
    """narrowed(RunFilter): the person looks for something, or in another order."""

    narrowed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.words = named(
            QLineEdit(),
            "find_runs",
            said("Find runs"),
            said("Words of a name, of settings that differ, of tags or notes"),
        )
        self.words.setPlaceholderText(said("Name, setting, tag or note"))
        self.words.setClearButtonEnabled(True)
        self.only = named(
            CalmComboBox(), "narrow_runs", said("Which runs"), said("Only runs with a star, a model or a tag")
        )
        self.order = named(
            CalmComboBox(), "sort_runs", said("In which order"), said("In which order the runs are listed")
        )
        for key, title in ORDERS.items():
            self.order.addItem(title, key)
        self.only.addItem(said("All models"), "")
        row = QHBoxLayout()
        row.addWidget(self.only, 1)
        row.addWidget(self.order, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(4)
        column.addWidget(self.words)
        column.addLayout(row)
        self.words.textChanged.connect(self._say)
        self.only.activated.connect(self._say)
        self.order.activated.connect(self._say)

    @property
    def wanted(self) -> RunFilter:
        """What is asked for now."""
        return RunFilter(self.words.text(), str(self.only.currentData() or ""), str(self.order.currentData()))

    def show_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """What the list can be narrowed to; what was chosen stays as long as it is there."""
        if [(self.only.itemData(place), self.only.itemText(place)) for place in range(self.only.count())] == list(
            choices
        ):
            return
        former = self.only.currentData()
        with QSignalBlocker(self.only):
            self.only.clear()
            for key, title in choices:
                self.only.addItem(title, key)
            is_there = self.only.choose(former)
        if not is_there:
            self.only.setCurrentIndex(0)
            self._say()

    def _say(self) -> None:
        self.narrowed.emit(self.wanted)


class RunListFoot(QWidget):
    """The room that the runs take, what can be made free of it and at what price, and a model file to open."""

    def __init__(self) -> None:
        super().__init__()
        self._can_give = False
        self.open = button(
            said("Open a model file…"), "open_model_file", said("Make a run of a model that was exported elsewhere")
        )
        self.make_room = button(said("Make room"), "make_room", "", role="quiet")
        self._room = caption()
        self._room.setObjectName("runs_room")
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self.open, 1)
        buttons.addWidget(self.make_room)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addLayout(buttons)
        column.addWidget(self._room)
        self.show_room(0, runs=0, free_bytes=0, giving=0)

    def show_room(self, size_bytes: int, *, runs: int, free_bytes: int, giving: int) -> None:
        """How much the runs take, and how much of it `giving` of them could do without."""
        size, free, named = format_size(size_bytes), format_size(free_bytes), plural(runs, "run")
        text = said("{runs} take {size}", runs=named, size=size) if runs > 1 else said("Takes {size}", size=size)
        text = said("{taken}; {free} can be made free", taken=text, free=free) if giving else text
        self._room.setText(f"{text}." if runs else "")
        self._can_give = giving > 0
        self.make_room.setEnabled(self._can_give and self.open.isEnabled())
        price = said(
            "Frees {free}: what predicts stays, but {runs} can then only go on from their best "
            "epochs (Ctrl+Z brings it back)",
            free=free,
            runs=plural(giving, "run"),
        )
        set_tip(self.make_room, price if giving else said("Every run keeps only what it needs"))

    def allow(self, is_free: bool) -> None:
        """Whether no long job is in the way."""
        self.open.setEnabled(is_free)
        self.make_room.setEnabled(is_free and self._can_give)
