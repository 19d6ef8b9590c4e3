"""The left column of Learning rate: model, sweep, suggestions, and the button that uses a rate."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel

from desktop_rec.common.controls import CalmComboBox, button, named
from desktop_rec.common.panels import SidePanel, caption
from desktop_rec.theme.theme import set_role
from desktop_rec.training.choice_list import Choice, ChoiceList
from desktop_rec.training.config_form import ConfigForm, FormPart
from engine.text import format_rate
from engine.training.config import FinderConfig, TrainingConfig

WIDTH = 300
_NOT_OF_A_SWEEP = frozenset(TrainingConfig().as_dict()) - {"schedule"}


class RateSetup(SidePanel):
    """find_asked, stop_asked, use_asked; suggestion_chosen(str); model_chosen(str); settings_changed."""

    find_asked = Signal()
    stop_asked = Signal()
    use_asked = Signal()
    suggestion_chosen = Signal(str)
    model_chosen = Signal(str)
    settings_changed = Signal()

    def __init__(self) -> None:
        super().__init__("rate_setup", "Learning rate", width=WIDTH)
        self._build()
        self._connect()

    @property
    def model(self) -> str:
        """The chosen model's name."""
        return str(self._model.currentData())

    @property
    def schedule(self) -> str:
        """What the rate is meant for."""
        return str(self.form.field("schedule").value())

    def show_models(self, models: Sequence[tuple[str, str]], *, others: str) -> None:
        """Names and titles of models with a learning rate, and a sentence about those without."""
        self._model.blockSignals(True)
        self._model.clear()
        for name, title in models:
            self._model.addItem(title, name)
        self._model.blockSignals(False)
        self._others.setText(others)
        self._others.setVisible(bool(others))

    def show_settings(self, finder: FinderConfig, training: TrainingConfig) -> None:
        """The sweep's settings, and the schedule that its rate is for."""
        self.form.show_configs(
            (FormPart("Sweep", finder), FormPart("Training", training, leave_out=_NOT_OF_A_SWEEP)),
        )

    def configs(self) -> tuple[FinderConfig, TrainingConfig] | None:
        """The settings as edited; None where one is refused, which is then said beside it."""
        made = self.form.configs()
        if made is None:
            return None
        finder, training = made
        assert isinstance(finder, FinderConfig)
        assert isinstance(training, TrainingConfig)
        return finder, training

    def show_running(self, *, is_running: bool, is_free: bool, stopping: bool = False) -> None:
        """Whether a sweep runs, and whether one could start now."""
        self._find.setVisible(not is_running)
        self._find.setEnabled(is_free)
        self._find.setToolTip(_FIND_TIP if is_free else "Another job is running; wait for it, or stop it first")
        self._stop.setVisible(is_running)
        self._stop.setEnabled(not stopping)
        self._stop.setText("Stopping…" if stopping else "Stop and look")
        self.form.setEnabled(not is_running)
        self._model.setEnabled(not is_running)

    def show_suggestions(self, choices: Sequence[Choice], *, chosen: str | None) -> None:
        """What the sweep suggests; the list is hidden while there is nothing."""
        self._heading.setVisible(bool(choices))
        self.suggestions.setVisible(bool(choices))
        self.suggestions.show_choices(choices)
        self.suggestions.choose(chosen)

    def show_rate(self, lr: float | None, *, becomes: str) -> None:
        """The rate that the button would use, and what it becomes."""
        for one in (self._use, self._becomes, self.rule):
            one.setVisible(lr is not None)
        set_role(self._use, "primary" if lr is not None else "")
        set_role(self._find, "primary" if lr is None else "")
        if lr is not None:
            self._use.setText(f"Use {format_rate(lr)}")
            self._use.setAccessibleName(f"Use {format_rate(lr)}: it becomes {becomes}")
            self._use.setToolTip(f"Go to Train with {format_rate(lr)} as {becomes}")
            self._becomes.setText(f"It becomes {becomes}.")

    def _build(self) -> None:
        self._model = named(CalmComboBox(), "rate_model", "Model", "The model whose learning rate to find")
        self._others = caption()
        self._others.setObjectName("rate_others")
        self.form = ConfigForm("sweep_form", label_width=76)
        self._find = button("Find learning rate", "find_rate_button", _FIND_TIP, role="primary")
        self._stop = button("Stop and look", "stop_sweep_button", "Stop here and look at what was measured")
        self._heading = QLabel("Suggestions")
        set_role(self._heading, "heading")
        self.suggestions = ChoiceList("suggestions", "Suggested learning rates")
        self._use = button("Use", "use_rate_button", "Go to Train with this rate")
        self._becomes = caption()
        self._becomes.setObjectName("rate_becomes")
        for one in (self._model, self._others, self.form, self._find, self._stop, self._heading, self.suggestions):
            self.content.addWidget(one)
        self.content.addStretch(1)
        self.footer.addWidget(self._use)
        self.footer.addWidget(self._becomes)
        self.show_running(is_running=False, is_free=True)
        self.show_suggestions((), chosen=None)
        self.show_rate(None, becomes="")

    def _connect(self) -> None:
        self._model.currentIndexChanged.connect(self._on_model)
        self._find.clicked.connect(self.find_asked)
        self._stop.clicked.connect(self.stop_asked)
        self._use.clicked.connect(self.use_asked)
        self.suggestions.chosen.connect(self.suggestion_chosen)
        self.form.changed.connect(self.settings_changed)

    def _on_model(self) -> None:
        self.model_chosen.emit(self.model)


_FIND_TIP = "Try rates from small to large on a throw-away copy of the model"
