"""One optimizer step, shared by the Trainer and the learning-rate finder, and the examples of each step of a run.

A step whose loss or gradient is not finite is not taken; CUDA decides that by itself, so nothing is read back. Where
processes share batches (see engine.training.distributed), they decide by the loss and the gradient of the whole batch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from engine.data.batches import epoch_order, step_noise
from engine.data.dataset import Histories
from engine.device import asked_threads, choose_precision
from engine.models.base import Losses, Moment, StepModel
from engine.models.losses import at_least_one
from engine.models.products import Scratch
from engine.training.checkpoint import optimizer_tensors
from engine.training.config import TrainingConfig
from engine.training.distributed import Part, Ranks
from engine.training.gradient_sums import OwnOptimizer, weights_of
from engine.training.handover import lesson_of
from engine.training.optimizer import make_optimizer, norm_of_gradients

_AUTOCAST = {"bf16": torch.bfloat16, "fp16": torch.float16}
_SCALE = "loss_scale."


class LossScale:
    """What a loss is multiplied by where numbers reach only from 6e-8 to 65,504 (fp16), so that gradients fit in.

    Halved where they do not, and that step is not taken; doubled after 2,000 steps in a row that were. All of it stays
    on the device.
    """

    _START, _GROW_AFTER = 2.0**16, 2000

    def __init__(self, device: torch.device) -> None:
        self.scale = torch.full((), self._START, device=device)
        self.taken = torch.zeros((), device=device)

    def update(self, refused: Tensor) -> Tensor:
        """After a step, 1 where it was refused; whether that was no fault of the scale: there is nothing to halve."""
        is_hopeless = refused * (self.scale <= 1.0)
        self.taken = (self.taken + 1.0) * (1.0 - refused)
        is_due = self.taken >= self._GROW_AFTER
        self.scale = (self.scale * torch.where(refused > 0, 0.5, torch.where(is_due, 2.0, 1.0))).clamp(1.0, self._START)
        self.taken = torch.where(is_due, 0.0, self.taken)
        return is_hopeless

    def tensors(self) -> dict[str, Tensor]:
        return {f"{_SCALE}scale": self.scale.clone(), f"{_SCALE}taken": self.taken.clone()}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        self.scale = tensors[f"{_SCALE}scale"].to(self.scale.device)
        self.taken = tensors[f"{_SCALE}taken"].to(self.taken.device)


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
        self.gradient_norm = torch.zeros((), device=device)
        """That of the last step, before any limit; on the device, so that nobody waits for it."""
        self.loss_scale = LossScale(device) if self.precision == "fp16" else None
        self._scratch = Scratch()
        self._config = config
        self._total_steps = total_steps
        self._own_rates = own_rates
        self._losses: nn.Module = _LossesOf(model)
        self._own = OwnOptimizer(self.optimizer)

    def share(self, ranks: Ranks) -> None:
        """From now on learn together with other processes: gradients are those of the whole batch."""
        self._losses, self._own = ranks.share(self._losses, self.optimizer, self._scratch, precision=self.precision)

    def take(self, batch: Any, *, lr: float, step: int, part: Part | None = None) -> Losses:
        """One step at a rate; all randomness comes from (seed, step). Returns the losses, detached, on the device.

        Where processes share the batch, `part` is what this one has of it; the losses are those of the whole.
        """
        for group in self.optimizer.param_groups:
            shared = lr * group.get("lr_share", 1.0)
            group["lr"] = (group["own_lr"] if self._own_rates else 0.0) if "own_lr" in group else shared
        if not self.model.training:
            self.model.train()
        noise = step_noise(self.device, seed=self._config.seed, step=step, rank=part.rank if part else 0)
        by_hand = part is None and self.loss_scale is None
        moment = Moment(step, self._total_steps, part.counted if part else at_least_one, writes_gradients=by_hand)
        with self._scratch:
            with self._autocast():
                if part is None:
                    losses = self.model.losses(batch, noise=noise, moment=moment)
                else:
                    losses = Losses(*self._losses(batch, noise=noise, moment=moment))
            total = losses.total if part is None else losses.total * part.weight
            total = total if self.loss_scale is None else total * self.loss_scale.scale
            if total.requires_grad or not by_hand:
                total.backward()  # type: ignore[no-untyped-call]
        whole = Losses(losses.total.detach(), losses.shown, losses.parts) if part is None else part.whole(losses)
        self._step_if_finite(whole.total)
        for weights in (*weights_of(self.optimizer), *self._own.parameters):
            weights.grad = None
        return whole

    def memory(self) -> dict[str, Tensor]:
        """What the next step needs beside weights and optimizer, as named tensors."""
        return {} if self.loss_scale is None else self.loss_scale.tensors()

    def restore(self, memory: Mapping[str, Tensor]) -> None:
        """Go on from what `memory` said, whatever else is there. Raises KeyError where it was of another precision."""
        if self.loss_scale is not None:
            self.loss_scale.restore(memory)

    def _step_if_finite(self, loss: Tensor) -> None:
        own, optimizer = self._own, self._own.optimizer
        norm = own.norm_of_all(norm_of_gradients(own.parameters))
        scale = None if self.loss_scale is None else self.loss_scale.scale
        own_norm = norm if scale is None else norm / scale
        self.gradient_norm = own_norm
        if not self._is_taken(norm * loss):
            return
        if self._config.clip > 0:
            torch.nn.utils.clip_grads_with_norm_(own.parameters, self._config.clip, own_norm)
        optimizer.grad_scale = scale  # type: ignore[attr-defined]
        own.step()

    def _is_taken(self, outcome: Tensor) -> bool:
        """Whether to step, by a number that is finite where loss and gradient are; CUDA's optimizer decides itself."""
        if self.device.type == "cpu" and self.loss_scale is None and math.isfinite(float(outcome)):
            return True
        refused = 1.0 - torch.isfinite(outcome).float()
        self.refused += refused if self.loss_scale is None else self.loss_scale.update(refused)
        if self.device.type == "cuda":
            self._own.optimizer.found_inf = refused  # type: ignore[attr-defined]
            return True
        return not bool(refused)

    def _autocast(self) -> AbstractContextManager[object]:
        if self.precision == "float32":
            return nullcontext()
        return torch.autocast(self.device.type, dtype=_AUTOCAST[self.precision])


class _LossesOf(nn.Module):
    """A model's losses as what a module does when it is called, which is what is shared between processes.

    They come as a tuple: of another object DistributedDataParallel does not see the tensors.
    """

    def __init__(self, model: StepModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, batch: Any, *, noise: torch.Generator, moment: Moment
    ) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        losses = self.model.losses(batch, noise=noise, moment=moment)
        return losses.total, losses.shown, losses.parts


class Course:
    """A model's way through its examples: which of them each step of a run takes, and the steps.

    Alone until other processes share it.
    """

    def __init__(self, histories: Histories, model: StepModel, config: TrainingConfig, device: torch.device) -> None:
        model.prepare(histories, seed=config.seed)
        self.examples = model.examples(histories, device)
        self.batch = config.batch_for(len(self.examples), model.can.examples)
        self.steps_per_epoch = -(-len(self.examples) // self.batch)
        self.total_steps = self.steps_per_epoch * config.epochs
        self.stepper = Stepper(model, config, device, total_steps=self.total_steps)
        self._histories, self._config = histories, config
        self._order = -1, torch.empty(0)
        self._ranks: Ranks | None = None

    @property
    def place(self) -> str:
        """Where it is learned, in words of torch."""
        device = self.stepper.device
        return str(device) if self._ranks is None else f"{device.type} in {self._ranks.size} processes"

    def lead(self, ranks: Ranks) -> None:
        """Have other processes learn the same as from here, and order each step. They call `share`."""
        config = self._config.changed(precision=self.stepper.precision)
        document, tensors = lesson_of(self._histories, self.stepper.model, config)
        document |= {"device": self.stepper.device.type, "threads": asked_threads()}
        memory = optimizer_tensors(self.stepper.optimizer) | self.stepper.memory()
        ranks.assign(document, tensors | {f"memory.{name}": of for name, of in memory.items()})
        self.share(ranks)

    def share(self, ranks: Ranks) -> None:
        """From now on take each step together with other processes."""
        self.stepper.share(ranks)
        self._ranks = ranks

    def take(self, step: int, lr: float) -> tuple[Losses, int]:
        """A step at a rate; its losses, and how many examples they are of. Raises RankLostError: it was not taken."""
        rows_B = self._rows(step)
        if self._ranks is None:
            return self.stepper.take(self.examples.batch(rows_B), lr=lr, step=step), len(rows_B)
        if self._ranks.leads:
            self._ranks.order_step(step, lr)
        with self._ranks.together():
            part = self._ranks.part(rows_B)
            return self.stepper.take(self.examples.batch(part.rows_B), lr=lr, step=step, part=part), len(rows_B)

    def _rows(self, step: int) -> Tensor:
        """The numbers of the examples of a step; the last of an epoch may take fewer."""
        epoch, place = divmod(step, self.steps_per_epoch)
        if self._order[0] != epoch:
            self._order = epoch, epoch_order(len(self.examples), seed=self._config.seed, epoch=epoch)
        return self._order[1][place * self.batch : (place + 1) * self.batch]
