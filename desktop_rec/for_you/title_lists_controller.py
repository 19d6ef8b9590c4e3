"""A list of titles from a file or the clipboard, found in the open data set in the background."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.notices import Failure, Notice
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.queries import Queries, QueryWorker
from desktop_rec.session.requests import WindowRequests
from engine.events import Event, Job, Progressed, StageStarted
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.operations.title_lists import FoundTitles


class TitleListsController(QObject):
    """`progress` is what is being done, "" for nothing; changed() says that it is another. found(FoundTitles)."""

    changed = Signal()
    found = Signal(object)

    def __init__(
        self, dataset: OpenDataset, queries: Queries, requests: WindowRequests, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.progress = ""
        self._dataset, self._requests = dataset, requests
        self._worker = queries.add(QueryWorker("title lists", ("titles",)))
        self._worker.answered.connect(self._on_found)
        self._worker.failed.connect(self._on_failed)
        self._worker.event_arrived.connect(self._on_event)
        dataset.changed.connect(self.leave)

    def find(self, source: Path | str) -> None:
        """Find the titles of a file, or of a text; `found` answers, or a notice says why not."""
        dataset = self._dataset.current
        if dataset is not None:
            self._show(said("Reading the list"))
            self._worker.request("titles", partial(_match, dataset, source))

    def leave(self) -> None:
        """Forget the list that is on its way."""
        self._worker.abandon()
        self._show("")

    def _show(self, progress: str) -> None:
        if progress != self.progress:
            self.progress = progress
            self.changed.emit()

    def _on_event(self, event: Event) -> None:
        if self.progress and isinstance(event, StageStarted | Progressed):
            self._show(event.words)

    def _on_found(self, kind: str, found: FoundTitles) -> None:
        self._show("")
        self.found.emit(found)

    def _on_failed(self, kind: str, failure: Failure) -> None:
        self._show("")
        self._requests.notify(Notice.of(failure))


def _match(dataset: Dataset, source: Path | str) -> Job[FoundTitles]:
    from engine import operations

    return (yield from operations.match_titles(dataset, source))
