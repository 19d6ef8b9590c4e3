"""What the curves of a run show, in a sentence: training against validation, epoch by epoch.

A gap is not always overfitting: dropout makes training harder, and a split by time is of the future. Overfitting is
when the validation turns while training goes on falling.

Shapes: E epochs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.evaluation.metrics import higher_is_better, metric_title
from engine.events import EpochEnded
from engine.wording import counted, joined, said

Floats = npt.NDArray[np.float64]

LEAST_EPOCHS = 4
_LEAST_FALL, _LITTLE_GAIN = 0.01, 0.02
_LEAST_TURN = 0.002
_WIDE = 0.03
_ROUGH, _ROUGH_VALIDATION = 2.0, 3.0
_BIG_JUMPS = 0.15
_HIDERS = ("dropout", "input_dropout_high", "bottleneck_noise")


@dataclass(frozen=True)
class CurveReading:
    """What curves show, in words."""

    kind: str
    """short, flat, slow, noisy, unsure, turned, gap, level, together or unvalidated."""
    words: str


@dataclass(frozen=True)
class _Curves:
    """Training losses and values of the monitor, [E], turned so that smaller is better; whether both are errors."""

    training_E: Floats
    monitor_E: Floats
    epochs_E: npt.NDArray[np.int64]
    name: str
    are_errors: bool

    @property
    def best(self) -> int:
        return int(np.argmin(self.monitor_E))

    @property
    def gap_E(self) -> Floats:
        """How much further off held-out ratings are than learned ones, as a share of the former."""
        return 1.0 - np.sqrt(np.maximum(self.training_E, 0.0)) / np.maximum(self.monitor_E, 1e-12)


def hides_while_training(model_config: Mapping[str, Any]) -> bool:
    """Whether a model of these settings learns with parts of its input or itself hidden, or with noise."""
    return any(float(model_config.get(name) or 0.0) > 0 for name in _HIDERS)


def read_curves(
    curve: Sequence[EpochEnded], *, hides: bool = False, by_time: bool = False, ended: bool = True
) -> CurveReading:
    """Say what the epochs so far show. `by_time`: the newest are held out; `ended`: no more epochs will come."""
    curves = _curves_of(curve)
    if len(curves.epochs_E) < LEAST_EPOCHS:
        tried = len(curves.epochs_E)
        few = counted(
            "One epoch is too few to read the curves.", "{count} epochs are too few to read the curves.", tried
        )
        words = few if ended and tried else ""
        return CurveReading("short", words)
    if not curve[-1].validation:
        return _unvalidated(curves)
    for rule in (_flat, _slow, _noisy, _turned):
        found = rule(curves)
        if found is not None:
            return found
    gap = _gap(curves, hides=hides, by_time=by_time, ended=ended)
    return gap or _level(curves) or _together(curves, ended=ended)


def _flat(curves: _Curves) -> CurveReading | None:
    """Neither curve moved."""
    training_E, monitor_E = curves.training_E, curves.monitor_E
    fell = _share(training_E[0] - training_E.min(), training_E[0])
    gained = _share(monitor_E[0] - monitor_E.min(), monitor_E[0])
    if max(fell, gained) >= _LEAST_FALL:
        return None
    if roughness(training_E) > _ROUGH and _share(np.ptp(training_E), training_E[0]) >= _LEAST_FALL:
        return None
    return CurveReading(
        "flat",
        said(
            "Both curves are flat: nothing is learned any more after the first epoch. The learning "
            "rate is probably too low; let the finder choose it, or try ten times as much."
        ),
    )


def _slow(curves: _Curves) -> CurveReading | None:
    """The validation falls in even, tiny steps to the very end: what there is to learn lies far ahead."""
    monitor_E, third = curves.monitor_E, max(1, len(curves.monitor_E) // 3)
    gain = monitor_E[0] - monitor_E.min()
    late = monitor_E[-1 - third] - monitor_E[-1]
    even = min(0.3, 0.9 * third / (len(monitor_E) - 1))
    if curves.best != len(monitor_E) - 1 or _share(gain, monitor_E[0]) > _LITTLE_GAIN or late < even * gain:
        return None
    share = _share(gain, monitor_E[0])
    amount = f"{share:.1%}" if share >= 0.0005 else said("less than 0.1%")
    return CurveReading(
        "slow",
        said(
            "Both curves fall, but slowly and evenly to the end ({name} by {amount} in all): most is "
            "still to be learned. Take a higher learning rate, or many more epochs.",
            name=curves.name,
            amount=amount,
        ),
    )


def _noisy(curves: _Curves) -> CurveReading | None:
    """Up and down: of the training loss by the rate; of the validation alone by how few are held out."""
    if roughness(curves.training_E) > _ROUGH:
        return CurveReading(
            "noisy",
            said(
                "The training loss itself goes up and down from epoch to epoch: the steps are too big. "
                "Try a third of the learning rate."
            ),
        )
    monitor_E = curves.monitor_E
    gain = max(monitor_E[0] - monitor_E.min(), 1e-12)
    jumps = float(np.abs(np.diff(monitor_E)).mean()) / gain
    if roughness(monitor_E) > _ROUGH_VALIDATION and jumps > _BIG_JUMPS:
        return CurveReading(
            "unsure",
            said(
                "{name} on what was held out goes up and down while the training loss falls evenly: too "
                "little is held out to tell one epoch from the next. The best epoch is kept, but it is "
                "partly luck.",
                name=curves.name,
            ),
        )
    return None


def _turned(curves: _Curves) -> CurveReading | None:
    """The validation was best before the end and has clearly become worse since."""
    monitor_E, best = curves.monitor_E, curves.best
    if best == len(monitor_E) - 1:
        return None
    last = max(1, min(3, (len(monitor_E) - 1 - best) // 2))
    around, since = monitor_E[max(0, best - 1) : best + 2], monitor_E[-last:]
    worse = float(np.median(since) - np.median(around))
    if worse <= max(_LEAST_TURN * abs(monitor_E[best]), 2.0 * jitter(monitor_E)):
        return None
    epoch = int(curves.epochs_E[best])
    if curves.training_E[-1] < curves.training_E[best]:
        return CurveReading(
            "turned",
            said(
                "After epoch {epoch} what was held out is predicted worse while the training loss goes "
                "on falling: from there the model learns by heart (overfitting). The weights of epoch "
                "{epoch} are the ones kept.",
                epoch=epoch,
            ),
        )
    return CurveReading(
        "noisy",
        said(
            "Both curves were at their best near epoch {epoch} and are worse since: the steps are "
            "too big. Try a third of the learning rate.",
            epoch=epoch,
        ),
    )


def _gap(curves: _Curves, *, hides: bool, by_time: bool, ended: bool) -> CurveReading | None:
    """The curves lie apart from early on and stay as they are."""
    if not curves.are_errors:
        return None
    gap_E = curves.gap_E[1:]
    early, late = float(gap_E[: max(1, len(gap_E) // 3)].mean()), float(gap_E[-max(1, len(gap_E) // 3) :].mean())
    if abs(late) < _WIDE or early * late <= 0 or abs(early) < _WIDE or abs(late) > 1.5 * abs(early):
        return None
    if late < 0:
        where = said(
            "The training loss lies above the validation from the start and stays there: {why}.",
            why=_why_training_is_harder(curves, hides=hides),
        )
        return CurveReading("gap", joined(where, _more_may_help(curves, ended=ended) or said("All is well.")))
    why = (
        said("it is tested on later ratings, of people and titles that it could not know as well")
        if by_time
        else said("ratings that it has seen are always easier")
    )
    return CurveReading(
        "gap",
        said(
            "Held-out ratings are further off than learned ones from the start, by {late:.0%}, and "
            "the gap does not widen: that is no overfitting; {why}.",
            late=late,
            why=why,
        ),
    )


def _why_training_is_harder(curves: _Curves, *, hides: bool) -> str:
    """What puts a training loss above the validation. An epoch's mean is hardly above how the last one ended."""
    if hides:
        return said("while it trains, parts are hidden from it by dropout or noise, and when it is tested nothing is")
    ahead = 1.0 - np.sqrt(np.maximum(curves.training_E[1:], 0.0)) / np.maximum(curves.monitor_E[:-1], 1e-12)
    if float(ahead.mean()) < -_WIDE:
        return said(
            "to be tested, everybody is worked out afresh from their ratings, and more cautiously than in training"
        )
    return said("while it trains, a loss is the mean of an epoch in which it was still getting better")


def _level(curves: _Curves) -> CurveReading | None:
    """The validation has stopped moving well before the end."""
    monitor_E, best = curves.monitor_E, curves.best
    near_E = monitor_E <= monitor_E[best] + 0.02 * max(monitor_E[0] - monitor_E[best], 1e-12)
    since = int(np.argmax(near_E))
    if best == len(monitor_E) - 1 and since > len(monitor_E) // 2:
        return None
    if since > 0.75 * len(monitor_E):
        return None
    if best == 0:
        epoch = curves.epochs_E[0]
        return CurveReading(
            "level",
            said(
                "{name} on what was held out was best after epoch {epoch}; what was learned since has "
                "gained nothing there. The weights of epoch {epoch} are the ones kept.",
                name=curves.name,
                epoch=epoch,
            ),
        )
    return CurveReading(
        "level",
        said(
            "Both curves got better together until about epoch {epoch}; since then {name} neither "
            "gains nor loses. More epochs would change little.",
            epoch=curves.epochs_E[since],
            name=curves.name,
        ),
    )


def _together(curves: _Curves, *, ended: bool) -> CurveReading:
    """Both still get better."""
    widens = curves.are_errors and curves.gap_E[-1] > _WIDE and curves.gap_E[-1] > 1.5 * abs(curves.gap_E[1])
    gap = said("The gap between them grows, but that does no harm as long as both fall.") if widens else ""
    more = _more_may_help(curves, ended=ended)
    well = said("Training and validation get better together, as they should.")
    return CurveReading("together", joined(well, gap, more))


def _unvalidated(curves: _Curves) -> CurveReading:
    fell = _share(curves.training_E[0] - curves.training_E.min(), curves.training_E[0])
    return CurveReading(
        "unvalidated",
        said(
            "The training loss fell by {fell:.0%}. Nothing was held out, so nobody can say whether it learns by heart.",
            fell=fell,
        ),
    )


def roughness(values_E: Floats) -> float:
    """How much longer the way of a curve is than from its start to its lowest point and on to its end: 1 is none."""
    direct = abs(values_E[0] - values_E.min()) + abs(values_E[-1] - values_E.min())
    way = float(np.abs(np.diff(values_E)).sum())
    return way / direct if direct > 1e-12 else (math.inf if way > 1e-9 else 1.0)


def jitter(values_E: Floats) -> float:
    """How far an epoch is typically off the line between its neighbours."""
    return float(np.median(np.abs(values_E[1:-1] - (values_E[:-2] + values_E[2:]) / 2.0)))


def _more_may_help(curves: _Curves, *, ended: bool) -> str:
    """A sentence where a run ended while the validation was still getting better; else ""."""
    monitor_E = curves.monitor_E
    falls = curves.best == len(monitor_E) - 1 and monitor_E[-3] - monitor_E[-1] > _LEAST_TURN * abs(monitor_E[-1])
    return said("It was still getting better at the end: more epochs may help.") if ended and falls else ""


def _share(part: float, whole: float) -> float:
    return float(part) / max(abs(float(whole)), 1e-12)


def _curves_of(curve: Sequence[EpochEnded]) -> _Curves:
    rows = []
    for epoch in curve:
        if math.isfinite(epoch.training_loss) and math.isfinite(epoch.monitored):
            rows.append((epoch.epoch, epoch.training_loss, epoch.monitored))
    monitor = curve[-1].monitor if curve else ""
    epochs, training, values = (np.array(column) for column in zip(*rows, strict=True)) if rows else (np.zeros(0),) * 3
    return _Curves(
        training.astype(np.float64),
        (-values if higher_is_better(monitor) else values).astype(np.float64),
        epochs.astype(np.int64),
        metric_title(monitor),
        monitor == "rmse",
    )
