"""How long a person waits at the start: until the first view, and until the first list of the sample.

    python tests/bench/start_time.py [--times 3]

Each time a fresh process starts the window in a throw-away home. The first figure runs from the start of the command
until the first view is painted; the second from the press on *Use the sample* (import included, torch not yet loaded)
until a list for somebody who has rated three films is there. Then the window is opened a second time in the same home:
the third figure runs from the start of that command until the list is there again, of the stored first model.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_RATED = (("1", "Toy Story", 1995, 4.0), ("2571", "The Matrix", 1999, 5.0), ("608", "Fargo", 1996, 4.5))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--began", type=float, help="used within: when the command was given")
    parser.add_argument("--home", type=Path, help="used within: the throw-away home")
    asked = parser.parse_args()
    if asked.began is not None:
        return one_start(asked.began, asked.home)
    print(f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}")
    for _ in range(asked.times):
        with tempfile.TemporaryDirectory() as home:
            first, again = _started(home), _started(home)
        print(
            f"first view after {first['view_s']:.2f} s, first list {first['list_s']:.2f} s after the press; "
            f"opened again: list {again['list_s']:.2f} s after the start"
        )
    return 0


def _started(home: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--home", home, "--began", str(time.time())]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def one_start(began: float, home: Path) -> int:
    from desktop_rec.app import Launch, make_application
    from desktop_rec.tour.hand import Hand

    app = make_application(sys.argv[:1])
    launch = Launch(app, home, theme="light")
    is_again = bool(launch.preferences.dataset_id)
    launch.begin([])
    app.processEvents()
    view_s = time.time() - began
    hand, session = Hand(app, launch, home), launch.session
    if is_again:
        hand.wait(lambda: session.recommendations.list is not None, "a list", seconds=600.0)
        list_s = time.time() - began
    else:
        hand.begin("Start")
        hand.wait(lambda: session.profile.current is not None, "a profile")
        profile = session.profile.current
        session.library.files.profiles.save(_with_ratings(profile))
        session.profile.load(profile.profile_id)
        hand.go_to("for_you")
        pressed = time.time()
        session.importing.use_sample()
        hand.wait(lambda: session.recommendations.list is not None, "a list", seconds=600.0)
        list_s = time.time() - pressed
        hand.wait(lambda: session.queries.is_idle, "the stars", seconds=600.0)
    print(json.dumps({"view_s": view_s, "list_s": list_s}))
    hand.close_window()
    launch.end()
    return 0


def _with_ratings(profile: object) -> object:
    from dataclasses import replace

    from engine.data.profiles import ProfileEntry

    return replace(profile, entries=tuple(ProfileEntry(*rated) for rated in _RATED))


if __name__ == "__main__":
    sys.exit(main())
