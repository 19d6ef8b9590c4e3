"""The head of the chosen run: its name, what it is, and what can be done with it.

A part of Quality: show_run() in, signals out. Renaming happens in place.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_rec.common.controls import FlowLayout, button
from desktop_rec.common.name_edit import NameEdit
from desktop_rec.common.panels import caption
from desktop_rec.theme.theme import GRID


@dataclass(frozen=True)
class RunHeadState:
    """The chosen run. use_words: what the first button says; judge_words: "" where there is nothing to judge."""

    name: str
    about: str
    can_use: bool
    use_words: str
    can_go_on: bool
    judge_words: str


class RunHead(QWidget):
    """use_asked, go_on_asked, judge_asked, delete_asked, renamed(str)."""

    use_asked = Signal()
    go_on_asked = Signal()
    judge_asked = Signal()
    delete_asked = Signal()
    renamed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("run_head")
        self.name = NameEdit("run_name", role="title")
        self._about = caption()
        self._about.setObjectName("run_about")
        self.use = button("Use this model", "use_run", "Let For you recommend with this model", role="primary")
        self.go_on = button("Train on", "train_on", "Go on training where this run was stopped")
        self.judge = button(
            "Judge again",
            "judge_run",
            "Judge this run on what was held out from it, with the curve from few to many titles",
        )
        self.rename = button("Rename", "rename_run", "Give this run another name", role="quiet")
        self.delete = button("Delete", "delete_run", "Delete this run (Ctrl+Z brings it back)", role="quiet")
        self._build()
        self.use.clicked.connect(self.use_asked)
        self.go_on.clicked.connect(self.go_on_asked)
        self.judge.clicked.connect(self.judge_asked)
        self.rename.clicked.connect(self.name.begin)
        self.delete.clicked.connect(self.delete_asked)
        self.name.renamed.connect(self.renamed)

    def show_run(self, state: RunHeadState, *, is_free: bool) -> None:
        """Show a run; `is_free`: no long job is in the way of another."""
        self.name.show_name(state.name)
        self._about.setText(state.about)
        self.use.setText(state.use_words)
        self.use.setEnabled(state.can_use)
        self.go_on.setVisible(state.can_go_on)
        self.judge.setVisible(bool(state.judge_words))
        self.judge.setText(state.judge_words)
        self.judge.setAccessibleName(state.judge_words)
        for one in (self.go_on, self.judge):
            one.setEnabled(is_free)

    def _build(self) -> None:
        buttons = QWidget()
        row = FlowLayout(buttons, gap=GRID)
        for one in (self.use, self.go_on, self.judge, self.rename, self.delete):
            row.addWidget(one)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self.name, self._about, buttons):
            column.addWidget(part)
