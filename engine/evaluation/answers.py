"""One batch of held-out people: what a model answers for them, and what each answer is worth.

Dense only batch x titles. Nothing in here gives control back while torch is in inference mode.

Shapes: U people of the batch, I titles, K length of the lists, N rated entries to be found, G groups of a breakdown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.data.dataset import Bools, Histories, Int64
from engine.data.split import HeldOut
from engine.errors import DivergedError
from engine.evaluation.breakdown import ERRORS_BY_RATING, KNOWN_AND_NEW, KNOWN_OR_NEW, POPULARITY, TIERS, Levels
from engine.evaluation.breakdown import tier_totals as totals_of_tiers
from engine.evaluation.intervals import Floats
from engine.evaluation.metrics import (
    METRICS,
    RankedLists,
    RatingErrors,
    discounted_share,
    graded_gains,
    ideal_gains,
    mean_errors,
)
from engine.models.base import Model, Prediction
from engine.wording import said


@dataclass(frozen=True)
class Question:
    """What is asked of every batch of people. Without tiers and levels no breakdown is measured."""

    candidates_I: Bools
    ks: tuple[int, ...]
    weight: float
    errors: bool
    counts_I: Int64 | None = None
    tier_I: Int64 | None = None
    levels: Levels | None = None

    @property
    def list_cut(self) -> int:
        """How long a list is as people see it: 20, or the shortest that is asked for."""
        return 20 if 20 in self.ks else self.ks[0]

    @property
    def curve_cut(self) -> int:
        """Where NDCG is cut in breakdowns: at 100, or at the longest list that is asked for."""
        return 100 if 100 in self.ks else self.ks[-1]


@dataclass(frozen=True)
class Answer:
    """A batch: values per person, how many ratings each error is of, who lists what; `parts` are breakdowns."""

    per_person: dict[str, Floats]
    rated_U: Int64
    listed: dict[int, Bools]
    parts: dict[str, tuple[Floats, Floats]] = field(default_factory=dict)


@torch.inference_mode()
def answer_for(model: Model, held_out: HeldOut, people: Int64, question: Question) -> Answer:
    """Evaluate one batch. No control is given back in here, so that the mode does not leak to the driver."""
    fold_in, to_find = held_out.fold_in.take(people), held_out.to_find.take(people)
    rated = to_find.rated()
    answer = Answer({}, rated.counts_U, {})
    was_training = model.training
    model.eval()
    predicted_N: Tensor | None = None
    if question.ks:
        prediction = _predicted(model, fold_in, question, ratings=question.errors)
        _rank(model, prediction, fold_in, to_find, question, answer)
        if question.errors:
            assert prediction.rating_UI is not None, "a model that predicts ratings was asked for them"
            items_N = torch.from_numpy(rated.item_rows_N.astype(np.int64))
            predicted_N = prediction.rating_UI[torch.from_numpy(rated.user_rows_N), items_N]
    learned_U = held_out.learned_U[people] if held_out.learned_U is not None and model.knows_people else None
    if question.errors and (predicted_N is None or learned_U is not None):
        predicted_N = model.ratings_of(fold_in, rated, learned_U=learned_U)
    model.train(was_training)
    if predicted_N is not None:
        if bool(predicted_N.isnan().any()):
            raise DivergedError(said("The model's ratings are not numbers"))
        errors_N = predicted_N.double().numpy() - rated.ratings_N.astype(np.float64)
        errors = RatingErrors(errors_N, rated.user_rows_N, len(rated), model.scale)
        _measure_errors(errors, rated, fold_in, question, answer)
    return answer


@torch.inference_mode()
def ndcg_of(model: Model, held_out: HeldOut, people: Int64, *, known: Histories, question: Question) -> Floats:
    """NDCG at `curve_cut`, [U], where the model gets `known` entries each; none of the whole profile is listed."""
    was_training = model.training
    model.eval()
    scores_UI = model.rank_scores(_predicted(model, known, question), _weight(model, question))
    cut, to_find = question.curve_cut, held_out.to_find.take(people)
    items_UK, listed_UK = _lists(scores_UI, held_out.fold_in.take(people), question.candidates_I, cut)
    model.train(was_training)
    found = _Found.of(to_find, items_UK, listed_UK, question.candidates_I)
    return discounted_share(*found.gains(to_find.ratings_N >= model.scale.like, cut), cut)


@dataclass(frozen=True)
class _Found:
    """Which entry to be found each place of the lists holds: place_UK is -1 where it holds none."""

    place_UK: Int64
    to_find: Histories
    is_candidate_N: Bools

    @staticmethod
    def of(to_find: Histories, items_UK: Int64, listed_UK: Bools, candidates_I: Bools) -> _Found:
        titles = len(candidates_I)
        key_N = to_find.user_rows_N * titles + to_find.item_rows_N
        order_N = np.argsort(key_N)
        key_UK = np.arange(len(to_find))[:, None] * titles + items_UK
        if not len(key_N):
            return _Found(np.full(items_UK.shape, -1), to_find, np.zeros(0, dtype=np.bool_))
        at_UK = np.minimum(np.searchsorted(key_N[order_N], key_UK), len(key_N) - 1)
        is_there_UK = (key_N[order_N][at_UK] == key_UK) & listed_UK
        return _Found(np.where(is_there_UK, order_N[at_UK], -1), to_find, candidates_I[to_find.item_rows_N])

    def gains(self, gains_N: npt.NDArray[np.generic], k: int) -> tuple[Floats, Floats]:
        """The gains of the listed titles and those of the best possible list, both [U, K]."""
        known_N = np.where(self.is_candidate_N, gains_N, 0.0).astype(np.float64)
        gains_UK = np.append(known_N, 0.0)[self.place_UK]
        ideal_UK = ideal_gains(known_N, self.to_find.user_rows_N, people=len(self.to_find), k=k)
        return gains_UK, ideal_UK


def _rank(
    model: Model, prediction: Prediction, fold_in: Histories, to_find: Histories, question: Question, answer: Answer
) -> None:
    """Put into the answer what the lists are worth."""
    scores_UI = model.rank_scores(prediction, _weight(model, question))
    items_UK, listed_UK = _lists(scores_UI, fold_in, question.candidates_I, question.ks[-1])
    found = _Found.of(to_find, items_UK, listed_UK, question.candidates_I)
    is_liked_N = to_find.ratings_N >= model.scale.like
    lists = RankedLists(
        items_UK,
        listed_UK,
        *found.gains(is_liked_N, question.ks[-1]),
        *found.gains(graded_gains(to_find.ratings_N, model.scale), question.ks[-1]),
        to_find.where(is_liked_N & found.is_candidate_N).counts_U,
        question.counts_I,
    )
    for k in question.ks:
        for metric in METRICS.values():
            values_U = metric.function(lists, k) if metric.kind == "list" else None
            if values_U is not None:
                answer.per_person[f"{metric.name}@{k}"] = values_U
        answer.listed[k] = np.bincount(items_UK[:, :k][listed_UK[:, :k]], minlength=model.items) > 0
    if question.tier_I is not None:
        answer.parts[POPULARITY] = _shares_of_tiers(question.tier_I, items_UK, listed_UK, question.list_cut)


def _predicted(model: Model, profiles: Histories, question: Question, *, ratings: bool = False) -> Prediction:
    mixes = model.can.mixes_presence and question.weight != 1.0
    return model.predict(profiles, ratings=ratings or mixes).checked()


def _weight(model: Model, question: Question) -> float | None:
    return question.weight if model.can.mixes_presence else None


def _lists(scores_UI: Tensor, seen: Histories, candidates_I: Bools, k: int) -> tuple[Int64, Bools]:
    """The k best titles for each person, [U, K], and whether a place is filled."""
    masked_UI = _masked(scores_UI, seen, candidates_I)
    items_UK = top_items(masked_UI, k)
    return items_UK.numpy(), (torch.gather(masked_UI, 1, items_UK) > -torch.inf).numpy()


def _masked(scores_UI: Tensor, seen: Histories, candidates_I: Bools) -> Tensor:
    """Scores with -inf where nothing may be listed: the profile's own titles, and titles that training never saw."""
    masked_UI = scores_UI.clone()
    masked_UI[:, torch.from_numpy(~np.asarray(candidates_I))] = -torch.inf
    rows_N = torch.from_numpy(seen.user_rows_N)
    masked_UI[rows_N, torch.from_numpy(seen.item_rows_N.astype(np.int64))] = -torch.inf
    return masked_UI


def top_items(scores_UI: Tensor, k: int) -> Tensor:
    """The item rows with the k best scores, best first, [U, min(k, I)]. Equal scores are ordered by item row."""
    k = min(k, scores_UI.shape[1])
    best = scores_UI.topk(min(k + 1, scores_UI.shape[1]), dim=1)
    items_UK = best.indices[:, :k].sort(dim=1).values
    crowded_U = best.values[:, k - 1] == best.values[:, -1]
    if best.values.shape[1] > k and bool(crowded_U.any()):
        items_UK[crowded_U] = _first_of_equals(scores_UI[crowded_U], best.values[crowded_U, k - 1 : k], k)
    order_UK = scores_UI.gather(1, items_UK).sort(dim=1, descending=True, stable=True).indices
    return items_UK.gather(1, order_UK)


def _first_of_equals(scores_CI: Tensor, cut_C1: Tensor, k: int) -> Tensor:
    """The item rows of k best scores, rising, [C, k], where more titles than there are places have the score `cut`."""
    better_CI, at_cut_CI = scores_CI > cut_C1, scores_CI == cut_C1
    places_left_C1 = k - better_CI.sum(1, keepdim=True)
    listed_CI = better_CI | (at_cut_CI & (at_cut_CI.cumsum(1) <= places_left_C1))
    return listed_CI.nonzero()[:, 1].view(-1, k)


def _shares_of_tiers(tier_I: Int64, items_UK: Int64, listed_UK: Bools, k: int) -> tuple[Floats, Floats]:
    """The share of each person's first k places that each tier of titles takes; people without a list weigh nothing."""
    tier_Uk = np.where(listed_UK[:, :k], tier_I[items_UK[:, :k]], -1)
    taken_UT = totals_of_tiers((tier_Uk[:, :, None] == np.arange(len(TIERS))).sum(axis=1))
    filled_U1 = listed_UK[:, :k].sum(axis=1, keepdims=True)
    weights_UT = np.broadcast_to(filled_U1 > 0, taken_UT.shape).astype(np.float64)
    return taken_UT / np.maximum(filled_U1, 1), weights_UT


def _measure_errors(
    errors: RatingErrors, rated: Histories, fold_in: Histories, question: Question, answer: Answer
) -> None:
    """Put every error into the answer, and the squared ones by rating and by what is new."""
    for metric in METRICS.values():
        if metric.kind == "error":
            answer.per_person[metric.name] = metric.function(errors)
    if question.levels is None:
        return
    level_N, levels = question.levels.level_of(rated.ratings_N), len(question.levels.labels)
    answer.parts[ERRORS_BY_RATING] = _means_by(level_N, errors.errors_N**2, rated, levels)
    is_new_N = (fold_in.counts_U == 0)[rated.user_rows_N]
    news_N = np.where(question.candidates_I[rated.item_rows_N], np.where(is_new_N, 1, 0), 2)
    answer.parts[KNOWN_AND_NEW] = _means_by(news_N, errors.errors_N**2, rated, len(KNOWN_OR_NEW))


def _means_by(group_N: Int64, values_N: Floats, rated: Histories, groups: int) -> tuple[Floats, Floats]:
    """Each person's mean in each group and how many values it is of, [U, G] each."""
    place_N, places = rated.user_rows_N * groups + group_N, len(rated) * groups
    counts = np.bincount(place_N, minlength=places).astype(np.float64)
    means = mean_errors(values_N, place_N, people=places)
    return means.reshape(len(rated), groups), counts.reshape(len(rated), groups)
