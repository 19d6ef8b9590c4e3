"""What a search would be before it starts: settings on offer with values to begin from, and how many runs they make.

Stands between the registry of models and the search view.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from desktop_rec.training.choice_list import Choice
from desktop_rec.training.search.form import AxisChoice
from desktop_rec.training.search.state import SearchState
from engine.errors import SettingError
from engine.library.searches import FINISHED
from engine.models.registry import kind_of, trainable_models
from engine.settings import Declared, parse_setting
from engine.text import format_clock
from engine.training.plan import TrainingPlan
from engine.training.search import Grid, format_value, varied_settings

_BEGIN_FROM = {"lr": "1e-3, 3e-3, 1e-2", "weight_decay": "0, 1e-5, 1e-4", "batch": "auto"}
"""Where a setting that is off or automatic says little about what to try."""

_TIMES = {"linear": (0.5, 1.0, 2.0), "log": (1 / 3, 1.0, 3.0)}


def search_models() -> tuple[Choice, ...]:
    """The models that have something to vary."""
    kinds = trainable_models()
    return tuple(
        Choice(kind.name, kind.title, kind.sentence)
        for kind in kinds
        if any(varied_settings(TrainingPlan.of(kind.name)))
    )


def axis_choices(base: TrainingPlan) -> tuple[AxisChoice, ...]:
    """Every setting that may vary, with values to begin from."""
    title = kind_of(base.model).title
    return tuple(
        AxisChoice(declared, suggested_values(base, declared, in_training), "Training" if in_training else title)
        for declared, in_training in varied_settings(base)
    )


def suggested_values(base: TrainingPlan, declared: Declared, in_training: bool) -> str:
    """A list to begin from, around what the setting is: "32, 64, 128"."""
    value = getattr(base.training if in_training else base.model_config, declared.name)
    if declared.name in _BEGIN_FROM and not value:
        return _BEGIN_FROM[declared.name]
    around = [one for one in _around(declared, value) if _is_allowed(base, declared, in_training, one)]
    return ", ".join(dict.fromkeys(format_value(one) for one in around or [value]))


def plan_words(grid: Grid, *, runs: int, state: SearchState) -> str:
    """How many runs a grid makes, and how long they may take where runs of that model were timed before."""
    several = [axis for axis in grid.axes if len(axis.values) > 1]
    labels = named_axes(grid.plan, [axis.name for axis in several])
    product = " × ".join(f"{label} ({len(axis.values)})" for label, axis in zip(labels, several, strict=True))
    drawn = f", drawn from {grid.size:,}" if runs < grid.size else ""
    words = f"{runs:,} run{'s' if runs != 1 else ''}{f': {product}' if product else ''}{drawn}."
    took = [row.seconds for row in state.rows if row.status == FINISHED]
    if state.record is None or state.record.model != grid.plan.model or not took:
        return f"{words} How long they take shows after the first."
    about = format_clock(runs * sum(took) / len(took))
    return f"{words} About {about}, if each takes as long as those of {state.record.name}."


def with_rate(base: TrainingPlan, lr: float | None) -> TrainingPlan:
    """What runs share, at the rate that a person settled on, if they did."""
    return base if base.training is None or lr is None else replace(base, training=base.training.changed(lr=lr))


def _around(declared: Declared, value: Any) -> Iterator[Any]:
    if declared.kind not in (int, float) or not value:
        yield value
        return
    for times in _TIMES.get(declared.setting.scale, _TIMES["linear"]):
        yield _rounded(value * times, whole=declared.kind is int)


def _rounded(number: float, *, whole: bool) -> float | int:
    """Two figures; whole numbers stay whole."""
    if whole:
        return max(1, round(number))
    return float(f"{number:.2g}") if math.isfinite(number) else number


def _is_allowed(base: TrainingPlan, declared: Declared, in_training: bool, value: Any) -> bool:
    owner = base.training if in_training else base.model_config
    assert owner is not None, "training settings are offered only where there is training"
    try:
        parse_setting(declared, format_value(value))
        owner.changed(**{declared.name: value})
    except SettingError:
        return False
    return True


def named_axes(base: TrainingPlan, names: Sequence[str]) -> tuple[str, ...]:
    """The labels of settings by their names."""
    labels = {declared.name: declared.setting.label for declared, _ in varied_settings(base)}
    return tuple(labels.get(name, name) for name in names)
