"""search, searches: many runs over a grid, compared."""

from __future__ import annotations

import argparse
from typing import Any

from engine import operations
from engine.cli.listing import dataset_of
from engine.cli.model_options import Choices, choices_of, started, wrong_use
from engine.cli.output import Answer, WrongUse, format_table
from engine.cli.program import as_command
from engine.cli.progress import Driver
from engine.data.dataset import Dataset
from engine.documents import document_of
from engine.errors import LibraryError, TrainingError
from engine.events import Job
from engine.library.searches import SearchRecord, SearchRow
from engine.library.store import Library
from engine.operations.searching import SearchResult
from engine.text import NONE, format_count, format_duration, format_figure, format_moment, plural
from engine.training.search import (
    RANDOM,
    Grid,
    SearchConfig,
    format_settings,
    grid_of,
    read_values,
    refuse_unmeasurable,
)

_ONLY_NEW = ("model", "preset", "grid", "settings", "most", "random", "epochs", "lr", "split")


def search(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Train over a grid, or continue that; a table of all runs, the best one named."""
    job = _resumed(arguments, library, driver) if arguments.resume else _new(arguments, library, driver)
    result = driver.run(job)
    if result.best is None and not result.stopped:
        first = next((row.note for row in result.rows if row.note), "none of them came to a value")
        runs = plural(len(result.rows), "run")
        raise TrainingError(f"All {runs} of {result.record.name} failed; the first: {first}")
    out = result.record.plan.get("out")
    return Answer(_document(result, out), _text(result, out))


def list_searches(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    records = library.searches.records()
    rows = [
        [record.search_id, record.name, record.dataset_name, _done(record), record.monitor,
         format_moment(record.created)]
        for record in records
    ]  # fmt: skip
    header = ("id", "name", "data set", "runs done", "compared by", "began")
    text = format_table(header, rows, right=(3,)) if rows else "There are no searches yet."
    documents = [{**_search_document(record), "ended": record.ended, "runs": record.runs} for record in records]
    return Answer({"searches": documents}, text)


def _new(arguments: argparse.Namespace, library: Library, driver: Driver) -> Job[SearchResult]:
    """A search as the words describe it. Everything about the grid is refused before the data set is opened."""
    for name in ("dataset", "model"):
        if getattr(arguments, name) is None and (name == "dataset" or arguments.preset is None):
            raise WrongUse(f"search needs {'DATASET' if name == 'dataset' else '--model NAME'}, or --resume SEARCH.")
    if arguments.preset is None:
        _asked_grid(arguments, choices_of(arguments))
    dataset, choices = started(arguments, library, driver)
    grid, config = _asked_grid(arguments, choices)
    return operations.search(library, dataset, grid, config=config, out=arguments.out)


def _asked_grid(arguments: argparse.Namespace, choices: Choices) -> tuple[Grid, SearchConfig]:
    """What to try, and how; every combination of it can be. Raises WrongUse."""
    with wrong_use():
        config = choices.search
        if arguments.most is not None:
            config = config.changed(most=arguments.most)
        if arguments.random is not None:
            if arguments.most is not None:
                raise WrongUse("Give either --random N, or --most N of a grid.")
            config = config.changed(method=RANDOM, most=arguments.random)
        if getattr(arguments, "seed", None) is not None:
            config = config.changed(seed=arguments.seed)
        grid = grid_of(choices.plan, read_values(choices.plan, arguments.grid))
        grid.trials(config)
        refuse_unmeasurable(grid.plan, config)
    return grid, config


def _resumed(arguments: argparse.Namespace, library: Library, driver: Driver) -> Job[SearchResult]:
    given = [f"--{name}" for name in _ONLY_NEW if getattr(arguments, name, None)]
    if given:
        raise WrongUse(f"A search that is continued keeps its settings; leave {', '.join(given)} out.")
    record = library.searches.find(arguments.resume)
    dataset = _data_of(record, library) if arguments.dataset is None else dataset_of(arguments.dataset, library, driver)
    return operations.resume_search(library, dataset, record.search_id, out=arguments.out)


def _data_of(record: SearchRecord, library: Library) -> Dataset:
    same = library.datasets.with_fingerprint(record.fingerprint)
    if same is None:
        raise LibraryError(
            f"The search {record.name} was over {record.dataset_name}, which is not in {library.home} any more.",
            remedy="Import the same file again.",
            search=record.search_id,
        )
    return library.datasets.open(same.dataset_id)


def _search_document(record: SearchRecord) -> dict[str, Any]:
    return {
        "search": record.search_id,
        "name": record.name,
        "model": record.model,
        "dataset": record.dataset_id,
        "watched": record.monitor,
    }


def _document(result: SearchResult, out: str | None) -> dict[str, Any]:
    runs = [_row_document(row) for row in result.rows]
    best = next((run for run in runs if result.best is not None and run["number"] == result.best.place), None)
    return {**_search_document(result.record), "runs": runs, "best": best, "out": out, "stopped": result.stopped}


def _row_document(row: SearchRow) -> dict[str, Any]:
    document = document_of(row, rename={"place": "number", "run_id": "run"}, without=("values",))
    return {**document, "settings": dict(row.values), "metrics": dict(row.metrics)}


def _text(result: SearchResult, out: str | None) -> str:
    record, best = result.record, result.best
    lines = [f"{record.name} ({record.search_id}) on {record.dataset_name}", _runs_table(result)]
    if best is not None:
        lines.append(
            f"Best by {record.monitor} in validation: run {best.place} ({best.run_id}) with "
            f"{format_settings(best.values)}."
        )
    if not record.is_done:
        resume = as_command("search", "--resume", record.search_id)
        lines.append(f"{_done(record)} runs are done. Continue: {resume}")
    return "\n".join([*lines, f"Written to {out}." if out else ""]).rstrip()


def _done(record: SearchRecord) -> str:
    return f"{format_count(record.ended)} of {format_count(record.runs)}"


def _runs_table(result: SearchResult) -> str:
    monitor, best = result.record.monitor, result.best
    tested = any(monitor in dict(row.metrics) for row in result.rows)
    settings = [name for name, _ in result.rows[0].values]
    validation, test = f"validation {monitor}", f"test {monitor}"
    numbers = {"#", *settings, validation, test, "best epoch", "took"}
    header = ("", "#", *settings, "status", validation, *([test] if tested else []), "best epoch",
              "took", "run", "note")  # fmt: skip
    rows = [
        [
            "*" if best is not None and row.place == best.place else "",
            str(row.place),
            *(format_settings([pair]).partition("=")[2] for pair in row.values),
            row.status,
            format_figure(row.value, decimals=4),
            *([format_figure(dict(row.metrics).get(monitor), decimals=4)] if tested else []),
            str(row.best_epoch or NONE),
            format_duration(row.seconds) if row.seconds else NONE,
            row.run_id or NONE,
            row.note,
        ]
        for row in result.rows
    ]
    return format_table(header, rows, right=[at for at, name in enumerate(header) if name in numbers])
