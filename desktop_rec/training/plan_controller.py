"""The one plan of the place Train: a model, its settings, its rate, the split and the device.

What is chosen here is what is swept, drawn, estimated, trained and searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.devices import Devices
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.undo import UndoStack
from desktop_rec.training.learning_rate.found_for import compare
from desktop_rec.training.presets_controller import OwnPresets, plan_of
from engine.data.split import SplitConfig
from engine.models.registry import FIRST_MODEL
from engine.text import format_rate, join_words
from engine.training.config import FinderConfig, TrainingConfig
from engine.training.plan import TrainingPlan
from engine.training.step_rates import format_step_rates
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.device import Device
    from engine.library.own_presets import OwnPreset
    from engine.models.defaults import DataFacts
    from engine.models.presets import Preset
    from engine.settings import Config
    from engine.training.estimate import Estimate

_PART_OF: dict[type[Config], str] = {TrainingConfig: "training", SplitConfig: "split", FinderConfig: "finder"}
_READINGS = {
    "steepest": said("where it falls steepest"),
    "valley": said("in its valley"),
    "minimum": said("a tenth of its lowest point"),
    "turning_point": said("just before it turns up"),
    "lowest": said("at its lowest point"),
    "peak": said("at twice its lowest point"),
}


OWN = "own:"
"""Before the id of a preset that a person saved, where all presets are named by a text."""


class PlanController(QObject):
    """`plan` is what would run now, `start` what it was before a person changed it, `preset` what that came from.

    `changed`: the plan is another. `filled`: it is that of another model or preset. `rate_changed`: a rate was taken in
    Learning rate. `plan_set`: settings were changed elsewhere than in the form, which is to show them. `offer_changed`:
    other presets fit. `check_asked`: the form is to say whether all settings are good.
    """

    changed = Signal()
    filled = Signal()
    rate_changed = Signal()
    plan_set = Signal()
    offer_changed = Signal()
    check_asked = Signal()

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        devices: Devices,
        undo: UndoStack,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.dataset, self.devices = dataset, devices
        self.own = OwnPresets(library, undo, self)
        self._library, self._own_preset = library, ""
        self.preset: Preset | None = None
        self.problem = ""
        """Why a value in the form is refused just now; the plan has the last good one then."""
        self.is_refused = False
        """Whether the form holds a value that was refused; the plan has the last good one then."""
        self.is_rate_chosen = False
        """Whether the rate was read off a sweep by the person."""
        self.taken_from = ""
        """Whose plan was taken as a whole, in a few words."""
        self._swept: TrainingPlan | None = None
        """The plan into which the rate was taken."""
        self._plan: TrainingPlan | None = None
        self._start: TrainingPlan | None = None
        self._fingerprint = dataset.fingerprint
        self._offer: tuple[str, DataFacts, dict[str, Preset]] | None = None
        dataset.statistics_changed.connect(self.offer_changed)
        self.own.changed.connect(self.offer_changed)

    @property
    def plan(self) -> TrainingPlan:
        """The plan as it stands; made when it is first looked at, which loads the model's settings and torch."""
        if self._plan is None:
            self._plan = self.start
        return self._plan

    @property
    def start(self) -> TrainingPlan:
        """The plan as the model or preset has it for the open data set."""
        if self._start is None:
            self._start = TrainingPlan.defaults(FIRST_MODEL, entries=self._entries)
        return self._start

    @property
    def facts(self) -> DataFacts | None:
        """What was counted of the open data set; None until it is."""
        offer = self._look()
        return offer[1] if offer is not None else None

    @property
    def presets(self) -> tuple[Preset, ...]:
        """The presets on offer for the open data set; none until it is counted."""
        offer = self._look()
        return tuple(offer[2].values()) if offer is not None else ()

    @property
    def start_key(self) -> str:
        """What the plan started from, as `choose_preset` takes it."""
        if self.own.find(self._own_preset) is not None:
            return f"{OWN}{self._own_preset}"
        return self.preset.name if self.preset is not None else ""

    @property
    def estimate(self) -> Estimate | None:
        """What the run will need; None until the data set is counted."""
        from engine.training.estimate import estimate

        facts, plan = self.facts, self.plan
        if facts is None:
            return None
        device = self._device
        key = device.key if device is not None else "cpu"
        runs = [run for run in self._library.runs(self.dataset.fingerprint) if run.imported is None]
        precision = plan.training.precision if plan.training is not None else "auto"
        if precision == "auto":
            precision = device.precisions[-1] if device is not None else "float32"
        files = self._library.files
        test = (
            files.speeds.recorded_speed(plan.model, key, precision, fingerprint=self.dataset.fingerprint)
            if files is not None
            else None
        )
        return estimate(plan, facts, runs=runs, test=test, device=key)

    @property
    def rate_origin(self) -> str:
        """Where the plan's rate came from, before anyone typed another one."""
        if self.is_rate_chosen:
            changed = compare(self._swept.as_dict(), self.plan).differences if self._swept is not None else ()
            others = join_words(difference.label.lower() for difference in changed[:2])
            if not others:
                return said("Chosen by you in Learning rate")
            return said("Chosen by you in Learning rate, before you changed {others}", others=others)
        if self.taken_from:
            return said("As {run} has it", run=self.taken_from)
        return said("As the preset has it") if self.preset is not None else said("What this model was tuned with")

    @property
    def reading(self) -> str:
        """Where the sweep reads off a rate that is left to be found; "" where that is the model's own."""
        return _READINGS.get(self.plan.suggestion or "", "")

    @property
    def has_other_rate(self) -> bool:
        """Whether the rate is not the one of the start, as people read it."""
        if self.plan.training is None or self.start.training is None:
            return False
        now, before = self.plan.training.lr, self.start.training.lr
        if now is None or before is None:
            return now is not before
        return format_rate(now) != format_rate(before)

    @property
    def total_steps(self) -> int:
        """Optimizer steps of the run; 1 until the data set is counted."""
        facts = self.facts
        return self.plan.total_steps(facts) if facts is not None else 1

    def choose_model(self, model: str) -> None:
        """The standard settings of a model; a rate belongs to the model it was found for."""
        self.preset = None
        self._fill(TrainingPlan.defaults(model, entries=self._entries))

    def choose_preset(self, name: str) -> None:
        """A preset's model and settings; "" is the standard settings of the model, "own:" and an id a saved one."""
        own = self.own.find(name.removeprefix(OWN)) if name.startswith(OWN) else None
        if own is not None:
            self._take_own(own)
            return
        self.preset = next((preset for preset in self.presets if preset.name == name), None)
        model = self.preset.model if self.preset is not None else self.plan.model
        self._fill(TrainingPlan.defaults(model, preset=self.preset, entries=self._entries))

    def take(self, plan: TrainingPlan, label: str) -> None:
        """A whole plan into the form, as that of a run that is made again; `label` says in a few words whose it is."""
        self.preset = None
        self._fill(plan, taken_from=label)

    def put_back(self) -> None:
        """All settings as the model or preset has them."""
        self._fill(self.start, taken_from=self.taken_from, own_preset=self._own_preset)

    def save_preset(self, name: str) -> bool:
        """Save the plan as a preset of the person's own, with its rate; it has then that to start from."""
        saved = self.own.save(name, self.plan)
        if saved is not None:
            self._take_own(saved)
        return saved is not None

    def edit(
        self, configs: Iterable[Config], *, lr: float | None, device: str, precision: str, problem: str = ""
    ) -> None:
        """Take settings that a person changed; what is not among `configs` stays. `problem`: why one is refused."""
        had_problem, self.problem = self.problem, problem
        parts: dict[str, Any] = {_PART_OF.get(type(config), "model_config"): config for config in configs}
        otherwise = self.plan.set_to(parts.get("model_config", self.plan.model_config), entries=self._entries)
        if (otherwise.training is None) != (self.plan.training is None):
            self.preset = None
            self._fill(otherwise)
            return
        plan = replace(self.plan, device=device, **parts)
        if plan.training is not None:
            plan = replace(plan, training=plan.training.changed(lr=lr, precision=precision))
        if plan != self._plan or problem != had_problem:
            self._plan = plan
            self.changed.emit()

    def set_finder(self, finder: FinderConfig) -> None:
        """Sweep by other settings."""
        if finder != self.plan.finder:
            self._plan = replace(self.plan, finder=finder)
            self.changed.emit()

    def use_rate(self, lr: float) -> None:
        """Settle on a rate that was read off a sweep."""
        self._plan, self.is_rate_chosen = self._at_rate(lr), True
        self._swept = self._plan
        self.plan_set.emit()
        self.rate_changed.emit()
        self.changed.emit()

    def set_training(self, *, lr: float | None = None, **settings: Any) -> None:
        """Settings of training that were changed elsewhere than in the form, such as in the drawn schedule."""
        plan = self._at_rate(lr) if lr is not None else self.plan
        plan = plan.changed(**settings)
        if plan != self._plan:
            self._plan, self.is_rate_chosen = plan, self.is_rate_chosen and lr is None
            self.plan_set.emit()
            self.changed.emit()

    def checked(self) -> TrainingPlan | None:
        """The plan to start from; None where a setting is refused, which the form then points out."""
        self.check_asked.emit()
        return None if self.is_refused else self.plan

    def on_dataset_changed(self, former: Dataset | None, dataset: Dataset | None) -> None:
        """Other data start from the model's standard settings for them."""
        if dataset is None or dataset.fingerprint == self._fingerprint:
            self.changed.emit()
            return
        self._fingerprint = dataset.fingerprint
        if self._plan is not None:
            self.choose_model(self._plan.model)
        else:
            self._start = None
        self.offer_changed.emit()

    @property
    def _device(self) -> Device | None:
        """Where the run will be computed; None until the devices are known."""
        usable: Sequence[Device] = self.devices.found.usable if self.devices.found is not None else ()
        chosen = (device for device in usable if device.key == self.plan.device)
        return next(chosen, usable[0] if usable else None)

    def _at_rate(self, lr: float) -> TrainingPlan:
        """The plan with another rate; where its schedule gives one for the start, with that one there."""
        training = self.plan.training
        if training is not None and training.first_rate is not None:
            return self.plan.changed(step_rates=format_step_rates(((1, lr), *training.given_rates[1:])))
        return self.plan.changed(lr=lr)

    def _take_own(self, preset: OwnPreset) -> None:
        plan = plan_of(preset)
        if plan is not None:
            self.preset = None
            self._fill(plan, taken_from=preset.name, own_preset=preset.preset_id)

    @property
    def _entries(self) -> int:
        return self.dataset.current.entries if self.dataset.current is not None else 0

    def _fill(self, start: TrainingPlan, *, taken_from: str = "", own_preset: str = "") -> None:
        """Start anew; where it is computed stays as the person chose it."""
        former, self.problem = self.plan, ""
        self.taken_from, self._own_preset = taken_from, own_preset
        plan = replace(start, device=former.device)
        if plan.training is not None and former.training is not None:
            plan = plan.changed(precision=former.training.precision)
        self._start, self._plan, self.is_rate_chosen = start, plan, False
        self.filled.emit()
        self.changed.emit()

    def _look(self) -> tuple[str, DataFacts, dict[str, Preset]] | None:
        """What fits the open data set; worked out once for each."""
        from engine.models.defaults import facts_from, presets_for

        dataset, statistics = self.dataset.current, self.dataset.statistics
        if dataset is None or statistics is None:
            return None
        if self._offer is None or self._offer[0] != dataset.fingerprint:
            facts = facts_from(statistics)
            presets = presets_for(dataset, facts=facts)
            self._offer = (dataset.fingerprint, facts, {preset.name: preset for preset in presets})
        return self._offer
