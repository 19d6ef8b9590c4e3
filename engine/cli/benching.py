"""bench: what this machine does in how long, as a table or JSON. Needs torch; a library only to time a data set."""

from __future__ import annotations

import argparse
import dataclasses
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from engine import operations
from engine.bench.devices import device_speeds
from engine.bench.explaining import explain_speeds
from engine.bench.importing import import_speeds
from engine.bench.ladder import circumstances, ladder
from engine.cli.model_options import started
from engine.cli.output import Answer, WrongUse, format_table
from engine.cli.progress import Driver
from engine.documents import document_of
from engine.events import Job
from engine.library.store import Library
from engine.text import format_duration

BENCHES: dict[str, Callable[[], Job[tuple[Any, ...]]]] = {
    "ladder": ladder,
    "devices": device_speeds,
    "import": import_speeds,
    "explain": explain_speeds,
}


def bench(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """Measure, and say with what."""
    if arguments.dataset is not None:
        return _epochs(arguments, driver)
    if arguments.settings:
        raise WrongUse("--set goes with a data set: bench devices DATASET.")
    figures = driver.run(BENCHES[arguments.bench]())
    machine = circumstances() | {"cores": os.cpu_count(), "numpy": np.__version__}
    documents = [dataclasses.asdict(figure) for figure in figures]
    said = ", ".join(f"{name} {value}" for name, value in machine.items())
    return Answer({"bench": arguments.bench, "machine": machine, "figures": documents}, f"{_table(documents)}\n{said}")


def _epochs(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """How long an epoch of a data set takes on each device; remembered for estimates."""
    if arguments.bench != "devices":
        raise WrongUse(f"bench {arguments.bench} makes its own data; only bench devices takes a data set.")
    with Library.open(getattr(arguments, "home", None), who="python -m engine bench") as library:
        dataset, choices = started(arguments, library, driver)
        found = driver.run(operations.speed_test(library, dataset, choices.plan))
    heads = ("device", "precision", f"{found.unit} a second", "an epoch takes")
    rows = [
        [epoch.words, epoch.precision, f"{epoch.examples_per_second:,.0f}", format_duration(epoch.seconds_per_epoch)]
        for epoch in found.epochs
    ]
    said = f"{found.model} on {found.dataset_name}: {found.examples:,} {found.unit} an epoch, {found.batch:,} a step."
    return Answer(document_of(found), f"{format_table(heads, rows, right=(2, 3))}\n{said}")


def _table(documents: list[dict[str, Any]]) -> str:
    """A column for each field; numbers to the right, with three figures."""
    if not documents:
        return "Nothing was measured."
    heads = [name.replace("_", " ") for name in documents[0]]
    rows = [[_cell(value) for value in document.values()] for document in documents]
    right = [at for at, value in enumerate(documents[0].values()) if not isinstance(value, str)]
    return format_table(heads, rows, right=right)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
