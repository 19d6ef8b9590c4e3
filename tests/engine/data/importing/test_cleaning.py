import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.dataset import Scale
from engine.data.importing.cleaning import find_repeats, find_scale, is_seen_only, join_ids, times_in_seconds

NAN = float("nan")


def joined(*chunks):
    return join_ids([pa.array(chunk, pa.string()).dictionary_encode() for chunk in chunks])


def test_that_whole_numbers_are_sorted_as_numbers():
    rows, vocabulary = joined(["10", "9"], ["100", "9"])
    assert vocabulary.ids == ("9", "10", "100")
    assert rows.tolist() == [1, 0, 2, 0]


@pytest.mark.parametrize("ids", [["0104257", "1074638", "99"], ["tt10", "tt9", "100"], ["1.5", "10", "9"]])
def test_that_other_ids_are_sorted_as_texts(ids):
    assert joined(ids)[1].ids == tuple(sorted(ids))


def test_that_spaces_around_an_id_do_not_make_another_one():
    rows, vocabulary = joined([" 5", "5", "5 "])
    assert (vocabulary.ids, rows.tolist()) == (("5",), [0, 0, 0])


def test_that_nothing_is_done_where_nobody_has_a_title_twice():
    rows = np.array([0, 0, 1], np.int32), np.array([0, 1, 0], np.int32), np.ones(3, np.float32)
    assert find_repeats(*rows, titles=2) is None


entries = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([NAN, 1.0, 2.0, 3.0])), min_size=1, max_size=40
)


@settings(max_examples=100, deadline=None)
@given(entries)
def test_that_of_several_the_last_rating_is_kept_else_the_last_entry(rows):
    users, items, ratings = zip(*rows, strict=True)
    keep = find_repeats(np.array(users, np.int32), np.array(items, np.int32), np.array(ratings, np.float32), titles=4)
    kept = set(range(len(rows))) if keep is None else set(np.flatnonzero(keep).tolist())
    expected = set()
    for pair in set(zip(users, items, strict=True)):
        places = [place for place, row in enumerate(rows) if row[:2] == pair]
        rated = [place for place in places if not np.isnan(rows[place][2])]
        expected.add((rated or places)[-1])
    assert kept == expected


@pytest.mark.parametrize(
    ("ratings", "scale"),
    [
        ([1, 2, 3, 4, 5], (1, 5, 1)),
        ([3, 4], (1, 5, 1)),
        ([0.5, 4, NAN], (0.5, 5, 0.5)),
        ([1, 3.5, 5], (0.5, 5, 0.5)),
        ([1, 7, 10], (1, 10, 1)),
        ([0, 7, 9], (0, 10, 1)),
        ([0, 3, 5], (0, 5, 1)),
        ([1, 1], (0, 1, 1)),
        ([0, 1], (0, 1, 1)),
        ([1, 4, 7], (1, 7, 1)),
        ([1, 2, 3, 4, 5, 6, 7], (1, 7, 1)),
        ([0, 55, 90], (0, 100, 1)),
        ([-9.71, 3.02, 9.99], (-10, 10, 0)),
        ([1, 1.25, 5], (1, 5, 0.25)),
        ([37, 37], (0, 37, 0)),
    ],
)
def test_that_the_scale_is_a_known_one_where_it_fits_else_its_own(ratings, scale):
    assert find_scale(np.array(ratings, np.float32)) == Scale(*scale)


@pytest.mark.parametrize("unit", [1, 10**3, 10**6, 10**9])
def test_that_times_come_in_seconds(unit):
    assert times_in_seconds(np.array([978300760, 978302109]) * unit).tolist() == [978300760, 978302109]


@pytest.mark.parametrize(("ratings", "answer"), [([1, 1], True), ([NAN, 1], True), ([1, 2], False), ([5, 5], False)])
def test_that_a_file_of_ones_says_only_who_has_seen_what(ratings, answer):
    assert is_seen_only(np.array(ratings, np.float32)) == answer
