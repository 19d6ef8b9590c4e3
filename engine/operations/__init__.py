"""What a person can do, each long step a generator of events: import, train, search, evaluate, recommend, predict.

The command line and the window both call these. Importing this package costs nothing; an operation brings what it needs
(torch, mostly) when it is first looked up.

>>> from pathlib import Path
>>> from tempfile import TemporaryDirectory
>>> from engine import operations
>>> from engine.data.profiles import Profile, ProfileEntry
>>> from engine.events import drive
>>> from engine.library.store import Library
>>> from engine.training.plan import TrainingPlan
>>> with TemporaryDirectory() as folder, Library.open(Path(folder), who="an example") as library:
...     dataset = drive(operations.open_sample(library)).dataset
...     run = drive(operations.train(library, dataset, TrainingPlan.defaults("popularity")))
...     me = Profile("me", "Me", (ProfileEntry("2571", "The Matrix", 1999, 5.0),))
...     found = drive(operations.recommend(operations.recommender_of(library, run.run_id), me, top=3))
...     print(len(found.listed.items), library.runs.find(run.run_id).name)
3 popularity 1
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.operations.blending import blend as blend
    from engine.operations.evaluating import BASELINE_TITLES as BASELINE_TITLES
    from engine.operations.evaluating import baselines as baselines
    from engine.operations.evaluating import evaluate as evaluate
    from engine.operations.exporting import ExportedDataset as ExportedDataset
    from engine.operations.exporting import export_dataset as export_dataset
    from engine.operations.first_model import companion as companion
    from engine.operations.first_model import quick_model as quick_model
    from engine.operations.importing import ImportedAgain as ImportedAgain
    from engine.operations.importing import ImportedData as ImportedData
    from engine.operations.importing import gather as gather
    from engine.operations.importing import import_again as import_again
    from engine.operations.importing import import_files as import_files
    from engine.operations.importing import import_gathered as import_gathered
    from engine.operations.importing import open_sample as open_sample
    from engine.operations.importing import remaining as remaining
    from engine.operations.importing import settle_again as settle_again
    from engine.operations.importing import undo_again as undo_again
    from engine.operations.making_room import MadeRoom as MadeRoom
    from engine.operations.making_room import make_room as make_room
    from engine.operations.matrix import FilledMatrix as FilledMatrix
    from engine.operations.matrix import MatrixWindow as MatrixWindow
    from engine.operations.matrix import filled_matrix as filled_matrix
    from engine.operations.matrix import open_matrix as open_matrix
    from engine.operations.model_files import ExportedModel as ExportedModel
    from engine.operations.model_files import ImportedModel as ImportedModel
    from engine.operations.model_files import export_model as export_model
    from engine.operations.model_files import export_scorer as export_scorer
    from engine.operations.model_files import import_model as import_model
    from engine.operations.predicting import Predictions as Predictions
    from engine.operations.predicting import predict as predict
    from engine.operations.preparing import find_rate as find_rate
    from engine.operations.recommending import match_export as match_export
    from engine.operations.recommending import recommend as recommend
    from engine.operations.recommending import recommender_of as recommender_of
    from engine.operations.recommending_many import ManyRecommended as ManyRecommended
    from engine.operations.recommending_many import recommend_many as recommend_many
    from engine.operations.recorded_run import FinishedRun as FinishedRun
    from engine.operations.same_people import SamePeople as SamePeople
    from engine.operations.same_people import evaluate_on_same_people as evaluate_on_same_people
    from engine.operations.searching import SearchResult as SearchResult
    from engine.operations.searching import resume_search as resume_search
    from engine.operations.searching import search as search
    from engine.operations.timing import SpeedTest as SpeedTest
    from engine.operations.timing import speed_test as speed_test
    from engine.operations.title_lists import FoundTitles as FoundTitles
    from engine.operations.title_lists import match_titles as match_titles
    from engine.operations.training import describe_curves as describe_curves
    from engine.operations.training import resume as resume
    from engine.operations.training import train as train

_PLACES = {
    "blending": "blend",
    "evaluating": "BASELINE_TITLES baselines evaluate",
    "exporting": "ExportedDataset export_dataset",
    "first_model": "companion quick_model",
    "importing": "ImportedAgain ImportedData gather import_again import_files import_gathered open_sample remaining "
    "settle_again undo_again",
    "making_room": "MadeRoom make_room",
    "model_files": "ExportedModel ExportedScorer ImportedModel export_model export_scorer import_model",
    "matrix": "FilledMatrix MatrixWindow filled_matrix open_matrix",
    "predicting": "Predictions predict",
    "preparing": "find_rate",
    "recommending": "match_export recommend recommender_of",
    "recommending_many": "ManyRecommended recommend_many",
    "recorded_run": "FinishedRun",
    "same_people": "SamePeople evaluate_on_same_people",
    "searching": "SearchResult resume_search search",
    "timing": "SpeedTest speed_test",
    "title_lists": "FoundTitles match_titles",
    "training": "describe_curves resume train",
}
_MODULES = {name: module for module, names in _PLACES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
