"""datasets, profiles, runs, models, devices, formats: what is stored and known; export, export-ratings: write it out.

Only `models` and `devices` need torch.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from engine.cli.output import Answer, format_metric, format_table
from engine.cli.progress import Driver
from engine.data.dataset import Dataset
from engine.data.profiles import Profile
from engine.documents import document_of
from engine.errors import ProfileError
from engine.events import Stop
from engine.library.datasets import DatasetRecord
from engine.library.run_record import RunRecord, describe_run
from engine.library.store import Library
from engine.settings import declared_settings
from engine.text import NONE, format_count, format_date, format_duration, format_moment, format_size, plural

if TYPE_CHECKING:
    from engine.data.formats import Layout
    from engine.models.registry import ModelKind

_METRIC = "ndcg@100"
_RUN_KEYS = {"run_id": "run", "dataset_id": "dataset", "monitor": "watched", "people_evaluated": "people_judged"}
"""What --json calls the fields of a record: tools read these keys, whatever the fields are called."""


def list_datasets(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    records = library.datasets.records()
    rows = [
        [record.dataset_id, record.name, *map(format_count, (record.people, record.titles, record.entries)),
         format_date(record.created)]
        for record in records
    ]  # fmt: skip
    text = format_table(("id", "name", "people", "titles", "ratings", "imported"), rows, right=(2, 3, 4))
    document = {"datasets": [dataset_document(record) for record in records]}
    return Answer(document, text if rows else "There are no data sets yet. Import one, or train on: sample.")


def dataset_document(record: DatasetRecord) -> dict[str, Any]:
    unrated = int(record.report.get("unrated", 0))
    renamed = {"dataset_id": "dataset", "people": "users", "titles": "items", "created": "imported"}
    document = document_of(record, rename=renamed, without=("entries", "report"))
    return {**document, "ratings": record.entries - unrated, "unrated": unrated}


def dataset_of(which: str, library: Library, driver: Driver) -> Dataset:
    """The data set that a person means; the sample is imported on its first use. Raises LibraryError, Stop."""
    if which == "sample" and not any(record.dataset_id == which for record in library.datasets.records()):
        from engine import operations

        dataset = driver.run(operations.open_sample(library)).dataset
        if driver.asked_to_stop:
            raise Stop
        return dataset
    return library.datasets.open(library.datasets.find(which).dataset_id)


def export_dataset(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    from engine import operations

    done = driver.run(operations.export_dataset(dataset_of(arguments.dataset, library, driver), arguments.out))
    document = {
        "name": done.name,
        "folder": done.folder,
        **document_of(done.exported, rename={"titles": "items"}),
        "files": dict(done.exported.files),
    }
    files = ", ".join(f"{name} ({format_size(size)})" for name, size in done.exported.files)
    return Answer(document, f"Exported {done.name} to {done.folder}: {files}")


def list_profiles(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    records = library.profiles.records()
    rows = [[who.profile_id, who.name, format_count(who.entries), format_date(who.changed)] for who in records]
    text = format_table(("id", "name", "titles", "changed"), rows, right=(2,))
    documents = [document_of(record, rename={"profile_id": "profile"}) for record in records]
    return Answer({"profiles": documents}, text if rows else "Nobody has rated anything yet.")


def export_ratings(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Write somebody's ratings as our CSV or as Letterboxd imports them."""
    from engine.data.personal.conversion import guessed_scale
    from engine.data.personal.writing import write_letterboxd, write_ratings

    profile = _profile_called(arguments.profile, library)
    dataset = dataset_of(arguments.dataset, library, driver) if arguments.dataset is not None else None
    ratings = [entry.rating for entry in profile.entries if entry.rating is not None]
    scale = dataset.scale if dataset is not None else guessed_scale(ratings)
    if arguments.format == "letterboxd":
        count = write_letterboxd(profile, arguments.out, scale=scale, dataset=dataset)
    else:
        count = write_ratings(profile, arguments.out, scale=scale)
    document = {"profile": profile.profile_id, "file": arguments.out, "entries": count, "scale": scale}
    saved = f"Saved {plural(count, 'title')} of {profile.name} as {arguments.out}"
    return Answer(document, f"{saved}, rated {scale.low:g} to {scale.high:g}.")


def _profile_called(which: str, library: Library) -> Profile:
    records = library.profiles.records()
    by_id = (record for record in records if record.profile_id == which)
    by_name = (record for record in records if record.name.casefold() == which.casefold())
    found = next(by_id, None) or next(by_name, None)
    if found is None:
        names = ", ".join(record.name for record in records) or "nobody"
        raise ProfileError(f"There is nobody called {which!r}.", remedy=f"Known are: {names}.", profile=which)
    return library.profiles.load(found.profile_id)


def list_runs(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """All runs, or those with a star or a tag; first what is to be noted on one is noted."""
    _note_on_runs(arguments, library)
    records = [
        record
        for record in library.runs.records()
        if (record.star or not arguments.starred) and (arguments.tagged is None or arguments.tagged in record.tags)
    ]
    header = ("", "id", "name", "what it is", "data set", "status", "epochs", _METRIC, "took", "began", "tags")
    text = format_table(header, [_run_row(record) for record in records], right=(6, 7, 8))
    documents = [
        {**document_of(record, rename=_RUN_KEYS), "title": record.title, "about": describe_run(record), "lr": record.lr}
        for record in records
    ]
    is_narrowed = arguments.starred or arguments.tagged is not None
    none = "No run is marked like that." if is_narrowed else "There are no runs yet. Train a model first."
    return Answer({"runs": documents}, text if records else none)


def _note_on_runs(arguments: argparse.Namespace, library: Library) -> None:
    """Set stars, tags and notes. Raises LibraryError where a run is not known; then nothing is noted."""
    runs = library.runs
    changes: list[tuple[str, dict[str, Any]]] = [
        *((which, {"star": True}) for which in arguments.star),
        *((which, {"star": False}) for which in arguments.unstar),
        *((which, {"notes": words}) for which, words in arguments.note),
    ]
    known = [(runs.find(which).run_id, change) for which, change in changes]
    tags = [(runs.find(which).run_id, tag, is_on) for which, tag, is_on in _tags_asked(arguments)]
    for run_id, change in known:
        runs.mark(run_id, **change)
    for run_id, tag, is_on in tags:
        former = runs.find(run_id).tags
        runs.mark(run_id, tags=(*former, tag) if is_on else [other for other in former if other != tag])


def _tags_asked(arguments: argparse.Namespace) -> list[tuple[str, str, bool]]:
    on = [(which, tag, True) for which, tag in arguments.tag]
    return on + [(which, tag, False) for which, tag in arguments.untag]


def _run_row(record: RunRecord) -> list[str]:
    value = record.metrics[_METRIC]["value"] if _METRIC in record.metrics else None
    epochs = format_count(record.epochs) if record.total_epochs else NONE
    status = "diverged" if record.diverged else record.status
    return [
        "*" if record.star else "",
        record.run_id,
        record.name,
        record.title,
        record.dataset_name,
        status,
        epochs,
        format_metric(value),
        format_duration(record.seconds),
        format_moment(record.created),
        ", ".join(record.tags),
    ]


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
    how += ", or by steps where its settings say so" if kind.by_steps is not None else ""
    return f"{kind.name}: {kind.title}, {how}\n  {kind.sentence}\n  {kind.abilities}\n  settings: {names}"


def list_devices(arguments: argparse.Namespace, driver: Driver) -> Answer:
    """What can compute here, the fastest first; and a GPU that is there but of no use, with the line that mends it."""
    from engine.device import explain_unused_gpu, find_devices

    devices, unused = find_devices(), explain_unused_gpu()
    rows = [[device.key, device.words, ", ".join(device.precisions)] for device in devices]
    text = format_table(("device", "what it is", "precision"), rows)
    if unused is not None:
        mends = f" To mend it, run:\n{unused.line}" if unused.line else ""
        text = f"{text}\n{unused.words}{mends}"
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
