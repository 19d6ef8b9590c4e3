"""What of a drawn schedule can be moved, and which settings a move changes. Values only: the plot draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.settings import find_setting
from engine.training.config import TrainingConfig
from engine.training.schedules import peak_step, planned_rate
from engine.training.step_rates import HIGHEST, LOWEST, format_step_rates
from engine.wording import said

PEAK, START, END, PLACE = "peak", "start", "end", "place "
_RISES = {"slanted_triangle": "cut_frac", "one_cycle": "rise", "cosine": "warm_up"}
"""Which setting is the share of steps in which the rate rises."""
_DIVISORS = {"slanted_triangle": "ratio", "one_cycle": "end_divisor"}
"""Which setting is the highest rate over the last one."""


@dataclass(frozen=True)
class Handle:
    """A point of the schedule that can be moved along the steps, the rates, or both."""

    key: str
    step: int
    rate: float
    words: str
    along_steps: bool = False
    along_rates: bool = True


def _from(config: TrainingConfig, place: int) -> str:
    by_epochs = config.step_unit == "epochs"
    return said("From epoch {place}", place=place) if by_epochs else said("From step {place}", place=place)


def handles_of(config: TrainingConfig, *, total_steps: int, lr: float) -> tuple[Handle, ...]:
    """The handles of a schedule, from the first step to the last.

    >>> [handle.words for handle in handles_of(TrainingConfig(schedule="cosine"), total_steps=100, lr=0.01)]
    ['Peak', 'Last rate']
    """
    last = total_steps - 1

    def rate(step: int) -> float:
        return planned_rate(config, step, total_steps=total_steps, lr=lr)

    end = Handle(END, last, rate(last), said("Last rate"))
    if config.schedule in _RISES:
        peak = Handle(PEAK, peak_step(config, total_steps), lr, said("Peak"), along_steps=True)
        first = Handle(START, 0, rate(0), said("First rate"))
        return (first, peak, end) if config.schedule == "one_cycle" and peak.step > 0 else (peak, end)
    start = Handle(START, 0, lr, said("Start") if config.schedule in ("linear", "reduce_on_plateau") else said("Rate"))
    if config.schedule == "linear":
        return start, end
    places = [
        Handle(
            f"{PLACE}{index}",
            step,
            given,
            _from(config, place),
            along_steps=place > 1,
        )
        for index, (place, given) in enumerate(config.given_rates)
        if (step := round((place - 1) * _each(config, total_steps))) <= last
    ]
    return tuple(places) if config.first_rate is not None else (start, *places)


def moved(
    config: TrainingConfig, key: str, *, total_steps: int, lr: float, step: int | None = None, rate: float | None = None
) -> dict[str, Any]:
    """The settings that put a handle at a step and a rate (None: where it was); `lr` among them where that changes.

    >>> moved(TrainingConfig(schedule="cosine"), "peak", total_steps=100, lr=0.01, step=20, rate=0.0312)
    {'warm_up': 0.2, 'lr': 0.031}
    """
    if key.startswith(PLACE):
        return _place_moved(config, int(key.removeprefix(PLACE)), total_steps=total_steps, step=step, rate=rate)
    changes: dict[str, Any] = {}
    if step is not None and key == PEAK:
        changes[_RISES[config.schedule]] = round(min(1.0, max(0.0, step / total_steps)), 3)
    if rate is None:
        return changes
    if key == END and config.schedule not in _DIVISORS:
        changes["last_share"] = _two_digits(min(1.0, max(0.0, rate / lr)))
    elif key == END:
        changes[_DIVISORS[config.schedule]] = _divisor(config, _DIVISORS[config.schedule], lr=lr, rate=rate)
    elif key == START and config.schedule == "one_cycle":
        changes["start_divisor"] = _divisor(config, "start_divisor", lr=lr, rate=rate)
    else:
        changes["lr"] = _two_digits(min(HIGHEST, max(LOWEST, rate)))
    return changes


def _divisor(config: TrainingConfig, name: str, *, lr: float, rate: float) -> float:
    """The peak over a rate, within the limits of the setting."""
    declared = find_setting(type(config), name)
    high = declared.setting.high if declared is not None and declared.setting.high is not None else 1e9
    return max(1.0, _two_digits(min(high, lr / rate if rate > lr / high else high)))


def _place_moved(
    config: TrainingConfig, index: int, *, total_steps: int, step: int | None, rate: float | None
) -> dict[str, Any]:
    """Rates in steps with one of them elsewhere: it stays between its neighbours."""
    given = list(config.given_rates)
    place, former = given[index]
    if step is not None and place > 1:
        lowest = given[index - 1][0] + 1 if index else 2
        highest = given[index + 1][0] - 1 if index + 1 < len(given) else config.epochs
        if config.step_unit == "steps" and index + 1 == len(given):
            highest = total_steps
        place = max(lowest, min(highest, round(step / _each(config, total_steps)) + 1))
    given[index] = (place, former if rate is None else _two_digits(min(HIGHEST, max(LOWEST, rate))))
    return {"step_rates": format_step_rates(given)}


def _each(config: TrainingConfig, total_steps: int) -> float:
    """Steps from one place to the next."""
    return total_steps / config.epochs if config.step_unit == "epochs" else 1.0


def _two_digits(value: float) -> float:
    return float(f"{value:.2g}")
