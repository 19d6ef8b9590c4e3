"""How long reasons and lists take, by every ranking model and a blend, beside what they may take.

    PYTHONPATH=. python tests/bench/explaining.py [--models ease,two_head] [--entries 300,1000] [--titles 6000]
        [--large 27000] [--threads 2] [--json]

Measured as `python -m engine bench explain` does, on synthetic people: seconds do not hang on what was learned. The
table is in milliseconds; the last column is from a slider to a list over a larger catalogue. Wanted, at 300 ratings and
6,000 titles on two processors: leaving out within 150 ms and in 1 / 2.5 of a dense pass, equal within 1e-4; the reasons
of one title (the first, and any once the list was explained) and a list after a new rating within 100 ms; a list after
a slider within 16 ms at 27,000 titles.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys

import torch

from engine.bench.explaining import MEASURED, bent_seconds, measured, ready
from engine.bench.synthetic_people import profile_of, synthetic
from engine.events import drive
from engine.recommending.recommender import Recommender

_HEADS = ("left out", "dense", "times", "difference", "first title", "list", "one title", "new rating", "slider")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--models", default=",".join(MEASURED))
    parser.add_argument("--entries", type=lambda text: [int(part) for part in text.split(",")], default=[300])
    parser.add_argument("--titles", type=int, default=6000)
    parser.add_argument("--large", type=int, default=27_000, help="titles for the slider alone; 0: not measured")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    dataset = synthetic(arguments.titles // 2, arguments.titles)
    print("milliseconds".ljust(20) + "".join(head.rjust(12) for head in (*_HEADS, f"at {arguments.large:,}")))
    found = []
    for name in arguments.models.split(","):
        recommender = Recommender(drive(ready(name, dataset, full_width=True)), dataset)
        torch.set_num_threads(arguments.threads)
        large = slider_at(name, arguments.large) if arguments.large else None
        for entries in arguments.entries:
            one = measured(recommender, profile_of(entries, dataset))
            found.append({**dataclasses.asdict(one), "large": arguments.large, "slider_at_large_seconds": large})
            print(row_of(found[-1]), flush=True)
    if arguments.json:
        print(json.dumps(found, indent=1))
    return 0


def slider_at(name: str, titles: int) -> float | None:
    """From a slider to a list over a large catalogue; only of models that are ready there without much memory."""
    if name not in ("ials", "mult_vae", "two_head"):
        return None
    dataset = synthetic(2000, titles)
    return bent_seconds(Recommender(drive(ready(name, dataset)), dataset), profile_of(300, dataset))


def row_of(one: dict) -> str:
    ratio = one["dense_seconds"] / one["left_out_seconds"]
    large = one["slider_at_large_seconds"]
    cells = [
        f"{1000 * one['left_out_seconds']:.0f}", f"{1000 * one['dense_seconds']:.0f}", f"{ratio:.1f}",
        f"{one['difference']:.0e}", f"{1000 * one['first_title_seconds']:.0f}", f"{1000 * one['list_seconds']:.0f}",
        f"{1000 * one['title_seconds']:.0f}",
        f"{1000 * one['rated_seconds']:.1f}", f"{1000 * one['bent_seconds']:.1f}",
        "-" if large is None else f"{1000 * large:.1f}",
    ]  # fmt: skip
    return f"{one['model']}, {one['ratings']}".ljust(20) + "".join(cell.rjust(12) for cell in cells)


if __name__ == "__main__":
    sys.exit(main())
