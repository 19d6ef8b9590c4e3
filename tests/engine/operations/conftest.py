"""A library with a planted data set in it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from planted import planted_dataset

from engine.data.dataset import Dataset
from engine.data.importing.importer import ImportReport
from engine.library.store import Library


@pytest.fixture(autouse=True)
def _threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def library(tmp_path: Path):
    with Library.open(tmp_path / "home", who="a test") as opened:
        yield opened


@pytest.fixture
def dataset(library) -> Dataset:
    report = ImportReport("columns", "utf-8", "comma", 1, {}, (), 0, 0, 0.1, 1.0, ("ratings.csv",))
    library.datasets.save(planted_dataset(), report)
    return library.datasets.open("planted")
