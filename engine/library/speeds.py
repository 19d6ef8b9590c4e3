"""How fast models learn on the devices of this machine, as the speed test measured it: one small file of the library.

What is damaged counts as never measured, and goes with the next test, which takes five seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.library.list_store import ListStore

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


class SpeedStore(ListStore[MeasuredSpeed]):
    """The speeds that were measured, the newest last."""

    _record, _list, _what = MeasuredSpeed, "speeds", "The measured speeds"

    def remember(self, speeds: Iterable[MeasuredSpeed]) -> None:
        """Keep these in place of what was measured before of the same. Raises NotStoredError."""
        self._put(tuple(speeds), _key, most=_MOST_KEPT)

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

    def _read(self, document: Any) -> MeasuredSpeed | None:
        speed = super()._read(document)
        return speed if speed is not None and speed.examples_per_second > 0 else None


def _key(speed: MeasuredSpeed) -> tuple[str, ...]:
    return speed.model, _plain(speed.device), speed.precision, speed.fingerprint


def _plain(device: str) -> str:
    """The first GPU has two names."""
    return "cuda:0" if device == "cuda" else device
