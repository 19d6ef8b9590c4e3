"""A kept data set is imported again: the same files, in the same way. Works without torch.

What a person rated is kept by id, title and year, and is there afterwards as before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from engine.data.dataset import Dataset
from engine.data.importing import choosing, gathering, importer
from engine.data.importing.estimate import LARGE_BYTES, estimate
from engine.data.importing.gathering import Gathered
from engine.data.importing.importer import ImportOptions
from engine.data.importing.options import Duplicates, Remaining, Selection
from engine.data.sample import SAMPLE_NAME, sample_files
from engine.errors import DataError, LibraryError
from engine.events import Advised, Job, StageStarted
from engine.library.datasets import DatasetRecord
from engine.library.folders import refuse_if_full
from engine.library.origin import Origin
from engine.library.run_record import RunRecord
from engine.library.store import Library
from engine.training.curve_text import hides_while_training, read_curves


def curve_words_of(library: Library, record: RunRecord) -> str:
    """What the curves of a run say; "" for a model that was computed at once."""
    if record.training_config is None:
        return ""
    curve = library.runs.curves(record.run_id)
    by_time = record.split_config.get("kind") == "time"
    return read_curves(curve, hides=hides_while_training(record.model_config), by_time=by_time).words


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
    kept = next((record for record in library.datasets.records() if record.dataset_id == SAMPLE_ID), None)
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
        return sum(file.stat().st_size for file in files) >= LARGE_BYTES
    except OSError:
        return False


Change = Literal["nothing", "titles", "entries"]


@dataclass(frozen=True)
class ImportedAgain:
    """What came of it. Where `change` is "nothing", `data` is the former data set with a new report.

    Else `data` is a data set of its own, kept beside the `former` one; `settle_again` lets it take its place.
    """

    data: ImportedData
    former: DatasetRecord
    change: Change

    @property
    def words(self) -> str:
        """What a person should know of it, in one sentence."""
        now, before = self.data.record, self.former
        if self.change == "nothing":
            return f"{before.name} was imported again: nothing has changed."
        if self.change == "titles":
            return f"{before.name} was imported again: titles or genres have changed, the ratings have not."
        return (
            f"{before.name} was imported again: {now.entries:,} ratings of {now.people:,} people "
            f"({before.entries:,} of {before.people:,} before)."
        )


def import_again(library: Library, dataset_id: str) -> Job[ImportedAgain]:
    """Import the files of a kept data set once more. Stop passes through and leaves all as it was.

    Raises DataError where a file is gone or cannot be used, LibraryError where nobody knows the files any more.
    """
    former = library.datasets.find(dataset_id)
    origin = _origin_of(former)
    yield None
    _refuse_missing(former, origin)
    options = replace(origin.options, name=former.name)
    new_id = library.datasets.new_id()
    dataset, report = yield from importer.import_files(origin.paths, options=options, dataset_id=new_id)
    change = _change(library, former, dataset)
    yield StageStarted("keeping", f"Keeping {dataset.name}")
    if change == "nothing":
        record = library.datasets.replace_report(former.dataset_id, report, origin=origin)
    else:
        kept = yield from library.datasets.saving(dataset, report, origin=origin)
        record = replace(kept, name=former.name)
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


def _origin_of(record: DatasetRecord) -> Origin:
    if record.dataset_id == SAMPLE_ID:
        return Origin.of(sample_files(), ImportOptions(name=SAMPLE_NAME))
    if record.origin is None:
        raise LibraryError(
            f"Nobody knows any more which files {record.name} was imported from.",
            remedy="Open its ratings file as a new data set.",
            dataset=record.dataset_id,
        )
    return record.origin


def _refuse_missing(record: DatasetRecord, origin: Origin) -> None:
    missing = origin.missing
    if missing:
        names = " and ".join(str(one) for one in missing)
        are = "is" if len(missing) == 1 else "are"
        raise DataError(
            f"{record.name} cannot be imported again: {names} {are} not there any more.",
            remedy="Bring it back, or open the file from its new place; what was imported is untouched.",
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
