"""The rules of "Best for your data" and "Fastest", and studies' presets adapted to data that lack something."""

import dataclasses

import numpy as np
import pytest
from planted import planted_dataset

from engine.data.dataset import Histories, Scale
from engine.errors import SettingError
from engine.models.defaults import (
    DataFacts,
    Machine,
    choose_preset,
    ease_seconds,
    facts_of,
    fitted,
    preset_for,
    presets_for,
)
from engine.models.presets import CHOSEN, PRESETS, preset_of
from engine.models.registry import MODELS, fitted_config, kind_of
from engine.training.config import automatic_batch

SMALL_FACTS = DataFacts(671, 9_066, 100_004, 100_004, 650, rates=True, timed=True)
LAPTOP, SERVER = Machine(8 * 2**30, 2, gpu=False), Machine(256 * 2**30, 32, gpu=True)


def facts(**changes) -> DataFacts:
    return dataclasses.replace(SMALL_FACTS, **changes)


def chosen(name, machine=LAPTOP, **changes):
    return choose_preset(name, facts(**changes), machine)


def dataset_with(**changes):
    return dataclasses.replace(planted_dataset(), **changes)


def alike(rating):
    planted = planted_dataset().histories
    return dataclasses.replace(planted, ratings_N=np.full(planted.entries, rating, dtype=np.float32))


@pytest.mark.parametrize("name", CHOSEN)
def test_that_small_data_get_ease_on_a_laptop_and_on_a_server(name):
    assert [chosen(name, machine).model for machine in (LAPTOP, SERVER)] == ["ease", "ease"]


def test_that_the_reason_has_the_figures_it_rests_on():
    assert "9,066 titles need 412 MB" in chosen("best_quality").why
    assert "computed at once" in chosen("fastest").why


def test_that_of_a_large_catalogue_ease_learns_the_best_known_titles():
    many = {"titles": 84_000, "people": 200_000, "counted": 190_000, "entries": 32_000_000}
    assert chosen("best_quality", **many).model == "ease"
    assert "The 25,000 best known of 84,000 titles need 2.7 GB" in chosen("best_quality", **many).why
    assert chosen("fastest", **many).model == "ials"


def test_that_titles_that_do_not_fit_into_memory_go_to_the_model_whose_cost_grows_with_the_ratings():
    tight, many = Machine(2**30, 2, gpu=False), {"titles": 200_000, "people": 100_000, "counted": 90_000}
    assert {chosen(name, tight, **many).model for name in CHOSEN} == {"ials"}
    assert "not fit with 200,000 titles" in chosen("best_quality", tight, **many).why


def test_that_many_people_get_the_network_only_where_there_is_a_gpu():
    many = {"titles": 20_108, "people": 138_000, "counted": 130_000, "entries": 20_000_000}
    assert chosen("best_quality", SERVER, **many).model == "mult_vae"
    assert "there is a GPU" in chosen("best_quality", SERVER, **many).why
    assert chosen("best_quality", Machine(64 * 2**30, 8, gpu=False), **many).model == "ease"


def test_that_too_few_people_get_what_is_liked_most():
    assert {chosen(name, counted=19).model for name in CHOSEN} == {"popularity"}


def test_that_titles_that_were_only_seen_go_to_the_model_that_learns_from_them():
    assert {chosen(name, rated=0, counted=0, rates=False).model for name in CHOSEN} == {"two_head"}


def test_that_ease_is_estimated_near_what_was_measured_on_movielens():
    assert ease_seconds(facts(titles=3_706, people=6_040), LAPTOP) == pytest.approx(2.0, abs=0.5)


def test_that_a_data_set_is_counted_as_it_is():
    found = facts_of(planted_dataset())
    assert (found.people, found.titles, found.rated, found.rates, found.timed) == (120, 40, 120 * 13, True, False)
    likes = planted_dataset().histories.likes(4.0)
    assert found.counted == int((likes.counts_U >= 5).sum())


def test_that_every_preset_of_a_data_set_names_a_model_and_the_two_chosen_come_first():
    found = presets_for(planted_dataset(), machine=LAPTOP)
    assert [preset.name for preset in found] == [*CHOSEN, *PRESETS]
    assert all(preset.model in MODELS and preset.sentences.endswith(".") for preset in found)
    assert all(preset.why for preset in found[:2])


def test_that_the_netflix_preset_holds_out_the_newest_where_there_are_times_and_reports_where_there_are_none():
    netflix = preset_of("netflix_mlp")
    assert fitted(netflix, facts()).split["kind"] == "time"
    assert fitted(netflix, facts()).notes == ()
    without = fitted(netflix, facts(timed=False))
    assert without.split["kind"] == "random"
    assert "held out at random, not the newest" in without.sentences


def test_that_the_sequence_preset_notes_that_it_reads_the_order_of_the_file_where_there_are_no_times():
    assert "order of the file" in fitted(preset_of("movielens_101_lstm"), facts(timed=False)).sentences


def test_that_ratings_that_are_all_the_same_are_refused_to_models_of_ratings_only():
    likes_only = dataset_with(histories=alike(1.0), scale=Scale(0, 1, 1))
    refused = {preset.name for preset in presets_for(likes_only, machine=LAPTOP) if preset.refusal}
    assert refused == {"netflix_mlp", "low_rank", "movielens_101_mf", "movielens_101_dense", "movielens_101_lstm"}
    with pytest.raises(SettingError, match="all ratings are the same"):
        preset_for("low_rank", likes_only)
    assert preset_for("best_quality", likes_only, machine=LAPTOP).model == "ease"


def test_that_times_that_are_all_the_same_are_no_times():
    planted = planted_dataset().histories
    at_once = dataclasses.replace(planted, times_N=np.full(planted.entries, 7, dtype=np.int64))
    assert not facts_of(dataset_with(histories=at_once)).timed


def test_that_an_empty_data_set_can_be_looked_at():
    empty = dataset_with(histories=Histories.of(np.zeros(0, int), np.zeros(0, int), np.zeros(0), people=0))
    assert facts_of(empty).counted == 0
    assert preset_for("fastest", empty, machine=LAPTOP).model == "popularity"


@pytest.mark.parametrize("name", ["embedding_mlp", "lstm"])
def test_that_twenty_million_ratings_take_fewer_epochs_than_a_million(name):
    kind = kind_of(name)
    assert kind.training_for(100_000)["epochs"] == kind.training_for(1_000_000)["epochs"] == kind.training["epochs"]
    assert kind.training_for(20_000_000)["epochs"] < 0.6 * kind.training["epochs"]
    assert kind.training_for(10**9)["epochs"] >= kind.training["epochs"] // 3


def test_that_models_of_people_keep_their_epochs_up_to_twenty_million_entries():
    kind = kind_of("mult_vae")
    assert kind.training_for(20_000_000) == kind.training
    assert kind.training_for(100_000_000)["epochs"] < kind.training["epochs"]
    assert kind_of("ease").training_for(10**9) == {}


@pytest.mark.parametrize("unit", ["people", "ratings", "windows"])
def test_that_the_batch_grows_with_the_data_and_an_epoch_keeps_a_like_number_of_steps(unit):
    """So an epoch of 20 million ratings has about as many steps as one of a million."""
    few, many = automatic_batch(10_000, unit), automatic_batch(16_000_000, unit)
    assert many > (1.5 if unit == "people" else 4) * few
    if unit == "ratings":
        assert 300 <= 800_000 // automatic_batch(800_000, unit) <= 500
        assert 300 <= 16_000_000 // many <= 500


@pytest.mark.parametrize("name", ["two_head", "mult_vae", "mult_dae", "embedding_mlp"])
def test_that_automatic_widths_grow_with_the_data(name):
    def widths(entries):
        config = fitted_config(name, None, entries=entries)
        found = config.widths()
        return np.concatenate([np.atleast_1d(width) for width in found])

    small, large = widths(10_000), widths(100_000_000)
    assert (small <= large).all()
    assert small.sum() < 0.6 * large.sum()


@pytest.mark.parametrize("name", ["embedding_mlp", "lstm"])
def test_that_networks_of_ratings_learn_slower_where_there_is_little(name):
    kind = kind_of(name)
    assert kind.training_for(100_000)["lr"] == pytest.approx(0.316 * kind.training["lr"], rel=0.01)
    assert kind.training_for(1_000_000)["lr"] == kind.training_for(0)["lr"] == kind.training["lr"]


def test_that_embeddings_of_few_ratings_are_shorter_and_pulled_harder():
    few, many = (fitted_config("embedding_mlp", None, entries=entries) for entries in (100_000, 2_000_000))
    assert (few.length, many.length) == (32, 100)
    assert (few.pull, many.pull) == (pytest.approx(0.03), 0.003)
    own = fitted_config("embedding_mlp", kind_of("embedding_mlp").config_class(embedding=7, l2=0.0), entries=1000)
    assert (own.length, own.pull) == (7, 0.0)
