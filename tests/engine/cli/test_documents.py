"""The keys of every document that `--json` prints: other people's tools read them, so they never change by accident."""

from __future__ import annotations

from typing import Any

import pytest
from planted import planted_dataset

from engine.data.profiles import Profile, ProfileEntry
from engine.library.store import Library

DATASET = "dataset name users items ratings unrated scale fingerprint imported"
RUN = """run name model dataset status lr epochs best_epoch best_value watched stopped_because metrics people seconds
    examples_per_second device precision parameters split advice chosen diverged curve curve_words preset
    preset_words answers"""
STORED_RUN = """run name model dataset dataset_name fingerprint model_config training_config split_config seed device
    precision versions parameters created status finished seconds epochs steps best_epoch best_value watched
    examples_per_second stopped_because metrics people_judged advice chosen diverged has_model title lr star tags notes
    rate_changes differing imported about"""
SEARCH = "search name model dataset watched"
SEARCH_ROW = "number run settings status value best_epoch epochs lr batch metrics seconds parameters note\
 training_loss validation_loss"
ITEM = """rank item title year genres score probability lift predicted_rating predicted_sd said reasons parts
    hangs_on"""
SETTING = "name label help default low high choices only_with"


@pytest.fixture
def home(planted_home):
    with Library.open(planted_home, who="a test") as library:
        library.profiles.save(Profile("me", "Me", (ProfileEntry("1", "Film 1", 2000, 4.0),)))
    return planted_home


@pytest.fixture
def ratings(tmp_path):
    histories = planted_dataset().histories
    rows = zip(histories.user_rows_N, histories.item_rows_N, histories.ratings_N, strict=True)
    path = tmp_path / "small.csv"
    lines = [f"{user},{item},{rating:g}" for user, item, rating in rows]
    path.write_text("\n".join(["userId,movieId,rating", *lines, "1,2,bad"]))
    return path


def has_keys(document: Any, keys: str) -> bool:
    assert set(document) == set(keys.split())
    return True


def test_that_documents_of_data_keep_their_keys(ask, ratings, tmp_path):
    imported = ask.document("import", ratings)
    report = (
        "duplicates skipped problems layout encoding delimiter files notes rows left_out seconds peak_mib titles_from"
    )
    assert has_keys(imported, f"{DATASET} {report}")
    assert has_keys(imported["scale"], "low high step")
    assert has_keys(imported["problems"][0], "line text reason file")
    assert has_keys(ask.document("datasets")["datasets"][0], DATASET)
    assert has_keys(ask.document("export", "small", "--out", tmp_path / "out"),
                    "name folder files ratings unrated items")  # fmt: skip
    assert has_keys(ask.document("reimport", "small"), "dataset name former changed users items entries fingerprint")
    looked = ask.document("look", ratings)
    assert has_keys(
        looked, "files name layout encoding delimiter decimal columns roles scale titles rows obstacle about"
    )
    assert has_keys(looked["rows"][0], "line cells user item rating time problem")
    assert has_keys(looked["about"], "rows memory_mib disk_mib")


def test_that_documents_of_what_is_known_keep_their_keys(ask):
    assert has_keys(ask.document("profiles")["profiles"][0], "profile name entries created changed")
    models = ask.document("models")
    assert has_keys(models["models"][0], "name title sentence abilities can settings")
    assert has_keys(models["models"][0]["settings"][0], SETTING)
    assert {"predicts_ratings", "learns_by_steps", "needs_times", "knows_doubt"} <= set(models["models"][0]["can"])
    assert has_keys(models["presets"][0], "name title sentence model")
    assert has_keys(models["presets"][-1], "name title sentence model settings training split")
    devices = ask.document("devices")
    assert has_keys(devices, "devices unused_gpu")
    assert has_keys(devices["devices"][0], "key words memory_bytes precisions")
    assert has_keys(ask.document("formats")["formats"][0], "name personal service scale about")


def test_that_documents_of_runs_keep_their_keys(ask, tmp_path):
    assert has_keys(ask.document("train", "Planted", "--model", "popularity", "--split", "random"), RUN)
    stored = ask.document("runs")["runs"][0]
    assert has_keys(stored, STORED_RUN)
    assert has_keys(stored["metrics"]["rmse"], "value low high")
    file = tmp_path / "popular.desktoprec-model"
    assert has_keys(ask.document("export-model", "latest", file), "run file title size_bytes inside")
    ask.document("runs", "--star", "latest", "--tag", "latest", "study", "--note", "latest", "Good.")
    assert [run["notes"] for run in ask.document("runs", "--starred", "--tagged", "study")["runs"]] == ["Good."]
    found = ask.document("recommend", "latest", "--user", "7", "--explain")
    assert has_keys(found, "run list profile filters items most_impactful most_surprising note stopped")
    assert has_keys(found["profile"], "name entries matched unsure unmatched unsure_titles unmatched_titles")
    assert has_keys(found["items"][0], ITEM)
    assert has_keys(found["most_surprising"][0], "item title rating predicted")
    (tmp_path / "many.csv").write_text("user,item,rating\na,1,5\na,2,4\n")
    many = ask.document("recommend", "latest", "--profiles", tmp_path / "many.csv", "--out", tmp_path / "lists.csv")
    assert has_keys(many, "run model dataset out people with_lists without named_without lines top weight titles"
                          " unknown_titles out_of_scale skipped notes seconds")  # fmt: skip
    (tmp_path / "pairs.csv").write_text("user,item\n1,2\nx,2\n")
    predicted = ask.document("predict", "latest", tmp_path / "pairs.csv", "--out", tmp_path / "predicted.csv")
    assert has_keys(predicted, "run model dataset out pairs predicted blank by_averages already_rated unknown_people"
                               " unknown_titles skipped problems uncertainty seconds")  # fmt: skip
    assert has_keys(predicted["problems"][0], "line user item reason")


def test_that_documents_of_evaluations_and_searches_keep_their_keys(ask):
    found = ask.document("search", "Planted", "--model", "ease", "--grid", "l2=10,100")
    assert has_keys(found, f"{SEARCH} runs best out stopped")
    assert has_keys(found["runs"][0], SEARCH_ROW)
    assert has_keys(found["best"], SEARCH_ROW)
    assert has_keys(ask.document("searches")["searches"][0], f"{SEARCH} ended runs")
    found = ask.document("recommend", "latest", "--user", "7", "--explain")
    assert has_keys(found["items"][0]["reasons"][0], "item title rating impact strength parts")
    assert has_keys(found["items"][0]["hangs_on"], "place found ratings")
    assert has_keys(found["items"][0]["hangs_on"]["ratings"][0], "item title rating")
    assert has_keys(found["most_impactful"][0], "item title impact strength titles")
    evaluated = ask.document("evaluate", "latest", "--k", "5")
    assert has_keys(evaluated, "run model protocol people metrics stopped breakdowns baselines differences")
    assert has_keys(evaluated["breakdowns"][0], "name unit rows counted")
    assert has_keys(evaluated["baselines"]["popularity"], "title people metrics")
    assert has_keys(evaluated["differences"]["popularity"]["recall@5"], "value low high better words percent")
