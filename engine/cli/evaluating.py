"""evaluate: what a run is worth on what was held out from it, part by part, and beside the simplest models."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from engine import operations
from engine.cli.output import Answer, facts, figure, percent, table
from engine.cli.progress import Driver
from engine.data.dataset import Scale
from engine.data.split import SplitConfig
from engine.evaluation.breakdown import Breakdown
from engine.evaluation.intervals import Interval
from engine.evaluation.metrics import describe_metric, metric_title
from engine.evaluation.result import EvaluationResult, describe_difference, differences, errors_note, is_better
from engine.events import Stop
from engine.library.run_record import RunRecord
from engine.library.store import Library

_TITLES = operations.BASELINE_TITLES
_COMPARED = ("recall", "ndcg", "rmse", "mae")
_INTERVAL = "95 % interval"
_BREAKDOWN_WORDS = {
    "cold start": "Cold start: the same people, by how many of their entries the model is told",
    "profile length": "By how many entries people have",
    "popularity": "How much of the lists goes to the most rated titles",
    "popularity in the data": "How much of the ratings learned from goes to them",
    "errors by rating": "By the rating that was really given",
    "known and new": "Known and new people and titles",
}


def evaluate(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Judge a run on its test people; a stop while the simplest models are judged leaves those out."""
    record = library.runs.find(arguments.run)
    judgement = driver.run(operations.evaluate(library, record.run_id, protocol=arguments.protocol, ks=arguments.k))
    dataset = library.dataset_of(record)
    floors: dict[str, EvaluationResult] = {}
    if not judgement.stopped:
        try:
            split = SplitConfig.from_dict(record.split_config)
            floors = driver.run(operations.baselines(library, dataset, split, ks=arguments.k))
        except Stop:
            floors = {}
    apart = {name: _asked(differences(judgement, floor), arguments.k) for name, floor in floors.items()}
    metrics = _asked(judgement.metrics, arguments.k)
    document = _document(record, judgement, metrics, floors, apart)
    return Answer(document, _text(record, judgement, metrics, floors, apart, dataset.scale))


def _asked(metrics: Mapping[str, Interval], ks: Sequence[int]) -> dict[str, Interval]:
    """The metrics of the lengths of lists that were asked for, and those of no list."""
    cuts = {f"{k}" for k in ks}
    return {name: metric for name, metric in metrics.items() if "@" not in name or name.partition("@")[2] in cuts}


def _document(
    record: RunRecord,
    judgement: EvaluationResult,
    metrics: dict[str, Interval],
    floors: dict[str, EvaluationResult],
    apart: dict[str, dict[str, Interval]],
) -> dict[str, Any]:
    return {
        "run": record.run_id,
        "model": record.model,
        "protocol": record.split_config["kind"],
        "people": judgement.people,
        "metrics": {name: asdict(one) for name, one in metrics.items()},
        "stopped": judgement.stopped,
        "breakdowns": [asdict(breakdown) for breakdown in judgement.breakdowns],
        "baselines": {
            name: {
                "title": _TITLES[name],
                "people": floor.people,
                "metrics": {metric: asdict(value) for metric, value in floor.metrics.items()},
            }
            for name, floor in floors.items()
        },
        "differences": {
            name: {metric: _difference(metric, one, name) for metric, one in found.items()}
            for name, found in apart.items()
        },
    }


def _difference(metric: str, one: Interval, baseline: str) -> dict[str, Any]:
    words = describe_difference(metric, one, _TITLES[baseline])
    return {**asdict(one), "better": is_better(metric, one), "words": words}


def _text(
    record: RunRecord,
    judgement: EvaluationResult,
    metrics: dict[str, Interval],
    floors: dict[str, EvaluationResult],
    apart: dict[str, dict[str, Interval]],
    scale: Scale,
) -> str:
    protocol = record.split_config["kind"]
    first = f"{record.name} on {record.dataset_name}, protocol {protocol}, {judgement.people:,} people"
    paragraphs = [f"{first}{' (stopped before everybody was judged)' if judgement.stopped else ''}"]
    paragraphs[0] += "\n" + "\n".join(filter(None, (_metrics_text(metrics, floors), errors_note(protocol, metrics))))
    if lines := _sentences(apart):
        paragraphs.append("\n".join(["Compared person by person, on the same people:", *lines]))
    paragraphs += [_breakdown_text(breakdown) for breakdown in judgement.breakdowns]
    families = dict.fromkeys(name.partition("@")[0] for name in metrics)
    meanings = [(metric_title(name), describe_metric(name, scale)) for name in families]
    return "\n\n".join([*paragraphs, f"What these say:\n{facts(meanings)}"])


def _metrics_text(metrics: dict[str, Interval], floors: dict[str, EvaluationResult]) -> str:
    shown = [name for name, floor in floors.items() if floor.metrics.keys() & metrics.keys()]
    rows = [
        [
            metric_title(name),
            figure(metric.value),
            _between(metric.low, metric.high),
            *(_of(floors[it], name) for it in shown),
        ]
        for name, metric in metrics.items()
    ]
    header = ("metric", "value", _INTERVAL, *(_TITLES[name] for name in shown))
    return table(header, rows, right=range(1, len(header)))


def _of(floor: EvaluationResult, metric: str) -> str:
    return figure(floor.metrics[metric].value) if metric in floor.metrics else ""


def _sentences(apart: dict[str, dict[str, Interval]]) -> list[str]:
    """For each metric that people look at first a line for each baseline, the metric's name before the first."""
    lines: list[tuple[str, str]] = []
    for metric in dict.fromkeys(metric for found in apart.values() for metric in found):
        if metric.partition("@")[0] not in _COMPARED:
            continue
        floors = [name for name, found in apart.items() if metric in found]
        lines += [
            ("" if place else metric_title(metric), describe_difference(metric, apart[name][metric], _TITLES[name]))
            for place, name in enumerate(floors)
        ]
    return [facts(lines)] if lines else []


def _breakdown_text(one: Breakdown) -> str:
    words = percent if one.unit.startswith("share") else figure
    rows = [
        [row.label, f"{row.count:,}", words(row.value), _between(row.low, row.high, words=words)] for row in one.rows
    ]
    header = ("", one.counted, one.unit, _INTERVAL if any(row[-1] for row in rows) else "")
    return f"{_BREAKDOWN_WORDS.get(one.name, one.name)}:\n{table(header, rows, right=(1, 2, 3))}"


def _between(low: float | None, high: float | None, *, words: Callable[[float], str] = figure) -> str:
    return "" if low is None or high is None else f"{words(low)} to {words(high)}"
