"""What a person does to find a learning rate: sweep rates with the plan of Train, and compare sweeps."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure, failure_of
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.jobs import Jobs, LongJob
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.queries import QueryWorker
from desktop_rec.session.requests import WindowRequests
from desktop_rec.session.undo import Change, UndoStack
from desktop_rec.training.controller import TrainingController
from desktop_rec.training.curves import SweepState
from desktop_rec.training.learning_rate.board import SweepBoard
from desktop_rec.training.learning_rate.found_for import PlanMatch, compare
from engine.errors import LibraryError
from engine.events import Event, Job
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.library.run_record import RunRecord
    from engine.library.store import Library
    from engine.training.plan import TrainingPlan
    from engine.training.rate_sweep import RateSweep

SWEEPS = "sweeps"


class LearningRateController(QObject):
    """`board` holds the sweeps of the open data set; `state` is the sweep that runs or ended last, empty at first.

    `changed`: the running sweep has moved, or another one is looked at. `board_changed`: other sweeps are stored, drawn
    or removed. `start_changed`: where the next sweep starts is another.
    """

    changed = Signal()
    board_changed = Signal()
    start_changed = Signal()

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        training: TrainingController,
        jobs: Jobs,
        undo: UndoStack,
        reading: QueryWorker,
        requests: WindowRequests,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.dataset, self.jobs = dataset, jobs
        self.state = SweepState()
        self.board = SweepBoard()
        self.from_run = ""
        """The id of the run whose model is swept next; "" is a fresh one."""
        self._library, self._training, self._undo = library, training, undo
        self._reading, self._requests = reading, requests
        self._fingerprint = ""
        self._seen_in_training = 0
        self._rereading = QTimer(self)
        self._rereading.setInterval(0)
        self._rereading.timeout.connect(self._read_next)
        reading.answered.connect(self._on_read)
        reading.failed.connect(self._on_not_read)
        for signal in (training.changed, training.moved):
            signal.connect(self._on_training)

    @property
    def runs(self) -> tuple[RunRecord, ...]:
        """The runs of the open data set that a sweep can start from, the newest first."""
        return tuple(run for run in self.dataset.runs if run.training_config is not None and run.epochs > 0)

    @property
    def running(self) -> SweepState | None:
        """The sweep that is being made now, here or at the start of a training run."""
        if self.state.running:
            return self.state if self._fingerprint == self.dataset.fingerprint else None
        training = self._training.state
        is_sweeping = training.running and training.started is None and training.sweep.steps_done > 0
        return training.sweep if is_sweeping and training.taken is None else None

    @property
    def shown(self) -> RateSweep | None:
        """The sweep that is looked at: one that could not be stored, while it is the newest, else that of the board."""
        own = self.state.sweep
        if own is None or own.sweep_id:
            return self.board.shown
        smooth = self.board.smooth
        return own if smooth is None or smooth == own.smooth else own.smoothed_by(smooth)

    def start_from(self, run_id: str) -> None:
        """Sweep the model of a run next; "" is a fresh one."""
        if run_id != self.from_run:
            self.from_run = run_id
            self.start_changed.emit()

    def match(self, sweep: RateSweep, plan: TrainingPlan) -> PlanMatch:
        """How the plan that a sweep was made for stands to a plan."""
        return compare(sweep.plan, plan, batch=sweep.batch, is_settled=sweep.from_run is not None)

    def taken_words(self, sweep: RateSweep) -> str:
        """Which rate the last run took from a sweep and why; "" where it took none from it."""
        taken = self._training.state.taken
        return taken.words if taken is not None and taken.sweep_id == sweep.sweep_id else ""

    def find(self, plan: TrainingPlan) -> bool:
        """Sweep learning rates; the sweep comes to the front of the board at the end."""
        library, dataset = self._library.files, self.dataset.current
        if library is None or dataset is None:
            return False
        from_run = self.from_run or None

        def make() -> Job[RateSweep]:
            from engine import operations

            return operations.find_rate(library, dataset, plan, from_run=from_run)

        job = LongJob(
            JobState("sweep", said("Finding a learning rate")),
            make,
            finished=self._on_swept,
            failed=self._on_failed,
            arrived=self._on_event,
            drained=self.changed.emit,
        )
        if not self.jobs.start(job):
            return False
        self._fingerprint = dataset.fingerprint
        self.state = SweepState(model=plan.model, running=True)
        self.changed.emit()
        return True

    def look_at(self, sweep_id: str) -> None:
        """Bring a sweep to the front."""
        self.board.bring_to_front(sweep_id)
        self.state = SweepState()
        self._emit_board()

    def draw_behind(self, sweep_id: str, *, is_drawn: bool) -> None:
        """Draw a sweep behind the one that is looked at, or no more."""
        if is_drawn:
            self.board.tick(sweep_id)
        else:
            self.board.untick(sweep_id)
        self._emit_board()

    def smooth(self, smooth: float) -> None:
        """Smooth all sweeps by another amount, and read them anew: the one in front at once, the others in turns."""
        self.board.smooth = smooth
        self.changed.emit()
        self._rereading.start()

    def remove(self, sweep_id: str) -> None:
        """Remove a stored sweep; it can be undone."""
        library, sweep = self._library.files, self.board.find(sweep_id)
        if library is None or sweep is None:
            return
        was_front, place = self.board.front == sweep_id, self.board.sweeps.index(sweep)

        def delete() -> None:
            library.sweeps.delete(sweep_id)
            self.board.load([known for known in self.board.sweeps if known.sweep_id != sweep_id])
            if was_front and self.board.sweeps:
                self.board.bring_to_front(self.board.sweeps[0].sweep_id)
            self._emit_board()

        def restore() -> None:
            library.sweeps.restore(sweep_id)
            sweeps = [*self.board.sweeps]
            sweeps.insert(min(place, len(sweeps)), sweep)
            self.board.load(sweeps)
            self.board.bring_to_front(sweep_id) if was_front else self.board.tick(sweep_id)
            self._emit_board()

        undone = said("the sweep {name} is back", name=sweep.name)
        self._undo.do(
            Change(said("Removed the sweep {name}", name=sweep.name), delete, restore, undone=undone, announced=True)
        )

    def on_dataset_changed(self, former: Dataset | None, dataset: Dataset | None) -> None:
        """A sweep belongs to the data it was made on; those of other data are read in the background."""
        is_same = former is not None and dataset is not None and former.fingerprint == dataset.fingerprint
        if not is_same:
            self.board.clear()
            self.start_from("")
            self._reading.forget(SWEEPS)
            if dataset is not None and self._library.files is not None:
                self._reading.request(SWEEPS, partial(_stored, self._library.files, dataset.fingerprint))
        if self.jobs.state is None or self.jobs.is_running("import"):
            self.state = SweepState()
        self._emit_board()

    def _read_next(self) -> None:
        if not self.board.read_next():
            self._rereading.stop()
            self.changed.emit()

    def _emit_board(self) -> None:
        self.board_changed.emit()
        self.changed.emit()

    def _on_read(self, kind: str, sweeps: tuple[RateSweep, ...]) -> None:
        """The stored sweeps; what was swept meanwhile is among them."""
        known = {sweep.sweep_id for sweep in sweeps}
        self.board.load([*(sweep for sweep in self.board.sweeps if sweep.sweep_id not in known), *sweeps])
        if not self.board.front and self.board.sweeps:
            self.board.bring_to_front(self.board.sweeps[0].sweep_id)
        self._emit_board()

    def _on_not_read(self, kind: str, failure: Failure) -> None:
        self._requests.report(failure)

    def _on_event(self, event: Event) -> None:
        self.state.fold(event)

    def _on_swept(self, sweep: RateSweep | None) -> None:
        """A sweep of data that are not open any more is stored with them, and not shown here."""
        self.state.running = False
        if self._fingerprint != self.dataset.fingerprint:
            self.state = SweepState()
        elif sweep is not None:
            self.state.sweep = sweep
            if sweep.sweep_id:
                self.board.add(sweep)
        self._emit_board()

    def _on_failed(self, failure: Failure) -> None:
        self.state.running = False
        self.state.failure = failure
        self._requests.report(failure)
        self.changed.emit()

    def _on_training(self) -> None:
        """A run whose rate is left to be found sweeps first: its sweep is shown, and then kept, like any other."""
        training = self._training.state
        taken = training.taken
        if taken is not None and taken.sweep_id and self.board.find(taken.sweep_id) is None:
            self._take_from_training(taken.sweep_id)
        elif training.sweep.steps_done != self._seen_in_training:
            self._seen_in_training = training.sweep.steps_done
            self.changed.emit()

    def _take_from_training(self, sweep_id: str) -> None:
        library = self._library.files
        if library is None:
            return
        try:
            sweep = library.sweeps.find(sweep_id)
        except LibraryError as error:
            self._requests.report(failure_of(error))
            return
        if sweep.fingerprint == self.dataset.fingerprint:
            self.state = SweepState()
            self.board.add(sweep)
            self._emit_board()


def _stored(library: Library, fingerprint: str) -> Job[tuple[RateSweep, ...]]:
    """The sweeps of a data set, the newest first."""
    yield None
    return library.sweeps.records(fingerprint)
