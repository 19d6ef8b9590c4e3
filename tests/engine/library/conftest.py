"""A library in a throw-away folder, a small data set and a report such as the importer gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from planted import planted_dataset

from engine.data.dataset import Dataset
from engine.data.importing.importer import ImportReport
from engine.library.store import Library


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def library(home: Path):
    with Library.open(home, who="a test") as opened:
        yield opened


@pytest.fixture
def planted() -> Dataset:
    return planted_dataset(people=40, titles=20)


@pytest.fixture
def report() -> ImportReport:
    return ImportReport("columns with names", "utf-8", "comma", 400, {}, (), 0, 0, 0.1, 50.0, ("ratings.csv",))
