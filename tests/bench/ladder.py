"""How many times faster learning is than plain dense code, rung by rung, on synthetic people like MovieLens-20M's.

    PYTHONPATH=. python tests/bench/ladder.py [--titles 20108] [--models mult_vae,two_head] [--threads 2] [--clock wall]
                                              [--precision auto] [--repeats 5] [--json]

Milliseconds are for 500 people. `--clock cpu` with one thread counts the processor's time of that thread, which other
programs on a busy machine hardly change.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict

from engine.bench.ladder import PEOPLE, TITLES, circumstances, ladder
from engine.device import ask_threads
from engine.events import drive


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--titles", type=int, default=TITLES)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--models", default="mult_vae,two_head")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    ask_threads(asked.threads)
    clock = time.thread_time if asked.clock == "cpu" else time.perf_counter
    models = tuple(asked.models.split(","))
    rungs = drive(
        ladder(
            titles=asked.titles,
            people=asked.people,
            models=models,
            precision=asked.precision,
            repeats=asked.repeats,
            clock=clock,
        )
    )
    if asked.json:
        print(json.dumps({"circumstances": circumstances(), "rungs": [asdict(rung) for rung in rungs]}))
        return 0
    print(", ".join(f"{name} {value}" for name, value in circumstances().items()) + f"; {asked.titles:,} titles")
    print(f"{'':10}{'':26}{'ms':>8}{'x dense':>10}{'x own dense':>13}{'of products':>13}")
    for rung in rungs:
        of_products = f"{rung.against_products:.2f}" if rung.against_products else ""
        times = f"{rung.against_dense:>10.2f}{rung.against_own_dense:>13.2f}{of_products:>13}"
        print(f"{rung.model:10}{rung.words:26}{rung.milliseconds:>8.0f}{times}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
