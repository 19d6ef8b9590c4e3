"""The panels of a run, as a table: what each shows, over steps or epochs, and what of an earlier run stands behind it.

A new panel is a function that says its lines, and a row of PANELS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from desktop_rec.common.plots.axes import Unit
from desktop_rec.common.plots.points import Float64
from desktop_rec.training.live.ranges import near_best, near_middle, no_bound
from desktop_rec.training.live.run import EarlierRun, LiveRun
from engine.evaluation.metrics import higher_is_better, metric_title
from engine.events import EpochEnded
from engine.wording import said

TRAINING_LOSS = "training loss"
_LOSS = "loss"
_WORDS = {"presence": said("what was seen"), "rating": said("how it was rated")}


@dataclass(frozen=True)
class Line:
    """One curve: values at steps, [N]. `each_step`: it is made smooth, and the raw one may stand behind it.

    `words`: "" where the panel's title says it. `colour` is a name of the palette, or "series:2".
    """

    name: str
    words: str
    steps: Float64
    ys: Float64
    colour: str
    each_step: bool = False
    has_raw: bool = False
    dashed: bool = False


@dataclass(frozen=True)
class Mark:
    """The best epoch, in the panel that shows what chose it."""

    epoch: int
    step: int
    value: float


@dataclass(frozen=True)
class Panel:
    """`lines` of a run, none where it has nothing of the kind; `earlier`: those of a run that is drawn behind it."""

    name: str
    title: str
    tip: str
    lines: Callable[[LiveRun], Sequence[Line]]
    earlier: Callable[[EarlierRun, LiveRun], Sequence[tuple[str, Float64]]]
    unit: Unit = "figure"
    marks_best: Callable[[str], bool] = lambda monitor: False
    bound: Callable[[Float64], float] = no_bound
    """Up to which value of its curves the axis follows them."""
    is_rate: bool = False


def _loss(run: LiveRun) -> Sequence[Line]:
    before = [epoch for epoch in run.epochs if not len(run.steps) or epoch.step < run.steps[0]]
    lines = [Line("loss", "training", run.steps, run.losses, "accent", each_step=True, has_raw=True)]
    if before:
        lines.append(
            _of_epochs("before", said("training, before it went on"), before, [e.training_loss for e in before])
        )
    held_out = [(epoch, dict(epoch.validation).get(_LOSS)) for epoch in run.epochs]
    found = [(epoch, value) for epoch, value in held_out if value is not None]
    if found:
        epochs, values = zip(*found, strict=True)
        lines.append(_of_epochs("validation", "validation", epochs, values, colour="second"))
    return lines


def _metrics(*, better_high: bool) -> Callable[[LiveRun], Sequence[Line]]:
    """The measured metrics of which more (or less) is better; they share an axis."""

    def lines(run: LiveRun) -> Sequence[Line]:
        names = dict.fromkeys([run.monitor, *(name for epoch in run.epochs for name, _ in epoch.validation)])
        kinds = [name for name in names if name not in (_LOSS, TRAINING_LOSS) and _is_high(name) is better_high]
        return [_metric(run, name, place) for place, name in enumerate(kinds)]

    return lines


def _metric(run: LiveRun, name: str, place: int) -> Line:
    values = [dict(epoch.validation).get(name, np.nan) for epoch in run.epochs]
    return _of_epochs(name, metric_title(name), run.epochs, values, colour=f"series:{place + 1}")


def _is_high(name: str) -> bool:
    return higher_is_better(name) is not False


def _rate(run: LiveRun) -> Sequence[Line]:
    before = [epoch for epoch in run.epochs if not len(run.steps) or epoch.step < run.steps[0]]
    steps = np.concatenate(([epoch.step for epoch in before], run.steps)) if before else run.steps
    lrs = np.concatenate(([epoch.lr for epoch in before], run.lrs)) if before else run.lrs
    return [Line("lr", "", steps, lrs, "accent")]


def _norm(run: LiveRun) -> Sequence[Line]:
    if not np.isfinite(run.norms).any():
        return []
    return [Line("norm", "", run.steps, run.norms, "accent", each_step=True, has_raw=True)]


def _parts(run: LiveRun) -> Sequence[Line]:
    return [
        Line(name, _WORDS.get(name, name.replace("_", " ")), run.steps, values, f"series:{place}", each_step=True)
        for place, (name, values) in enumerate(run.parts.items())
    ]


def _learned(run: LiveRun) -> Sequence[Line]:
    """Values that the model learned beside its weights, such as how much each part of its loss counts."""
    learned = [dict(epoch.learned) for epoch in run.epochs]
    names = dict.fromkeys(name for values in learned for name in values)
    return [
        _of_epochs(
            name,
            name.replace("_", " "),
            run.epochs,
            [values.get(name, np.nan) for values in learned],
            colour=f"series:{place}",
        )
        for place, name in enumerate(names)
    ]


def _earlier_loss(earlier: EarlierRun, run: LiveRun) -> Sequence[tuple[str, Float64]]:
    """Losses of different models are counted differently, so only one of the same model stands behind."""
    if earlier.model != run.model:
        return []
    found = [("training", np.array([epoch.training_loss for epoch in earlier.epochs]))]
    held_out = np.array([dict(epoch.validation).get(_LOSS, np.nan) for epoch in earlier.epochs])
    return [*found, ("validation", held_out)] if np.isfinite(held_out).any() else found


def _earlier_metrics(*, better_high: bool) -> Callable[[EarlierRun, LiveRun], Sequence[tuple[str, Float64]]]:
    def earlier_metrics(earlier: EarlierRun, run: LiveRun) -> Sequence[tuple[str, Float64]]:
        shown = {line.name: line.words for line in _metrics(better_high=better_high)(run)}
        values = {
            words: np.array([dict(epoch.validation).get(name, np.nan) for epoch in earlier.epochs])
            for name, words in shown.items()
        }
        return [(words, found) for words, found in values.items() if np.isfinite(found).any()]

    return earlier_metrics


def _earlier_rate(earlier: EarlierRun, run: LiveRun) -> Sequence[tuple[str, Float64]]:
    return [(said("learning rate"), np.array([epoch.lr for epoch in earlier.epochs]))]


def _nothing(earlier: EarlierRun, run: LiveRun) -> Sequence[tuple[str, Float64]]:
    return []


def _of_epochs(
    name: str, words: str, epochs: Sequence[EpochEnded], values: Sequence[float], *, colour: str = "accent"
) -> Line:
    steps = np.array([epoch.step for epoch in epochs], dtype=np.float64)
    return Line(name, words, steps, np.array(values, dtype=np.float64), colour)


PANELS = (
    Panel(
        "loss",
        said("Loss"),
        said("What training makes smaller: on what is learned from, and on what is held out"),
        _loss,
        _earlier_loss,
        marks_best=lambda monitor: monitor in (TRAINING_LOSS, _LOSS),
        bound=near_best,
    ),
    Panel(
        "ranking",
        said("Quality of lists, in validation"),
        said("Metrics of which more is better, measured after each epoch"),
        _metrics(better_high=True),
        _earlier_metrics(better_high=True),
        marks_best=lambda monitor: monitor not in (TRAINING_LOSS, _LOSS) and _is_high(monitor),
    ),
    Panel(
        "errors",
        said("Errors of ratings, in validation"),
        said("Metrics of which less is better, measured after each epoch"),
        _metrics(better_high=False),
        _earlier_metrics(better_high=False),
        marks_best=lambda monitor: monitor not in (TRAINING_LOSS, _LOSS) and not _is_high(monitor),
        bound=near_best,
    ),
    Panel(
        "rate", said("Learning rate"), said("How far each step goes"), _rate, _earlier_rate, unit="rate", is_rate=True
    ),
    Panel(
        "norm",
        said("Gradient norm"),
        said("How strongly each batch pulls at the weights; where it explodes, the rate is too high"),
        _norm,
        _nothing,
        bound=near_middle,
    ),
    Panel("parts", said("Parts of the loss"), said("What the loss is made of, where it has parts"), _parts, _nothing),
    Panel(
        "learned",
        said("Learned weights"),
        said("What a model learns about its own loss, such as the log variances of a model with two heads"),
        _learned,
        _nothing,
    ),
)


def best_mark(panel: Panel, run: LiveRun) -> Mark | None:
    """The best epoch, where this panel shows what chose it."""
    best = run.best
    if best is None or not panel.marks_best(run.monitor) or not np.isfinite(best.monitored):
        return None
    return Mark(best.epoch, best.step, best.monitored)


def shown_panels(run: LiveRun, chosen: Sequence[str]) -> Iterator[Panel]:
    """The chosen panels of which this run has something, in the order of the table."""
    return (panel for panel in PANELS if panel.name in chosen and panel.lines(run))
