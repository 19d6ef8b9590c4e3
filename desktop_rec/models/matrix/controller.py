"""Asks a run for windows of the filled matrix, in the background; a newer question makes the older one pointless."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.notices import Failure
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.queries import Queries, QueryWorker
from engine.events import Job

if TYPE_CHECKING:
    from engine.library.store import Library
    from engine.operations import FilledMatrix, MatrixWindow


class MatrixController(QObject):
    """window_found(MatrixWindow) or failed(Failure) answer `ask`."""

    window_found = Signal(object)
    failed = Signal(object)

    def __init__(self, library: OpenLibrary, queries: Queries, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._matrix: FilledMatrix | None = None
        self._worker = queries.add(QueryWorker("matrix", ("matrix",), uses_torch=True))
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(self._on_failed)

    def ask(self, run_id: str, *, first_person: int, first_title: int) -> None:
        """Ask a run for a window; its model is opened once and kept until another run is asked."""
        library = self._library.files
        if library is None:
            return
        kept = self._matrix if self._matrix is not None and self._matrix.run_id == run_id else None
        make = partial(_window, library, run_id, kept, first_person=first_person, first_title=first_title)
        self._worker.request("matrix", make)

    def forget(self) -> None:
        """Let go of the model that was kept, and of what was asked of it."""
        self._worker.forget("matrix")
        self._matrix = None

    def _on_answer(self, kind: str, answer: Any) -> None:
        self._matrix, window = answer
        self.window_found.emit(window)

    def _on_failed(self, kind: str, failure: Failure) -> None:
        self.failed.emit(failure)


def _window(
    library: Library, run_id: str, kept: FilledMatrix | None, *, first_person: int, first_title: int
) -> Job[tuple[FilledMatrix, MatrixWindow]]:
    from engine import operations

    matrix = kept if kept is not None else (yield from operations.open_matrix(library, run_id))
    window = yield from matrix.window(first_person=first_person, first_title=first_title)
    return matrix, window
