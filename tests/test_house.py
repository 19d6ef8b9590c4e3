"""The house rules that tools can hold: style, types, and who may import whom."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["lint-imports"],
    ],
    ids=lambda command: " ".join(command),
)
def test_that_the_house_rules_hold(command):
    program = TOOLS / (command[0] + (".exe" if os.name == "nt" else ""))
    done = subprocess.run([str(program), *command[1:]], cwd=HOUSE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_that_importing_the_engine_does_not_import_torch_or_qt():
    line = "import engine, sys; assert not {'torch', 'PySide6', 'pandas'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", line], cwd=HOUSE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
