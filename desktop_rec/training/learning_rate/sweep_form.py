"""How the next sweep is made: of which model, and under "More settings" over which rates; checked while it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop_rec.common.controls import CalmComboBox, across, button, named
from desktop_rec.common.panels import Popup, heading
from desktop_rec.common.plain import PlainLabel, plain_tip
from desktop_rec.training.setting_field import SettingField
from engine.errors import SettingError
from engine.settings import declared_settings
from engine.training.config import FinderConfig
from engine.training.rate_curve import LEAST_POINTS
from engine.wording import said

FRESH = said("A fresh model")
_WIDTH = 320
_MORE_TIP = said("From which rate to which the sweep goes, in how many steps, and when it ends early")
_START_TIP = said(
    "Sweep a fresh model of the plan, or go on from what a run has learned; the run itself stays as it is"
)


@dataclass(frozen=True)
class StartChoice:
    """A run to start from: its id, what it is called, and what it is in a sentence."""

    run_id: str
    title: str
    sentence: str = ""


class SweepForm(QWidget):
    """start_chosen(run_id): "" is a fresh model. finder_changed: the person gave other, good settings of the sweep."""

    start_chosen = Signal(str)
    finder_changed = Signal()
    problem_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sweep_form")
        self._finder = FinderConfig()
        self.problem = ""
        """Why no sweep can start with what is typed, in a sentence; "" where all is well."""
        self._build()
        self._connect()
        self.show_runs(())

    @property
    def finder(self) -> FinderConfig:
        """The settings of the sweep, as they were good last."""
        return self._finder

    def show_runs(self, runs: Sequence[StartChoice], *, chosen: str = "") -> None:
        """The runs that a sweep can start from."""
        self._start.blockSignals(True)
        self._start.clear()
        for choice in (StartChoice("", FRESH), *runs):
            self._start.addItem(choice.title, choice.run_id)
            tip = plain_tip(choice.sentence or choice.title)
            self._start.setItemData(self._start.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self._start.choose(chosen)
        self._start.blockSignals(False)

    def show_finder(self, finder: FinderConfig) -> None:
        """The settings of the sweep as the plan has them, anew."""
        self._finder = finder
        for name, field in self._fields.items():
            field.blockSignals(True)
            field.show_value(getattr(finder, name))
            field.blockSignals(False)
        self._set_problem("")

    def set_editable(self, may: bool) -> None:
        """While a job runs, how it was started stands still."""
        self._start.setEnabled(may)
        self._settings.setEnabled(may)

    def _build(self) -> None:
        self._start = named(CalmComboBox(), "sweep_start", said("Start from"), _START_TIP)
        self._start.setMinimumContentsLength(22)
        label = PlainLabel(said("Start from"))
        label.setBuddy(self._start)
        self._more = button(said("More settings…"), "sweep_settings_button", _MORE_TIP, role="quiet")
        self._fields = {
            declared.name: SettingField(declared, self._finder) for declared in declared_settings(FinderConfig)
        }
        self._settings = Popup("sweep_settings", said("How the sweep is made"), width=_WIDTH, parent=self)
        self._settings.column.addWidget(heading(said("How the sweep is made")))
        for field in self._fields.values():
            self._settings.column.addWidget(field)
        self.setLayout(across(label, self._start, self._more, 1))

    def _connect(self) -> None:
        self._start.activated.connect(self._on_start)
        self._more.clicked.connect(self._on_more)
        for field in self._fields.values():
            field.edited.connect(self._on_edited)

    def _on_start(self, place: int) -> None:
        self.start_chosen.emit(str(self._start.itemData(place)))

    def _on_more(self) -> None:
        self._settings.open_under(self._more)

    def _on_edited(self) -> None:
        """Say at once beside its field what is wrong."""
        values: dict[str, Any] = {}
        problems = []
        for name, field in self._fields.items():
            try:
                values[name] = field.value()
            except SettingError as error:
                problems.append(error.what)
        if not problems:
            problems = self._check_together(values)
        self._set_problem(problems[0] if problems else "")
        if self._settings.isVisible():
            self._settings.fit()
        if not problems:
            self.finder_changed.emit()

    def _check_together(self, values: dict[str, Any]) -> list[str]:
        """What is wrong with values that are good each by itself; where nothing is, they are taken."""
        if values["steps"] < LEAST_POINTS:
            sentence = said("A rate can only be suggested from at least {least} steps.", least=LEAST_POINTS)
            self._fields["steps"].show_problem(sentence)
            return [sentence]
        try:
            self._finder = self._finder.changed(**values)
        except SettingError as error:
            self._fields["highest"].show_problem(error.what)
            return [error.what]
        return []

    def _set_problem(self, sentence: str) -> None:
        if sentence != self.problem:
            self.problem = sentence
            self.problem_changed.emit()
