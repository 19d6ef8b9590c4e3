"""Files become a kept data set; the sample does so on its first use.

Wires the importer to the library. Works without torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.data.dataset import Dataset
from engine.data.importing import choosing, gathering, importer
from engine.data.importing.gathering import Gathered
from engine.data.importing.importer import ImportOptions
from engine.data.importing.selection import Duplicates, Remaining, Selection
from engine.data.sample import SAMPLE_NAME, sample_files
from engine.errors import LibraryError
from engine.events import Job, StageStarted
from engine.library.datasets import DatasetRecord
from engine.library.origin import Origin
from engine.library.store import Library

SAMPLE_ID = "sample"


@dataclass(frozen=True)
class ImportedData:
    """A data set that is kept and open: its record, what the import said, and the data set, memory-mapped."""

    record: DatasetRecord
    report: dict[str, Any]
    dataset: Dataset


def import_files(library: Library, paths: Sequence[Path], *, options: ImportOptions | None = None) -> Job[ImportedData]:
    """Import ratings files as one data set and keep it. Stop passes through and leaves nothing behind.

    Raises DataError for files that cannot be used, LibraryError where the disk is full.
    """
    return (yield from _imported(library, paths, options or ImportOptions(), dataset_id=library.datasets.new_id()))


def open_sample(library: Library) -> Job[ImportedData]:
    """The built-in sample: imported the first time, and again where its folder was damaged; else just opened."""
    kept = next((one for one in library.datasets.records() if one.dataset_id == SAMPLE_ID), None)
    yield None
    if kept is not None:
        try:
            return ImportedData(kept, kept.report, library.datasets.open(SAMPLE_ID))
        except LibraryError:
            library.datasets.delete(SAMPLE_ID)
    return (yield from _imported(library, sample_files(), ImportOptions(name=SAMPLE_NAME), dataset_id=SAMPLE_ID))


def gather(paths: Sequence[Path], *, options: ImportOptions | None = None) -> Job[Gathered]:
    """All entries of ratings files: to see what a choice would leave, and to import them without reading again."""
    return (yield from gathering.gather(paths, options or ImportOptions()))


def remaining(
    gathered: Gathered, selection: Selection, *, duplicates: Duplicates = "last"
) -> Job[tuple[Remaining, ...]]:
    """What each of the four rules of a selection leaves, in their order."""
    return (yield from choosing.remaining(gathered, selection, duplicates=duplicates))


def import_gathered(library: Library, gathered: Gathered, *, options: ImportOptions | None = None) -> Job[ImportedData]:
    """Make a kept data set of gathered entries. Stop passes through and leaves nothing behind."""
    return (yield from _kept(library, gathered, options or ImportOptions(), dataset_id=library.datasets.new_id()))


def _imported(library: Library, paths: Sequence[Path], options: ImportOptions, *, dataset_id: str) -> Job[ImportedData]:
    gathered = yield from gathering.gather(paths, options)
    return (yield from _kept(library, gathered, options, dataset_id=dataset_id))


def _kept(library: Library, gathered: Gathered, options: ImportOptions, *, dataset_id: str) -> Job[ImportedData]:
    dataset, report = yield from importer.import_gathered(gathered, options=options, dataset_id=dataset_id)
    yield StageStarted("keeping", f"Keeping {dataset.name}")
    record = library.datasets.keep(dataset, report, origin=Origin.of(gathered.paths, options))
    return ImportedData(record, record.report, library.datasets.open(record.dataset_id))
