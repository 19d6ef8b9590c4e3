"""The optimizers that models learn with, and their steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from engine.models.base import StepModel
from engine.training.config import TrainingConfig

_LONG, _PIECE = 2**20, 2**13


def make_optimizer(model: StepModel, config: TrainingConfig, device: torch.device) -> torch.optim.Optimizer:
    """Adam (with the coupled kind of weight decay) or plain SGD over the model's groups; fused where torch has it."""
    groups, fused = model.parameter_groups(), device.type in ("cpu", "cuda")
    if config.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=config.lr or 0.01, weight_decay=config.weight_decay, fused=fused)
    return torch.optim.Adam(groups, lr=config.lr or 0.01, weight_decay=config.weight_decay, fused=fused)


def advance(optimizer: torch.optim.Optimizer) -> None:
    """`step` of an optimizer that `make_optimizer` made. On a processor, once it remembers what it needs, by the same
    operation without what torch looks up anew each time: that takes a small model longer than the step itself.
    """
    groups = [(group, [of for of in group["params"] if of.grad is not None]) for group in optimizer.param_groups]
    is_adam, state_of = isinstance(optimizer, torch.optim.Adam), optimizer.state
    has_begun = not is_adam or all(state_of.get(of) for _, learned in groups for of in learned)
    if not has_begun or not optimizer.defaults["fused"] or hasattr(optimizer, "found_inf"):
        optimizer.step()
        return
    scale = getattr(optimizer, "grad_scale", None)
    with torch.no_grad():
        for group, learned in groups:
            if learned and is_adam:
                _adam(learned, [state_of[of] for of in learned], group, scale)
            elif learned:
                _sgd(learned, group, scale)


def _adam(learned: list[Tensor], states: list[dict[str, Tensor]], group: dict[str, Any], scale: Tensor | None) -> None:
    means, squares, steps = ([state[name] for state in states] for name in ("exp_avg", "exp_avg_sq", "step"))
    torch._foreach_add_(steps, 1)
    torch._fused_adam_(
        learned,
        _gradients_of(learned),
        means,
        squares,
        [],
        steps,
        lr=group["lr"],
        beta1=group["betas"][0],
        beta2=group["betas"][1],
        weight_decay=group["weight_decay"],
        eps=group["eps"],
        amsgrad=False,
        maximize=False,
        grad_scale=scale,
    )


def _sgd(learned: list[Tensor], group: dict[str, Any], scale: Tensor | None) -> None:
    torch._fused_sgd_(
        learned,
        _gradients_of(learned),
        [],
        lr=group["lr"],
        weight_decay=group["weight_decay"],
        momentum=0.0,
        dampening=0.0,
        nesterov=False,
        maximize=False,
        is_first_step=False,
        grad_scale=scale,
    )


def norm_of_gradients(parameters: Sequence[Tensor]) -> Tensor:
    """The norm of all gradients of parameters of one device; 0 where there are none."""
    parts = [part for gradient in _gradients_of(parameters) for part in _summed_up(gradient)]
    if not parts:
        return torch.zeros(())
    norm: Tensor = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(parts)))
    return norm


def _summed_up(gradient: Tensor) -> tuple[Tensor, ...]:
    """Arrays of the same norm. On a processor a long one becomes the norms of its pieces: torch sums up an array on one
    thread, and in numbers that made the norm of 12 million 5 in 10,000 too small.
    """
    if gradient.device.type != "cpu" or gradient.numel() < _LONG or not gradient.is_contiguous():
        return (gradient,)
    flat = gradient.view(-1)
    whole = len(flat) // _PIECE * _PIECE
    return torch.linalg.vector_norm(flat[:whole].view(-1, _PIECE), dim=1), flat[whole:]


def _gradients_of(parameters: Iterable[Tensor]) -> list[Tensor]:
    return [of.grad for of in parameters if of.grad is not None]
