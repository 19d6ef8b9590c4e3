"""What a built program runs: the window, or the engine's commands after --engine."""

import multiprocessing
import sys

from desktop_rec.__main__ import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
