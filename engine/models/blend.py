"""Several finished models as one: their scores are brought onto one scale and added up by weight.

A blend holds copies of its parts, so the runs that they were copied from may be deleted. The scores of a part are
standardised for each person: less their mean, over their standard deviation, both over the titles that training saw and
the person does not have. So a part that scores by logarithms of probabilities and one that scores by sums of weights
count as much as their weights say. Predicted ratings are on one scale already.

A blend explains itself through its parts. The impact of a rating is the sum over the parts of its impact on the part's
standardised score times the part's weight; without the rating, each part is standardised anew.

Shapes: U profiles, I titles, N entries of all profiles, n of one, V left out, X = 1 + V variants, C columns.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, cast

import numpy as np
import torch
from torch import Tensor, nn

from engine.data.dataset import Bools, Histories, Int64, Scale
from engine.errors import SettingError
from engine.models.base import Model, Prediction, Variants, as_index, as_rows
from engine.models.declaration import Capabilities, ModelConfig
from engine.models.naming import run_title
from engine.models.registry import build, kind_of
from engine.settings import setting
from engine.wording import said

_LEAST_SCORE = 1e-30
_FLAT = 1e-6
_VARIANTS_AT_ONCE = 128


@dataclass(frozen=True)
class Part:
    """A copy of a `run`, rebuilt from model and config; it ranks by `weight`, at a presence weight if it has one.

    title: what people called the run; those of earlier versions hold none.
    """

    model: str
    config: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""
    weight: float = 1.0
    presence: float | None = None
    rating_weight: float = 0.0
    title: str = ""

    @property
    def called(self) -> str:
        """What people call it."""
        return self.title or run_title(self.run or self.model, self.model, self.config)


@dataclass(frozen=True)
class BlendConfig(ModelConfig):
    """Which runs to mix, and their `copies`; a rating is the weighted sum of theirs plus `rating_offset`."""

    parts: str = setting(
        "",
        label=said("Parts"),
        help=said("The finished runs to mix, by id or name, with a + between them."),
        more=False,
    )
    copies: tuple[Part, ...] = ()
    rating_offset: float = 0.0

    def asked_runs(self) -> tuple[str, ...]:
        """The runs that `parts` names, in its order."""
        return tuple(part.strip() for part in self.parts.split("+") if part.strip())

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The config of a saved blend. Raises SettingError where it is not one."""
        plain = dict(values)
        try:
            copies = tuple(Part(**copy) for copy in plain.pop("copies", ()))
            offset = float(plain.pop("rating_offset", 0.0))
        except (TypeError, ValueError) as error:
            raise SettingError(
                said("These settings are not those of a blend ({error}).", error=error),
                remedy=said("Blend the runs again."),
            ) from error
        return dataclasses.replace(super().from_dict(plain), copies=copies, rating_offset=offset)


@dataclass(frozen=True)
class Share:
    """What one part adds to a blend, already weighted; None where its weight is 0."""

    score_UC: Tensor | None
    rating_UC: Tensor | None


class Blend(Model):
    """A weighted mix of models over the same I titles, with the capabilities of its parts (built unless given)."""

    name = "blend"
    can = kind_of(name).can
    config: BlendConfig
    candidates_I: Tensor

    def __init__(self, config: BlendConfig, *, items: int, scale: Scale, models: Sequence[Model] | None = None) -> None:
        super().__init__(config, items=items, scale=scale)
        if not config.copies:
            raise SettingError(
                said("A blend is made of finished runs, and here is none."),
                remedy=said("Name them: --set parts=RUN1+RUN2."),
            )
        built = models or [
            build(copy.model, kind_of(copy.model).config_class.from_dict(copy.config), items=items, scale=scale)
            for copy in config.copies
        ]
        self.models = nn.ModuleList(built)
        self.register_buffer("candidates_I", torch.ones(items, dtype=torch.bool))
        self.can = _together(config.copies, built)

    @property
    def parts(self) -> tuple[tuple[Part, Model], ...]:
        return tuple(zip(self.config.copies, (cast(Model, model) for model in self.models), strict=True))

    @property
    def parameter_count(self) -> int:
        """See Model. Of a part that was computed at once, all numbers that it stores."""
        return sum(
            model.parameter_count or sum(tensor.numel() for tensor in model.state_dict().values())
            for _, model in self.parts
        )

    @property
    def learned_I(self) -> Bools | None:
        """See Model. Those that any of its parts learned."""
        learned = [model.learned_I for part, model in self.parts if part.weight or part.rating_weight]
        known = [one_I for one_I in learned if one_I is not None]
        return np.logical_or.reduce(known) if known and len(known) == len(learned) else None

    def takes_in(self, profiles: Histories) -> Bools:
        """See Model. Those that any of its parts takes in."""
        taken = [model.takes_in(profiles) for part, model in self.parts if part.weight or part.rating_weight]
        any_N: Bools = np.logical_or.reduce(taken)
        return any_N

    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        return self.mixed(self.shares(profiles, ratings=ratings), ratings=ratings)

    def leave_one_out(self, profile: Histories, *, left_out_V: Int64, columns_C: Int64 | None) -> Prediction:
        return self.left_out(profile, left_out_V=left_out_V).of(columns_C)

    @property
    def leaves_out_for_all(self) -> bool:
        """See Model. Scores are standardised over all titles."""
        return True

    @torch.inference_mode()
    def left_out(self, profile: Histories, *, left_out_V: Int64) -> LeftOutOfParts:
        """See Model. The parts that count in the list are measured over all titles once."""
        free = _FreeTitles.without_each(self.candidates_I, profile, left_out_V, taken_n=self.takes_in(profile))
        found = []
        for part, model in self.parts:
            variants = model.left_out(profile, left_out_V=left_out_V)
            if part.weight:
                variants = variants.settled()
                found.append(_PartLeftOut(part, model, variants, _measured(part, model, variants, free)))
            else:
                found.append(_PartLeftOut(part, model, variants, None))
        return LeftOutOfParts(self, tuple(found))

    def item_vectors(self) -> Tensor | None:
        """See Model. Those of the first part that has some, the heaviest in the list first."""
        heaviest = sorted(self.parts, key=lambda one: -one[0].weight)
        return next((found for _, model in heaviest if (found := model.item_vectors()) is not None), None)

    @torch.inference_mode()
    def ratings_of(self, profiles: Histories, wanted: Histories, *, learned_U: Int64 | None = None) -> Tensor:
        """See Model. Each part predicts in its own quick way, by folding in, as its weight was chosen."""
        sums = [
            part.rating_weight * model.ratings_of(profiles, wanted) for part, model in self.parts if part.rating_weight
        ]
        return self._as_rating(torch.stack(sums).sum(0))

    @property
    def states_uncertainty(self) -> bool:
        """See Model. Where every part whose ratings count does."""
        rating = [model for part, model in self.parts if part.rating_weight]
        return bool(rating) and all(model.states_uncertainty for model in rating)

    @torch.inference_mode()
    def rating_sds_of(self, profiles: Histories, wanted: Histories) -> Tensor | None:
        """See Model. The parts err together, on the same odd ratings, so their deviations add up as the ratings do."""
        if not self.states_uncertainty:
            return None
        found = [(part, model.rating_sds_of(profiles, wanted)) for part, model in self.parts if part.rating_weight]
        return torch.stack([part.rating_weight * sds_N for part, sds_N in found if sds_N is not None]).sum(0)

    @torch.inference_mode()
    def shares(self, profiles: Histories, *, ratings: bool = True) -> tuple[Share, ...]:
        """What each part adds to `predict`, in the order of the parts."""
        free_UI = free_titles(self.candidates_I, profiles.where(self.takes_in(profiles)))
        apart = partial(standardised, free_UI=free_UI)
        return tuple(
            _share(part, model, partial(model.predict, profiles), apart, ratings=ratings) for part, model in self.parts
        )

    def mixed(self, shares: tuple[Share, ...], *, ratings: bool) -> Prediction:
        score = torch.stack([share.score_UC for share in shares if share.score_UC is not None]).sum(0)
        rates = [share.rating_UC for share in shares if share.rating_UC is not None]
        return Prediction(score, rating_UI=self._as_rating(torch.stack(rates).sum(0)) if ratings and rates else None)

    def _as_rating(self, sums: Tensor) -> Tensor:
        return (sums + self.config.rating_offset).clamp(self.scale.low, self.scale.high)


@dataclass(frozen=True)
class _PartLeftOut:
    """What a part predicts for X variants, and the mean and spread of its scores for each; None without a weight."""

    part: Part
    model: Model
    variants: Variants
    measure: tuple[Tensor, Tensor] | None

    def apart(self, scores_RC: Tensor, rows: Tensor | slice) -> Tensor:
        """Scores of some variants, less their mean and over their deviation."""
        assert self.measure is not None, "a part with a weight was measured"
        mean_X1, spread_X1 = self.measure
        return _apart(scores_RC, mean_X1[rows], spread_X1[rows])


@dataclass(frozen=True)
class LeftOutOfParts(Variants):
    """A profile whole and without each of some entries, as the parts of a blend see it."""

    blend: Blend
    parts: tuple[_PartLeftOut, ...]

    @torch.inference_mode()
    def of(
        self, columns_C: Int64 | None = None, *, rows_R: Int64 | slice | None = None, ratings: bool = True
    ) -> Prediction:
        return self.blend.mixed(self.shares(columns_C, rows_R=rows_R, ratings=ratings), ratings=ratings)

    @torch.inference_mode()
    def by_part(self, columns_C: Int64) -> Tensor:
        """What each of the P parts that count in the score adds to it, [X, C, P]."""
        shares = self.shares(columns_C, ratings=False)
        return torch.stack([share.score_UC for share in shares if share.score_UC is not None], dim=2)

    @torch.inference_mode()
    def shares(
        self, columns_C: Int64 | None = None, *, rows_R: Int64 | slice | None = None, ratings: bool = True
    ) -> tuple[Share, ...]:
        """What each part adds, [R, C], in the order of the parts."""
        rows = as_rows(rows_R)
        return tuple(
            _share(
                one.part,
                one.model,
                partial(one.variants.of, columns_C, rows_R=rows_R),
                partial(one.apart, rows=rows),
                ratings=ratings,
            )
            for one in self.parts
        )

    def settled(self) -> Variants:
        """See Variants."""
        parts = [dataclasses.replace(one, variants=one.variants.settled()) for one in self.parts]
        return dataclasses.replace(self, parts=tuple(parts))


def _share(
    part: Part,
    model: Model,
    predicted: Callable[..., Prediction],
    apart: Callable[[Tensor], Tensor],
    *,
    ratings: bool,
) -> Share:
    """What a part adds: its standardised scores (apart) and its ratings, each by its weight, if it has one."""
    rates = ratings and bool(part.rating_weight)
    if not part.weight and not rates:
        return Share(None, None)
    prediction = predicted(ratings=rates or _ranks_by_ratings(part, model))
    score = part.weight * apart(additive_scores(model, prediction, part.presence)) if part.weight else None
    if not rates:
        return Share(score, None)
    assert prediction.rating_UI is not None, "a part with a rating weight predicts ratings"
    return Share(score, part.rating_weight * prediction.rating_UI)


def _ranks_by_ratings(part: Part, model: Model) -> bool:
    """Whether the order of a part depends on more than its chances."""
    return bool(part.weight) and model.can.mixes_presence and part.presence != 1.0


def additive_scores(model: Model, prediction: Prediction, presence: float | None) -> Tensor:
    """What a model ranks by, [U, C], in a form that may be added: the logarithm where it is a product."""
    if not model.can.mixes_presence:
        return model.rank_scores(prediction)
    if presence == 1.0 and prediction.log_probability_UI is not None:
        return prediction.log_probability_UI.clamp(min=math.log(_LEAST_SCORE))
    return model.rank_scores(prediction, presence).clamp(min=_LEAST_SCORE).log()


def standardised(scores_UI: Tensor, free_UI: Tensor) -> Tensor:
    """Scores [U, I], less mean and over deviation of a person's free titles (free_UI 1); 0 where all are equal."""
    count_U1 = free_UI.sum(1, keepdim=True).clamp(min=1)
    mean_U1 = _row_sums(scores_UI, free_UI) / count_U1
    spread_U1 = (_row_sums((scores_UI - mean_U1).square_(), free_UI) / count_U1).sqrt()
    return _apart(scores_UI, mean_U1, spread_U1)


def _apart(scores_UC: Tensor, mean_U1: Tensor, spread_U1: Tensor) -> Tensor:
    """Scores less a mean and over a deviation; 0 where all that were measured are equal."""
    return torch.where(spread_U1 <= _FLAT * mean_U1.abs(), 0.0, (scores_UC - mean_U1) / spread_U1)


def _row_sums(values_UI: Tensor, weights_UI: Tensor) -> Tensor:
    """Weighted sums of each row, [U, 1], in one pass."""
    return torch.bmm(values_UI[:, None, :], weights_UI[:, :, None])[:, :, 0]


def free_titles(candidates_I: Tensor, profiles: Histories) -> Tensor:
    """1 for the titles that training saw and a person does not have, 0 for the others, [U, I]."""
    free_UI = candidates_I.cpu().float().expand(len(profiles), -1).clone()
    free_UI[as_index(profiles.user_rows_N), as_index(profiles.item_rows_N)] = 0.0
    return free_UI


@dataclass(frozen=True)
class _FreeTitles:
    """The free titles of X variants: those of the whole profile (free_I 1), and for each at most the one left out.

    freed_X: the row of that title (any where there is none). adds_X: 1 where it is free without its entry, else 0.
    """

    free_I: Tensor
    freed_X: Tensor
    adds_X: Tensor

    @staticmethod
    def without_each(candidates_I: Tensor, profile: Histories, left_out_V: Int64, *, taken_n: Bools) -> _FreeTitles:
        """Of the entries of one profile that are taken in, whole and without each of some."""
        out_V = np.asarray(left_out_V, dtype=np.int64)
        rows_V = profile.item_rows_N[out_V].astype(np.int64)
        counts_I = np.bincount(profile.item_rows_N[taken_n], minlength=len(candidates_I))
        is_last_V = taken_n[out_V] & (counts_I[rows_V] == 1) & candidates_I.cpu().numpy()[rows_V]
        free_I = free_titles(candidates_I, profile.where(taken_n))[0]
        return _FreeTitles(free_I, as_index(np.append(0, rows_V)), as_index(np.append(0, is_last_V)).float())

    def sums(self, values_RI: Tensor, rows: slice) -> Tensor:
        """The sum over the free titles of some variants, [R]."""
        at = self.freed_X[rows]
        return values_RI @ self.free_I + values_RI[torch.arange(len(at)), at] * self.adds_X[rows]

    def counts(self, rows: slice) -> Tensor:
        """How many titles are free in some variants, [R]; 1 for none."""
        return (self.free_I.sum() + self.adds_X[rows]).clamp(min=1)


def _measured(part: Part, model: Model, variants: Variants, free: _FreeTitles) -> tuple[Tensor, Tensor]:
    """Mean and deviation of a part's scores over the free titles of each variant, [X, 1] each; few variants at once."""
    means, spreads = [], []
    for start in range(0, len(free.freed_X), _VARIANTS_AT_ONCE):
        rows = slice(start, min(start + _VARIANTS_AT_ONCE, len(free.freed_X)))
        prediction = variants.of(rows_R=rows, ratings=_ranks_by_ratings(part, model))
        scores_RI, count_R = additive_scores(model, prediction, part.presence), free.counts(rows)
        means.append(free.sums(scores_RI, rows) / count_R)
        apart_RI = (scores_RI - means[-1][:, None]).square_()
        spreads.append((free.sums(apart_RI, rows) / count_R).sqrt())
    return torch.cat(means)[:, None], torch.cat(spreads)[:, None]


def _together(parts: Sequence[Part], models: Sequence[Model]) -> Capabilities:
    """What models can together. A part without weight in the list does not make it depend on more than likes."""
    listing = [model for part, model in zip(parts, models, strict=True) if part.weight] or models
    rating = [model for part, model in zip(parts, models, strict=True) if part.rating_weight]
    return Capabilities(
        ranks=True,
        predicts_ratings=bool(rating),
        learns_by_steps=False,
        needs_times=any(model.can.needs_times for model in models),
        folds_in=all(model.can.folds_in for model in models),
        learns_from="likes" if all(model.can.learns_from == "likes" for model in listing) else "ratings",
        states_uncertainty=bool(rating) and all(model.can.states_uncertainty for model in rating),
    )
