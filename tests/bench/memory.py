"""Memory at the peak of a run, estimated before it and measured, for each model in a process of its own.

    python tests/bench/memory.py [--home FOLDER] [--data sample ml-1m synthetic] [--models ease "mf adam" ...]

Each line: the estimate (`TrainingPlan.memory_bytes`), the most memory that `python -m engine train ... --epochs 1` held
(ru_maxrss of that process alone), and the first over the second, which should be 0.75 to 1.25. MovieLens-1M is looked
for under DESKTOP_REC_DATA and left out where that is not set. Data sets that the library in --home has are not made
again. Needs wait4 (Linux, macOS).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import synthetic

from engine.events import drive
from engine.library.store import Library
from engine.models.defaults import DataFacts, facts_from
from engine.models.registry import MODELS
from engine.text import format_size
from engine.training.plan import TrainingPlan

CASES = [kind.name for kind in MODELS.values() if not kind.made_of_runs] + ["mf adam", "mf sgd"]
RATINGS, TITLES = 4_000_000, 20_000
LEARNED_IN = {"epochs": 1, "lr": 1e-3}


def peak_of(home: Path, *arguments: str) -> int:
    """The most memory, in bytes, that a command of the engine held."""
    command = [sys.executable, "-m", "engine", "--home", str(home), *arguments]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)}\n{said.read()}")
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def facts_of(home: Path, name: str) -> DataFacts | None:
    """What is counted of a data set in the library; None where it is not there."""
    with Library.open(home, who="a bench") as library:
        for record in library.datasets.records():
            if name in (record.name, record.dataset_id):
                return facts_from(drive(library.datasets.statistics(library.datasets.open(record.dataset_id))))
    return None


def make(home: Path, name: str) -> bool:
    """Import a data set under its name; whether it is to be had."""
    if name == "sample":
        peak_of(home, "train", "sample", "--model", "popularity")
    elif name == "synthetic":
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "ratings.csv"
            synthetic.write(file, ratings=RATINGS, titles=TITLES)
            peak_of(home, "import", str(file), "--name", name)
    elif name == "ml-1m" and os.environ.get("DESKTOP_REC_DATA"):
        peak_of(home, "import", f"{os.environ['DESKTOP_REC_DATA']}/ml-1m/ratings.dat", "--name", name)
    else:
        return False
    return True


def compared(home: Path, name: str, case: str, facts: DataFacts) -> str:
    """One line of the table."""
    model, _, solver = case.partition(" ")
    plan = TrainingPlan.defaults(model, entries=facts.entries).changed(**{"solver": solver} if solver else {})
    steps = ["--epochs", "1", "--lr", "1e-3"] if plan.training is not None else []
    plan = plan.changed(**LEARNED_IN) if plan.training is not None else plan
    settings = ["--set", f"solver={solver}"] if solver else []
    expected = plan.memory_bytes(facts)
    measured = peak_of(home, "train", name, "--model", model, *steps, *settings)
    return f"{name:10} {case:14} {format_size(expected):>10} {format_size(measured):>10} {expected / measured:6.2f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--home", type=Path, help="a library to use and keep; otherwise one that is thrown away")
    parser.add_argument("--data", nargs="+", default=["sample", "ml-1m", "synthetic"])
    parser.add_argument("--models", nargs="+", default=CASES)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = asked.home or Path(folder) / "library"
        print(f"{'data':10} {'model':14} {'estimated':>10} {'measured':>10} {'ratio':>6}")
        for name in asked.data:
            facts = facts_of(home, name) or (facts_of(home, name) if make(home, name) else None)
            if facts is None:
                print(f"{name:10} is not there: set DESKTOP_REC_DATA")
                continue
            for case in asked.models:
                print(compared(home, name, case, facts), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
