"""How a large import holds: time beside a bare pandas.read_csv, memory, how soon a cancel is answered, live counts.

    python tests/bench/large_import.py [--ratings 20000000] [--form csv|colons|netflix] [--order person|time]
                                       [--file FILE] [--folder FOLDER] [--json]

The ratings are SYNTHETIC (synthetic.py), made anew in a temporary folder unless a file is named. Each figure comes from
a process of its own: pandas reads the file, before and after all else (the faster one counts); the import goes from
the file to the kept and reopened data set; a cancel is thrown into it in every stage; what some rules leave is counted.
pandas cannot read the Netflix form: no ratio then.
Exits 1 where a limit is missed: 4 times pandas, 2 GiB (6 GiB for the Netflix form), 1 second.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parents[2]
MOST_TIMES, MOST_CANCEL_S = 4.0, 1.0
MOST_MIB = {"csv": 2048, "colons": 2048, "netflix": 6144}
RULES = (
    {"least_per_person": 30, "least_per_title": 30},
    {"least_per_person": 31, "least_per_title": 30},
    {"most_titles": 6000, "least_per_person": 30, "least_per_title": 30},
    {"last_years": 5.0, "most_titles": 6000, "least_per_person": 30, "least_per_title": 30},
    {"last_years": 2.0},
)


def main() -> int:
    asked = arguments()
    if asked.task:
        print(json.dumps(TASKS[asked.task](asked.file, asked.folder)))
        return 0
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        file = asked.file or made(Path(folder), asked)
        figures = measured(file, Path(folder), form=asked.form)
    print(json.dumps(figures, indent=None if asked.json else 1))
    return 0 if not figures["missed"] else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures the import of synthetic ratings.")
    parser.add_argument("--ratings", type=int, default=20_000_000)
    parser.add_argument("--form", choices=tuple(MOST_MIB), default="csv")
    parser.add_argument("--order", choices=("person", "time"), default="person")
    parser.add_argument("--file", type=Path, help="ratings that are there already (a folder in the Netflix form)")
    parser.add_argument("--folder", type=Path, help="where to work, with room for twice the file")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    parser.add_argument("--task", choices=tuple(TASKS), help=argparse.SUPPRESS)
    return parser.parse_args()


def made(folder: Path, asked: argparse.Namespace) -> Path:
    """The synthetic file."""
    place = folder / {"csv": "ratings.csv", "colons": "ratings.dat", "netflix": "netflix"}[asked.form]
    sizes = ["--people", "480000", "--titles", "17770"] if asked.ratings == 100_000_000 else []
    words = [place, "--ratings", asked.ratings, "--form", asked.form, "--order", asked.order, *sizes]
    maker = Path(__file__).with_name("synthetic.py")
    subprocess.run([sys.executable, str(maker), *map(str, words)], check=True)
    return place


def measured(file: Path, folder: Path, *, form: str) -> dict[str, Any]:
    figures: dict[str, Any] = {"data": "synthetic", "form": form}
    if form != "netflix":
        figures |= {"pandas": run_task("pandas", file, folder)}
    for task in ("import", "cancel", "count"):
        figures |= {task: run_task(task, file, folder)}
    if form != "netflix":
        figures["pandas again"] = run_task("pandas", file, folder)
        fastest_s = min(figures[name]["seconds"] for name in ("pandas", "pandas again"))
        figures["ratio"] = round(figures["import"]["seconds"] / fastest_s, 2)
    missed = {
        "ratio": figures.get("ratio", 0) > MOST_TIMES,
        "memory": figures["import"]["peak_mib"] > MOST_MIB[form],
        "cancel": figures["cancel"]["longest_s"] > MOST_CANCEL_S,
    }
    return figures | {"missed": [name for name, is_missed in missed.items() if is_missed]}


def run_task(task: str, file: Path, folder: Path) -> dict[str, Any]:
    """What a task finds in a process of its own, and the most memory that it had."""
    words = [sys.executable, __file__, "--task", task, "--file", str(file), "--folder", str(folder)]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, cwd=HOUSE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def peak_mib() -> int:
    from engine.data.importing.options import peak_mib as measure

    return round(measure())


def read_with_pandas(file: Path, folder: Path) -> dict[str, Any]:
    import pandas as pd

    colons = file.suffix == ".dat"
    started = time.perf_counter()
    frame = pd.read_csv(file, sep="::", header=None, engine="python") if colons else pd.read_csv(file)
    return {"ratings": len(frame), "seconds": round(time.perf_counter() - started, 2), "peak_mib": peak_mib()}


def import_whole(file: Path, folder: Path) -> dict[str, Any]:
    """From the file to the reopened data set; for each stage its seconds and its longest step."""
    from engine import operations
    from engine.data.importing.estimate import estimate
    from engine.library.store import Library

    with tempfile.TemporaryDirectory(dir=folder) as home, Library.open(Path(home), who="a bench") as library:
        stages: dict[str, list[float]] = {}
        started = time.perf_counter()
        steps = Steps(operations.import_files(library, [file]))
        for stage, seconds in steps:
            stages.setdefault(stage, []).append(seconds)
        whole = time.perf_counter() - started
        guess = estimate([file])
        on_disk = sum(path.stat().st_size for path in Path(home).rglob("*") if path.is_file())
        return {
            "ratings": steps.result.dataset.entries,
            "people": steps.result.record.people,
            "titles": steps.result.record.titles,
            "seconds": round(whole, 2),
            "stages_s": {name: round(sum(some), 2) for name, some in stages.items()},
            "longest_step_s": {name: round(max(some), 3) for name, some in stages.items()},
            "peak_mib": peak_mib(),
            "disk_mib": round(on_disk / 2**20),
            "estimated": {"ratings": guess.rows, "memory_mib": guess.memory_mib, "disk_mib": guess.disk_mib},
        }


class Steps:
    """The steps of a job, each with its stage and how long it took; afterwards its result."""

    def __init__(self, job: Any) -> None:
        self.job, self.stage, self.result = job, "looking", None

    def __iter__(self) -> Iterator[tuple[str, float]]:
        from engine.events import StageStarted

        while True:
            started = time.perf_counter()
            try:
                event = next(self.job)
            except StopIteration as end:
                self.result = end.value
                yield self.stage, time.perf_counter() - started
                return
            yield self.stage, time.perf_counter() - started
            self.stage = event.stage if isinstance(event, StageStarted) else self.stage


def cancel_everywhere(file: Path, folder: Path) -> dict[str, Any]:
    """Seconds to the end of a job that is cancelled half way through each stage: its longest step, and the clearing."""
    from engine import operations
    from engine.events import Stop
    from engine.library.store import Library

    answers: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=folder) as home, Library.open(Path(home), who="a bench") as library:
        stages: dict[str, list[float]] = {}
        for stage, seconds in Steps(operations.import_files(library, [file])):
            stages.setdefault(stage, []).append(seconds)
        kept = sorted((Path(home) / "datasets").rglob("*"))
        for stage, some in stages.items():
            job = operations.import_files(library, [file])
            before = (reached for reached, _ in Steps(job) if reached == stage)
            for _ in range(len(some) // 2):
                next(before)
            started = time.perf_counter()
            try:
                job.throw(Stop())
            except Stop:
                answers[stage] = max(some) + time.perf_counter() - started
            if sorted((Path(home) / "datasets").rglob("*")) != kept or stage not in answers:
                raise SystemExit(f"A cancel in {stage} left something behind.")
    return {
        "seconds": {name: round(answer, 3) for name, answer in answers.items()},
        "longest_s": round(max(answers.values()), 3),
    }


def count_what_remains(file: Path, folder: Path) -> dict[str, Any]:
    """Seconds of each change of the rules, the entries that it leaves, and its longest step."""
    from engine import operations
    from engine.data.importing.options import Selection
    from engine.events import drive

    gathered = drive(operations.gather([file]))
    counts = []
    for rules in RULES:
        started = time.perf_counter()
        steps = Steps(operations.remaining(gathered, Selection(**rules)))
        longest = max(seconds for _, seconds in steps)
        seconds = time.perf_counter() - started
        counts.append({"rules": rules, "entries": steps.result[-1].entries, "seconds": round(seconds, 3),
                       "longest_step_s": round(longest, 3)})  # fmt: skip
    return {"changes": counts, "peak_mib": peak_mib()}


TASKS = {
    "pandas": read_with_pandas,
    "import": import_whole,
    "cancel": cancel_everywhere,
    "count": count_what_remains,
}

if __name__ == "__main__":
    sys.path.insert(0, str(HOUSE))
    raise SystemExit(main())
