"""What is recorded of a run that ended in the middle: no more than its last checkpoint holds.

A killed process may have reported epochs that no checkpoint has; going on, the run does them again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from engine.documents import parsed_json
from engine.errors import LibraryError
from engine.library.rows import columns_of
from engine.library.run_folder import RunFolder
from engine.library.run_record import INTERRUPTED
from engine.wording import coded, said


def interrupt(connection: sqlite3.Connection, run_id: str, folder: RunFolder, *, training_config: object) -> None:
    """Record that the process of a run was gone, and how far the run had come."""
    progress = progress_in(folder)
    connection.execute(
        "UPDATE runs SET status = ?, stopped_because = ? WHERE run_id = ?",
        (INTERRUPTED, coded(_describe(progress, _epochs_in(training_config))), run_id),
    )
    if training_config is not None:
        cut_to_checkpoint(connection, run_id, progress)


def progress_in(folder: RunFolder) -> dict[str, Any] | None:
    """How far the checkpoint of a run is; {} where it is damaged, None where there is none."""
    try:
        return folder.progress() if folder.has_checkpoint else None
    except LibraryError:
        return {}


def cut_to_checkpoint(connection: sqlite3.Connection, run_id: str, progress: Mapping[str, Any] | None) -> None:
    """Let curves and record of a run say what its checkpoint says, which is None where there is none."""
    none: dict[str, Any] = {"epoch": 0, "step": 0, "best_epoch": None, "best_value": None}
    done = none if progress is None else dict(progress)
    if not {"epoch", "step", "best_epoch", "best_value"} <= done.keys():
        return  # a model that was computed at once
    connection.execute("DELETE FROM curves WHERE run_id = ? AND epoch > ?", (run_id, done["epoch"]))
    row = connection.execute(
        "SELECT watched FROM curves WHERE run_id = ? ORDER BY epoch DESC LIMIT 1", (run_id,)
    ).fetchone()
    columns = columns_of(
        {
            "epochs": done["epoch"],
            "steps": done["step"],
            "best_epoch": done["best_epoch"],
            "best_value": done["best_value"],
            "monitor": row[0] if row else "",
            "rate_changes": tuple(tuple(change) for change in done.get("rate_changes", ())),
            "seconds": float(done.get("seconds", 0.0)),
        }
    )
    names = ", ".join(f"{name} = ?" for name in columns)
    connection.execute(f"UPDATE runs SET {names} WHERE run_id = ?", (*columns.values(), run_id))


def _describe(progress: Mapping[str, Any] | None, total_epochs: int | None) -> str:
    """How a run ended whose process was gone, and from where it goes on."""
    if progress is None:
        return said(
            "Its process ended before the run did, and before anything was saved; it can be resumed from its beginning."
        )
    if total_epochs is None or not {"step", "epoch"} <= progress.keys():
        return said("Its process ended before the run did; it can be resumed.")
    return said(
        "Its process ended before the run did; it can be resumed after step {step:,}, with {done:,} of {epochs:,} "
        "epochs done.",
        step=progress["step"],
        done=progress["epoch"],
        epochs=total_epochs,
    )


def _epochs_in(training_config: object) -> int | None:
    """The total of epochs in stored settings, as far as it can be read."""
    try:
        return int(parsed_json(str(training_config))["epochs"])
    except (ValueError, LookupError, TypeError):
        return None
