"""One plan for sweep, schedule, estimate, training and search."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from planted import planted_dataset

from engine.data.split import SplitConfig, make_split
from engine.errors import SettingError
from engine.models.defaults import facts_of
from engine.models.presets import PRESETS
from engine.models.registry import MODELS
from engine.training.config import TrainingConfig
from engine.training.memory import PROCESS
from engine.training.plan import TrainingPlan

TRAINABLE = [kind.name for kind in MODELS.values() if not kind.made_of_runs]


@pytest.mark.parametrize("kind", ["strong", "random", "none"])
def test_that_the_planned_people_are_those_the_split_learns_from(kind):
    dataset = planted_dataset()
    plan = TrainingPlan.of("mult_dae", split=SplitConfig(kind=kind))
    assert plan.learning_people(facts_of(dataset)) == len(make_split(dataset, plan.split).train)


def test_that_planned_steps_are_batches_times_epochs():
    plan = TrainingPlan.of("mult_dae", split=SplitConfig(kind="none")).changed(epochs=3, batch=30)
    people = planted_dataset().people
    assert plan.steps_per_epoch(facts_of(planted_dataset())) == -(-people // 30)
    assert plan.total_steps(facts_of(planted_dataset())) == 3 * -(-people // 30)


def test_that_a_model_computed_at_once_has_no_steps_and_tells_its_memory():
    counts, plan = facts_of(planted_dataset()), TrainingPlan.defaults("ease")
    assert (plan.training, plan.total_steps(counts)) == (None, 0)
    assert plan.describe(counts).startswith("Counts ")
    assert " titles; needs about " in plan.describe(counts)


@pytest.mark.parametrize("model", TRAINABLE)
def test_that_a_plan_reads_back_as_it_was_written(model):
    plan = TrainingPlan.defaults(model)
    assert TrainingPlan.from_dict(json.loads(json.dumps(plan.as_dict()))) == plan


@pytest.mark.parametrize(
    "plan",
    [*map(TrainingPlan.defaults, ("mf", "two_head", "ease")), TrainingPlan.defaults("mf").changed(solver="adam")],
)
def test_that_a_runs_record_gives_its_plan_again(plan):
    record = SimpleNamespace(
        model=plan.model,
        model_config=plan.model_config.as_dict(),
        training_config=plan.training.as_dict() if plan.training is not None else None,
        split_config=plan.split.as_dict(),
    )
    assert TrainingPlan.of_run(record) == plan


def test_that_the_largest_batch_is_the_first_power_of_two_that_fits():
    counts = SimpleNamespace(people=6_000, titles=4_000, entries=1_000_000, counted=6_000, liked=None, likes=None)
    plan = TrainingPlan.defaults("lstm").changed(batch=5_000)

    def needed(batch):
        return plan.changed(batch=batch).memory_bytes(counts) - PROCESS

    assert plan.largest_batch(counts, free_bytes=needed(3_000)) == 2048
    assert plan.largest_batch(counts, free_bytes=needed(2048)) == 2048
    assert plan.largest_batch(counts, free_bytes=needed(2048) - 1) == 1024
    assert plan.largest_batch(counts, free_bytes=0) is None
    assert TrainingPlan.defaults("ease").largest_batch(counts, free_bytes=2**40) is None


def test_that_the_monitors_former_name_is_read():
    values = TrainingPlan.defaults("lstm").as_dict()
    values["training"]["watched"] = values["training"].pop("monitor")
    assert TrainingPlan.from_dict(values).training.monitor == "rmse"
    assert TrainingConfig.from_dict({"watched": "recall@20"}).monitor == "recall@20"


def test_that_the_solver_says_whether_a_plan_has_training_settings():
    plan = TrainingPlan.defaults("mf")
    assert plan.training is None
    by_steps = plan.changed(rank=7, solver="sgd")
    assert (by_steps.training.optimizer, by_steps.training.monitor, by_steps.model_config.rank) == ("sgd", "rmse", 7)
    assert by_steps.changed(solver="adam").training.optimizer == "adam"
    assert by_steps.changed(solver="als") == plan.changed(rank=7)
    values = by_steps.as_dict()
    assert TrainingPlan.from_dict(values) == by_steps
    del values["model_config"]["solver"]
    assert TrainingPlan.from_dict(values).model_config.solver == "adam", "as in earlier versions"


def test_that_a_preset_is_a_plan():
    plan = TrainingPlan.defaults("embedding_mlp", preset=PRESETS["netflix_mlp"])
    assert (plan.model, plan.training.lr, plan.split.kind, plan.suggestion) == (
        "embedding_mlp", None, "time", "turning_point",
    )  # fmt: skip


def test_that_what_cannot_be_is_refused_with_the_settings_own_sentence():
    plan = TrainingPlan.defaults("mf")
    with pytest.raises(SettingError, match=r"Rank \(rank\) lies between"):
        plan.changed(rank=0)
    with pytest.raises(SettingError, match="no setting called 'depth'"):
        plan.changed(depth=3)
    with pytest.raises(SettingError, match="not those of ease"):
        TrainingPlan("ease", plan.model_config, None, plan.split)
    with pytest.raises(SettingError, match="mixed from finished runs"):
        TrainingPlan.defaults("blend")
