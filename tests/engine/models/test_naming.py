"""What people call a run."""

import pytest

from engine.models.blend import Part
from engine.models.naming import run_title


@pytest.mark.parametrize(
    ("name", "model", "config", "epochs", "title"),
    [
        ("two_head 1", "two_head", {}, 30, "Watch and love, 30 epochs"),
        ("two_head 12", "two_head", {}, 1, "Watch and love 12, 1 epoch"),
        ("two_head best", "two_head", {}, 30, "two_head best"),
        ("Sunday", "two_head", {}, 30, "Sunday"),
        ("mf 1", "mf", {"rank": 25}, None, "Factorisation, rank 25"),
        ("blend 2", "blend", {"copies": [{}, {}, {}]}, None, "Blend 2, 3 models"),
    ],
)
def test_that_a_run_is_called_by_what_it_is_and_what_differs_or_as_it_was_named(name, model, config, epochs, title):
    assert run_title(name, model, config, epochs=epochs) == title


def test_that_a_part_of_a_blend_is_called_like_its_run_also_in_blends_of_earlier_versions():
    assert (
        Part("two_head", {}, "two_head 2", title="Watch and love 2, 30 epochs").called == "Watch and love 2, 30 epochs"
    )
    assert Part("ease", {}, "ease 2").called == "Liked together 2"
    assert Part("mf", {"rank": 25}).called == "mf"


def test_that_settings_that_differ_from_the_default_tell_runs_apart():
    differing = [("training.batch", 256), ("model.hidden", (600, 200)), ("model.anneal", False), ("split.seed", 2)]
    title = run_title("two_head 3", "two_head", {}, epochs=40, differing=differing)
    assert title == "Watch and love 3, batch 256, hidden 600-200, no anneal, 40 epochs"


def test_that_a_rank_that_was_asked_for_is_said_once():
    assert run_title("mf 1", "mf", {"rank": 25}, differing=[("model.rank", 25)]) == "Factorisation, rank 25"
