"""evaluate: metrics of a run on what was held out from it, with breakdowns, and beside the simplest models."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import operations
from engine.cli.output import Answer, format_facts, format_metric, format_table
from engine.cli.progress import Driver
from engine.data.dataset import Scale
from engine.data.split import SplitConfig
from engine.documents import document_of
from engine.evaluation.breakdown import Breakdown
from engine.evaluation.intervals import Interval
from engine.evaluation.metrics import describe_metric, improvement_percent, metric_title
from engine.evaluation.result import EvaluationResult, describe_difference, differences, errors_note, is_better
from engine.events import Stop
from engine.library.run_record import RunRecord
from engine.library.store import Library
from engine.text import format_count, format_percent, plural

_TITLES = operations.BASELINE_TITLES
_COMPARED = ("recall", "ndcg", "rmse", "mae")
_INTERVAL = "95 % interval"
_BREAKDOWN_TITLES = {
    "cold start": "Cold start: the same people, by how many of their entries the model is given",
    "profile length": "By how many entries people have",
    "popularity": "How much of the lists goes to the most rated titles",
    "popularity in the data": "How much of the ratings learned from goes to them",
    "errors by rating": "By the rating that was really given",
    "known and new": "Known and new people and titles",
}


@dataclass(frozen=True)
class _Evaluated:
    """A run's result, the baselines' on the same people, and per baseline the paired differences."""

    record: RunRecord
    result: EvaluationResult
    metrics: dict[str, Interval]
    baselines: dict[str, EvaluationResult]
    differences: dict[str, dict[str, Interval]]

    @property
    def protocol(self) -> str:
        return str(self.record.split_config["kind"])

    def percent(self, metric: str, baseline: str) -> float | None:
        """By how much per cent it is better than a baseline."""
        found = self.baselines[baseline].metrics.get(metric)
        return None if found is None else improvement_percent(metric, self.metrics[metric].value, found.value)

    def percent_words(self, metric: str, baseline: str) -> str:
        percent = self.percent(metric, baseline)
        return "" if percent is None else f" ({abs(percent):.1f} % {'better' if percent >= 0 else 'worse'})"


def evaluate(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Evaluate a run on its test people; a stop while the baselines are evaluated leaves those out."""
    record = library.runs.find(arguments.run)
    result = driver.run(operations.evaluate(library, record.run_id, protocol=arguments.protocol, ks=arguments.k))
    dataset = library.dataset_of(record)
    baselines: dict[str, EvaluationResult] = {}
    if not result.stopped:
        try:
            split = SplitConfig.from_dict(record.split_config)
            baselines = driver.run(operations.baselines(library, dataset, split, ks=arguments.k))
        except Stop:
            baselines = {}
    evaluated = _Evaluated(
        record,
        result,
        _of_lengths(result.metrics, arguments.k),
        baselines,
        {name: _of_lengths(differences(result, baseline), arguments.k) for name, baseline in baselines.items()},
    )
    return Answer(_document(evaluated), _text(evaluated, dataset.scale))


def _of_lengths(metrics: Mapping[str, Interval], ks: Sequence[int]) -> dict[str, Interval]:
    """The metrics of the list lengths that were asked for, and those of no list."""
    cuts = {f"{k}" for k in ks}
    return {name: metric for name, metric in metrics.items() if "@" not in name or name.partition("@")[2] in cuts}


def _document(evaluated: _Evaluated) -> dict[str, Any]:
    result = evaluated.result
    return {
        "run": evaluated.record.run_id,
        "model": evaluated.record.model,
        "protocol": evaluated.protocol,
        "people": result.people,
        "metrics": evaluated.metrics,
        "stopped": result.stopped,
        "breakdowns": result.breakdowns,
        "baselines": {
            name: {"title": _TITLES[name], "people": baseline.people, "metrics": baseline.metrics}
            for name, baseline in evaluated.baselines.items()
        },
        "differences": {
            name: {metric: _difference_document(evaluated, metric, name) for metric in found}
            for name, found in evaluated.differences.items()
        },
    }


def _difference_document(evaluated: _Evaluated, metric: str, baseline: str) -> dict[str, Any]:
    interval = evaluated.differences[baseline][metric]
    words = describe_difference(metric, interval, _TITLES[baseline])
    percent = evaluated.percent(metric, baseline)
    return {**document_of(interval), "better": is_better(metric, interval), "words": words, "percent": percent}


def _text(evaluated: _Evaluated, scale: Scale) -> str:
    record, people = evaluated.record, plural(evaluated.result.people, "person")
    first = f"{record.name} on {record.dataset_name}, protocol {evaluated.protocol}, {people}"
    stopped = " (stopped before everybody was evaluated)" if evaluated.result.stopped else ""
    note = errors_note(evaluated.protocol, evaluated.metrics)
    paragraphs = ["\n".join(filter(None, (f"{first}{stopped}", _metrics_table(evaluated), note)))]
    if lines := _comparisons(evaluated):
        paragraphs.append(f"Compared person by person, on the same people:\n{format_facts(lines)}")
    paragraphs += [_breakdown_text(breakdown) for breakdown in evaluated.result.breakdowns]
    families = dict.fromkeys(name.partition("@")[0] for name in evaluated.metrics)
    meanings = [(metric_title(name), describe_metric(name, scale)) for name in families]
    return "\n\n".join([*paragraphs, f"What these say:\n{format_facts(meanings)}"])


def _metrics_table(evaluated: _Evaluated) -> str:
    metrics = evaluated.metrics
    shown = {name: found.metrics for name, found in evaluated.baselines.items() if found.metrics.keys() & metrics}
    rows = [
        [
            metric_title(name),
            format_metric(metric.value),
            _between(metric.low, metric.high),
            *(format_metric(found[name].value) if name in found else "" for found in shown.values()),
        ]
        for name, metric in metrics.items()
    ]
    header = ("metric", "value", _INTERVAL, *(_TITLES[name] for name in shown))
    return format_table(header, rows, right=range(1, len(header)))


def _comparisons(evaluated: _Evaluated) -> list[tuple[str, str]]:
    """For each metric that people look at first a line for each baseline, the metric's name before the first."""
    lines: list[tuple[str, str]] = []
    differences = evaluated.differences
    for metric in dict.fromkeys(metric for found in differences.values() for metric in found):
        if metric.partition("@")[0] not in _COMPARED:
            continue
        names = [name for name, found in differences.items() if metric in found]
        lines += [
            (
                "" if place else metric_title(metric),
                describe_difference(metric, differences[name][metric], _TITLES[name])
                + evaluated.percent_words(metric, name),
            )
            for place, name in enumerate(names)
        ]
    return lines


def _breakdown_text(breakdown: Breakdown) -> str:
    form: Callable[[float], str] = format_percent if breakdown.is_of_shares else format_metric
    rows = [
        [row.label, format_count(row.count), form(row.value), _between(row.low, row.high, form=form)]
        for row in breakdown.rows
    ]
    header = ("", breakdown.counted, breakdown.unit, _INTERVAL if any(row[-1] for row in rows) else "")
    title = _BREAKDOWN_TITLES.get(breakdown.name, breakdown.name)
    return f"{title}:\n{format_table(header, rows, right=(1, 2, 3))}"


def _between(low: float | None, high: float | None, *, form: Callable[[float], str] = format_metric) -> str:
    return "" if low is None or high is None else f"{form(low)} to {form(high)}"
