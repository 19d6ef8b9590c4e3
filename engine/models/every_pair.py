"""Networks asked about every person and every title, on the processor: what a person or a title gives is made once.

Only what depends on both is computed pair by pair, a few titles at a time, in arrays that stay in the processor's cache
and are written over. Titles lie along rows, so that a person's numbers are a column that is added to each of them.

Shapes: U people, C titles, T titles at a time, H first width or state, K a later width.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

TITLES_AT_ONCE = 512
TITLES_IN_A_LOT = 1024
"""So many at once are made ready by those who ask: memory for more is taken anew each time, page by page, which for
84,000 titles took longer than what is computed."""
_FURTHEST = 40.0
"""Powers of e to twice as much are numbers in float32."""


def relu_network(persons_UH: Tensor, items_CH: Tensor, layers: Sequence[tuple[Tensor, Tensor]], last: Tensor) -> Tensor:
    """The last layer (weights [1, K]) after ReLU layers (weights and biases) over the sum of both, [U, C].

    >>> relu_network(torch.tensor([[1.0]]), torch.tensor([[2.0], [-3.0]]), (), torch.tensor([[5.0]]))
    tensor([[15.,  0.]])
    """
    found_UC = persons_UH.new_empty(len(persons_UH), len(items_CH))
    columns = persons_UH[:, :, None].unbind(0)
    sides = [(weight, bias[:, None]) for weight, bias in layers]
    for start in range(0, len(items_CH), TITLES_AT_ONCE):
        items_HT = items_CH[start : start + TITLES_AT_ONCE].T.contiguous()
        widths = (len(items_HT), *(len(weight) for weight, _ in layers))
        hiddens = [items_HT.new_empty(width, items_HT.shape[1]) for width in widths]
        for row, person_H1 in enumerate(columns):
            torch.add(items_HT, person_H1, out=hiddens[0]).relu_()
            for (weight_KH, bias_K1), below, hidden in zip(sides, hiddens, hiddens[1:], strict=False):
                torch.addmm(bias_K1, weight_KH, below, out=hidden).relu_()
            found_UC[row, start : start + TITLES_AT_ONCE] = torch.mm(last, hiddens[-1])[0]
    return found_UC


def reaches_too_far(*gates: Tensor) -> bool:
    """Whether gates are so large that their powers may be no numbers."""
    return any(bool((part.abs() > _FURTHEST).any()) for part in gates if part.numel())


def lstm_step(gates_CG: Tensor, gates_UG: Tensor, cell_UH: Tensor, last_H: Tensor) -> Tensor:
    """The output of one LSTM step for each person and title, in a line of weights, [U, C].

    The gates are sums of a title's and a person's. sigmoid(u + c) is e^u / (e^u + e^-c), and tanh(u + c) is
    (e^2u - e^-2c) / (e^2u + e^-2c): powers are taken for people and for titles, never for pairs. The tanh of the cell
    is 2 sigmoid(2 cell) - 1, which torch computes in a seventh of the time.
    """
    found_UC = gates_UG.new_empty(len(gates_UG), len(gates_CG))
    let_in_UH, forget_UH, candidate_UH, output_UH = gates_UG.chunk(4, dim=1)
    raised = [let_in_UH.exp(), forget_UH.exp(), (2.0 * candidate_UH).exp(), output_UH.exp()]
    parts = (*raised, 2.0 * raised[1] * cell_UH, 2.0 * raised[3] * last_H)
    columns = list(zip(*(part.contiguous()[:, :, None].unbind(0) for part in parts), strict=True))
    for start in range(0, len(gates_CG), TITLES_AT_ONCE):
        let_in, forget, candidate, output = gates_CG[start : start + TITLES_AT_ONCE].T.chunk(4)
        in_HT, kept_HT, new_HT, out_HT = ((-times * part).exp().contiguous() for times, part in (
            (1.0, let_in), (1.0, forget), (2.0, candidate), (1.0, output),
        ))  # fmt: skip
        cell_HT, new, below = (torch.empty_like(in_HT) for _ in range(3))
        for row, (in_H1, forget_H1, candidate_H1, output_H1, cell_H1, last_H1) in enumerate(columns):
            torch.add(kept_HT, forget_H1, out=below)
            torch.div(cell_H1, below, out=cell_HT)
            torch.sub(candidate_H1, new_HT, out=new)
            torch.add(new_HT, candidate_H1, out=below)
            new.div_(below)
            torch.add(in_HT, in_H1, out=below)
            new.div_(below)
            cell_HT.addcmul_(new, in_H1, value=2.0).sigmoid_().sub_(0.5)
            cell_HT.div_(torch.add(out_HT, output_H1, out=below))
            found_UC[row, start : start + TITLES_AT_ONCE] = torch.mm(last_H1.T, cell_HT)[0]
    return found_UC
