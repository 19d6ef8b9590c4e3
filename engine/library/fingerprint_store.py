"""Folders that are found by a data set's fingerprint and by what they are for, and that go when the data set does."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from engine import unfinished
from engine.library.folders import clear_unfinished

LOG = logging.getLogger(__name__)
_SHOWN = 16
_PLACE = re.compile(rf"[0-9a-f]{{1,{_SHOWN}}}-[0-9a-f]{{16}}", re.ASCII)


class FingerprintStore:
    """What the stores of evaluations of baselines, of first models and of taste maps have in common."""

    _gone: ClassVar[str]
    """What the log says of a place that is removed: "the baselines %s: their data set is gone"."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def settle(self, fingerprints: Iterable[str]) -> None:
        """Forget what is of other data sets than these, and what was never finished."""
        for _ in self._settled(fingerprints):
            pass

    def _place_of(self, version: int, fingerprint: str, purpose: object) -> Path:
        """Where a thing lies; the purpose is anything that JSON can say. Of another version, nothing is found there."""
        words = json.dumps([version, fingerprint, purpose], sort_keys=True)
        key = hashlib.blake2b(words.encode(), digest_size=8).hexdigest()
        return self._folder / f"{shown(fingerprint)}-{key}"

    def _settled(self, fingerprints: Iterable[str]) -> Iterator[Path]:
        """Remove what was never finished and what is of other data sets than these; the places that stay."""
        known = {shown(fingerprint) for fingerprint in fingerprints}
        clear_unfinished(self._folder)
        for place in self._folder.glob("*"):
            if not _PLACE.fullmatch(place.name) or place.is_symlink() or not place.is_dir():
                continue
            if place.name.split("-")[0] in known:
                yield place
                continue
            unfinished.discard(place)
            LOG.info(f"Removed {self._gone}", place.name)


def shown(fingerprint: str) -> str:
    """What the names of folders show of the data set that they are of."""
    return fingerprint[:_SHOWN]
