"""The learning rate of a run: found automatically, or the one that was chosen, and where it came from."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QLineEdit, QWidget

from desktop_rec.common.controls import button, named
from desktop_rec.theme.theme import set_role
from desktop_rec.training.setting_field import LABEL_WIDTH
from engine.errors import SettingError
from engine.settings import declared_settings, parse_setting
from engine.text import format_rate
from engine.training.config import TrainingConfig


class RateRow(QWidget):
    """changed: the person edited the rate. look_asked: they want to look for it themselves."""

    changed = Signal()
    look_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rate_row")
        self._declared = next(setting for setting in declared_settings(TrainingConfig) if setting.name == "lr")
        self._origin = self._found_at = ""
        self._exact: float | None = None
        self._build()
        self._connect()
        self.show_rate(None)

    def show_rate(self, lr: float | None, *, origin: str = "", found_at: str = "") -> None:
        """A rate and where it came from; None is automatic, read off the sweep's loss at a place in words."""
        self._found_at = found_at
        self._automatic.setChecked(lr is None)
        if lr is not None:
            self._line.setText(format_rate(lr))
        self._exact = lr
        self._origin = origin
        self._say()

    def rate(self) -> float | None:
        """The rate, None for automatic. Raises SettingError, and shows its sentence here."""
        if self._automatic.isChecked():
            return None
        try:
            return TrainingConfig().changed(lr=self._typed()).lr
        except SettingError as error:
            self._problem.setText(error.what)
            self._problem.show()
            self._line.setFocus()
            raise

    def peek(self) -> float | None:
        """The rate as it stands; None where it is automatic or not a rate. Shows nothing."""
        if self._automatic.isChecked():
            return None
        try:
            return TrainingConfig().changed(lr=self._typed()).lr
        except SettingError:
            return None

    def _typed(self) -> float:
        if self._exact is not None and self._line.text() == format_rate(self._exact):
            return self._exact
        return float(parse_setting(self._declared, self._line.text() or "none"))

    def _build(self) -> None:
        self._automatic = named(
            QCheckBox("Automatic"),
            "rate_automatic",
            "Find the learning rate automatically",
            self._declared.setting.help,
        )
        self._line = named(QLineEdit(), "rate_line", "Learning rate", "The rate to use, such as 3e-3")
        self._words, self._problem = QLabel(), QLabel()
        for label, role in ((self._words, "caption"), (self._problem, "negative")):
            label.setWordWrap(True)
            set_role(label, role)
        self._look = button("Look for it yourself", "rate_look", "Open the place Learning rate", role="link")
        self._look.setProperty("role", "link")
        label = QLabel(self._declared.setting.label)
        label.setBuddy(self._automatic)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(2, 1)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self._automatic, 0, 1)
        grid.addWidget(self._line, 0, 2)
        grid.addWidget(self._words, 1, 1, 1, 2)
        grid.addWidget(self._look, 2, 1, 1, 2)
        grid.addWidget(self._problem, 3, 0, 1, 3)

    def _connect(self) -> None:
        self._automatic.toggled.connect(self._on_edited)
        self._line.textEdited.connect(self._on_edited)
        self._look.clicked.connect(self.look_asked)

    def _on_edited(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        automatic = self._automatic.isChecked()
        self._line.setVisible(not automatic)
        self._look.setVisible(automatic)
        self._problem.hide()
        is_given = self._exact is not None and self._line.text() == format_rate(self._exact)
        if automatic:
            where = f", {self._found_at}" if self._found_at else ""
            self._words.setText(f"Found first, by a short sweep of the loss{where}")
        else:
            self._words.setText((self._origin or "Your own") if is_given else "Your own")
