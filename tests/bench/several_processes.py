"""What does it cost to train in several processes of one machine, beside one process that uses all its cores?

    DESKTOP_REC_DATA=... python tests/bench/several_processes.py [--models mult_vae,two_head] [--processes 2]

The same plan learns MovieLens-1M (the sample where there is none), in turns, from the terminal as it is and started by
torchrun over gloo, with equal batches and equally many cores in all. Compared are examples a second of the learning
alone, as the run says them, and the loss of the epochs, which should be equal within 1e-3 (steps within 1e-4 is a test,
tests/engine/training/test_distributed.py). Wanted: at most 10 % slower.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.device import usable_cores

ROOT = Path(__file__).resolve().parents[2]
TURNS = 3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--models", default="mult_vae,two_head")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--turns", type=int, default=TURNS)
    asked = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(
        f"{platform.processor() or platform.machine()}, {usable_cores()} cores, load {load:.1f}, "
        f"Python {platform.python_version()}, torch {torch.__version__}"
    )
    with tempfile.TemporaryDirectory() as home:
        dataset = imported(home)
        for model in asked.models.split(","):
            alone, shared = [], []
            for _ in range(asked.turns):
                alone.append(learned(home, dataset, model, 1, asked.epochs))
                shared.append(learned(home, dataset, model, asked.processes, asked.epochs))
            report(model, alone, shared, asked.processes)
    return 0


def report(model: str, alone: list[dict[str, Any]], shared: list[dict[str, Any]], processes: int) -> None:
    speeds = [np.array([run["examples_per_second"] for run in runs]) for runs in (alone, shared)]
    for words, found in zip(("one process", f"{processes} processes"), speeds, strict=True):
        print(f"{model:<12} {words:<14} {', '.join(f'{speed:,.0f}' for speed in found)} examples a second")
    losses = [np.array([epoch["training_loss"] for epoch in runs[0]["curve"]]) for runs in (alone, shared)]
    apart = np.abs(losses[0] - losses[1]).max() / np.abs(losses[0]).max()
    ratio = speeds[1].max() / speeds[0].max()
    print(f"{model:<12} {ratio:.3f} of the speed (best turns); losses of epochs apart by {apart:.1e} of the loss")


def imported(home: str) -> str:
    """The name of the data set to learn from."""
    data = os.environ.get("DESKTOP_REC_DATA")
    if not data:
        return "sample"
    return str(engine(home, "import", str(Path(data) / "ml-1m" / "ratings.dat"), "--json")["name"])


def learned(home: str, dataset: str, model: str, processes: int, epochs: int) -> dict[str, Any]:
    words = ["train", dataset, "--model", model, "--epochs", str(epochs), "--lr", "1e-3"]
    several = ["torch.distributed.run", "--standalone", "--local-addr=127.0.0.1", f"--nproc-per-node={processes}", "-m"]
    return engine(home, *words, "--json", start=several if processes > 1 else [])


def engine(home: str, *words: str, start: list[str] | None = None) -> dict[str, Any]:
    """What a command of the engine answers. `start`: what python -m has before it."""
    command = [sys.executable, "-m", *(start or []), "engine", *words, "--home", home]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())
