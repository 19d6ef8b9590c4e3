"""Small data with something planted: two tastes, much noise and few ratings, or nearly everything rated."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import torch

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary, fingerprinting
from engine.data.split import Split, SplitConfig, make_split
from engine.events import EpochEnded, drive
from engine.training.checkpoint import TrainingState

CPU = torch.device("cpu")


def fingerprint_of(histories: Histories, users: Vocabulary, items: Vocabulary) -> str:
    return drive(fingerprinting(histories, users, items))


def strong_split(dataset: Dataset, *, people_seed: int, hold_out_seed: int, people_each: int | None = None) -> Split:
    config = SplitConfig(kind="strong", seed=hold_out_seed, people_seed=people_seed, people_each=people_each)
    return make_split(dataset, config)


@lru_cache
def planted_dataset(people: int = 120, titles: int = 40, *, seed: int = 5) -> Dataset:
    """Half the people love the first half of the titles, half the second; one object, shared by who asks for it."""
    rng = np.random.default_rng(seed)
    users, items, ratings = [], [], []
    for user in range(people):
        loved = (np.arange(titles) < titles // 2) == (user % 2 == 0)
        chances = np.where(loved, 9.0, 1.0)
        for item in rng.choice(titles, size=titles // 3, replace=False, p=chances / chances.sum()):
            loves = loved[item]
            users.append(user)
            items.append(item)
            ratings.append(float(np.clip(np.round(rng.normal(4.6 if loves else 2.0, 0.5)), 1, 5)))
    histories = Histories.of(np.array(users), np.array(items), np.array(ratings), people=people)
    return dataset_of(histories, titles=titles, scale=Scale(1, 5, 1))


def sparse_dataset(people: int = 1500, titles: int = 600, *, seed: int = 5) -> Dataset:
    """Five ratings a person, most of a few titles: habits of people, worth of titles, and noise; no tastes at all.

    Those who rate high seek out what is good, so that a title's mean misleads unless biases are fitted together.
    """
    rng = np.random.default_rng(seed)
    habits_U, worth_I = rng.normal(0, 0.8, people), rng.normal(0, 0.6, titles)
    known_I = 1.0 / np.arange(1, titles + 1)
    users, items = [], []
    for user, count in enumerate(1 + rng.poisson(4.0, people)):
        chances = known_I * np.exp(habits_U[user] * worth_I)
        users += [user] * count
        items += list(rng.choice(titles, size=count, replace=False, p=chances / chances.sum()))
    users, items = np.array(users), np.array(items)
    noise = rng.normal(0, 1.0, len(users))
    ratings = np.clip(np.round(3.5 + habits_U[users] + worth_I[items] + noise), 1, 5)
    return dataset_of(Histories.of(users, items, ratings, people=people), titles=titles, scale=Scale(1, 5, 1))


def dense_dataset(people: int = 1200, titles: int = 60, *, seed: int = 1) -> Dataset:
    """Nearly everything is rated, loved or hated, whatever was at hand: that a title was rated says nothing."""
    rng = np.random.default_rng(seed)
    tastes_UK, sides_IK = rng.normal(size=(people, 6)), rng.normal(size=(titles, 6))
    worth_UI = rng.normal(0, 0.5, (people, 1)) + rng.normal(0, 0.5, titles) + 0.6 * tastes_UK @ sides_IK.T
    loves_UI = worth_UI + rng.normal(0, 0.8, (people, titles)) > 0.3
    ratings_UI = np.where(loves_UI, rng.integers(8, 11, (people, titles)), rng.integers(1, 5, (people, titles)))
    users, items = np.nonzero(rng.random((people, titles)) < rng.beta(5, 3, (people, 1)))
    histories = Histories.of(users, items, ratings_UI[users, items], people=people)
    return dataset_of(histories, titles=titles, scale=Scale(1, 10, 1))


def dataset_of(histories: Histories, *, titles: int, scale: Scale) -> Dataset:
    """A data set of these histories, its people and titles called by their rows."""
    people = len(histories)
    people_ids, item_ids = Vocabulary([str(u) for u in range(people)]), Vocabulary([str(i) for i in range(titles)])
    catalogue = Catalogue(tuple(f"Film {i}" for i in range(titles)), (2000,) * titles, ((),) * titles)
    print_ = fingerprint_of(histories, people_ids, item_ids)
    return Dataset("planted", "Planted", people_ids, item_ids, catalogue, histories, scale, print_)


@dataclass
class Kept:
    """A RunRecorder that remembers."""

    states: list[TrainingState] = field(default_factory=list)
    curves: list[EpochEnded] = field(default_factory=list)

    def save_checkpoint(self, state: TrainingState) -> None:
        self.states.append(state)

    def save_epoch(self, epoch: EpochEnded) -> None:
        self.curves.append(epoch)
