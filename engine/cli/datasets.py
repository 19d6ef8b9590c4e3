"""datasets, export, profiles, export-ratings: list what is stored and write it out again, without torch."""

from __future__ import annotations

import argparse
from typing import Any

from engine.cli.output import Answer, format_table
from engine.cli.progress import Driver
from engine.data.dataset import Dataset
from engine.data.profiles import Profile
from engine.documents import document_of
from engine.errors import ProfileError
from engine.events import Stop
from engine.library.datasets import DatasetRecord
from engine.library.store import Library
from engine.text import format_count, format_date, format_size, plural


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
