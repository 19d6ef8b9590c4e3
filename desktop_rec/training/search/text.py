"""A search in words: what it offers and would make, its table, the figures while it runs, and how it stands."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from desktop_rec.training.choice_list import Choice
from desktop_rec.training.search.form import AxisChoice
from desktop_rec.training.search.state import SearchState, search_title
from desktop_rec.training.search.table import BEST_SIGN, SearchCell, SearchLine, SearchTableContent
from engine.errors import SettingError
from engine.evaluation.metrics import metric_title
from engine.library.searches import DIVERGED, ENDED, FAILED, FINISHED, INTERRUPTED, STOPPED, WAITING
from engine.models.registry import MODELS, kind_of
from engine.settings import Declared, parse_setting
from engine.text import format_clock, format_count, format_duration, plural
from engine.training.plan import TrainingPlan
from engine.training.search import Grid, format_settings, format_value, varied_settings
from engine.training.spans import LINEAR, LOG, Span, checked_span
from engine.wording import joined, said

if TYPE_CHECKING:
    from engine.library.searches import SearchRecord, SearchRow

_STATUS = {
    WAITING: "waiting",
    FINISHED: "done",
    DIVERGED: said("its loss left all bounds"),
    FAILED: "failed",
    STOPPED: said("stopped; can go on"),
    INTERRUPTED: said("was cut short; can go on"),
}
_BEGIN_FROM = {"lr": "1e-3, 3e-3, 1e-2", "weight_decay": "0, 1e-5, 1e-4", "batch": "auto"}
"""Where a setting that is off or automatic says little about what to try."""

_BEGIN_SPAN = {"lr": (1e-4, 1e-1), "weight_decay": (1e-7, 1e-3)}
_TIMES = {"linear": (0.5, 1.0, 2.0), "log": (1 / 3, 1.0, 3.0)}
_SPAN_TIMES = {"linear": 2.0, "log": 10.0}
_NARROW = 1.0
"""A setting that may only lie between 0 and 1, say, is drawn from all of that."""


def axis_choices(base: TrainingPlan, suggest: Callable[[Declared, bool], str]) -> tuple[AxisChoice, ...]:
    """Every setting that may vary and has an effect in the plan as it is; `suggest` gives values to begin from."""
    title = kind_of(base.model).title
    idle = base.model_config.idle | (base.training.idle if base.training is not None else frozenset())
    return tuple(
        AxisChoice(declared, partial(suggest, declared, in_training), said("Training") if in_training else title)
        for declared, in_training in varied_settings(base)
        if declared.name not in idle
    )


def suggested_values(base: TrainingPlan, declared: Declared, in_training: bool, *, at_random: bool = False) -> str:
    """A list to begin from, around what the setting is: "32, 64, 128"; where runs are drawn, a range: "32..128"."""
    value = getattr(base.training if in_training else base.model_config, declared.name)
    if at_random and declared.kind in (int, float):
        span = _suggested_span(base, declared, in_training, value)
        if span is not None:
            return str(span)
    if declared.name in _BEGIN_FROM and not value:
        return _BEGIN_FROM[declared.name]
    around = [near for near in _around(declared, value) if _is_allowed(base, declared, in_training, near)]
    return ", ".join(dict.fromkeys(format_value(near) for near in around or [value]))


def describe_grid(grid: Grid, *, runs: int, state: SearchState, at_random: bool = False) -> str:
    """How many runs a search makes, and how long they may take where runs of that model were timed before."""
    several = [axis for axis in grid.axes if axis.varies]
    labels = named_axes(grid.plan, [axis.name for axis in several])
    parts = [f"{label} ({axis.span or len(axis.values)})" for label, axis in zip(labels, several, strict=True)]
    product = (", " if at_random else " × ").join(parts)
    words = plural(runs, "run")
    if product and at_random:
        words = said("{runs}, each drawn anew from {settings}", runs=words, settings=product)
    elif product and runs < grid.size:
        words = said("{runs}: {settings}, drawn from {all:,}", runs=words, settings=product, all=grid.size)
    elif product:
        words = f"{words}: {product}"
    took = [row.seconds for row in state.rows if row.status == FINISHED]
    if state.record is None or state.record.model != grid.plan.model or not took:
        return joined(f"{words}.", said("How long they take shows after the first."))
    about, search = format_duration(runs * sum(took) / len(took)), search_title(state.record)
    long = said("About {time}, if each takes as long as those of {search}.", time=about, search=search)
    return joined(f"{words}.", long)


def search_choices(records: Sequence[SearchRecord]) -> tuple[Choice, ...]:
    """The searches to choose from."""
    return tuple(
        Choice(
            record.search_id,
            search_title(record),
            said("{ended:,} of {runs:,} runs done", ended=record.ended, runs=record.runs),
        )
        for record in records
    )


def content(state: SearchState) -> SearchTableContent:
    """The table of a search."""
    record = state.record
    if record is None or not state.rows:
        return SearchTableContent()
    shape = _Shape.of(record, state.rows)
    monitor, held = metric_title(record.monitor), _held(record)
    validation = said("{metric} on the {people} held out to compare runs by", metric=monitor, people=held)
    test = said("{metric} on {people} that decided nothing", metric=monitor, people=held)
    headings = (
        ("", said("The best so far")),
        (said("Run"), said("The run's number")),
        *((label, said("{setting} of the run", setting=label)) for label in _labels(record, shape.names)),
        (said("Validation {metric}", metric=monitor), validation),
        *([(said("Best epoch"), said("The epoch whose weights are kept"))] if shape.by_steps else []),
        *([(said("Test {metric}", metric=monitor), test)] if shape.tested else []),
        (said("Took"), said("All the time spent on the run")),
        (said("How it went"), said("What a person should know of the run")),
    )
    best = state.best
    lines = tuple(_line(row, state, shape, is_best=best is not None and row.place == best.place) for row in state.rows)
    return SearchTableContent(headings, lines)


@dataclass(frozen=True)
class _Shape:
    """Which columns a table has: the settings that take several values, best epochs, test values."""

    names: tuple[str, ...]
    by_steps: bool
    tested: bool

    @staticmethod
    def of(record: SearchRecord, rows: Sequence[SearchRow]) -> _Shape:
        several = tuple(
            name for at, (name, _) in enumerate(rows[0].values) if len({row.values[at][1] for row in rows}) > 1
        )
        tested = any(record.monitor in dict(row.metrics) for row in rows)
        return _Shape(several, record.plan.get("training") is not None, tested)


def figures(state: SearchState, *, remaining_s: float | None, paused: bool) -> tuple[str, ...]:
    """The strip: 4 of 12 runs done, best RMSE 0.871 at run 2, about 1:40 left."""
    if state.record is None:
        return ()
    best = state.best
    left = ""
    if state.running and paused:
        left = said("paused")
    elif state.running and remaining_s is not None:
        left = said("about {time} left", time=format_clock(remaining_s))
    return (
        said("{ended:,} of {runs:,} runs done", ended=state.ended, runs=len(state.rows)),
        said(
            "best {metric} {figure} at run {place}",
            metric=metric_title(state.record.monitor),
            figure=_figure(best.value),
            place=best.place,
        )
        if best
        else "",
        left,
    )


def sentence(state: SearchState) -> str:
    """How a search stands, once nothing of it runs."""
    if state.running or state.record is None:
        return ""
    if state.failure is not None:
        return joined(state.failure.sentence, state.failure.remedy, said("Resume goes on where it ended."))
    best = state.best
    if state.can_go_on:
        missing = format_count(len(state.rows) - state.ended)
        if state.stopped:
            return said("Stopped; {runs} are missing. Resume makes them.", runs=missing)
        return said("Not all runs are made; {runs} are missing. Resume makes them.", runs=missing)
    if best is None:
        return said("No run came to a value; the last column says why.")
    monitor = state.record.monitor
    tested = dict(best.metrics).get(monitor)
    held = _held(state.record)
    on_test = said(
        "On {people} it never saw: {metric} {figure}.",
        people=held,
        metric=metric_title(monitor),
        figure=_figure(tested),
    )
    winner = said(
        "The best on the validation {people} is run {place}: {values}.",
        people=held,
        place=best.place,
        values=format_settings(best.values),
    )
    return joined(winner, on_test if tested is not None else "")


def named_axes(base: TrainingPlan, names: Sequence[str]) -> tuple[str, ...]:
    """The labels of settings by their names."""
    labels = {declared.name: declared.setting.label for declared, _ in varied_settings(base)}
    return tuple(labels.get(name, name) for name in names)


def _line(row: SearchRow, state: SearchState, shape: _Shape, *, is_best: bool) -> SearchLine:
    assert state.record is not None, "rows belong to a search"
    live = state.live if state.running and state.live is not None and state.live.place == row.place else None
    value = live.value if live is not None else row.value
    took = row.seconds if row.status in ENDED or row.seconds else None
    test = dict(row.metrics).get(state.record.monitor)
    figure = _figure(value)
    if live is not None and value is not None:
        figure = said("{figure} so far", figure=figure)
    words = _how(row, state, is_live=live is not None)
    cells = (
        SearchCell(BEST_SIGN if is_best else "", 0 if is_best else 1),
        SearchCell(str(row.place), row.place, is_number=True),
        *(_value_cell(value) for name, value in row.values if name in shape.names),
        SearchCell(figure, value, is_number=True),
        *([SearchCell(str(row.best_epoch or ""), row.best_epoch, is_number=True)] if shape.by_steps else []),
        *([SearchCell(_figure(test), test, is_number=True)] if shape.tested else []),
        SearchCell(format_duration(took) if took is not None else "", took, is_number=True),
        SearchCell(words, words or None),
    )  # fmt: skip
    tone = "live" if live is not None else "best" if is_best else "" if row.status in ENDED else "weak"
    tip = said("Run {place}: {values}", place=row.place, values=format_settings(row.values))
    return SearchLine(row.place, cells, row.run_id or "", tone, f"{tip}\n{words}" if words else tip)


def _how(row: SearchRow, state: SearchState, *, is_live: bool) -> str:
    if is_live:
        live = state.live
        if live is not None and live.epochs:
            return said("epoch {epoch} of {epochs}", epoch=max(1, live.epoch), epochs=live.epochs)
        return said("running")
    status = _STATUS.get(row.status, row.status)
    if row.status in (FAILED, DIVERGED) and row.note:
        return row.note
    return "; ".join(part for part in (status, row.note) if part)


def _value_cell(value: Any) -> SearchCell:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return SearchCell(format_value(value), value if is_number else format_value(value), is_number=True)


def _held(record: SearchRecord) -> str:
    """What the split holds out."""
    return "people" if record.plan.get("split", {}).get("kind") == "strong" else "ratings"


def _labels(record: SearchRecord, names: Sequence[str]) -> tuple[str, ...]:
    return named_axes(TrainingPlan.of(record.model), names) if record.model in MODELS else tuple(names)


def _figure(value: float | None) -> str:
    """Four figures: runs of a search differ little."""
    return "" if value is None else f"{value:.4f}"


def _around(declared: Declared, value: Any) -> Iterator[Any]:
    if declared.kind not in (int, float) or not value:
        yield value
        return
    for times in _TIMES.get(declared.setting.scale, _TIMES["linear"]):
        yield _rounded(value * times, whole=declared.kind is int)


def _suggested_span(base: TrainingPlan, declared: Declared, in_training: bool, value: Any) -> Span | None:
    """A range around what a setting is, or over all that it may be; None where neither can be told."""
    setting, whole = declared.setting, declared.kind is int
    if value:
        factor = _SPAN_TIMES[setting.scale]
        low, high = _rounded(value / factor, whole=whole), _rounded(value * factor, whole=whole)
        low, high = max(low, setting.low or low), min(high, setting.high if setting.high is not None else high)
    elif declared.name in _BEGIN_SPAN:
        low, high = _BEGIN_SPAN[declared.name]
    elif setting.low is not None and setting.high is not None and setting.high - setting.low <= _NARROW:
        low, high = setting.low, setting.high
    else:
        return None
    span = Span(low, high, LOG if setting.scale == LOG or declared.name in _BEGIN_SPAN else LINEAR, whole)
    with suppress(SettingError):
        return checked_span(declared, span)
    return None


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
