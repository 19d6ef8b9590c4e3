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
from engine.data.importing.estimate import LARGE_BYTES, estimate
from engine.data.importing.gathering import Gathered
from engine.data.importing.importer import ImportOptions
from engine.data.importing.selection import Duplicates, Remaining, Selection
from engine.data.sample import SAMPLE_NAME, sample_files
from engine.errors import LibraryError
from engine.events import Advised, Job, StageStarted
from engine.library.datasets import DatasetRecord
from engine.library.folders import refuse_if_full
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
    yield from _room_for(library, paths, options)
    return (yield from _kept(library, (yield from gathering.gather(paths, options)), options, dataset_id=dataset_id))


def _kept(library: Library, gathered: Gathered, options: ImportOptions, *, dataset_id: str) -> Job[ImportedData]:
    """Gathered entries and the data set are let go as soon as they are not needed: they may fill half the memory."""
    paths = gathered.paths
    dataset, report = yield from importer.import_gathered(gathered, options=options, dataset_id=dataset_id)
    del gathered
    yield StageStarted("keeping", f"Keeping {dataset.name}")
    record = yield from library.datasets.keeping(dataset, report, origin=Origin.of(paths, options))
    del dataset
    return ImportedData(record, record.report, library.datasets.open(record.dataset_id))


def _room_for(library: Library, paths: Sequence[Path], options: ImportOptions) -> Job[None]:
    """Before a large import starts: refused where the disk clearly lacks room, advice where memory looks short."""
    if not _are_large(paths):
        return
    yield None
    needed = estimate(paths, options.given, at=library.home)
    if not needed.has_room:
        need_bytes = int(0.9 * (needed.disk_mib << 20))
        refuse_if_full(library.home, what=f"A data set of about {needed.rows:,} ratings", need_bytes=need_bytes)
    if not needed.has_memory:
        yield Advised(
            f"About {needed.rows:,} ratings take about {needed.memory_mib:,} MiB of memory while they are imported, "
            f"and {needed.free_memory_mib:,} MiB are free: close other programs, or choose a smaller file."
        )


def _are_large(paths: Sequence[Path]) -> bool:
    """Whether an estimate is worth the while; a missing file is said by whoever reads it."""
    try:
        files = [one for path in paths for one in (path.iterdir() if path.is_dir() else (path,))]
        return sum(one.stat().st_size for one in files) >= LARGE_BYTES
    except OSError:
        return False
