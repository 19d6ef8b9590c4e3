"""Counts become what was seen, or strengths whose upper third is liked; against slow definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.dataset import Histories, Scale
from engine.data.importing import grouping
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.importing.strengths import Counts, counts_as_said, weighed
from engine.data.reading.roles import Given
from engine.errors import DataError
from engine.events import drive

NAN = float("nan")


def histories_of(rows):
    users, counts = (np.array(column) for column in zip(*rows, strict=True))
    return Histories.of(users, np.arange(len(rows)), counts.astype(np.float32), people=4, times=None)


def rank_slowly(rows):
    """By person: 1 + half a star for each ninth of their titles that lies below the middle of equal counts."""
    strengths = []
    for user, count in sorted(rows, key=lambda row: row[0]):
        own = [other for who, other in rows if who == user and not np.isnan(other)]
        if np.isnan(count):
            strengths.append(NAN)
            continue
        middle = sum(other < count for other in own) + sum(other == count for other in own) / 2
        strengths.append(1 + 0.5 * min(8, int(9 * middle / len(own) + 1e-9)))
    return strengths


@pytest.mark.parametrize("slice_of", [2, 1 << 20])
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([1.0, 2.0, 5.0, 40.0, 900.0, NAN])), min_size=1))
def test_that_a_rank_is_among_ones_own_titles(slice_of, rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "SLICE", slice_of)
        made = drive(weighed(histories_of(rows), Counts(1, 900, 900, "rank")))
    np.testing.assert_array_equal(made.ratings_N, rank_slowly(rows))


def test_that_by_logarithm_the_border_of_likes_is_where_it_is_said():
    counts = Counts.of({float(count): 1 for count in range(1, 2001)} | {352_698.0: 1}, "log")
    assert (counts.low, counts.high, counts.top) == (1, 352_698, 1999)
    border = counts.liked_from
    assert counts.strength_of(border * 1.001) == 4
    assert counts.strength_of(border * 0.999) == 3.5
    assert (counts.strength_of(1), counts.strength_of(352_698)) == (1, 5)


def test_that_what_was_seen_is_a_one():
    rows = [(0, 5.0), (0, NAN), (1, 900.0)]
    made = drive(weighed(histories_of(rows), Counts(5, 900, 900, "seen")))
    np.testing.assert_array_equal(made.ratings_N, [1, NAN, 1])


def test_that_other_words_are_refused():
    with pytest.raises(DataError, match="Known are: seen, rank, log"):
        counts_as_said("stars")


HEAD = "user,item,plays\n"
PLAYS = HEAD + "".join(f"{n % 30},{n % 41},{int(1.09 ** (n * n % 97))}\n" for n in range(900))


def imported(path, **given):
    return drive(import_files([path], options=ImportOptions(given=Given(**given)), dataset_id="d"))


@pytest.mark.parametrize(
    ("counts_as", "scale"), [(None, (0, 1, 1)), ("seen", (0, 1, 1)), ("rank", (1, 5, 0.5)), ("log", (1, 5, 0.5))]
)
def test_that_plays_never_are_stars(tmp_path, counts_as, scale):
    path = tmp_path / "plays.csv"
    path.write_text(PLAYS)
    dataset, report = imported(path, counts=counts_as)
    assert (dataset.scale, dataset.entries, report.are_counts) == (Scale(*scale), 900, True)
    assert np.nanmax(dataset.histories.ratings_N) == scale[1]
    assert report.notes[0].startswith("The numbers of plays.csv, 1 to 3,916, count plays, hours or the like")


def test_that_a_person_may_take_them_for_ratings(tmp_path):
    path = tmp_path / "plays.csv"
    path.write_text(PLAYS)
    dataset, report = imported(path, counts="ratings")
    assert (dataset.scale.high, report.are_counts) == (3916, False)


def test_that_counts_without_a_telling_name_are_found_by_their_tail(tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text(PLAYS.replace("plays", "value"))
    assert imported(path)[0].scale == Scale(0, 1, 1)
    path.write_text(PLAYS.replace(HEAD, ""))
    assert imported(path, columns={"user": "1", "item": "2"})[0].scale == Scale(0, 1, 1)


def test_that_counts_of_a_title_are_added_up_and_0_is_no_entry(tmp_path):
    path = tmp_path / "plays.csv"
    path.write_text(PLAYS + "7,99,3\n7,99,4000\n8,98,0\n")
    dataset, report = imported(path, counts="log")
    assert (dataset.entries, report.duplicates, dataset.items.row("98")) == (901, 1, None)
    row = dataset.items.row("99")
    assert dataset.histories.ratings_N[dataset.histories.item_rows_N == row].tolist() == [5]


@pytest.mark.parametrize("mark", [",", ".", " ", "\u00a0", "'"])
def test_that_marks_between_thousands_are_read_as_such(tmp_path, mark):
    path = tmp_path / "plays.csv"
    rows = [(n % 30, n % 41, 1 + n * n % 97_777) for n in range(900)]
    lines = [f"{user};{item};{plays:,}".replace(",", mark) for user, item, plays in rows]
    path.write_text("\n".join([HEAD.strip().replace(",", ";"), *lines, ""]))
    _, marked = imported(path)
    path.write_text("\n".join([HEAD.strip().replace(",", ";"), *(";".join(map(str, row)) for row in rows), ""]))
    _, plain = imported(path)
    assert marked.notes[0] == plain.notes[0]
    assert (marked.skipped, marked.rows) == ({}, 900)


def test_that_counts_beside_ratings_only_say_what_was_seen(tmp_path):
    (tmp_path / "ratings.csv").write_text(
        "user,item,rating\n" + "".join(f"{n % 9},{n},{1 + n % 5}\n" for n in range(60))
    )
    (tmp_path / "plays.csv").write_text(PLAYS)
    paths = [tmp_path / "ratings.csv", tmp_path / "plays.csv"]
    dataset, report = drive(import_files(paths, options=ImportOptions(), dataset_id="d"))
    assert (dataset.scale, report.are_counts, report.unrated > 800) == (Scale(1, 5, 1), False, True)
    assert "plays.csv holds counts; they count as seen, not as ratings." in report.notes
