"""A kept run answers, is evaluated and compared; or says why it cannot."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from operation_driving import QUICK, plan_for, trained
from stored_runs import without_checksums

from engine import operations
from engine.data.profiles import profile_of_user
from engine.data.split import SplitConfig
from engine.errors import LibraryError, SettingError
from engine.events import drive
from engine.models.mf import MfConfig
from engine.training import memory
from engine.training.config import FinderConfig


@pytest.mark.parametrize("model", ["two_head", "ease", "popularity"])
def test_that_a_kept_run_recommends_as_the_one_just_trained(library, dataset, model):
    choices = {} if model == "two_head" else {"model_config": None, "training": None}
    finished = drive(trained(library, dataset, model=model, **choices))
    kept = operations.recommender_of(library, finished.run_id)
    profile = profile_of_user(dataset, "7")
    lists = [
        drive(operations.recommend(recommender, profile, top=10)).listed.items
        for recommender in (finished.recommender, kept)
    ]
    assert [title.item_id for title in lists[0]] == [title.item_id for title in lists[1]]
    assert [title.score for title in lists[0]] == pytest.approx([title.score for title in lists[1]], abs=1e-6)
    again = drive(operations.evaluate(library, finished.run_id))
    assert again.metrics["ndcg@100"].value == pytest.approx(finished.evaluation.metrics["ndcg@100"].value, abs=1e-9)


def test_that_a_run_is_refused_when_its_data_set_is_gone_or_another(library, dataset):
    run_id = drive(trained(library, dataset)).run_id
    words = library.home / "datasets" / "planted" / "words.json"
    whole = words.read_text()
    without_checksums(words.parent)
    words.write_text(json.dumps({**json.loads(whole), "fingerprint": "another"}))
    for refused in (
        operations.recommender_of,
        lambda *of: drive(operations.evaluate(*of)),
        lambda *of: drive(operations.resume(*of)),
    ):
        with pytest.raises(LibraryError, match="fingerprint is another"):
            refused(library, run_id)
    words.write_text(whole)
    library.datasets.delete("planted")
    with pytest.raises(LibraryError, match="learned from Planted"):
        operations.recommender_of(library, run_id)


def test_that_another_protocol_is_refused(library, dataset):
    run_id = drive(trained(library, dataset)).run_id
    assert drive(operations.evaluate(library, run_id, protocol="strong", ks=(5,))).metrics["recall@5"].value > 0
    with pytest.raises(SettingError, match="trained for the protocol strong"):
        drive(operations.evaluate(library, run_id, protocol="random"))
    everything = drive(trained(library, dataset, split=SplitConfig(kind="none")))
    assert everything.evaluation is None
    with pytest.raises(SettingError, match="nobody left to evaluate"):
        drive(operations.evaluate(library, everything.run_id))


def test_that_ease_is_advised_where_it_is_better(library, dataset):
    unlearned = drive(trained(library, dataset, training=QUICK.changed(epochs=1, lr=1e-7)))
    assert unlearned.advice.startswith("On data this small Liked together is the better choice for lists: NDCG@100 0.")
    assert unlearned.advice.endswith("It is computed in seconds; it predicts no ratings.")
    only_ranks = trained(library, dataset, model="mult_dae", model_config=None, training=QUICK.changed(epochs=1))
    advice = drive(only_ranks).advice
    assert "Liked together" in advice
    assert "for lists" not in advice


def test_that_averages_are_advised_where_they_predict_ratings_better(library, dataset):
    split = SplitConfig(kind="random")
    config = MfConfig(solver="adam", rank=4, bias=False, init="normal")
    training = QUICK.changed(epochs=1, lr=1e-7, monitor="rmse")
    unlearned = drive(trained(library, dataset, model="mf", model_config=config, training=training, split=split)).advice
    assert unlearned.startswith("Averages of title and person predict the validation ratings better than this model")
    at_best = MfConfig(solver="adam", rank=1, bias=True, l2=0.02)
    learned = QUICK.changed(epochs=15, lr=2e-2, monitor="rmse", schedule="constant")
    assert (
        "Averages"
        not in drive(trained(library, dataset, model="mf", model_config=at_best, training=learned, split=split)).advice
    )


def test_that_nothing_is_advised_for_closed_forms_and_large_catalogues(library, dataset, monkeypatch):
    assert drive(trained(library, dataset, model="popularity", model_config=None, training=None)).advice == ""
    monkeypatch.setattr(memory, "MOST_TITLES_TO_COMPARE", 10)
    assert drive(trained(library, dataset, training=QUICK.changed(epochs=1, lr=1e-7))).advice == ""


def test_that_reasons_come_for_a_whole_list(library, dataset):
    recommender = drive(trained(library, dataset)).recommender
    told = drive(operations.recommend(recommender, profile_of_user(dataset, "3"), top=4, explain=True))
    assert len(told.listed.items) == 4
    assert told.insights is not None
    assert {item.item_row for item in told.listed.items} <= {title.item_row for title in told.insights.titles}
    assert np.isfinite([reason.impact for reason in told.insights.most_impactful]).all()


def test_that_no_job_leaves_a_torch_mode_behind_at_any_yield(library, dataset):
    jobs = [
        operations.quick_model(library, dataset),
        operations.find_rate(library, dataset, plan_for(dataset, finder=FinderConfig(steps=12))),
        trained(library, dataset),
        trained(library, dataset, model="ease", model_config=None, training=None),
    ]
    for job in jobs:
        for _ in job:
            assert torch.is_grad_enabled()
            assert not torch.is_inference_mode_enabled()
            assert not torch.is_autocast_enabled("cpu")
    run_id = library.runs.find("two_head 1").run_id
    for _ in operations.evaluate(library, run_id):
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()
