"""Before a run: the search for a learning rate, and models that have learned nothing yet. Nothing is stored."""

from __future__ import annotations

import torch

from engine.data.dataset import Dataset
from engine.data.split import Split, SplitConfig, make_split
from engine.device import choose_device, use_cores
from engine.errors import TrainingError
from engine.events import Job, StageStarted
from engine.library.store import Library
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.registry import build, fitted_config, kind_of
from engine.settings import Config
from engine.training import lr_finder
from engine.training.config import FinderConfig, TrainingConfig
from engine.training.lr_finder import RateSweep
from engine.training.plan import with_own_optimizer
from engine.training.settling import Settled, settle


def find_rate(
    library: Library,
    dataset: Dataset,
    *,
    model: str,
    model_config: Config | None = None,
    training: TrainingConfig | None = None,
    finder: FinderConfig | None = None,
    split: SplitConfig | None = None,
    device: str = "auto",
    suggestion: str | None = None,
) -> Job[RateSweep]:
    """Sweep learning rates for a model on the training people of a split; after a Stop, what was measured so far.

    `suggestion` is the reading that is taken, and None means the model's own, as for all settings. Raises TrainingError
    for models that are computed at once.

    Examples
    --------
    ::

        found = drive(operations.find_rate(library, dataset, model="two_head"))
    """
    refuse_without_rate(model, model_config)
    use_cores()
    chosen = choose_device(device)
    yield StageStarted("splitting", "Setting people aside to evaluate on")
    divided = make_split(dataset, split or default_split(model))
    training = with_own_optimizer(training or default_training(model, dataset, model_config), model_config)
    finder = finder or default_finder(model, model_config)
    config = (yield from settled(model, model_config, divided, dataset)).config
    return (yield from sweep(divided, dataset, model, config, training, finder, chosen, suggestion=suggestion))


def settled(model: str, config: Config | None, split: Split, dataset: Dataset) -> Job[Settled]:
    """A model's settings with everything automatic chosen for a split, and said. Stop passes through."""
    found = yield from settle(model, config, split, entries=dataset.entries)
    if found.words:
        yield StageStarted("chosen", found.words)
    return found


def sweep(
    split: Split,
    dataset: Dataset,
    model: str,
    model_config: Config | None,
    training: TrainingConfig,
    finder: FinderConfig,
    device: torch.device,
    *,
    suggestion: str | None = None,
) -> Job[RateSweep]:
    """The learning-rate sweep of a fresh model on a split, after its settings are settled."""
    fresh = fresh_model(model, model_config, dataset, seed=training.seed)
    assert isinstance(fresh, StepModel), "models without a learning rate are refused earlier"
    prefer = suggestion or kind_of(model, model_config).suggestion
    return (
        yield from lr_finder.find_rate(split, fresh, training=training, finder=finder, device=device, prefer=prefer)
    )


def fitted(model: str, config: Config | None, dataset: Dataset) -> Job[Model]:
    """A closed-form model computed from all of a data set. Stop passes through."""
    fresh = fresh_model(model, config, dataset, seed=1)
    assert isinstance(fresh, ClosedFormModel), "only closed-form models are computed at once"
    yield from fresh.fit(dataset.histories)
    return fresh


def fresh_model(model: str, config: Config | None, dataset: Dataset, *, seed: int) -> Model:
    """A model that has learned nothing yet; what is automatic still is chosen by rules for the data set."""
    chosen = fitted_config(model, config, entries=dataset.entries, titles=dataset.titles)
    return build(model, chosen, items=dataset.titles, scale=dataset.scale, seed=seed)


def default_finder(model: str, config: Config | None = None) -> FinderConfig:
    return FinderConfig(**kind_of(model, config).finder)


def default_split(model: str) -> SplitConfig:
    return SplitConfig(**kind_of(model).split)


def default_training(model: str, dataset: Dataset, config: Config | None = None) -> TrainingConfig:
    return TrainingConfig(**kind_of(model, config).training_for(dataset.entries))


def refuse_without_rate(model: str, config: Config | None = None) -> None:
    """Raises TrainingError where a model does not learn by steps."""
    kind = kind_of(model, config)
    if not kind.can.learns_by_steps:
        remedy = "Train it directly, or choose a model that learns by steps, such as two_head."
        if kind.by_steps is not None:
            remedy = "Train it directly, or set its solver to adam or sgd, which learn by steps."
        raise TrainingError(f"{model} is computed at once and has no learning rate.", remedy=remedy, model=model)
