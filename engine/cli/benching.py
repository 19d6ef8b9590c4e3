"""bench: what this machine does in how long, as a table or JSON. Needs torch; a library only to time a data set."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from engine import operations
from engine.bench import bench_called
from engine.bench.climbing import climb
from engine.bench.ladder import circumstances
from engine.bench.ladder_picture import circumstances_of, drawing, quality_words, rung_title, summary
from engine.cli.listing import dataset_of
from engine.cli.model_options import started
from engine.cli.output import Answer, WrongUse, format_table
from engine.cli.progress import Driver
from engine.data.whole_file import whole_file
from engine.documents import document_of
from engine.library.store import Library
from engine.text import format_duration, format_factor, join_words

_CLOCKS = {"wall": time.perf_counter, "cpu": time.thread_time}


def bench(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """Measure, and say with what."""
    if arguments.svg is not None and (arguments.bench != "ladder" or arguments.dataset is None):
        raise WrongUse("--svg goes with the ladder of a data set: bench ladder DATASET --svg FILE.")
    if arguments.dataset is not None and not (arguments.bench == "ladder" and not arguments.settings):
        return _epochs(arguments, driver)
    if arguments.dataset is not None:
        return _climbed(arguments, driver)
    measure = bench_called(arguments.bench)
    figures = driver.run(measure(**_sizes(arguments.bench, measure, arguments.settings)))
    machine = circumstances() | {"cores": os.cpu_count(), "numpy": np.__version__}
    documents = [dataclasses.asdict(figure) for figure in figures]
    said = ", ".join(f"{name} {value}" for name, value in machine.items())
    return Answer({"bench": arguments.bench, "machine": machine, "figures": documents}, f"{_table(documents)}\n{said}")


def _epochs(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """How long an epoch of a data set takes on each device; remembered for estimates."""
    if arguments.bench != "devices":
        raise WrongUse(
            "Of bench ladder nothing can be set."
            if arguments.bench == "ladder"
            else f"bench {arguments.bench} makes its own data; bench devices and bench ladder take a data set."
        )
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


def _sizes(name: str, measure: Callable[..., object], settings: list[str]) -> dict[str, Any]:
    """What a bench is given for its keywords. Raises WrongUse."""
    known = inspect.signature(measure).parameters
    return {key: _size(name, known, key, text) for key, _, text in (setting.partition("=") for setting in settings)}


def _size(name: str, known: Mapping[str, inspect.Parameter], key: str, text: str) -> Any:
    if key not in known:
        raise WrongUse(f"bench {name} has no setting {key}; it has {join_words(known)}.")
    kind = str(known[key].annotation)
    if key == "clock":
        if text not in _CLOCKS:
            raise WrongUse(f"clock is {join_words(_CLOCKS)}, not {text}: cpu counts this thread's time alone.")
        return _CLOCKS[text]
    try:
        if "tuple" in kind:
            return tuple(int(part) if "int" in kind else part for part in text.split(","))
        if kind == "bool":
            return {"yes": True, "no": False}[text]
        return int(text) if kind == "int" else text
    except (ValueError, KeyError):
        raise WrongUse(f"{key}={text} is not what bench {name} takes.") from None


def _climbed(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """The ladder climbed on a data set; kept for Models, and drawn where a file is named."""
    with Library.open(getattr(arguments, "home", None), who="python -m engine bench") as library:
        found = driver.run(climb(library, dataset_of(arguments.dataset, library, driver)))
    heads = ("rung", "500 people take", "faster than before", "than plain code", "lists")
    rows = [
        [
            rung_title(rung.rung),
            f"{rung.milliseconds:,.0f} ms",
            format_factor(rung.gain),
            format_factor(rung.faster),
            quality_words(found, rung),
        ]
        for rung in found.rungs
    ]
    if arguments.svg is not None and not found.stopped:
        with whole_file(arguments.svg) as file:
            file.write(drawing(found).encode())
    said = "\n".join((*summary(found), *circumstances_of(found)))
    return Answer(document_of(found), f"{format_table(heads, rows, right=(1, 2, 3, 4))}\n{said}")


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
