"""What a model is, as the rest of the street sees it: declared capabilities, scores for profiles, leave-one-out.

Stands between Split and Trainer, and again behind the Recommender. Every model is a torch module whose whole state
is tensors, so one way of saving serves all.

Shapes: U profiles, I titles, N entries of all profiles, n entries of one profile, C columns asked for, V variants.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from engine.data.batches import Examples, ResidentHistories
from engine.data.dataset import Histories, Scale
from engine.events import Job
from engine.settings import Config


@dataclass(frozen=True)
class Capabilities:
    """What a model can do. Views, JSON and quality pages follow this; nothing is invented."""

    ranks: bool
    predicts_ratings: bool
    learns_by_steps: bool
    needs_times: bool
    folds_in: bool
    learns_from: str
    """"likes" or "ratings"."""
    mixes_presence: bool = False
    """Whether its ranking moves with a weight between likely-to-watch and likely-to-love."""
    states_uncertainty: bool = False
    """Whether it can say how far off a predicted rating may be, once held-out ratings have shown it."""
    examples: str = "people"
    """What a batch is counted in: "people", "ratings" or "windows" of a person's titles in order."""


@dataclass(frozen=True)
class ModelConfig(Config):
    """The settings of a model; None among them is automatic."""

    def fitted_to(self, entries: int) -> Self:
        """The same settings with what is automatic chosen for a data set of so many entries."""
        return self


@dataclass(frozen=True)
class Prediction:
    """What a model says about titles for profiles (rows), on the CPU, float32.

    score: what ranks at the default weight. log_probability: log of the chance that the person has the title, where
    the model has such a thing. liking: predicted normalised rating (two-headed only). rating: predicted rating on
    the person's own scale. Columns are all I titles, or the C that were asked for.
    """

    score_UI: Tensor
    log_probability_UI: Tensor | None = None
    liking_UI: Tensor | None = None
    rating_UI: Tensor | None = None

    @staticmethod
    def joined(chunks: Sequence[Prediction]) -> Prediction:
        """One prediction for the profiles of several, one below the other."""
        if len(chunks) == 1:
            return chunks[0]

        def column(name: str) -> Tensor | None:
            values = [getattr(chunk, name) for chunk in chunks]
            return None if not values or values[0] is None else torch.cat(values)

        score = column("score_UI")
        assert score is not None, "there is at least one profile to predict for"
        return Prediction(score, column("log_probability_UI"), column("liking_UI"), column("rating_UI"))


class Model(nn.Module, ABC):
    """A recommender over I titles. `like` is the least rating that counts as a like."""

    name: ClassVar[str]
    can: Capabilities
    """Stands on the class; a model that is made of others has its own."""

    def __init__(self, config: Config, *, items: int, scale: Scale) -> None:
        super().__init__()
        self.config = config
        self.items = items
        self.scale = scale

    @abstractmethod
    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        """Predictions for all I titles for each profile. `ratings=False` may skip what ranking does not need.

        Profiles need not have been seen in training. Models of likes look at the liked entries only.
        """

    @torch.inference_mode()
    def ratings_of(self, profiles: Histories, wanted: Histories) -> Tensor:
        """Predicted ratings of the N entries of `wanted` for the same people, [N] on the CPU, float32.

        For models that predict ratings; those for which a whole row of titles is dear answer these entries alone.
        """
        rating_UI = self.predict(profiles).rating_UI
        assert rating_UI is not None, "only models that predict ratings are asked for them"
        item_rows_N = torch.from_numpy(wanted.item_rows_N.astype(np.int64))
        return rating_UI[torch.from_numpy(wanted.user_rows_N), item_rows_N]

    @property
    def states_uncertainty(self) -> bool:
        """Whether `rating_sds_of` has an answer: held-out ratings have shown how far off predictions are."""
        return False

    def rating_sds_of(self, profiles: Histories, wanted: Histories) -> Tensor | None:
        """How far off the predicted ratings of the N entries of `wanted` may be: standard deviations, in the ratings'
        own unit, [N] on the CPU, float32. None where the model does not know.
        """
        return None

    @abstractmethod
    def leave_one_out(
        self,
        profile: Histories,
        *,
        left_out_V: npt.NDArray[np.int64],
        columns_C: npt.NDArray[np.int64] | None,
    ) -> Prediction:
        """Predictions, [1 + V, C], for one profile: row 0 whole, row 1+v without entry `left_out_V[v]`.

        columns_C are item rows; None means all. Equal to calling `predict` on each variant, only faster.
        """

    def rank_scores(self, prediction: Prediction, weight: float | None = None) -> Tensor:
        """What ranks the titles at a presence weight in [0, 1] (None: the model's default). Higher is better."""
        return prediction.score_UI

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())


class ClosedFormModel(Model):
    """A model that is computed at once; its fitting reports stages instead of curves."""

    @abstractmethod
    def fit(self, histories: Histories) -> Job[None]:
        """Learn from people's histories. A generator that reports stages (see engine.events)."""


@dataclass(frozen=True)
class Losses:
    """The loss of a batch: `total` is what the step goes down; `shown` is what curves and the rate finder read.

    `shown` and its `parts` are detached, on the device, and comparable between batches and over a whole run: no
    dependence on how long the batch's profiles happen to be, nor on loss weights that move while learning.
    """

    total: Tensor
    shown: Tensor
    parts: dict[str, Tensor]


@dataclass(frozen=True)
class Moment:
    """Where in a run a step is: 0 is the first of `total`."""

    step: int
    total: int


class StepModel(Model):
    """A model that learns by gradient steps."""

    def prepare(self, histories: Histories, *, seed: int) -> None:
        """Take from the training histories what must be there before the first step: counts, a row for each person.

        Called before an optimizer is made; once more with the same histories and seed it changes nothing. The global
        random state is not touched.
        """

    def examples(self, histories: Histories, device: torch.device) -> Examples:
        """What batches are gathered from, on a device. Raises TrainingError where there is nothing to learn from."""
        return ResidentHistories(histories, device)

    def notes(self, histories: Histories) -> tuple[str, ...]:
        """What a person should know about learning from these histories, in sentences."""
        return ()

    def learn_uncertainty(self, fold_in: Histories, to_find: Histories) -> None:
        """Learn from held-out ratings of any height how far off predictions are; nothing for most models."""

    @abstractmethod
    def losses(self, batch: Any, *, noise: torch.Generator, moment: Moment) -> Losses:
        """The training loss of one batch of its examples. All randomness comes from `noise`."""

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Groups for the optimizer. A group with key "own_lr" keeps that rate whatever the schedule says."""
        return [{"params": list(self.parameters())}]
