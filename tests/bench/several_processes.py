"""What does it cost to train in several processes of one machine, beside one process that uses all its cores?

    DESKTOP_REC_DATA=... python tests/bench/several_processes.py [--models mult_vae,two_head] [--processes 2]

Steps of a run with equal batches and equally many cores in all: of people as those of MovieLens-20M (synthetic, 20,108
titles) in batches of 500, 1,024 (automatic for so many) and 2,048, and of MovieLens-1M (the sample where there is none)
in automatic ones, in float32 and in the precision that is automatic here. One process and several wait side by side and
take steps in turns, so that a busy machine slows both; the best turn of each counts. Printed are milliseconds a step,
the speed of several as a share of that of one (wanted: at least 0.9), processor time beside that of a process with one
thread, as if it could be divided without loss, and what share of its time the first process waits for messages and for
the others, adds up gradients, and takes for the optimizer with the gradients' norm; the rest is the network. `--whole`
has the terminal learn MovieLens-1M, too, alone and started by torchrun, and compares examples a second and the losses
of epochs. (That losses of steps are equal within 1e-4 is a test, tests/engine/training/test_distributed.py.)
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist

from engine.bench import ladder
from engine.data.dataset import Histories, Scale
from engine.device import share_cores, usable_cores, use_cores
from engine.models.base import StepModel
from engine.models.registry import build, fitted_config, kind_of
from engine.training import distributed, sharded
from engine.training.config import TrainingConfig
from engine.training.distributed import Ranks, joined, place_in
from engine.training.following import follow
from engine.training.step import Course, Stepper

ROOT = Path(__file__).resolve().parents[2]
TURNS, STEPS_S = 6, 1.5
SHAPES = {"ml-20m, 500": 500, "ml-20m, 1024": 1024, "ml-20m, 2048": 2048, "ml-1m": None}
PARTS = ("waiting", "sums", "optimizer")
_PEOPLE, _ML_20M_ENTRIES = 4096, 7_900_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--models", default="mult_vae,two_head")
    parser.add_argument("--shapes", default=";".join(SHAPES), help=f"of {'; '.join(SHAPES)}")
    parser.add_argument("--precisions", default="auto,float32")
    parser.add_argument("--sums", default="memory", help="how gradients are summed: memory, sent or as on GPUs")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--whole", action="store_true", help="learn MovieLens-1M from the terminal, too")
    parser.add_argument("--epochs", type=int, default=3, help="of --whole")
    parser.add_argument("--steps-of", nargs=3, metavar=("MODEL", "SHAPE", "PRECISION"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.sums == "sent":
        sharded.shared_memory = lambda *_, **__: None
    elif asked.sums == "as on GPUs":
        distributed.ON_PROCESSORS = frozenset()
    if asked.steps_of:
        return take_steps(*asked.steps_of)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(
        f"{platform.processor() or platform.machine()}, {usable_cores()} cores, load {load:.1f}, "
        f"Python {platform.python_version()}, torch {torch.__version__}"
    )
    for shape in asked.shapes.split(";"):
        for model in asked.models.split(","):
            for precision in asked.precisions.split(","):
                compare_steps([model, shape.strip(), precision], asked.sums, asked.processes, asked.turns)
    if asked.whole:
        compare_runs(asked.models.split(","), asked.processes, asked.epochs, asked.turns)
    return 0


def compare_steps(asked: list[str], sums: str, processes: int, turns: int) -> None:
    """Have one process and several take steps in turns, and say how they compare."""
    companies = {
        "alone": Company(asked, sums, 1, cores=usable_cores()),
        "several": Company(asked, sums, processes, cores=usable_cores()),
        "one core": Company(asked, sums, 1, cores=1),
    }
    found: dict[str, list[dict[str, float]]] = {name: [] for name in companies}
    for company in companies.values():
        company.turn()
    for _ in range(turns):
        for name, company in companies.items():
            found[name].append(company.turn())
    for company in companies.values():
        company.leave()
    best = {name: min(turns_of, key=lambda turn: turn["step"]) for name, turns_of in found.items()}
    least = {name: min(turn["processor"] for turn in turns_of) for name, turns_of in found.items()}
    alone, several = best["alone"], best["several"]
    shares = ", ".join(f"{part} {100 * several[part] / several['step']:.0f} %" for part in PARTS)
    one_ms, own_ms = 1000 * least["one core"], 1000 * least["several"]
    print(
        f"{', '.join(asked):<32} {1000 * alone['step']:7.1f} ms alone, {1000 * several['step']:7.1f} in {processes}: "
        f"{alone['step'] / several['step']:.2f} of the speed; processor {one_ms:.1f} ms on one core, {processes} x "
        f"{own_ms:.1f}: {one_ms / processes / own_ms:.2f}; {shares} of a step",
        flush=True,
    )


class Company:
    """Processes of this program that take steps together, when they are told to."""

    def __init__(self, asked: list[str], sums: str, processes: int, *, cores: int) -> None:
        shared = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": str(cores)}
        if processes > 1:
            shared |= {"WORLD_SIZE": str(processes), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
        words = [sys.executable, __file__, "--sums", sums, "--steps-of", *asked]
        self._first, *self._others = [
            subprocess.Popen(
                words,
                env={**shared, "RANK": str(rank)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for rank in range(processes)
        ]

    def turn(self) -> dict[str, float]:
        """Seconds of a step, of its parts and of the first one's processor in it."""
        assert self._first.stdin is not None, "it is a pipe"
        assert self._first.stdout is not None, "it is a pipe"
        self._first.stdin.write("go on\n")
        self._first.stdin.flush()
        answer = self._first.stdout.readline()
        if not answer:
            raise SystemExit("A process that takes steps has ended.")
        found: dict[str, float] = json.loads(answer)
        return found

    def leave(self) -> None:
        for process in (self._first, *self._others):
            process.communicate()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def take_steps(name: str, shape: str, precision: str) -> int:
    """What each process of a company does: the first answers each line with what a turn of steps took."""
    place = place_in(os.environ)
    if place is not None and place.rank:
        return follow(place)
    ranks = None if place is None else joined(place)
    histories, titles, entries = people_of(shape)
    widths = {"hidden": (600,), "latent": 200} if name == "mult_vae" and SHAPES[shape] else {}
    config = fitted_config(name, kind_of(name).config_class(**widths), entries=entries)
    model = build(name, config, items=titles, scale=Scale(1, 5, 1), seed=1)
    assert isinstance(model, StepModel), "it learns by steps"
    use_cores()
    training = TrainingConfig(lr=1e-3, precision=precision, batch=SHAPES[shape], epochs=1000)
    course = Course(histories, model, training, torch.device("cpu"))
    if ranks is not None:
        course.lead(ranks)
        share_cores(ranks.size)
        use_cores()
    answer_turns(course)
    if ranks is not None:
        ranks.close()
    return 0


def answer_turns(course: Course) -> None:
    """Take steps for a while whenever a line asks for it, and answer with what they took."""
    parts: dict[str, float] = dict.fromkeys(PARTS, 0.0)
    inside: list[float] = []
    for owner, method, part in (
        (dist, "broadcast", "waiting"),
        (dist, "all_reduce", "waiting"),
        (dist, "all_gather", "waiting"),
        (dist, "barrier", "waiting"),
        (dist, "batch_isend_irecv", "waiting"),
        (dist.Work, "wait", "waiting"),
        (Ranks, "add_up", "sums"),
        (Stepper, "_step_if_finite", "optimizer"),
    ):
        setattr(owner, method, timed(getattr(owner, method), parts, part, inside))
    step = 0
    for _ in sys.stdin:
        parts.update(dict.fromkeys(parts, 0.0))
        began, processor, first = time.perf_counter(), time.process_time(), step
        while step == first or time.perf_counter() - began < STEPS_S:
            course.take(step, 1e-3)
            step += 1
        taken = step - first
        found = {"step": time.perf_counter() - began, "processor": time.process_time() - processor, **parts}
        print(json.dumps({part: seconds / taken for part, seconds in found.items()}), flush=True)


def timed(function: Callable[..., Any], parts: dict[str, float], part: str, inside: list[float]) -> Callable[..., Any]:
    """A function whose seconds count for a part, less those of others that it calls."""

    def measured(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        inside.append(0.0)
        try:
            return function(*given, **named)
        finally:
            took_s = time.perf_counter() - began
            parts[part] += took_s - inside.pop()
            if inside:
                inside[-1] += took_s

    return measured


def people_of(shape: str) -> tuple[Histories, int, int]:
    """Who is learned from, of how many titles, and by how many entries widths are chosen."""
    if SHAPES[shape]:
        return ladder.synthetic(_PEOPLE, ladder.TITLES), ladder.TITLES, _ML_20M_ENTRIES
    data = os.environ.get("DESKTOP_REC_DATA")
    if data:
        lines = (Path(data) / "ml-1m" / "ratings.dat").read_text(encoding="ascii").replace("::", " ")
        users, items, ratings, _ = np.fromstring(lines, sep=" ").reshape(-1, 4).T
    else:
        table = np.loadtxt(ROOT / "resources" / "sample" / "ratings.csv", delimiter=",", skiprows=1, usecols=(0, 1, 2))
        users, items, ratings = table.T
    (people, rows), (titles, columns) = (np.unique(of, return_inverse=True) for of in (users, items))
    return Histories.of(rows, columns, ratings, people=len(people)), len(titles), len(ratings)


def compare_runs(models: list[str], processes: int, epochs: int, turns: int) -> None:
    """Have the terminal learn as anybody would, alone and in several processes."""
    with tempfile.TemporaryDirectory() as home:
        dataset = imported(home)
        for model in models:
            alone, shared = [], []
            for _ in range(turns):
                alone.append(learned(home, dataset, model, 1, epochs))
                shared.append(learned(home, dataset, model, processes, epochs))
            report(model, alone, shared, processes)


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
