"""How much memory a run takes is said before it starts, and what to do where that is more than is free."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from engine.data.split import SplitConfig
from engine.models.registry import MODELS, kind_of
from engine.training import plan as planning
from engine.training.memory import PROCESS, is_compared
from engine.training.plan import TrainingPlan

TRAINABLE = [kind.name for kind in MODELS.values() if not kind.made_of_runs]
LEARN_ALL_TITLES = ["mult_vae", "mult_dae", "two_head", "mf", "lstm", "embedding_mlp", "ials"]


@dataclass(frozen=True)
class Counts:
    people: int = 20_000
    titles: int = 5_000
    entries: int = 3_000_000
    counted: int = 19_000
    liked: int | None = None
    likes: int | None = None


def needed(plan: TrainingPlan, counts: Counts) -> int:
    return plan.memory_bytes(counts)


@pytest.mark.parametrize("model", TRAINABLE)
def test_that_every_model_is_known_to_need_more_than_the_program_alone(model):
    plan = TrainingPlan.defaults(model, entries=Counts.entries)
    assert PROCESS < needed(plan, Counts()) < 8 * 2**30


@pytest.mark.parametrize("model", TRAINABLE)
def test_that_more_ratings_need_more_memory(model):
    plan = TrainingPlan.defaults(model)
    assert needed(plan, Counts()) < needed(plan, replace(Counts(), entries=30_000_000))


@pytest.mark.parametrize("model", LEARN_ALL_TITLES)
def test_that_more_titles_need_no_less_memory(model):
    plan = TrainingPlan.defaults(model)
    few, many = replace(Counts(), titles=16_000), replace(Counts(), titles=200_000)
    assert needed(plan, few) < needed(plan, many)


@pytest.mark.parametrize("solver", ["als", "adam", "sgd"])
def test_that_more_people_need_more_memory(solver):
    plan = TrainingPlan.defaults("mf").changed(solver=solver, rank=256)
    assert needed(plan, Counts()) < needed(plan, replace(Counts(), people=600_000, counted=500_000))


@pytest.mark.parametrize("model", ["mult_vae", "two_head"])
def test_that_larger_batches_need_more_memory(model):
    plan = TrainingPlan.defaults(model).changed(batch=100)
    assert needed(plan, Counts()) < needed(plan.changed(batch=10_000), Counts())


def test_that_adam_needs_more_memory_than_sgd():
    plan = TrainingPlan.defaults("mf").changed(solver="sgd", rank=1024)
    assert needed(plan, Counts()) < needed(plan.changed(solver="adam"), Counts())


def test_that_a_split_by_entries_holds_more_copies_than_one_by_people():
    plan = TrainingPlan.defaults("popularity")
    by_entries = replace(plan, split=SplitConfig(kind="random"))
    counts = replace(Counts(), entries=100_000_000)
    assert needed(plan, counts) < needed(by_entries, counts)


def test_that_fewer_people_to_test_need_less_memory():
    plan, counts = TrainingPlan.defaults("popularity"), Counts(people=1000, titles=8000, entries=50_000, counted=1000)
    by_hundreds, by_ten = (replace(plan, split=SplitConfig(people_each=each)) for each in (400, 10))
    assert needed(by_ten, counts) < needed(plan, counts) < needed(by_hundreds, counts)


@pytest.mark.parametrize("model", ["ease", "embedding_mlp"])
def test_that_titles_that_nobody_likes_need_no_room_in_the_matrix_of_ease(model):
    plan, counts = TrainingPlan.defaults(model), replace(Counts(), titles=9000)
    assert needed(plan, replace(counts, liked=6000)) < needed(plan, replace(counts, liked=9000))
    assert needed(plan, replace(counts, liked=9000)) == needed(plan, counts)


def test_that_fewer_titles_to_learn_need_less_memory():
    plan = TrainingPlan.defaults("ease").changed(titles=20_000)
    counts = replace(Counts(), titles=80_000)
    assert needed(plan.changed(titles=5_000), counts) < needed(plan, counts)


def test_that_a_comparison_with_ease_of_few_people_needs_less_memory_than_one_of_many():
    """Of few people ease solves a matrix of theirs, and holds no blocks of rows beside the weights."""
    plan, few = TrainingPlan.defaults("mf"), Counts(people=600, titles=12_000, entries=90_000, counted=590)
    assert needed(plan, few) + 50 * 10**6 < needed(plan, replace(few, people=6000, counted=5900))


def test_that_no_simple_model_is_compared_with_ease_and_none_on_many_titles():
    assert [name for name in TRAINABLE if is_compared(kind_of(name), 15_000)] == [
        "two_head", "mult_vae", "mult_dae", "mf", "embedding_mlp", "lstm",
    ]  # fmt: skip
    assert not any(is_compared(kind_of(name), 15_001) for name in TRAINABLE)


def test_that_a_plan_says_its_memory_and_nothing_more_where_that_is_free(monkeypatch):
    monkeypatch.setattr(planning, "available_memory_bytes", lambda: 64 * 10**9)
    words = TrainingPlan.defaults("mult_dae").describe(Counts())
    assert " steps: " in words
    assert "; needs about " in words
    assert words.endswith(" of memory")


@pytest.mark.parametrize(
    ("model", "remedy"),
    [
        ("mult_vae", ": learn fewer titles, take a smaller batch or close other programs"),
        ("ease", ": learn fewer titles or close other programs"),
        ("lstm", ": take a smaller batch or close other programs"),
        ("mf", ": close other programs"),
    ],
)
def test_that_a_plan_says_what_to_do_where_memory_is_short(monkeypatch, model, remedy):
    monkeypatch.setattr(planning, "available_memory_bytes", lambda: 100_000_000)
    words = TrainingPlan.defaults(model).changed(**({"titles": 5000} if model == "ease" else {})).describe(Counts())
    assert "more than the 100 MB that are free" in words
    assert words.endswith(remedy)


def test_that_nothing_is_compared_where_the_system_does_not_say_what_is_free(monkeypatch):
    monkeypatch.setattr(planning, "available_memory_bytes", lambda: None)
    assert "free" not in TrainingPlan.defaults("mf").describe(Counts())


def test_that_a_model_of_likes_needs_more_memory_of_ratings_that_are_mostly_likes():
    plan, many = TrainingPlan.defaults("ials"), replace(Counts(), entries=30_000_000)
    few, most = (needed(plan, replace(many, likes=likes)) for likes in (9_000_000, 25_000_000))
    assert few < needed(plan, many) < most
