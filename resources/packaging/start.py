"""What a built program runs: the window, or the engine's commands after --engine.

After -m it is Python, for the processes that torchrun starts to learn together: `sys.executable` is this program there.
"""

import multiprocessing
import os
import runpy
import sys
from collections.abc import Sequence

_LIBRARIES = "LD_LIBRARY_PATH"


def module_in(words: Sequence[str]) -> list[str]:
    """The module that is asked for as of Python, and its words: `-u -m NAME WORDS`; [] where none is."""
    words = [*words[1:]] if words[:1] == ["-u"] else [*words]
    return words[1:] if words[:1] == ["-m"] else []


def give_libraries_back() -> None:
    """Let programs that are started from here, such as a browser, load the system's libraries and not ours."""
    former = os.environ.pop(f"{_LIBRARIES}_ORIG", None)
    os.environ.pop(_LIBRARIES, None)
    if former is not None:
        os.environ[_LIBRARIES] = former


def run() -> int:
    """Be Python for a module, or the program."""
    asked = module_in(sys.argv[1:])
    if asked:
        sys.argv = asked
        runpy.run_module(asked[0], run_name="__main__", alter_sys=True)
        return 0
    from desktop_rec.__main__ import main

    return main()


if __name__ == "__main__":
    multiprocessing.freeze_support()
    give_libraries_back()
    sys.exit(run())
