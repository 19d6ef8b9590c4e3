"""Metrics against scikit-learn's, to 1e-6, on random scores without ties; gains and relevance are ours.

Each person's candidates are told to scikit-learn as one line of labels and one of scores, so that masking, ranking,
cutting and averaging are all compared at once. What it does not have is written out in plain Python beside it.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from engine.data.dataset import Histories, Scale
from engine.data.split import HeldOut
from engine.evaluation.protocol import evaluate_model
from engine.evaluation.result import EvaluationResult
from engine.events import drive
from engine.models.base import Capabilities, Model, Prediction
from engine.settings import Config

sklearn = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")

PEOPLE, TITLES, KS = 40, 120, (5, 20, 50)
SCALE = Scale(1, 5, 1)


class GivenModel(Model):
    """Says what it was given: scores and ratings for each person, in order."""

    name = "given"
    can = Capabilities(
        ranks=True, predicts_ratings=True, learns_by_steps=False, needs_times=False, folds_in=True,
        learns_from="ratings",
    )  # fmt: skip

    def __init__(self, scores_UI: np.ndarray, ratings_UI: np.ndarray) -> None:
        super().__init__(Config(), items=scores_UI.shape[1], scale=SCALE)
        self.scores_UI, self.ratings_UI = torch.from_numpy(scores_UI), torch.from_numpy(ratings_UI)

    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        assert len(profiles) == len(self.scores_UI), "everybody is in one batch"
        return Prediction(self.scores_UI, rating_UI=self.ratings_UI)

    def leave_one_out(self, profile, *, left_out_V, columns_C):
        raise NotImplementedError


class Case:
    """People with profiles, things to find, and scores that are all different."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.scores_UI = rng.permuted(np.tile(np.linspace(-3, 3, TITLES), (PEOPLE, 1)), axis=1).astype(np.float32)
        self.ratings_UI = rng.uniform(1, 5, (PEOPLE, TITLES)).astype(np.float32)
        self.candidates_I = rng.random(TITLES) < 0.9
        rows = [rng.permutation(TITLES) for _ in range(PEOPLE)]
        told = [(user, item) for user, row in enumerate(rows) for item in row[: 3 + user % 7]]
        wanted = [(user, item) for user, row in enumerate(rows) if user for item in row[20 : 25 + user]]
        self.fold_in, self.to_find = (self.histories(pairs, rng) for pairs in (told, wanted))
        self.counts_I = rng.integers(0, 50, TITLES)
        people = HeldOut(np.arange(PEOPLE), self.fold_in, self.to_find)
        model = GivenModel(self.scores_UI, self.ratings_UI)
        self.evaluation: EvaluationResult = drive(
            evaluate_model(
                model, people, candidates_I=self.candidates_I, ks=KS, counts_I=self.counts_I, intervals=False
            )
        )

    @staticmethod
    def histories(pairs: list[tuple[int, int]], rng: np.random.Generator) -> Histories:
        users, items = np.array(pairs).T
        return Histories.of(users, items, rng.integers(1, 6, len(pairs)).astype(np.float32), people=PEOPLE)

    def lines(self, user: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One person's candidates: their scores, whether they are liked, and their ratings (0: none)."""
        told, wanted = self.fold_in.row(user), self.to_find.row(user)
        can_be_listed_I = self.candidates_I.copy()
        can_be_listed_I[told.item_rows_N] = False
        ratings_I = np.zeros(TITLES)
        ratings_I[wanted.item_rows_N] = wanted.ratings_N
        ratings_I = ratings_I[can_be_listed_I]
        return self.scores_UI[user][can_be_listed_I], ratings_I >= SCALE.like, ratings_I

    def ours(self, metric: str, user: int) -> float:
        return float(self.evaluation.per_person[metric][user])


@pytest.fixture(params=[1, 2, 3], scope="module")
def case(request) -> Case:
    return Case(request.param)


def people_with_likes(case: Case):
    found = [(user, *case.lines(user)) for user in range(PEOPLE)]
    found = [line for line in found if line[2].any()]
    assert len(found) > PEOPLE / 2
    return found


@pytest.mark.parametrize("k", KS)
def test_that_ndcg_is_that_of_scikit_learn(case, k):
    for user, scores, liked, _ in people_with_likes(case):
        assert case.ours(f"ndcg@{k}", user) == pytest.approx(
            sklearn.ndcg_score(liked[None].astype(float), scores[None], k=k), abs=1e-6
        )


@pytest.mark.parametrize("k", KS)
def test_that_graded_ndcg_is_that_of_scikit_learn_given_our_gains(case, k):
    for user in range(PEOPLE):
        scores, _, ratings = case.lines(user)
        gains = np.where(ratings > 0, 2.0 ** (ratings - SCALE.low) - 1, 0.0)
        if gains.any():
            expected = sklearn.ndcg_score(gains[None], scores[None], k=k)
            assert case.ours(f"graded_ndcg@{k}", user) == pytest.approx(expected, abs=1e-6)
        else:
            assert math.isnan(case.ours(f"graded_ndcg@{k}", user))


@pytest.mark.parametrize("k", KS)
def test_that_recall_and_precision_are_those_of_scikit_learn(case, k):
    people = people_with_likes(case)
    is_liked, is_listed = (np.zeros((TITLES, len(people)), dtype=bool) for _ in range(2))
    for column, (_, scores, liked, _) in enumerate(people):
        is_liked[: len(liked), column] = liked
        is_listed[np.argsort(-scores)[:k], column] = True
    recalls = sklearn.recall_score(is_liked, is_listed, average=None)
    precisions = sklearn.precision_score(is_liked, is_listed, average=None)
    for (user, _, liked, _), recall, precision in zip(people, recalls, precisions, strict=True):
        assert case.ours(f"recall@{k}", user) == pytest.approx(recall * liked.sum() / min(k, liked.sum()), abs=1e-6)
        assert case.ours(f"precision@{k}", user) == pytest.approx(precision, abs=1e-6)


@pytest.mark.parametrize("k", KS)
def test_that_average_precision_is_that_of_scikit_learn_over_the_listed_titles(case, k):
    """scikit-learn averages over all that is relevant; among the first k titles alone those are the hits."""
    for user, scores, liked, _ in people_with_likes(case):
        first = np.argsort(-scores)[:k]
        hits = int(liked[first].sum())
        total = sklearn.average_precision_score(liked[first], scores[first]) * hits if hits else 0.0
        assert case.ours(f"ap@{k}", user) == pytest.approx(total / k, abs=1e-6)
        assert case.ours(f"map@{k}", user) == pytest.approx(total / min(k, liked.sum()), abs=1e-6)


def test_that_errors_are_those_of_scikit_learn_on_both_scales(case):
    truth_N = case.to_find.ratings_N
    said_N = case.ratings_UI[case.to_find.user_rows_N, case.to_find.item_rows_N]
    found = {name: metric.value for name, metric in case.evaluation.metrics.items()}
    assert found["rmse"] == pytest.approx(sklearn.root_mean_squared_error(truth_N, said_N), abs=1e-6)
    assert found["mse"] == pytest.approx(sklearn.mean_squared_error(truth_N, said_N), abs=1e-6)
    assert found["mae"] == pytest.approx(sklearn.mean_absolute_error(truth_N, said_N), abs=1e-6)
    unit_truth_N, unit_said_N = (truth_N - 1) / 4, (said_N - 1) / 4
    assert found["rmse_unit"] == pytest.approx(sklearn.root_mean_squared_error(unit_truth_N, unit_said_N), abs=1e-6)


@pytest.mark.parametrize("k", KS)
def test_that_coverage_and_novelty_are_their_definitions(case, k):
    shown: set[int] = set()
    total = sum(case.counts_I.tolist())
    for user in range(PEOPLE):
        left = [item for item in range(TITLES) if case.candidates_I[item]]
        left = [item for item in left if item not in case.fold_in.row(user).item_rows_N.tolist()]
        listed = sorted(left, key=lambda item: -case.scores_UI[user, item])[:k]
        shown |= set(listed)
        bits = sum(-math.log2(max(1, int(case.counts_I[item])) / total) for item in listed) / len(listed)
        assert case.ours(f"novelty@{k}", user) == pytest.approx(bits, abs=1e-6)
    coverage = case.evaluation.metrics[f"coverage@{k}"].value
    assert coverage == pytest.approx(len(shown) / case.candidates_I.sum(), abs=1e-6)


def test_that_every_figure_is_the_mean_over_people_who_have_one(case):
    assert len(case.evaluation.per_person) > 10
    for name, values_U in case.evaluation.per_person.items():
        if name not in ("rmse", "mse", "mae", "rmse_unit"):
            known = [value for value in values_U.tolist() if not math.isnan(value)]
            assert case.evaluation.metrics[name].value == pytest.approx(sum(known) / len(known), abs=1e-6), name
