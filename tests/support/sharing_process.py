"""One of the processes that train small models together: `torchrun sharing_process.py MODELS FOLDER SETTINGS`.

The first trains one after the other and writes for each the losses of its steps, the values of its epochs, and its
last state, into a folder of the model's name. SETTINGS are JSON: those of training, and "die_at", the step before
which the last process is killed (for an hour nobody is taken for lost only by being late); "resume", to go on from the
state; "stops", after the first epoch, when the last process does not answer any more. Nothing is drawn while learning,
so that processes that draw for themselves can be compared with one alone.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from planted import CPU, Kept, planted_dataset
from small_models import small_model

from engine.data.split import SplitConfig, make_split
from engine.errors import EngineError
from engine.events import EpochEnded, Event, StepsTaken, drive
from engine.models import autoencoder
from engine.training import distributed, gradient_sums, sharded, step
from engine.training.checkpoint import load_state, save_state
from engine.training.config import TrainingConfig
from engine.training.distributed import Ranks, joined, place_in
from engine.training.following import follow
from engine.training.trainer import train

STILL: dict[str, dict[str, Any]] = {
    "mult_vae": {"dropout": 0.0},
    "mult_dae": {"dropout": 0.0},
    "two_head": {"input_dropout_low": 0.0, "input_dropout_high": 0.0, "bottleneck_noise": 0.0},
    "lstm": {"dropout": 0.0},
    "embedding_mlp": {"dropout": 0.0},
    "mf": {},
}


def learn(name: str, folder: Path, settings: dict[str, Any], ranks: Ranks | None) -> None:
    """Train a model, alone or as the first of some processes."""
    split = make_split(planted_dataset(), SplitConfig(kind="strong", seed=1))
    model = small_model(name, split, **STILL[name])
    times = {"people": 1, "windows": 2, "ratings": 10}[model.can.examples]
    config = TrainingConfig(schedule="constant", precision="float32").changed(**settings["training"])
    kept, steps, values = Kept(), {}, []

    def hear(event: Event) -> None:
        if isinstance(event, StepsTaken):
            steps.update({event.first_step + place: float(loss) for place, loss in enumerate(event.losses)})
        if isinstance(event, EpochEnded):
            values.append(event.validation[0][1])

    def should_stop() -> bool:
        if "stops" not in settings or not values:
            return False
        distributed._SUMMING = timedelta(seconds=1)
        return True

    place = folder / name
    job = train(
        split,
        model,
        config=config.changed(batch=(config.batch or 1) * times),
        recorder=kept,
        device=CPU,
        resume_from=load_state(place / "state") if settings.get("resume") else None,
        ranks=ranks,
    )
    try:
        print(drive(job, on_event=hear, should_stop=should_stop).stopped_because, flush=True)
    finally:
        shutil.rmtree(place, ignore_errors=True)
        (place / "state").mkdir(parents=True)
        if kept.states:
            save_state(place / "state", kept.states[-1])
        losses = [loss for _, loss in sorted(steps.items())]
        in_memory = ranks is not None and isinstance(ranks.optimizer, sharded.ShardedOptimizer)
        (place / "learned.json").write_text(
            json.dumps({"losses": losses, "values": values, "first": min(steps, default=0), "in_memory": in_memory})
        )


def die_at(number: int, *, torn: bool = False) -> None:
    """Have this process killed when it is about to take a step, or in it, when it is about to write weights."""
    take, write = step.Course.take, sharded.ShardedOptimizer.step
    begun: list[int] = []

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def taken(course: step.Course, step: int, lr: float) -> Any:
        begun.append(step)
        if step == number and not torn:
            die()
        return take(course, step, lr)

    def written(optimizer: sharded.ShardedOptimizer) -> None:
        if begun[-1] == number and torn:
            die()
        write(optimizer)

    step.Course.take = taken  # type: ignore[method-assign]
    sharded.ShardedOptimizer.step = written  # type: ignore[method-assign]


def answer_nothing_before(last: Path) -> None:
    """Have this process begin with the others, but not answer whether it is there until there is a last file."""
    greet, greeted = Ranks.greet, []

    def answer(ranks: Ranks, **within: Any) -> None:
        while greeted and not last.exists():
            time.sleep(0.05)
        greeted.append(True)
        greet(ranks, **within)

    Ranks.greet = answer  # type: ignore[method-assign]


def main(names: list[str], folder: Path, settings: dict[str, Any]) -> int:
    autoencoder.normal_like = lambda values, noise: torch.zeros_like(values)
    torch.set_num_threads(1)
    gradient_sums.LARGE = settings.get("large", gradient_sums.LARGE)
    if "die_at" in settings:
        distributed._SUMMING = timedelta(hours=1)
    sums = settings.get("sums")
    if sums == "sent":
        sharded.shared_memory = lambda *_, **__: None
    elif sums == "as on GPUs":
        distributed.ON_PROCESSORS = frozenset()
    place = place_in(os.environ)
    if place is not None and place.rank:
        if place.rank == place.size - 1 and "die_at" in settings:
            die_at(settings["die_at"], torn=settings.get("torn", False))
        if place.rank == place.size - 1 and "stops" in settings:
            answer_nothing_before(folder / names[-1] / "learned.json")
        return follow(place)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ranks = joined(place) if place is not None else None
    try:
        for name in names:
            learn(name, folder, settings, ranks)
    except EngineError as error:
        print(error, flush=True)
        return 1
    finally:
        if ranks is not None:
            ranks.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].split(","), Path(sys.argv[2]), json.loads(sys.argv[3])))
