"""One batch of held-out people: what a model answers for them, and what each answer is worth.

Stands inside the protocol. Dense only batch x titles. No generator here: nothing in this file gives control back
while torch is in inference mode.

Shapes: U people of the batch, I titles, K length of the lists.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.data.dataset import Bools, Histories, Int64
from engine.data.split import HeldOut
from engine.errors import TrainingError
from engine.evaluation import metrics as measure
from engine.models.base import Model, Prediction

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """What is asked of every batch of people."""

    candidates_I: Bools
    ks: tuple[int, ...]
    weight: float
    errors: bool
    counts_I: Int64 | None = None


@dataclass(frozen=True)
class Answer:
    """What a batch of people gave: values per person, how many ratings each error is of, and who lists what."""

    per_person: dict[str, Floats]
    rated_U: Int64
    listed: dict[int, Bools]


@torch.inference_mode()
def answer_for(model: Model, held_out: HeldOut, people: Int64, question: Question) -> Answer:
    """Judge one batch. No control is given back in here, so that the mode does not leak to the driver."""
    fold_in, to_find = held_out.fold_in.take(people), held_out.to_find.take(people)
    mixes = model.can.mixes_presence and question.weight != 1.0
    rated = to_find.rated()
    was_training = model.training
    model.eval()
    per_person: dict[str, Floats] = {}
    listed: dict[int, Bools] = {}
    if question.ks:
        prediction = model.predict(fold_in, ratings=question.errors or mixes)
        per_person, listed = _ranked(model, prediction, fold_in, to_find, question)
        if question.errors:
            assert prediction.rating_UI is not None, "a model that predicts ratings was asked for them"
            items_N = torch.from_numpy(rated.item_rows_N.astype(np.int64))
            per_person |= _errors(prediction.rating_UI[torch.from_numpy(rated.user_rows_N), items_N], rated)
    elif question.errors:
        per_person = _errors(model.ratings_of(fold_in, rated), rated)
    model.train(was_training)
    return Answer(per_person, rated.counts_U, listed)


def _ranked(
    model: Model, prediction: Prediction, fold_in: Histories, to_find: Histories, question: Question
) -> tuple[dict[str, Floats], dict[int, Bools]]:
    scores_UI = _masked(model.rank_scores(prediction, _weight(model, question)), fold_in, question.candidates_I)
    items = measure.top_items(scores_UI, question.ks[-1])
    listed_UK = (torch.gather(scores_UI, 1, items) > -torch.inf).numpy()
    items_UK = items.numpy()
    liked = to_find.where((to_find.ratings_N >= model.scale.like) & question.candidates_I[to_find.item_rows_N])
    graded = to_find.where(~np.isnan(to_find.ratings_N) & question.candidates_I[to_find.item_rows_N])
    ones_N, grades_N = np.ones(liked.entries), measure.graded_gains(graded.ratings_N, model.scale)
    gains_UK, ideal_UK = _gains(liked, ones_N, items_UK, listed_UK, question.ks[-1], model.items)
    grades_UK, ideal_grades_UK = _gains(graded, grades_N, items_UK, listed_UK, question.ks[-1], model.items)
    hits_UK, relevant_U = gains_UK > 0, liked.counts_U
    found: dict[str, Floats] = {}
    listed: dict[int, Bools] = {}
    for k in question.ks:
        found[f"recall@{k}"] = measure.recall(hits_UK, relevant_U, k)
        found[f"precision@{k}"] = measure.precision(hits_UK, relevant_U, k)
        found[f"ap@{k}"] = measure.average_precision(hits_UK, relevant_U, k)
        found[f"map@{k}"] = measure.mean_average_precision(hits_UK, relevant_U, k)
        found[f"ndcg@{k}"] = measure.ndcg(gains_UK, ideal_UK, k)
        found[f"graded_ndcg@{k}"] = measure.ndcg(grades_UK, ideal_grades_UK, k)
        if question.counts_I is not None:
            found[f"novelty@{k}"] = measure.novelty(items_UK, question.counts_I, k, listed_UK=listed_UK)
        listed[k] = np.bincount(items_UK[:, :k][listed_UK[:, :k]], minlength=model.items) > 0
    return found, listed


def _weight(model: Model, question: Question) -> float | None:
    return question.weight if model.can.mixes_presence else None


def _masked(scores_UI: Tensor, fold_in: Histories, candidates_I: Bools) -> Tensor:
    """Scores with -inf where nothing may be listed: the profile's own titles, and titles that training never saw."""
    if bool(torch.isnan(scores_UI).any()):
        raise TrainingError(
            "The model's scores are not numbers: it has diverged.", remedy="Train it again with a lower learning rate."
        )
    masked_UI = scores_UI.clone()
    masked_UI[:, torch.from_numpy(~np.asarray(candidates_I))] = -torch.inf
    rows_N = torch.from_numpy(fold_in.user_rows_N)
    masked_UI[rows_N, torch.from_numpy(fold_in.item_rows_N.astype(np.int64))] = -torch.inf
    return masked_UI


def _gains(
    relevant: Histories, gains_N: Floats, items_UK: Int64, listed_UK: Bools, k: int, items: int
) -> tuple[Floats, Floats]:
    """The gains of the listed titles and those of the best possible list, both [U, K]."""
    gains_UI = np.zeros((len(relevant), items))
    gains_UI[relevant.user_rows_N, relevant.item_rows_N] = gains_N
    ideal_UK = measure.ideal_gains(gains_N, relevant.user_rows_N, people=len(relevant), k=k)
    return np.take_along_axis(gains_UI, items_UK, axis=1) * listed_UK, ideal_UK


def _errors(predicted_N: Tensor, rated: Histories) -> dict[str, Floats]:
    """Squared and absolute errors per person, in the ratings' own unit (and its square)."""
    errors_N: Floats = predicted_N.double().numpy() - rated.ratings_N.astype(np.float64)
    people = len(rated)
    mse_U = measure.mean_errors(errors_N**2, rated.user_rows_N, people=people)
    mae_U = measure.mean_errors(np.abs(errors_N), rated.user_rows_N, people=people)
    return {"rmse": np.sqrt(mse_U), "mse": mse_U, "mae": mae_U}
