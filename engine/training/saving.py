"""What of a run is saved when: each epoch, and the state from which it goes on.

The state is saved at the end of each epoch, and within an epoch every ten seconds, so that a crash costs an epoch or
half a minute at most. Saving takes a fiftieth of the time at most: where one save is slow, both wait for longer.

A disk that is full does not end a run. It goes on from memory; the last state that could be saved counts, and saving is
tried again.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.errors import NotStoredError
from engine.events import Advised, CheckpointSaved, EpochEnded, Event
from engine.training.checkpoint import RunRecorder, TrainingState
from engine.wording import joined, said

EVERY_S, COST, AGAIN_S = 10.0, 60.0, 30.0
"""How often a state is saved within an epoch, how many times as long as a save nothing is saved after it (epochs that
are recorded take the rest of the fiftieth), and when it is tried again after it failed."""


class Saving:
    """Saves a run through its recorder, and knows when it is time."""

    def __init__(self, recorder: RunRecorder, clock: Callable[[], float], *, step: int) -> None:
        self._recorder, self._clock = recorder, clock
        self._saved_at, self._saved_step = clock(), step
        self._took_s = 0.0
        self._has_failed = False
        self._waiting: list[EpochEnded] = []
        self._is_urgent = False

    def hurry(self) -> None:
        """Something happened that must not be lost: save after the next step."""
        self._is_urgent = True

    def is_due(self, *, epoch_ended: bool = False) -> bool:
        passed_s, least_s = self._clock() - self._saved_at, COST * self._took_s
        if self._has_failed:
            return passed_s >= AGAIN_S
        if epoch_ended:
            return passed_s >= least_s
        return self._is_urgent or passed_s > max(EVERY_S, least_s)

    def save_epoch(self, epoch: EpochEnded) -> None:
        """Save a point of the curves; where the disk is full it waits for the next state that can be saved."""
        self._waiting.append(epoch)
        if not self._has_failed:
            self._save_waiting()

    def save(self, step: int, state: Callable[[], TrainingState]) -> list[Event]:
        """Save a state; what came of it. Raises LibraryError where the run is gone."""
        began_at = self._clock()
        try:
            self._save_waiting(strictly=True)
            self._recorder.save_checkpoint(state())
        except NotStoredError as error:
            return self._failed(step, error)
        finally:
            self._saved_at = self._clock()
            self._took_s, self._is_urgent = self._saved_at - began_at, False
        again = (
            [Advised(said("The run can be saved again; it is, up to step {step:,}.", step=step))]
            if self._has_failed
            else []
        )
        self._saved_step, self._has_failed = step, False
        return [*again, CheckpointSaved(step)]

    def save_last(self, step: int, state: Callable[[], TrainingState]) -> list[Event]:
        """Save the state in which a run ends. Raises NotStoredError where that cannot be, LibraryError."""
        self._save_waiting(strictly=True)
        self._recorder.save_checkpoint(state())
        return [CheckpointSaved(step)]

    def _failed(self, step: int, error: NotStoredError) -> list[Event]:
        if self._has_failed:
            return []
        self._has_failed = True
        kept = (
            said(
                "What was saved at step {step:,} is kept, and training goes on; saving is tried again every "
                "{seconds:g} seconds.",
                step=self._saved_step,
                seconds=AGAIN_S,
            )
            if self._saved_step
            else said(
                "Nothing is saved yet, and training goes on; saving is tried again every {seconds:g} seconds.",
                seconds=AGAIN_S,
            )
        )
        return [Advised(joined(error.what, kept, error.remedy))]

    def _save_waiting(self, *, strictly: bool = False) -> None:
        try:
            while self._waiting:
                self._recorder.save_epoch(self._waiting[0])
                del self._waiting[0]
        except NotStoredError:
            if strictly:
                raise
