"""The weights of a blend are those with which held-out people are served best."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from planted import planted_dataset

from engine.data.dataset import Scale
from engine.data.split import HeldOut, SplitConfig, make_split
from engine.errors import DataError
from engine.evaluation.protocol import evaluate_model
from engine.events import drive
from engine.models.base import Capabilities, Model, Prediction
from engine.models.blend import Blend, BlendConfig, Part
from engine.settings import Config
from engine.training import blend_weights
from engine.training.blend_weights import (
    choose_ranking_weights,
    choose_rating_weights,
    climb,
    least_squares,
    neighbours,
    ratings_to_choose_by,
)

SCALE = Scale(1, 5, 1)


class Opinionated(Model):
    """Says what a table says, [titles] or [people of the whole data, titles], with ratings where it has them."""

    name = "opinionated"

    def __init__(self, scores, *, ratings=None, mixes=False):
        super().__init__(Config(), items=scores.shape[-1], scale=SCALE)
        self.scores, self.ratings = torch.tensor(scores).float(), ratings
        self.can = Capabilities(True, ratings is not None, False, False, True, "ratings", mixes_presence=mixes)

    def predict(self, profiles, *, ratings=True):
        people = len(profiles)
        rating = None if self.ratings is None else torch.tensor(self.ratings).float().expand(people, -1)
        return Prediction(self.scores.expand(people, -1), rating_UI=rating)

    def leave_one_out(self, profile, *, left_out_V, columns_C):
        raise NotImplementedError

    def rank_scores(self, prediction, weight=None):
        return prediction.score_UI if weight is None else prediction.score_UI.clamp(min=1e-3) ** (0.1 + weight)


@pytest.fixture
def split():
    return make_split(planted_dataset(), SplitConfig())


def liked_how_often(split):
    return np.bincount(split.train.likes(4.0).item_rows_N, minlength=split.titles).astype(float)


def chosen(parts, split):
    return drive(choose_ranking_weights(parts, split.validation, candidates_I=split.candidates_I))


def test_that_the_better_part_counts_for_more(split):
    good = Opinionated(liked_how_often(split))
    noise = Opinionated(np.random.default_rng(3).normal(size=split.titles))

    weights = chosen([noise, good], split)

    assert weights.part_values[1] > weights.part_values[0]
    assert weights.weights[1] > 0.6
    assert weights.value >= weights.part_values[1]
    assert sum(weights.weights) == pytest.approx(1.0)


def test_that_parts_that_know_different_halves_are_both_heard(split):
    likes = liked_how_often(split)
    first = Opinionated(np.where(np.arange(40) % 2, likes, likes.mean()))
    second = Opinionated(np.where(np.arange(40) % 2, likes.mean(), likes))

    weights = chosen([first, second], split)

    assert weights.value > max(weights.part_values)
    assert min(weights.weights) > 0.1


def test_that_equal_input_gives_equal_weights(split):
    parts = [Opinionated(np.random.default_rng(seed).normal(size=split.titles)) for seed in (1, 2, 3)]
    assert chosen(parts, split) == chosen(parts, split)


def test_that_the_value_is_the_ndcg_of_the_blend_itself(split):
    parts = [Opinionated(np.random.default_rng(seed).normal(size=split.titles)) for seed in (1, 2)]

    weights = chosen(parts, split)

    copies = tuple(Part("", {}, "", weight) for weight in weights.weights)
    blend = Blend(BlendConfig(copies=copies), items=split.titles, scale=SCALE, models=parts)
    blend.candidates_I.copy_(torch.from_numpy(split.candidates_I))
    job = evaluate_model(blend, split.validation, candidates_I=split.candidates_I, ks=(100,), intervals=False)
    result = drive(job)
    assert weights.value == pytest.approx(result.metrics["ndcg@100"].value, abs=1e-9)
    assert weights.people == result.people


def test_that_a_shortlist_finds_the_weights_that_the_whole_catalogue_finds(split, monkeypatch):
    monkeypatch.setattr(blend_weights, "LENGTH", 5)
    parts = [Opinionated(liked_how_often(split)), Opinionated(np.random.default_rng(2).normal(size=split.titles))]
    whole = chosen(parts, split)
    monkeypatch.setattr(blend_weights, "_SHORTLIST", 20)
    assert chosen(parts, split) == whole


def test_that_lots_of_people_do_not_change_the_weights(split, monkeypatch):
    parts = [Opinionated(liked_how_often(split)), Opinionated(np.random.default_rng(2).normal(size=split.titles))]
    whole = chosen(parts, split)
    monkeypatch.setattr("engine.data.batches._NUMBERS_AT_ONCE", 200)
    assert chosen(parts, split) == whole


def test_that_a_presence_weight_is_taken_only_where_it_helps(split):
    likes = liked_how_often(split)
    mixing = Opinionated(likes + 1.0, mixes=True)
    assert chosen([mixing, Opinionated(-likes)], split).presences == (1.0, None)

    class LovesAtHalf(Opinionated):
        def rank_scores(self, prediction, weight=None):
            return prediction.score_UI if weight == 0.5 else torch.ones_like(prediction.score_UI)

    noise = Opinionated(np.random.default_rng(4).normal(size=split.titles))
    assert chosen([LovesAtHalf(likes + 1.0, mixes=True), noise], split).presences == (0.5, None)


def test_that_nobody_with_anything_to_find_is_told(split):
    nothing = split.validation.to_find.where(np.zeros(split.validation.to_find.entries, dtype=bool))
    held_out = HeldOut(split.validation.user_rows_U, split.validation.fold_in, nothing)
    part = Opinionated(liked_how_often(split))
    with pytest.raises(DataError, match="a liked title to find"):
        drive(choose_ranking_weights([part, part], held_out, candidates_I=split.candidates_I))


def test_that_neighbours_stay_on_the_simplex():
    for weights in (np.array([1.0, 0.0, 0.0]), np.array([0.5, 0.3, 0.2])):
        found = list(neighbours(weights, 0.1))
        assert found
        for other in found:
            assert other.sum() == pytest.approx(1.0, abs=1e-5)
            assert (other >= 0).all()
            assert not np.array_equal(other, weights)


def test_that_a_climb_ends_near_the_top():
    top = np.array([0.62, 0.27, 0.11])

    weights, value = drive(climb(np.full(3, 1 / 3), -1.0, lambda weights: -float(np.square(weights - top).sum())))

    assert weights == pytest.approx(top, abs=0.03)
    assert value > -0.002


def test_that_least_squares_prefers_the_exact_part_and_mends_an_offset():
    dice = np.random.default_rng(1)
    truth = dice.normal(3.5, 1.0, 40_000)
    parts = np.stack([truth + dice.normal(0, 1.0, len(truth)), truth - 0.5], axis=1)

    weights, offset = least_squares(parts, truth)

    assert weights[1] > 0.95
    assert 0 <= weights[0] < 0.05
    assert offset == pytest.approx(0.5 + 0.5 * (weights[1] - 1) + 3.5 * (1 - weights.sum()), abs=0.05)


def test_that_parts_that_say_the_same_share_their_weight():
    truth = np.random.default_rng(1).normal(3.5, 1.0, 5000)
    weights, _ = least_squares(np.stack([truth, truth], axis=1), truth)
    assert weights[0] == pytest.approx(weights[1], abs=1e-6)


def test_that_rating_weights_are_of_the_parts_that_predict_ratings():
    split = make_split(planted_dataset(), SplitConfig(kind="random"))
    rated = split.train.rated()
    counts = np.bincount(rated.item_rows_N, minlength=40)
    means = np.bincount(rated.item_rows_N, rated.ratings_N, 40) / np.maximum(1, counts)
    noise = 3.0 + np.random.default_rng(6).normal(size=40)
    parts = [Opinionated(means), Opinionated(means, ratings=means), Opinionated(means, ratings=noise)]

    weights = drive(choose_rating_weights(parts, split))

    assert weights.weights[0] == 0.0
    assert weights.weights[1] > weights.weights[2]
    held_out = split.validation.to_find.rated()
    mix = weights.weights[1] * means + weights.weights[2] * noise + weights.offset
    errors = [np.square(guess[held_out.item_rows_N] - held_out.ratings_N).mean() for guess in (mix, means, noise)]
    assert errors[0] <= min(errors[1:])
    assert weights.ratings == held_out.entries


def test_that_where_only_likes_are_held_out_ratings_of_any_height_are_held_out_instead(split):
    held_out = ratings_to_choose_by(split.validation, strong=True)

    assert held_out.to_find.ratings_N.min() < SCALE.like
    assert held_out.to_find.entries + held_out.fold_in.entries == split.validation.fold_in.entries
    known = set(zip(split.validation.fold_in.user_rows_N, split.validation.fold_in.item_rows_N, strict=True))
    assert set(zip(held_out.to_find.user_rows_N, held_out.to_find.item_rows_N, strict=True)) <= known


def test_that_test_people_are_not_needed_and_change_nothing(split):
    without = dataclasses.replace(split, test=None)
    likes = liked_how_often(split)
    parts = [Opinionated(likes, ratings=likes / likes.max() * 5), Opinionated(-likes, ratings=np.full(40, 3.0))]
    assert chosen(parts, without) == chosen(parts, split)
    assert drive(choose_rating_weights(parts, without)) == drive(choose_rating_weights(parts, split))
