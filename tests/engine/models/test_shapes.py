"""Models of which only the shapes are made."""

import subprocess
import sys

import pytest
import torch
from planted import planted_dataset
from small_models import SMALL

from engine.models.registry import MODELS, build, fitted_config
from engine.models.shapes import build_shapes

DATASET = planted_dataset()


@pytest.mark.parametrize("name", [name for name in MODELS if name != "blend"])
def test_that_the_shapes_are_those_of_the_model(name):
    config = fitted_config(name, SMALL.get(name), entries=DATASET.entries, titles=DATASET.titles)
    made = build(name, config, items=DATASET.titles, scale=DATASET.scale).state_dict()
    shapes = build_shapes(name, config, items=DATASET.titles, scale=DATASET.scale).state_dict()
    assert {key: tensor.shape for key, tensor in shapes.items()} == {key: tensor.shape for key, tensor in made.items()}
    assert all(tensor.device == torch.device("meta") for tensor in shapes.values())


@pytest.mark.thorough
def test_that_no_shapes_make_torch_import_its_compiler():
    program = """
import sys
from engine.data.dataset import Scale
from engine.models.registry import MODELS, fitted_config
from engine.models.shapes import build_shapes
for name in MODELS:
    if name != "blend":
        build_shapes(name, fitted_config(name, None, entries=9_000), items=60, scale=Scale(1, 5, 1))
sys.exit("torch._dynamo" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
