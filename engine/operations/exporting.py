"""A stored data set becomes a folder of CSV files. Works without torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.data.dataset import Dataset
from engine.data.exporting import Exported, bytes_of_export, export_files
from engine.errors import DataError
from engine.events import Job
from engine.library.folders import new_folder
from engine.wording import said


@dataclass(frozen=True)
class ExportedDataset:
    name: str
    folder: Path
    exported: Exported


def export_dataset(dataset: Dataset, folder: Path) -> Job[ExportedDataset]:
    """Write a data set as CSV into a new or empty folder, in full or not at all. Raises DataError and LibraryError.

    Examples
    --------
    ::

        written = drive(operations.export_dataset(library.datasets.open("sample"), Path("films")))
    """
    place = Path(folder).absolute()
    _refuse_taken(place)
    yield None
    need = bytes_of_export(dataset)
    with new_folder(place, what=dataset.name, need_bytes=need, otherwise="instead", is_listed=True) as unfinished:
        exported = yield from export_files(dataset, unfinished)
        if place.exists():
            _refuse_taken(place)
            place.rmdir()
    return ExportedDataset(dataset.name, place, exported)


def _refuse_taken(place: Path) -> None:
    try:
        taken = place.exists() and (not place.is_dir() or any(place.iterdir()))
    except OSError as error:
        raise DataError(
            said("{place} could not be used: {strerror}.", place=place, strerror=error.strerror or error),
            remedy=said("Choose another folder."),
            path=str(place),
        ) from error
    if taken:
        what = (
            said("{place} already holds files.", place=place)
            if place.is_dir()
            else said("{place} is a file.", place=place)
        )
        raise DataError(what, remedy=said("Choose a folder that is new or empty."), path=str(place))
