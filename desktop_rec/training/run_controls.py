"""What a person changes of a run: its rate while it learns, its epochs once it is done, or nothing of a cut-off one."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QSpinBox, QVBoxLayout, QWidget

from desktop_rec.common.controls import FlowLayout, button, named
from desktop_rec.common.plain import PlainLabel, set_tip
from desktop_rec.theme.theme import set_role
from engine.errors import SettingError
from engine.text import format_rate
from engine.training.config import TrainingConfig
from engine.wording import said

_LINE_WIDTH = 88
_MOST_EPOCHS = 10_000


class RateControl(QWidget):
    """asked(lr): the run that learns is to go on at this rate."""

    asked = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rate_control")
        self._line = named(QLineEdit(), "new_rate_line", said("Another learning rate"), said("Such as 3e-4"))
        self._line.setFixedWidth(_LINE_WIDTH)
        self._change = button(
            said("Change the rate"),
            "change_rate_button",
            said("Learn at this rate from the next step on; the schedule is scaled"),
        )
        self._problem = PlainLabel()
        self._problem.setObjectName("new_rate_problem")
        set_role(self._problem, "negative")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._line)
        row.addWidget(self._change)
        row.addWidget(self._problem, 1)
        self._line.returnPressed.connect(self._on_change)
        self._line.textEdited.connect(self._check)
        self._change.clicked.connect(self._on_change)

    def show_rate(self, lr: float | None, *, may_change: bool) -> None:
        """The rate of the newest step, beside which another may be typed."""
        self._line.setPlaceholderText(format_rate(lr) if lr is not None else "rate")
        self._line.setEnabled(may_change)
        self._change.setEnabled(may_change)

    def _check(self) -> float | None:
        """The rate as it is typed; None, with the reason beside it, where it is none."""
        text = self._line.text().strip()
        if not text:
            self._problem.setText("")
            return None
        try:
            lr = float(text.replace(",", "."))
            if not math.isfinite(lr):
                raise ValueError(text)
            TrainingConfig().changed(lr=lr)
        except SettingError as error:
            self._problem.setText(error.what)
            return None
        except ValueError:
            self._problem.setText(said("A rate is a number, such as 3e-4."))
            return None
        self._problem.setText("")
        return lr

    def _on_change(self) -> None:
        lr = self._check()
        if lr is not None:
            self._line.clear()
            self.asked.emit(lr)


class MoreEpochs(QFrame):
    """How many epochs a finished run is to have in all. asked(total): go on until then."""

    asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("more_epochs")
        set_role(self, "card")
        self._describe: Callable[[int], str] = lambda total: ""
        self._total = named(
            QSpinBox(),
            "more_epochs_total",
            said("Epochs in all"),
            said("How many epochs the run has in all when it is done"),
        )
        self._total.setPrefix(said("until epoch "))
        self._words = PlainLabel()
        self._words.setObjectName("more_epochs_words")
        self._words.setWordWrap(True)
        self._go = button(
            said("Train longer"), "more_epochs_start", said("Go on with this run until then"), role="primary"
        )
        self._leave = button(said("Cancel"), "more_epochs_cancel", said("Leave the run as it is"))
        row = QHBoxLayout()
        for part in (self._total, self._go, self._leave):
            row.addWidget(part)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.addWidget(self._words)
        column.addLayout(row)
        self._total.valueChanged.connect(self._say)
        self._go.clicked.connect(self._on_go)
        self._leave.clicked.connect(self.hide)
        self.hide()

    def ask(self, done: int, describe: Callable[[int], str]) -> None:
        """Ask for a total beyond what is done; `describe` says what the schedule does up to a total."""
        self._describe = describe
        self._total.setRange(done + 1, max(done + 1, _MOST_EPOCHS))
        self._total.setValue(min(2 * done, _MOST_EPOCHS))
        self._say(self._total.value())
        self.show()
        self._total.setFocus()

    def _say(self, total: int) -> None:
        self._words.setText(self._describe(total))

    def _on_go(self) -> None:
        self.hide()
        self.asked.emit(self._total.value())


class AskingBar(QFrame):
    """A sentence with buttons, above everything else; hidden while there is nothing to say."""

    def __init__(self, name: str, *buttons: QPushButton, role: str = "notice-warning") -> None:
        super().__init__()
        self.setObjectName(name)
        set_role(self, role)
        self.words: QLabel = PlainLabel()
        self.words.setObjectName(f"{name}_words")
        self.words.setWordWrap(True)
        box = QWidget()
        flow = FlowLayout(box, gap=8)
        for control in buttons:
            flow.addWidget(control)
        row = QHBoxLayout(self)
        row.addWidget(self.words, 3)
        row.addWidget(box, 1)

    def show_words(self, words: str) -> None:
        """Say it; "" hides the bar."""
        if self.words.text() != words:
            self.words.setText(words)
            self.setAccessibleName(words)
            set_tip(self, "")
        self.setVisible(bool(words))
