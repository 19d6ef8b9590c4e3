"""How long the import of ml-1m takes beside a bare pandas.read_csv of an equal comma file, in the same run.

    DESKTOP_REC_DATA=... python tests/bench/import_speed.py [--json] [--repeats 5]

The `::` file as it comes, the same with commas, and pandas are run in turns and their medians compared. The import does
more than pandas: it finds the layout, joins titles, looks for duplicates and makes the sparse rows. Exits 1 where it
takes 10 times as long or more, or where one of the two forms takes more than 1.5 times as long as the other.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

MOST_TIMES = 10.0
MOST_BETWEEN_FORMS = 1.5


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares the import of ml-1m with a bare pandas.read_csv.")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    home = os.environ.get("DESKTOP_REC_DATA")
    if not home:
        print("Skipped: DESKTOP_REC_DATA does not say where the data sets are.", file=sys.stderr)
        return 0
    figures = measure(Path(home) / "ml-1m", repeats=asked.repeats) | circumstances()
    if asked.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name}: {value}" for name, value in figures.items()))
    forms = float(figures["colons_over_commas"])
    fine = float(figures["ratio"]) < MOST_TIMES and max(forms, 1 / forms) <= MOST_BETWEEN_FORMS
    return 0 if fine else 1


def measure(folder: Path, *, repeats: int) -> dict[str, float | int]:
    """Seconds of all three (median of the repeats, after one to warm up) and their ratios."""
    import pandas as pd

    ratings = (folder / "ratings.dat").read_bytes()
    with tempfile.TemporaryDirectory() as place:
        comma = Path(place) / "ratings.csv"
        comma.write_bytes(b"user,item,rating,time\n" + ratings.replace(b"::", b","))
        shutil.copy(folder / "movies.dat", place)
        runs: dict[str, Callable[[], int]] = {
            "pandas": lambda: len(pd.read_csv(comma)),
            "colons": lambda: import_of(folder / "ratings.dat"),
            "commas": lambda: import_of(comma),
        }
        seconds: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(repeats + 1):
            found = set()
            for name, run in runs.items():
                started = time.perf_counter()
                found.add(run())
                seconds[name].append(time.perf_counter() - started)
            if len(found) != 1:
                raise SystemExit(f"The import and pandas found different numbers of ratings: {found}.")
    median = {name: statistics.median(some[1:]) for name, some in seconds.items()}
    return {
        "ratings": found.pop(),
        "import_s": round(median["colons"], 3),
        "commas_import_s": round(median["commas"], 3),
        "pandas_s": round(median["pandas"], 3),
        "ratio": round(median["colons"] / median["pandas"], 2),
        "colons_over_commas": round(median["colons"] / median["commas"], 2),
        "import_slowest_s": round(max(seconds["colons"][1:]), 3),
        "pandas_fastest_s": round(min(seconds["pandas"][1:]), 3),
    }


def import_of(path: Path) -> int:
    """How many ratings an import of this file finds."""
    from engine.data.importing.importer import ImportOptions, import_files
    from engine.events import drive

    dataset, _ = drive(import_files([path], options=ImportOptions(), dataset_id="bench"))
    return dataset.entries


def circumstances() -> dict[str, str | int]:
    """Where and with what this was measured."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    return {
        "machine": f"{platform.system()} {platform.machine()}, {processor()}",
        "cores": os.cpu_count() or 0,
        "parser_threads": 1,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "pandas": pd.__version__,
        "pyarrow": pa.__version__,
    }


def processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    raise SystemExit(main())
