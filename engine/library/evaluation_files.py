"""A judgement on disk: what it says in JSON, every person's values as arrays, so that two runs can be compared later.

Stands between the evaluation and the stores. A judgement is several files, so it is one new folder, written and
flushed; then one rename of `current` makes it count, and the former one goes.

Shapes: U people, M metrics.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.data.dataset import Int64
from engine.errors import LibraryError
from engine.library.folders import (
    check_format,
    damaged,
    new_folder,
    remove_unfinished,
    replace_text,
    write_format,
    write_json,
)

if TYPE_CHECKING:
    from engine.evaluation.result import EvaluationResult

FORMAT = 1
_KIND = "judgement"
_WORDS, _VALUES, _PEOPLE, _RATED, _CURRENT = "judgement.json", "values.npy", "people.npy", "rated.npy", "current"
_WHAT = "The judgement"


def save_judgement(place: Path, judgement: EvaluationResult) -> None:
    """Make this the judgement kept in a place. Raises LibraryError (full disk); the former one then still counts."""
    remove_unfinished(place)
    older = sorted(int(path.name) for path in place.glob("*") if path.name.isdecimal())
    name = f"{(older[-1] if older else 0) + 1:04d}"
    names = list(judgement.per_person)
    people = len(judgement.per_person[names[0]]) if names else 0
    values_MU = np.array([judgement.per_person[one] for one in names], dtype=np.float64).reshape(len(names), people)
    with new_folder(place / name, what=_WHAT, need_bytes=values_MU.nbytes + 65536) as unfinished:
        write_json(unfinished / _WORDS, _document(judgement, names))
        np.save(unfinished / _VALUES, values_MU, allow_pickle=False)
        for file, array_U in _arrays(judgement).items():
            np.save(unfinished / file, array_U, allow_pickle=False)
        write_format(unfinished, _KIND, FORMAT)
    replace_text(place / _CURRENT, name, what=_WHAT)
    for number in older:
        shutil.rmtree(place / f"{number:04d}", ignore_errors=True)


def load_judgement(place: Path) -> EvaluationResult | None:
    """The judgement kept in a place; None where none was ever kept.

    Raises LibraryError where it is damaged or comes from a newer version.
    """
    if not (place / _CURRENT).exists():
        return None
    try:
        folder = place / (place / _CURRENT).read_text(encoding="utf-8").strip()
        check_format(folder, _KIND, FORMAT)
        return _judgement(folder)
    except LibraryError:
        raise
    except (OSError, ValueError, LookupError, TypeError, AttributeError, EOFError) as error:
        raise damaged(place, error) from error


def _document(judgement: EvaluationResult, names: list[str]) -> dict[str, Any]:
    return {
        "people": judgement.people,
        "metrics": {name: asdict(metric) for name, metric in judgement.metrics.items()},
        "per_person": names,
        "arrays": list(_arrays(judgement)),
        "stopped": judgement.stopped,
        "breakdowns": [asdict(breakdown) for breakdown in judgement.breakdowns],
    }


def _judgement(folder: Path) -> EvaluationResult:
    from engine.evaluation.breakdown import Breakdown, BreakdownRow
    from engine.evaluation.intervals import Interval
    from engine.evaluation.result import EvaluationResult

    words = json.loads((folder / _WORDS).read_text(encoding="utf-8"))
    values_MU = np.load(folder / _VALUES, allow_pickle=False)
    if values_MU.ndim != 2 or values_MU.dtype != np.float64:
        raise ValueError(f"{_VALUES} has {values_MU.shape} values of {values_MU.dtype}")
    arrays = {file: _numbers(folder / file, people=values_MU.shape[1]) for file in words["arrays"]}
    breakdowns = (
        Breakdown(**{**one, "rows": tuple(BreakdownRow(**row) for row in one["rows"])}) for one in words["breakdowns"]
    )
    return EvaluationResult(
        int(words["people"]),
        {name: Interval(**word) for name, word in words["metrics"].items()},
        dict(zip(words["per_person"], values_MU, strict=True)),
        arrays.get(_PEOPLE),
        arrays.get(_RATED),
        bool(words["stopped"]),
        tuple(breakdowns),
    )


def _arrays(judgement: EvaluationResult) -> dict[str, Int64]:
    """What is kept of each person beside the values, by file."""
    arrays = {_PEOPLE: judgement.user_rows_U, _RATED: judgement.rated_U}
    return {file: np.asarray(array, dtype=np.int64) for file, array in arrays.items() if array is not None}


def _numbers(path: Path, *, people: int) -> Int64:
    array_U: Int64 = np.load(path, allow_pickle=False)
    if array_U.shape != (people,) or array_U.dtype != np.int64:
        raise ValueError(f"{path.name} has {array_U.shape} values of {array_U.dtype}")
    return array_U
