"""What models that only predict ratings have in common: their targets, their examples, and how they rank.

Ranking by predicted stars would put obscure titles first, because few ratings make wild predictions. So a title is
ranked by a lower bound: the prediction, drawn towards the mean of all ratings where few people rated the title, less a
multiple of the uncertainty that so few ratings leave.

Shapes: U profiles, I titles, C columns asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from engine.data.batches import Examples, ResidentEntries
from engine.data.dataset import Bools, Histories, Int64, Scale
from engine.errors import TrainingError
from engine.models.base import Losses, Model, Moment, Prediction, StepModel, as_index
from engine.models.declaration import Load, ModelConfig
from engine.settings import setting
from engine.wording import said


@dataclass(frozen=True)
class RatingConfig(ModelConfig):
    """The settings of every model that only predicts ratings."""

    targets: str = setting(
        "unit",
        label=said("Targets"),
        help=said("What is learned: ratings moved to 0..1 (unit), or as the file has them (stars)."),
        choices=("unit", "stars"),
    )
    caution: float = setting(
        3.0,
        label=said("Caution"),
        help=said("Lists: how far below its prediction a title that few people rated is ranked."),
        low=0.0,
        high=100.0,
        more=False,
    )
    item_damping: float | None = setting(
        None,
        label=said("Title damping"),
        help=said(
            "Lists: how many ratings a title needs for its prediction to count for half. Automatic: twice the mean."
        ),
        low=0.0,
        high=1e6,
        unit="ratings",
    )


class PredictsRatings(Model):
    """A model of ratings over I titles. It stores how often each was rated, and mean and spread of all ratings."""

    config: RatingConfig
    counts_I: Tensor
    mean: Tensor
    spread: Tensor
    sized_by_people: tuple[str, ...] = ()
    """Names of parameters with a row for each training person: made by `prepare`, sized anew when loaded."""

    def __init__(self, config: RatingConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config, items=items, scale=scale)
        self.register_buffer("counts_I", torch.zeros(items))
        self.register_buffer("mean", torch.tensor(scale.middle))
        self.register_buffer("spread", torch.tensor((scale.high - scale.low) / 4))

    def takes_in(self, profiles: Histories) -> Bools:
        """See Model. Ratings; that a title was only seen says nothing to it."""
        return ~np.isnan(profiles.ratings_N)

    def _count(self, histories: Histories) -> Histories:
        """The rated entries, after counting them. Raises TrainingError where no ratings can be learned of them."""
        rated = histories.rated()
        if rated.entries == 0:
            raise TrainingError(
                said("There are no ratings to learn from, only titles that were seen."),
                remedy=said("Choose a model that learns from likes or from what was seen."),
            )
        if rated.ratings_N.min() == rated.ratings_N.max():
            raise TrainingError(
                said(
                    "All {entries:,} ratings to learn from are {rating:g}: they say what was liked, not "
                    "how much, so there are no ratings to predict.",
                    entries=rated.entries,
                    rating=rated.ratings_N[0],
                ),
                remedy=said("Choose a model that learns from likes: ease, mult_vae or mult_dae."),
                rating=float(rated.ratings_N[0]),
            )
        counts_I = np.bincount(rated.item_rows_N, minlength=self.items)
        self.counts_I.copy_(torch.from_numpy(counts_I))
        self.mean.fill_(float(rated.ratings_N.mean(dtype=np.float64)))
        self.spread.fill_(float(rated.ratings_N.std(dtype=np.float64)))
        return rated

    @property
    def is_known_I(self) -> Tensor:
        """Which titles anybody rated in training, bool [I]; nothing was learned about the others."""
        return self.counts_I > 0

    def _mean_of_known(self, titles_IE: Tensor) -> Tensor:
        """The mean of the rows of those titles that anybody rated in training, [E]."""
        known_I = self.is_known_I.to(titles_IE.dtype)
        return known_I @ titles_IE / known_I.sum().clamp(min=1)

    @property
    def _zero_and_unit(self) -> tuple[float, float]:
        """The rating that is a target of 0, and the difference in rating between targets of 0 and 1."""
        low, high = self.scale.low, self.scale.high
        return (low, high - low) if self.config.targets == "unit" and high > low else (0.0, 1.0)

    def _as_targets(self, ratings: Tensor) -> Tensor:
        zero, unit = self._zero_and_unit
        return (ratings - zero) / unit

    def _as_ratings(self, targets: Tensor) -> Tensor:
        zero, unit = self._zero_and_unit
        return targets * unit + zero

    def _prediction(self, targets_UC: Tensor, columns_C: Tensor | None) -> Prediction:
        """Predicted targets as ratings within the scale, and scores that rank by a lower bound, [U, C]."""
        ratings_UC = self._as_ratings(targets_UC.float())
        counts_C = self.counts_I if columns_C is None else self.counts_I[columns_C]
        damping = self.config.item_damping
        half = 2.0 * self.counts_I.mean() if damping is None else damping
        trust_C = counts_C / (counts_C + half).clamp(min=1e-12)
        uncertainty_C = self.config.caution * self.spread / torch.sqrt(counts_C + 1.0)
        scores_UC = self.mean + trust_C * (ratings_UC - self.mean) - uncertainty_C
        return Prediction(scores_UC.cpu(), rating_UI=ratings_UC.clamp(self.scale.low, self.scale.high).cpu())

    def _ratings(self, targets_N: Tensor) -> Tensor:
        """Predicted targets as ratings within the scale, on the CPU."""
        return self._as_ratings(targets_N.float()).clamp(self.scale.low, self.scale.high).cpu()

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *others: Any) -> None:
        """Take the number of training people from what is loaded: a fresh model does not know it."""
        for name in self.sized_by_people:
            stored, own = state_dict.get(prefix + name), getattr(self, name)
            if stored is not None and stored.shape != own.shape and stored.shape[1:] == own.shape[1:]:
                setattr(self, name, torch.nn.Parameter(torch.empty_like(stored, device=own.device)))
        super()._load_from_state_dict(state_dict, prefix, *others)


def learned_or_folded(
    learned_U: Int64, learned: Callable[[Tensor], Tensor], profiles: Histories, folded_in: Callable[[Histories], Tensor]
) -> Tensor:
    """A row of numbers for each person, [U, F]: of training people (0 and up) the learned one, of others (-1) a new."""
    known_U = learned_U >= 0
    learned_LF = learned(as_index(learned_U[known_U]))
    if known_U.all():
        return learned_LF
    rows_UF = learned_LF.new_empty(len(learned_U), learned_LF.shape[1])
    rows_UF[as_index(np.flatnonzero(known_U))] = learned_LF
    others = np.flatnonzero(~known_U).astype(np.int64)
    rows_UF[as_index(others)] = folded_in(profiles.take(others))
    return rows_UF


class RatingModel(PredictsRatings, StepModel):
    """A model of ratings that learns by steps, rating by rating."""

    def prepare(self, histories: Histories, *, seed: int) -> None:
        self._count(histories)

    def examples(self, histories: Histories, device: torch.device) -> Examples:
        return ResidentEntries(histories, device)

    @classmethod
    def working_bytes(cls, config: Any, load: Load) -> float:
        """See Model: 12 bytes a rating, made from a copy (16) in which each is given its person (8)."""
        return 36.0 * load.entries

    def _losses_of(self, total: Tensor, error: Tensor) -> Losses:
        """What is learned from, of the mean squared error of targets; that is shown as of ratings in their own unit."""
        return Losses(total, error.detach() * self._zero_and_unit[1] ** 2, {})

    def _losses_by_hand(self, made: Callable[[], ByHand], weights: Sequence[Tensor], moment: Moment) -> Losses:
        """Those of a batch that works its gradients out by itself, as `moment` wants them."""
        if not moment.writes_gradients:
            return self._losses_of(*_ByHand.apply(made, *weights))  # type: ignore[no-untyped-call]
        with torch.no_grad():
            found = made()
            for weight, gradient in zip(weights, found.gradients(1.0), strict=True):
                weight.grad = gradient
            error = found.error()
        return self._losses_of(error, error)


class ByHand(Protocol):
    """A batch on its way through a model: how far off its predictions are, and the gradients of all weights."""

    def error(self) -> Tensor:
        """The mean squared error of targets."""

    def held(self) -> Tensor:
        """What is added to that to pull weights towards zero. Before `gradients`."""

    def gradients(self, slope: Tensor | float) -> Sequence[Tensor | None]:
        """That of each weight, None where it learns nothing; `slope` is that of the sum of both. Once."""


class _ByHand(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, made: Callable[[], ByHand], *weights: Tensor) -> tuple[Tensor, Tensor]:
        ctx.made = found = made()
        error = found.error()
        ctx.mark_non_differentiable(error)
        return error + found.held(), error

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        return None, *ctx.made.gradients(slopes[0])
