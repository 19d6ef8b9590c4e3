"""export-model, export-scorer, import-model: a trained model as one file."""

from __future__ import annotations

import argparse

from engine import operations
from engine.cli.output import Answer
from engine.cli.progress import Driver
from engine.documents import document_of
from engine.library.store import Library
from engine.text import format_size, join_words, plural


def export_model(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    record = library.runs.find(arguments.run)
    done = driver.run(operations.export_model(library, record.run_id, arguments.file))
    document = {"run": record.run_id, **document_of(done, rename={"path": "file"})}
    text = (
        f"Exported {done.title} to {done.path} ({format_size(done.size_bytes)}): {join_words(done.inside)}; no ratings."
    )
    return Answer(document, text)


def export_scorer(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    record = library.runs.find(arguments.run)
    done = driver.run(operations.export_scorer(library, record.run_id, arguments.file))
    document = {"run": record.run_id, **document_of(done, rename={"path": "file"})}
    size, titles = format_size(done.size_bytes), plural(done.titles, "title")
    return Answer(document, f"Wrote the scorer of {done.title} to {done.path} ({size}): {titles}; no ratings.")


def import_model(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    done = driver.run(operations.import_model(library, arguments.file))
    record = done.record
    document = {
        "run": record.run_id,
        "name": record.name,
        "title": record.title,
        "model": record.model,
        "dataset": record.dataset_id,
        "dataset_name": record.dataset_name,
        "metrics": record.metrics,
    }
    return Answer(document, f"Imported {record.title} as {record.name} ({record.run_id}), over {record.dataset_name}.")
