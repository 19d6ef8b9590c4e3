"""How much faster this machine learns than plain code, rung by rung, as it was measured last on each data set.

One small file of the library. What is damaged counts as never measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.library.list_store import ListStore, record_of

_MOST_KEPT = 20


@dataclass(frozen=True)
class LadderRung:
    """A way to learn, by its name in `engine.bench.climbing`: how long a step takes, and how good its lists are.

    `gain` is how many times faster it is than the rung before, `faster` than the first. `quality` is None where it was
    not judged; 95 of 100 such groups of people would put it between `low` and `high`.
    """

    rung: str
    milliseconds: float
    gain: float
    faster: float
    quality: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class MeasuredLadder:
    """The rungs in their order, learned side by side on one data set with the same people in each step.

    `judged` is the number of held-out people, `measured` the moment, ISO in UTC.
    """

    model: str
    dataset_name: str
    fingerprint: str
    people: int
    titles: int
    batch: int
    steps: int
    device: str
    threads: int
    metric: str
    judged: int
    measured: str
    rungs: tuple[LadderRung, ...]
    stopped: bool = False

    @property
    def product(self) -> float:
        """How many times faster the last rung is than the first: the gains of all rungs, multiplied."""
        return self.rungs[-1].faster if self.rungs else 1.0


class LadderStore(ListStore[MeasuredLadder]):
    """The ladders that were measured whole, the newest last."""

    _record, _list, _what = MeasuredLadder, "ladders", "The measured ladder"

    def remember(self, ladder: MeasuredLadder) -> None:
        """Keep it in place of what was measured before on the same data. Raises NotStoredError."""
        self._put([ladder], lambda found: found.fingerprint, most=_MOST_KEPT)

    def newest(self, fingerprint: str = "") -> MeasuredLadder | None:
        """That on the data set of the fingerprint, else the newest on any; None where none was measured."""
        found = self.all()
        return next((ladder for ladder in found if ladder.fingerprint == fingerprint), found[-1] if found else None)

    def _read(self, document: Any) -> MeasuredLadder | None:
        if not isinstance(document, Mapping) or not isinstance(document.get("rungs"), list):
            return None
        rungs = [record_of(LadderRung, rung) for rung in document["rungs"]]
        whole = record_of(MeasuredLadder, {**document, "rungs": tuple(rungs)})
        is_sound = rungs and all(
            rung is not None and min(rung.milliseconds, rung.gain, rung.faster) > 0 for rung in rungs
        )
        return whole if is_sound else None
