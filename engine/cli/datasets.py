"""formats: which layouts of files are known, and what they are. Works without torch."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from engine.cli.importing import dataset_of
from engine.cli.output import Answer, duration, figure, table
from engine.cli.progress import Driver
from engine.data.formats import LAYOUTS, Layout
from engine.library.run_record import RunRecord
from engine.library.store import Library


def import_again(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Import the files of a data set once more; what comes of it takes the place of the data set."""
    from engine import operations

    former = library.datasets.find(arguments.dataset)
    again = driver.run(operations.import_again(library, former.dataset_id))
    operations.settle_again(library, again)
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
    from engine import operations
    from engine.text import format_size

    done = driver.run(operations.export_dataset(dataset_of(arguments.dataset, library, driver), arguments.out))
    exported = done.exported
    document = {
        "name": done.name,
        "folder": str(done.folder),
        "files": dict(exported.files),
        "ratings": exported.ratings,
        "unrated": exported.unrated,
        "items": exported.titles,
    }
    files = ", ".join(f"{name} ({format_size(size)})" for name, size in exported.files)
    return Answer(document, f"Exported {done.name} to {done.folder}: {files}")


_METRIC = "ndcg@100"


def list_runs(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """All runs, the newest first."""
    records = library.runs.records()
    rows = [
        [one.run_id, one.name, one.dataset_name, one.status, f"{one.epochs:,}" if one.total_epochs else "-",
         figure(_value(one)), duration(one.seconds), f"{one.created.astimezone():%d %b %Y, %H:%M}"]
        for one in records
    ]  # fmt: skip
    header = ("id", "name", "data set", "status", "epochs", _METRIC, "took", "began")
    text = table(header, rows, right=(4, 5, 6)) if rows else "There are no runs yet. Train a model first."
    return Answer({"runs": [_run_document(record) for record in records]}, text)


def list_models(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """The models on offer, what they can do and what can be set about them; and the presets, a sentence each."""
    from engine.models.presets import CHOSEN, PRESETS
    from engine.models.registry import MODELS
    from engine.settings import declared_settings

    documents = []
    for kind in MODELS.values():
        settings = [
            {"name": one.name, "label": one.setting.label, "help": one.setting.help, "default": one.default,
             "low": one.setting.low, "high": one.setting.high, "choices": one.setting.choices}
            for one in declared_settings(kind.config_class)
        ]  # fmt: skip
        documents.append(
            {"name": kind.name, "title": kind.title, "sentence": kind.sentence,
             "abilities": kind.abilities, "can": asdict(kind.can),
             "settings": settings}
        )  # fmt: skip
    lines = []
    for kind in MODELS.values():
        names = ", ".join(setting.name for setting in declared_settings(kind.config_class))
        how = "learns by steps" if kind.can.learns_by_steps else "computed at once"
        lines.append(f"{kind.name}: {kind.title}, {how}\n  {kind.sentence}\n  {kind.abilities}\n  settings: {names}")
    presets: list[dict[str, Any]] = [
        {"name": name, "title": title, "sentence": sentence, "model": None}
        for name, (title, sentence) in CHOSEN.items()
    ]
    presets += [
        {"name": one.name, "title": one.title, "sentence": one.sentence, "model": one.model,
         "settings": dict(one.settings), "training": dict(one.training), "split": dict(one.split)}
        for one in PRESETS.values()
    ]  # fmt: skip
    lines.append("\nPresets (--preset NAME): a model as a study had it, or chosen for your data and this machine")
    lines += [f"{preset['name']}: {preset['title']}\n  {preset['sentence']}" for preset in presets]
    return Answer({"models": documents, "presets": presets}, "\n".join(lines))


def list_devices(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """What can compute here, the fastest first; and a GPU that is there but of no use, with the line that mends it."""
    from engine.device import explain_unused_gpu, find_devices

    devices, unused = find_devices(), explain_unused_gpu()
    rows = [[one.key, one.words, ", ".join(one.precisions)] for one in devices]
    text = table(("device", "what it is", "precision"), rows)
    if unused is not None:
        text = f"{text}\n{unused.words} To mend it, run:\n{unused.line}"
    return Answer(
        {"devices": [asdict(device) for device in devices], "unused_gpu": asdict(unused) if unused else None}, text
    )


def _value(record: RunRecord) -> float | None:
    return record.metrics[_METRIC]["value"] if _METRIC in record.metrics else None


def _run_document(record: RunRecord) -> dict[str, Any]:
    document = asdict(record)
    document["run"] = document.pop("run_id")
    document["dataset"] = document.pop("dataset_id")
    for name in ("created", "finished"):
        document[name] = document[name].isoformat() if document[name] else None
    return {**document, "lr": record.lr}


def list_formats(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """All declared layouts: those of many people's ratings first, then one person's exports."""
    known = {one.name: one for one in reversed(LAYOUTS)}
    layouts = [one for one in LAYOUTS if known.get(one.name) is one]
    rows = [[one.name, _whose(one), _scale_words(one), one.about] for one in layouts]
    text = table(("layout", "whose", "scale", "what it is"), rows)
    last = "Any other table of people, titles and ratings can be imported; say its columns with --columns."
    return Answer({"formats": [_document(layout) for layout in layouts]}, f"{text}\n{last}")


def _whose(layout: Layout) -> str:
    return "one person" if layout.personal else "many people"


def _scale_words(layout: Layout) -> str:
    return f"{layout.scale[0]:g} to {layout.scale[1]:g}" if layout.scale else "as found"


def _document(layout: Layout) -> dict[str, Any]:
    scale = dict(zip(("low", "high", "step"), layout.scale, strict=True)) if layout.scale else None
    return {
        "name": layout.name,
        "personal": layout.personal,
        "service": layout.service or None,
        "scale": scale,
        "about": layout.about,
    }
