"""Rows of numbers for titles, near each other where people like the same ones."""

from __future__ import annotations

import time

import numpy as np
import pytest

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.events import drive
from engine.models.base import ClosedFormModel
from engine.models.declaration import ModelConfig
from engine.models.ease import Ease, EaseConfig
from engine.models.ials import Ials, IalsConfig
from engine.models.mf import MfConfig
from engine.models.mf_by_turns import FactorizationByTurns
from engine.models.popularity import Popularity, PopularityConfig
from engine.models.registry import MODELS, build, kind_of
from engine.recommending.recommender import Recommender
from engine.recommending.vectors import item_vectors, vectors_key

Kind = type[ClosedFormModel]
KINDS: list[tuple[Kind, ModelConfig]] = [
    (Popularity, PopularityConfig()),
    (Ease, EaseConfig()),
    (Ials, IalsConfig(rank=8)),
    (FactorizationByTurns, MfConfig(rank=8)),
]


def two_tastes(*, titles: int = 40, people: int = 120, unseen: int = 2) -> Dataset:
    """Half of the people like even titles and dislike odd ones, half the other way; the last titles nobody has."""
    draw = np.random.default_rng(0)
    users, items, ratings = [], [], []
    for person in range(people):
        for item in draw.permutation(titles - unseen)[:16]:
            users.append(person)
            items.append(int(item))
            ratings.append(
                float(draw.choice([4.0, 4.5, 5.0]) if (item + person) % 2 == 0 else draw.choice([1, 2, 2.5]))
            )
    names = tuple(f"Title {item}" for item in range(titles))
    catalogue = Catalogue(names, (0,) * titles, ((),) * titles)
    histories = Histories.of(np.array(users), np.array(items), np.array(ratings), people=people)
    ids = [str(item) for item in range(titles)]
    people_ids = [str(person) for person in range(people)]
    scale = Scale(0.5, 5.0, 0.5)
    return Dataset("two", "Two tastes", Vocabulary(people_ids), Vocabulary(ids), catalogue, histories, scale, "")


def fitted(kind: Kind, config: ModelConfig, dataset: Dataset) -> Recommender:
    model = kind(config.fitted_to(dataset.histories.entries), items=dataset.titles, scale=dataset.scale)
    drive(model.fit(dataset.histories))
    return Recommender(model, dataset)


@pytest.mark.parametrize(("kind", "config"), KINDS)
def test_that_titles_which_the_same_people_like_lie_near_each_other(
    kind: type[ClosedFormModel], config: ModelConfig
) -> None:
    vectors_ID = item_vectors(fitted(kind, config, two_tastes()))
    near_II = vectors_ID @ vectors_ID.T
    np.fill_diagonal(near_II, -np.inf)
    nearest_I = near_II[:38].argmax(1)
    assert np.mean(nearest_I % 2 == np.arange(38) % 2) > 0.9


@pytest.mark.parametrize(("kind", "config"), KINDS)
def test_that_rows_have_length_one_or_are_zero_where_nothing_is_known(
    kind: type[ClosedFormModel], config: ModelConfig
) -> None:
    vectors_ID = item_vectors(fitted(kind, config, two_tastes()))
    lengths_I = np.linalg.norm(vectors_ID, axis=1)
    assert vectors_ID.dtype == np.float32
    assert lengths_I[:38] == pytest.approx(1.0, abs=1e-5)
    assert (lengths_I[38:] == 0).all()


@pytest.mark.parametrize("name", [name for name in MODELS if name not in ("blend", "popularity", "ease")])
def test_that_models_with_numbers_of_their_own_give_a_row_for_each_title(name: str) -> None:
    config = kind_of(name).config_class()
    assert isinstance(config, ModelConfig)
    model = build(name, config.fitted_to(1000), items=7, scale=Scale(0.5, 5.0, 0.5))
    found = model.item_vectors()
    assert found is None or len(found) == 7
    assert (found is None) == (name == "best_known")


def test_that_they_are_worked_out_once_for_a_recommender() -> None:
    recommender = fitted(Ease, EaseConfig(), two_tastes())
    assert item_vectors(recommender) is item_vectors(recommender)


def test_that_they_are_the_same_every_time() -> None:
    first, second = (item_vectors(fitted(Ease, EaseConfig(), two_tastes())) for _ in range(2))
    assert np.array_equal(first, second)


def test_that_no_ratings_at_all_give_zeros() -> None:
    dataset = two_tastes()
    model = Popularity(PopularityConfig(), items=dataset.titles, scale=dataset.scale)
    drive(model.fit(dataset.histories))
    empty = Dataset(
        "e",
        "Empty",
        Vocabulary(["1"]),
        dataset.items,
        dataset.catalogue,
        Histories.of_one([], []),
        dataset.scale,
        "",
    )
    assert not item_vectors(Recommender(model, empty)).any()


def test_that_many_titles_take_a_moment() -> None:
    draw = np.random.default_rng(0)
    titles, people = 20_000, 3_000
    users = np.repeat(np.arange(people), 100)
    items = (titles * draw.random(people * 100) ** 2).astype(int)
    keys = np.unique(users * titles + items)
    histories = Histories.of(keys // titles, keys % titles, np.full(len(keys), 4.0), people=people)
    ids = [str(item) for item in range(titles)]
    catalogue = Catalogue(tuple(ids), (0,) * titles, ((),) * titles)
    names = Vocabulary([str(person) for person in range(people)])
    dataset = Dataset("m", "Many", names, Vocabulary(ids), catalogue, histories, Scale(0.5, 5.0, 0.5), "")
    recommender = Recommender(Popularity(PopularityConfig(), items=titles, scale=dataset.scale), dataset)
    began = time.process_time()
    item_vectors(recommender)
    assert time.process_time() - began < 10


def test_that_the_key_of_vectors_is_that_of_what_the_model_learned() -> None:
    dataset = two_tastes()
    config = MfConfig(rank=4).fitted_to(dataset.histories.entries)
    first, again, other = (FactorizationByTurns(config, items=dataset.titles, scale=dataset.scale) for _ in range(3))
    for model in (first, again):
        drive(model.fit(dataset.histories))
    drive(other.fit(dataset.histories.take(np.arange(len(dataset.histories) - 1))))
    keys = [vectors_key(Recommender(model, dataset)) for model in (first, again, other)]
    assert keys[0] == keys[1] != keys[2]
    popular = Popularity(PopularityConfig(), items=dataset.titles, scale=dataset.scale)
    assert vectors_key(Recommender(popular, dataset)) == "entries"
