"""predict, and recommend --profiles, from the words of the command line to the files they write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from films import command, ratings_file


def furnish(folder: Path) -> None:
    """A data set with a run of popularity, which predicts ratings and needs no training."""
    command(folder / "home", "import", ratings_file(folder / "planted.csv"))
    command(folder / "home", "train", "planted", "--model", "popularity", "--split", "random")


@pytest.fixture
def trained(ask, made_once, tmp_path):
    made_once(furnish, tmp_path)


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("user;item\n3;7\nx;7\n")
    return path


def test_that_predict_writes_a_file_and_says_what_is_in_it(ask, trained, pairs, tmp_path):
    status, out, err = ask("predict", "latest", pairs, "--out", tmp_path / "out.csv", "--json")
    assert status == 0, err
    document = json.loads(out)
    assert (document["pairs"], document["predicted"], document["blank"]) == (2, 1, 1)
    assert document["problems"] == [{"line": 3, "user": "x", "item": "7", "reason": "planted has no such person"}]
    assert document["out"] == str(tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0] == "user,item,rating"
    assert 1 <= float(lines[1].split(",")[2]) <= 5
    words = ask("predict", "latest", pairs, "--out", tmp_path / "out.csv")[1]
    assert "Wrote 1 rating by popularity 1" in words
    assert "line 3: x, 7: planted has no such person" in words


def test_that_many_people_get_lists_in_a_file(ask, trained, tmp_path):
    many = tmp_path / "many.csv"
    many.write_text("user,item,rating\nann,1,5\nbob,999,4\n")
    words = ("recommend", "latest", "--profiles", many, "--top", 3, "--out", tmp_path / "lists.csv")
    status, out, err = ask(*words, "--json")
    assert status == 0, err
    document = json.loads(out)
    assert (document["people"], document["with_lists"], document["named_without"]) == (2, 1, ["bob"])
    assert (tmp_path / "lists.csv").read_text().splitlines()[0] == "user,rank,item,score"
    assert document["lines"] == 3
    assert "without a list  1: none of the titles they rated is known (bob)" in ask(*words)[1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("predict", "latest", "--out", "o.csv"), "Give either a file of pairs, or --own-pairs"),
        (
            ("predict", "latest", "p.csv", "--own-pairs", "--out", "o.csv"),
            "Give either a file of pairs, or --own-pairs",
        ),
        (("predict", "latest", "--own-pairs", "--uncertainty", "--out", "o.csv"), "one number a line"),
        (("predict", "latest", "p.csv"), "--out"),
        (("recommend", "latest", "--profiles", "m.csv"), "--profiles needs --out"),
        (("recommend", "latest", "--profiles", "m.csv", "--out", "o.csv", "--explain"), "belongs to one person"),
    ],
)
def test_that_words_that_do_not_go_together_are_wrong_use(ask, trained, words, sentence):
    status, out, err = ask(*words)
    assert (status, out) == (2, "")
    assert sentence in err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("predict", "latest", "--own-pairs", "--out", "{}/o.txt"), "asks for no ratings"),
        (("predict", "latest", "{}/none.csv", "--out", "{}/o.csv"), "is not there"),
        (("predict", "latest", "{}/pairs.csv", "--out", "{}/no/o.csv"), "there is no folder"),
        (("predict", "latest", "{}/pairs.csv", "--out", "{}/pairs.csv"), "is the file that is read"),
        (("predict", "latest", "{}/pairs.csv", "--out", "{}/o.csv", "--uncertainty"), "does not say how far off"),
        (("recommend", "latest", "--profiles", "{}/pairs.csv", "--out", "{}/o.csv"), "no column of ratings"),
        (("recommend", "latest", "--profiles", "{}/m.csv", "--out", "{}/o.csv", "--weight", "0.5"), "has no weight"),
    ],
)
def test_that_what_cannot_be_done_is_one_sentence_and_status_1(ask, trained, pairs, tmp_path, words, sentence):
    status, out, err = ask(*(word.format(tmp_path) for word in words))
    assert (status, out) == (1, "")
    assert sentence in err.splitlines()[-1]
    assert not (tmp_path / "o.csv").exists()


def test_that_a_window_of_the_filled_matrix_is_shown_and_written(ask, planted_home, tmp_path):
    assert ask("train", "planted", "--model", "popularity")[0] == 0
    out = tmp_path / "cells.csv"
    words = ("matrix", "latest", "--people", "3", "--titles", "4", "--from-person", "2", "--out", out)
    found = ask.document(*words)
    assert len(found["cells"]) == 12
    assert {cell["predicted"] for cell in found["cells"]} == {True, False}
    assert out.read_text().splitlines()[0] == "user,item,rating,is_predicted"
    status, said, _ = ask(*words)
    assert status == 0
    assert "People 2 to 4 of" in said
    assert "(" in said.splitlines()[1]


def test_that_training_writes_the_answers_that_the_file_asks_for(ask, tmp_path):
    lines = [
        f"{user} {item} {(user * item) % 5 + 1}" for user in range(1, 31) for item in range(1, 13) if user % item != 1
    ]
    ratings, out = tmp_path / "asks.txt", tmp_path / "answers.txt"
    ratings.write_text("\n".join([f"30 12 {len(lines)}", *lines, "2", "1 7", "5 2"]) + "\n")
    assert ask("import", ratings, "--name", "Asks")[0] == 0
    status, said, err = ask("train", "Asks", "--model", "popularity", "--split", "random", "--answers", out)
    assert status == 0, err
    assert len([float(line) for line in out.read_text().split()]) == 2
    assert f"2 answers written to {out}." in said


def test_that_answers_that_cannot_be_are_refused_before_anything_is_learned(ask, planted_home, tmp_path):
    status, _, err = ask("train", "planted", "--model", "popularity", "--answers", tmp_path / "answers.txt")
    assert status == 1
    assert "asks for no ratings" in err
    assert ask.document("runs")["runs"] == []
