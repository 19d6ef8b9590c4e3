"""How long the import of ml-1m takes beside a bare pandas.read_csv of an equal comma file, in the same run.

    DESKTOP_REC_DATA=... python tests/bench/import_speed.py [--json] [--repeats 5]

Both are run in turns and their medians compared. The import does more: it finds the layout, joins titles, looks for
duplicates and makes the sparse rows. Exits 1 where it takes 10 times as long, or more.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

MOST_TIMES = 10.0


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares the import of ml-1m with a bare pandas.read_csv.")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    home = os.environ.get("DESKTOP_REC_DATA")
    if not home:
        print("Skipped: DESKTOP_REC_DATA does not say where the data sets are.", file=sys.stderr)
        return 0
    figures = measure(Path(home) / "ml-1m" / "ratings.dat", repeats=asked.repeats) | circumstances()
    if asked.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name}: {value}" for name, value in figures.items()))
    return 0 if float(figures["ratio"]) < MOST_TIMES else 1


def measure(ratings: Path, *, repeats: int) -> dict[str, float | int]:
    """Seconds of both (median of the repeats, after one to warm up) and their ratio."""
    import pandas as pd

    from engine.data.importing.importer import ImportOptions, import_files
    from engine.events import drive

    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        comma = Path(folder) / "ratings.csv"
        comma.write_bytes(b"user,item,rating,time\n" + ratings.read_bytes().replace(b"::", b","))
        for _ in range(repeats + 1):
            started = time.perf_counter()
            frame = pd.read_csv(comma)
            theirs.append(time.perf_counter() - started)
            started = time.perf_counter()
            dataset, _ = drive(import_files([ratings], options=ImportOptions(), dataset_id="bench"))
            ours.append(time.perf_counter() - started)
            if dataset.entries != len(frame):
                raise SystemExit(f"The import found {dataset.entries:,} ratings, pandas {len(frame):,}.")
    import_s, pandas_s = statistics.median(ours[1:]), statistics.median(theirs[1:])
    return {
        "ratings": len(frame),
        "import_s": round(import_s, 3),
        "pandas_s": round(pandas_s, 3),
        "ratio": round(import_s / pandas_s, 2),
        "import_slowest_s": round(max(ours[1:]), 3),
        "pandas_fastest_s": round(min(theirs[1:]), 3),
    }


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
