"""The presets that a person saved: listed, saved, renamed and deleted, each with its way back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.undo import Change, UndoStack
from engine.errors import EngineError
from engine.training.plan import TrainingPlan
from engine.wording import said

if TYPE_CHECKING:
    from engine.library.own_presets import OwnPreset, OwnPresetStore


class OwnPresets(QObject):
    """changed: others are there, or they are called otherwise."""

    changed = Signal()

    def __init__(self, library: OpenLibrary, undo: UndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library, self._undo = library, undo

    @property
    def all(self) -> tuple[OwnPreset, ...]:
        """In the order in which they were saved."""
        return self._store.all() if self._store is not None else ()

    def find(self, preset_id: str) -> OwnPreset | None:
        """The preset with this id; None where it is gone."""
        return next((preset for preset in self.all if preset.preset_id == preset_id), None)

    def save(self, name: str, plan: TrainingPlan) -> OwnPreset | None:
        """Save a plan under a name; None, with a notice, where it could not be saved."""
        store = self._store
        made: list[OwnPreset] = []
        if store is None:
            return None

        def apply() -> None:
            if made:
                store.put_back(made[0])
            else:
                made.append(store.add(name, plan.as_dict()))
            self.changed.emit()

        def revert() -> None:
            store.remove(made[0].preset_id)
            self.changed.emit()

        text = said("Saved the preset {new}", new=name.strip())
        return made[0] if self._undo.do(Change(text, apply, revert)) else None

    def rename(self, preset_id: str, name: str) -> bool:
        """Give a preset another name."""
        store, former = self._store, self.find(preset_id)
        if store is None or former is None:
            return False

        def call(called: str) -> None:
            store.rename(preset_id, called)
            self.changed.emit()

        text = said("Renamed the preset {name} to {new}", name=former.name, new=name.strip())
        return self._undo.do(Change(text, partial(call, name), partial(call, former.name)))

    def delete(self, preset_id: str) -> bool:
        """Delete a preset; a plan that came from it stays as it is."""
        store, former = self._store, self.find(preset_id)
        places: list[int] = []
        if store is None or former is None:
            return False

        def apply() -> None:
            places.append(store.remove(preset_id))
            self.changed.emit()

        def revert() -> None:
            store.put_back(former, place=places[-1])
            self.changed.emit()

        return self._undo.do(Change(said("Deleted the preset {name}", name=former.name), apply, revert, announced=True))

    @property
    def _store(self) -> OwnPresetStore | None:
        return self._library.files.own_presets if self._library.files is not None else None


def plan_of(preset: OwnPreset) -> TrainingPlan | None:
    """The plan of a saved preset; None where this version cannot read it."""
    try:
        return TrainingPlan.from_dict(preset.plan)
    except (EngineError, KeyError, TypeError, ValueError, AttributeError):
        return None
