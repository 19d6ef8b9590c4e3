"""The left column of Train: model or preset, settings, rate, device, and what the run will need."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_rec.common.building import next_step
from desktop_rec.common.controls import CalmComboBox, button, named
from desktop_rec.common.panels import SidePanel, caption
from desktop_rec.common.plain import PlainLabel, plain_tip, set_tip
from desktop_rec.theme.theme import set_role
from desktop_rec.training.choice_list import Choice, ChoiceList
from desktop_rec.training.config_form import ConfigForm, FormPart
from desktop_rec.training.device_picker import DevicePicker
from desktop_rec.training.plan_controller import PlanController
from desktop_rec.training.setting_field import LABEL_WIDTH
from engine.errors import SettingError
from engine.models.declaration import ModelConfig
from engine.models.registry import kind_of, trainable_models
from engine.settings import declared_settings, parse_setting
from engine.text import format_rate
from engine.training.config import TrainingConfig

WIDTH = 312
_SET_ELSEWHERE = frozenset({"lr", "precision"})
_STANDARD = Choice("", "Standard settings", "")
_PRESET_TIP = "Fill in the model and all settings: those of a study, or those chosen for these data and this machine"


class PlanForm(SidePanel):
    """Shows the plan of a controller and edits it. rate_asked: the person wants to look for a rate themselves."""

    rate_asked = Signal()

    def __init__(self, controller: PlanController) -> None:
        super().__init__("plan_form", "Plan", width=WIDTH)
        self._controller = controller
        self._build()
        next_step()
        self._connect()
        self._show_devices()
        self._offer()
        next_step()
        self._fill()

    def set_editable(self, may: bool) -> None:
        """While a job runs its plan stands still."""
        for part in (self.presets, self.models, self.form, self.rate, self.devices):
            part.setEnabled(may)

    def _build(self) -> None:
        self.presets, self.models = PresetPicker(), ChoiceList("models", "Model")
        self.form, self.rate, self.devices = ConfigForm("training_form"), RateRow(), DevicePicker()
        self.models.show_choices([Choice(kind.name, kind.title, kind.sentence) for kind in trainable_models()])
        rule = QFrame()
        set_role(rule, "line")
        for part in (self.presets, self.models, rule, self.rate, self.form, self.devices):
            self.content.addWidget(part)
        self.content.addStretch(1)
        self._estimate = caption()
        self._estimate.setObjectName("plan_estimate")
        self.footer.addWidget(self._estimate)

    def _connect(self) -> None:
        controller = self._controller
        controller.filled.connect(self._fill)
        controller.changed.connect(self._show_changes)
        controller.rate_changed.connect(self._show_rate)
        controller.offer_changed.connect(self._offer)
        controller.check_asked.connect(self._check)
        controller.devices.changed.connect(self._show_devices)
        self.presets.chosen.connect(controller.choose_preset)
        self.presets.put_back_asked.connect(controller.put_back)
        self.models.chosen.connect(controller.choose_model)
        self.rate.look_asked.connect(self.rate_asked)
        for part in (self.form, self.rate, self.devices):
            part.changed.connect(self._on_edited)

    def _offer(self) -> None:
        """Other presets fit the data."""
        presets, chosen = self._controller.presets, self._controller.preset
        self.presets.show_choices(
            [Choice(preset.name, preset.title, preset.sentences, on=not preset.refusal) for preset in presets]
        )
        self.presets.choose(chosen.name if chosen is not None else "")
        self._show_changes()

    def _fill(self) -> None:
        """All settings anew: those of another model or preset."""
        start, preset = self._controller.start, self._controller.preset
        config, by_steps = start.model_config, start.training is not None
        kind, own_optimizer = kind_of(start.model, config), isinstance(config, ModelConfig) and config.optimizer
        self.models.choose(start.model)
        self.presets.choose(preset.name if preset is not None else "")
        parts = [
            FormPart(kind.title, config, leave_out=config.idle if isinstance(config, ModelConfig) else frozenset())
        ]
        if start.training is not None:
            elsewhere = _SET_ELSEWHERE | ({"optimizer"} if own_optimizer else set())
            parts.append(FormPart("Training", start.training, leave_out=elsewhere))
        parts.append(FormPart("How it is evaluated", start.split, all_folded=True))
        self.form.show_configs(parts)
        self.rate.setVisible(by_steps)
        self.devices.setVisible(by_steps)
        self._controller.is_refused = False
        self._show_rate()
        self._show_changes()

    def _show_rate(self) -> None:
        controller, training = self._controller, self._controller.plan.training
        if training is not None:
            self.rate.show_rate(training.lr, origin=controller.rate_origin, found_at=controller.reading)

    def _show_changes(self) -> None:
        """What the run needs, and what is not as the preset has it."""
        facts, has_preset = self._controller.facts, self._controller.preset is not None
        words = self._controller.plan.describe(facts) if facts is not None else ""
        self._estimate.setText(words)
        self._estimate.setVisible(bool(words))
        labels = self.form.show_changes(marked=has_preset)
        if has_preset and self._controller.has_other_rate:
            labels = ("Learning rate", *labels)
        self.presets.show_changed(labels)

    def _on_edited(self) -> None:
        self._controller.edit(
            self.form.peek(), lr=self.rate.peek(), device=self.devices.device, precision=self.devices.precision
        )
        self._show_changes()

    def _check(self) -> None:
        """Point out the first refused value."""
        is_good = self.form.configs() is not None
        if is_good and not self.rate.isHidden():
            try:
                self.rate.rate()
            except SettingError:
                self.scroll_to(self.rate)
                is_good = False
        self._controller.is_refused = not is_good

    def _show_devices(self) -> None:
        found = self._controller.devices.found
        if found is not None:
            self.devices.show_devices(found.usable, unused=found.unused)


class PresetPicker(QWidget):
    """chosen(str): the person chose the preset with that key ("" is none). put_back_asked: undo what was changed."""

    chosen = Signal(str)
    put_back_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("preset_picker")
        self._choices: tuple[Choice, ...] = ()
        self._build()
        self._box.activated.connect(self._on_activated)
        self._back.clicked.connect(self.put_back_asked)
        self.show_choices(())

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Other presets; none is chosen then. One that is off can be read in its tooltip but not chosen."""
        self._choices = (_STANDARD, *choices)
        self._box.clear()
        for place, choice in enumerate(self._choices):
            self._box.addItem(choice.title, choice.key)
            self._box.setItemData(place, plain_tip(choice.sentence) or None, Qt.ItemDataRole.ToolTipRole)
            if not choice.on:
                self._box.setItemData(place, 0, Qt.ItemDataRole.UserRole - 1)
        self.choose("")

    def choose(self, key: str) -> None:
        """Show that a preset is chosen, or none; emits nothing."""
        self._box.choose(key)
        chosen = next((choice for choice in self._choices if choice.key == self._box.currentData()), _STANDARD)
        self._words.setText(chosen.sentence)
        self._words.setVisible(bool(chosen.sentence))
        self._box.setAccessibleDescription(chosen.sentence)

    def show_changed(self, labels: Sequence[str]) -> None:
        """Which settings are not the preset's any more, in the words of the form."""
        self._changed.setText(f"Changed by you: {', '.join(labels)}" if labels else "")
        self._changed.setVisible(bool(labels))
        self._back.setVisible(bool(labels))

    def _build(self) -> None:
        self._box = named(CalmComboBox(), "preset_box", "Start from", _PRESET_TIP)
        label = PlainLabel("Start from")
        label.setBuddy(self._box)
        set_tip(label, _PRESET_TIP)
        self._words, self._changed = caption(), caption()
        set_role(self._changed, "warning")
        self._words.setObjectName("preset_words")
        self._changed.setObjectName("preset_changed")
        self._back = button("Put back", "preset_put_back", "Take all settings of the preset again", role="link")
        head = QHBoxLayout()
        head.addWidget(label)
        head.addWidget(self._box, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        for widget in (self._words, self._changed):
            column.addWidget(widget)
        column.addWidget(self._back, 0, Qt.AlignmentFlag.AlignLeft)

    def _on_activated(self, place: int) -> None:
        self.chosen.emit(self._choices[place].key)


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
        self._build()
        self._automatic.toggled.connect(self._on_edited)
        self._line.textEdited.connect(self._on_edited)
        self._look.clicked.connect(self.look_asked)
        self.show_rate(None)

    def show_rate(self, lr: float | None, *, origin: str = "", found_at: str = "") -> None:
        """A rate and where it came from; None is automatic, read off the sweep's loss at a place in words."""
        self._found_at, self._exact, self._origin = found_at, lr, origin
        self._automatic.blockSignals(True)
        self._automatic.setChecked(lr is None)
        self._automatic.blockSignals(False)
        if lr is not None:
            self._line.setText(format_rate(lr))
        self._describe()

    def rate(self) -> float | None:
        """The rate, None for automatic. Raises SettingError, and shows its sentence here."""
        try:
            return self._read()
        except SettingError as error:
            self._problem.setText(error.what)
            self._problem.show()
            self._line.setFocus()
            raise

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
        name, tip = "Find the learning rate automatically", self._declared.setting.help
        self._automatic = named(QCheckBox("Automatic"), "rate_automatic", name, tip)
        self._line = named(QLineEdit(), "rate_line", "Learning rate", "The rate to use, such as 3e-3")
        self._words, self._problem = caption(), caption()
        self._words.setObjectName("rate_words")
        self._problem.setObjectName("rate_problem")
        set_role(self._problem, "negative")
        self._look = button("Look for it yourself", "rate_look", "Open the tab Learning rate", role="link")
        label = PlainLabel(self._declared.setting.label)
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

    def _on_edited(self) -> None:
        self._describe()
        self.changed.emit()

    def _describe(self) -> None:
        automatic = self._automatic.isChecked()
        self._line.setVisible(not automatic)
        self._look.setVisible(automatic)
        self._problem.hide()
        if automatic:
            where = f", {self._found_at}" if self._found_at else ""
            self._words.setText(f"Found first, by a short sweep of the loss{where}")
        else:
            self._words.setText((self._origin or "Your own") if self._is_given else "Your own")
