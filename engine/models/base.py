"""What every model is: declared capabilities, predictions for profiles, and predictions without single entries.

A model is a torch module whose whole state is tensors, so one way of saving serves all. `ClosedFormModel` is computed
at once, `StepModel` learns by gradient steps.

Shapes: U profiles, I titles, N entries of all profiles, C columns asked for, V variants of one profile.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from engine.data.batches import Examples, histories_on
from engine.data.dataset import Bools, Histories, Int64, Scale
from engine.errors import DivergedError
from engine.events import Job
from engine.models.declaration import Capabilities, Load
from engine.models.losses import at_least_one
from engine.settings import Config
from engine.wording import said


@dataclass(frozen=True)
class Prediction:
    """What a model predicts for profiles (rows), on the CPU, float32, in columns for all I titles or the C asked for.

    score_UI ranks at the default weight; liking_UI is the predicted normalised rating (`two_head` only).
    """

    score_UI: Tensor
    log_probability_UI: Tensor | None = None
    liking_UI: Tensor | None = None
    rating_UI: Tensor | None = None

    def checked(self) -> Prediction:
        """Itself. Raises DivergedError where scores are not all finite, or ratings or chances are no numbers."""
        is_wrong = {
            "scores": not bool(torch.isfinite(self.score_UI).all()),
            "ratings": self.rating_UI is not None and bool(torch.isnan(self.rating_UI).any()),
            "chances": self.log_probability_UI is not None and bool(torch.isnan(self.log_probability_UI).any()),
        }
        for what, is_so in is_wrong.items():
            if is_so:
                raise DivergedError(said("The model's {what} are not numbers", what=what))
        return self

    @staticmethod
    def joined(chunks: Sequence[Prediction]) -> Prediction:
        """The predictions for several groups of profiles, one group below the other."""
        if len(chunks) == 1:
            return chunks[0]

        def column(name: str) -> Tensor | None:
            values = [getattr(chunk, name) for chunk in chunks]
            return None if not values or values[0] is None else torch.cat(values)

        score = column("score_UI")
        assert score is not None, "there is at least one profile to predict for"
        return Prediction(score, column("log_probability_UI"), column("liking_UI"), column("rating_UI"))

    @torch.inference_mode()
    def changed(self, change: Callable[[Tensor], Tensor]) -> Prediction:
        """The same with each of its arrays changed."""
        others = (self.log_probability_UI, self.liking_UI, self.rating_UI)
        return Prediction(change(self.score_UI), *(None if values is None else change(values) for values in others))


class Variants(ABC):
    """A profile whole and without each of some entries: what is predicted for these X variants, once it is asked for.

    Row 0 is of the whole profile, row 1 + v of the one without entry v of those that were left out.
    """

    @abstractmethod
    def of(
        self, columns_C: Int64 | None = None, *, rows_R: Int64 | slice | None = None, ratings: bool = True
    ) -> Prediction:
        """What is predicted of some titles (None: all) for some variants (None: all), [R, C].

        ratings: False allows to skip what ranking does not need.
        """

    def settled(self) -> Variants:
        """The same with all that takes long worked out, so that nothing is when it is asked for."""
        return self


@dataclass(frozen=True)
class Predicted(Variants):
    """Of which all is known, for all titles. row_X: where a variant stands in it, as several may be the same."""

    prediction: Prediction
    row_X: Tensor | None = None

    def of(
        self, columns_C: Int64 | None = None, *, rows_R: Int64 | slice | None = None, ratings: bool = True
    ) -> Prediction:
        rows = as_rows(rows_R)
        if self.row_X is not None:
            rows = self.row_X[rows]
        columns = None if columns_C is None else as_index(columns_C)
        return self.prediction.changed(lambda values_XI: picked(values_XI, rows, columns))


@dataclass(frozen=True)
class Asked(Variants):
    """Worked out by a model's `leave_one_out` whenever it is asked for."""

    model: Model
    profile: Histories
    left_out_V: Int64

    def of(
        self, columns_C: Int64 | None = None, *, rows_R: Int64 | slice | None = None, ratings: bool = True
    ) -> Prediction:
        if rows_R is None:
            return self.model.leave_one_out(self.profile, left_out_V=self.left_out_V, columns_C=columns_C)
        rows_R = np.arange(1 + len(self.left_out_V))[rows_R]
        left_out_R = self.left_out_V[rows_R[rows_R > 0] - 1]
        found = self.model.leave_one_out(self.profile, left_out_V=left_out_R, columns_C=columns_C)
        rows = as_index(np.where(rows_R > 0, np.cumsum(rows_R > 0), 0))
        return found.changed(lambda values_XC: values_XC[rows])

    def settled(self) -> Variants:
        return Predicted(self.of())


class Model(nn.Module, ABC):
    """A recommender over I titles.

    Parameters
    ----------
    config
        Its settings, with everything automatic chosen (see `engine.models.registry.fitted_config`).
    items
        The number of titles I.
    scale
        The scale of the ratings; `scale.like` is the least rating that counts as a like.

    Examples
    --------
    >>> from engine.data.dataset import Histories, Scale
    >>> from engine.events import drive
    >>> from engine.models.popularity import Popularity, PopularityConfig
    >>> model = Popularity(PopularityConfig(), items=3, scale=Scale(1, 5, 1))
    >>> drive(model.fit(Histories.of([0, 0, 1], [0, 2, 2], [5, 4, 5], people=2)))
    >>> model.predict(Histories.of_one([0], [5])).score_UI
    tensor([[1., 0., 2.]])
    """

    name: ClassVar[str]
    can: Capabilities
    """On the class, as the registry declares it; a model that is made of others has its own."""

    def __init__(self, config: Config, *, items: int, scale: Scale) -> None:
        super().__init__()
        self.config = config
        self.items = items
        self.scale = scale

    @abstractmethod
    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        """Predict all titles for each profile.

        Parameters
        ----------
        profiles
            U profiles of anybody, seen in training or not. Models of likes look at likes only.
        ratings
            False allows to skip what ranking does not need.

        Returns
        -------
        Prediction
            [U, I].
        """

    @torch.inference_mode()
    def ratings_of(self, profiles: Histories, wanted: Histories, *, learned_U: Int64 | None = None) -> Tensor:
        """The ratings of N `wanted` entries of the U people, on the CPU, float32, in the unit of the ratings.

        `learned_U` says which of the training people each is, -1 for nobody of them (None: nobody is). Where the model
        learned something about every single one, that is what it goes by, not their profile.
        """
        rating_UI = self.predict(profiles).rating_UI
        assert rating_UI is not None, "only models that predict ratings are asked for them"
        return rating_UI[as_index(wanted.user_rows_N), as_index(wanted.item_rows_N)]

    @property
    def knows_people(self) -> bool:
        """Whether it learned something about every single training person, which `ratings_of` goes by."""
        return False

    @property
    def states_uncertainty(self) -> bool:
        """Whether `rating_sds_of` has an answer: it was measured on held-out ratings how far off predictions are."""
        return False

    def learn_uncertainty(self, fold_in: Histories, to_find: Histories) -> None:
        """Measure on people's held-out ratings how far off predictions are; most models do nothing here."""

    def rating_sds_of(self, profiles: Histories, wanted: Histories) -> Tensor | None:
        """How far off the predictions of `ratings_of` may be: standard deviations, [N], or None where not known."""
        return None

    @abstractmethod
    def leave_one_out(self, profile: Histories, *, left_out_V: Int64, columns_C: Int64 | None) -> Prediction:
        """Predict for one profile whole and without each of some entries, faster than `predict` on each variant.

        Parameters
        ----------
        profile, left_out_V
            One profile, and the places of entries in it.
        columns_C
            The item rows to predict; None for all.

        Returns
        -------
        Prediction
            [1 + V, C]: row 0 is of the whole profile, row 1 + v of the one without entry `left_out_V[v]`.
        """

    def left_out(self, profile: Histories, *, left_out_V: Int64) -> Variants:
        """As `leave_one_out`, to be asked for one title after another."""
        return Asked(self, profile, left_out_V)

    @property
    def leaves_out_for_all(self) -> bool:
        """Whether leaving out takes about as long for one title as for all, so that it is worth keeping."""
        return False

    def rank_scores(self, prediction: Prediction, weight: float | None = None) -> Tensor:
        """What ranks titles, [U, C], higher first, at a presence weight of 0 to 1 (None: the model's default)."""
        return prediction.score_UI

    def dense_scores(self, seen_UI: Tensor, rated_UI: Tensor, ratings_UI: Tensor) -> Tensor:
        """What ranks titles for people whose profiles are whole matrices, [U, I], by tensor operations alone.

        seen_UI is 1 for a title of the profile, rated_UI for one with a rating, which is in ratings_UI; they are 0
        elsewhere. Equal to what `predict` says. For export to other programs, of models that `can.scores_as_graph`.
        """
        raise NotImplementedError(f"The scores of {self.name} are no graph.")

    @property
    def learned_I(self) -> Bools | None:
        """Which titles it learned, [I], so that an entry of one has influence; None is all of them."""
        return None

    def item_vectors(self) -> Tensor | None:
        """A row of numbers for each title, [I, D], whose directions say which are alike; None for a model without."""
        return None

    def takes_in(self, profiles: Histories) -> Bools:
        """Which entries change any of its predictions for the person whose they are, [N]; it ignores the others."""
        if self.can.learns_from == "likes":
            return profiles.ratings_N >= self.scale.like
        return np.ones(profiles.entries, dtype=np.bool_)

    @classmethod
    def working_bytes(cls, config: Any, load: Load) -> float:
        """The memory that learning takes at its peak, in bytes, beside the split, weights and optimizer."""
        return 0.0

    @classmethod
    def answering_bytes(cls, config: Any) -> float:
        """The memory that predicting for a lot of people takes beside the arrays of people and titles, in bytes."""
        return 0.0

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())


class ClosedFormModel(Model):
    """A model that is computed at once; its fitting reports stages instead of curves."""

    @abstractmethod
    def fit(self, histories: Histories) -> Job[None]:
        """Learn from people's histories. A generator that yields stages and progress (see engine.events)."""

    @property
    def keeps_when_stopped(self) -> bool:
        """Whether what a stopped `fit` left is worth keeping."""
        return False


@dataclass(frozen=True)
class Losses:
    """The loss of a batch: `total` is minimised; `shown` (and its `parts`) is what curves and the rate finder read.

    `shown` is detached and comparable over a whole run: it depends neither on profile lengths nor on learned weights.
    """

    total: Tensor
    shown: Tensor
    parts: dict[str, Tensor]


@dataclass(frozen=True)
class Moment:
    """Where in a run a step is: 0 is the first of `total`.

    `counted` turns a count of other things than examples (rated entries, say) into what their sum is divided by to be a
    mean. Where several processes share a batch that is not the count of the part that this one has. Where
    `writes_gradients`, a model that works its gradients out by itself may put them into its parameters at once; the
    `total` of such losses has no slope, and need only be finite where that of others is.
    """

    step: int
    total: int
    counted: Callable[[Tensor], Tensor] = at_least_one
    writes_gradients: bool = False


class StepModel(Model):
    """A model that learns by gradient steps."""

    pairs_an_example: ClassVar[int | None] = None
    """About how many pairs of a person and a title it ranks while it learns from one example; None: any number."""

    def get_ready(self, histories: Histories) -> Job[None]:
        """Do what of `prepare` may take long, in portions; whoever skips this has it done there, in one."""
        yield from ()

    def prepare(self, histories: Histories, *, seed: int) -> None:
        """Take what the first step needs from the histories, before an optimizer is made; a repeat changes nothing."""

    def examples(self, histories: Histories, device: torch.device) -> Examples:
        """What batches are gathered from, on a device. Raises TrainingError where there is nothing to learn from."""
        return histories_on(histories, device)

    def notes(self, histories: Histories) -> tuple[str, ...]:
        """What a person should know about learning from these histories, in sentences."""
        return ()

    @abstractmethod
    def losses(self, batch: Any, *, noise: torch.Generator, moment: Moment) -> Losses:
        """The training loss of one batch of the model's `examples`; `noise` is the only source of randomness.

        In `eval` mode what only learning needs is left out (dropout of hidden layers, sampled codes, the norm of the
        batch); profiles are hidden in part all the same, because the rest is what is predicted.
        """

    def learned_weights(self) -> tuple[tuple[str, float], ...]:
        """What the model has learned of how its losses weigh, by name, for curves; most learn nothing of the kind."""
        return ()

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Groups for the optimizer. One with the key "own_lr" keeps that rate whatever the schedule says, one with
        "lr_share" learns at that share of the rate."""
        return [{"params": list(self.parameters())}]


def has_weights(rows_IH: Tensor, item_rows_N: npt.NDArray[np.integer[Any]]) -> Bools:
    """Whether the row of each entry's title holds anything but zeros, [N]. Nearly all do so in their first number."""
    asked, place_N = np.unique(item_rows_N, return_inverse=True)
    rows_A = as_index(asked, rows_IH.device)
    holds_A = rows_IH[:, 0].index_select(0, rows_A) != 0
    if not bool(holds_A.all()):
        holds_A[~holds_A] = (rows_IH[rows_A[~holds_A]] != 0).any(1)
    found: Bools = holds_A.cpu().numpy()[place_N]
    return found


def picked(values_XI: Tensor, rows: Tensor | slice, columns: Tensor | None) -> Tensor:
    """Some rows and columns (None: all) of an array; of a slice of rows no copy is made."""
    if columns is None:
        return values_XI[rows]
    return values_XI[rows, columns] if isinstance(rows, slice) else values_XI[rows[:, None], columns]


def as_rows(rows: Int64 | slice | None, device: torch.device | None = None) -> Tensor | slice:
    """Rows as an index into tensors on a device (None: the CPU); no rows are all of them."""
    if rows is None:
        return slice(None)
    return rows if isinstance(rows, slice) else as_index(rows, device)


def as_index(rows: npt.ArrayLike, device: torch.device | None = None) -> Tensor:
    """Rows or places as an index into tensors, int64, on a device (None: the CPU).

    >>> as_index(np.array([2, 0], dtype=np.int32))
    tensor([2, 0])
    """
    return torch.from_numpy(np.asarray(rows, dtype=np.int64)).to(device or torch.device("cpu"))
