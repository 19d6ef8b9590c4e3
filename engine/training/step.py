"""One optimizer step, shared by the Trainer and the learning-rate finder.

A step whose loss or gradient is not finite is not taken; a GPU decides that by itself, so nothing is read back.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor

from engine.data.batches import step_noise
from engine.device import choose_precision
from engine.models.base import Losses, Moment, StepModel
from engine.models.products import Scratch
from engine.training.config import TrainingConfig


class Stepper:
    """A model that learns, its optimizer, and how many steps were refused; a sweep holds still `own_rates`."""

    def __init__(
        self,
        model: StepModel,
        config: TrainingConfig,
        device: torch.device,
        *,
        total_steps: int,
        own_rates: bool = True,
    ) -> None:
        self.model = model.to(device)
        self.device = device
        self.precision = choose_precision(config.precision, device)
        self.optimizer = make_optimizer(model, config, device)
        self.refused = torch.zeros((), device=device)
        self._scratch = Scratch()
        self._config = config
        self._total_steps = total_steps
        self._own_rates = own_rates
        self._parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]

    def take(self, batch: Any, *, lr: float, step: int) -> Losses:
        """One step at a rate; all randomness comes from (seed, step). Returns the losses, detached, on the device."""
        for group in self.optimizer.param_groups:
            shared = lr * group.get("lr_share", 1.0)
            group["lr"] = (group["own_lr"] if self._own_rates else 0.0) if "own_lr" in group else shared
        self.model.train()
        noise = step_noise(self.device, seed=self._config.seed, step=step)
        with self._scratch:
            with self._autocast():
                losses = self.model.losses(batch, noise=noise, moment=Moment(step, self._total_steps))
            losses.total.backward()  # type: ignore[no-untyped-call]
        self._step_if_finite(losses.total.detach())
        self.optimizer.zero_grad(set_to_none=True)
        return Losses(losses.total.detach(), losses.shown, losses.parts)

    def _step_if_finite(self, loss: Tensor) -> None:
        gradients = [parameter.grad for parameter in self._parameters if parameter.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients)
        refused = 1.0 - torch.isfinite(norm * loss).float()
        self.refused += refused
        if self.device.type == "cpu" and bool(refused):
            return
        if self._config.clip > 0:
            torch.nn.utils.clip_grads_with_norm_(self._parameters, self._config.clip, norm)
        if self.device.type == "cuda":
            self.optimizer.found_inf = refused  # type: ignore[attr-defined]
        self.optimizer.step()

    def _autocast(self) -> AbstractContextManager[object]:
        if self.precision == "float32":
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)


def make_optimizer(model: StepModel, config: TrainingConfig, device: torch.device) -> torch.optim.Optimizer:
    """Adam (with the coupled kind of weight decay) or plain SGD over the model's groups; fused where torch has it."""
    groups, fused = model.parameter_groups(), device.type in ("cpu", "cuda")
    if config.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=config.lr or 0.01, weight_decay=config.weight_decay, fused=fused)
    return torch.optim.Adam(groups, lr=config.lr or 0.01, weight_decay=config.weight_decay, fused=fused)
