"""A small run to train, and a driver that throws Stop at a chosen moment."""

from __future__ import annotations

from engine import operations
from engine.events import Stop
from engine.models.two_head_config import TwoHeadConfig
from engine.training.config import TrainingConfig
from engine.training.plan import TrainingPlan

SMALL = TwoHeadConfig(hidden=(24,), latent=8, decoder=(16, 24))
QUICK = TrainingConfig(epochs=3, lr=1e-3, batch=16, precision="float32")


def plan_for(dataset, *, model="two_head", model_config=SMALL, training=QUICK, **choices) -> TrainingPlan:
    """A plan of the small model, or of another."""
    choices = {"model_config": model_config, "training": training, "entries": dataset.entries, **choices}
    return TrainingPlan.of(model, **choices)


def trained(library, dataset, *, advise=True, **choices):
    return operations.train(library, dataset, plan_for(dataset, **choices), advise=advise)


def stop_at(job, is_moment):
    """Drive a job and throw Stop when an event (or a bare step) is the moment; once."""
    try:
        event = next(job)
        while not is_moment(event):
            event = next(job)
        event = job.throw(Stop())
        while True:
            event = next(job)
    except StopIteration as end:
        return end.value
