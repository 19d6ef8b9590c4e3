"""Presets that a person saved: plans of training with a name, in one small file of the library."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import uuid4

from engine.errors import LibraryError
from engine.library.list_store import ListStore
from engine.library.records import first_free

_MOST_LETTERS = 80


@dataclass(frozen=True)
class OwnPreset:
    """A plan as `TrainingPlan.as_dict` gives it, under a person's name for it."""

    preset_id: str
    name: str
    plan: dict[str, Any]


class OwnPresetStore(ListStore[OwnPreset]):
    """The presets in the order in which they were saved."""

    _record, _list, _what = OwnPreset, "presets", "Your presets"

    def add(self, name: str, plan: dict[str, Any]) -> OwnPreset:
        """Save a plan; a name that is taken is numbered. Raises LibraryError for an empty name."""
        made = OwnPreset(f"p{uuid4().hex[:8]}", self._free(name), json.loads(json.dumps(plan)))
        self.put_back(made)
        return made

    def put_back(self, preset: OwnPreset, *, place: int | None = None) -> None:
        """Save a preset as it was, at its place in the list (None: the last)."""

        def insert(documents: list[Any]) -> list[Any]:
            at = len(documents) if place is None else place
            return [*documents[:at], asdict(preset), *documents[at:]]

        self._change(insert)

    def rename(self, preset_id: str, name: str) -> OwnPreset:
        """Give another name. Raises LibraryError for an empty name or an unknown preset."""
        former = self._find(preset_id)
        renamed = replace(former, name=former.name if name.strip() == former.name else self._free(name))
        self._change(lambda documents: [asdict(renamed) if _is(found, preset_id) else found for found in documents])
        return renamed

    def remove(self, preset_id: str) -> int:
        """Take a preset out of the file: its place, for `put_back`. Raises LibraryError for an unknown one."""
        self._find(preset_id)
        place = next(at for at, found in enumerate(self._documents()) if _is(found, preset_id))
        self._change(lambda documents: [found for found in documents if not _is(found, preset_id)])
        return place

    def _find(self, preset_id: str) -> OwnPreset:
        for preset in self.all():
            if preset.preset_id == preset_id:
                return preset
        raise LibraryError("This preset is not there any more.", remedy="Save it again.", preset=preset_id)

    def _free(self, name: str) -> str:
        """The name, cut and trimmed; with a number where another preset has it."""
        wanted = " ".join(name.split())[:_MOST_LETTERS]
        if not wanted:
            raise LibraryError("A preset needs a name.", remedy="Type one.")
        taken = {preset.name for preset in self.all()}
        return first_free(taken, lambda number: f"{wanted} {number}" if number > 1 else wanted)


def _is(document: Any, preset_id: str) -> bool:
    return isinstance(document, dict) and document.get("preset_id") == preset_id
