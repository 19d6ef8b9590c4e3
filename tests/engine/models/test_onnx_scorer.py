"""Scores as other programs work them out: by whole matrices, and by an ONNX file that another runtime reads."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from planted import planted_dataset

from engine.data.dataset import Histories
from engine.errors import SettingError
from engine.events import drive
from engine.models import onnx_scorer
from engine.models.declaration import GRAPH_PACKAGES
from engine.models.registry import build, kind_of
from engine.models.two_head_config import TwoHeadConfig

NETWORKS = {
    "mult_dae": {},
    "mult_vae": {"hidden": (12,)},
    "two_head": {"hidden": (24,), "latent": 8, "decoder": (16, 24)},
    "ease": {},
}
VARIANTS = [
    ("mult_dae", {}),
    ("mult_vae", {}),
    ("ease", {}),
    ("ease", {"fold_in_others": 0.3}),
    ("two_head", {}),
    ("two_head", {"normalisation": "z_scores", "inputs": "ratings"}),
    ("two_head", {"normalisation": "table", "rating_table": "-2, 0.5, 2"}),
    ("two_head", {"presence_loss": "mse", "heads": "shared", "kl_cap": 0.1}),
]
PROFILES = [
    ([], []),
    ([0, 3, 7], [5, 4, 2]),
    ([1, 2, 5, 30], [None, 3, 3, None]),
    (list(range(0, 40, 2)), [1, 5] * 10),
    ([39], [4.5]),
]


@pytest.fixture(scope="module")
def trained():
    """Models that have learned something, by name and settings."""
    dataset, made = planted_dataset(), {}

    def of(name, changes):
        key = (name, tuple(changes.items()))
        if key not in made:
            config = kind_of(name).config_class().changed(**NETWORKS[name], **changes).fitted_to(1000)
            model = made[key] = build(name, config, items=dataset.titles, scale=dataset.scale, seed=2)
            if name == "ease":
                drive(model.fit(dataset.histories))
            else:
                model.prepare(dataset.histories, seed=2)
            model.eval()
        return made[key]

    return of


@pytest.fixture
def profiles():
    return [
        Histories.of_one(items, ratings) if items else Histories.of([], [], [], people=1) for items, ratings in PROFILES
    ]


def matrices(titles):
    """What goes in: which titles each profile holds, which of them have a rating, and the ratings."""
    found = {name: np.zeros((len(PROFILES), titles), dtype=np.float32) for name in onnx_scorer.INPUTS}
    for row, (items, ratings) in enumerate(PROFILES):
        found["seen"][row, items] = 1.0
        found["rated"][row, items] = [rating is not None for rating in ratings]
        found["ratings"][row, items] = [rating or 0.0 for rating in ratings]
    return found


def expected(model, profiles):
    return np.concatenate([model.predict(profile).score_UI.numpy() for profile in profiles])


@pytest.mark.parametrize(("name", "changes"), VARIANTS)
def test_that_scores_of_whole_matrices_are_those_of_profiles(trained, profiles, name, changes):
    model = trained(name, changes)
    with torch.no_grad():
        found = model.dense_scores(*(torch.from_numpy(matrix) for matrix in matrices(model.items).values()))
    np.testing.assert_allclose(found.numpy(), expected(model, profiles), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("name", "changes"), VARIANTS)
@pytest.mark.thorough
def test_that_another_runtime_gives_the_same_scores_from_the_file(trained, profiles, name, changes):
    runtime = pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
    for package in GRAPH_PACKAGES:
        pytest.importorskip(package, reason="the extra onnx is not installed")
    model, file = trained(name, changes), io.BytesIO()
    onnx_scorer.write_scorer(file, model, title="Mine", item_ids=[f"t{row}" for row in range(model.items)])
    session = runtime.InferenceSession(file.getvalue(), providers=["CPUExecutionProvider"])
    given = matrices(model.items)
    (found,) = session.run(["scores"], given)
    np.testing.assert_allclose(found, expected(model, profiles), rtol=1e-4, atol=1e-5)
    (first,) = session.run(["scores"], {name: matrix[1:2] for name, matrix in given.items()})
    np.testing.assert_allclose(first[0], found[1], rtol=1e-5, atol=1e-6)
    known = session.get_modelmeta().custom_metadata_map
    assert (known["title"], known["titles"].split("\n")[-1]) == ("Mine", f"t{model.items - 1}")


def test_that_a_model_whose_scores_are_no_graph_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(onnx_scorer, "can_write_graphs", lambda: True)
    dataset = planted_dataset()
    config = kind_of("popularity").config_class()
    with pytest.raises(SettingError, match="The scores of Mine are worked out for each person anew"):
        onnx_scorer.refuse_unwritable(build("popularity", config, items=dataset.titles, scale=dataset.scale), "Mine")


def test_that_where_the_packages_are_missing_it_is_said_how_to_install_them(monkeypatch):
    monkeypatch.setattr(onnx_scorer, "can_write_graphs", lambda: False)
    dataset = planted_dataset()
    model = build(
        "two_head", TwoHeadConfig(hidden=(4,), latent=2, decoder=(4,)), items=dataset.titles, scale=dataset.scale
    )
    with pytest.raises(SettingError, match="not installed here") as refused:
        onnx_scorer.refuse_unwritable(model, "Mine")
    assert "pip install onnx onnxscript" in refused.value.remedy
