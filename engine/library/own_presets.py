"""Presets that a person saved: plans of training with a name, in one small file of the library.

What cannot be read (damaged by hand, or of another version) is left out of the list and stays in the file; a file that
is damaged as a whole is set aside when the next preset is saved.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, get_type_hints
from uuid import uuid4

from engine import renaming
from engine.documents import fits
from engine.errors import LibraryError
from engine.library.folders import replace_text
from engine.library.records import first_free
from engine.stored_files import read_document

LOG = logging.getLogger(__name__)
_WHAT = "Your presets"
_LIST = "presets"
_MOST_LETTERS = 80


@dataclass(frozen=True)
class OwnPreset:
    """A plan as `TrainingPlan.as_dict` gives it, under a person's name for it."""

    preset_id: str
    name: str
    plan: dict[str, Any]


class OwnPresetStore:
    """The presets in the order in which they were saved. Any thread may call; changes raise NotStoredError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def all(self) -> tuple[OwnPreset, ...]:
        """What can be read; nothing where the file is damaged."""
        hints = get_type_hints(OwnPreset)
        return tuple(
            OwnPreset(**{name: document[name] for name in hints})
            for document in self._documents()
            if isinstance(document, dict) and all(fits(document.get(name), hint) for name, hint in hints.items())
        )

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

    def _documents(self) -> list[Any]:
        try:
            return self._read()
        except LibraryError as error:
            LOG.warning("%s", error)
            return []

    def _read(self) -> list[Any]:
        """What the file holds. Raises LibraryError for a damaged one."""
        if not self._path.exists():
            return []
        documents = read_document(self._path).get(_LIST)
        return documents if isinstance(documents, list) else []

    def _change(self, change: Callable[[list[Any]], list[Any]]) -> None:
        with self._lock:
            try:
                former = self._read()
            except LibraryError:
                former, aside = [], self._path.with_suffix(".damaged.json")
                renaming.replace(self._path, aside)
                LOG.warning("%s could not be read and is kept as %s.", self._path.name, aside.name)
            replace_text(self._path, json.dumps({_LIST: change(former)}, indent=1), what=_WHAT)


def _is(document: Any, preset_id: str) -> bool:
    return isinstance(document, dict) and document.get("preset_id") == preset_id
