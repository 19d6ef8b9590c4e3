"""Models that were computed without being asked for, kept so that the next opening has them at once.

Each is one folder, kept by the fingerprint of its data set and what it is for ("list" or "stars"): weights as
safetensors, settings as JSON, both with checksums. It is a saving of time and no more: what is missing, damaged or of
another version is nothing, and is computed again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import unfinished
from engine.errors import LibraryError
from engine.library.fingerprint_store import FingerprintStore
from engine.library.folders import check_format, new_folder, write_format, write_json
from engine.stored_files import checksums_of, read_document

if TYPE_CHECKING:
    from torch import Tensor

LOG = logging.getLogger(__name__)
FORMAT = 1
KIND = "quick model"
_WORDS, _WEIGHTS = "model.json", "weights.safetensors"
_VERSION = 2
"""Raised when what is computed at once, or how, changes: what was stored is then computed anew."""


@dataclass(frozen=True)
class QuickModel:
    """A model's name, its settings as `Config.as_dict` gives them, and its weights."""

    name: str
    config: dict[str, Any]
    weights: Mapping[str, Tensor]

    @property
    def bytes(self) -> int:
        return sum(tensor.numel() * tensor.element_size() for tensor in self.weights.values())


class QuickModelStore(FingerprintStore):
    """One folder for each data set and purpose. Any thread may call."""

    _gone = "the first model %s: its data set is gone"

    def save(self, fingerprint: str, purpose: str, model: QuickModel) -> None:
        """Keep a model; what was there gives way. Raises NotStoredError where the disk refuses."""
        from engine.training.checkpoint import save_tensors

        place = self._place_of(_VERSION, fingerprint, purpose)
        unfinished.discard(place)
        with new_folder(place, what="The first model", need_bytes=model.bytes + 65536) as passing:
            write_json(passing / _WORDS, {"name": model.name, "config": model.config})
            save_tensors(passing / _WEIGHTS, model.weights)
            files = checksums_of([passing / _WORDS, passing / _WEIGHTS])
            write_format(passing, KIND, FORMAT, files)

    def find(self, fingerprint: str, purpose: str) -> QuickModel | None:
        """The model that was kept; None where there is none that can be read."""
        place = self._place_of(_VERSION, fingerprint, purpose)
        if not place.is_dir():
            return None
        from engine.training.checkpoint import load_tensors

        try:
            known = check_format(place, KIND, FORMAT)
            words = read_document(place / _WORDS, known)
            return QuickModel(str(words["name"]), dict(words["config"]), load_tensors(place / _WEIGHTS, known))
        except (LibraryError, KeyError, TypeError, ValueError) as error:
            LOG.info("The stored first model %s is computed anew: %s", place.name, error)
            return None

    def has(self, fingerprint: str, purpose: str) -> bool:
        """Whether one was kept, whole or not."""
        return self._place_of(_VERSION, fingerprint, purpose).is_dir()

    def forget(self, fingerprint: str, purpose: str) -> None:
        """Remove one that turned out to be of no use."""
        unfinished.discard(self._place_of(_VERSION, fingerprint, purpose))
