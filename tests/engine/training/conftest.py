"""A small split and a small model to train on it."""

from __future__ import annotations

import pytest
import torch
from planted import Kept, planted_dataset
from small_models import SMALL, small_model

from engine.data.dataset import Dataset
from engine.data.split import Split, SplitConfig, make_split


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def planted() -> Dataset:
    return planted_dataset()


@pytest.fixture
def split(planted: Dataset) -> Split:
    return make_split(planted, SplitConfig(kind="strong", seed=1))


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture(params=SMALL)
def fresh_model(request: pytest.FixtureRequest, split: Split):
    """Makes a fresh model of each kind that learns by steps."""
    return lambda seed=1: small_model(request.param, split, seed=seed)
