"""Ratings files become a data set of the library, and are imported again the same way. Works without torch."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from engine.data.dataset import Dataset
from engine.data.importing import gathering, importer
from engine.data.importing.choosing import remaining as remaining
from engine.data.importing.estimate import LARGE_BYTES, estimate
from engine.data.importing.gathering import Gathered
from engine.data.importing.importer import ImportOptions
from engine.data.sample import SAMPLE_NAME, sample_files
from engine.errors import DataError, LibraryError
from engine.events import Advised, Job, StageStarted
from engine.library.datasets import DatasetRecord
from engine.library.folders import refuse_if_full
from engine.library.origin import Origin
from engine.library.store import Library
from engine.text import format_size, join_words
from engine.wording import said

LOG = logging.getLogger(__name__)


SAMPLE_ID = "sample"
Change = Literal["nothing", "titles", "entries"]


@dataclass(frozen=True)
class ImportedData:
    """A data set that is stored and open: its record, the report of the import, and the data set, memory-mapped."""

    record: DatasetRecord
    report: dict[str, Any]
    dataset: Dataset


@dataclass(frozen=True)
class ImportedAgain:
    """What came of it: the former data set with a new report (`change` is "nothing"), or a new one beside it."""

    data: ImportedData
    former: DatasetRecord
    change: Change

    @property
    def words(self) -> str:
        """What a person should know of it, in one sentence."""
        now, before = self.data.record, self.former
        if self.change == "nothing":
            return said("{before} was imported again: nothing has changed.", before=before.name)
        if self.change == "titles":
            return said(
                "{before} was imported again: titles or genres have changed, the ratings have not.", before=before.name
            )
        return said(
            "{before} was imported again: {entries:,} ratings of {people:,} people ({entries_2:,} of "
            "{people_2:,} before).",
            before=before.name,
            entries=now.entries,
            people=now.people,
            entries_2=before.entries,
            people_2=before.people,
        )


def import_files(library: Library, paths: Sequence[Path], *, options: ImportOptions | None = None) -> Job[ImportedData]:
    """Import ratings files as one data set and store it.

    Parameters
    ----------
    library
        Where it is stored.
    paths
        Files or folders, which together are one data set.
    options
        What a person says about the files; all else is found.

    Raises
    ------
    DataError, LibraryError
        For files that cannot be used; where the disk is full.
    Stop
        Passes through; nothing is left behind.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from engine.events import drive
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "ratings.csv")
    ...     lines = ["user,item,rating", "1,10,4", "1,11,2", "2,10,5", ""]
    ...     _ = path.write_text(chr(10).join(lines), encoding="utf-8")
    ...     with Library.open(Path(folder, "home"), who="an example") as library:
    ...         imported = drive(import_files(library, [path], options=ImportOptions(name="Films")))
    ...         print(imported.record.name, imported.record.people, imported.record.titles, imported.record.entries)
    Films 2 2 3
    """
    return (yield from _imported(library, paths, options or ImportOptions(), dataset_id=library.datasets.new_id()))


def open_sample(library: Library) -> Job[ImportedData]:
    """The built-in sample: imported the first time, and again where its folder was damaged; else just opened."""
    stored = next((record for record in library.datasets.records() if record.dataset_id == SAMPLE_ID), None)
    yield None
    if stored is not None:
        try:
            return ImportedData(stored, stored.report, library.datasets.open(SAMPLE_ID))
        except LibraryError as error:
            LOG.warning("The sample is imported again: %s", error.what)
            library.datasets.delete(SAMPLE_ID)
    return (yield from _imported(library, sample_files(), ImportOptions(name=SAMPLE_NAME), dataset_id=SAMPLE_ID))


def gather(paths: Sequence[Path], *, options: ImportOptions | None = None) -> Job[Gathered]:
    """All entries of ratings files: to see what a choice would leave, and to import them without reading again."""
    return (yield from gathering.gather(paths, options or ImportOptions()))


def import_gathered(library: Library, gathered: Gathered, *, options: ImportOptions | None = None) -> Job[ImportedData]:
    """Store gathered entries as a data set. Stop passes through and leaves nothing behind."""
    return (yield from _stored(library, gathered, options or ImportOptions(), dataset_id=library.datasets.new_id()))


def import_again(library: Library, dataset_id: str) -> Job[ImportedAgain]:
    """Import the files of a stored data set once more. Stop passes through and leaves all as it was.

    Raises DataError where a file is gone or cannot be used, LibraryError where the files are not known any more.

    Examples
    --------
    ::

        again = drive(operations.import_again(library, "Films"))
        operations.settle_again(library, again)
    """
    former = library.datasets.find(dataset_id)
    origin = _origin_of(former)
    yield None
    _refuse_missing(former, origin)
    options = replace(origin.options, name=former.name)
    new_id = library.datasets.new_id()
    dataset, report = yield from importer.import_files(origin.paths, options=options, dataset_id=new_id)
    change = _change(library, former, dataset)
    yield StageStarted("keeping", said("Keeping {dataset}", dataset=dataset.name))
    if change == "nothing":
        record = library.datasets.replace_report(former.dataset_id, report, origin=origin)
    else:
        stored = yield from library.datasets.saving(dataset, report, origin=origin)
        record = replace(stored, name=former.name)
    opened = replace(library.datasets.open(record.dataset_id), name=former.name)
    return ImportedAgain(ImportedData(record, record.report, opened), former, change)


def settle_again(library: Library, again: ImportedAgain) -> None:
    """Let what was imported take the place of the former data set, which goes to the trash."""
    if again.change != "nothing":
        library.datasets.take_place(again.data.record.dataset_id, of=again.former.dataset_id)


def undo_again(library: Library, again: ImportedAgain) -> None:
    """Bring the former data set back, until the library is next opened."""
    library.datasets.restore(again.former.dataset_id)
    library.datasets.delete(again.data.record.dataset_id)


def _imported(library: Library, paths: Sequence[Path], options: ImportOptions, *, dataset_id: str) -> Job[ImportedData]:
    yield from _room_for(library, paths, options)
    return (yield from _stored(library, (yield from gathering.gather(paths, options)), options, dataset_id=dataset_id))


def _stored(library: Library, gathered: Gathered, options: ImportOptions, *, dataset_id: str) -> Job[ImportedData]:
    """Gathered entries and the data set are let go as soon as they are not needed: they may fill half the memory."""
    paths = gathered.paths
    dataset, report = yield from importer.import_gathered(gathered, options=options, dataset_id=dataset_id)
    del gathered
    yield StageStarted("keeping", said("Keeping {dataset}", dataset=dataset.name))
    record = yield from library.datasets.saving(dataset, report, origin=Origin.of(paths, options))
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
        refuse_if_full(
            library.home, what=said("A data set of about {rows:,} ratings", rows=needed.rows), need_bytes=need_bytes
        )
    if not needed.has_memory:
        yield Advised(
            said(
                "About {rows:,} ratings take about {memory_mib} of memory while they are imported, and "
                "{free_memory_mib} are free: close other programs, or choose a smaller file.",
                rows=needed.rows,
                memory_mib=format_size(needed.memory_mib << 20),
                free_memory_mib=format_size((needed.free_memory_mib or 0) << 20),
            )
        )


def _are_large(paths: Sequence[Path]) -> bool:
    """Whether an estimate is worth the while; a missing file is reported by whoever reads it."""
    try:
        files = [file for path in paths for file in (path.iterdir() if path.is_dir() else (path,))]
        return sum(file.stat().st_size for file in files) >= LARGE_BYTES
    except OSError:
        return False


def _origin_of(record: DatasetRecord) -> Origin:
    if record.dataset_id == SAMPLE_ID:
        return Origin.of(sample_files(), ImportOptions(name=SAMPLE_NAME))
    if record.origin is None:
        raise LibraryError(
            said("It is not known any more which files {record} was imported from.", record=record.name),
            remedy=said("Open its ratings file as a new data set."),
            dataset=record.dataset_id,
        )
    return record.origin


def _refuse_missing(record: DatasetRecord, origin: Origin) -> None:
    missing = origin.missing
    if missing:
        names = join_words(map(str, missing))
        are = "is" if len(missing) == 1 else "are"
        raise DataError(
            said(
                "{record} cannot be imported again: {names} {are} not there any more.",
                record=record.name,
                names=names,
                are=are,
            ),
            remedy=said("Bring it back, or open the file from its new place; what was imported is untouched."),
            paths=tuple(map(str, missing)),
        )


def _change(library: Library, former: DatasetRecord, dataset: Dataset) -> Change:
    if dataset.fingerprint != former.fingerprint or dataset.scale != former.scale:
        return "entries"
    try:
        known = library.datasets.open(former.dataset_id).catalogue
    except LibraryError:
        return "entries"
    return "nothing" if known == dataset.catalogue else "titles"
