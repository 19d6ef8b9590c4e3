"""A search's table as a CSV file with one row a run: read by people, spreadsheets and pandas.

Stands behind the verb that searches, which writes it anew after every run, in one step each time.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.errors import DataError
from engine.library.searches import WAITING, SearchRow, best_of
from engine.training.search import value_words

_FIRST = ("number", "model")


def summary_columns(rows: Sequence[SearchRow], *, watched: str) -> tuple[str, ...]:
    """The test metrics that any row has: the watched one first, then as they turned up."""
    found = dict.fromkeys(name for row in rows for name, _ in row.metrics)
    return tuple(sorted(found, key=lambda name: name != watched))


def write_summary(path: Path, rows: Sequence[SearchRow], *, model: str, watched: str) -> None:
    """Write the rows that have begun. Readers see the old file or the new one, never a part. OSError passes through."""
    import pandas as pd

    begun = [row for row in rows if row.status != WAITING]
    best = best_of(begun, watched)
    metrics = summary_columns(begun, watched=watched)
    documents = [_document(row, model, watched, metrics, is_best=row is best) for row in begun]
    axes = [name for name, _ in rows[0].values] if rows else []
    columns = list(_document(SearchRow(0, tuple((name, 0) for name in axes)), model, watched, metrics, is_best=False))
    table = pd.DataFrame(documents, columns=columns)
    for name in ("best_epoch", "batch_used"):
        table[name] = table[name].astype("Int64")
    unfinished = path.with_name(f".new-{path.name}")
    try:
        table.to_csv(unfinished, index=False, lineterminator="\n")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def refuse_unwritable(path: Path) -> None:
    """Raise DataError, before anything runs, where the summary cannot be written or would overwrite something else."""
    if path.is_dir() or not path.parent.is_dir():
        raise DataError(
            f"The summary cannot be written to {path}: "
            + ("that is a folder." if path.is_dir() else f"there is no folder {path.parent}."),
            remedy="Name a file, such as --out summary.csv.",
            path=str(path),
        )
    try:
        with path.open("a+", encoding="utf-8") as file:
            file.seek(0)
            head = file.readline()
        if not head:
            path.unlink()
    except (OSError, ValueError) as error:
        raise DataError(
            f"The summary cannot be written to {path} ({error}).", remedy="Name another file.", path=str(path)
        ) from error
    if head and tuple(head.strip().split(",")[:2]) != _FIRST:
        raise DataError(
            f"{path} is there already and is no summary of a search.", remedy="Name another file.", path=str(path)
        )


def _document(row: SearchRow, model: str, watched: str, metrics: Sequence[str], *, is_best: bool) -> dict[str, Any]:
    tested = dict(row.metrics)
    return {
        "number": row.place,
        "model": model,
        **{name: _cell(value) for name, value in row.values},
        "status": row.status,
        "best": "yes" if is_best else "",
        f"validation_{watched}": row.value,
        "best_epoch": row.best_epoch,
        "epochs_run": row.epochs,
        **{f"test_{name}": tested.get(name) for name in metrics},
        "seconds": round(row.seconds, 3),
        "parameters": row.parameters,
        "lr_used": row.lr,
        "batch_used": row.batch,
        "note": row.note,
        "run": row.run_id,
    }


def _cell(value: Any) -> Any:
    """Numbers stay numbers; everything else as it would be typed."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else value_words(value)
