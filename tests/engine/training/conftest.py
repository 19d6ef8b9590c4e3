"""A small split and a small model to train on it."""

from __future__ import annotations

import pytest
import torch
from planted import Kept, planted_dataset

from engine.data.dataset import Dataset
from engine.data.split import Split, SplitConfig, make_split
from engine.models.registry import build
from engine.models.two_head_config import TwoHeadConfig


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


@pytest.fixture
def fresh_model(split: Split):
    config = TwoHeadConfig(hidden=(24,), latent=8, decoder=(16, 24))
    return lambda seed=1: build("two_head", config, items=split.titles, scale=split.scale, seed=seed)
