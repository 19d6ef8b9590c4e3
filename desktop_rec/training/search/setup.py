"""The left column of a search: what it starts from, what to vary, how runs are compared, and the buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from desktop_rec.common.controls import CalmComboBox, button, named
from desktop_rec.common.panels import SidePanel, caption
from desktop_rec.theme.theme import set_role
from desktop_rec.training.choice_list import Choice
from desktop_rec.training.config_form import ConfigForm, FormPart
from desktop_rec.training.preset_picker import PresetPicker
from desktop_rec.training.search.form import SearchForm

WIDTH = 344
_HOW = "Tick what to vary and list its values; every combination becomes a run. A single value holds for all runs."
_START_TIP = "Make a run for each combination, one after the other"


class SearchSetup(SidePanel):
    """start_asked, pause_asked, go_on_asked, stop_asked; model_chosen(str); changed."""

    start_asked = Signal()
    pause_asked = Signal()
    go_on_asked = Signal()
    stop_asked = Signal()
    model_chosen = Signal(str)
    changed = Signal()

    def __init__(self) -> None:
        super().__init__("search_setup", "Search", width=WIDTH)
        self._has_grid = False
        self._is_free = True
        self._build()
        self._connect()

    @property
    def model(self) -> str:
        """The chosen model's name ("" before there is any)."""
        return str(self._models.currentData() or "")

    def show_models(self, choices: Sequence[Choice]) -> None:
        """The models on offer; the first one is chosen."""
        self._models.blockSignals(True)
        self._models.clear()
        for choice in choices:
            self._models.addItem(choice.title, choice.key)
        self._models.blockSignals(False)

    def choose_model(self, key: str) -> None:
        """Choose a model as a person would."""
        self._models.choose(key)

    def show_model(self, key: str) -> None:
        """Show that this model is chosen; says nothing to anyone."""
        self._models.blockSignals(True)
        self._models.choose(key)
        self._models.blockSignals(False)

    def show_how_compared(self, parts: Sequence[FormPart]) -> None:
        """What holds for the search as a whole."""
        self.common.show_configs(parts)

    def show_plan(self, words: str, *, can_start: bool) -> None:
        """How many runs that makes, or why it makes none."""
        self._plan.setText(words)
        self._has_grid = can_start
        self._start.setEnabled(can_start and self._is_free)

    def show_idle(self, *, is_free: bool) -> None:
        """Nothing is searched; `is_free` says whether a search could start now."""
        self._is_free = is_free
        self._running.hide()
        self._start.show()
        self._plan.show()
        self._start.setEnabled(self._has_grid and is_free)
        self._start.setToolTip(_START_TIP if is_free else "Another job is running; wait for it, or stop it first")
        self._let_edit(True)

    def show_running(self, *, paused: bool, stopping: bool) -> None:
        """A search is going on."""
        self._start.hide()
        self._plan.hide()
        self._running.show()
        self._let_edit(False)
        self._pause.setText("Go on" if paused else "Pause")
        self._pause.setAccessibleName(self._pause.text())
        self._pause.setToolTip("Go on where it paused" if paused else "Hold the search; nothing is lost")
        self._stop.setText("Stopping…" if stopping else "Stop and keep")
        self._stop.setAccessibleName(self._stop.text())
        for one in (self._pause, self._stop):
            one.setEnabled(not stopping)

    def _build(self) -> None:
        self._models = named(CalmComboBox(), "search_model", "Model", "The model whose settings are varied")
        model = QLabel("Model")
        model.setBuddy(self._models)
        self.presets = PresetPicker("search_preset")
        self.form, self.common = SearchForm(), ConfigForm("search_common", fold_words="How runs are compared")
        self._rule = QFrame()
        set_role(self._rule, "line")
        self._plan = caption()
        self._plan.setObjectName("search_plan")
        self._start = button("Start search", "start_search_button", _START_TIP, role="primary")
        self._pause = button("Pause", "pause_search_button", "Hold the search; nothing is lost")
        self._stop = button("Stop and keep", "stop_search_button", "End now; every run so far is kept")
        self._running = QWidget()
        grid = QGridLayout(self._running)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self._pause, 0, 0)
        grid.addWidget(self._stop, 0, 1)
        for one in (self.presets, model, self._models, caption(_HOW), self.form, self._rule, self.common):
            self.content.addWidget(one)
        self.content.addStretch(1)
        for part in (self._plan, self._start, self._running):
            self.footer.addWidget(part)
        self.show_idle(is_free=True)

    def _connect(self) -> None:
        self._models.currentIndexChanged.connect(self._on_model)
        self.form.edited.connect(self.changed)
        self.common.changed.connect(self.changed)
        self._start.clicked.connect(self.start_asked)
        self._pause.clicked.connect(self._on_pause)
        self._stop.clicked.connect(self.stop_asked)

    def _on_model(self) -> None:
        self.model_chosen.emit(self.model)

    def _on_pause(self) -> None:
        if self._pause.text() == "Pause":
            self.pause_asked.emit()
        else:
            self.go_on_asked.emit()

    def _let_edit(self, may: bool) -> None:
        for one in (self.presets, self._models, self.form, self.common):
            one.setEnabled(may)
