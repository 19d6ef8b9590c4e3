"""The presets on offer for the open data set, and the one that was taken: where Train and Search start from.

Connects a picker to the session's data set. What a preset fills in is its view's.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_rec.session import Session
from desktop_rec.session.labels import ChosenRate
from desktop_rec.widgets.choice_list import Choice
from desktop_rec.widgets.preset_picker import PresetPicker
from engine.models.choosing import DataFacts, facts_of, presets_for
from engine.models.presets import Preset
from engine.training.config import rate_words
from engine.training.search import Base


class PresetOffer(QObject):
    """taken: the person took a preset, or none. put_back: its settings are to be as they were."""

    taken = Signal()
    put_back = Signal()

    def __init__(self, session: Session, picker: PresetPicker) -> None:
        super().__init__(picker)
        self._session, self._picker = session, picker
        self._presets: dict[str, Preset] = {}
        self._preset: Preset | None = None
        self._facts: tuple[str, DataFacts] | None = None
        self._rate_is_put_back = False
        picker.chosen.connect(self._on_chosen)
        picker.put_back_asked.connect(self._on_put_back)
        session.rate_changed.connect(self._on_rate)

    @property
    def preset(self) -> Preset | None:
        """The preset that was taken."""
        return self._preset

    @property
    def suggestion(self) -> str | None:
        """The reading of the rate finder that the preset takes; None is the model's own."""
        return self._preset.suggestion if self._preset is not None else None

    @property
    def counted(self) -> int:
        """How many people of the open data set like enough titles to be held out."""
        return self._facts[1].counted if self._facts is not None else 0

    def look(self) -> bool:
        """Offer what fits the open data set; True where that is another one than before: no preset is taken then."""
        dataset = self._session.dataset
        if dataset is None or (self._facts is not None and self._facts[0] == dataset.fingerprint):
            return False
        facts = facts_of(dataset)
        self._facts = (dataset.fingerprint, facts)
        self._presets = {one.name: one for one in presets_for(dataset, facts=facts)}
        self._picker.show_choices(
            [Choice(one.name, one.title, one.sentences, on=not one.refusal) for one in self._presets.values()]
        )
        self.leave()
        return True

    def leave(self) -> None:
        """Take a model as it comes."""
        self._picker.choose("")
        self._take(None)

    def start_of(self, model: str) -> Base:
        """All settings of a model on the open data set, as the preset has them or as the model comes."""
        dataset = self._session.dataset
        return Base.of(model, preset=self._preset, entries=dataset.entries if dataset is not None else 0)

    def chosen_rate(self, model: str) -> ChosenRate | None:
        """What was settled on in Learning rate for a model, unless the preset's own was put back since."""
        rate = self._session.rate
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
    return one is other if one is None or other is None else rate_words(one) == rate_words(other)
