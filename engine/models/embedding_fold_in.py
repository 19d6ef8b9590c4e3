"""The embedding network turned round: from ratings, with everything learned held still, to a person's embedding.

Stands beside the embedding network. Its value and its slope for a person's embedding are computed by hand, norms drawn
into the weights, so that many people (or one, with each rating left out in turn) take their Gauss-Newton steps
together.

Shapes: U people, m the most ratings of any, T titles, E embedding, H first hidden width, K last hidden width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.models.fold_in import Lot, exact, solved

if TYPE_CHECKING:
    from engine.models.embedding_mlp import EmbeddingMlp

STEPS = 3
_where_positive = torch.ops.aten.threshold_backward
"""Of the first what stands where the second is above 0; 0 elsewhere. Several times as quick as a mask."""


class PersonNetwork:
    """The network as a function of a person's embedding, in some precision. Systems are solved in float64 always."""

    def __init__(self, model: EmbeddingMlp, dtype: torch.dtype) -> None:
        self.dtype = dtype
        layers = [layer for layer in model.hidden if isinstance(layer, nn.Linear)]
        slope_H, offset_H = _line(model, 0)
        self._items_IH = (_double(model.from_item(model.known_items())) * slope_H + offset_H).to(dtype)
        self._from_user_HE = (_double(model.from_user.weight) * slope_H[:, None]).to(dtype)
        lines = [_line(model, place) for place in range(1, 1 + len(layers))]
        pairs = list(zip(layers, lines, strict=True))
        self._weights = [(_double(one.weight) * slope[:, None]).to(dtype) for one, (slope, _) in pairs]
        self._biases = [(_double(one.bias) * slope + offset).to(dtype) for one, (slope, offset) in pairs]
        self._last_K = _double(model.last.weight[0]).to(dtype)
        self._last = _double(model.last.bias + model.level).to(dtype)

    def stepped(self, lot: Lot, mean_E: Tensor, ridge_U: Tensor) -> Tensor:
        """The embeddings of a lot after all steps from the mean, [U, E] float64. A step that does harm is halved and
        tried again.
        """
        targets_Um, there_Um = lot.targets_Um.to(self.dtype), lot.there_Um.to(self.dtype)
        rows_Um = lot.rows_Um[:1] if lot.rows_Um.stride(0) == 0 else lot.rows_Um
        best_UE = mean_E.expand(len(lot.people), -1).clone()
        best_U, step_UE = self._first(rows_Um, targets_Um, there_Um, mean_E, ridge_U)
        for left in reversed(range(STEPS)):
            tried_UE = best_UE + step_UE
            away_UE, slopes_UmE = tried_UE - mean_E, None
            if left:
                values_Um, slopes_UmE = self.value_and_slope(tried_UE, rows_Um, there_Um)
            else:
                values_Um = self._layers(tried_UE, rows_Um)[-1] @ self._last_K + self._last
            missed_Um = (targets_Um - values_Um) * there_Um
            cost_U = missed_Um.double().square().sum(1) + ridge_U * away_UE.square().sum(1)
            better_U = cost_U < best_U
            best_UE, best_U = torch.where(better_U[:, None], tried_UE, best_UE), torch.where(better_U, cost_U, best_U)
            if slopes_UmE is not None:
                next_UE = _step(slopes_UmE, missed_Um, away_UE, ridge_U)
                step_UE = torch.where(better_U[:, None], next_UE, 0.5 * step_UE)
        return best_UE

    def _first(
        self, rows_Um: Tensor, targets_Um: Tensor, there_Um: Tensor, mean_E: Tensor, ridge_U: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What the mean costs everybody, [U], and the first step, [U, E]: each title is looked at once for all."""
        titles_T, place_Um = torch.unique(rows_Um, return_inverse=True)
        there_1T = there_Um.new_ones(1, len(titles_T))
        values_1T, slopes_1TE = self.value_and_slope(mean_E[None], titles_T[None], there_1T)
        missed_Um = (targets_Um - values_1T[0][place_Um]) * there_Um
        slopes_UmE = slopes_1TE[0][place_Um] * there_Um[:, :, None]
        away_UE = mean_E.new_zeros(len(there_Um), len(mean_E))
        return missed_Um.double().square().sum(1), _step(slopes_UmE, missed_Um, away_UE, ridge_U)

    def value_and_slope(self, persons_UE: Tensor, rows_Um: Tensor, there_Um: Tensor) -> tuple[Tensor, Tensor]:
        """The targets of titles for people, [U, m], and how each moves with the embedding, [U, m, E]; that is 0 where
        there is none. rows_Um may be of one row, for all.
        """
        bents = self._layers(persons_UE, rows_Um)
        slopes = _where_positive(there_Um[:, :, None] * self._last_K, bents[-1], 0)
        for weight, bent in zip(reversed(self._weights), reversed(bents[:-1]), strict=True):
            slopes = _where_positive(slopes @ weight, bent, 0)
        return bents[-1] @ self._last_K + self._last, slopes @ self._from_user_HE

    def _layers(self, persons_UE: Tensor, rows_Um: Tensor) -> list[Tensor]:
        """What each hidden layer comes to, [U, m, its width]."""
        bents = [((persons_UE.to(self.dtype) @ self._from_user_HE.T)[:, None] + self._items_IH[rows_Um]).relu_()]
        for weight, bias in zip(self._weights, self._biases, strict=True):
            bents.append(nn.functional.linear(bents[-1], weight, bias).relu_())
        return bents


def _step(slopes_UmE: Tensor, missed_Um: Tensor, away_UE: Tensor, ridge_U: Tensor) -> Tensor:
    """The Gauss-Newton step of each person, [U, E] float64."""
    right_UE = (slopes_UmE.mT @ missed_Um[:, :, None])[:, :, 0].double() - ridge_U[:, None] * away_UE
    return solved((slopes_UmE.mT @ slopes_UmE).double(), right_UE, ridge_U)


def _line(model: EmbeddingMlp, place: int) -> tuple[Tensor, Tensor]:
    """The batch norm of a hidden layer as a slope and an offset a neuron."""
    width = model.config.widths()[place]
    slope, offset = (_double(one).expand(width) for one in model.norm_line(place))
    return slope, offset


def _double(values: Tensor) -> Tensor:
    return exact(values.detach())
