"""A trained model becomes one file, and such a file a run of this library, where it learned from data that are here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.data.dataset import Dataset
from engine.data.whole_file import whole_file
from engine.errors import DataError, EngineError, LibraryError, NotStoredError
from engine.events import Job, StageStarted
from engine.library.model_file import INSIDE, DataIdentity, ModelFile, read_model_file, write_model_file
from engine.library.run_record import RunRecord
from engine.library.runs import StoredModel
from engine.library.store import Library
from engine.models.onnx_scorer import refuse_unwritable, write_scorer
from engine.models.registry import MODELS, kind_of
from engine.models.shapes import build_shapes
from engine.operations.recommending import model_of, recommender_of
from engine.text import plural
from engine.wording import joined, said

_MOST_OTHER_VALUES = 1 << 16
"""A model may have so many more values when it is built than were stored for it."""


@dataclass(frozen=True)
class ExportedModel:
    """A model file that was written, and what is in it, in words."""

    path: Path
    title: str
    size_bytes: int
    inside: tuple[str, ...] = INSIDE


@dataclass(frozen=True)
class ExportedScorer:
    """An ONNX file that was written, how many titles it scores, and what is in it, in words."""

    path: Path
    title: str
    size_bytes: int
    titles: int
    inside: tuple[str, ...] = ("weights", said("ids of titles"))


@dataclass(frozen=True)
class ImportedModel:
    """The run that a model file became, and the data set that it belongs to."""

    record: RunRecord
    dataset: Dataset


def export_model(library: Library, run_id: str, path: Path) -> Job[ExportedModel]:
    """Write a run's best weights, plan, record, figures and curves into one file; in full or not at all.

    No ratings are in it, neither of the data set nor anybody's own. Raises LibraryError where the run or its data are
    gone or damaged, and DataError where the file cannot be written.

    Examples
    --------
    ::

        drive(operations.export_model(library, "latest", Path("mine.desktoprec-model")))
    """
    record = library.runs.find(run_id)
    yield StageStarted("loading", said("Fetching what {title} has learned", title=record.title))
    stored = library.runs.load(record.run_id)
    yield None
    dataset = library.dataset_of(record)
    yield None
    yield StageStarted("writing", said("Writing {path}", path=path.name))
    with whole_file(path) as file:
        write_model_file(
            file,
            record,
            dataset=dataset,
            weights=stored.weights,
            candidates_I=stored.candidates_I,
            curves=library.runs.curves(record.run_id),
            progress=library.runs.progress(record.run_id),
        )
    place = Path(path).absolute()
    return ExportedModel(place, record.title, place.stat().st_size)


def export_scorer(library: Library, run_id: str, path: Path) -> Job[ExportedScorer]:
    """Write what ranks titles in a run's model as an ONNX file, for programs without Python; in full or not at all.

    It holds the weights and the titles' ids, and nobody's ratings. Raises SettingError where the packages are missing
    that such files are written with, or the model's scores are none that such a file can hold; LibraryError where the
    run is gone or damaged, and DataError where the file cannot be written.

    Examples
    --------
    ::

        drive(operations.export_scorer(library, "mult_vae 1", Path("mine.onnx")))
    """
    record = library.runs.find(run_id)
    yield StageStarted("loading", said("Fetching what {title} has learned", title=record.title))
    recommender = recommender_of(library, record.run_id)
    yield None
    refuse_unwritable(recommender.model, record.title)
    yield None
    yield StageStarted("writing", said("Writing {path}", path=path.name))
    with whole_file(path) as file:
        write_scorer(file, recommender.model, title=record.title, item_ids=recommender.dataset.items.ids)
    place = Path(path).absolute()
    return ExportedScorer(place, record.title, place.stat().st_size, recommender.dataset.titles)


def import_model(library: Library, path: Path) -> Job[ImportedModel]:
    """Store the model of a file as a run, where the data set that it learned from is in the library.

    Raises DataError where the file cannot be used, is of other data, or its model is here already; LibraryError where
    the disk refuses. Nothing is stored then.

    Examples
    --------
    ::

        drive(operations.import_model(library, Path("mine.desktoprec-model")))
    """
    path = Path(path)
    yield StageStarted("reading", said("Reading {path}", path=path.name))
    found = read_model_file(path)
    _refuse_duplicate(library, found)
    yield StageStarted("checking", said("Looking for the data that it learned from"))
    dataset = _dataset_for(library, found)
    yield StageStarted("building", said("Building the model"))
    try:
        _check_size(found, dataset)
        record = library.runs.record_in(found)
        model_of(StoredModel(record, found.weights, found.candidates_I), dataset)
    except NotStoredError:
        raise
    except (EngineError, RuntimeError, ValueError, TypeError, LookupError, MemoryError) as error:
        what = error.what if isinstance(error, EngineError) else str(error).partition("\n")[0]
        raise DataError(
            said(
                "{path} cannot be used as a model file: it does not fit together ({what}).", path=path.name, what=what
            ),
            remedy=said("Export the model again where it was trained."),
            path=str(path),
        ) from error
    yield None
    return ImportedModel(library.runs.add(found, dataset, record), dataset)


def _refuse_duplicate(library: Library, found: ModelFile) -> None:
    known = next((run for run in library.runs.records() if run.run_id == found.run_id), None)
    if known is not None:
        raise DataError(
            said("The model in {path} is here already: it is {title}.", path=found.path.name, title=known.title),
            remedy=said("Delete that run first if you want the file's in its place."),
            run=known.run_id,
        )


def _dataset_for(library: Library, found: ModelFile) -> Dataset:
    """The data set of a model file. Raises DataError, which says what is there instead."""
    data = found.data
    record = library.datasets.with_fingerprint(data.fingerprint)
    if record is not None:
        dataset = library.datasets.open(record.dataset_id)
        if DataIdentity.of(dataset).item_ids == data.item_ids:
            return dataset
    similar = next((each for each in library.datasets.records() if each.titles == data.titles), None)
    sizes = f"{plural(data.people, 'person')}, {plural(data.titles, 'title')}, {plural(data.entries, 'rating')}"
    there = ""
    if similar is not None:
        there = said("{similar} has as many titles, but other ratings.", similar=similar.name)
    raise DataError(
        joined(
            said(
                "The model in {path} learned from {data} ({sizes}), which is not in this library.",
                path=found.path.name,
                data=data.name,
                sizes=sizes,
            ),
            there,
        ),
        remedy=said("Import the same ratings file with the same choices, then open the model again."),
        fingerprint=data.fingerprint,
    )


def _check_size(found: ModelFile, dataset: Dataset) -> None:
    """Raises LibraryError where the settings ask for a model that is larger than what was stored for it."""
    name = found.record["model"]
    if name not in MODELS:
        raise LibraryError(said("this version has no model called {name!r:.40}", name=name))
    config = kind_of(name).config_class.from_dict(found.record.get("model_config") or {})
    shapes = build_shapes(name, config, items=dataset.titles, scale=dataset.scale).state_dict()
    stored = sum(tensor.numel() for tensor in found.weights.values())
    if sum(tensor.numel() for tensor in shapes.values()) > stored + _MOST_OTHER_VALUES:
        raise LibraryError(said("its settings are those of a larger model"))
