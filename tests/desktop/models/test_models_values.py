"""What Models says and compares, as plain values: groups, best figures, sentences, differences of settings, curves."""

import dataclasses
from datetime import UTC, datetime

import numpy as np
import pytest

from desktop_rec.models.breakdowns import breakdown_text, describe_breakdown
from desktop_rec.models.comparison import (
    BIASES,
    EASE,
    POPULARITY,
    EvaluatedModel,
    RunComparison,
    figures_of,
    metric_sets,
    told_apart,
)
from desktop_rec.models.curves_plot import overlay
from desktop_rec.models.filtering import ORDERS, STARRED, RunFilter, choices_of, shown_runs
from desktop_rec.models.groups import describe_people, describe_split, groups_of
from desktop_rec.models.meaning import format_hits, meaning, verdict
from desktop_rec.models.run_list import RunHeading, RunLine
from desktop_rec.models.same_card import same_lines
from desktop_rec.models.settings_diff import settings_differences
from desktop_rec.models.settings_list import settings_of
from desktop_rec.models.text import (
    blend_parts,
    blend_problem,
    can_be_held_beside,
    head_state,
    missing_figures,
    run_facts,
    run_rows,
)
from desktop_rec.models.user_evaluation_text import describe_user_evaluation, favourites_table, user_figures
from desktop_rec.models.whisker_plot import WhiskerPlot
from engine.data.split import SplitConfig, split_key
from engine.evaluation.breakdown import Breakdown, BreakdownRow
from engine.evaluation.intervals import Interval
from engine.evaluation.metrics import higher_is_better
from engine.evaluation.result import EvaluationResult
from engine.events import EpochEnded
from engine.library.run_record import RunRecord
from engine.models.mf import MfConfig
from engine.operations.same_people import SamePeople
from engine.recommending.user_evaluation import Comparison, LeftOut, UserEvaluation
from engine.text import format_setting
from engine.training.config import TrainingConfig

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
STRONG, RANDOM = SplitConfig().as_dict(), SplitConfig(kind="random").as_dict()
SCORE = {"value": 0.4, "low": 0.3, "high": 0.5}


def record(run_id, *, model="mf", split=STRONG, **changes):
    values = {
        "run_id": run_id, "name": run_id, "model": model, "dataset_id": "d", "dataset_name": "Films",
        "fingerprint": "f", "model_config": MfConfig().as_dict(), "training_config": TrainingConfig().as_dict(),
        "split_config": split, "seed": 1, "device": "cpu", "precision": "float32", "versions": {},
        "parameters": 1000, "created": NOW, "status": "finished", "finished": NOW, "seconds": 72.0, "epochs": 12,
        "steps": 100, "best_epoch": 9, "best_value": 0.412, "monitor": "ndcg@100", "examples_per_second": 10.0,
        "stopped_because": "All epochs done.", "metrics": {"ndcg@100": SCORE}, "people_evaluated": 60, "advice": "",
        "has_model": True,
    }  # fmt: skip
    return RunRecord(**{**values, **changes})


def evaluated(key, place=None, **metrics):
    figures = {name.replace("_at_", "@"): Interval(*values) for name, values in metrics.items()}
    return EvaluatedModel(key, key, figures, place)


def test_that_runs_of_one_split_are_one_group_and_others_another():
    groups = groups_of([record("a"), record("b", split=RANDOM), record("c")])
    assert [[run.run_id for run in group.runs] for group in groups] == [["a", "c"], ["b"]]
    assert describe_people(groups[0]) == "Evaluated on the same 60 people"
    assert describe_people(groups[1]) == "Evaluated on 60 people"


def test_that_settings_without_a_say_in_who_is_held_out_do_not_part_runs():
    assert split_key(SplitConfig(test_share=0.2).as_dict()) == split_key(STRONG)
    assert split_key(SplitConfig(people_seed=1).as_dict()) == split_key(STRONG)
    assert split_key(SplitConfig(people_each=50).as_dict()) != split_key(STRONG)
    assert split_key(SplitConfig(kind="random", test_share=0.2).as_dict()) != split_key(RANDOM)
    assert split_key(SplitConfig(kind="random", seed=2).as_dict()) != split_key(RANDOM)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("strong", "whole people held out, seed 1"),
        ("random", "10 % of all ratings held out at random, seed 1"),
        ("time", "the newest 10 % of all ratings held out"),
        ("last", "each person's last rating held out"),
        ("none", "learned from everything, nothing held out"),
    ],
)
def test_that_every_split_is_said_in_words(kind, words):
    assert describe_split(SplitConfig(kind=kind).as_dict()) == words


def test_that_the_best_of_a_metric_is_marked_whichever_way_is_better():
    models = [
        evaluated("first", 0, ndcg_at_100=(0.4, 0.3, 0.5), rmse=(0.9, 0.8, 1.0)),
        evaluated("second", 1, ndcg_at_100=(0.3, 0.2, 0.4), rmse=(0.8, 0.7, 0.9)),
    ]
    ndcg, rmse = figures_of(models, ("ndcg@100", "rmse"))
    assert [row.is_best for row in ndcg.rows] == [True, False]
    assert [row.is_best for row in rmse.rows] == [False, True]


def test_that_by_how_much_per_cent_a_run_is_better_than_each_baseline_is_said_and_in_the_table(qtbot):
    models = [
        evaluated("mine", 0, rmse=(0.81, 0.8, 0.82), coverage_at_100=(0.4, None, None)),
        evaluated("Averages", None, rmse=(0.9, 0.89, 0.91), coverage_at_100=(0.1, None, None)),
        evaluated("Most liked", None, rmse=(0.75, 0.7, 0.8)),
    ]
    rmse, coverage = figures_of(models, ("rmse", "coverage@100"))
    assert [row.better for row in rmse.rows] == [(("Averages", 10.0), ("Most liked", -8.0)), (), ()]
    assert coverage.rows[0].better == ()
    plot = WhiskerPlot("plot")
    qtbot.addWidget(plot)
    plot.show_figures(rmse)
    assert (
        "mine 0.810 (0.800 to 0.820), 10.0 % better than Averages, 8.0 % worse than Most liked" in plot.accessibleName()
    )
    table = plot.table()
    assert table.headings[4:] == ("Better than Averages", "Better than Most liked")
    assert [row[4:] for row in table.rows] == [("+10.0 %", "-8.0 %"), ("", ""), ("", "")]
    plot.show_figures(coverage)
    assert len(plot.table().headings) == 4


def test_that_figures_that_read_alike_are_best_together():
    models = [evaluated("first", 0, rmse=(0.84901, None, None)), evaluated("second", 1, rmse=(0.84902, None, None))]
    assert [row.is_best for row in figures_of(models, ("rmse",))[0].rows] == [True, True]


def test_that_nothing_is_best_alone_nor_where_neither_way_is_better():
    both = [evaluated(name, 0, coverage_at_100=(value, None, None)) for name, value in (("a", 0.1), ("b", 0.2))]
    alone = figures_of([evaluated("a", 0, rmse=(0.9, None, None))], ("rmse",))
    assert not any(row.is_best for row in figures_of(both, ("coverage@100",))[0].rows)
    assert not alone[0].rows[0].is_best
    assert higher_is_better("novelty@20") is None


def test_that_the_metrics_on_offer_are_those_that_some_model_has():
    sets = metric_sets([evaluated("a", 0, ndcg_at_100=(0.4, 0.3, 0.5)), evaluated("b", rmse=(0.9, 0.8, 1.0))])
    assert list(sets) == ["The main figures", "Lists of 100", "Predicted ratings"]
    assert sets["The main figures"] == ("ndcg@100", "rmse")


OWN = evaluated("r", 0, precision_at_20=(0.35, 0.3, 0.4), recall_at_20=(0.42, 0.4, 0.5), mae=(0.67, 0.6, 0.7))
LIKED = evaluated(POPULARITY, precision_at_20=(0.15, 0.1, 0.2), recall_at_20=(0.2, 0.1, 0.3))
AVERAGES = evaluated(BIASES, mae=(0.70, 0.6, 0.8))


def test_that_hits_of_a_list_are_said_beside_the_most_liked_list():
    paragraphs = meaning(OWN, [LIKED, AVERAGES], {}, people=60, word="film", unit="stars")
    assert paragraphs[0].startswith(
        "Of 20 films it lists, about 7 are ones people really went on to love; the most-liked list gets 3."
    )
    assert "hold 42 % of the loved films that were kept from it, the most-liked list 20 %" in paragraphs[0]
    assert paragraphs[1].startswith(
        "Its predicted stars are off by 0.67 on average; plain averages of title and person are off by 0.70."
    )


def test_that_those_that_cannot_be_told_apart_are_said_to_be_so():
    level = {(POPULARITY, "precision@20"): Interval(0.2, -0.1, 0.5), (BIASES, "mae"): Interval(-0.1, -0.2, 0.1)}
    lists, errors = meaning(OWN, [LIKED, AVERAGES], level, people=60, word="film", unit="stars")
    assert "It and the most liked cannot be told apart on these 60 people." in lists
    assert "The two cannot be told apart on these 60 people." in errors


def test_that_a_difference_beyond_chance_is_said_with_its_side():
    clear = {(POPULARITY, "precision@20"): Interval(0.2, 0.1, 0.3), (BIASES, "mae"): Interval(0.1, 0.05, 0.2)}
    lists, errors = meaning(OWN, [LIKED, AVERAGES], clear, people=60, word="film", unit="stars")
    assert "It is better than the most liked by more than chance explains." in lists
    assert "Plain averages predict them better, by more than chance explains." in errors


def test_that_two_errors_of_which_one_is_called_worse_do_not_read_the_same():
    near = dataclasses.replace(AVERAGES, metrics={"mae": Interval(0.6671, 0.6, 0.7)})
    clear = {(BIASES, "mae"): Interval(0.0029, 0.001, 0.004)}
    errors = meaning(OWN, [near], clear, people=60, word="film", unit="stars")[1]
    assert "off by 0.670 on average; plain averages of title and person are off by 0.667. Plain" in errors


def test_that_errors_on_likes_alone_are_said_to_be_of_loved_titles():
    errors = meaning(OWN, [AVERAGES], {}, people=60, word="film", unit="stars", likes_only=True)[1]
    assert errors.startswith("Its predicted stars for loved films are off by 0.67 on average")


def test_that_baselines_with_one_verdict_share_a_sentence():
    ease = dataclasses.replace(LIKED, key=EASE)
    clear = {(key, "precision@20"): Interval(-0.2, -0.3, -0.1) for key in (POPULARITY, EASE)}
    paragraphs = meaning(OWN, [LIKED, ease], clear, people=60, word="film", unit="stars")
    assert "It is worse than the most liked and Liked together by more than chance explains." in paragraphs[0]


def test_that_a_model_is_not_held_against_baselines_that_are_not_there():
    paragraphs = meaning(OWN, [], {}, people=60, word="film", unit="stars")
    assert paragraphs[0].startswith(
        "Of 20 films it lists, about 7 are ones people really went on to love. Its first 20"
    )
    assert "averages" not in " ".join(paragraphs)


def test_that_nothing_is_said_of_a_difference_that_nobody_measured():
    assert verdict(None, of="you", more="more", less="less") == ""
    assert verdict(Interval(1.0, None, None), of="you", more="more", less="less") == ""


@pytest.mark.parametrize(("precision", "words"), [(0.35, "7"), (0.12, "2.4"), (0.015, "0.3"), (0.62, "12")])
def test_that_hits_are_said_as_people_count(precision, words):
    assert format_hits(precision, 20) == words


def test_that_only_settings_that_differ_are_shown_in_their_own_labels():
    low = record("low", model_config=MfConfig(rank=10).as_dict())
    high = record("high", model_config=MfConfig(rank=25).as_dict(), training_config=TrainingConfig(lr=3e-3).as_dict())
    found = {line.label: (line.mine, line.other) for line in settings_differences(low, high)}
    assert found == {"Rank": ("10", "25"), "Learning rate": ("automatic", "3e-3")}
    assert settings_differences(low, low) == ()


def test_that_a_setting_of_one_model_only_has_a_dash_in_the_other():
    ease = record("ease", model="ease", model_config={"l2": 300.0}, training_config=None)
    found = {line.label: (line.mine, line.other) for line in settings_differences(ease, record("mf"))}
    assert found["Model"] == ("Liked together", "Factorisation")
    assert found["Rank"][0] == "–"


def test_that_a_setting_younger_than_a_run_is_taken_to_have_had_its_default():
    older = record("older", model_config={"rank": MfConfig().rank})
    assert settings_differences(older, record("newer")) == ()


def test_that_a_blend_shows_its_parts_with_their_weights():
    copies = [
        {"weight": 0.6, "run": "ease 1", "model": "ease"},
        {"weight": 0.4, "run": "mf 1", "model": "mf", "title": "Factorisation, rank 25"},
    ]
    blend = record("blend", model="blend", model_config={"parts": "r1+r2", "copies": copies}, training_config=None)
    found = {line.label: line.mine for line in settings_differences(blend, record("mf"))}
    assert found["Parts"] == "0.60 Liked together, 0.40 Factorisation, rank 25"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "automatic"),
        (True, "yes"),
        ([600, 200], "600, 200"),
        (0.003, "3e-3"),
        (0.25, "0.25"),
        ("slanted_triangle", "slanted triangle"),
        (12480, "12,480"),
    ],
)
def test_that_values_of_settings_are_said_as_people_write_them(value, words):
    assert format_setting(value) == words


def epochs(monitor="ndcg@100", *, loss=4.0):
    validation = ((monitor, 0.3), ("loss", loss + 1)) if monitor == "rmse" else ((monitor, 0.3),)
    return tuple(EpochEnded(n, 10 * n, loss / n, (), validation, monitor, n == 2, 1e-3) for n in (1, 2))


def test_that_losses_of_different_models_are_drawn_as_shares_of_their_first():
    runs = [record("a"), record("b", model="mult_vae"), record("c", model="ease")]
    made = overlay(runs, {"a": epochs(), "b": epochs(loss=8.0), "c": ()}, {"a": 0, "b": 1}, chosen="a")
    assert made.is_relative
    assert [run.training for run in made.runs] == [(1.0, 0.5), (1.0, 0.5)]
    assert made.runs[0].monitor == ((1.0, 2.0), (0.3, 0.3))
    assert any("c was computed at once" in note for note in made.notes)


def test_that_losses_of_one_model_are_drawn_as_they_are():
    made = overlay([record("a"), record("b")], {"a": epochs(), "b": epochs(loss=8.0)}, {}, chosen="b")
    assert not made.is_relative
    assert [run.training for run in made.runs] == [(4.0, 2.0), (8.0, 4.0)]


def test_that_a_run_that_monitored_another_metric_is_not_drawn_with_the_chosen_one():
    made = overlay([record("a"), record("b")], {"a": epochs(), "b": epochs("rmse")}, {}, chosen="a")
    assert made.metric == "ndcg@100"
    assert made.runs[1].monitor == ((), ())
    assert made.runs[1].validation_loss == ((1.0, 2.0), (5.0, 5.0))
    assert "b monitored another metric than NDCG@100." in made.notes


def rows_of(*runs, chosen="a", ticks=None):
    return run_rows(groups_of(runs), chosen=chosen, ticks=ticks or {}, in_use="a")


def test_that_runs_evaluated_on_other_people_are_set_apart_and_cannot_be_ticked():
    rows = rows_of(record("a"), record("b", split=RANDOM), ticks={"a": True, "b": True})
    headings = [row for row in rows if isinstance(row, RunHeading)]
    lines = {row.run_id: row for row in rows if isinstance(row, RunLine)}
    assert [heading.warns for heading in headings] == [False, True]
    assert headings[1].title == "On other people: not comparable"
    assert lines["a"].can_tick
    assert not lines["b"].can_tick


def test_that_a_run_keeps_its_colour_when_a_newer_one_comes():
    before = next(row for row in rows_of(record("a")) if isinstance(row, RunLine))
    after = next(row for row in rows_of(record("b"), record("a")) if getattr(row, "run_id", "") == "a")
    assert before.place == after.place == 0


def test_that_a_line_says_what_a_run_is_and_its_figure():
    line = next(row for row in rows_of(record("a", status="stopped")) if isinstance(row, RunLine))
    assert line.about == "Factorisation · stopped"
    assert line.figure == "NDCG@100 0.400"
    assert line.in_use


def test_that_a_run_without_an_evaluation_can_be_evaluated_and_says_why_there_is_none():
    not_evaluated = record("a", metrics={}, people_evaluated=0, status="stopped", epochs=3)
    assert head_state(not_evaluated, None, in_use=None).evaluate_text == "Evaluate"
    assert "Press Evaluate" in missing_figures(not_evaluated)
    assert head_state(record("a"), RunComparison("a", ()), in_use=None).evaluate_text == "Evaluate again"
    assert head_state(record("a"), None, in_use=None).evaluate_text == ""
    nobody = record("a", metrics={}, split=SplitConfig(kind="none").as_dict())
    assert head_state(nobody, RunComparison("a", ()), in_use=None).evaluate_text == ""
    assert "nobody is left to evaluate it on" in missing_figures(nobody)


def test_that_only_a_run_that_ended_early_can_be_trained_on():
    total = TrainingConfig(epochs=40).as_dict()
    stopped = record("a", status="stopped", epochs=3, training_config=total)
    assert head_state(stopped, None, in_use=None).can_continue
    assert not head_state(record("a"), None, in_use=None).can_continue
    assert not head_state(record("a", status="stopped", training_config=None), None, in_use=None).can_continue


def test_that_the_model_in_use_cannot_be_used_again():
    assert head_state(record("a"), None, in_use="a").use_text == "In use"
    assert head_state(record("a"), None, in_use="b").can_use


def test_that_facts_without_anything_to_say_are_left_out():
    facts = dict(run_facts(record("a", training_config=None, advice="")))
    assert "Epochs" not in facts
    assert "Advice" not in facts
    assert facts["Evaluated on"] == "60 people it has not learned from"


def test_that_a_run_is_not_said_to_know_nothing_of_people_whose_other_ratings_it_learned_from():
    assert dict(run_facts(record("a", split=RANDOM)))["Evaluated on"] == "held-out ratings of 60 people"


def test_that_blending_takes_two_finished_runs_of_one_group():
    group = groups_of([record("a"), record("b"), record("c", model="blend"), record("d", has_model=False)])[0]
    assert blend_problem(group, ["a", "b"], busy="") == ""
    assert "two or more" in blend_problem(group, ["a"], busy="")
    assert "two or more" in blend_problem(group, ["a", "c"], busy="")
    assert [blend_part.run_id for blend_part in blend_parts(group, ["a", "b", "c"])] == ["a", "b"]
    assert "d did not finish" in blend_problem(group, ["a", "d"], busy="")
    assert blend_problem(group, ["a", "b"], busy="Training") == "Training is still running."


def against(model, baseline, *, of, low, high):
    apart = Interval(model - baseline, low, high)
    return Comparison(
        of, Interval(model, model - 0.1, model + 0.1), Interval(baseline, baseline - 0.1, baseline + 0.1), apart
    )


LEFT_OUT = (
    LeftOut(3, "3", "Fargo", 4.5, True, 4.1, 3.9, 12, 40),
    LeftOut(5, "5", "Armageddon", 1.0, False, 3.0, 2.5, None, None),
    LeftOut(1, "1", "Alien", 5.0, True, 4.4, 4.0, 2, 8),
)
FOUND = UserEvaluation(
    LEFT_OUT,
    {
        "rmse": against(0.9, 1.0, of=24, low=-0.3, high=0.1),
        "mae": against(0.71, 0.80, of=24, low=-0.2, high=0.1),
        "hits@20": against(0.5, 0.25, of=14, low=0.1, high=0.4),
        "hits@100": against(0.5, 0.25, of=14, low=0.1, high=0.4),
    },
    favourites=14, candidates=9066, entries_wanted=24, stopped=False,
)  # fmt: skip


def test_that_a_user_evaluation_is_said_in_plain_words():
    errors, hits = describe_user_evaluation(FOUND, word="film", unit="stars", is_in_data=False)
    assert errors.startswith(
        "Its predictions of your ratings are off by 0.71 stars on average (0.61 to 0.81), plain averages by 0.80."
    )
    assert errors.endswith("The two cannot be told apart on your 24 ratings.")
    surely = {**FOUND.figures, "rmse": FOUND.figures["mae"], "mae": against(0.71, 0.80, of=24, low=-0.2, high=-0.01)}
    found = dataclasses.replace(FOUND, figures=surely)
    errors = describe_user_evaluation(found, word="film", unit="stars", is_in_data=False)[0]
    assert errors.endswith("It predicts your ratings better than plain averages, by more than chance explains.")
    assert "Of your 14 favourites, 7 would be among the first 100 of 9,066 films" in hits
    assert "the most-liked list has 4" in hits
    assert hits.endswith("That is more than chance explains.")


def test_that_somebody_else_is_not_called_you():
    text = " ".join(describe_user_evaluation(FOUND, word="film", unit="stars", is_in_data=True, is_me=False))
    assert "your" not in text
    assert "part of the data set" in text


def test_that_favourites_come_first_in_the_order_of_their_places():
    table = favourites_table(FOUND)
    assert [row[0] for row in table.rows] == ["Alien", "Fargo", "Armageddon"]
    assert table.rows[0] == ("Alien", "5", "#2", "#8", "4.4", "4.0")
    assert table.rows[2][2:4] == ("", "")


def test_that_the_better_of_the_two_is_marked_where_it_is_more_than_chance():
    figures = dict(user_figures(FOUND, "mf 1"))
    assert [row.is_best for row in figures["Ratings off by, on average"].rows] == [False, False]
    assert [row.is_best for row in figures["Favourites in its first 100"].rows] == [True, False]
    worse = dataclasses.replace(FOUND, figures={"mae": against(0.9, 0.8, of=24, low=0.05, high=0.2)})
    assert [row.is_best for row in user_figures(worse, "mf 1")[0][1].rows] == [False, True]
    assert [row.name for row in user_figures(worse, "mf 1")[0][1].rows] == ["mf 1", "Averages"]


def test_that_errors_of_known_and_new_are_said_with_their_counts():
    rows = (BreakdownRow("known people", 9698, 0.9, None, None), BreakdownRow("new titles", 351, 1.0, None, None))
    sentence = describe_breakdown(Breakdown("known and new", "rmse", rows, "ratings"))
    assert sentence.endswith("and for new ones. 9,698 ratings of known people, 351 of new titles.")
    assert describe_breakdown(Breakdown("errors by rating", "rmse", rows, "ratings")).endswith("hard for every model.")


def test_that_a_breakdown_that_has_no_text_of_its_own_is_called_by_its_name():
    assert breakdown_text("by decade").heading == "By decade"
    assert breakdown_text("profile length").short("64 to 127") == "64"


def test_that_a_run_says_which_settings_were_chosen_by_trying():
    assert dict(run_facts(record("a", chosen="Chosen on 60 people held out: l2 8.")))["Settings"].startswith(
        "Chosen on"
    )
    assert "Settings" not in dict(run_facts(record("a")))


def test_that_a_run_that_diverged_is_called_so_in_the_list():
    runs = [record("a", status="stopped", diverged=True), record("b", status="stopped")]
    lines = [row for row in run_rows(groups_of(runs), chosen="a", ticks={}, in_use=None) if isinstance(row, RunLine)]
    assert [line.about for line in lines] == ["Factorisation · diverged", "Factorisation · stopped"]


def test_that_runs_are_found_by_words_of_names_settings_notes_and_tags_and_by_star_model_and_tag():
    differing = {"differing": ("training.batch",), "training_config": TrainingConfig(batch=256).as_dict()}
    runs = [
        record("a", model="ease", star=True, tags=("study",)),
        record("b", notes="Learns slowly."),
        record("c", name="mf 3", **differing),
    ]
    wanted = [
        RunFilter("slowly"), RunFilter("BATCH 256"), RunFilter("study"), RunFilter("", STARRED),
        RunFilter("", "model:mf"), RunFilter("", "tag:study"), RunFilter("slowly", STARRED),
    ]  # fmt: skip
    found = [[run.run_id for run in shown_runs(runs, each)] for each in wanted]
    assert found == [["b"], ["c"], ["a"], ["a"], ["b", "c"], ["a"], []]
    assert [words for _, words in choices_of(runs)] == [
        "All models", "With a star", "Factorisation", "Liked together", "Tag: study"
    ]  # fmt: skip


def test_that_runs_are_sorted_by_figure_name_and_time_with_those_without_a_figure_last():
    better = {"ndcg@100": {"value": 0.5, "low": 0.4, "high": 0.6}}
    runs = [record("b", metrics={}), record("c", seconds=9.0), record("a", metrics=better)]
    orders = {order: [run.run_id for run in shown_runs(runs, RunFilter(order=order))] for order in ORDERS}
    assert orders == {"newest": ["b", "c", "a"], "best": ["a", "c", "b"], "name": ["a", "b", "c"],
                      "longest": ["b", "a", "c"]}  # fmt: skip


def test_that_a_filtered_list_keeps_the_colours_of_its_runs_and_its_headings():
    groups = groups_of([record("a"), record("b", star=True), record("c", split=RANDOM)])
    rows = run_rows(groups, chosen="a", ticks={}, in_use=None, wanted=RunFilter(only=STARRED))
    assert [type(row) for row in rows] == [RunHeading, RunLine]
    assert (rows[1].run_id, rows[1].place, rows[1].star) == ("b", 0, True)


def test_that_all_settings_are_listed_with_those_that_were_set_marked():
    training = TrainingConfig(batch=256, lr=1e-3).as_dict()
    run = record("a", training_config=training, differing=("training.batch", "model.rank"),
                 model_config=MfConfig(rank=10).as_dict())  # fmt: skip
    found = {(part, line.label): (line.value, line.how) for part, lines in settings_of(run) for line in lines}
    assert found[("Training", "Batch")] == ("256", "set")
    assert found[("Training", "Learning rate")] == ("1e-3", "found automatically")
    assert found[("Training", "Epochs")] == ("40", "default")
    assert {value for (_, label), value in found.items() if label == "Rank"} == {("10", "set")}


def test_that_only_runs_of_other_people_that_held_somebody_out_are_offered_for_the_same_people():
    run = record("a")
    others = [record("b"), record("c", split=RANDOM), record("d", split=SplitConfig(kind="none").as_dict()),
              record("e", split=RANDOM, has_model=False)]  # fmt: skip
    assert [other.run_id for other in others if can_be_held_beside(run, other)] == ["c"]


def test_that_what_was_found_on_the_same_people_is_told_figure_by_figure():
    def result(rmse, values):
        figures = {"rmse": Interval(rmse, rmse - 0.1, rmse + 0.1)}
        return EvaluationResult(4, figures, {"rmse": np.array(values)}, np.arange(4), np.ones(4, dtype=np.int64))

    found = SamePeople({"a": result(0.9, [0.9] * 4), "b": result(1.0, [1.0] * 4)}, 4, 60)
    lines = same_lines(found, ["Mine", "Other"])
    assert lines[0] == ("", "Mine", "Other", "")
    assert lines[1][1:3] == ("0.900", "1.00")
    assert "better than Other" in lines[1][3]
    assert found.words == "On 60 ratings of 4 people that none of them learned from."


def test_that_names_in_a_plot_are_short_where_they_still_differ(qtbot):
    assert told_apart(["Factorisation, rank 16", "Factorisation 2, rank 16", "Most liked"]) == (
        "Factorisation",
        "Factorisation 2",
        "Most liked",
    )
    assert told_apart(["mine, 2 epochs", "mine, 4 epochs"]) == ("mine, 2 epochs", "mine, 4 epochs")
