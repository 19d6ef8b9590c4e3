"""Each model declares the network that its settings make, so that it can be drawn and read."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from engine.models.network import INPUT, OUTPUT, TABLE
from engine.models.registry import trainable_models
from engine.training.plan import TrainingPlan

COUNTS = SimpleNamespace(people=6_000, titles=4_000, entries=1_000_000, counted=6_000, liked=None, likes=None)


def network_of(model: str, **settings):
    return TrainingPlan.defaults(model).changed(**settings).network(COUNTS)


@pytest.mark.parametrize("kind", trainable_models(), ids=lambda kind: kind.name)
def test_that_every_model_has_a_network_from_what_goes_in_to_what_comes_out(kind):
    network = network_of(kind.name)
    assert {layer.role for layer in network.columns[0]} <= {INPUT, TABLE}
    assert {layer.role for layer in network.columns[-1]} == {OUTPUT}
    assert network.losses
    reached = {to for _, to in network.links()}
    assert reached == {(c, r) for c, layers in enumerate(network.columns) for r in range(len(layers)) if c}
    assert network.words.endswith(".")


def widths(network) -> list[list[int]]:
    return [[layer.width for layer in column] for column in network.columns]


def test_that_the_widths_are_those_of_the_weights():
    assert widths(network_of("mult_vae", hidden=(600,), latent=200)) == [[4_000], [600], [200], [600], [4_000]]
    assert widths(network_of("embedding_mlp", embedding=50, hidden=(64, 32))) == [[50, 50], [64], [32], [1]]
    assert widths(network_of("mf", rank=25)) == [[25, 25], [1], [1]]
    assert widths(network_of("lstm", reads_ratings=False)) == [[64], [128], [1]]


def test_that_two_heads_have_two_decoders_or_share_one():
    sizes = {"hidden": (2048,), "latent": 512, "decoder": (1024, 2048)}
    separate = network_of("two_head", **sizes)
    assert widths(separate) == [[8_000], [2048], [512], [1024, 1024], [2048, 2048], [4_000, 4_000]]
    assert ((3, 0), (4, 0)) in separate.links()
    assert ((3, 0), (4, 1)) not in separate.links()
    shared = network_of("two_head", heads="shared", loss_weights="learned", kl_cap=0.2, **sizes)
    assert widths(shared)[3:] == [[1024], [2048], [4_000, 4_000]]
    assert shared.losses == ("multinomial likelihood", "0.2 × divergence", "Huber of stars (weights learned)")


def test_that_it_is_read_as_a_sentence():
    assert network_of("mf", rank=25, solver="sgd").words == (
        "Person (25) and Title (25), then Dot product (1, with biases), then Rating (1). Loss: squared error."
    )
