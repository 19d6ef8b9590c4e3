"""What a run will be before it starts: its training settings, and how many steps it will take.

Stands between the registry of models and the places Learning rate and Train.
"""

from __future__ import annotations

from engine.data.dataset import Dataset
from engine.data.split import MOST_HELD_OUT_PEOPLE, SplitConfig
from engine.models.defaults import facts_of
from engine.models.ease import ease_memory_bytes
from engine.models.memory import size_in_words
from engine.models.registry import MODELS, ModelKind
from engine.training.config import TrainingConfig, automatic_batch

_STEPS_OF_A_WINDOW = 10


def step_models() -> tuple[ModelKind, ...]:
    """The models that have a learning rate."""
    return tuple(kind for kind in MODELS.values() if kind.can.learns_by_steps)


def closed_models() -> tuple[ModelKind, ...]:
    """The models that are computed at once."""
    return tuple(kind for kind in MODELS.values() if not kind.can.learns_by_steps and not kind.made_of_runs)


def training_config_of(kind: ModelKind, *, entries: int = 0) -> TrainingConfig:
    """What a model's training starts from on a data set of so many entries."""
    return TrainingConfig().changed(**kind.training_for(entries))


def people_who_count(dataset: Dataset) -> int:
    """How many people like enough titles to be held out or learned from in a strong split."""
    return facts_of(dataset).counted


def learning_people(dataset: Dataset, split: SplitConfig, *, counted: int) -> int:
    """From how many people a split learns; `counted` is people_who_count (asked once: it reads every rating)."""
    if split.kind != "strong":
        return dataset.people
    each = min(counted // 10, MOST_HELD_OUT_PEOPLE) if split.people_each is None else split.people_each
    return max(1, counted - 2 * each)


def examples_of(kind: ModelKind, dataset: Dataset, split: SplitConfig, *, people: int) -> int:
    """About how many examples an epoch goes through, from so many people: themselves, or their share of the ratings."""
    if kind.can.examples == "people" or dataset.people == 0:
        return people
    held_out = split.kind in ("random", "time")
    share = (1.0 - split.test_share) * (1.0 - split.validation_share) if held_out else 1.0
    ratings = max(1, round(dataset.entries * share * people / dataset.people))
    if kind.can.examples == "ratings":
        return ratings
    return -(-ratings // _STEPS_OF_A_WINDOW) + people // 2


def planned_steps(training: TrainingConfig, *, examples: int, unit: str = "people") -> int:
    """Optimizer steps of a whole run over so many examples."""
    batch = min(training.batch or automatic_batch(examples, unit), examples)
    return -(-examples // max(1, batch)) * training.epochs


def estimate_words(kind: ModelKind, training: TrainingConfig, dataset: Dataset, *, examples: int) -> str:
    """What a run will need, in a line."""
    if kind.can.learns_by_steps:
        unit = kind.can.examples
        steps, about = planned_steps(training, examples=examples, unit=unit), "" if unit == "people" else "about "
        return f"{about}{steps:,} steps: {training.epochs:,} epochs over {about}{examples:,} {unit}"
    if kind.name == "ease":
        return f"Needs up to {size_in_words(ease_memory_bytes(dataset.titles))} of memory for {dataset.titles:,} titles"
    return f"Counts {dataset.entries:,} ratings of {dataset.titles:,} titles"
