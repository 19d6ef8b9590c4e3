"""When a run is saved, and what happens where it cannot be."""

import pytest
from planted import Kept

from engine.errors import NotStoredError
from engine.events import Advised, CheckpointSaved, EpochEnded
from engine.training.checkpoint import TrainingState
from engine.training.saving import AGAIN_S, EVERY_S, Saving

EPOCH = EpochEnded(1, 10, 1.0, (), (), "training loss", True, 1e-3)


class Disk(Kept):
    """A recorder whose disk may be full, and which takes its time."""

    def __init__(self, clock):
        super().__init__()
        self.clock, self.takes_s, self.is_full = clock, 0.0, False

    def save_checkpoint(self, state):
        self.clock.now += self.takes_s
        self._refuse()
        super().save_checkpoint(state)

    def save_epoch(self, epoch):
        self._refuse()
        super().save_epoch(epoch)

    def _refuse(self):
        if self.is_full:
            raise NotStoredError("The disk is full.", not_stored="The checkpoint", is_full=True, remedy="Free some.")


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def disk():
    return Disk(Clock())


def saved(saving, step=7):
    return saving.save(step, lambda: TrainingState({}, None, {}, {"step": step}))


def test_that_a_state_is_saved_every_ten_seconds_and_after_each_epoch(disk):
    saving = Saving(disk, disk.clock, step=0)
    assert saving.is_due(epoch_ended=True)
    assert not saving.is_due()
    disk.clock.now += EVERY_S + 0.1
    assert saving.is_due()
    assert saved(saving) == [CheckpointSaved(7)]
    assert not saving.is_due()


def test_that_saving_takes_a_fiftieth_of_the_time_at_most(disk):
    saving, disk.takes_s = Saving(disk, disk.clock, step=0), 0.3
    began, spent = disk.clock.now, 0.0
    for _ in range(10_000):  # an epoch every tenth of a second
        disk.clock.now += 0.1
        if saving.is_due(epoch_ended=True) or saving.is_due():
            saved(saving)
            spent += disk.takes_s
    assert 0.015 < spent / (disk.clock.now - began) <= 0.0201


def test_that_a_change_that_must_not_be_lost_is_saved_at_once(disk):
    saving = Saving(disk, disk.clock, step=0)
    saving.hurry()
    assert saving.is_due()
    saved(saving)
    assert not saving.is_due()


def test_that_a_full_disk_is_said_once_and_tried_again(disk):
    saving = Saving(disk, disk.clock, step=5)
    disk.is_full = True
    saving.save_epoch(EPOCH)
    (words,) = saved(saving)
    assert isinstance(words, Advised)
    for part in ("The disk is full.", "What was saved at step 5 is kept", "training goes on", "Free some."):
        assert part in words.words
    assert not saving.is_due(epoch_ended=True)
    disk.clock.now += AGAIN_S
    assert saving.is_due()
    assert saved(saving) == []
    disk.is_full = False
    again, done = saved(saving, 9)
    assert (again.words, done) == ("The run can be saved again; it is, up to step 9.", CheckpointSaved(9))
    assert disk.curves == [EPOCH], "the epoch that could not be saved is"


def test_that_the_end_of_a_run_that_cannot_be_saved_is_an_error(disk):
    saving, disk.is_full = Saving(disk, disk.clock, step=5), True
    with pytest.raises(NotStoredError):
        saving.save_last(9, lambda: TrainingState({}, None, {}, {}))
