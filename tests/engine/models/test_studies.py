"""The published studies to the letter: what their presets set, and settings for all that they tried."""

import numpy as np
import pytest
import torch
from planted import planted_dataset

from engine.data.batches import whole_batch
from engine.data.dataset import Histories, Scale
from engine.data.split import SplitConfig, make_split
from engine.errors import SettingError
from engine.models.base import Moment
from engine.models.mf import MfConfig
from engine.models.normalisation import denormalise, habits, normalise
from engine.models.presets import preset_of
from engine.models.registry import build
from engine.models.two_head_config import TwoHeadConfig
from engine.training.plan import TrainingPlan

SCALE, CPU, TITLES = Scale(1, 10, 1), torch.device("cpu"), 24
SMALL = TwoHeadConfig(hidden=(16,), latent=5, decoder=(8, 12), kl_cap=0.4, bottleneck_noise=0.0)
SHARES = {"z_scores": (1.0, 1.0), "table": (0.0, 0.0)}


def two_head(**changes):
    return build("two_head", SMALL.changed(**changes), items=TITLES, scale=SCALE, seed=1)


def a_batch(ratings=(9, 4, None, 7)):
    return whole_batch(Histories.of_one([2, 5, 9, 11], list(ratings)), CPU)


def total_at(step, **changes):
    moment = Moment(step, 100)
    return float(
        two_head(**changes).losses(a_batch(), noise=torch.Generator().manual_seed(3), moment=moment).total.detach()
    )


def test_that_the_two_headed_study_counts_seen_titles_like_rated_ones():
    plan = TrainingPlan.defaults("two_head", preset=preset_of("two_headed"))
    assert plan.model_config.seen_weight == 1.0
    assert TrainingPlan.defaults("two_head").model_config.seen_weight == 0.5


def test_that_low_rank_learns_from_nine_tenths():
    dataset = planted_dataset()
    plan = TrainingPlan.defaults("mf", preset=preset_of("low_rank"))
    split = make_split(dataset, plan.split)
    held_out = split.validation.to_find.entries, split.test.to_find.entries
    assert split.train.entries / dataset.entries == pytest.approx(0.9, abs=0.02)
    assert held_out[0] / held_out[1] == pytest.approx(1.0, abs=0.4)


def test_that_the_variational_part_of_two_head_grows_to_its_full_weight():
    without = total_at(0, kl_steps=40)
    full = total_at(40, kl_steps=40)
    assert total_at(20, kl_steps=40) == pytest.approx((without + full) / 2, rel=1e-5)
    assert total_at(90, kl_steps=40) == pytest.approx(full, rel=1e-6)
    assert total_at(85) == pytest.approx(full, rel=1e-6)
    assert total_at(0) == pytest.approx(without, rel=1e-6)


def test_that_runs_of_earlier_versions_keep_their_variational_part_at_full_weight():
    former = {name: value for name, value in SMALL.as_dict().items() if name != "kl_steps"}
    assert TwoHeadConfig.from_dict(former).kl_steps == 0
    assert TwoHeadConfig.from_dict(SMALL.as_dict()).kl_steps is None


def test_that_ratings_alone_go_in_where_that_is_chosen():
    model, both = two_head(inputs="ratings"), two_head()
    other = two_head(inputs="ratings")
    with torch.no_grad():
        other.first_2IH[:TITLES] += 1.0
    profile = Histories.of_one([2, 5, 9], [9, 4, 7])
    assert torch.equal(model.predict(profile).score_UI, other.predict(profile).score_UI)
    assert not torch.equal(model.predict(profile).score_UI, both.predict(profile).score_UI)


@pytest.mark.parametrize("normalisation", SHARES)
def test_that_leaving_out_holds_with_every_kind_of_rating_values(normalisation):
    model = two_head(normalisation=normalisation, inputs="ratings").eval()
    profile = Histories.of_one([2, 5, 9, 11], [9, 4, None, 7])
    left = model.leave_one_out(profile, left_out_V=np.arange(4), columns_C=None).rating_UI
    for place in range(4):
        shorter = model.predict(profile.where(np.arange(4) != place)).rating_UI
        torch.testing.assert_close(left[1 + place], shorter[0], rtol=1e-4, atol=1e-4)


def values_of(ratings, normalisation):
    given = torch.tensor(ratings, dtype=torch.float32)
    person = torch.zeros(len(ratings), dtype=torch.int64)
    habit = habits(
        given, person, people=1, scale=SCALE, shares=two_head(normalisation=normalisation).config.personal_shares
    )
    found = normalise(given, habit.of(person), SCALE)
    return found.numpy(), denormalise(found, habit, SCALE).numpy()


def test_that_pure_z_scores_are_by_the_persons_own_mean_and_spread_alone():
    ratings = [9.0, 8.0, 8.0, 7.0, 4.0]
    found, back = values_of(ratings, "z_scores")
    np.testing.assert_allclose(found, (np.array(ratings) - np.mean(ratings)) / np.std(ratings), atol=1e-5)
    np.testing.assert_allclose(back, ratings, atol=1e-4)


def test_that_a_table_gives_equal_ratings_equal_values_whoever_gives_them():
    harsh, back = values_of([1.0, 2.0, 7.0], "table")
    generous, _ = values_of([7.0, 9.0, 10.0], "table")
    assert harsh[2] == generous[0] == pytest.approx((7 - 5.5) / 2.5)
    np.testing.assert_allclose(back, [1.0, 2.0, 7.0], atol=1e-5)


def test_that_a_typed_table_gives_its_values_and_straight_lines_between_them():
    config = TwoHeadConfig(normalisation="table", rating_table="-2.5, -1, 2")
    habit = habits(torch.tensor([3.0]), torch.tensor([0]), people=1, scale=SCALE, shares=config.personal_shares)
    ratings = torch.tensor([1.0, 3.25, 5.5, 10.0])
    found = normalise(ratings, habit, SCALE, config.table)
    assert found.tolist() == [-2.5, -1.75, -1.0, 2.0]
    assert denormalise(found, habit, SCALE, config.table).tolist() == ratings.tolist()
    assert denormalise(torch.tensor([-9.0, 9.0]), habit, SCALE, config.table).tolist() == [1.0, 10.0]


def test_that_a_model_learns_from_a_typed_table_and_leaves_out_by_it():
    model = two_head(normalisation="table", rating_table="-2, -1.5, 2").eval()
    even = two_head(normalisation="table").eval()
    profile = Histories.of_one([2, 5, 9, 11], [9, 4, None, 7])
    assert not torch.equal(model.predict(profile).rating_UI, even.predict(profile).rating_UI)
    left = model.leave_one_out(profile, left_out_V=np.arange(4), columns_C=None).rating_UI
    for place in range(4):
        shorter = model.predict(profile.where(np.arange(4) != place)).rating_UI
        torch.testing.assert_close(left[1 + place], shorter[0], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1", "has at least two values"),
        ("-1, b", "is a list of numbers"),
        ("-1, 0, 0", "rises; 0 comes after 0"),
        ("-1, 3", "lies between -2.5 and 2.5; 3 does not"),
        ("nan, 1", "lies between -2.5 and 2.5; nan does not"),
    ],
)
def test_that_a_table_that_is_none_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(SettingError, match=sentence) as caught:
        TwoHeadConfig(rating_table=text)
    assert caught.value.facts["setting"] == "rating_table"


def test_that_the_whole_svd_start_is_the_best_low_rank_matrix_undivided():
    histories = Histories.of(*np.divmod(np.arange(60), 6), np.random.default_rng(1).integers(1, 6, 60), people=10)
    config = MfConfig(solver="adam", rank=3, init="whole_svd", bias=False, targets="stars")
    model = build("mf", config, items=6, scale=Scale(1, 5, 1))
    model.prepare(histories, seed=1)
    left, values, right = np.linalg.svd(histories.ratings_N.reshape(10, 6), full_matrices=False)
    found = (model.user_factors_TK @ model.item_factors_IK.T).detach().numpy()
    np.testing.assert_allclose(found, (left[:, :3] * values[:3]) @ right[:3], atol=1e-4)


def test_that_a_split_by_ratings_says_which_training_person_each_held_out_one_is():
    split = make_split(planted_dataset(), SplitConfig(kind="random", seed=2))
    known = split.validation.learned_U >= 0
    learned_U = split.validation.learned_U[known]
    assert np.array_equal(split.train_user_rows_U[learned_U], split.validation.user_rows_U[known])
    assert make_split(planted_dataset(), SplitConfig()).validation.learned_U is None
