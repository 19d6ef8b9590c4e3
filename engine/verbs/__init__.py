"""The rooms wired together: every step that a person can take, each long one a generator of events.

The command line and the window both call these. Importing this package costs nothing; a verb brings what it needs
(torch, mostly) when it is first looked up.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.verbs.answering import recommend as recommend
    from engine.verbs.answering import recommender_of as recommender_of
    from engine.verbs.blending import blend as blend
    from engine.verbs.exporting import ExportedDataset as ExportedDataset
    from engine.verbs.exporting import export_dataset as export_dataset
    from engine.verbs.holding_against import BASELINE_TITLES as BASELINE_TITLES
    from engine.verbs.holding_against import baselines as baselines
    from engine.verbs.importing import ImportedData as ImportedData
    from engine.verbs.importing import gather as gather
    from engine.verbs.importing import import_files as import_files
    from engine.verbs.importing import import_gathered as import_gathered
    from engine.verbs.importing import open_sample as open_sample
    from engine.verbs.importing import remaining as remaining
    from engine.verbs.judging import evaluate as evaluate
    from engine.verbs.learning import FinishedRun as FinishedRun
    from engine.verbs.learning import resume as resume
    from engine.verbs.learning import train as train
    from engine.verbs.matching import match_export as match_export
    from engine.verbs.predicting import Predictions as Predictions
    from engine.verbs.predicting import predict as predict
    from engine.verbs.preparing import find_rate as find_rate
    from engine.verbs.preparing import quick_model as quick_model
    from engine.verbs.recommending_many import ManyRecommended as ManyRecommended
    from engine.verbs.recommending_many import recommend_many as recommend_many
    from engine.verbs.reimporting import ImportedAgain as ImportedAgain
    from engine.verbs.reimporting import import_again as import_again
    from engine.verbs.reimporting import settle_again as settle_again
    from engine.verbs.reimporting import undo_again as undo_again
    from engine.verbs.searching import SearchResult as SearchResult
    from engine.verbs.searching import search as search

_PLACES = {
    "blend": "blending",
    "ExportedDataset": "exporting",
    "export_dataset": "exporting",
    "ImportedAgain": "reimporting",
    "import_again": "reimporting",
    "settle_again": "reimporting",
    "undo_again": "reimporting",
    "ImportedData": "importing",
    "gather": "importing",
    "import_files": "importing",
    "import_gathered": "importing",
    "open_sample": "importing",
    "remaining": "importing",
    "quick_model": "preparing",
    "find_rate": "preparing",
    "FinishedRun": "learning",
    "train": "learning",
    "resume": "learning",
    "SearchResult": "searching",
    "search": "searching",
    "BASELINE_TITLES": "holding_against",
    "baselines": "holding_against",
    "evaluate": "judging",
    "match_export": "matching",
    "Predictions": "predicting",
    "predict": "predicting",
    "ManyRecommended": "recommending_many",
    "recommend_many": "recommending_many",
    "recommender_of": "answering",
    "recommend": "answering",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
