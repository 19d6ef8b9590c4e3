"""`train --queue FILE`: plans run one after another; one that fails does not end the others, Ctrl-C keeps the current.

The file is one plan, a list of plans, or a plan a line, as JSON. A plan names a model or a preset, and what differs:
{"model": "mf", "epochs": 20, "lr": 0.003}. A whole plan, as the window stores it, is taken, too.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import operations
from engine.cli.listing import dataset_of
from engine.cli.output import Answer, WrongUse, format_metric, format_table
from engine.cli.progress import Driver
from engine.data.dataset import Dataset
from engine.errors import SettingError
from engine.events import Stop
from engine.library.store import Library
from engine.models.presets import preset_of
from engine.operations.problem import Problem
from engine.text import format_duration, plural
from engine.training.plan import TrainingPlan

_WHOLE = "model_config"


def train_queue(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Train each plan of a file. All plans are read before the first begins."""
    documents = documents_in(arguments.queue)
    dataset = dataset_of(arguments.dataset, library, driver)
    plans = [
        plan_of(document, entries=dataset.entries, where=f"Plan {number} in {arguments.queue}")
        for number, document in enumerate(documents, start=1)
    ]
    rows = []
    for number, plan in enumerate(plans, start=1):
        if driver.asked_to_stop:
            rows.append({"place": number, "model": plan.model, "run": None, "status": "not begun", "note": ""})
            continue
        driver.say(f"Plan {number} of {len(plans)}: {plan.model}")
        rows.append({"place": number, "model": plan.model, **_trained(plan, dataset, library, driver, arguments)})
    return Answer({"queue": rows}, _text_of(rows, library))


def _trained(
    plan: TrainingPlan, dataset: Dataset, library: Library, driver: Driver, arguments: argparse.Namespace
) -> dict[str, Any]:
    """Train a plan; whatever ends it is said in its row."""
    plan = plan if arguments.device == "auto" else replace(plan, device=arguments.device)
    job = operations.train(library, dataset, plan, ranks=arguments.ranks)
    try:
        record = library.runs.find(driver.run(job).run_id)
    except Stop:
        return {"run": None, "status": "stopped", "note": "Stopped before anything was learned."}
    except Exception as error:
        words = Problem.of(error).words
        driver.say(words)
        return {"run": None, "status": "failed", "note": words}
    return {"run": record.run_id, "status": record.status, "note": record.stopped_because}


def documents_in(path: Path) -> list[dict[str, Any]]:
    """The plans of a file, as plain values. Raises WrongUse with the line of what is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise WrongUse(f"The queue {path} cannot be read ({error}).") from error
    try:
        whole = json.loads(text)
        documents = list(enumerate(whole if isinstance(whole, list) else [whole], start=1))
    except ValueError:
        documents = list(_lines_of(text, path))
    for number, document in documents:
        if not isinstance(document, dict) or not {"model", "preset"} & document.keys():
            example = '{"model": "mf", "epochs": 20}'
            raise WrongUse(f"Plan {number} in {path} names no model; a plan is one such as {example}.")
    if not documents:
        raise WrongUse(f"There is no plan in {path}.")
    return [document for _, document in documents]


def _lines_of(text: str, path: Path) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError as error:
                raise WrongUse(f"Line {number} of {path} is no JSON ({error}).") from error


def plan_of(document: dict[str, Any], *, entries: int, where: str) -> TrainingPlan:
    """A plan from plain values. Raises WrongUse, which says where it stands."""
    try:
        if _WHOLE in document:
            return TrainingPlan.from_dict(document)
        settings = {name: value for name, value in document.items() if name not in ("model", "preset")}
        preset = preset_of(document["preset"]) if "preset" in document else None
        model = document.get("model") or (preset.model if preset is not None else "")
        settings = {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
        return TrainingPlan.defaults(model, preset=preset, entries=entries).changed(**settings)
    except SettingError as error:
        raise WrongUse(f"{where}: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WrongUse(f"{where} is no plan ({type(error).__name__}: {error}).") from error


def _text_of(rows: list[dict[str, Any]], library: Library) -> str:
    lines = []
    for row in rows:
        best, took = "", ""
        if row["run"] is not None:
            record = library.runs.find(row["run"])
            took = format_duration(record.seconds)
            if record.best_value is not None:
                best = f"{record.monitor} {format_metric(record.best_value)}"
        lines.append([str(row["place"]), row["run"] or "", row["model"], row["status"], best, took, row["note"]])
    ended = sum(row["status"] == "finished" for row in rows)
    table = format_table(("", "run", "model", "status", "best", "took", "note"), lines, right=(0,))
    return f"{ended} of {plural(len(rows), 'plan')} finished\n{table}".rstrip()
