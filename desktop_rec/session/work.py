"""What the session asks of the engine, as generators that are made and driven on a job thread.

Stands between the session and `engine.operations`. Those are imported here, inside the functions, because they bring
torch, and the first view is on the screen before that. Module functions, never lambdas: they cross threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.events import Job

if TYPE_CHECKING:
    from desktop_rec.data.statistics_text import FilesFound
    from engine.data.dataset import Dataset
    from engine.data.importing.estimate import Estimate
    from engine.data.importing.gathering import Gathered
    from engine.data.importing.importer import ImportOptions
    from engine.data.importing.options import Duplicates, Remaining, Selection
    from engine.data.importing.preview import Preview
    from engine.data.profiles import Profile
    from engine.data.reading.roles import Given
    from engine.data.statistics import DatasetStatistics
    from engine.device import Device, UnusedGpu
    from engine.library.datasets import DatasetRecord
    from engine.library.store import Library
    from engine.operations import ExportedDataset, ImportedAgain, ImportedData, Predictions
    from engine.recommending.ranking import Filters
    from engine.recommending.recommender import Recommender


@dataclass(frozen=True)
class Ready:
    """A model that can recommend now; `run_id` is None for the one computed when the data set was opened."""

    recommender: Recommender
    run_id: str | None
    problem: str = ""
    """Why a kept run could not be used, where the quick model had to take its place."""


@dataclass(frozen=True)
class Devices:
    """What can compute here, and a GPU that is there but of no use to torch."""

    usable: tuple[Device, ...]
    unused: UnusedGpu | None


def import_sample(library: Library) -> Job[ImportedData]:
    from engine import operations

    return (yield from operations.open_sample(library))


def import_paths(library: Library, paths: Sequence[Path], options: ImportOptions | None) -> Job[ImportedData]:
    from engine import operations
    from engine.data.importing.importer import ImportOptions

    return (yield from operations.import_files(library, list(paths), options=options or ImportOptions()))


def look(paths: Sequence[Path], given: Given, *, items: Path | None, before: Preview | None) -> Job[Preview]:
    """What files are, before they are imported."""
    from engine.data.importing.preview import look as look_at

    return (yield from look_at(paths, given, items=items, before=before))


def estimate(paths: Sequence[Path], given: Given, *, at: Path) -> Job[Estimate]:
    """How many rows, how much memory and disk an import will need."""
    from engine.data.importing.estimate import estimate as guess

    yield None
    return guess(paths, given, at=at)


def gather(paths: Sequence[Path], options: ImportOptions) -> Job[Gathered]:
    """All rows of files, for counting and for a later import."""
    from engine import operations

    return (yield from operations.gather(paths, options=options))


def remaining(gathered: Gathered, selection: Selection, *, duplicates: Duplicates) -> Job[tuple[Remaining, ...]]:
    from engine import operations

    return (yield from operations.remaining(gathered, selection, duplicates=duplicates))


def import_gathered(library: Library, gathered: Gathered, options: ImportOptions) -> Job[ImportedData]:
    from engine import operations

    return (yield from operations.import_gathered(library, gathered, options=options))


def statistics(library: Library, dataset: Dataset, record: DatasetRecord) -> Job[tuple[DatasetStatistics, FilesFound]]:
    """What the page of a data set shows: counts, and its files on the disk. Makes the catalogue ready for a search."""
    from desktop_rec.data.statistics_text import look_at_files

    found = yield from library.datasets.statistics(dataset)
    dataset.catalogue.prepare_search()
    yield None
    return found, look_at_files(record, library.datasets.folder_of(record.dataset_id))


def export(dataset: Dataset, folder: Path) -> Job[ExportedDataset]:
    from engine import operations

    return (yield from operations.export_dataset(dataset, folder))


def predict(library: Library, run_id: str, pairs: Path | None, out: Path) -> Job[Predictions]:
    """Predicted ratings of pairs into a file; of those that the data set's own file asks for where there is none."""
    from engine import operations

    return (yield from operations.predict(library, run_id, pairs, out=out))


def import_again(library: Library, dataset_id: str) -> Job[ImportedAgain]:
    from engine import operations

    return (yield from operations.import_again(library, dataset_id))


def quick_model(library: Library, dataset: Dataset) -> Job[Ready]:
    """The model that answers within seconds of opening a data set."""
    from engine import operations

    return Ready((yield from operations.quick_model(library, dataset)), None)


def kept_model(library: Library, dataset: Dataset, run_id: str) -> Job[Ready]:
    """The model of a kept run; the quick one, with the reason, where the run cannot be used any more."""
    from engine import operations
    from engine.errors import EngineError

    yield None
    try:
        return Ready(operations.recommender_of(library, run_id), run_id)
    except EngineError as error:
        problem = str(error)
    ready = yield from quick_model(library, dataset)
    return Ready(ready.recommender, None, problem)


def find_rate(library: Library, dataset: Dataset, **choices: Any) -> Job[Any]:
    from engine import operations

    return (yield from operations.find_rate(library, dataset, **choices))


def train(library: Library, dataset: Dataset, **choices: Any) -> Job[Any]:
    from engine import operations

    return (yield from operations.train(library, dataset, **choices))


def recommend(
    recommender: Recommender, profile: Profile, *, top: int, weight: float | None, filters: Filters | None
) -> Job[Any]:
    """The list for a profile. Raises ProfileError where the model knows nothing of it."""
    yield None
    found = recommender.match(profile)
    return recommender.recommend(found.history, top=top, weight=weight, filters=filters, seen_rows=found.seen_rows)


def explain(
    recommender: Recommender, profile: Profile, *, item_row: int, weight: float | None, filters: Filters | None
) -> Job[Any]:
    """The reasons of one title, with its ranks in the list that is shown."""
    from engine.recommending.explanation import explain as explain_title

    yield None
    found = recommender.match(profile)
    return explain_title(
        recommender, found.history, item_row, weight=weight, filters=filters, seen_rows=found.seen_rows
    )


def insights(recommender: Recommender, profile: Profile, *, weight: float | None, filters: Filters | None) -> Job[Any]:
    """The reasons of the whole list, and which ratings matter and surprise most."""
    from engine.recommending.insights import explain_list

    yield None
    found = recommender.match(profile)
    return (
        yield from explain_list(recommender, found.history, weight=weight, filters=filters, seen_rows=found.seen_rows)
    )


def look_at_devices() -> Job[Devices]:
    """Import what the verbs need, once, so that no later click waits for it; and see what can compute here."""
    yield None
    import engine.operations.preparing  # noqa: F401
    from engine.device import explain_unused_gpu, find_devices

    return Devices(find_devices(), explain_unused_gpu())


def resume(library: Library, run_id: str, epochs: int | None) -> Job[Any]:
    from engine import operations

    return (yield from operations.resume(library, run_id, epochs=epochs))


def blend(library: Library, run_ids: Sequence[str]) -> Job[Any]:
    from engine import operations

    return (yield from operations.blend(library, run_ids))


def search(library: Library, dataset: Dataset, **choices: Any) -> Job[Any]:
    """Run after run over a grid, or going on with that."""
    from engine import operations

    return (yield from operations.search(library, dataset, **choices))
