"""reimport, export: a kept data set read once more from its files, or written as files. Works without torch."""

from __future__ import annotations

import argparse

from engine.commands.answer import Answer
from engine.commands.data_commands import dataset_of
from engine.commands.driving import Driver
from engine.library.store import Library


def import_again(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Import the files of a data set once more; what comes of it takes the place of the data set."""
    from engine import verbs

    former = library.datasets.find(arguments.dataset)
    again = driver.run(verbs.import_again(library, former.dataset_id))
    verbs.settle_again(library, again)
    record = library.datasets.find(again.data.record.dataset_id)
    document = {
        "dataset": record.dataset_id,
        "name": record.name,
        "former": former.dataset_id,
        "changed": again.change,
        "users": record.people,
        "items": record.titles,
        "entries": record.entries,
        "fingerprint": record.fingerprint,
    }
    return Answer(document, again.words)


def export_dataset(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Write a data set into a folder of CSV files."""
    from engine import verbs
    from engine.library.folders import size_words

    done = driver.run(verbs.export_dataset(dataset_of(arguments.dataset, library, driver), arguments.out))
    exported = done.exported
    document = {
        "name": done.name,
        "folder": str(done.folder),
        "files": dict(exported.files),
        "ratings": exported.ratings,
        "unrated": exported.unrated,
        "items": exported.titles,
    }
    files = ", ".join(f"{name} ({size_words(size)})" for name, size in exported.files)
    return Answer(document, f"Exported {done.name} to {done.folder}: {files}")
