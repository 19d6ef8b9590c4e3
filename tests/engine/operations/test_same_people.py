"""Runs of different splits are compared on what none of them has learned from, or it is said why they are not."""

from __future__ import annotations

import numpy as np
import pytest
from every_job import REPORT
from operation_driving import trained
from planted import planted_dataset

from engine import operations
from engine.data.split import SplitConfig, make_split
from engine.errors import DataError
from engine.events import Stop, drive
from engine.library.store import Library
from engine.operations import same_people


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Quick runs of the splits strong, random and none, and of another strong one."""
    with Library.open(tmp_path_factory.mktemp("same") / "home", who="a test") as opened:
        opened.datasets.save(planted_dataset(), REPORT)
        dataset = opened.datasets.open("planted")
        splits = {
            "strong": SplitConfig(people_each=30),
            "random": SplitConfig(kind="random", test_share=0.3),
            "none": SplitConfig(kind="none"),
            "other": SplitConfig(people_each=1, seed=5),
        }
        for name, split in splits.items():
            model = "ease" if name in ("strong", "other") else "popularity"
            job = trained(opened, dataset, model=model, model_config=None, training=None, split=split, advise=False)
            opened.runs.rename(drive(job).run_id, name)
        yield opened


def test_that_a_model_of_people_and_one_of_ratings_are_evaluated_on_what_neither_knows(library):
    found = drive(operations.evaluate_on_same_people(library, ["strong", "random"]))
    first, second = found.results.values()
    np.testing.assert_array_equal(first.user_rows_U, second.user_rows_U)
    assert first.people == second.people == found.people >= same_people.LEAST_PEOPLE
    assert "recall@20" in first.metrics
    assert "rmse" in second.metrics
    assert f"{found.ratings:,} ratings of {found.people} people" in found.words


def test_that_what_is_asked_was_held_out_from_both_and_the_rest_is_given(library):
    dataset = library.datasets.open("planted")
    splits = [
        make_split(dataset, SplitConfig.from_dict(library.runs.find(name).split_config))
        for name in ("strong", "random")
    ]
    held = same_people._common(dataset, splits)
    assert not set(held.user_rows_U) & set(splits[0].train_user_rows_U)
    learned = splits[1].train
    learned_keys = splits[1].train_user_rows_U[learned.user_rows_N] * dataset.titles + learned.item_rows_N
    asked_keys = held.user_rows_U[held.to_find.user_rows_N] * dataset.titles + held.to_find.item_rows_N
    assert not set(asked_keys) & set(learned_keys)
    own = dataset.histories.take(held.user_rows_U)
    assert held.fold_in.entries + held.to_find.entries == own.entries


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        (["strong", "none"], "learned from everything, so there is nobody"),
        (["strong", "other"], "too few ratings that neither of"),
        (["strong", "strong"], "Two different runs are compared"),
    ],
)
def test_that_it_is_said_why_runs_cannot_be_compared(library, runs, words):
    with pytest.raises(DataError, match=words) as found:
        drive(operations.evaluate_on_same_people(library, runs))
    assert found.value.remedy


def test_that_a_stop_gives_the_runs_that_were_evaluated(library):
    job = operations.evaluate_on_same_people(library, ["strong", "random"])
    while getattr(next(job), "stage", "") != "evaluating":
        pass
    with pytest.raises(StopIteration) as end:
        job.throw(Stop())
    assert end.value.value.stopped
    assert end.value.value.results == {}
