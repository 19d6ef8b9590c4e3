"""The left column of Train: model, the settings that matter, rate, device, estimate, and the buttons of a run."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from desktop_rec.common.controls import button
from desktop_rec.common.panels import SidePanel, caption
from desktop_rec.theme.theme import set_role
from desktop_rec.training.choice_list import Choice, ChoiceList
from desktop_rec.training.config_form import ConfigForm, FormPart
from desktop_rec.training.device_picker import DevicePicker
from desktop_rec.training.preset_picker import PresetPicker
from desktop_rec.training.rate_row import RateRow
from engine.errors import SettingError
from engine.settings import Config

WIDTH = 344
_STOP_TIP = "End now and keep the best that was learned"
_START_TIP = "Learn from the open data set with these settings"


class TrainingSetup(SidePanel):
    """start_asked, pause_asked, go_on_asked, stop_asked, discard_asked, look_asked; model_chosen(str); changed."""

    start_asked = Signal()
    pause_asked = Signal()
    go_on_asked = Signal()
    stop_asked = Signal()
    discard_asked = Signal()
    look_asked = Signal()
    model_chosen = Signal(str)
    changed = Signal()

    def __init__(self) -> None:
        super().__init__("training_setup", "Train", width=WIDTH)
        self._build()
        self._connect()

    @property
    def model(self) -> str:
        """The chosen model's name ("" before there is any)."""
        return self.models.key or ""

    def show_models(self, choices: Sequence[Choice], *, chosen: str) -> None:
        """The models on offer, a sentence each."""
        self.models.show_choices(choices)
        self.models.choose(chosen)

    def show_settings(self, parts: Sequence[FormPart], *, by_steps: bool) -> None:
        """The settings of the chosen model; a model that is computed at once has no rate and no device to pick."""
        self.form.show_configs(parts)
        for one in (self.rate, self.devices):
            one.setVisible(by_steps)
        self._start.setText("Start training" if by_steps else "Compute the model")
        self._start.setAccessibleName(self._start.text())

    def configs(self) -> tuple[tuple[Config, ...], float | None] | None:
        """The configs as edited and the rate (None: automatic); None where a value is refused, said beside it."""
        made = self.form.configs()
        if made is None:
            return None
        if self.rate.isHidden():
            return made, None
        try:
            return made, self.rate.rate()
        except SettingError:
            self.scroll_to(self.rate)
            return None

    def peek(self) -> tuple[Config, ...]:
        """The configs whose values are all good so far; nothing is pointed out."""
        return self.form.peek()

    def show_estimate(self, words: str) -> None:
        """What the run will need."""
        self._estimate.setText(words)
        self._estimate.setVisible(bool(words))

    def show_idle(self, *, is_free: bool) -> None:
        """Nothing is learning; `is_free` says whether a run could start now."""
        self._running.hide()
        self._start.show()
        self._start.setEnabled(is_free)
        self._start.setToolTip(_START_TIP if is_free else "Another job is running; wait for it, or stop it first")
        self._let_edit(True)

    def show_running(self, *, paused: bool, stopping: bool, can_pause: bool, keeps: bool) -> None:
        """A run is going on; `keeps` says whether there is something to keep yet."""
        self._start.hide()
        self._running.show()
        self._let_edit(False)
        self._pause.setText("Go on" if paused else "Pause")
        self._pause.setAccessibleName(self._pause.text())
        self._pause.setToolTip("Go on where it paused" if paused else "Hold the run; nothing is lost")
        self._pause.setVisible(can_pause)
        self._stop.setText("Stopping…" if stopping else "Stop and keep" if keeps else "Cancel")
        self._stop.setAccessibleName(self._stop.text())
        self._stop.setToolTip(_STOP_TIP if keeps else "End now; there is nothing to keep yet")
        self._discard.setVisible(keeps)
        for one in (self._pause, self._stop, self._discard):
            one.setEnabled(not stopping)

    def _build(self) -> None:
        self.presets, self.models = PresetPicker(), ChoiceList("models", "Model")
        self.form, self.rate, self.devices = ConfigForm("training_form"), RateRow(), DevicePicker()
        self._estimate = caption()
        self._estimate.setObjectName("training_estimate")
        self._start = button("Start training", "start_training_button", _START_TIP, role="primary")
        self._pause = button("Pause", "pause_button", "Hold the run; nothing is lost")
        self._stop = button("Stop and keep", "stop_button", _STOP_TIP)
        self._discard = button("Discard", "discard_button", "End now and throw the run away (Ctrl+Z brings it back)")
        self._running = QWidget()
        grid = QGridLayout(self._running)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self._pause, 0, 0)
        grid.addWidget(self._stop, 0, 1)
        grid.addWidget(self._discard, 1, 0, 1, 2)
        self._rule = QFrame()
        set_role(self._rule, "line")
        for one in (self.presets, self.models, self._rule, self.rate, self.form, self.devices):
            self.content.addWidget(one)
        self.content.addStretch(1)
        self.footer.addWidget(self._estimate)
        self.footer.addWidget(self._start)
        self.footer.addWidget(self._running)
        self.show_estimate("")
        self.show_idle(is_free=True)

    def _connect(self) -> None:
        self.models.chosen.connect(self.model_chosen)
        self.form.changed.connect(self.changed)
        self.rate.changed.connect(self.changed)
        self.rate.look_asked.connect(self.look_asked)
        self.devices.changed.connect(self.changed)
        self._start.clicked.connect(self.start_asked)
        self._pause.clicked.connect(self._on_pause)
        self._stop.clicked.connect(self.stop_asked)
        self._discard.clicked.connect(self.discard_asked)

    def _on_pause(self) -> None:
        if self._pause.text() == "Pause":
            self.pause_asked.emit()
        else:
            self.go_on_asked.emit()

    def _let_edit(self, may: bool) -> None:
        for one in (self.presets, self.models, self.form, self.rate, self.devices):
            one.setEnabled(may)
