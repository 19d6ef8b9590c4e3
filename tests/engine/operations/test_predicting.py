"""A kept run's answers as files: ratings of pairs, those that a text file asked for, and lists for many people."""

from __future__ import annotations

import csv
import shutil
from itertools import pairwise

import numpy as np
import pytest
import torch
from operation_driving import QUICK, stop_at, trained
from small_models import SMALL as SMALL_MODELS

from engine import operations
from engine.data.dataset import Histories
from engine.data.importing.importer import ImportOptions
from engine.data.reading import lines
from engine.data.reading.roles import Given
from engine.data.split import SplitConfig, make_split, places_in
from engine.errors import DataError, LibraryError, ProfileError, SettingError
from engine.events import Progressed, StageStarted, Stop, drive
from engine.models.registry import MODELS
from engine.operations import predicting


def a_run(library, dataset, model="mf", **choices):
    config = SMALL_MODELS.get(model)
    training = QUICK.changed(batch=256 if model in ("mf", "embedding_mlp") else 32, epochs=2) if config else None
    return drive(trained(library, dataset, model=model, model_config=config, training=training, **choices)).run_id


@pytest.fixture
def run_id(library, dataset):
    return a_run(library, dataset)


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("user,item\n3,7\nnobody,7\n3,9999\n\nnobody,9999\n5\n8,1\n")
    return path


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.reader(file))


def test_that_each_pair_gets_its_line_with_what_the_model_says(library, dataset, run_id, pairs, tmp_path):
    done = drive(operations.predict(library, run_id, pairs, out=tmp_path / "out.csv"))
    rows = rows_of(done.path)
    assert rows[0] == ["user", "item", "rating"]
    assert [row[:2] for row in rows[1:]] == [
        ["3", "7"], ["nobody", "7"], ["3", "9999"], ["nobody", "9999"], ["8", "1"]
    ]  # fmt: skip
    assert [bool(row[2]) for row in rows[1:]] == [True, False, False, False, True]
    history = dataset.histories.row(3)
    told = history.where(history.item_rows_N != 7)
    model = operations.recommender_of(library, run_id).model
    split = make_split(dataset, SplitConfig.from_dict(library.runs.find(run_id).split_config))
    learned_U = places_in(split.train_user_rows_U, np.array([3]))
    wanted = Histories.of_one([7], [0.0])
    with torch.no_grad():
        expected = float(model.ratings_of(told, wanted, learned_U=learned_U)[0])
    assert float(rows[1][2]) == pytest.approx(expected, abs=1e-4)


def test_that_what_got_no_rating_is_counted_and_named_with_its_line(library, run_id, pairs, tmp_path):
    done = drive(operations.predict(library, run_id, pairs, out=tmp_path / "out.csv"))
    assert (done.pairs, done.predicted, done.blank, done.skipped) == (5, 2, 3, 1)
    assert (done.unknown_people, done.unknown_titles) == (1, 1)
    assert [(pair.line, pair.reason) for pair in done.unanswered] == [
        (3, "Planted has no such person"),
        (4, "Planted has no such title"),
        (6, "Planted has no such person and no such title"),
        (7, "wrong number of columns"),
    ]


def test_that_an_uncertainty_that_was_asked_for_is_a_column(library, run_id, pairs, tmp_path):
    rows = rows_of(drive(operations.predict(library, run_id, pairs, out=tmp_path / "out.csv", uncertainty=True)).path)
    assert rows[0] == ["user", "item", "rating", "sd"]
    assert 0 < float(rows[1][3]) < 4
    assert rows[2][2:] == ["", ""]


def test_that_a_model_without_ratings_names_those_that_have_them(library, dataset, pairs, tmp_path):
    ease = a_run(library, dataset, "ease")
    with pytest.raises(SettingError, match="predicts no ratings") as refused:
        drive(operations.predict(library, ease, pairs, out=tmp_path / "out.csv"))
    able = [kind.name for kind in MODELS.values() if kind.can.predicts_ratings]
    assert len(able) > 3
    assert all(name in str(refused.value) for name in able)
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("model", "split", "sentence"),
    [("two_head", "random", "does not say how far off"), ("mf", "none", "nothing was held out")],
)
def test_that_an_uncertainty_nobody_knows_is_refused(library, dataset, pairs, tmp_path, model, split, sentence):
    run = a_run(library, dataset, model, split=SplitConfig(kind=split))
    with pytest.raises(SettingError, match=sentence):
        drive(operations.predict(library, run, pairs, out=tmp_path / "out.csv", uncertainty=True))


def test_that_a_file_without_a_pair_is_refused_and_nothing_written(library, run_id, tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("user,item\n")
    with pytest.raises(DataError, match="holds no pairs"):
        drive(operations.predict(library, run_id, path, out=tmp_path / "out.csv"))
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["pairs.csv"]


def test_that_a_stop_leaves_the_former_result_and_nothing_else(library, run_id, pairs, tmp_path):
    (tmp_path / "out.csv").write_text("before")
    job = operations.predict(library, run_id, pairs, out=tmp_path / "out.csv")
    with pytest.raises(Stop):
        stop_at(job, lambda event: not isinstance(event, StageStarted))
    assert (tmp_path / "out.csv").read_text() == "before"
    assert not list(tmp_path.glob(".new-*"))


def test_that_a_file_that_is_western_further_down_is_begun_again(library, run_id, tmp_path, monkeypatch):
    monkeypatch.setitem(lines.read_blocks.__kwdefaults__, "block_bytes", 4096)
    path = tmp_path / "pairs.csv"
    path.write_bytes(b"user,item\n" + b"3,7\n" * 70_000 + "Zo\xe9,7\n".encode("cp1252"))
    done = drive(operations.predict(library, run_id, path, out=tmp_path / "out.csv"))
    assert (done.pairs, done.blank) == (70_001, 1)
    assert rows_of(done.path)[-1] == ["Zo\xe9", "7", ""]


def test_that_a_large_file_is_answered_part_by_part_with_its_progress(library, run_id, tmp_path, monkeypatch):
    monkeypatch.setattr(predicting, "_AT_ONCE", 40)
    path, dice = tmp_path / "pairs.csv", np.random.default_rng(1)
    asked = [(str(dice.integers(120)), str(dice.integers(40))) for _ in range(300)]
    path.write_text("\n".join(["user,item", *(",".join(pair) for pair in asked)]))
    events = []
    whole = drive(operations.predict(library, run_id, path, out=tmp_path / "out.csv"), on_event=events.append)
    rows = rows_of(whole.path)
    assert [tuple(row[:2]) for row in rows[1:]] == asked
    reports = [event for event in events if isinstance(event, Progressed)]
    assert all(report.done <= report.total == path.stat().st_size for report in reports)
    monkeypatch.setattr(predicting, "_AT_ONCE", 50_000)
    again = rows_of(drive(operations.predict(library, run_id, path, out=tmp_path / "again.csv")).path)
    assert [float(row[2]) for row in rows[1:]] == pytest.approx([float(row[2]) for row in again[1:]], abs=2e-4)


# -- the pairs of a matrix-completion text -----------------------------------------------------------------------------

PAIRS = [(1, 1), (2, 9), (10, 3), (10, 9), (40, 2), (3, 50)]


@pytest.fixture
def matrix(library, tmp_path):
    """Nine people and eight titles of ten and nine have ratings; the last two pairs are beyond the first line."""
    dice = np.random.default_rng(4)
    rows = [
        f"{user} {item} {dice.integers(1, 6)}" for user in range(1, 10) for item in range(1, 9) if dice.random() < 0.8
    ]
    asked = [f"{user} {item}" for user, item in PAIRS]
    path = tmp_path / "train.txt"
    path.write_text("\n".join([f"10 9 {len(rows)}", *rows, str(len(asked)), *asked]) + "\n")
    return drive(operations.import_files(library, [path], options=ImportOptions(name="Matrix"))).dataset


def test_that_the_pairs_of_a_text_file_are_answered_one_number_a_line_in_its_order(library, matrix, tmp_path):
    run = a_run(library, matrix, "popularity", split=SplitConfig(kind="random"))
    done = drive(operations.predict(library, run, None, out=tmp_path / "answers.txt"))
    answers = [float(line) for line in done.path.read_text().splitlines()]
    assert len(answers) == len(PAIRS)
    assert (done.pairs, done.predicted, done.by_averages) == (6, 6, 5)
    assert all(1 <= answer <= 5 for answer in answers)
    mean = float(matrix.histories.ratings_N.mean())
    assert answers[3] == pytest.approx(mean, abs=0.2)
    own = matrix.histories.row(2).ratings_N
    assert answers[5] == pytest.approx(mean + (own - mean).sum() / (len(own) + 5), abs=1e-3)


@pytest.mark.parametrize("model", ["mf", "embedding_mlp", "lstm", "two_head", "popularity"])
@pytest.mark.parametrize("split", ["random", "none"])
def test_that_every_model_answers_them_though_some_people_and_titles_have_no_ratings(
    library, matrix, tmp_path, model, split
):
    run = a_run(library, matrix, model, split=SplitConfig(kind=split))
    done = drive(operations.predict(library, run, None, out=tmp_path / "answers.txt"))
    assert np.isfinite([float(line) for line in done.path.read_text().splitlines()]).all()
    assert done.predicted == 6


def test_that_a_data_set_whose_file_asks_for_nothing_says_so(library, run_id, tmp_path):
    with pytest.raises(DataError, match="asks for no ratings"):
        drive(operations.predict(library, run_id, None, out=tmp_path / "answers.txt"))


# -- lists for many ----------------------------------------------------------------------------------------------------


@pytest.fixture
def many(tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("user,item,rating\nann,1,5\nann,2,4\nbob,999,5\ncy,30,5\ncy,31,\ncy,3,77\n")
    return path


def test_that_each_person_of_a_table_gets_a_list(library, dataset, run_id, many, tmp_path):
    done = drive(operations.recommend_many(library, run_id, many, out=tmp_path / "lists.csv", top=4))
    rows = rows_of(done.path)
    assert rows[0] == ["user", "rank", "item", "score"]
    assert [row[:2] for row in rows[1:]] == [[name, str(rank)] for name in ("ann", "cy") for rank in (1, 2, 3, 4)]
    own = {"ann": {"1", "2"}, "cy": {"30", "31"}}
    assert not [row for row in rows[1:] if row[2] in own[row[0]]]
    assert all(float(one[3]) >= float(other[3]) for one, other in pairwise(rows[1:5]))


def test_that_who_and_what_could_not_be_used_is_counted(library, run_id, many, tmp_path):
    done = drive(operations.recommend_many(library, run_id, many, out=tmp_path / "lists.csv", top=4))
    assert (done.people, done.without, done.named_without, done.lines) == (3, 1, ("bob",), 8)
    assert (done.titles, done.unknown_titles, done.out_of_scale) == (6, 1, 1)


def test_that_a_rating_beyond_the_scale_is_left_out_and_said(library, run_id, many, tmp_path):
    done = drive(operations.recommend_many(library, run_id, many, out=tmp_path / "lists.csv", top=4))
    assert "In many.csv 1 rating lies beyond 1 to 5 of Planted, such as 77; it was left out." in done.notes


@pytest.mark.parametrize("given", [Given(), Given(scale=(1, 10, 1))])
def test_that_ratings_of_another_scale_are_brought_to_the_models_and_said(library, run_id, tmp_path, given):
    ten, five = tmp_path / "ten.csv", tmp_path / "five.csv"
    ten.write_text("user,item,rating\nann,1,9\nann,2,10\nbob,3,7\nbob,30,3\n")
    five.write_text("user,item,rating\nann,1,4.56\nann,2,5\nbob,3,3.67\nbob,30,1.89\n")
    brought = drive(operations.recommend_many(library, run_id, ten, out=tmp_path / "a.csv", top=4, given=given))
    plain = drive(operations.recommend_many(library, run_id, five, out=tmp_path / "b.csv", top=4))
    assert rows_of(brought.path) == rows_of(plain.path)
    assert brought.out_of_scale == 0
    assert (
        "The ratings in ten.csv go from 1 to 10; they were brought to 1 to 5 of Planted. 9 counts as 4.56."
        in brought.notes
    )
    assert plain.notes == ()


def test_that_a_table_of_which_nothing_is_known_is_refused_with_the_reason(library, run_id, tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("user,item,rating\nann,555,5\nbob,999,3\n")
    with pytest.raises(ProfileError, match="Planted has none of the 2 titles"):
        drive(operations.recommend_many(library, run_id, path, out=tmp_path / "lists.csv"))
    assert not (tmp_path / "lists.csv").exists()


def test_that_a_weight_the_model_does_not_have_is_refused(library, run_id, many, tmp_path):
    with pytest.raises(SettingError, match="no weight between watching and loving"):
        drive(operations.recommend_many(library, run_id, many, out=tmp_path / "lists.csv", weight=0.5))


def test_that_a_table_without_ratings_names_what_is_missing(library, run_id, tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("user,item\n1,2\n3,4\n")
    with pytest.raises(DataError, match="no column of ratings"):
        drive(operations.recommend_many(library, run_id, path, out=tmp_path / "lists.csv"))


def test_that_a_run_whose_data_set_is_gone_is_refused_before_anything_is_written(
    library, run_id, many, pairs, tmp_path
):
    shutil.rmtree(library.datasets.folder_of("planted"))
    for job in (
        operations.predict(library, run_id, pairs, out=tmp_path / "out.csv"),
        operations.recommend_many(library, run_id, many, out=tmp_path / "out.csv"),
    ):
        with pytest.raises(LibraryError):
            drive(job)
    assert not (tmp_path / "out.csv").exists()
