"""Runs in a library without any training: what they plan, what they learned, how they ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.data.dataset import Dataset
from engine.data.split import SplitConfig
from engine.library.run_recorder import RunPlan
from engine.library.store import Library
from engine.models.two_head_config import TwoHeadConfig
from engine.training.checkpoint import TrainingState
from engine.training.config import TrainingConfig
from engine.training.progress import TrainedRun
from engine.training.rate_sweep import RateSweep


def without_checksums(folder: Path) -> None:
    """Make a stored folder one from before there were any, so that a test may change its files."""
    for path in (folder / "format.json", folder / "progress.json"):
        if path.exists():
            document = json.loads(path.read_text())
            kept = {name: value for name, value in document.items() if name not in ("files", "crc32")}
            path.write_text(json.dumps(kept))


def a_sweep(**facts: Any) -> RateSweep:
    """A sweep that falls around 1e-3 and rises from 0.1 on."""
    lrs = np.geomspace(1e-6, 10, 100)
    x = np.log10(lrs)
    losses = 2.0 - 0.5 / (1.0 + np.exp(-3.0 * (x + 3.0))) + np.clip(x + 1.0, 0.0, None) ** 2
    return RateSweep(
        lrs, losses, **{"name": "Factorisation, batch 2,000", "plan": {"model": "mf"}, "batch": 2000, **facts}
    )


def state_of(value: float) -> TrainingState:
    """A state whose weights are all of one value; the best weights are that plus 0.5."""
    weights = {"w": torch.full((50,), value)}
    return TrainingState(weights, {"w": torch.full((50,), value + 0.5)}, {"0.step": torch.tensor(value)}, {"step": 3})


def plan_for(dataset: Dataset) -> RunPlan:
    return RunPlan(
        model="two_head",
        model_config=TwoHeadConfig(hidden=(8, 4), latent=2, decoder=(4,)),
        training=TrainingConfig(lr=1e-3, epochs=5, seed=7),
        split=SplitConfig(seed=3),
        device="cpu",
        precision="float32",
        parameters=50,
        candidates_I=np.arange(dataset.titles) % 2 == 0,
    )


def trained() -> TrainedRun:
    """How a training of 2 s went."""
    model = torch.nn.Linear(2, 3)
    model.parameter_count = 9
    return TrainedRun(model, 5, 4, 0.4, False, "All done.", 2.0, 100.0, 20, False, "ndcg@100", ())


def finished_run(library: Library, dataset: Dataset, *, checkpoint: bool = True) -> str:
    """The id of a run that is over."""
    recorder = library.runs.begin(dataset, plan_for(dataset))
    if checkpoint:
        recorder.save_checkpoint(state_of(1.0))
    library.runs.finish(recorder.run_id, trained())
    return recorder.run_id
