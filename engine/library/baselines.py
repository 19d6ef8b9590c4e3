"""The store of baselines: what the simplest models are worth on a data set and a split, worked out once.

Stands beside the runs, which are held against these. Keyed by what the data and the split are, not by what they are
called, so that they hold for a data set that was imported again. Anything missing or damaged is worked out anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import LibraryError
from engine.library.evaluation_files import load_judgement, save_judgement
from engine.library.folders import replace_text

if TYPE_CHECKING:
    from engine.data.split import SplitConfig
    from engine.evaluation.result import EvaluationResult

_NAMES, _SHOWN = "judged", 16
_VERSION = 2
"""Raised when the baselines themselves, or how they are judged, change: what was kept is then worked out anew."""


class BaselineStore:
    """The judgements of baselines, one folder for each data set and split."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, fingerprint: str, split: SplitConfig, judgements: Mapping[str, EvaluationResult]) -> None:
        """Keep all of them, by name. Raises LibraryError where the disk refuses."""
        place = self._place(fingerprint, split)
        for name, judgement in judgements.items():
            save_judgement(place / name, judgement)
        replace_text(place / _NAMES, "\n".join(judgements), what="The baselines")

    def find(self, fingerprint: str, split: SplitConfig) -> dict[str, EvaluationResult] | None:
        """All that were kept; None where there are none or one of them cannot be read."""
        place = self._place(fingerprint, split)
        try:
            names = (place / _NAMES).read_text(encoding="utf-8").split()
            found = {name: load_judgement(place / name) for name in names}
        except (LibraryError, OSError, ValueError):
            return None
        whole = {name: one for name, one in found.items() if one is not None}
        return whole if len(whole) == len(names) else None

    def settle(self, fingerprints: Iterable[str]) -> None:
        """At the opening of a library: forget the baselines of data sets that are gone."""
        known = {fingerprint[:_SHOWN] for fingerprint in fingerprints}
        for place in self._folder.glob("*"):
            if place.name.split("-")[0] not in known:
                shutil.rmtree(place, ignore_errors=True)

    def _place(self, fingerprint: str, split: SplitConfig) -> Path:
        words = json.dumps([_VERSION, fingerprint, split.as_dict()], sort_keys=True)
        key = hashlib.blake2b(words.encode(), digest_size=8).hexdigest()
        return self._folder / f"{fingerprint[:_SHOWN]}-{key}"
