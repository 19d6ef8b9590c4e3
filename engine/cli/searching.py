"""search, searches: many runs over a grid, compared."""

from __future__ import annotations

import argparse
from typing import Any

from engine import operations
from engine.cli.importing import dataset_of
from engine.cli.model_options import Choices, choices_of, started, wrong_use
from engine.cli.output import Answer, WrongUse, duration, figure, table
from engine.cli.progress import Driver
from engine.data.dataset import Dataset
from engine.errors import LibraryError, TrainingError
from engine.events import Job
from engine.library.searches import SearchRecord, SearchRow
from engine.library.store import Library
from engine.operations.searching import SearchResult
from engine.training.plan import TrainingPlan
from engine.training.search import SearchConfig, format_settings, grid_of, read_values, refuse_unmeasurable

_ONLY_NEW = ("model", "preset", "grid", "settings", "most", "epochs", "lr", "split")


def search(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Train over a grid, or go on with that; a table of all runs, the best one named."""
    job = _gone_on(arguments, library, driver) if arguments.resume else _new(arguments, library, driver)
    result = driver.run(job)
    if result.best is None and not result.stopped:
        first = next((row.note for row in result.rows if row.note), "none of them came to a value")
        raise TrainingError(f"All {len(result.rows):,} runs of {result.record.name} failed; the first: {first}")
    out = result.record.plan.get("out")
    return Answer(_document(result, out), _text(result, out))


def list_searches(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """All searches, the newest first."""
    records = library.searches.records()
    rows = [
        [one.search_id, one.name, one.dataset_name, f"{one.ended:,} of {one.runs:,}", one.monitor,
         f"{one.created.astimezone():%d %b %Y, %H:%M}"]
        for one in records
    ]  # fmt: skip
    header = ("id", "name", "data set", "runs done", "compared by", "began")
    text = table(header, rows, right=(3,)) if rows else "There are no searches yet."
    documents = [{**_head(record), "ended": record.ended, "runs": record.runs} for record in records]
    return Answer({"searches": documents}, text)


def _new(arguments: argparse.Namespace, library: Library, driver: Driver) -> Job[SearchResult]:
    """A search as the words describe it. Everything about the grid is refused before the data set is opened."""
    for name in ("dataset", "model"):
        if getattr(arguments, name) is None and (name == "dataset" or arguments.preset is None):
            raise WrongUse(f"search needs {'DATASET' if name == 'dataset' else '--model NAME'}, or --resume SEARCH.")
    if arguments.preset is None:
        _asked_grid(arguments, choices_of(arguments))
    dataset, choices = started(arguments, library, driver)
    values, config = _asked_grid(arguments, choices)
    return operations.search(
        library,
        dataset,
        model=arguments.model,
        grid=values,
        model_config=choices.model_config,
        training=choices.training,
        split=choices.split,
        config=config,
        device=arguments.device,
        out=arguments.out,
        suggestion=choices.suggestion,
    )


def _asked_grid(arguments: argparse.Namespace, choices: Choices) -> tuple[dict[str, tuple[Any, ...]], SearchConfig]:
    """The values to try, and how; every combination of them can be. Raises WrongUse."""
    with wrong_use():
        config = choices.search
        if arguments.most is not None:
            config = config.changed(most=arguments.most)
        if getattr(arguments, "seed", None) is not None:
            config = config.changed(seed=arguments.seed)
        base = TrainingPlan.of(
            arguments.model, model_config=choices.model_config, training=choices.training, split=choices.split
        )
        values = read_values(base, arguments.grid)
        grid_of(base, values).trials(config)
        refuse_unmeasurable(base, config)
    return values, config


def _gone_on(arguments: argparse.Namespace, library: Library, driver: Driver) -> Job[SearchResult]:
    given = [f"--{name}" for name in _ONLY_NEW if getattr(arguments, name, None)]
    if given:
        raise WrongUse(f"A search that is gone on with keeps what it was asked; leave {', '.join(given)} out.")
    record = library.searches.find(arguments.resume)
    dataset = _data_of(record, library) if arguments.dataset is None else dataset_of(arguments.dataset, library, driver)
    return operations.search(library, dataset, search_id=record.search_id, out=arguments.out)


def _data_of(record: SearchRecord, library: Library) -> Dataset:
    same = library.datasets.with_fingerprint(record.fingerprint)
    if same is None:
        raise LibraryError(
            f"The search {record.name} was over {record.dataset_name}, which is not in {library.home} any more.",
            remedy="Import the same file again.",
            search=record.search_id,
        )
    return library.datasets.open(same.dataset_id)


def _head(record: SearchRecord) -> dict[str, Any]:
    return {
        "search": record.search_id,
        "name": record.name,
        "model": record.model,
        "dataset": record.dataset_id,
        "watched": record.monitor,
    }


def _document(result: SearchResult, out: str | None) -> dict[str, Any]:
    runs = [_run_document(row) for row in result.rows]
    best = next((run for run in runs if result.best is not None and run["number"] == result.best.place), None)
    return {**_head(result.record), "runs": runs, "best": best, "out": out, "stopped": result.stopped}


def _run_document(row: SearchRow) -> dict[str, Any]:
    return {
        "number": row.place,
        "run": row.run_id,
        "settings": dict(row.values),
        "status": row.status,
        "value": row.value,
        "best_epoch": row.best_epoch,
        "epochs": row.epochs,
        "lr": row.lr,
        "batch": row.batch,
        "metrics": dict(row.metrics),
        "seconds": row.seconds,
        "parameters": row.parameters,
        "note": row.note,
    }


def _text(result: SearchResult, out: str | None) -> str:
    record, best = result.record, result.best
    names = [name for name, _ in result.rows[0].values]
    tested = record.monitor if any(record.monitor in dict(row.metrics) for row in result.rows) else ""
    rows = [
        [
            "*" if best is not None and row.place == best.place else "",
            str(row.place),
            *(format_settings([pair]).partition("=")[2] for pair in row.values),
            row.status,
            figure(row.value, digits=4),
            *([figure(dict(row.metrics).get(tested), digits=4)] if tested else []),
            str(row.best_epoch or "-"),
            duration(row.seconds) if row.seconds else "-",
            row.run_id or "-",
            row.note,
        ]
        for row in result.rows
    ]
    header = ("", "#", *names, "status", f"validation {record.monitor}", *(["test"] if tested else []), "best epoch",
              "took", "run", "note")  # fmt: skip
    right = (
        1,
        *range(2, 2 + len(names)),
        *(at for at, name in enumerate(header) if name in _NUMBERS or "valid" in name),
    )
    lines = [f"{record.name} ({record.search_id}) on {record.dataset_name}", table(header, rows, right=right)]
    if best is not None:
        lines.append(
            f"Best by {record.monitor} in validation: run {best.place} ({best.run_id}) with "
            f"{format_settings(best.values)}."
        )
    if not record.is_done:
        lines.append(
            f"{record.ended:,} of {record.runs:,} runs are done. Go on: python -m engine search --resume "
            f"{record.search_id}"
        )
    return "\n".join([*lines, f"Written to {out}." if out else ""]).rstrip()


_NUMBERS = frozenset({"test", "best epoch", "took"})
