"""The session's desk for searches: many runs over a grid on the long lane, and the searches kept from before.

Stands on the learning desk. A search never takes the place of the model in use; opening one of its runs does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.notices import Failure, Notice
from desktop_rec.session import work
from desktop_rec.session.core import LongJob
from desktop_rec.session.job_runner import MakeJob
from desktop_rec.session.learning import LearningDesk
from desktop_rec.training.search.state import SearchJobState, SearchState
from engine.events import Advised, Event, SearchMoved, SearchStarted

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.split import SplitConfig
    from engine.library.datasets import DatasetRecord
    from engine.library.searches import SearchRecord
    from engine.operations import SearchResult
    from engine.settings import Config
    from engine.training.config import TrainingConfig
    from engine.training.search import SearchConfig


class SearchDesk(LearningDesk):
    """`search_state` is the search that is shown: the running one, else the one chosen or made last.

    search_changed says that it is new or has moved.
    """

    search_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.search_state = SearchState()

    def searches(self) -> tuple[SearchRecord, ...]:
        """The kept searches over the open data set, the newest first."""
        if self.library is None or self.dataset is None:
            return ()
        return self.library.searches.records(self.dataset.fingerprint)

    def search(
        self,
        model: str,
        grid: Mapping[str, Sequence[Any]],
        *,
        model_config: Config,
        training: TrainingConfig | None,
        split: SplitConfig,
        config: SearchConfig,
        suggestion: str | None = None,
    ) -> bool:
        """Make a run for each combination of a grid; rates of None are found by that suggestion of the sweep."""
        if self.library is None or self.dataset is None:
            return False
        choices = {"model": model, "grid": grid, "model_config": model_config, "training": training}
        choices["suggestion"] = suggestion
        return self._search(partial(work.search, self.library, self.dataset, split=split, config=config, **choices))

    def resume_search(self) -> bool:
        """Go on with the search that is shown."""
        record = self.search_state.record
        if self.library is None or self.dataset is None or record is None:
            return False
        return self._search(partial(work.search, self.library, self.dataset, search_id=record.search_id))

    def show_search(self, search_id: str) -> None:
        """Show a kept search, unless one is running."""
        if not self.search_state.running:
            self.search_state = SearchState()
            self._read_search(search_id)
            self.search_changed.emit()

    def delete_search(self) -> None:
        """Take the search that is shown off the list; its runs stay. undo() brings it back."""
        record = self.search_state.record
        if self.library is None or record is None or self.search_state.running:
            return
        if self._tried(partial(self.library.searches.delete, record.search_id)):
            self._show_newest()
            self._can_undo(f"Removed {record.name} (its runs stay)", partial(self._restore_search, record.search_id))

    def open_run_of_search(self, run_id: str) -> None:
        """Make a run of a search the model in use, as after training."""
        if not any(run.run_id == run_id and run.has_model for run in self.runs()):
            sentence = "The model of this run is not kept any more, or it is of other data."
            self.notice.emit(Notice(sentence, "Train with its settings once more.", kind="warning"))
            return
        self.use_run(run_id)
        name = next(run.name for run in self.runs() if run.run_id == run_id)
        see = partial(self.place_requested.emit, "for_you")
        self.notice.emit(
            Notice(f"{name} is the model in use now.", kind="info", action_words="See recommendations", action=see)
        )

    def save_search(self, path: Path) -> bool:
        """Write the table of the search that is shown as CSV."""
        from engine.operations.search_runs import write_summary

        state = self.search_state
        if state.record is None:
            return False
        write = partial(write_summary, path, state.rows, model=state.record.model, monitor=state.record.monitor)
        if not self._tried(write):
            return False
        self.notice.emit(Notice(f"Saved the table of {state.record.name} as {path}.", kind="info"))
        return True

    def _search(self, make: MakeJob) -> bool:
        job = LongJob(
            SearchJobState("search", "Search"),
            make,
            finished=self._on_searched,
            failed=self._on_search_failed,
            arrived=self._on_search_event,
            drained=self.search_changed.emit,
        )
        if not self._start_long(job):
            return False
        self.search_state = SearchState(record=self.search_state.record, rows=self.search_state.rows, running=True)
        self.search_changed.emit()
        return True

    def _on_search_event(self, event: Event) -> None:
        self.search_state.fold(event)
        if isinstance(event, SearchStarted):
            self._read_search(event.search_id)
        elif isinstance(event, SearchMoved) and self.search_state.record is not None:
            self._read_search(self.search_state.record.search_id)
        elif isinstance(event, Advised):
            self.search_state.advice.append(event.words)

    def _on_searched(self, result: SearchResult | None) -> None:
        self.search_state.running, self.search_state.live = False, None
        self.library_changed.emit()
        if result is None:
            self.notice.emit(Notice("Stopped before anything was learned; nothing was kept.", kind="info"))
            self._show_newest()
            return
        self.search_state.stopped = result.stopped
        self.search_state.record, self.search_state.rows = result.record, result.rows
        self.search_changed.emit()

    def _on_search_failed(self, failure: Failure) -> None:
        state = self.search_state
        state.running, state.live, state.failure = False, None, failure
        if state.record is not None:
            self._read_search(state.record.search_id)
        self.library_changed.emit()
        self.notice.emit(Notice.of(failure))
        self.search_changed.emit()

    def _read_search(self, search_id: str) -> None:
        if self.library is not None:
            self._tried(partial(self._take_rows, search_id))

    def _take_rows(self, search_id: str) -> None:
        assert self.library is not None, "asked only where the library is open"
        self.search_state.record = self.library.searches.find(search_id)
        self.search_state.rows = self.library.searches.rows(search_id)

    def _show_newest(self) -> None:
        self.search_state = SearchState()
        newest = next(iter(self.searches()), None)
        if newest is not None:
            self._read_search(newest.search_id)
        self.search_changed.emit()

    def _restore_search(self, search_id: str) -> None:
        if self.library is not None:
            self.library.searches.restore(search_id)
            self.show_search(search_id)

    def _take(self, dataset: Dataset | None, record: DatasetRecord | None) -> None:
        super()._take(dataset, record)
        if not self.search_state.running:
            self._show_newest()
