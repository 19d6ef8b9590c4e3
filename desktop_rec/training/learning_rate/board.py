"""The sweeps of a data set as they lie before a person: which one is looked at, which stand behind it, in what colours.

Plain Python, no Qt: the controller owns one, the view draws it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from desktop_rec.training.learning_rate.sweep_curves import SweepCurve
from engine.training.rate_curve import smoothed
from engine.training.rate_sweep import RateSweep

MOST_BEHIND = 7
"""So many earlier sweeps can be drawn at once: each has a colour of its own."""


@dataclass
class SweepBoard:
    """`sweeps` are the stored ones, the newest first; `front` is the id of the one that is looked at, "" for none.

    `behind` maps the ids of the sweeps drawn behind it to their colours. `smooth` is what the person asked for, None as
    each sweep was made.
    """

    sweeps: tuple[RateSweep, ...] = ()
    front: str = ""
    behind: dict[str, int] = field(default_factory=dict)
    smooth: float | None = None
    _read: dict[str, RateSweep] = field(default_factory=dict, repr=False)

    @property
    def shown(self) -> RateSweep | None:
        """The sweep that is looked at, smoothed as wished."""
        return self._smooth(self.find(self.front))

    @property
    def drawn_behind(self) -> tuple[RateSweep, ...]:
        """The sweeps behind it, the newest first: smoothed as wished where `read_next` has come to them."""
        behind = (sweep for sweep in self.sweeps if self.is_behind(sweep.sweep_id))
        return tuple(self._read.get(sweep.sweep_id, sweep) for sweep in behind)

    def read_next(self) -> bool:
        """Smooth one more of the sweeps behind as wished, a few milliseconds of work; False where all are."""
        if self.smooth is None:
            return False
        late = next((sweep for sweep in self.drawn_behind if sweep.smooth != self.smooth), None)
        read = self._smooth(late)
        return read is not None and len(read.smoothed) == len(read.lrs)

    @property
    def is_full(self) -> bool:
        """Whether no colour is left for one more."""
        return len(self._taken()) >= MOST_BEHIND

    def find(self, sweep_id: str) -> RateSweep | None:
        return next((sweep for sweep in self.sweeps if sweep.sweep_id == sweep_id), None)

    def is_behind(self, sweep_id: str) -> bool:
        """Whether a sweep is drawn, but not the one that is looked at."""
        return sweep_id in self.behind and sweep_id != self.front

    def load(self, sweeps: Sequence[RateSweep]) -> None:
        """The sweeps that are stored now; what is looked at stays while it is among them."""
        self.sweeps = tuple(sweeps)
        known = {sweep.sweep_id for sweep in sweeps}
        self.behind = {sweep_id: place for sweep_id, place in self.behind.items() if sweep_id in known}
        if self.front not in known:
            self.front = ""

    def add(self, sweep: RateSweep) -> None:
        """A new sweep comes to the front; the one before stays in sight behind it."""
        self.sweeps = (sweep, *(known for known in self.sweeps if known.sweep_id != sweep.sweep_id))
        self.bring_to_front(sweep.sweep_id)

    def bring_to_front(self, sweep_id: str) -> None:
        """Look at a sweep; the one that was looked at before stays behind it."""
        if sweep_id == self.front or self.find(sweep_id) is None:
            return
        before, self.front = self.front, sweep_id
        self.behind.pop(sweep_id, None)
        if before:
            self.tick(before)

    def tick(self, sweep_id: str) -> bool:
        """Draw a sweep behind the one that is looked at, in a colour that is free; False where none is."""
        if self.find(sweep_id) is None or self.is_behind(sweep_id):
            return False
        taken = self._taken()
        place = next((place for place in range(1, MOST_BEHIND + 1) if place not in taken), None)
        if place is None:
            return False
        self.behind[sweep_id] = place
        return True

    def untick(self, sweep_id: str) -> None:
        """Draw a sweep no more."""
        self.behind.pop(sweep_id, None)

    def clear(self) -> None:
        """Another data set."""
        self.sweeps, self.front, self.behind, self.smooth = (), "", {}, None
        self._read.clear()

    def _taken(self) -> set[int]:
        return {place for sweep_id, place in self.behind.items() if sweep_id != self.front}

    def _smooth(self, sweep: RateSweep | None) -> RateSweep | None:
        """The sweep read with the wished smoothing; read once."""
        if sweep is None or self.smooth is None:
            return sweep
        known = self._read.get(sweep.sweep_id)
        if known is None or known.smooth != self.smooth:
            known = self._read[sweep.sweep_id] = sweep.smoothed_by(self.smooth)
        return known


def curve_of(sweep: RateSweep, *, name: str = "", place: int = 0) -> SweepCurve:
    """A stored sweep as it is drawn, in the colour of a place."""
    unit = f"{sweep.model} {sweep.loss}"
    return SweepCurve(sweep.sweep_id, name or sweep.name, unit, sweep.lrs, sweep.losses, sweep.smoothed, place)


def growing_curve(
    lrs_N: npt.NDArray[np.float64], losses_N: npt.NDArray[np.float64], *, smooth: float, name: str, unit: str
) -> SweepCurve:
    """A sweep that is being made, as far as it is; what is no number is left out."""
    good = np.isfinite(losses_N) & np.isfinite(lrs_N) & (lrs_N > 0)
    lrs_N, losses_N = lrs_N[good], losses_N[good]
    return SweepCurve("", name, unit, lrs_N, losses_N, smoothed(lrs_N, losses_N, smooth=smooth))
