"""A sweep of `mf` in turns beside an epoch of Surprise's SVD, on synthetic ratings by as many as MovieLens-20M has.

    PYTHONPATH=. python tests/bench/sweeps.py [--ratings 2000000,20000000] [--threads 1,2] [--rank 64] [--rounds 3]
                                              [--peers-python PATH]

The ratings are those of synthetic.py, of 138,493 people and 26,744 titles, which are in demand unequally. Ours learn in
a process of their own for each number of threads; a sweep is the middle of those in which presence is learned, and
*peak* what the process came to hold over what it held before. The peer's environment is that of peers.py; it has one
thread, its rows are handed over as cheaply as it can take them, and an epoch is what a second one adds. Everybody has
their turn, round after round; what is printed are medians, since a machine's speed may vary by half within minutes.
Seconds of the processor are what to compare on one thread; on two, the clock's, on a machine that has them free.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import synthetic

PEOPLE, TITLES = 138_493, 26_744
FIRST, SWEEPS = 2, 5
PEER = "an epoch of Surprise"


def task_of(ratings: int, rank: int) -> dict[str, Any]:
    """The rows of people, titles and stars, in order of people."""
    parts = list(synthetic.portions(synthetic.world_of(PEOPLE, TITLES, seed=1), ratings, seed=1, by="person"))
    return {
        "users": np.concatenate([part.users_N.astype(np.int32) for part in parts]),
        "items": np.concatenate([part.items_N.astype(np.int32) for part in parts]),
        "ratings": np.concatenate([part.ratings_N.astype(np.float32) for part in parts]),
        "factors": rank,
    }


def peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def ours(path: Path, threads: int) -> dict[str, float]:
    """A sweep of ours: seconds by the processor and by the clock, and of the processor's what presence takes."""
    import torch

    from engine.data.dataset import Histories, Scale
    from engine.models import alternating
    from engine.models.mf import MfConfig
    from engine.models.mf_by_turns import FactorizationByTurns

    torch.set_num_threads(threads)
    presence = [0.0]

    def timed(work: Callable[..., None]) -> Callable[..., None]:
        def run(*arguments: Any) -> None:
            began = time.process_time()
            work(*arguments)
            presence[0] += time.process_time() - began

        return run

    alternating.Side.learn_presence = timed(alternating.Side.learn_presence)  # type: ignore[method-assign]
    with np.load(path) as task:
        histories = Histories.of(task["users"], task["items"], task["ratings"], people=PEOPLE)
        config = MfConfig(rank=int(task["factors"]), sweeps=SWEEPS)
    model = FactorizationByTurns(config.fitted_to(histories.entries), items=TITLES, scale=Scale(0.5, 5, 0.5))
    before, ends = peak_bytes(), []
    for _ in model.fit(histories):
        if model.sweeps_done == len(ends) + 1:
            ends.append((time.process_time(), time.perf_counter(), presence[0]))
    ends.append((time.process_time(), time.perf_counter(), presence[0]))
    cpu, wall, of_presence = np.median(np.diff(np.array(ends[FIRST - 1 :]), axis=0), axis=0).tolist()
    return {"cpu": cpu, "wall": wall, "presence": of_presence, "peak": peak_bytes() - before}


def theirs(path: Path, python: str) -> dict[str, float]:
    """An epoch of Surprise's, in the environment it lives in."""
    out = path.with_suffix(".json")
    command = [python, str(Path(__file__).with_name("peers_side.py")), str(path), str(out), "surprise_epoch"]
    subprocess.run(command, env=os.environ | {"OMP_NUM_THREADS": "1"}, check=True)
    found: dict[str, float] = json.loads(out.read_text())
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--ratings", type=lambda text: [int(part) for part in text.split(",")], default=[2_000_000])
    parser.add_argument("--threads", type=lambda text: [int(part) for part in text.split(",")], default=[1, 2])
    parser.add_argument("--rank", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers-python", help="the python of the peers' environment")
    asked = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    print(f"{'ratings':>11s} {'':22s} {'cpu s':>7s} {'wall s':>7s} {'presence':>9s} {'peak MB':>8s}  against the peer")
    for ratings in asked.ratings:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "task.npz"
            np.savez(path, **task_of(ratings, asked.rank))
            rounds: dict[str, list[dict[str, float]]] = defaultdict(list)
            for _ in range(asked.rounds):
                if asked.peers_python:
                    rounds[PEER].append(theirs(path, asked.peers_python))
                for threads in asked.threads:
                    with context.Pool(1) as pool:
                        rounds[f"a sweep, threads: {threads}"].append(pool.apply(ours, (path, threads)))
        middle = {name: {key: median(one[key] for one in of) for key in of[0]} for name, of in rounds.items()}
        for name, found in middle.items():
            presence = f"{found['presence']:9.2f}" if "presence" in found else f"{'':9s}"
            words = f"{ratings:11,d} {name:22s} {found['cpu']:7.2f} {found['wall']:7.2f} {presence}"
            peer = middle.get(PEER)
            against = f"cpu {found['cpu'] / peer['cpu']:.2f}x, wall {found['wall'] / peer['wall']:.2f}x" if peer else ""
            print(f"{words} {found['peak'] / 1e6:8.0f}  {against}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
