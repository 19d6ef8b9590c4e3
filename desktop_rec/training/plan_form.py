"""The left column of Train: model or preset, settings, rate, device, and what the run will need."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop_rec.common.building import next_step
from desktop_rec.common.controls import ElidedLabel, button
from desktop_rec.common.panels import SidePanel, caption
from desktop_rec.theme.theme import set_role
from desktop_rec.training.choice_list import Choice, ChoiceList
from desktop_rec.training.config_form import ConfigForm, FormPart
from desktop_rec.training.device_picker import DevicePicker
from desktop_rec.training.plan_controller import OWN, PlanController
from desktop_rec.training.preset_picker import PresetPicker
from desktop_rec.training.presets_controller import plan_of
from desktop_rec.training.rate_row import RateRow
from engine.models.declaration import ModelConfig
from engine.models.registry import kind_of, title_of, trainable_models
from engine.training.estimate import Estimate
from engine.wording import said

WIDTH = 344
_SET_ELSEWHERE = frozenset({"lr", "precision"})
_OF_ANOTHER_VERSION = said("This preset was saved by another version of Desktop Rec and cannot be read here.")


class PlanForm(SidePanel):
    """Shows the plan of a controller and edits it. rate_asked: the person wants to look for a rate themselves."""

    rate_asked = Signal()

    def __init__(self, controller: PlanController) -> None:
        super().__init__("plan_form", said("Plan"), width=WIDTH)
        self._controller = controller
        self._has_shown = False
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
        self.presets, self.models = PresetPicker(own=OWN), ChoiceList("models", said("Model"))
        self.form, self.rate, self.devices = ConfigForm("training_form"), RateRow(), DevicePicker()
        self.summary = PlanSummary()
        self.models.show_choices([Choice(kind.name, kind.title, kind.sentence) for kind in trainable_models()])
        rule = QFrame()
        set_role(rule, "line")
        for part in (self.presets, self.models, rule, self.rate, self.form, self.devices):
            self.content.addWidget(part)
        self.content.addStretch(1)
        self.footer.addWidget(self.summary)

    def _connect(self) -> None:
        controller = self._controller
        controller.filled.connect(self._fill)
        controller.changed.connect(self._show_changes)
        controller.plan_set.connect(self._show_set)
        controller.offer_changed.connect(self._offer)
        controller.check_asked.connect(self._check)
        controller.devices.changed.connect(self._show_devices)
        self.presets.chosen.connect(controller.choose_preset)
        self.presets.save_asked.connect(controller.save_preset)
        self.presets.rename_asked.connect(self._rename_preset)
        self.presets.delete_asked.connect(self._delete_preset)
        self.summary.put_back_asked.connect(controller.put_back)
        self.summary.batch_asked.connect(self._take_batch)
        self.models.chosen.connect(controller.choose_model)
        self.rate.look_asked.connect(self.rate_asked)
        for part in (self.form, self.rate, self.devices):
            part.changed.connect(self._on_edited)

    def _offer(self) -> None:
        """Other presets fit the data, or the person saved, renamed or deleted one."""
        choices = [
            Choice(preset.name, preset.title, preset.sentences, on=not preset.refusal)
            for preset in self._controller.presets
        ]
        for own in self._controller.own.all:
            plan = plan_of(own)
            words = said("Your own: {model}.", model=title_of(plan.model)) if plan is not None else _OF_ANOTHER_VERSION
            choices.append(Choice(f"{OWN}{own.preset_id}", own.name, words, on=plan is not None))
        self.presets.show_choices(choices)
        self.presets.choose(self._controller.start_key)
        self._show_changes()

    def _fill(self) -> None:
        """All settings anew: those of another model or preset."""
        start = self._controller.start
        config, by_steps = start.model_config, start.training is not None
        kind, own_optimizer = kind_of(start.model, config), isinstance(config, ModelConfig) and config.optimizer
        self.models.choose(start.model)
        self.presets.choose(self._controller.start_key)
        parts = [FormPart(kind.title, config)]
        if start.training is not None:
            elsewhere = _SET_ELSEWHERE | ({"optimizer"} if own_optimizer else set())
            parts.append(FormPart(said("Training"), start.training, leave_out=elsewhere))
        parts.append(FormPart(said("How it is evaluated"), start.split, all_folded=True))
        self.form.show_configs(parts)
        self.rate.setVisible(by_steps)
        self.devices.setVisible(by_steps)
        self._controller.is_refused = False
        self._show_rate()
        self._show_changes()

    def _show_rate(self) -> None:
        controller, training = self._controller, self._controller.plan.training
        if training is not None:
            is_given = training.first_rate is not None
            origin = said("Given by the rates in steps") if is_given else controller.rate_origin
            self.rate.show_rate(training.lr, origin=origin, found_at=controller.reading, is_given=is_given)

    def _show_set(self) -> None:
        """Settings that were changed elsewhere, such as in the drawn schedule."""
        training = self._controller.plan.training
        if training is not None:
            self.form.show_values(training)
        self._show_rate()

    def _show_changes(self) -> None:
        """What the run needs, and what is not as it was filled in."""
        controller, self._has_shown = self._controller, True
        facts, estimate = controller.facts, controller.estimate
        self.summary.show_estimate(controller.plan.extent(facts) if facts is not None else "", estimate)
        self.summary.show_problem(controller.problem)
        labels, start = self.form.show_changes(), controller.start.training
        if start is not None and not self.rate.isHidden():
            if self._given_rate is None:
                self.rate.show_origin(controller.rate_origin)
            is_own = controller.has_other_rate and self._given_rate is None
            self.rate.show_changed(start.lr, changed=is_own)
            labels = (said("Learning rate"), *labels) if is_own else labels
        self.summary.show_changed(labels)

    def _on_edited(self) -> None:
        controller, had, self._has_shown = self._controller, self._given_rate, False
        problem = self.form.refusal or (self.rate.refusal if not self.rate.isHidden() else "")
        controller.edit(
            self.form.peek(),
            lr=self.rate.peek(),
            device=self.devices.device,
            precision=self.devices.precision,
            problem=problem,
        )
        if self._given_rate != had:
            self._show_rate()
        if not self._has_shown:
            self._show_changes()

    @property
    def _given_rate(self) -> float | None:
        """The rate that the plan's schedule gives for the start."""
        training = self._controller.plan.training
        return training.first_rate if training is not None else None

    def _take_batch(self, batch: int) -> None:
        self._controller.set_training(batch=batch)

    def _rename_preset(self, key: str, name: str) -> None:
        self._controller.own.rename(key.removeprefix(OWN), name)

    def _delete_preset(self, key: str) -> None:
        self._controller.own.delete(key.removeprefix(OWN))

    def _check(self) -> None:
        """Point out the first refused value."""
        is_good = self.form.configs() is not None
        if is_good and not self.rate.isHidden() and not self.rate.is_good():
            self.scroll_to(self.rate)
            is_good = False
        self._controller.is_refused = not is_good

    def _show_devices(self) -> None:
        found = self._controller.devices.found
        if found is not None:
            self.devices.show_devices(found.usable, unused=found.unused)


class PlanSummary(QWidget):
    """What of the plan was changed, and what the run will need; always in sight.

    put_back_asked: take all settings again as they were filled in. batch_asked(int): take that batch, so that it fits.
    """

    put_back_asked = Signal()
    batch_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("plan_summary")
        self._batch, self._is_refused = 0, False
        self._build()
        self._back.clicked.connect(self.put_back_asked)
        self._take.clicked.connect(self._on_take)

    def show_changed(self, labels: Sequence[str]) -> None:
        """Which settings are not as they were filled in, in the words of the form."""
        self._changed.setText(said("Changed by you: {names}", names=", ".join(labels)) if labels else "")
        self._changed.setVisible(bool(labels))
        self._back.setVisible(bool(labels))

    def show_estimate(self, extent: str, estimate: Estimate | None) -> None:
        """How much a run goes through and what it needs; "" and None while nobody has counted."""
        words = f"{_capital(extent)}\n{_capital(estimate.words)}" if estimate is not None else extent
        self._estimate.setText(words)
        self._estimate.setVisible(bool(words))
        refusal = estimate.refusal if estimate is not None else ""
        self._batch = (estimate.fitting_batch if estimate is not None else None) or 0
        self._refusal.setText(refusal)
        self._refusal.setVisible(bool(refusal))
        self._take.setVisible(self._batch > 0)
        self._take.setText(said("Take a batch of {batch:,}", batch=self._batch))
        self._take.setAccessibleName(self._take.text())

    def show_problem(self, sentence: str) -> None:
        """While a setting is refused there is no plan to estimate."""
        if sentence:
            self._estimate.setText(said("No estimate: {sentence}", sentence=sentence))
            self._estimate.show()
            self._refusal.hide()
            self._take.hide()
        if bool(sentence) != self._is_refused:
            self._is_refused = bool(sentence)
            set_role(self._estimate, "negative" if sentence else "caption")

    def _build(self) -> None:
        self._changed, self._estimate, self._refusal = ElidedLabel(), caption(), caption()
        for label, name in (
            (self._changed, "preset_changed"),
            (self._estimate, "plan_estimate"),
            (self._refusal, "plan_refusal"),
        ):
            label.setObjectName(name)
        set_role(self._changed, "warning")
        set_role(self._refusal, "warning")
        self._back = button(
            said("Put back"), "preset_put_back", said("Take all settings again as they were"), role="link"
        )
        self._take = button("", "take_batch_button", said("Learn from fewer at once, so that the run fits into memory"))
        head = QHBoxLayout()
        head.addWidget(self._changed, 1)
        head.addWidget(self._back)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        for part in (self._estimate, self._refusal):
            column.addWidget(part)
        column.addWidget(self._take, 0, Qt.AlignmentFlag.AlignLeft)

    def _on_take(self) -> None:
        self.batch_asked.emit(self._batch)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
