"""What a person does with searches: start, resume, show, delete and save them, and open one of their runs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.notices import Failure, Notice
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.jobs import Jobs, LongJob
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.model import ModelInUse
from desktop_rec.session.requests import WindowRequests
from desktop_rec.session.undo import UndoStack
from desktop_rec.session.worker import MakeJob
from desktop_rec.training.search.state import SearchJobState, SearchState, search_title
from engine.events import Advised, Event, Job, SearchMoved, SearchStarted
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.library.searches import SearchRecord
    from engine.operations import SearchResult
    from engine.training.search import Grid, SearchConfig


class SearchController(QObject):
    """`state` is the search that is shown: the running one, else the one chosen or made last.

    `changed` says that it is new or has moved. A search never takes the place of the model in use; opening one of its
    runs does.
    """

    changed = Signal()

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        model: ModelInUse,
        jobs: Jobs,
        undo: UndoStack,
        requests: WindowRequests,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.dataset, self.jobs, self.requests = dataset, jobs, requests
        self.state = SearchState()
        self._library, self._model, self._undo = library, model, undo

    @property
    def records(self) -> tuple[SearchRecord, ...]:
        """The searches over the open data set, the newest first."""
        return self._library.searches(self.dataset.fingerprint) if self.dataset.current is not None else ()

    def start(self, grid: Grid, config: SearchConfig) -> bool:
        """Make a run for each combination of a grid around a plan; rates of None are found by a sweep."""
        library, dataset = self._library.files, self.dataset.current
        if library is None or dataset is None:
            return False

        def make() -> Job[SearchResult]:
            from engine import operations

            return operations.search(library, dataset, grid, config=config)

        return self._start(make)

    def resume(self) -> bool:
        """Go on with the search that is shown."""
        library, dataset, record = self._library.files, self.dataset.current, self.state.record
        if library is None or dataset is None or record is None:
            return False

        def make() -> Job[SearchResult]:
            from engine import operations

            return operations.resume_search(library, dataset, record.search_id)

        return self._start(make)

    def show(self, search_id: str) -> None:
        """Show a stored search, unless one is running."""
        if not self.state.running:
            self.state = SearchState()
            self._read(search_id)
            self.changed.emit()

    def delete(self) -> None:
        """Take the search that is shown off the list; its runs stay."""
        library, record = self._library.files, self.state.record
        if library is None or record is None or self.state.running:
            return
        text = said("Removed {search} (its runs stay)", search=search_title(record))
        self._undo.do(
            self._library.deletion(
                library.searches,
                record.search_id,
                text,
                deleted=self._show_newest,
                restored=partial(self.show, record.search_id),
            )
        )

    def open_run(self, run_id: str) -> None:
        """Make a run of a search the model in use, as after training."""
        run = self.dataset.run(run_id)
        if not self._model.use_run(run_id) or run is None:
            return
        see = partial(self.requests.show_place, "for_you")
        sentence = said("{title} is the model in use now.", title=run.title)
        self.requests.notify(Notice(sentence, kind="info", action_words="See recommendations", action=see))

    def save(self, path: Path) -> bool:
        """Write the table of the search that is shown as CSV."""
        from engine.operations.searching import write_summary

        record = self.state.record
        if record is None:
            return False
        write = partial(write_summary, path, self.state.rows, model=record.model, monitor=record.monitor)
        if not self.requests.attempt(write):
            return False
        self.requests.inform(said("Saved the table of {search} as {path}.", search=search_title(record), path=path))
        return True

    def on_dataset_changed(self, former: Dataset | None, dataset: Dataset | None) -> None:
        """Searches of another data set are shown, unless one is running."""
        if not self.state.running:
            self._show_newest()

    def _start(self, make: MakeJob) -> bool:
        job = LongJob(
            SearchJobState("search", said("Search")),
            make,
            finished=self._on_finished,
            failed=self._on_failed,
            arrived=self._on_event,
            drained=self.changed.emit,
        )
        if not self.jobs.start(job):
            return False
        self.state = SearchState(record=self.state.record, rows=self.state.rows, running=True)
        self.changed.emit()
        return True

    def _on_event(self, event: Event) -> None:
        self.state.fold(event)
        if isinstance(event, SearchStarted):
            self._library.forget_lists()
            self._read(event.search_id)
        elif isinstance(event, SearchMoved) and self.state.record is not None:
            self._library.forget_lists()
            self._read(self.state.record.search_id)
        elif isinstance(event, Advised):
            self.state.advice.append(event.words)

    def _on_finished(self, result: SearchResult | None) -> None:
        self.state.running, self.state.live = False, None
        self._library.note_change()
        if result is None:
            self.requests.inform(said("Stopped before anything was learned; nothing was kept."))
            self._show_newest()
            return
        self.state.stopped = result.stopped
        self.state.record, self.state.rows = result.record, result.rows
        self.changed.emit()

    def _on_failed(self, failure: Failure) -> None:
        state = self.state
        state.running, state.live, state.failure = False, None, failure
        if state.record is not None:
            self._read(state.record.search_id)
        self._library.note_change()
        self.requests.report(failure)
        self.changed.emit()

    def _read(self, search_id: str) -> None:
        library = self._library.files
        if library is None:
            return

        def read() -> None:
            self.state.record = library.searches.find(search_id)
            self.state.rows = library.searches.rows(search_id)

        self.requests.attempt(read)

    def _show_newest(self) -> None:
        self.state = SearchState()
        newest = next(iter(self.records), None)
        if newest is not None:
            self._read(newest.search_id)
        self.changed.emit()
