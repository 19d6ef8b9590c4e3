"""A command line to ask in tests, over an empty library or one with a planted data set."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import films
import pytest
import torch

from engine.cli.command_line import run


@dataclass(frozen=True)
class CommandLine:
    """Runs commands on one library."""

    home: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: object) -> tuple[int, str, str]:
        """Exit status, stdout and stderr of a command."""
        self.capsys.readouterr()
        try:
            status = run([str(word) for word in (*words, "--home", self.home)])
        except SystemExit as ended:
            status = int(ended.code or 0)
        printed = self.capsys.readouterr()
        return status, printed.out, printed.err

    def document(self, *words: object) -> dict[str, Any]:
        """The one JSON document that a command prints when it goes well."""
        status, out, err = self(*words, "--json")
        assert status == 0, err
        assert out.count("\n") == 1, "one JSON document, in one line"
        found: dict[str, Any] = json.loads(out)
        return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def planted_home(made_once: Callable[..., None], tmp_path: Path) -> Path:
    """A library with a data set in it."""
    made_once(films.planted_home, tmp_path)
    return tmp_path / "home"


@pytest.fixture
def ask(home: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[CommandLine]:
    threads = torch.get_num_threads()
    yield CommandLine(home, capsys)
    torch.set_num_threads(threads)
