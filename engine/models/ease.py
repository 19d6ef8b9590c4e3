"""EASE: what liking one title says about every other, computed at once.

Scores are x B (see engine.models.ridge), where x is 1 for a like and `fold_in_others` for any other entry: the
leave-one-out impact of title i on title j is exactly x_i B[i, j]. Titles that nobody likes have no row in B: their
weights are zero.

B is learned from a person's likes with weight 1 and their other titles with less. All of a person's weights are divided
by a power of their sum, so that people who rated thousands of titles do not dominate. l2 grows with how often a title
occurs, as if a share of every profile had been hidden in learning (Steck 2020, "Autoencoders that don't overfit towards
the Identity"). With all three off it is EASE^R as published (Steck 2019).

Shapes: U profiles, I titles, L titles that somebody likes, N entries, n of one profile, V variants, C columns.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
import torch.nn.functional as F
from scipy.sparse import csr_array
from torch import Tensor

from engine.data.dataset import Bools, Float32, Histories, Int64, Scale
from engine.device import available_memory_bytes
from engine.errors import DeviceError, TrainingError
from engine.events import Event, Job, Pace, Progressed, StageStarted
from engine.models.base import ClosedFormModel, Prediction, as_index
from engine.models.declaration import CatalogueConfig, Load
from engine.models.losses import (
    OTHER_RATINGS,
    entry_weights,
    fold_in_others_setting,
    histories_of_likers,
    other_ratings_setting,
)
from engine.models.network import INPUT, OUTPUT, Layer, Network
from engine.models.registry import kind_of
from engine.models.ridge import BLOCK, gram_matrix, invert_by_sweeping, weights_from_inverse, weights_through_people
from engine.settings import setting
from engine.text import format_size
from engine.wording import said

_LEAST_L2, _MOST_L2 = 1.0, 500.0
_SHARE_OF_FREE_MEMORY = 0.8
_LEAST_TITLES = 1000
_MOST_REDUCED, _DIRECTIONS, _ROUNDS = 5_000, 64, 2
DROPOUT = 0.4
"""The input dropout where nobody chose one."""


@dataclass(frozen=True)
class EaseConfig(CatalogueConfig):
    l2: float | None = setting(
        None,
        label=said("Regularisation (l2)"),
        help=said(
            "How little the model trusts titles that few people like. More is more cautious. "
            "Automatic: what makes the best lists for people held out."
        ),
        low=0.01,
        high=1e6,
        scale="log",
        more=False,
    )
    other_ratings: float | None = other_ratings_setting()
    fold_in_others: float | None = fold_in_others_setting()
    user_weight_exponent: float = setting(
        0.25,
        label=said("User weight exponent"),
        help=said("0: people count by how much they rated. 1: everyone counts the same, however much they rated."),
        low=0.0,
        high=1.0,
        former=("evenness",),
    )
    dropout: float | None = setting(
        None,
        label=said("Input dropout"),
        help=said(
            "Learns as if this share of each profile were hidden; well-known titles then count less. "
            "Automatic: what makes the best lists for people held out."
        ),
        low=0.0,
        high=0.9,
    )

    def network(self, titles: int) -> Network:
        """See ModelConfig."""
        columns = ((Layer(said("Likes"), titles, INPUT),), (Layer(said("Scores"), titles, OUTPUT, said("one matrix")),))
        return Network(columns, (said("squared error, solved at once"),))

    def most_titles(self) -> int:
        """See CatalogueConfig: as many as fit into free memory, or a thousand, of which it is told what they need."""
        free, most = available_memory_bytes(), super().most_titles()
        fitting = most if free is None else ease_titles_within(_SHARE_OF_FREE_MEMORY * free)
        return min(most, max(_LEAST_TITLES, fitting))

    def fitted_to(self, entries: int) -> Self:
        """See ModelConfig: l2 is a quarter of the square root of the entries, 500 at most."""
        automatic = min(_MOST_L2, max(_LEAST_L2, float(round(0.25 * math.sqrt(entries)))))
        others = OTHER_RATINGS if self.other_ratings is None else self.other_ratings
        return self.changed(
            l2=self.l2 or automatic,
            other_ratings=others,
            fold_in_others=others if self.fold_in_others is None else self.fold_in_others,
            dropout=DROPOUT if self.dropout is None else self.dropout,
        )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """See Config; runs of earlier versions ranked by likes alone."""
        return super().from_dict({"fold_in_others": 0.0, **values})


AS_PUBLISHED: Mapping[str, Any] = {
    "other_ratings": 0.0,
    "fold_in_others": 0.0,
    "user_weight_exponent": 0.0,
    "dropout": 0.0,
}
"""Plain EASE^R (Steck 2019), at whatever l2."""


class Ease(ClosedFormModel):
    """EASE over people's tastes. Its state is B over the L liked titles, and which titles those are."""

    name = "ease"
    can = kind_of(name).can
    config: EaseConfig
    weights_LL: Tensor
    title_rows_L: Tensor

    def __init__(self, config: EaseConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config, items=items, scale=scale)
        self.register_buffer("weights_LL", torch.zeros((0, 0)))
        self.register_buffer("title_rows_L", torch.zeros(0, dtype=torch.int64))

    def fit(self, histories: Histories) -> Job[None]:
        """Compute B from the likes; a Stop leaves the model as it was. Raises DeviceError and TrainingError."""
        yield StageStarted("counting", said("Counting which titles are liked together"))
        config = self.config.fitted_to(histories.entries)
        tastes_UL, title_rows_L = _tastes(histories, self.scale.like, config)
        _refuse_if_too_large(len(title_rows_L), tastes_UL.shape[0])
        weights_LL = torch.empty((len(title_rows_L), len(title_rows_L)))
        l2_L = _l2_of_titles(config, tastes_UL)
        if _goes_through_people(*tastes_UL.shape):
            yield StageStarted("solving", said("Working out what each title says about the others"))
            solving = weights_through_people(tastes_UL, weights_LL, l2_L=l2_L)
            yield from _reported(solving, said("Working out titles"), weights_LL)
        else:
            yield from _reported(gram_matrix(tastes_UL, weights_LL), said("Counting titles"), weights_LL)
            weights_LL.diagonal().add_(torch.from_numpy(l2_L))
            yield StageStarted("solving", said("Working out what each title says about the others"))
            yield from _reported(invert_by_sweeping(weights_LL), said("Working out titles"), weights_LL)
            weights_from_inverse(weights_LL)
        self._take_weights(weights_LL, title_rows_L, config.l2 or 0.0)

    @classmethod
    def working_bytes(cls, config: EaseConfig, load: Load) -> float:
        """See Model: beside the weights, and the entries by person and by title, 8 bytes each."""
        titles = load.liked_titles
        return ease_memory_bytes(titles, load.people) - 4.0 * titles**2 + 16.0 * load.entries

    def _take_weights(self, weights_LL: Tensor, title_rows_L: Int64, l2: float) -> None:
        if not bool(torch.isfinite(weights_LL.sum())):
            raise TrainingError(
                said("With l2 {l2:g} the numbers of ease run out of precision.", l2=l2),
                remedy=said("Choose a larger l2."),
            )
        self.weights_LL = weights_LL
        self.title_rows_L = torch.from_numpy(title_rows_L)

    @torch.inference_mode()
    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        """See Model. Someone without an entry that counts gets zeros."""
        rows_N = self._matrix_rows(profiles)
        known_N = rows_N >= 0
        known = profiles.where(known_N)
        device = self.weights_LL.device
        score_UL = F.embedding_bag(
            as_index(rows_N[known_N], device),
            self.weights_LL,
            as_index(known.indptr_U1[:-1], device),
            mode="sum",
            per_sample_weights=self._counts(known).to(device),
        )
        return Prediction(self._spread(score_UL.cpu()))

    def dense_scores(self, seen_UI: Tensor, rated_UI: Tensor, ratings_UI: Tensor) -> Tensor:
        """See Model."""
        others = self.config.fold_in_others or 0.0
        likes_UI = (rated_UI > 0) & (ratings_UI >= self.scale.like)
        counts_UI = torch.where(likes_UI, 1.0, others) * (seen_UI > 0)
        score_UL = counts_UI[:, self.title_rows_L] @ self.weights_LL
        return score_UL.new_zeros(seen_UI.shape).index_copy(1, self.title_rows_L, score_UL)

    @torch.inference_mode()
    def leave_one_out(self, profile: Histories, *, left_out_V: Int64, columns_C: Int64 | None) -> Prediction:
        """See Model. Without entry i the scores are those of the whole less row i of B."""
        out_V = np.asarray(left_out_V, dtype=np.int64)
        if columns_C is None:
            whole_I = self.predict(profile).score_UI[0]
            score_XI = whole_I.repeat(1 + len(out_V), 1)
            score_XI[1:] -= self.impacts(profile, entries=out_V)
            return Prediction(score_XI)
        impact_nC = self.impacts(profile, columns_C)
        whole_C = impact_nC.sum(0)
        return Prediction(torch.cat([whole_C[None], whole_C - impact_nC[as_index(out_V)]]))

    @torch.inference_mode()
    def impacts(self, profile: Histories, columns_C: Int64 | None = None, *, entries: Int64 | None = None) -> Tensor:
        """x_i B[i, j] for each entry i of one profile (or of `entries`) and each column j (None: all titles)."""
        chosen = slice(None) if entries is None else entries
        rows_n = torch.from_numpy(self._matrix_rows(profile)[chosen])
        known_n = rows_n >= 0
        counts_k = self._counts(profile)[chosen][known_n]
        if columns_C is None:
            picked_kC = self._spread(self._rows_of(rows_n[known_n]).mul_(counts_k[:, None]))
        else:
            place_C = torch.from_numpy(self._row_of_I()[np.asarray(columns_C, dtype=np.int64)])
            picked_kC = self._rows_of(rows_n[known_n], place_C.clamp(min=0)) * counts_k[:, None] * (place_C >= 0)
        if bool(known_n.all()):
            return picked_kC
        impact_nC = torch.zeros((len(rows_n), picked_kC.shape[1]))
        impact_nC[known_n] = picked_kC
        return impact_nC

    def _rows_of(self, rows_k: Tensor, columns_C: Tensor | None = None) -> Tensor:
        """Some rows of B, of all its columns or some."""
        rows_k = rows_k.to(self.weights_LL.device)
        if columns_C is None:
            return self.weights_LL[rows_k].cpu()
        return self.weights_LL[rows_k[:, None], columns_C.to(rows_k.device)[None]].cpu()

    def item_vectors(self) -> Tensor | None:
        """See Model: the strongest directions of the columns of B, by a randomised SVD (Halko et al. 2011) that draws
        from nobody's random numbers; None for so many titles that it would be slow.
        """
        titles = len(self.title_rows_L)
        if not 0 < titles <= _MOST_REDUCED:
            return None
        weights_LL = self.weights_LL.cpu()
        basis_LD = torch.randn(titles, min(_DIRECTIONS, titles), generator=torch.Generator().manual_seed(0))
        for _ in range(_ROUNDS):
            basis_LD = torch.linalg.qr(weights_LL.T @ torch.linalg.qr(weights_LL @ basis_LD)[0])[0]
        _, values_D, right_DD = torch.linalg.svd(weights_LL @ basis_LD, full_matrices=False)
        return self._spread((basis_LD @ right_DD.T * values_D).T).T

    def takes_in(self, profiles: Histories) -> Bools:
        """See Model. Those that have a row in B."""
        return self._matrix_rows(profiles) >= 0

    def _matrix_rows(self, profiles: Histories) -> Int64:
        """For each entry its row in B, [N]; -1 where it does not count, or nobody liked the title."""
        if not len(self.title_rows_L):
            raise TrainingError(said("This ease model has learned nothing yet."), remedy=said("Fit it first."))
        rows_N: Int64 = self._row_of_I()[profiles.item_rows_N]
        if self.config.fold_in_others:
            return rows_N
        return np.where(profiles.ratings_N >= self.scale.like, rows_N, -1)

    def _counts(self, profiles: Histories) -> Tensor:
        """What each entry counts in ranking, [N]."""
        ratings_N = torch.from_numpy(np.array(profiles.ratings_N, dtype=np.float32))
        return entry_weights(ratings_N, self.scale.like, others=self.config.fold_in_others or 0.0)

    def _row_of_I(self) -> Int64:
        """For each title its row in B, [I]; -1 for those that nobody liked."""
        row_of_I = np.full(self.items, -1, dtype=np.int64)
        row_of_I[self.title_rows_L.cpu().numpy()] = np.arange(len(self.title_rows_L))
        return row_of_I

    def _spread(self, values_UL: Tensor) -> Tensor:
        """The values of liked titles in the columns of all I titles, zero elsewhere."""
        if len(self.title_rows_L) == self.items:
            return values_UL
        return torch.zeros((len(values_UL), self.items)).index_copy_(1, self.title_rows_L.cpu(), values_UL)

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *others: Any) -> None:
        """Take the size of the stored matrix: a fresh model has none, so that making one costs nothing."""
        for name in ("weights_LL", "title_rows_L"):
            stored = state_dict.get(prefix + name)
            if stored is not None:
                setattr(self, name, torch.empty_like(stored, device=getattr(self, name).device))
        super()._load_from_state_dict(state_dict, prefix, *others)


def _tastes(histories: Histories, like: float, config: EaseConfig) -> tuple[csr_array, Int64]:
    """What each title counts for each person who likes anything: likers by titles that somebody likes."""
    others = config.other_ratings or 0.0
    learned = histories_of_likers(histories, like, others=others)
    title_rows_L = np.unique(learned.item_rows_N[learned.ratings_N >= like]).astype(np.int64)
    learned = learned.where(np.isin(learned.item_rows_N, title_rows_L))
    columns_N = np.searchsorted(title_rows_L, learned.item_rows_N).astype(np.int32)
    shape = (len(learned), len(title_rows_L))
    weights_N = entry_weights(torch.from_numpy(learned.ratings_N), like, others=others).numpy()
    tastes_UL = csr_array((weights_N, columns_N, learned.indptr_U1.astype(np.int32)), shape=shape)
    weight_U = np.asarray(tastes_UL.sum(axis=1)) ** (-0.5 * config.user_weight_exponent)
    tastes_UL.data *= np.repeat((weight_U / np.sqrt(np.mean(weight_U**2))).astype(np.float32), learned.counts_U)
    return tastes_UL, title_rows_L


def _l2_of_titles(config: EaseConfig, tastes_UL: csr_array) -> Float32:
    """The regularisation of each title, [L]."""
    dropout = config.dropout or 0.0
    squares_L = np.bincount(tastes_UL.indices, weights=tastes_UL.data.astype(np.float64) ** 2)
    return ((config.l2 or 0.0) + dropout / (1.0 - dropout) * squares_L).astype(np.float32)


def ease_memory_bytes(items: int, people: int | None = None) -> int:
    """The most memory that fitting takes for so many (liked) titles: a float32 matrix, and blocks of its rows.

    Of few people (None: many) it takes the matrix, theirs of people and titles, and those of people and people.
    float32 is enough: on MovieLens-1M the weights differ from float64's by 2e-6 at l2 300 and 3e-5 at l2 1.

    >>> ease_memory_bytes(10_000), ease_memory_bytes(10_000, 600)
    (492160000, 433446400)
    """
    if people is not None and _goes_through_people(people, items):
        return 4 * items * (items + people) + 16 * people * (people + BLOCK)
    return 4 * items * items + 24 * BLOCK * items


def _goes_through_people(people: int, items: int) -> bool:
    """Whether people are so few that their matrix is quicker to solve than that of titles."""
    return people <= items // 4


def ease_operations(people: int, titles: int) -> float:
    """About how many operations fitting takes: the square of the titles times these or the people, whichever are fewer.

    >>> ease_operations(6_040, 3_706) == 2.0 * 3_706**3
    True
    """
    return 2.0 * titles**2 * min(titles, max(1, people))


def ease_titles_within(free_bytes: float) -> int:
    """For how many titles fitting takes at most so much memory; whole thousands, where it is as many.

    >>> ease_titles_within(2**33), ease_memory_bytes(45_000) < 2**33 < ease_memory_bytes(46_000)
    (45000, True)
    """
    titles = int((math.sqrt((24 * BLOCK) ** 2 + 16 * free_bytes) - 24 * BLOCK) / 8)
    return max(1, titles // 1000 * 1000 or titles)


def _refuse_if_too_large(items: int, people: int) -> None:
    """Raise DeviceError, with both figures, where the matrix of so many titles does not fit into free memory."""
    needed, free = ease_memory_bytes(items, people), available_memory_bytes()
    if free is None or needed <= _SHARE_OF_FREE_MEMORY * free:
        return
    raise DeviceError(
        said(
            "ease compares every title with every other: for {items:,} titles it needs {needed} of "
            "memory, more than the {share_of_free_memory:.0%} it may take of the {free} that are "
            "free.",
            items=items,
            needed=format_size(needed),
            share_of_free_memory=_SHARE_OF_FREE_MEMORY,
            free=format_size(free),
        ),
        remedy=said("Choose ials or popularity, let it learn fewer titles, or close other programs."),
        needed_bytes=needed,
        free_bytes=free,
    )


def _reported(steps: Iterator[int], label: str, weights_LL: Tensor) -> Iterator[Event | None]:
    """Drive some steps; control goes back after each, with the progress when that is due."""
    pace = Pace()
    for done in steps:
        yield Progressed(label, done, len(weights_LL), "titles") if pace.due() else None
