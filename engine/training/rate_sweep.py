"""A learning-rate sweep as it is stored and drawn: what was measured, of which plan, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from engine.training.rate_curve import COMPLETE, SMOOTH, STOPPED, Float64, Reading, Suggestion, suggest


@dataclass(frozen=True)
class RateSweep:
    """The raw points of a sweep, by finite step, and what it was of.

    `name` tells sweeps apart in a legend ("Factorisation, batch 2,000, after 5 epochs of mf 2"). `loss` is "training"
    or "validation": which loss was measured. `plan` is what `TrainingPlan.as_dict` gave. `from_run` is the run whose
    model was swept, None for a fresh one. What a curve suggests, `smoothed_by` works out again for another smoothing.
    """

    lrs: Float64 = field(compare=False)
    losses: Float64 = field(compare=False)
    ended: str = COMPLETE
    smooth: float = SMOOTH
    prefer: str = "steepest"
    loss: str = "training"
    batch: int = 0
    name: str = ""
    plan: dict[str, Any] = field(default_factory=dict, hash=False)
    from_run: str | None = None
    created: datetime | None = None
    fingerprint: str = ""
    sweep_id: str = ""

    @cached_property
    def reading(self) -> Reading:
        return suggest(self.lrs, self.losses, smooth=self.smooth, ended=self.ended)

    @property
    def smoothed(self) -> Float64:
        return self.reading.smoothed

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        return self.reading.suggestions

    @property
    def chosen(self) -> Suggestion | None:
        """The suggestion that is taken where nobody looks; None where the curve carries none."""
        return self.reading.preferred(self.prefer)

    @property
    def words(self) -> str:
        return self.reading.words

    @property
    def stopped(self) -> bool:
        return self.ended == STOPPED

    @property
    def model(self) -> str:
        return str(self.plan.get("model", ""))

    def smoothed_by(self, smooth: float) -> RateSweep:
        """The same points smoothed by another amount, and read anew."""
        return replace(self, smooth=smooth)
