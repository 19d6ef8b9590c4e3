"""A kept data set is imported again: the same files, in the same way. Works without torch.

What a person rated is kept by id, title and year, and is there afterwards as before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from engine.data.dataset import Dataset
from engine.data.importing import importer
from engine.data.importing.importer import ImportOptions
from engine.data.sample import SAMPLE_NAME, sample_files
from engine.errors import DataError, LibraryError
from engine.events import Job, StageStarted
from engine.library.datasets import DatasetRecord
from engine.library.origin import Origin
from engine.library.store import Library
from engine.verbs.importing import SAMPLE_ID, ImportedData

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
        record = library.datasets.tell_anew(former.dataset_id, report, origin=origin)
    else:
        kept = yield from library.datasets.keeping(dataset, report, origin=origin)
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
