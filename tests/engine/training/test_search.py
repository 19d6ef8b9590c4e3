"""A grid refuses what cannot be, before anything runs."""

from __future__ import annotations

import pytest

from engine.data.split import SplitConfig
from engine.errors import SettingError
from engine.models.mf import MfConfig
from engine.training.config import TrainingConfig
from engine.training.plan import TrainingPlan
from engine.training.search import (
    SearchConfig,
    format_settings,
    format_value,
    grid_of,
    read_values,
    refuse_unmeasurable,
    varied_settings,
)

BY_STEPS = MfConfig(solver="adam")
MF = TrainingPlan.of("mf", model_config=BY_STEPS)
ALL = SearchConfig()


def test_that_a_grid_is_the_product_with_the_last_setting_fastest():
    grid = grid_of(MF, {"rank": (10, 25), "lr": (1e-3, 3e-3)})
    trials = grid.trials(ALL)
    assert [format_settings(trial.values) for trial in trials] == [
        "rank=10, lr=1e-3", "rank=10, lr=3e-3", "rank=25, lr=1e-3", "rank=25, lr=3e-3"
    ]  # fmt: skip
    assert (trials[3].plan.model_config.rank, trials[3].plan.training.lr) == (25, 3e-3)
    assert trials[3].plan.training.epochs == MF.training.epochs


def test_that_texts_mean_values_of_the_settings_own_kind():
    plan = TrainingPlan.of("two_head")
    values = read_values(plan, ["hidden=600-200,2048", "lr=auto, 1e-3", "activation=tanh"])
    assert values == {"hidden": ((600, 200), (2048,)), "lr": (None, 1e-3), "activation": ("tanh",)}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rank=0,10", r"Rank \(rank\) lies between 1 and 4096; 0 does not"),
        ("rank=ten", r"Rank \(rank\) lies between 1 and 4096; 'ten' is not such a value"),
        ("init=random", r"Start \(init\) is one of small, normal, svd"),
        ("rank=10,,25", "needs a value between commas"),
        ("rank=", "needs a value"),
        ("rank", "has no equals sign"),
        ("depth=3", "no setting called 'depth' here. Known are: .*rank"),
        ("lr=0", r"Learning rate \(lr\) lies between 1e-8 and 100; 0.0 does not"),
        ("kind=random,time", "cannot vary in a search: .* different people"),
        ("monitor=rmse,ndcg@100", "cannot vary in a search: .* different metrics"),
        ("watched=rmse,ndcg@100", "cannot vary in a search: .* different metrics"),
    ],
)
def test_that_a_value_that_cannot_be_is_refused_with_the_settings_own_sentence(text, sentence):
    with pytest.raises(SettingError, match=sentence):
        grid_of(MF, read_values(MF, [text]))


def test_that_a_setting_given_twice_and_an_empty_grid_are_refused():
    with pytest.raises(SettingError, match="rank is given twice"):
        read_values(MF, ["rank=10", "rank=25"])
    with pytest.raises(SettingError, match="at least one setting"):
        grid_of(MF, {})


def test_that_a_value_given_twice_counts_once():
    assert grid_of(MF, read_values(MF, ["lr=1e-3,0.001,2e-3"])).size == 2


def test_that_a_combination_that_learns_nothing_is_refused_with_its_sentence():
    plan = TrainingPlan.of("mf", model_config=BY_STEPS, training=TrainingConfig(schedule="reduce_on_plateau"))
    grid = grid_of(plan, {"lr": (1e-3, 1e-7), "min_lr": (1e-8, 1e-6)})
    with pytest.raises(SettingError, match=r"lr=1e-7, min_lr=1e-6 would end before it began"):
        grid.trials(ALL)


def test_that_a_draw_from_a_large_grid_is_seeded_and_in_order():
    grid = grid_of(MF, {"rank": range(1, 101), "l2": [number / 100 for number in range(100)]})
    with pytest.raises(SettingError, match="makes 10,000 runs"):
        grid.trials(ALL)
    drawn = grid.trials(SearchConfig(most=7, seed=3))
    assert len({trial.values for trial in drawn}) == 7
    assert drawn == grid.trials(SearchConfig(most=7, seed=3))
    assert drawn != grid.trials(SearchConfig(most=7, seed=4))
    assert [trial.place for trial in drawn] == list(range(1, 8))
    ranks = [trial.plan.model_config.rank for trial in drawn]
    assert ranks == sorted(ranks)


def test_that_the_draw_is_the_whole_grid_where_that_is_small():
    assert len(grid_of(MF, {"rank": (10, 25)}).trials(SearchConfig(most=50))) == 2


def test_that_a_model_computed_at_once_varies_its_own_settings_only():
    ease = TrainingPlan.of("ease")
    names = [declared.name for declared, _ in varied_settings(ease)]
    assert names == ["l2", "other_ratings", "fold_in_others", "user_weight_exponent", "dropout", "titles"]
    assert grid_of(ease, {"evenness": (0.1, 0.2)}).axes == grid_of(ease, {"user_weight_exponent": (0.1, 0.2)}).axes
    assert grid_of(ease, {"l2": (100, 300)}).trials(ALL)[0].plan.training is None
    with pytest.raises(SettingError, match="no setting called 'cinnamon'"):
        grid_of(ease, {"cinnamon": (1,)})
    with pytest.raises(
        SettingError, match=r"ease is computed at once, so it has no lr\. Leave lr out, or choose a model"
    ):
        grid_of(ease, {"lr": (1e-3,)})
    with pytest.raises(SettingError, match=r"mf is computed at once, so it has no epochs\..*--set solver=adam"):
        grid_of(TrainingPlan.of("mf"), {"epochs": (1, 2)})
    with pytest.raises(SettingError, match="seed cannot vary"):
        grid_of(ease, {"seed": (1, 2)})


def test_that_the_solver_is_one_for_all_runs():
    for name in ("solver", "optimizer"):
        with pytest.raises(SettingError, match="All runs of a search have one solver"):
            grid_of(MF, {name: ("adam", "sgd")})
    assert grid_of(TrainingPlan.of("mf"), {"rank": (4, 8)}).monitor(ALL) == "rmse"


def test_that_runs_are_compared_by_the_monitor_of_their_training():
    plan = TrainingPlan.of("mf", model_config=BY_STEPS, training=TrainingConfig(monitor="rmse"))
    grid = grid_of(plan, {"rank": (5,)})
    assert grid.monitor(ALL) == "rmse"
    trials = grid.trials(SearchConfig(monitor="ndcg@20"))
    assert trials[0].plan.training.monitor == "ndcg@20"


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        (TrainingPlan.of("mult_vae", training=TrainingConfig(monitor="rmse")), "mult_vae predicts no ratings"),
        (TrainingPlan.of("mf", split=SplitConfig(kind="none")), "holds nothing out"),
        (TrainingPlan.of("mf", split=SplitConfig(kind="random", validation_share=0.0)), "holds nothing out"),
    ],
)
def test_that_runs_that_could_not_be_compared_are_refused(plan, sentence):
    with pytest.raises(SettingError, match=sentence):
        refuse_unmeasurable(plan, ALL)


def test_that_values_in_words_read_back_as_they_were():
    plan = TrainingPlan.of("two_head")
    given = {"hidden": ((600, 200), (64,)), "lr": (None, 3.1e-3), "mask_unrated": (True, False)}
    texts = [f"{name}={','.join(format_value(value) for value in values)}" for name, values in given.items()]
    assert read_values(plan, texts) == given


def at_random(runs, seed=1):
    return SearchConfig(method="random", most=runs, seed=seed)


def test_that_a_random_search_draws_each_run_from_lists_and_ranges():
    values = read_values(MF, ["lr=1e-4..1e-1", "rank=8..64", "init=small,normal", "l2=0.0..0.1 linear"])
    trials = grid_of(MF, values).trials(at_random(200))
    lrs, ranks, l2s = ([dict(trial.values)[name] for trial in trials] for name in ("lr", "rank", "l2"))
    assert len(trials) == 200
    assert all(1e-4 <= lr <= 1e-1 for lr in lrs)
    assert sorted(lrs)[100] == pytest.approx(10**-2.5, rel=0.6)
    assert set(ranks) <= set(range(8, 65))
    assert len(set(ranks)) > 40
    assert sum(l2s) / 200 == pytest.approx(0.05, abs=0.01)
    assert {trial.plan.model_config.init for trial in trials} == {"small", "normal"}
    assert trials[3].plan.training.lr == lrs[3]


def test_that_a_random_search_is_seeded_and_more_runs_begin_with_the_same():
    grid = grid_of(MF, read_values(MF, ["lr=1e-4..1e-1", "rank=8,16"]))
    assert grid.trials(at_random(12))[:5] == grid.trials(at_random(5))
    assert grid.trials(at_random(5, seed=2)) != grid.trials(at_random(5))


def test_that_a_random_search_makes_each_combination_once():
    trials = grid_of(MF, {"rank": (8, 16), "bias": (True, False)}).trials(at_random(30))
    assert len({trial.values for trial in trials}) == len(trials) == 4


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lr=1e-1..1e-4", "must end above its start"),
        ("lr=0..1", "lies between 1e-8 and 100"),
        ("l2=0..1 log", "must start above 0"),
        ("init=small..svd", "is no number, so it takes a list"),
        ("rank=8..", "takes a range as low..high"),
        ("lr=auto..1", "from a number to a number"),
    ],
)
def test_that_a_range_that_cannot_be_is_refused(text, sentence):
    with pytest.raises(SettingError, match=sentence):
        grid_of(MF, read_values(MF, [text]))


def test_that_a_grid_takes_no_range_and_says_what_does():
    with pytest.raises(SettingError, match=r"lr has a range\. List its values, or search at random"):
        grid_of(MF, read_values(MF, ["lr=1e-3..1e-1"])).trials(ALL)
