"""One of the processes that `engine.training.launching` starts: `torchrun -m engine.training.launched FOLDER`.

The first trains what lies in the folder, reports, and goes on after each word once it is answered. Whoever started it
decides when it ends; where nobody listens any more, it does.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from safetensors.torch import load_file

from engine.device import ask_threads
from engine.documents import document_of
from engine.errors import EngineError, program_error
from engine.events import EpochEnded, Job, Stop, line_of, order_in
from engine.training.checkpoint import TrainingState, load_state, save_state
from engine.training.distributed import Ranks, joined, place_in
from engine.training.following import follow
from engine.training.handover import DOCUMENT, START, TENSORS, lesson_from, split_from
from engine.training.progress import TrainedRun
from engine.training.trainer import train
from engine.wording import coded

GO_ON, STOP = b"go on\n", b"stop\n"
"""What it is answered; anything else is an order, as `line_of` writes it."""


class _FolderRecorder:
    """Saves checkpoints side by side in a folder, and says where; older ones are removed once a newer one was taken."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0

    def save_checkpoint(self, state: TrainingState) -> None:
        self._count += 1
        place = self._folder / f"checkpoint-{self._count}"
        place.mkdir()
        save_state(place, state)
        _say({"checkpoint": str(place)})
        if _heard() is None:
            return
        for file in place.iterdir():
            file.unlink()
        place.rmdir()

    def save_epoch(self, epoch: EpochEnded) -> None:
        """Whoever listens gets it as an event."""


def _say(values: dict[str, Any]) -> None:
    print(json.dumps(coded(values)), flush=True)


def _heard() -> bytes | None:
    """What is answered; None where nobody listens any more."""
    return sys.stdin.buffer.readline() or None


def _lead(folder: Path, ranks: Ranks) -> None:
    """Train what was handed over, and report."""
    document = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
    ask_threads(document["threads"])
    tensors, start = load_file(folder / TENSORS), load_state(folder / START)
    split, (_, model, config) = split_from(document, tensors), lesson_from(document, tensors)
    model.prepare(split.train, seed=config.seed)
    model.load_state_dict(start.weights)
    job = train(
        split,
        model,
        config=config,
        recorder=_FolderRecorder(folder),
        device=ranks.own_device(document["kind"]),
        resume_from=start if document["resumes"] else None,
        run_id=document["run_id"],
        ranks=ranks,
    )
    trained = _reported(job)
    if trained is not None:
        _say({"result": document_of(trained, without=("model", "curve"))})


def _reported(job: Job[TrainedRun]) -> TrainedRun | None:
    """Drive a job as the answers ask for; None where nobody listens any more."""
    try:
        event = next(job)
        while True:
            if event is None:
                event = next(job)
                continue
            print(line_of(event), flush=True)
            answer = _heard()
            if answer is None:
                return None
            if answer == STOP:
                event = job.throw(Stop())
            else:
                event = next(job) if answer == GO_ON else job.send(order_in(answer))
    except StopIteration as end:
        trained: TrainedRun = end.value
        return trained
    finally:
        job.close()


def main(folder: Path) -> int:
    """What each of the processes does."""
    place = place_in(os.environ)
    assert place is not None, "torchrun starts several"
    if place.rank:
        return follow(place)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    ranks: Ranks | None = None
    try:
        ranks = joined(place)
        _lead(folder, ranks)
    except EngineError as error:
        facts = {name: value for name, value in error.facts.items() if isinstance(value, int | float | str)}
        _say({"failed": type(error).__name__, "what": error.what, "remedy": error.remedy, "facts": facts})
    except Exception as error:
        _say({"failed": "TrainingError", "what": program_error(error), "remedy": "", "facts": {}})
    finally:
        if ranks is not None:
            ranks.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
