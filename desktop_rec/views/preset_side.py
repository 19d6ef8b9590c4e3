"""What Train's settings start from: a model as it comes, or a preset; and what the person changed since.

Connects the left column of Train to the session's data set. Filling in the settings happens here and nowhere else.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_rec.session import Session
from desktop_rec.widgets.choice_list import Choice
from desktop_rec.widgets.config_form import FormPart
from desktop_rec.widgets.training_setup import TrainingSetup
from engine.data.split import SplitConfig
from engine.models.choosing import DataFacts, facts_of, presets_for
from engine.models.presets import Preset
from engine.models.registry import kind_of
from engine.training.config import TrainingConfig, rate_words

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

    def __init__(self, session: Session, setup: TrainingSetup) -> None:
        super().__init__(setup)
        self._session, self._setup = session, setup
        self._presets: dict[str, Preset] = {}
        self._preset: Preset | None = None
        self._facts: tuple[str, DataFacts] | None = None
        self._lr: float | None = None
        setup.presets.chosen.connect(self._on_preset)
        setup.presets.put_back_asked.connect(self._put_back)
        setup.model_chosen.connect(self.take_model)
        setup.changed.connect(self.show_changes)

    @property
    def counted(self) -> int:
        """How many people of the open data set like enough titles to be held out."""
        return self._facts[1].counted if self._facts is not None else 0

    @property
    def suggestion(self) -> str | None:
        """The reading of the rate finder that the preset takes; None is the model's own."""
        return self._preset.suggestion if self._preset is not None else None

    def look(self) -> None:
        """Offer what fits the open data set. Another data set than before starts from the model as it comes."""
        dataset = self._session.dataset
        if dataset is None or (self._facts is not None and self._facts[0] == dataset.fingerprint):
            return
        facts = facts_of(dataset)
        self._facts = (dataset.fingerprint, facts)
        self._presets = {one.name: one for one in presets_for(dataset, facts=facts)}
        self._setup.presets.show_choices(
            [Choice(one.name, one.title, one.sentences, on=not one.refusal) for one in self._presets.values()]
        )
        self.take_model(self._setup.model)

    def take_model(self, name: str) -> None:
        """A model as it comes."""
        self._preset = None
        self._setup.presets.choose("")
        self._fill(name)

    def show_rate(self) -> None:
        """The rate that was chosen in Learning rate for this model, else the one that was filled in."""
        rate, setup = self._session.rate, self._setup
        if rate is not None and rate.model == setup.model:
            setup.rate.show_rate(rate.lr, origin="Chosen by you in Learning rate")
            if rate.schedule:
                setup.form.field("schedule").show_value(rate.schedule)
        else:
            whose = "As the preset has it" if self._preset is not None else "What this model was tuned with"
            setup.rate.show_rate(self._lr, origin=whose, found_at=_READINGS.get(self.suggestion or "", ""))
        self.show_changes()

    def show_changes(self) -> None:
        """Mark what is not as the preset has it."""
        labels = self._setup.form.show_changes(marked=self._preset is not None)
        lr = self._setup.rate.peek()
        is_same = (lr is None) == (self._lr is None) and (lr is None or rate_words(lr) == rate_words(self._lr or 0.0))
        if self._preset is not None and not self._setup.rate.isHidden() and not is_same:
            labels = ("Learning rate", *labels)
        self._setup.presets.show_changed(labels)

    def _on_preset(self, name: str) -> None:
        self._preset = self._presets.get(name)
        if self._preset is not None:
            self._setup.models.choose(self._preset.model)
        self._fill(self._setup.model)

    def _put_back(self) -> None:
        self._setup.presets.choose(self._preset.name if self._preset is not None else "")
        self._fill(self._setup.model)

    def _fill(self, model: str) -> None:
        """All settings of a model, as it comes or as the preset has it."""
        kind, dataset = kind_of(model), self._session.dataset
        own = self._preset or Preset("", "", "", model)
        parts = [FormPart(kind.title, kind.config_class().changed(**own.settings))]
        self._lr = None
        if kind.can.learns_by_steps:
            entries = dataset.entries if dataset is not None else 0
            training = TrainingConfig(**{**kind.training_for(entries), **own.training})
            self._lr = training.lr
            parts.append(FormPart("Training", training, leave_out=_SET_ELSEWHERE))
        split = SplitConfig(**{**kind.split, **own.split})
        parts.append(FormPart("How it is judged", split, all_folded=True))
        self._setup.show_settings(parts, by_steps=kind.can.learns_by_steps)
        self.show_rate()
        self.filled.emit()
