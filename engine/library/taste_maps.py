"""Taste maps that were laid out to the end, stored so that the next opening has them at once.

Each is one folder, found by the fingerprint of its data set and the key of the vectors that were laid out: the points,
with a checksum. It is a saving of time and no more: what is missing, damaged or of another version is laid out again.

Shapes: I titles.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from engine import unfinished
from engine.errors import LibraryError
from engine.library.fingerprint_store import FingerprintStore, shown
from engine.library.folders import check_format, new_folder, write_format
from engine.stored_files import check, checksums_of, read_array, save_array

if TYPE_CHECKING:
    from engine.recommending.taste_map import TasteMap

LOG = logging.getLogger(__name__)
FORMAT = 1
KIND = "taste map"
MOST_KEPT = 20
"""Of one data set: a map of 27,000 titles takes 216 KB."""
_POINTS = "points.npy"
_VERSION = 1
"""Raised when maps are laid out in another way: what was stored is then laid out anew."""


class TasteMapStore(FingerprintStore):
    """One folder for each data set and key. Any thread may call."""

    _gone = "the taste map %s: its data set is gone"

    def save(self, fingerprint: str, found: TasteMap) -> None:
        """Keep a map; what was there gives way, and beyond the newest 20 of a data set the oldest go.

        Raises NotStoredError where the disk refuses.
        """
        place = self._place_of(_VERSION, fingerprint, found.key)
        unfinished.discard(place)
        with new_folder(place, what="The taste map", need_bytes=found.points_I2.nbytes + 65536) as passing:
            save_array(passing / _POINTS, found.points_I2.astype(np.float32))
            write_format(passing, KIND, FORMAT, checksums_of([passing / _POINTS]))
        self._forget_oldest(fingerprint)

    def find(self, fingerprint: str, key: str, *, titles: int) -> TasteMap | None:
        """The map of so many titles that was kept; None where there is none that can be read."""
        from engine.recommending.taste_map import TasteMap

        place = self._place_of(_VERSION, fingerprint, key)
        if not place.is_dir():
            return None
        try:
            check(place / _POINTS, check_format(place, KIND, FORMAT))
            points_I2 = read_array(place / _POINTS, np.float32, (titles, 2))
        except LibraryError as error:
            LOG.warning("The stored taste map %s is laid out anew: %s", place.name, error)
            return None
        return TasteMap(points_I2, keeps_neighbours=True, key=key)

    def _forget_oldest(self, fingerprint: str) -> None:
        aged = []
        for place in self._folder.glob(f"{shown(fingerprint)}-*"):
            with suppress(OSError):
                aged.append((place.stat().st_mtime_ns, place))
        for _, place in sorted(aged)[:-MOST_KEPT]:
            unfinished.discard(place)
