"""Evaluations on disk: metrics in JSON, every person's values as arrays, so that two runs can be compared later.

An evaluation is a new folder that one rename of `current` makes count. Baselines' are kept by fingerprint and split,
so that they hold for a data set that was imported again.

Shapes: U people, M metrics.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.data.dataset import Int64
from engine.errors import LibraryError
from engine.library.fingerprint_store import FingerprintStore
from engine.library.folders import (
    check_format,
    clear_unfinished,
    current_name,
    is_id,
    new_folder,
    next_number,
    place_of,
    replace_text,
    settle_numbered,
    write_format,
    write_json,
)
from engine.stored_files import Checksums, check, checksums_of, damaged, read_array, read_document, save_array
from engine.wording import coded, decoded

if TYPE_CHECKING:
    from engine.data.split import SplitConfig
    from engine.evaluation.result import EvaluationResult

LOG = logging.getLogger(__name__)
FORMAT = 1
_KIND = "judgement"
"""What is stored keeps its former names, judgement.json among them, so that evaluations of older versions open."""
_WORDS, _VALUES, _PEOPLE, _RATED, _CURRENT = "judgement.json", "values.npy", "people.npy", "rated.npy", "current"
_WHAT = "The evaluation"
_NAMES = "judged"
_VERSION = 2
"""Raised when the baselines themselves, or how they are evaluated, change: what was saved is then worked out anew."""


def save_evaluation(place: Path, evaluation: EvaluationResult) -> None:
    """Make this the evaluation in a place. Raises LibraryError (full disk); the former one then still counts."""
    name = next_number(place, digits=4)
    names = list(evaluation.per_person)
    people = len(evaluation.per_person[names[0]]) if names else 0
    values_MU = np.array([evaluation.per_person[name] for name in names], dtype=np.float64).reshape(len(names), people)
    with new_folder(place / name, what=_WHAT, need_bytes=values_MU.nbytes + 65536) as unfinished:
        write_json(unfinished / _WORDS, coded(_document(evaluation, names)))
        save_array(unfinished / _VALUES, values_MU)
        for file, array_U in _arrays(evaluation).items():
            save_array(unfinished / file, array_U)
        files = checksums_of(unfinished / file for file in (_WORDS, _VALUES, *_arrays(evaluation)))
        write_format(unfinished, _KIND, FORMAT, files)
    replace_text(place / _CURRENT, name, what=_WHAT)
    settle_evaluations(place)


def settle_evaluations(place: Path) -> None:
    """Keep the evaluation that counts, and remove what a killed process left. Raises NotStoredError."""
    settle_numbered(place, place / _CURRENT)


def load_evaluation(place: Path) -> EvaluationResult | None:
    """The evaluation in a place, None if none was saved. Raises LibraryError where it is damaged or newer."""
    if not (place / _CURRENT).exists():
        return None
    try:
        folder = place / current_name(place / _CURRENT)
        return _evaluation(folder, check_format(folder, _KIND, FORMAT))
    except LibraryError:
        raise
    except (OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise damaged(place, error) from error


class BaselineStore(FingerprintStore):
    """The evaluations of baselines, one folder for each data set and split."""

    _gone = "the baselines %s: their data set is gone"

    def save(self, fingerprint: str, split: SplitConfig, evaluations: Mapping[str, EvaluationResult]) -> None:
        """Save all of them, by name. Raises LibraryError where the disk refuses."""
        place = self._place_of(_VERSION, fingerprint, split.as_dict())
        for name, evaluation in evaluations.items():
            save_evaluation(place / name, evaluation)
        replace_text(place / _NAMES, "\n".join(evaluations), what="The baselines")

    def find(self, fingerprint: str, split: SplitConfig) -> dict[str, EvaluationResult] | None:
        """All that were saved; None where there are none, or one of them is missing or cannot be read."""
        place = self._place_of(_VERSION, fingerprint, split.as_dict())
        try:
            names = (place / _NAMES).read_text(encoding="utf-8").split()
            if not names or set(names) != {path.name for path in place.iterdir() if path.is_dir()}:
                return None
            found = {name: load_evaluation(place_of(place, name)) for name in names}
        except (LibraryError, OSError, ValueError):
            return None
        whole = {name: evaluation for name, evaluation in found.items() if evaluation is not None}
        return whole if len(whole) == len(names) else None

    def settle(self, fingerprints: Iterable[str]) -> None:
        """At the opening of a library: forget the baselines of data sets that are gone, and what was never finished."""
        for place in self._settled(fingerprints):
            clear_unfinished(place)
            for path in place.iterdir():
                if path.is_dir() and is_id(path.name):
                    settle_evaluations(path)


def _document(evaluation: EvaluationResult, names: list[str]) -> dict[str, Any]:
    return {
        "people": evaluation.people,
        "metrics": {name: asdict(metric) for name, metric in evaluation.metrics.items()},
        "per_person": names,
        "arrays": list(_arrays(evaluation)),
        "stopped": evaluation.stopped,
        "breakdowns": [asdict(breakdown) for breakdown in evaluation.breakdowns],
    }


def _evaluation(folder: Path, known: Checksums) -> EvaluationResult:
    from engine.evaluation.breakdown import Breakdown, BreakdownRow
    from engine.evaluation.intervals import Interval
    from engine.evaluation.result import EvaluationResult

    words = decoded(read_document(folder / _WORDS, known))
    files = [file for file in (_PEOPLE, _RATED) if file in words["arrays"]]
    for file in (_VALUES, *files):
        check(folder / file, known)
    values_MU = read_array(folder / _VALUES, np.float64, (len(words["per_person"]), None))
    arrays = {file: read_array(folder / file, np.int64, (values_MU.shape[1],)) for file in files}
    breakdowns = (
        Breakdown(**{**part, "rows": tuple(BreakdownRow(**row) for row in part["rows"])})
        for part in words["breakdowns"]
    )
    return EvaluationResult(
        int(words["people"]),
        {name: Interval(**interval) for name, interval in words["metrics"].items()},
        dict(zip(words["per_person"], values_MU, strict=True)),
        arrays.get(_PEOPLE),
        arrays.get(_RATED),
        bool(words["stopped"]),
        tuple(breakdowns),
    )


def _arrays(evaluation: EvaluationResult) -> dict[str, Int64]:
    """What is saved of each person beside the values, by file."""
    arrays = {_PEOPLE: evaluation.user_rows_U, _RATED: evaluation.rated_U}
    return {file: np.asarray(array, dtype=np.int64) for file, array in arrays.items() if array is not None}
