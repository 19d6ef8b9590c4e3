"""The command `desktop-rec`: looks whether a window can be shown at all, then shows it.

Imports neither Qt nor torch before it knows. On Windows torch is imported before Qt; it fails otherwise.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import engine
from desktop_rec.window.system_libraries import has_display, missing_libraries, missing_sentence
from engine.cli.program import ENGINE_OPTION, prepare_output
from engine.library.home import home_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the window, the tour, or the engine's commands; the exit status."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] == [ENGINE_OPTION]:
        from engine.cli.command_line import run

        return run(words[1:])
    asked = _parser().parse_args(arguments)
    has_screen = has_display()
    if not has_screen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    missing = missing_libraries()
    if missing:
        print(missing_sentence(missing), file=sys.stderr)
        return 1
    if sys.platform == "win32":
        import torch  # noqa: F401  (before Qt, or its libraries do not load)
    if asked.tour is not None:
        return _tour(asked.tour)
    if not has_screen:
        print("There is no display here, so the tour of the window runs without one.")
        return _tour(_picture_folder())

    return _run_window(asked)


def _run_window(asked: argparse.Namespace) -> int:
    """Be the window of the home, or hand the files to the one that is open, which takes a moment."""
    from desktop_rec.window.one_window import OneWindow

    one_window = OneWindow(home_of(asked.home))
    obstacle = one_window.claim(asked.files)
    if obstacle is None:
        return 0
    if obstacle:
        print(obstacle, file=sys.stderr)
        return 1

    from desktop_rec import app

    return app.run(asked, one_window)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="desktop-rec", description="See what to watch and why, from your own ratings, on your own computer."
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a ratings file to open")
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="colours of the window")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the folder where everything is kept")
    parser.add_argument("--tour", type=Path, metavar="DIR", help="drive the window through all places, save pictures")
    parser.add_argument(
        ENGINE_OPTION, action="store_true", help="as the first word: commands without the window (--engine --help)"
    )
    parser.add_argument("--version", action="version", version=f"Desktop Rec {engine.__version__}")
    return parser


def _tour(folder: Path) -> int:
    prepare_output()
    status = _run_tour(folder)
    print(f"The pictures are in {folder.resolve()}")
    return status


def _run_tour(folder: Path) -> int:
    from desktop_rec.tour import run_tour

    return run_tour(folder)


def _picture_folder() -> Path:
    here = Path.cwd() / "tour"
    try:
        here.mkdir(exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="desktop-rec-tour-"))
    return here


if __name__ == "__main__":
    sys.exit(main())
