"""How long a whole list takes to explain: every rating of a profile left out once, by every model, on MovieLens-1M.

    PYTHONPATH=. python tests/bench/explaining.py [--data DIR] [--models ease,mf,...] [--entries 250,800] [--threads 1]

Seconds do not hang on what was learned, so models that learn by steps are asked as they start. The profile is that of
somebody who rated the best known titles. The fifty best titles are explained, as the window does; the second figure is
one title with the ranks without its reasons.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import torch

from engine.bench.explaining import measured, profile_of, ready
from engine.data.importing.importer import ImportOptions, import_files
from engine.events import drive
from engine.models.registry import MODELS
from engine.recommending.recommender import Recommender


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", help="the folder of ml-1m")
    parser.add_argument("--models", default=",".join(name for name in MODELS if name != "blend"))
    parser.add_argument("--entries", type=lambda text: [int(part) for part in text.split(",")], default=[250, 800])
    parser.add_argument("--threads", type=int, default=None)
    arguments = parser.parse_args()
    folder = Path(arguments.data or os.environ.get("DESKTOP_REC_DATA", "data") + "/ml-1m")
    dataset, _ = drive(import_files([folder / "ratings.dat"], options=ImportOptions(), dataset_id="ml-1m"))
    heads = [f"{n} ratings: list, one title" for n in arguments.entries]
    print(f"MovieLens-1M, {dataset.titles:,} titles; seconds\n{'':14}" + "".join(f"{head:>32}" for head in heads))
    for name in arguments.models.split(","):
        recommender = Recommender(drive(ready(name, dataset)), dataset)
        if arguments.threads:
            torch.set_num_threads(arguments.threads)
        found = [measured(recommender, profile_of(n, dataset)) for n in arguments.entries]
        print(
            f"{name:14}" + "".join(f"{one.list_seconds:>22.2f}{one.title_seconds:>10.2f}" for one in found), flush=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
