"""The headless door: `python -m engine`. Every step that a person can click exists here as a command."""

from __future__ import annotations

import sys

from engine.cli.command_line import run

if __name__ == "__main__":
    sys.exit(run())
