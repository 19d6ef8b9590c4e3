"""`python -m engine`: every step that a person can click exists as a command."""

from __future__ import annotations

import sys

from engine.cli.command_line import run

if __name__ == "__main__":
    sys.exit(run())
