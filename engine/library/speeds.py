"""How fast models learn on the devices of this machine, as the speed test measured it: one small file of the library.

What is damaged or of another version counts as never measured: a test takes five seconds.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_type_hints

from engine.documents import fits
from engine.errors import LibraryError
from engine.library.folders import replace_text
from engine.stored_files import read_document

_MOST_KEPT = 200


@dataclass(frozen=True)
class MeasuredSpeed:
    """How many examples a second a model learned, with so many in a step, on a device as torch calls it.

    Examples are people, ratings or windows, as the model learns them; `measured` is the moment, ISO in UTC.
    """

    model: str
    device: str
    precision: str
    examples_per_second: float
    batch: int
    threads: int
    titles: int
    parameters: int
    fingerprint: str
    measured: str

    def seconds_per_epoch(self, examples: int) -> float:
        """How long an epoch of so many examples takes.

        >>> MeasuredSpeed("mf", "cpu", "float32", 50_000.0, 2000, 4, 3700, 1, "", "").seconds_per_epoch(100_000)
        2.0
        """
        return examples / self.examples_per_second


class SpeedStore:
    """The speeds that were measured, the newest last. Any thread may call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def all(self) -> tuple[MeasuredSpeed, ...]:
        """What was measured; nothing where the file is damaged."""
        if not self._path.exists():
            return ()
        try:
            documents = read_document(self._path).get("speeds")
        except LibraryError:
            return ()
        hints = get_type_hints(MeasuredSpeed)
        return tuple(
            MeasuredSpeed(**document)
            for document in (documents if isinstance(documents, list) else ())
            if isinstance(document, dict) and set(document) == set(hints)
            if all(fits(document[name], hint) for name, hint in hints.items()) and document["examples_per_second"] > 0
        )

    def remember(self, speeds: Iterable[MeasuredSpeed]) -> None:
        """Keep these in place of what was measured before of the same. Raises NotStoredError."""
        new = tuple(speeds)
        taken = {_key(speed) for speed in new}
        with self._lock:
            kept = [speed for speed in self.all() if _key(speed) not in taken]
            documents = [asdict(speed) for speed in (*kept, *new)][-_MOST_KEPT:]
            replace_text(self._path, json.dumps({"speeds": documents}, indent=1), what="The measured speeds")

    def recorded_speed(self, model: str, device: str, precision: str, *, fingerprint: str = "") -> MeasuredSpeed | None:
        """The speed of a model on a device ("cpu", "cuda", "cuda:1") in a precision; None where it was never measured.

        That on the data set of the fingerprint counts first, else the newest on any.
        """
        found = [
            speed
            for speed in self.all()
            if (speed.model, _plain(speed.device), speed.precision) == (model, _plain(device), precision)
        ]
        return max(enumerate(found), key=lambda at: (at[1].fingerprint == fingerprint, at[0]), default=(0, None))[1]


def _key(speed: MeasuredSpeed) -> tuple[str, ...]:
    return speed.model, _plain(speed.device), speed.precision, speed.fingerprint


def _plain(device: str) -> str:
    """The first GPU has two names."""
    return "cuda:0" if device == "cuda" else device
