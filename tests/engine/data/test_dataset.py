import numpy as np
import pytest

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary, stable_order
from tests.support.planted import fingerprint_of

NAN = np.float32("nan")


@pytest.fixture
def histories():
    """Three people: two entries, none, three (one of them seen only)."""
    return Histories.of(
        np.array([2, 0, 2, 0, 2]),
        np.array([4, 1, 0, 3, 2]),
        np.array([5, 1, NAN, 4, 2]),
        people=3,
        times=np.array([50, 10, 20, 30, 40]),
    )


def test_that_entries_are_gathered_by_person_in_file_order(histories):
    assert histories.indptr_U1.tolist() == [0, 2, 2, 5]
    assert histories.item_rows_N.tolist() == [1, 3, 4, 0, 2]
    assert histories.times_N.tolist() == [10, 30, 50, 20, 40]
    assert histories.user_rows_N.tolist() == [0, 0, 2, 2, 2]
    assert (len(histories), histories.entries, histories.counts_U.tolist()) == (3, 5, [2, 0, 3])


def test_that_one_row_is_a_history_of_its_own(histories):
    row = histories.row(2)
    assert (len(row), row.item_rows_N.tolist(), row.times_N.tolist()) == (1, [4, 0, 2], [50, 20, 40])


def test_that_people_are_taken_in_the_order_given(histories):
    taken = histories.take(np.array([2, 1, 0]))
    assert taken.indptr_U1.tolist() == [0, 3, 3, 5]
    assert taken.item_rows_N.tolist() == [4, 0, 2, 1, 3]


def test_that_choosing_entries_keeps_people_who_are_left_with_none(histories):
    liked = histories.likes(4)
    assert (liked.indptr_U1.tolist(), liked.item_rows_N.tolist()) == ([0, 1, 1, 2], [3, 4])


def test_that_seen_only_entries_are_no_ratings(histories):
    assert histories.rated().item_rows_N.tolist() == [1, 3, 4, 2]


def test_that_a_profile_may_hold_unrated_titles():
    profile = Histories.of_one([3, 1], [4.5, None])
    assert (len(profile), profile.ratings_N[0], np.isnan(profile.ratings_N[1])) == (1, 4.5, True)


def test_that_a_like_is_three_quarters_up_the_scale():
    assert Scale(1, 5, 1).like == 4
    assert Scale(0, 10, 1).like == 7.5
    assert Scale(0.5, 5, 0.5).middle == 2.75


def test_that_a_vocabulary_turns_ids_into_rows_and_back():
    vocabulary = Vocabulary(["007", "7"])
    assert (vocabulary.row("7"), vocabulary.id(0), vocabulary.row("70"), len(vocabulary)) == (1, "007", None, 2)
    assert "007" in vocabulary


def test_that_a_data_set_knows_its_size(histories):
    dataset = Dataset(
        "x", "X", Vocabulary("abc"), Vocabulary("vwxyz"), Catalogue((), (), ()), histories, Scale(1, 5, 1), ""
    )
    assert (dataset.people, dataset.titles, dataset.entries, dataset.density) == (3, 5, 5, 1 / 3)
    assert dataset.counts_I.tolist() == [1, 1, 1, 1, 1]


def test_that_a_fingerprint_depends_on_entries_and_ids_only(histories):
    users, items = Vocabulary("abc"), Vocabulary("vwxyz")
    same = histories.take(np.arange(3))
    assert fingerprint_of(histories, users, items) == fingerprint_of(same, users, items)
    assert fingerprint_of(histories, users, items) != fingerprint_of(histories, Vocabulary("abd"), items)
    assert fingerprint_of(histories, users, items) != fingerprint_of(histories.rated(), users, items)


def test_that_the_quick_order_is_the_stable_order():
    rows = np.random.default_rng(5).integers(0, 40, 1000).astype(np.int32)
    assert np.array_equal(stable_order(rows), np.argsort(rows, kind="stable"))
    assert len(stable_order(rows[:0])) == 0
    for most in (2**16 - 1, 2**16):
        few = rows % (most + 1)
        assert np.array_equal(stable_order(few, most=most), np.argsort(few, kind="stable"))
