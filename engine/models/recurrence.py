"""The steps of an LSTM while it learns, with slopes by hand, as torch's autograd keeps and adds up much for each step.

What depends on the state is computed step by step: one product, and a few passes over numbers that stay in the
processor's cache. All else is one product for all steps: before them what the inputs add to the gates, and after them
the slopes of the weights. Gates are input, forget, candidate and output. Products, and gates while they wait for their
slopes, have the precision of what is given; all else is float32.

Shapes: P steps, B sequences, R distinct inputs, F numbers that are read beside them, H width of the state, K = H + F,
G = 4 H gates, N = P B.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from engine.models.products import taken

_sigmoid_slope = torch.ops.aten.sigmoid_backward.grad_input
_tanh_slope = torch.ops.aten.tanh_backward.grad_input


def lstm_states(gates_RG: Tensor, inputs_PB: Tensor, beside_PBF: Tensor, weight_GK: Tensor) -> Tensor:
    """The states after each step, [P, B, H] float32, from zeros on.

    A step's input adds its row of `gates_RG` to the gates; the state before and what is read beside the input, which is
    0 in the first step and learns nothing, add their product with `weight_GK`.
    """
    return _States.apply(gates_RG, inputs_PB, beside_PBF, weight_GK)  # type: ignore[no-untyped-call,no-any-return]


class _States(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, gates_RG: Tensor, inputs_PB: Tensor, beside_PBF: Tensor, weight_GK: Tensor) -> Tensor:
        (steps, people), width = inputs_PB.shape, len(weight_GK) // 4
        weight = weight_GK.to(gates_RG.dtype)
        gates_PBG = taken("gates", (steps, people, 4 * width), weight)
        cells_PBH, bent_PBH = (taken(name, (steps, people, width), weight_GK) for name in ("cells", "bent"))
        states_PBH, exact_BG = torch.empty_like(cells_PBH), taken("gates of a step", (people, 4 * width), weight_GK)
        read_PBK = taken("read", (steps, people, weight.shape[1]), weight)
        read_PBK[1:, :, width:] = beside_PBF[1:]
        let_in, forget, candidate, output = exact_BG.chunk(4, dim=1)
        less_one, into_KG, cell_BH = exact_BG.new_full((), -1.0), weight.t(), None
        each = zip(gates_PBG, cells_PBH, bent_PBH, states_PBH, strict=True)
        for step, (gates_BG, new_BH, bent_BH, state_BH) in enumerate(each):
            torch.index_select(gates_RG, 0, inputs_PB[step], out=gates_BG)
            exact_BG.copy_(gates_BG.addmm_(read_PBK[step], into_KG) if step else gates_BG)
            candidate.add_(candidate)
            exact_BG.sigmoid_()
            torch.add(less_one, candidate, alpha=2, out=candidate)
            gates_BG.copy_(exact_BG)
            if cell_BH is None:
                torch.mul(let_in, candidate, out=new_BH)
            else:
                torch.mul(forget, cell_BH, out=new_BH).addcmul_(let_in, candidate)
            torch.add(new_BH, new_BH, out=bent_BH).sigmoid_()
            torch.add(less_one, bent_BH, alpha=2, out=bent_BH)
            torch.mul(output, bent_BH, out=state_BH)
            if step + 1 < steps:
                read_PBK[step + 1, :, :width].copy_(state_BH)
            cell_BH = new_BH
        ctx.save_for_backward(inputs_PB, weight, gates_PBG, cells_PBH, bent_PBH, read_PBK)
        ctx.inputs = len(gates_RG)
        return states_PBH

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slopes_PBH: Tensor) -> tuple[Tensor, None, None, Tensor]:
        """Each step's gates give place to their slopes."""
        inputs_PB, weight, gates_PBG, cells_PBH, bent_PBH, read_PBK = ctx.saved_tensors
        width = cells_PBH.shape[2]
        exact_BG, slopes_BG = (slopes_PBH.new_empty(gates_PBG.shape[1:]) for _ in range(2))
        let_in, forget, candidate, output = exact_BG.chunk(4, dim=1)
        to_in, to_forget, to_candidate, to_output = slopes_BG.chunk(4, dim=1)
        both, to_both = exact_BG[:, : 2 * width], slopes_BG[:, : 2 * width]
        to_cell, to_state = (torch.zeros_like(cells_PBH[0]) for _ in range(2))
        from_GH, back_BH = weight[:, :width].contiguous(), weight.new_zeros(to_state.shape)
        for step in range(len(gates_PBG) - 1, -1, -1):
            gates_BG, bent_BH = gates_PBG[step], bent_PBH[step]
            exact_BG.copy_(gates_BG)
            to_state.copy_(back_BH).add_(slopes_PBH[step])
            _sigmoid_slope(torch.mul(to_state, bent_BH, out=to_output), output, grad_input=to_output)
            to_cell.add_(_tanh_slope(to_state.mul_(output), bent_BH, grad_input=to_state))
            _tanh_slope(torch.mul(to_cell, let_in, out=to_candidate), candidate, grad_input=to_candidate)
            torch.mul(to_cell, candidate, out=to_in)
            if step:
                torch.mul(to_cell, cells_PBH[step - 1], out=to_forget)
            else:
                to_forget.zero_()
            _sigmoid_slope(to_both, both, grad_input=to_both)
            gates_BG.copy_(slopes_BG)
            if step:
                to_cell.mul_(forget)
                torch.mm(gates_BG, from_GH, out=back_BH)
        to_weight_KG = torch.mm(read_PBK[1:].flatten(0, 1).t(), gates_PBG[1:].flatten(0, 1))
        to_weight = slopes_PBH.new_empty(weight.shape).copy_(to_weight_KG.t())
        return _sums_by_input(gates_PBG.flatten(0, 1), inputs_PB.flatten(), ctx.inputs), None, None, to_weight


def _sums_by_input(values_NG: Tensor, inputs_N: Tensor, inputs: int) -> Tensor:
    """The sum of the values of the steps in which each input occurs, [R, G]."""
    order_N, starts_R = _grouped(inputs_N, inputs)
    return F.embedding_bag(order_N, values_NG, starts_R, mode="sum")


def _grouped(inputs_N: Tensor, inputs: int) -> tuple[Tensor, Tensor]:
    """The steps of each input, one input after the other, [N], and where those of each begin, [R]."""
    if inputs_N.device.type != "cpu":
        counts_R = torch.bincount(inputs_N, minlength=inputs)
        return torch.argsort(inputs_N, stable=True), counts_R.cumsum(0) - counts_R
    found_N = inputs_N.numpy()
    counts = np.bincount(found_N, minlength=inputs)
    order_N = np.argsort(found_N.astype(np.uint16) if inputs < 2**16 else found_N, kind="stable")
    return torch.from_numpy(order_N), torch.from_numpy(counts.cumsum() - counts)
