"""The ways of the ladder are one network: equal losses, equal learning; and its story is told as it was measured."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
import torch
from planted import planted_dataset
from small_ladder import LADDER

from engine.bench.dense import DenseMultVae, SparseMultVae
from engine.bench.ladder_picture import drawing, reach, spans, summary
from engine.models.autoencoder import MultVae, MultVaeConfig
from engine.models.base import Moment

CPU = torch.device("cpu")


@pytest.fixture
def model():
    dataset = planted_dataset(people=40, titles=30)
    torch.manual_seed(1)
    made = MultVae(MultVaeConfig(hidden=(12,), latent=5, other_ratings=0.0, kl_steps=1), items=30, scale=dataset.scale)
    made.prepare(dataset.histories, seed=1)
    made.eval()
    return made, made.examples(dataset.histories, CPU).batch(torch.arange(20))


@pytest.mark.parametrize("kind", [DenseMultVae, SparseMultVae])
def test_that_plain_code_with_our_weights_has_our_loss_and_gives_them_back(model, kind):
    ours, batch = model
    plain = kind(30, hidden=12, latent=5).eval()
    plain.take_weights(ours)
    no_dropout = MultVae(ours.config.changed(dropout=0.0), items=30, scale=ours.scale).eval()
    no_dropout.load_state_dict(ours.state_dict())
    expected = no_dropout.losses(batch, noise=torch.Generator(), moment=Moment(5, 10)).total
    found = plain.loss_of(batch, kl_weight=ours.config.kl_cap)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    weights = {name: value.clone() for name, value in ours.state_dict().items()}
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.zero_()
    plain.give_weights(ours)
    for name, value in ours.state_dict().items():
        torch.testing.assert_close(value, weights[name])


def test_that_the_histories_stay_lists_of_titles_in_the_sparse_way(model, monkeypatch):
    _, batch = model
    monkeypatch.setattr(torch, "full", lambda *_, **__: pytest.fail("a table was made"))
    SparseMultVae(30, hidden=12, latent=5).loss_of(batch, kl_weight=0.1).backward()


def test_that_bars_begin_where_the_one_before_ended():
    assert spans(LADDER) == [(1.0, 2.0), (2.0, 6.0), (6.0, 3.0)]
    low, high = reach(LADDER)
    assert low < 1.0
    assert high > 6.0


def test_that_the_summary_says_the_product_and_what_became_of_the_lists():
    speed, quality = summary(LADDER)
    assert "3× as fast" in speed
    assert "2.0 s instead of 6.0 s" in speed
    assert "as good: NDCG@100 0.280, with plain code 0.300" in quality
    worse = replace(LADDER, rungs=(*LADDER.rungs[:-1], replace(LADDER.rungs[-1], quality=0.2)))
    assert "worse" in summary(worse)[1]
    unjudged = replace(LADDER, rungs=tuple(replace(rung, quality=None) for rung in LADDER.rungs))
    assert len(summary(unjudged)) == 1


def test_that_the_drawing_is_sound_and_names_from_files_stay_text():
    root = ElementTree.fromstring(drawing(LADDER))
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert any("Films <b>" in text for text in texts)
    kinds = [element.get("class") for element in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert kinds == ["page", "gain", "gain", "gain", "loss", "whole"]
