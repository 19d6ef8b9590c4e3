"""How long reasons and lists take, by every ranking model and a blend: `bench explain` as one table in milliseconds.

    PYTHONPATH=. python tests/bench/explaining.py [--models ease,two_head] [--entries 300,1000] [--titles 6000]
        [--large 27000] [--threads 2] [--cpu] [--json]

What is wanted of each figure stands in `engine/bench/explaining.py`. On a machine that does other work besides, `--cpu`
counts the time of one thread alone, and nothing of what the others take.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time

from engine.bench.explaining import MEASURED, ExplainSpeed, explain_speeds
from engine.device import ask_threads
from engine.events import drive

_HEADS = ("left out", "dense", "times", "difference", "first title", "list", "one title", "new rating", "slider")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--models", type=lambda text: tuple(text.split(",")), default=MEASURED)
    parser.add_argument("--entries", type=lambda text: tuple(int(part) for part in text.split(",")), default=(300,))
    parser.add_argument("--titles", type=int, default=6000)
    parser.add_argument("--large", type=int, default=27_000, help="titles for the slider alone; 0: not measured")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    ask_threads(1 if arguments.cpu else arguments.threads)
    print("milliseconds".ljust(20) + "".join(head.rjust(12) for head in (*_HEADS, f"at {arguments.large:,}")))
    found: list[ExplainSpeed] = []
    for name in arguments.models:
        measure = explain_speeds(
            models=(name,),
            lengths=arguments.entries,
            titles=arguments.titles,
            large=arguments.large,
            clock=time.thread_time if arguments.cpu else time.perf_counter,
        )
        for speed in drive(measure):
            found.append(speed)
            print(row_of(speed), flush=True)
    if arguments.json:
        print(json.dumps([dataclasses.asdict(speed) for speed in found], indent=1))
    return 0


def row_of(speed: ExplainSpeed) -> str:
    large = speed.large_bent_seconds
    cells = [
        f"{1000 * speed.left_out_seconds:.1f}",
        f"{1000 * speed.dense_seconds:.0f}",
        f"{speed.dense_seconds / speed.left_out_seconds:.1f}",
        f"{speed.difference:.0e}",
        f"{1000 * speed.first_title_seconds:.0f}",
        f"{1000 * speed.list_seconds:.0f}",
        f"{1000 * speed.title_seconds:.0f}",
        f"{1000 * speed.rated_seconds:.1f}",
        f"{1000 * speed.bent_seconds:.1f}",
        "-" if large is None else f"{1000 * large:.1f}",
    ]
    return f"{speed.model}, {speed.ratings}".ljust(20) + "".join(cell.rjust(12) for cell in cells)


if __name__ == "__main__":
    sys.exit(main())
