"""Earlier runs behind the curves: which there are, which are chosen, and their stored curves, read off this thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.queries import QueryWorker
from desktop_rec.training.live.run import EarlierEntry, EarlierRun
from engine.events import Job

if TYPE_CHECKING:
    from engine.library.run_record import RunRecord
    from engine.library.runs import RunStore

MOST = 5
_MOST_OFFERED = 40
_FIRST_COLOUR = 2


class EarlierRuns(QObject):
    """`shown` are the runs to draw; `changed` says that they are others.

    Until a person chooses, the newest earlier run of the same model is shown.
    """

    changed = Signal()

    def __init__(
        self, library: OpenLibrary, dataset: OpenDataset, worker: QueryWorker, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.shown: tuple[EarlierRun, ...] = ()
        self._library, self._dataset, self._worker = library, dataset, worker
        self._model, self._own = "", ""
        self._chosen: tuple[str, ...] | None = None
        self._asked: tuple[str, ...] = ()
        worker.answered.connect(self._on_read)

    def entries(self) -> list[EarlierEntry]:
        """The runs that may be shown, the newest first, those of the same model before others."""
        runs = sorted(self._runs(), key=lambda run: run.model != self._model)
        return [EarlierEntry(run.run_id, run.title, run.run_id in self._wanted()) for run in runs[:_MOST_OFFERED]]

    def look_beside(self, model: str, run_id: str) -> None:
        """The run that is drawn in front: another model's curves were chosen for themselves."""
        if (model, run_id) != (self._model, self._own):
            if model != self._model:
                self._chosen = None
            self._model, self._own = model, run_id
            self.refresh()

    def choose(self, run_id: str, is_shown: bool) -> None:
        """Show a run behind the curves, or no longer; beyond five the one that was chosen first goes."""
        others = tuple(run for run in self._wanted() if run != run_id)
        self._chosen = (*others, run_id)[-MOST:] if is_shown else others
        self.refresh()

    def refresh(self) -> None:
        """Read the curves of what is wanted now."""
        library, wanted = self._library.files, self._wanted()
        if wanted == self._asked:
            return
        self._asked = wanted
        records = [run for run in self._runs() if run.run_id in wanted]
        if library is None or not records:
            self._worker.forget("earlier runs")
            self._take(())
        else:
            self._worker.request("earlier runs", partial(_read, library.runs, records))

    def _runs(self) -> list[RunRecord]:
        """Runs with curves, other than the one in front, the newest first."""
        return [run for run in self._dataset.runs if run.training_config and run.epochs and run.run_id != self._own]

    def _wanted(self) -> tuple[str, ...]:
        runs = self._runs()
        if self._chosen is None:
            return tuple(run.run_id for run in runs if run.model == self._model)[:1]
        known = {run.run_id for run in runs}
        return tuple(run_id for run_id in self._chosen if run_id in known)

    def _on_read(self, kind: str, found: Sequence[EarlierRun]) -> None:
        self._take(tuple(found))

    def _take(self, found: tuple[EarlierRun, ...]) -> None:
        if found != self.shown:
            self.shown = found
            self.changed.emit()


def _read(runs: RunStore, records: Sequence[RunRecord]) -> Job[tuple[EarlierRun, ...]]:
    """The stored curves of runs; each keeps the colour of its place."""
    found = []
    for place, run in enumerate(records):
        curve = runs.curves(run.run_id)
        if curve:
            found.append(EarlierRun(run.run_id, run.title, run.model, curve, run.seconds, _FIRST_COLOUR + place))
        yield None
    return tuple(found)
