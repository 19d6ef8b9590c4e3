"""The learning rate of a plan: automatic or typed, where it came from, and the way to look for it by eye."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QWidget

from desktop_rec.common.controls import button, named
from desktop_rec.common.panels import caption
from desktop_rec.common.plain import PlainLabel, set_tip
from desktop_rec.theme.theme import set_role
from desktop_rec.training.setting_field import LABEL_WIDTH, is_unfinished, put_back_button
from engine.errors import SettingError
from engine.settings import declared_settings, parse_setting
from engine.text import format_rate
from engine.training.config import TrainingConfig
from engine.wording import said


class RateRow(QWidget):
    """The learning rate and where it came from. changed: the person edited it. look_asked: they want to look for it."""

    changed = Signal()
    look_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rate_row")
        self._declared = next(setting for setting in declared_settings(TrainingConfig) if setting.name == "lr")
        self._origin = self._found_at = ""
        self._exact: float | None = None
        self._start: float | None = None
        self._build()
        self._automatic.toggled.connect(self._on_edited)
        self._line.textEdited.connect(self._on_typed)
        self._line.editingFinished.connect(self._on_left)
        self._back.clicked.connect(self._on_put_back)
        self._look.clicked.connect(self.look_asked)
        self.show_rate(None)

    def show_rate(self, lr: float | None, *, origin: str = "", found_at: str = "", is_given: bool = False) -> None:
        """A rate and where it came from; None is automatic, read off the sweep's loss at a place in words.

        `is_given`: the schedule says it, so that it is changed there.
        """
        for part in (self._automatic, self._line):
            part.setEnabled(not is_given)
        self._found_at, self._exact, self._origin = found_at, lr, origin
        self._automatic.blockSignals(True)
        self._automatic.setChecked(lr is None)
        self._automatic.blockSignals(False)
        if lr is not None:
            self._line.setText(format_rate(lr))
        self._describe()

    def show_origin(self, origin: str) -> None:
        """Where the shown rate came from; what is typed stays."""
        if origin != self._origin:
            self._origin = origin
            self._describe()

    def show_changed(self, start: float | None, *, changed: bool) -> None:
        """Mark the rate as changed from the one that was filled in, or take the mark away."""
        self._start = start
        label = self._declared.setting.label
        self._label.setText(f"{label} •" if changed else label)
        self._back.setVisible(changed)
        set_tip(
            self._back,
            said("Put back: it was {start}", start=format_rate(start) if start is not None else said("automatic")),
        )

    def is_good(self) -> bool:
        """Whether there is a rate, or it is automatic; where not, its sentence is shown here."""
        refusal = self.refusal
        self._show_problem(refusal)
        if refusal:
            self._line.setFocus()
        return not refusal

    @property
    def refusal(self) -> str:
        """Why the rate as it stands is refused; "" where it is good. Shows nothing."""
        try:
            self._read()
        except SettingError as error:
            return error.what
        return ""

    def peek(self) -> float | None:
        """The rate as it stands; None where it is automatic or not a rate. Shows nothing."""
        try:
            return self._read()
        except SettingError:
            return None

    @property
    def _is_given(self) -> bool:
        """Whether the text is still the rate that was shown, whose further digits are kept."""
        return self._exact is not None and self._line.text() == format_rate(self._exact)

    def _read(self) -> float | None:
        if self._automatic.isChecked():
            return None
        typed = self._exact if self._is_given else float(parse_setting(self._declared, self._line.text() or "none"))
        return TrainingConfig().changed(lr=typed).lr

    def _build(self) -> None:
        name, tip = said("Find the learning rate automatically"), self._declared.setting.help
        self._automatic = named(QCheckBox(said("Automatic")), "rate_automatic", name, tip)
        self._line = named(QLineEdit(), "rate_line", said("Learning rate"), said("The rate to use, such as 3e-3"))
        self._words, self._problem = caption(), caption()
        self._words.setObjectName("rate_words")
        self._problem.setObjectName("rate_problem")
        set_role(self._problem, "negative")
        self._look = button(said("Look for it yourself"), "rate_look", said("Open the tab Learning rate"), role="link")
        label = self._label = PlainLabel(self._declared.setting.label)
        label.setBuddy(self._automatic)
        self._back = put_back_button("lr", self._declared.setting.label)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(2, 1)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self._automatic, 0, 1)
        grid.addWidget(self._line, 0, 2)
        grid.addWidget(self._back, 0, 3)
        grid.addWidget(self._words, 1, 1, 1, 2)
        grid.addWidget(self._look, 2, 1, 1, 2)
        grid.addWidget(self._problem, 3, 0, 1, 4)

    def _on_edited(self) -> None:
        self._describe()
        self.changed.emit()

    def _on_typed(self, text: str) -> None:
        """Of a number that is not yet whole nothing is said."""
        self._describe()
        self._show_problem("" if is_unfinished(text) else self.refusal)
        self.changed.emit()

    def _on_left(self) -> None:
        self._show_problem(self.refusal)

    def _on_put_back(self) -> None:
        self.show_rate(self._start, origin=self._origin, found_at=self._found_at)
        self.changed.emit()
        self._automatic.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_problem(self, sentence: str) -> None:
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self._line.setAccessibleDescription(sentence)

    def _describe(self) -> None:
        automatic = self._automatic.isChecked()
        self._line.setVisible(not automatic)
        self._look.setVisible(automatic)
        self._show_problem("")
        if automatic:
            words = said("Found first, by a short sweep of the loss")
            if self._found_at:
                words = said("Found first, by a short sweep of the loss, {where}", where=self._found_at)
            self._words.setText(words)
        else:
            self._words.setText((self._origin or said("Your own")) if self._is_given else said("Your own"))
