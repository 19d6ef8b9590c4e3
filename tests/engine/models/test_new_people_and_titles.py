"""What models of ratings say of people without a history, and of titles that training never saw."""

import numpy as np
import pytest
import torch
from planted import CPU, Kept, planted_dataset
from small_models import small_model

from engine.data.dataset import Histories
from engine.data.split import Split, SplitConfig, make_split
from engine.errors import ProfileError, TrainingError
from engine.events import drive
from engine.models.base import Model
from engine.models.registry import MODELS, build, fitted_config, kind_of, trainable_models
from engine.recommending.recommender import Recommender
from engine.training.config import TrainingConfig
from engine.training.trainer import train

LEARNERS = ("mf", "embedding_mlp", "lstm", "two_head")
NEW = np.array([3, 27])
"""Titles that nobody rated in training."""
NOBODY = Histories.of_one([], [])


def without_new(split: Split) -> Split:
    train = split.train.where(~np.isin(split.train.item_rows_N, NEW))
    return Split(
        split.config, train, split.train_user_rows_U, None, None, split.candidates_I, split.scale, split.titles
    )


def trained(name: str, **changes) -> tuple[Model, Split]:
    split = without_new(make_split(planted_dataset(), SplitConfig(kind="random", seed=1)))
    model = small_model(name, split, **changes)
    config = TrainingConfig(epochs=30, lr=1e-2, precision="float32", monitor="rmse", batch=64)
    drive(train(split, model, config=config, recorder=Kept(), device=CPU))
    return model.eval(), split


@pytest.fixture(scope="module", params=LEARNERS)
def learned(request):
    return trained(request.param)


def baseline_of(split: Split) -> Model:
    """The bias baseline on the same ratings."""
    floor = build("popularity", kind_of("popularity").config_class(), items=split.titles, scale=split.scale)
    drive(floor.fit(split.train))
    return floor


@pytest.mark.thorough
def test_that_someone_without_a_history_gets_about_the_ratings_of_the_baseline(learned):
    model, split = learned
    known = np.setdiff1d(np.arange(split.titles), NEW)
    predicted, baseline = (asked.predict(NOBODY).rating_UI[0, known] for asked in (model, baseline_of(split)))
    mean = float(np.nanmean(split.train.ratings_N))
    assert float((predicted - baseline).square().mean().sqrt()) < 0.75
    assert float(predicted.mean()) == pytest.approx(mean, abs=0.5)


def test_that_a_title_nobody_rated_is_foretold_near_the_mean_whoever_asks(learned):
    model, split = learned
    ratings = model.predict(split.train).rating_UI[:, NEW]
    assert torch.isfinite(ratings).all()
    means = torch.tensor([np.nanmean(split.train.row(row).ratings_N) for row in range(len(split.train))])
    assert float((ratings.mean(1) - means).abs().mean()) < 0.9


def test_that_a_title_nobody_rated_weighs_by_nothing_that_was_drawn_at_random(learned):
    """Two titles of which nothing is known are foretold alike."""
    model, split = learned
    ratings = model.predict(split.train).rating_UI[:, NEW]
    torch.testing.assert_close(ratings[:, 0], ratings[:, 1], atol=2e-3, rtol=0)


@pytest.mark.parametrize("history", [NOBODY, Histories.of_one([5], [None]), Histories.of_one([27], [5.0])])
def test_that_every_answer_is_a_number_within_the_scale(learned, history):
    model, split = learned
    wanted = Histories.of_one([3, 5, 27], [1.0, 1.0, 1.0])
    prediction = model.predict(history)
    for ratings in (prediction.rating_UI, model.ratings_of(history, wanted)):
        assert ((ratings >= split.scale.low) & (ratings <= split.scale.high)).all()
    assert torch.isfinite(model.rank_scores(prediction)).all()


def test_that_a_new_title_in_a_history_counts_only_by_how_high_it_was_rated(learned):
    model, _ = learned
    first, second = (model.predict(Histories.of_one([row, 5, 6], [4.0, 5.0, 5.0])).rating_UI for row in NEW)
    torch.testing.assert_close(first, second, atol=2e-3, rtol=0)


def test_that_factors_without_biases_take_a_newcomer_for_the_average_person_and_not_for_one_who_hates_all():
    model, split = trained("mf", bias=False)
    everybody = model.predict(split.train).rating_UI.mean(0)
    assert float(model.predict(NOBODY).rating_UI[0, NEW].mean()) == pytest.approx(float(model.mean), abs=1e-4)
    assert float((model.predict(NOBODY).rating_UI[0] - everybody).abs().mean()) < 0.4


@pytest.mark.parametrize("name", [kind.name for kind in trainable_models()])
def test_that_every_model_tells_somebody_without_a_history_to_rate_something(name):
    dataset = planted_dataset()
    config = fitted_config(name, None, entries=dataset.entries)
    model = build(name, config, items=dataset.titles, scale=dataset.scale).eval()
    recommender = Recommender(model, dataset, candidates_I=dataset.counts_I > 0)
    with pytest.raises(ProfileError, match=r"no ratings to recommend from. Rate a title"):
        recommender.recommend(NOBODY, top=5)


@pytest.mark.parametrize("name", [kind.name for kind in MODELS.values() if kind.only_rates])
def test_that_ratings_that_are_all_the_same_are_refused_with_what_to_take_instead(name):
    split = make_split(planted_dataset(), SplitConfig(kind="random", seed=1))
    train = split.train.rated()
    alike = Histories(train.indptr_U1, train.item_rows_N, np.full(train.entries, 1.0, dtype=np.float32))
    model = small_model(name, split)
    with pytest.raises(
        TrainingError, match=r"are 1: they say what was liked, not how much.*Choose a model that learns"
    ):
        model.prepare(alike, seed=1)
