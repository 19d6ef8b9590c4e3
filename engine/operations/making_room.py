"""Finished runs keep what predicts and give up what they would only need to go on to the bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.events import Job, Progressed, Stop
from engine.library.store import Library
from engine.wording import said


@dataclass(frozen=True)
class MadeRoom:
    """The runs that gave something up, and how many bytes that makes free. `stopped`: not all were asked."""

    run_ids: tuple[str, ...]
    freed_bytes: int
    stopped: bool = False


def make_room(library: Library, run_ids: Sequence[str]) -> Job[MadeRoom]:
    """Let runs keep only their best weights; `library.runs.take_back` undoes it for each, until the next opening.

    Raises LibraryError for a run that is training or damaged.

    Examples
    --------
    ::

        drive(operations.make_room(library, ["latest"]))
    """
    done: list[str] = []
    freed_bytes = 0
    try:
        for number, run_id in enumerate(run_ids):
            yield Progressed(said("Making room"), number, len(run_ids), "runs")
            record = library.runs.find(run_id)
            free_bytes = library.runs.room_of(record.run_id).free_bytes
            if free_bytes:
                library.runs.make_room(record.run_id)
                done.append(record.run_id)
                freed_bytes += free_bytes
            yield None
    except Stop:
        return MadeRoom(tuple(done), freed_bytes, stopped=True)
    return MadeRoom(tuple(done), freed_bytes)
