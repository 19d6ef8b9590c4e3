"""What a run will be before it starts: its training settings, and how many steps it will take.

Stands between the registry of models and the places Learning rate and Train.
"""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset
from engine.data.split import LIKES_THAT_COUNT, MOST_HELD_OUT_PEOPLE, SplitConfig
from engine.models.linear import ease_memory_bytes
from engine.models.memory import size_in_words
from engine.models.registry import MODELS, ModelKind
from engine.training.config import TrainingConfig
from engine.training.step import automatic_batch


def step_models() -> tuple[ModelKind, ...]:
    """The models that have a learning rate."""
    return tuple(kind for kind in MODELS.values() if kind.can.learns_by_steps)


def closed_models() -> tuple[ModelKind, ...]:
    """The models that are computed at once."""
    return tuple(kind for kind in MODELS.values() if not kind.can.learns_by_steps)


def training_config_of(kind: ModelKind) -> TrainingConfig:
    """What a model's training starts from."""
    return TrainingConfig().changed(**kind.training)


def people_who_count(dataset: Dataset) -> int:
    """How many people like enough titles to be held out or learned from in a strong split."""
    histories = dataset.histories
    liked_before = np.concatenate(([0], np.cumsum(histories.ratings_N >= dataset.scale.like)))
    likes_U = np.diff(liked_before[histories.indptr_U1])
    return int((likes_U >= LIKES_THAT_COUNT).sum())


def learning_people(dataset: Dataset, split: SplitConfig, *, counted: int) -> int:
    """From how many people a split learns; `counted` is people_who_count (asked once: it reads every rating)."""
    if split.kind != "strong":
        return dataset.people
    each = min(counted // 10, MOST_HELD_OUT_PEOPLE) if split.people_each is None else split.people_each
    return max(1, counted - 2 * each)


def planned_steps(training: TrainingConfig, *, people: int) -> int:
    """Optimizer steps of a whole run over so many people."""
    batch = min(training.batch or automatic_batch(people), people)
    return -(-people // max(1, batch)) * training.epochs


def estimate_words(kind: ModelKind, training: TrainingConfig, dataset: Dataset, *, people: int) -> str:
    """What a run will need, in a line."""
    if kind.can.learns_by_steps:
        steps = planned_steps(training, people=people)
        return f"{steps:,} steps: {training.epochs:,} epochs over {people:,} people"
    if kind.name == "ease":
        return f"Needs up to {size_in_words(ease_memory_bytes(dataset.titles))} of memory for {dataset.titles:,} titles"
    return f"Counts {dataset.entries:,} ratings of {dataset.titles:,} titles"
