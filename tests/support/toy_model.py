"""A model as somebody would add it: one module with its settings, and one line in the registry (`TOY`).

It learns one logit for each title: the same list for everybody, by how many people have a title.

Shapes: U profiles, I titles, C columns, V variants.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.data.batches import Batch
from engine.data.dataset import Histories, Int64, Scale
from engine.models.base import Losses, Moment, Prediction, StepModel, as_index
from engine.models.declaration import Capabilities, ModelConfig
from engine.models.losses import multinomial_nll
from engine.models.registry import ModelKind
from engine.settings import setting

TOY = ModelKind(
    name="toy",
    title="Toy",
    sentence="The same list for everyone, learned by steps.",
    model="toy_model:Toy",
    config="toy_model:ToyConfig",
    can=Capabilities(learns_by_steps=True),
    training={"epochs": 12, "lr": 0.05, "schedule": "constant"},
)


@dataclass(frozen=True)
class ToyConfig(ModelConfig):
    """The settings of `toy`."""

    start: float = setting(0.0, label="Start", help="What every title starts from.", low=-10.0, high=10.0, more=False)


class Toy(StepModel):
    """One logit for each title."""

    name = "toy"
    can = TOY.can
    config: ToyConfig

    def __init__(self, config: ToyConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config, items=items, scale=scale)
        self.logits_I = nn.Parameter(torch.full((items,), config.start))

    def losses(self, batch: Batch, *, noise: torch.Generator, moment: Moment) -> Losses:
        logits_BI = self.logits_I.expand(len(batch), -1)
        loss = multinomial_nll(logits_BI, batch.person_N, batch.item_rows_N)
        return Losses(loss, loss.detach(), {})

    @torch.inference_mode()
    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        return self._repeated(len(profiles))

    @torch.inference_mode()
    def leave_one_out(self, profile: Histories, *, left_out_V: Int64, columns_C: Int64 | None) -> Prediction:
        whole = self._repeated(1 + len(left_out_V)).score_UI
        return Prediction(whole if columns_C is None else whole[:, as_index(columns_C)])

    def _repeated(self, profiles: int) -> Prediction:
        score_UI: Tensor = torch.log_softmax(self.logits_I, dim=0).cpu().expand(profiles, -1)
        return Prediction(score_UI, score_UI)
