"""Whether a run is going wrong, said while it does: a loss far above its best, gradients that explode.

It goes by the reports of steps, so nothing is read from the device for it. A loss that is not finite ends a run, and is
no matter of this module.
"""

from __future__ import annotations

from collections import deque
from statistics import median

import numpy as np

from engine.events import Advised, StepsTaken
from engine.text import format_rate
from engine.wording import said

_WARM_UP, _CARRIED = 50, 0.95
"""After how many steps losses are compared, and how much of the smoothed loss each step carries on."""
_FACTOR, _CALM = 10.0, 3.0
"""How many times its best a loss is that diverges, and one that has come back."""
_EXPLODING, _LATEST, _RECENT = 100.0, 5, 200
"""How many times the median of the recent gradient norms that of the latest is where they explode."""


class Watch:
    """Looks at each report of steps; warns once until what it warned of is over."""

    def __init__(self) -> None:
        self._smooth, self._best, self._weight, self._steps = 0.0, float("inf"), 0.0, 0
        self._norms: deque[float] = deque(maxlen=_RECENT)
        self._has_warned = self._explodes = False

    def seen(self, report: StepsTaken, *, best_epoch: int | None) -> list[Advised]:
        """What a person should know after these steps."""
        for loss in report.losses[np.isfinite(report.losses)].tolist():
            self._smooth = _CARRIED * self._smooth + (1.0 - _CARRIED) * loss
            self._weight = _CARRIED * self._weight + (1.0 - _CARRIED)
            self._steps += 1
            if self._steps >= _WARM_UP:
                self._best = min(self._best, self._smooth / self._weight)
        norms = report.gradient_norms[np.isfinite(report.gradient_norms)].tolist()
        step, lr = report.first_step + len(report.losses), float(report.lrs[-1])
        found = self._diverging(step), self._exploding(step, norms)
        kept = (
            said("Stop to keep epoch {best_epoch:,}, the best so far", best_epoch=best_epoch)
            if best_epoch is not None
            else said("Stop it")
        )
        remedy = said("{kept}, or lower the rate to {lr}.", kept=kept, lr=format_rate(lr / 10))
        return [Advised(words, remedy) for words in found if words]

    def _diverging(self, step: int) -> str:
        if self._steps < _WARM_UP or not 0.0 < self._best < float("inf"):
            return ""
        times = self._smooth / self._weight / self._best
        if self._has_warned:
            self._has_warned = times > _CALM
            return ""
        self._has_warned = times >= _FACTOR
        words = said(
            "The loss was {times:,.0f} times its best ({best:.3g}) at step {step:,}: the run diverges.",
            times=times,
            best=self._best,
            step=step,
        )
        return words if self._has_warned else ""

    def _exploding(self, step: int, norms: list[float]) -> str:
        earlier = list(self._norms)
        self._norms.extend(norms)
        latest = norms[-_LATEST:] if len(norms) >= _LATEST else list(self._norms)[-_LATEST:]
        if len(earlier) < _WARM_UP or not latest:
            return ""
        usual, now = median(earlier), median(latest)
        if self._explodes:
            self._explodes = now > _CALM * usual
            return ""
        self._explodes = now > _EXPLODING * usual > 0.0
        words = said(
            "The gradient was {now:,.0f} times as long as usual ({usual:.3g}) at step {step:,}: it explodes.",
            now=now / usual,
            usual=usual,
            step=step,
        )
        return words if self._explodes else ""
