"""runs, models, devices, formats: what is there and what is known. Only `models` and `devices` need torch."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from engine.cli.output import Answer, format_metric, format_table
from engine.cli.progress import Driver
from engine.documents import document_of
from engine.library.run_record import RunRecord
from engine.library.store import Library
from engine.settings import declared_settings
from engine.text import NONE, format_count, format_duration, format_moment

if TYPE_CHECKING:
    from engine.data.formats import Layout
    from engine.models.registry import ModelKind

_METRIC = "ndcg@100"
_RUN_KEYS = {"run_id": "run", "dataset_id": "dataset", "monitor": "watched", "people_evaluated": "people_judged"}
"""What --json calls the fields of a record: tools read these keys, whatever the fields are called."""


def list_runs(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    records = library.runs.records()
    header = ("id", "name", "data set", "status", "epochs", _METRIC, "took", "began")
    text = format_table(header, [_run_row(record) for record in records], right=(4, 5, 6))
    documents = [{**document_of(record, rename=_RUN_KEYS), "lr": record.lr} for record in records]
    return Answer({"runs": documents}, text if records else "There are no runs yet. Train a model first.")


def _run_row(record: RunRecord) -> list[str]:
    value = record.metrics[_METRIC]["value"] if _METRIC in record.metrics else None
    epochs = format_count(record.epochs) if record.total_epochs else NONE
    return [record.run_id, record.name, record.dataset_name, record.status, epochs, format_metric(value),
            format_duration(record.seconds), format_moment(record.created)]  # fmt: skip


def list_models(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """The models on offer, what they can do and what can be set about them; and the presets, a sentence each."""
    from engine.models.presets import CHOSEN, PRESETS
    from engine.models.registry import MODELS

    presets: list[dict[str, Any]] = [
        {"name": name, "title": title, "sentence": sentence, "model": None}
        for name, (title, sentence) in CHOSEN.items()
    ]
    presets += [document_of(preset, without=("suggestion", "why", "notes", "refusal")) for preset in PRESETS.values()]
    lines = [_model_text(kind) for kind in MODELS.values()]
    lines.append("\nPresets (--preset NAME): a model as a study had it, or chosen for your data and this machine")
    lines += [f"{preset['name']}: {preset['title']}\n  {preset['sentence']}" for preset in presets]
    documents = [_model_document(kind) for kind in MODELS.values()]
    return Answer({"models": documents, "presets": presets}, "\n".join(lines))


def _model_document(kind: ModelKind) -> dict[str, Any]:
    unsaid = ("scale", "unit", "more", "automatic", "former")
    return {
        "name": kind.name,
        "title": kind.title,
        "sentence": kind.sentence,
        "abilities": kind.abilities,
        "can": document_of(kind.can, rename={"states_uncertainty": "knows_doubt"}),
        "settings": [
            {"name": declared.name, "default": declared.default, **document_of(declared.setting, without=unsaid)}
            for declared in declared_settings(kind.config_class)
        ],
    }


def _model_text(kind: ModelKind) -> str:
    names = ", ".join(declared.name for declared in declared_settings(kind.config_class))
    how = "learns by steps" if kind.can.learns_by_steps else "computed at once"
    return f"{kind.name}: {kind.title}, {how}\n  {kind.sentence}\n  {kind.abilities}\n  settings: {names}"


def list_devices(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """What can compute here, the fastest first; and a GPU that is there but of no use, with the line that mends it."""
    from engine.device import explain_unused_gpu, find_devices

    devices, unused = find_devices(), explain_unused_gpu()
    rows = [[device.key, device.words, ", ".join(device.precisions)] for device in devices]
    text = format_table(("device", "what it is", "precision"), rows)
    if unused is not None:
        text = f"{text}\n{unused.words} To mend it, run:\n{unused.line}"
    return Answer({"devices": devices, "unused_gpu": unused}, text)


def list_formats(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """All declared layouts: those of many people's ratings first, then one person's exports."""
    from engine.data.formats import LAYOUTS

    first = {layout.name: layout for layout in reversed(LAYOUTS)}
    layouts = [layout for layout in LAYOUTS if first[layout.name] is layout]
    rows = [
        [layout.name, "one person" if layout.personal else "many people",
         f"{layout.scale[0]:g} to {layout.scale[1]:g}" if layout.scale else "as found", layout.about]
        for layout in layouts
    ]  # fmt: skip
    text = format_table(("layout", "whose", "scale", "what it is"), rows)
    last = "Any other table of people, titles and ratings can be imported; say its columns with --columns."
    return Answer({"formats": [_layout_document(layout) for layout in layouts]}, f"{text}\n{last}")


def _layout_document(layout: Layout) -> dict[str, Any]:
    return {
        "name": layout.name,
        "personal": layout.personal,
        "service": layout.service or None,
        "scale": dict(zip(("low", "high", "step"), layout.scale, strict=True)) if layout.scale else None,
        "about": layout.about,
    }
