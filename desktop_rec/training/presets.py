"""What Train's settings start from: a model as it comes, or a preset; and what the person changed since.

Connects the left column of Train to the presets on offer. Filling in the settings happens here and nowhere else.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_rec.training.choice_list import Choice
from desktop_rec.training.config_form import FormPart
from desktop_rec.training.learning_rate.controller import ChosenRate, LearningRateController
from desktop_rec.training.preset_picker import PresetPicker
from desktop_rec.training.training_setup import TrainingSetup
from engine.models.defaults import DataFacts, facts_from, presets_for
from engine.models.presets import Preset
from engine.models.registry import kind_of
from engine.text import format_rate
from engine.training.plan import TrainingPlan


class PresetOffer(QObject):
    """taken: the person took a preset, or none. put_back: its settings are to be as they were."""

    taken = Signal()
    put_back = Signal()

    def __init__(self, learning_rate: LearningRateController, picker: PresetPicker) -> None:
        super().__init__(picker)
        self._learning_rate, self._picker = learning_rate, picker
        self._presets: dict[str, Preset] = {}
        self._preset: Preset | None = None
        self._facts: tuple[str, DataFacts] | None = None
        self._rate_is_put_back = False
        picker.chosen.connect(self._on_chosen)
        picker.put_back_asked.connect(self._on_put_back)
        learning_rate.rate_changed.connect(self._on_rate)

    @property
    def preset(self) -> Preset | None:
        """The preset that was taken."""
        return self._preset

    @property
    def suggestion(self) -> str | None:
        """The reading of the rate finder that the preset takes; None is the model's own."""
        return self._preset.suggestion if self._preset is not None else None

    @property
    def facts(self) -> DataFacts | None:
        """What was counted of the open data set."""
        return self._facts[1] if self._facts is not None else None

    def look(self) -> bool:
        """Offer what fits the open data set; True where that is another one than before: no preset is taken then."""
        dataset = self._learning_rate.dataset.current
        if dataset is None or (self._facts is not None and self._facts[0] == dataset.fingerprint):
            return False
        statistics = self._learning_rate.dataset.statistics
        if statistics is None:
            return False
        facts = facts_from(statistics)
        self._facts = (dataset.fingerprint, facts)
        self._presets = {one.name: one for one in presets_for(dataset, facts=facts)}
        self._picker.show_choices(
            [
                Choice(preset.name, preset.title, preset.sentences, on=not preset.refusal)
                for preset in self._presets.values()
            ]
        )
        self.leave()
        return True

    def leave(self) -> None:
        """Take a model as it comes."""
        self._picker.choose("")
        self._take(None)

    def start_of(self, model: str) -> TrainingPlan:
        """All settings of a model on the open data set, as the preset has them or as the model comes."""
        dataset = self._learning_rate.dataset.current
        return TrainingPlan.of(model, preset=self._preset, entries=dataset.entries if dataset is not None else 0)

    def chosen_rate(self, model: str) -> ChosenRate | None:
        """What was settled on in Learning rate for a model, unless the preset's own was put back since."""
        rate = self._learning_rate.chosen
        return rate if rate is not None and rate.model == model and not self._rate_is_put_back else None

    def _take(self, preset: Preset | None) -> None:
        self._preset, self._rate_is_put_back = preset, False

    def _on_chosen(self, name: str) -> None:
        self._take(self._presets.get(name))
        self.taken.emit()

    def _on_put_back(self) -> None:
        self._rate_is_put_back = self._preset is not None
        self.put_back.emit()

    def _on_rate(self) -> None:
        self._rate_is_put_back = False


def is_same_rate(one: float | None, other: float | None) -> bool:
    """Whether two rates (None: automatic) are the same as people read them."""
    return one is other if one is None or other is None else format_rate(one) == format_rate(other)


_SET_ELSEWHERE = frozenset({"lr", "precision"})
_READINGS = {
    "steepest": "where it falls steepest",
    "valley": "in its valley",
    "minimum": "a tenth of its lowest point",
    "turning_point": "just before it turns up",
}


class PresetSide(QObject):
    """filled: the settings are others now."""

    filled = Signal()

    def __init__(self, learning_rate: LearningRateController, setup: TrainingSetup) -> None:
        super().__init__(setup)
        self._setup = setup
        self._offer = PresetOffer(learning_rate, setup.presets)
        self._lr: float | None = None
        self._offer.taken.connect(self._on_taken)
        self._offer.put_back.connect(self._fill)
        setup.model_chosen.connect(self.take_model)
        setup.changed.connect(self.show_changes)

    @property
    def facts(self) -> DataFacts | None:
        """What was counted of the open data set."""
        return self._offer.facts

    @property
    def suggestion(self) -> str | None:
        """The reading of the rate finder that the preset takes; None is the model's own."""
        return self._offer.suggestion

    def look(self) -> None:
        """Offer what fits the open data set. Another data set than before starts from the model as it comes."""
        if self._offer.look():
            self._fill()

    def take_model(self, name: str) -> None:
        """A model as it comes."""
        self._offer.leave()
        self._fill()

    def show_rate(self) -> None:
        """The rate that was chosen in Learning rate for this model, else the one that was filled in."""
        setup = self._setup
        rate = self._offer.chosen_rate(setup.model)
        if rate is not None:
            setup.rate.show_rate(rate.lr, origin="Chosen by you in Learning rate")
            if rate.schedule:
                setup.form.field("schedule").show_value(rate.schedule)
        else:
            whose = "As the preset has it" if self._offer.preset is not None else "What this model was tuned with"
            setup.rate.show_rate(self._lr, origin=whose, found_at=_READINGS.get(self.suggestion or "", ""))
        self.show_changes()

    def show_changes(self) -> None:
        """Mark what is not as the preset has it."""
        is_preset = self._offer.preset is not None
        labels = self._setup.form.show_changes(marked=is_preset)
        if is_preset and not self._setup.rate.isHidden() and not is_same_rate(self._setup.rate.peek(), self._lr):
            labels = ("Learning rate", *labels)
        self._setup.presets.show_changed(labels)

    def _on_taken(self) -> None:
        if self._offer.preset is not None:
            self._setup.models.choose(self._offer.preset.model)
        self._fill()

    def _fill(self) -> None:
        """All settings of the model, as it comes or as the preset has it."""
        start = self._offer.start_of(self._setup.model)
        parts = [FormPart(kind_of(start.model).title, start.model_config)]
        self._lr = None
        if start.training is not None:
            self._lr = start.training.lr
            parts.append(FormPart("Training", start.training, leave_out=_SET_ELSEWHERE))
        parts.append(FormPart("How it is judged", start.split, all_folded=True))
        self._setup.show_settings(parts, by_steps=start.training is not None)
        self.show_rate()
        self.filled.emit()
