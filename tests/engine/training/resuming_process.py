"""A process of its own that trains on planted data: all of a run, its start until a step, or the rest of it.

Usage: resuming_process.py FOLDER whole | stop STEPS | resume. Prints a digest of the final state of each model as JSON.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import torch
from planted import CPU, Kept, planted_dataset
from small_models import SMALL, small_model

from engine.data.split import Split, SplitConfig, make_split
from engine.events import drive
from engine.training.checkpoint import load_state, save_state
from engine.training.config import TrainingConfig
from engine.training.trainer import train


def main(folder: Path, what: str, steps: int) -> None:
    torch.set_num_threads(1)
    split = make_split(planted_dataset(), SplitConfig(kind="strong", seed=1))
    print(json.dumps({name: ended(name, split, folder / name, what, steps) for name in SMALL}))


def ended(name: str, split: Split, folder: Path, what: str, steps: int) -> dict[str, object]:
    """Train one model as far as it goes; the digest of its state, and its progress."""
    model = small_model(name, split)
    config = TrainingConfig(epochs=10, lr=1e-3, batch=16, precision="float32")
    kept, asked = Kept(), 0

    def should_stop() -> bool:
        nonlocal asked
        asked += 1
        return what == "stop" and asked >= steps

    resume_from = load_state(folder) if what == "resume" else None
    job = train(split, model, config=config, recorder=kept, device=CPU, resume_from=resume_from)
    drive(job, should_stop=should_stop)
    state = kept.states[-1]
    if what == "stop":
        folder.mkdir()
        save_state(folder, state)
    digest = hashlib.sha256()
    for tensors in (state.weights, state.best_weights or {}, state.optimizer):
        for name in sorted(tensors):
            digest.update(name.encode() + tensors[name].numpy().tobytes())
    return {"digest": digest.hexdigest(), "progress": state.progress}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0)
