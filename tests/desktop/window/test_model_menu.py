"""The header's menu of models says of each what it is for, how good it is and when it was made; one name everywhere."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from planted import planted_dataset
from stored_runs import finished_run

from desktop_rec.session.model import ModelLabel
from desktop_rec.window.model_menu import describe_run, good_for, model_choices
from engine.models.registry import MODELS


@pytest.fixture
def run(library, report):
    library.datasets.save(replace(planted_dataset(), dataset_id="planted"), report)
    record = library.runs.find(finished_run(library, library.datasets.open("planted")))
    training = {**record.training_config, "epochs": 30}
    return replace(record, training_config=training, finished=datetime.now(UTC) - timedelta(seconds=125), metrics={})


def test_that_a_line_says_what_it_is_for_how_good_and_when(run):
    figures = {"recall@100": {"value": 0.421, "low": 0.4, "high": 0.44}, "mae": {"value": 0.69}}
    words = "Watch and love, 30 epochs · good lists and stars · 100 titles hold 42% of what people liked · 2 min ago"
    assert describe_run(replace(run, metrics=figures)) == words
    assert "not tested yet" in describe_run(run)


def test_that_a_model_for_stars_is_measured_in_stars(run):
    stars = replace(run, model="mf", name="mf 3", model_config={"rank": 25}, training_config=None)
    figures = {"recall@100": {"value": 0.1}, "mae": {"value": 0.688}}
    assert describe_run(replace(stars, metrics=figures)).startswith(
        "Factorisation 3, rank 25 · good stars · off by 0.69 stars on average"
    )


@pytest.mark.parametrize(
    ("name", "changes", "title"),
    [
        ("two_head 1", {}, "Watch and love, 30 epochs"),
        ("two_head 2", {}, "Watch and love 2, 30 epochs"),
        ("My favourite", {}, "My favourite"),
        ("ease 1", {"model": "ease", "training_config": None, "model_config": {}}, "Liked together"),
        ("blend 1", {"model": "blend", "training_config": None, "model_config": {"copies": [1, 2]}}, "Blend, 2 models"),
    ],
)
def test_that_a_model_is_called_by_what_it_is_and_what_differs(run, name, changes, title):
    assert replace(run, name=name, **changes).title == title


def test_that_the_first_model_stands_last_and_the_one_in_use_is_ticked(run):
    choices = model_choices([run], ModelLabel("ease"), has_data=True)
    assert [(choice.key, choice.is_now) for choice in choices] == [(run.run_id, False), ("", True)]
    assert choices[-1].text == "Liked together · good lists · ready at once"


def test_that_something_is_said_of_every_model():
    assert all(good_for(name) for name in MODELS)
