"""The tour: the real window driven through all places on the sample, with a picture of each.

It uses the window as a person would: presses buttons, types and looks. It works in a throw-away home, prints a line per
step with its figures, and ends with a failure where a step does.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path


def run_tour(folder: Path) -> int:
    """Drive the window and save pictures into `folder`; 0, or 1 where a step failed."""
    started = time.perf_counter()
    from desktop_rec.app import Launch, make_application
    from desktop_rec.tour.hand import Hand, TourFailed
    from desktop_rec.tour.steps import STEPS

    folder.mkdir(parents=True, exist_ok=True)
    app = make_application(sys.argv[:1])
    with tempfile.TemporaryDirectory(prefix="desktop-rec-tour-") as home:
        launch = Launch(app, Path(home), theme="light")
        hand = Hand(app, launch, folder)
        try:
            launch.begin([])
            hand.begin(STEPS[0][0], at=started)
            for number, (title, step) in enumerate(STEPS):
                if number:
                    hand.begin(title)
                step(hand)
            status = 0
        except TourFailed as failure:
            print(f"FAILED  {failure}", flush=True)
            hand.picture("failed")
            status = 1
        hand.close_window()
        launch.end()
    words = "The tour is over" if status == 0 else "The tour ended early"
    print(f"{words} after {time.perf_counter() - started:.0f} s.", flush=True)
    return status
