"""The rooms wired together: every step that a person can take, each long one a generator of events.

The command line and the window both call these. Importing this package costs nothing; a verb brings what it needs
(torch, mostly) when it is first looked up.
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
    from engine.operations.predicting import Predictions as Predictions
    from engine.operations.predicting import predict as predict
    from engine.operations.preparing import find_rate as find_rate
    from engine.operations.preparing import quick_model as quick_model
    from engine.operations.recommending import ManyRecommended as ManyRecommended
    from engine.operations.recommending import match_export as match_export
    from engine.operations.recommending import recommend as recommend
    from engine.operations.recommending import recommend_many as recommend_many
    from engine.operations.recommending import recommender_of as recommender_of
    from engine.operations.searching import SearchResult as SearchResult
    from engine.operations.searching import search as search
    from engine.operations.training import FinishedRun as FinishedRun
    from engine.operations.training import resume as resume
    from engine.operations.training import train as train

_PLACES = {
    "blend": "blending",
    "ExportedDataset": "exporting",
    "export_dataset": "exporting",
    "ImportedAgain": "importing",
    "import_again": "importing",
    "settle_again": "importing",
    "undo_again": "importing",
    "ImportedData": "importing",
    "gather": "importing",
    "import_files": "importing",
    "import_gathered": "importing",
    "open_sample": "importing",
    "remaining": "importing",
    "quick_model": "preparing",
    "find_rate": "preparing",
    "FinishedRun": "training",
    "train": "training",
    "resume": "training",
    "SearchResult": "searching",
    "search": "searching",
    "BASELINE_TITLES": "evaluating",
    "baselines": "evaluating",
    "evaluate": "evaluating",
    "match_export": "recommending",
    "Predictions": "predicting",
    "predict": "predicting",
    "ManyRecommended": "recommending",
    "recommend_many": "recommending",
    "recommender_of": "recommending",
    "recommend": "recommending",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
