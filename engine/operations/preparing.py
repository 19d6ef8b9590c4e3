"""Before a run: the search for a learning rate, which is stored, and models that have learned nothing yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from engine.data.dataset import Dataset
from engine.data.split import Split, make_split
from engine.device import choose_device, use_cores
from engine.errors import NotStoredError, TrainingError
from engine.events import Advised, Job, StageStarted
from engine.library.run_record import RunRecord
from engine.library.store import Library
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.naming import describe_settings, settings_set
from engine.models.registry import build, fitted_config, kind_of
from engine.settings import Config
from engine.text import format_count, plural
from engine.training import lr_finder
from engine.training.config import TrainingConfig
from engine.training.plan import TrainingPlan
from engine.training.rate_sweep import RateSweep
from engine.training.settling import Settled, settle
from engine.wording import said

_NOT_OF_A_SWEEP = ("training.batch", "training.lr", "training.epochs", "training.schedule", "training.monitor")
_LEAST_STORED = 2
"""A sweep of fewer points is no curve."""


def find_rate(
    library: Library,
    dataset: Dataset,
    plan: TrainingPlan,
    *,
    from_run: str | None = None,
) -> Job[RateSweep]:
    """Sweep learning rates on the training people of a split, and store the sweep with the data set.

    Parameters
    ----------
    library, dataset
        Where the sweep is stored, and what is learned from.
    plan
        What the rate is for, and how to sweep. With `from_run` model, its settings and the split are those of the run.
    from_run
        The id or name of a run: its model is swept as it is now, with what its optimizer remembers. The run stays as it
        is, to the bit.

    Returns
    -------
    RateSweep
        After a Stop with what was measured so far.

    Raises
    ------
    TrainingError, LibraryError
        For models that are computed at once; for a run without a checkpoint, or of other data.

    Examples
    --------
    ::

        plan = TrainingPlan.defaults("two_head", entries=dataset.entries)
        found = drive(operations.find_rate(library, dataset, plan))
        later = drive(operations.find_rate(library, dataset, plan, from_run="two_head 1"))
    """
    run = library.runs.find(from_run) if from_run is not None else None
    plan = plan if run is None else _as_run(run, dataset, plan)
    refuse_without_rate(plan)
    use_cores()
    device = choose_device(plan.device)
    yield StageStarted("splitting", said("Setting people aside to evaluate on"))
    divided = make_split(dataset, plan.split)
    config = plan.model_config
    if run is None:
        config = (yield from settled(plan.model, config, divided, dataset)).config
    return (yield from sweep(library, dataset, divided, plan, device, config=config, from_run=run))


def _as_run(run: RunRecord, dataset: Dataset, plan: TrainingPlan) -> TrainingPlan:
    """A plan with the model, its settings and the split of a run. Raises TrainingError where there is no rate."""
    if run.training_config is None:
        raise TrainingError(
            said("The run {run} was computed at once and has no learning rate.", run=run.name),
            remedy=said("Name a run that learned by steps."),
        )
    if run.fingerprint != dataset.fingerprint:
        raise TrainingError(
            said(
                "The run {run} learned from {dataset_name}, not from {dataset}.",
                run=run.name,
                dataset_name=run.dataset_name,
                dataset=dataset.name,
            ),
            remedy=said(
                "Sweep on {dataset_name}, or name a run of {dataset}.",
                dataset_name=run.dataset_name,
                dataset=dataset.name,
            ),
            run=run.run_id,
        )
    made = TrainingPlan.of_run(run)
    return replace(
        plan,
        model=made.model,
        model_config=made.model_config,
        training=plan.training or made.training,
        split=made.split,
    )


def settled(model: str, config: Config | None, split: Split, dataset: Dataset) -> Job[Settled]:
    """A model's settings with everything automatic chosen for a split, and said. Stop passes through."""
    found = yield from settle(model, config, split, entries=dataset.entries)
    if found.words:
        yield StageStarted("chosen", found.words)
    return found


def sweep(
    library: Library,
    dataset: Dataset,
    divided: Split,
    plan: TrainingPlan,
    device: torch.device,
    *,
    config: Config,
    from_run: RunRecord | None = None,
) -> Job[RateSweep]:
    """The learning-rate sweep of a plan on its split, stored where there is a curve.

    `config` are the plan's settings of the model with everything automatic chosen.
    """
    assert plan.training is not None, "models without a learning rate are refused earlier"
    fresh = fresh_model(plan.model, config, dataset, seed=plan.training.seed)
    assert isinstance(fresh, StepModel), "models without a learning rate are refused earlier"
    state = library.runs.state(from_run.run_id) if from_run is not None else None
    yield from fresh.get_ready(divided.train)
    found = yield from lr_finder.find_rate(
        divided,
        fresh,
        training=plan.training,
        finder=plan.finder,
        device=device,
        prefer=plan.suggestion or kind_of(plan.model, plan.model_config).suggestion,
        start_from=state,
    )
    found = replace(
        found,
        name=_name_of(plan, found.batch, from_run, epochs=state.progress["epoch"] if state else 0),
        plan=plan.as_dict(),
        from_run=from_run.run_id if from_run is not None else None,
    )
    if len(found.lrs) < _LEAST_STORED:
        return found
    try:
        return library.sweeps.add(dataset, found)
    except NotStoredError as error:
        yield Advised(said("{error} The sweep is shown, but will not be there after the next start.", error=error))
        return found


def _name_of(plan: TrainingPlan, batch: int, run: RunRecord | None, *, epochs: int) -> str:
    """What tells a sweep from others of the data set."""
    assert plan.training is not None, "it was swept"
    usual = TrainingPlan.of(plan.model, model_config=plan.model_config)
    named = settings_set("model", plan.model_config, kind_of(plan.model).config_class())
    named += settings_set("training", plan.training, usual.training or plan.training)
    parts = [describe_settings(plan.model, {}, epochs=None, differing=_values_of(plan, named))]
    parts += [said("batch {batch}", batch=format_count(batch))]
    parts += [said("after {epochs} of {run}", epochs=plural(epochs, "epoch"), run=run.name)] if run is not None else []
    parts += ["validation loss"] if plan.finder.loss == "validation" else []
    return ", ".join(parts)


def _values_of(plan: TrainingPlan, names: Sequence[str]) -> list[tuple[str, Any]]:
    """The values of settings called "model.rank" or "training.optimizer", without those that do not shape a sweep."""
    values = {"model": plan.model_config, "training": plan.training}
    told = (name.partition(".") for name in names if name not in _NOT_OF_A_SWEEP)
    return [(f"{part}.{name}", getattr(values[part], name)) for part, _, name in told]


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


def prepare(fresh: Model, split: Split, training: TrainingConfig | None) -> Job[None]:
    """Let a model that has learned nothing yet be as the first step of a run finds it. Stop passes through."""
    if isinstance(fresh, StepModel) and training is not None:
        yield from fresh.get_ready(split.train)
        fresh.prepare(split.train, seed=training.seed)


def refuse_without_rate(plan: TrainingPlan) -> None:
    """Raises TrainingError where the model does not learn by steps."""
    if plan.training is None:
        remedy = said("Train it directly, or choose a model that learns by steps, such as two_head.")
        if kind_of(plan.model, plan.model_config).by_steps is not None:
            remedy = said("Train it directly, or set its solver to adam or sgd, which learn by steps.")
        words = said("{model} is computed at once and has no learning rate.", model=plan.model)
        raise TrainingError(words, remedy=remedy, model=plan.model)
