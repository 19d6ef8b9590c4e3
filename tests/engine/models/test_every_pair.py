"""Networks asked about every person and title at once answer as pair by pair, and as the models' plain definitions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from planted import planted_dataset

from engine.models import embedding_mlp, every_pair, lstm
from engine.models.embedding_mlp import EmbeddingMlpConfig
from engine.models.every_pair import lstm_step, reaches_too_far, relu_network
from engine.models.lstm import LstmConfig
from engine.models.registry import build


@pytest.fixture(autouse=True)
def _few_titles_at_once(monkeypatch):
    monkeypatch.setattr(every_pair, "TITLES_AT_ONCE", 7)
    monkeypatch.setattr(lstm, "_MANY_TITLES", 1)
    monkeypatch.setattr(embedding_mlp, "_MANY_TITLES", 1)
    monkeypatch.setattr(embedding_mlp, "_PAIRS_AT_ONCE", 1)
    for module in (lstm, embedding_mlp):
        monkeypatch.setattr(module, "TITLES_IN_A_LOT", 11)


@pytest.fixture
def draw():
    generator = torch.Generator().manual_seed(5)
    return lambda *shape: torch.randn(*shape, generator=generator)


@pytest.mark.parametrize("deeper", [(), (6,), (6, 3)])
def test_that_relu_layers_are_those_of_each_pair(draw, deeper):
    persons, items, widths = draw(5, 4), draw(23, 4), (4, *deeper)
    layers = [(draw(narrow, wide), draw(narrow)) for wide, narrow in zip(widths, deeper, strict=False)]
    hidden = torch.relu(persons[:, None] + items[None])
    for weight, bias in layers:
        hidden = torch.relu(torch.nn.functional.linear(hidden, weight, bias))
    last = draw(1, widths[-1])
    torch.testing.assert_close(
        relu_network(persons, items, layers, last), (hidden @ last.T)[..., 0], rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize("spread", [0.3, 3.0, 12.0])
def test_that_an_lstm_step_is_torchs_own(draw, spread):
    titles, persons, cells, last = spread * draw(23, 12), spread * draw(5, 12), draw(5, 3), draw(3)
    together = titles[None] + persons[:, None]
    let_in, forget, candidate, output = together.chunk(4, dim=-1)
    new = torch.sigmoid(forget) * cells[:, None] + torch.sigmoid(let_in) * torch.tanh(candidate)
    expected = (torch.sigmoid(output) * torch.tanh(new)) @ last
    assert not reaches_too_far(titles, persons) or spread == 12.0
    torch.testing.assert_close(lstm_step(titles, persons, cells, last), expected, rtol=1e-5, atol=1e-5)


def test_that_gates_beyond_the_reach_of_powers_are_seen():
    assert reaches_too_far(torch.zeros(2), torch.tensor([-41.0]))
    assert reaches_too_far(torch.tensor([float("inf")]))
    assert not reaches_too_far(torch.tensor([40.0]), torch.zeros(0))


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("lstm", LstmConfig(embedding=5, hidden=6, window=4)),
        ("embedding_mlp", EmbeddingMlpConfig(embedding=5, hidden=(8, 4), l2=0.01)),
        ("embedding_mlp", EmbeddingMlpConfig(embedding=5, hidden=(8,), l2=0.01, norm=False)),
    ],
)
def test_that_what_is_predicted_is_that_of_the_slow_definition(draw, monkeypatch, name, config):
    histories = planted_dataset(people=40, titles=30).histories
    model = build(name, config, items=30, scale=planted_dataset(people=40, titles=30).scale)
    model.prepare(histories, seed=1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(0.5 * draw(*parameter.shape))
        for key, value in model.named_buffers():
            if key.endswith(("mean_H", "variance_H")):
                value.copy_(draw(*value.shape).abs() + 0.1)
    model.eval()
    columns = np.array([3, 29, 0, 11])
    whole, left = (
        model.predict(histories),
        model.leave_one_out(histories.row(2), left_out_V=np.arange(3), columns_C=columns),
    )
    for module in (lstm, embedding_mlp):
        monkeypatch.setattr(module, "_MANY_TITLES", 10**9)
        monkeypatch.setattr(module, "TITLES_IN_A_LOT", 10**9)
    slow, slow_left = (
        model.predict(histories),
        model.leave_one_out(histories.row(2), left_out_V=np.arange(3), columns_C=columns),
    )
    for found, expected in ((whole, slow), (left, slow_left)):
        assert float(expected.score_UI.std()) > 0.01
        torch.testing.assert_close(found.score_UI, expected.score_UI, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(found.rating_UI, expected.rating_UI, rtol=1e-5, atol=1e-5)
