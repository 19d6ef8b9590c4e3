"""Training on all GPUs of this machine: starts torchrun, and replays what its first process reports.

`train_together` is `trainer.train` for a caller who keeps the library: processes of their own get the split and the
model in a folder of their own, the first of them writes its events as lines of JSON, and checkpoints into that folder.
It goes on after an event once it was told to, so that pausing here pauses there; where this process is gone, it ends.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any

import torch
from safetensors.torch import save_file

import engine
from engine import errors
from engine.data.split import Split
from engine.device import ALL_GPUS, choose_device, processes_for, training_threads
from engine.documents import parsed_json
from engine.errors import EngineError, RankLostError, TrainingError
from engine.events import EpochEnded, Job, StageStarted, Stop, event_in, line_of
from engine.models.base import StepModel
from engine.text import format_count
from engine.training import trainer
from engine.training.checkpoint import RunRecorder, TrainingState, copy_of, load_state, save_state
from engine.training.config import TrainingConfig
from engine.training.distributed import Ranks
from engine.training.handover import DOCUMENT, START, TENSORS, lesson_of, split_of
from engine.training.launched import GO_ON, STOP
from engine.training.progress import TrainedRun
from engine.wording import decoded, said

_LOG = logging.getLogger(__name__)
_LOOK_S, _LEAVE_S = 0.05, 10.0
_WORDS = "words.txt"
_PASSED_ON = (
    RankLostError,
    errors.ShortOfMemoryError,
    errors.DeviceLostError,
    errors.DeviceError,
    errors.SettingError,
    errors.LibraryError,
)
"""Errors of the processes that are raised here as they were; others are of training."""


@dataclass(frozen=True)
class Workplace:
    """Where a model learns: here, alone or as the first of several `ranks`, or in `processes` started for it."""

    device: torch.device
    ranks: Ranks | None = None
    processes: int = 1

    @staticmethod
    def of(asked: str, ranks: Ranks | None = None) -> Workplace:
        """For an asked device, or "all". Raises DeviceError, TrainingError."""
        if ranks is None:
            return Workplace(choose_device(asked), processes=processes_for(asked))
        if asked == ALL_GPUS:
            raise TrainingError(
                said("torchrun has started the processes already."), remedy=said("Leave out --device all.")
            )
        return Workplace(ranks.own_device(choose_device(asked).type), ranks)

    @property
    def name(self) -> str:
        """How it is asked for again."""
        return ALL_GPUS if self.processes > 1 else str(self.device)

    def train(self, split: Split, model: StepModel, **choices: Any) -> Job[TrainedRun]:
        """As `trainer.train`."""
        if self.processes > 1:
            return train_together(split, model, processes=self.processes, **choices)
        return trainer.train(split, model, device=self.device, ranks=self.ranks, **choices)


def train_together(
    split: Split,
    model: StepModel,
    *,
    config: TrainingConfig,
    recorder: RunRecorder,
    processes: int,
    kind: str = "cuda",
    resume_from: TrainingState | None = None,
    run_id: str = "",
) -> Job[TrainedRun]:
    """As `trainer.train`, in processes of their own that learn together, each on a GPU (or `kind` "cpu").

    Raises RankLostError where one of them ends unexpectedly; what was saved until then is kept.
    """
    yield StageStarted(
        "starting", said("Starting {processes} processes that learn together", processes=format_count(processes))
    )
    with tempfile.TemporaryDirectory(prefix="desktop-rec-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        model.prepare(split.train, seed=config.seed)
        more = {"kind": kind, "run_id": run_id, "threads": training_threads()}
        _hand_over(folder, split, model, config, resume_from, more)
        company = _Company(folder, processes)
        try:
            return (yield from _replayed(company, model, recorder))
        finally:
            company.leave()
            _LOG.debug("The processes said: %s", (folder / _WORDS).read_text(errors="replace"))


def _replayed(company: _Company, model: StepModel, recorder: RunRecorder) -> Job[TrainedRun]:
    """Yield what the processes report, keep what they save, and answer them."""
    curve: list[EpochEnded] = []
    last: TrainingState | None = None
    answer, asked_to_stop = GO_ON, False
    told: list[bytes] = []
    for line in company.lines():
        message = None if line is None else decoded(parsed_json(line))
        event = None
        match message:
            case {"checkpoint": place}:
                last = load_state(Path(place))
                recorder.save_checkpoint(last)
                company.answer(GO_ON)
                continue
            case {"failed": kind, "what": what, "remedy": remedy, "facts": facts}:
                raise _error_of(kind, what, remedy, facts)
            case {"result": values}:
                assert last is not None, "what ends has saved its last state"
                model.load_state_dict(last.best_weights or last.weights)
                return TrainedRun(model=model, curve=tuple(curve), **values)
            case {"event": _}:
                event = event_in(line or b"")
        if isinstance(event, EpochEnded):
            recorder.save_epoch(event)
            curve.append(event)
        try:
            order = yield event
            told += [] if order is None else [f"{line_of(order)}\n".encode()]
        except Stop:
            answer = GO_ON if asked_to_stop else STOP
            asked_to_stop = True
        if event is not None:
            company.answer(told.pop(0) if told and answer == GO_ON else answer)
            answer = GO_ON
    raise RankLostError(
        said("The processes that learned together ended unexpectedly. What was saved until then is kept."),
        remedy=said("Resume the run to go on from there."),
    )


class _Company:
    """The processes, seen from outside: what the first says, line by line, and what it is answered."""

    def __init__(self, folder: Path, processes: int) -> None:
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        packages = str(Path(engine.__file__).resolve().parents[1])
        paths = os.pathsep.join(path for path in (packages, os.environ.get("PYTHONPATH")) if path)
        launched = "engine.training.launched"
        starting = ["-m", "torch.distributed.run", "--standalone", "--local-addr", "127.0.0.1"]
        self._process = subprocess.Popen(
            [sys.executable, *starting, "--nproc-per-node", str(processes), "-m", launched, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder / _WORDS).open("wb"),
            env={**os.environ, "PYTHONPATH": paths},
            start_new_session=True,
        )
        assert self._process.stdin is not None, "it is a pipe"
        self._in = self._process.stdin
        self._reader = threading.Thread(target=_read, args=(self._process.stdout, self._lines), daemon=True)
        self._reader.start()

    def lines(self) -> Iterator[bytes | None]:
        """Each line said; None where nothing was for a moment. Ends where nobody can say anything any more."""
        while True:
            try:
                line = self._lines.get(timeout=_LOOK_S)
            except Empty:
                yield None
                continue
            if line is None:
                return
            yield line

    def answer(self, words: bytes) -> None:
        with suppress(OSError):  # where it is gone, the end of its lines says so
            self._in.write(words)
            self._in.flush()

    def leave(self) -> None:
        """Let them end: they hear that nobody listens. Those who do not are made to."""
        with suppress(OSError):
            self._in.close()
        for end in (self._process.poll, self._process.terminate, self._process.kill):
            end()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_LEAVE_S)
                break
        self._reader.join(_LEAVE_S)


def _read(out: IO[bytes], lines: SimpleQueue[bytes | None]) -> None:
    """Pass on what the first process says; what others print beside it is no object."""
    with out:
        for line in out:
            if line.startswith(b"{"):
                lines.put(line)
    lines.put(None)


def _hand_over(
    folder: Path,
    split: Split,
    model: StepModel,
    config: TrainingConfig,
    state: TrainingState | None,
    more: dict[str, Any],
) -> None:
    (lesson, _), (rest, tensors) = lesson_of(split.train, model, config), split_of(split)
    save_file(tensors, folder / TENSORS)
    document = {**lesson, **rest, **more, "resumes": state is not None}
    (folder / DOCUMENT).write_text(json.dumps(document), encoding="utf-8")
    (folder / START).mkdir()
    save_state(folder / START, state or TrainingState(copy_of(model.state_dict()), None, {}, {}))


def _error_of(kind: str, what: str, remedy: str, facts: dict[str, Any]) -> EngineError:
    found = next((known for known in _PASSED_ON if known.__name__ == kind), TrainingError)
    return found(what, remedy=remedy, **facts)
