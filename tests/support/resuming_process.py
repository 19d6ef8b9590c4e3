"""Trains each model that learns by steps on planted data: all of a run, its start until a step, or the rest of it.

As a process of its own, `resuming_process.py FOLDER whole | stop STEPS | resume` prints as JSON what `ended` returns.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import torch
from planted import CPU, Kept, planted_dataset
from small_models import SMALL, small_model

from engine.data.split import Split, SplitConfig, make_split
from engine.events import drive
from engine.training.checkpoint import load_state, save_state
from engine.training.config import TrainingConfig
from engine.training.trainer import train

BATCHES = {"people": 16, "windows": 32, "ratings": 160}
"""Examples a step, for a like number of steps whatever a model learns from."""


def ended(folder: Path, part: str, steps: int = 0) -> dict[str, Any]:
    """Train every model as far as the part goes; for each a digest of its last state, and its progress."""
    split = make_split(planted_dataset(), SplitConfig(kind="strong", seed=1))
    return {name: _ended(name, split, folder / name, part, steps) for name in SMALL}


def _ended(name: str, split: Split, folder: Path, part: str, steps: int) -> dict[str, Any]:
    model = small_model(name, split)
    config = TrainingConfig(epochs=10, lr=1e-3, batch=BATCHES[model.can.examples], precision="float32")
    kept, asked = Kept(), 0

    def should_stop() -> bool:
        nonlocal asked
        asked += 1
        return part == "stop" and asked >= steps

    resume_from = load_state(folder) if part == "resume" else None
    job = train(split, model, config=config, recorder=kept, device=CPU, resume_from=resume_from)
    drive(job, should_stop=should_stop)
    state = kept.states[-1]
    if part == "stop":
        folder.mkdir()
        save_state(folder, state)
    digest = hashlib.sha256()
    for tensors in (state.weights, state.best_weights or {}, state.optimizer):
        for key in sorted(tensors):
            digest.update(key.encode() + tensors[key].numpy().tobytes())
    return {"digest": digest.hexdigest(), "progress": {**state.progress, "seconds": 0}}


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps(ended(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0)))
