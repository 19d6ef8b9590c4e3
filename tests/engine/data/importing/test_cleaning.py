import numpy as np
import pytest

from engine.data.dataset import Scale
from engine.data.importing.ratings_table import find_unrated, is_seen_only
from engine.data.importing.scales import counted, scale_of, without_slips
from engine.data.reading.times import times_in_seconds
from engine.errors import DataError

NAN = float("nan")


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
        ([0.5 * half for half in range(1, 9)] * 2, (0.5, 4, 0.5)),
        ([1, 2, 3, 4] * 5, (1, 4, 1)),
        ([1, 2, 3, 4], (1, 5, 1)),
        ([3, 4, 5] * 9, (1, 5, 1)),
        ([2, 3, 4, 5] * 500, (2, 5, 1)),
        ([20, 40, 60, 80] * 500, (20, 80, 20)),
    ],
)
def test_that_the_scale_is_what_ratings_show_or_a_known_one_where_they_show_little(ratings, scale):
    assert scale_of(counted(np.array(ratings, np.float32))) == Scale(*scale)


@pytest.mark.parametrize(
    ("ratings", "declared", "scale"),
    [
        ([2, 3], (1, 10, 1), (1, 10, 1)),
        ([1.5, 4], (0.5, 5, 0.5), (0.5, 5, 0.5)),
        ([3, 4], (0.5, 5, 0.5), (1, 5, 1)),
        ([1, 2, 3] * 900, (1, 5, 1), (1, 5, 1)),
    ],
)
def test_that_a_declared_scale_counts(ratings, declared, scale):
    assert scale_of(counted(np.array(ratings, np.float32)), declared=Scale(*declared)) == Scale(*scale)


FIVE = dict.fromkeys((1.0, 2.0, 3.0, 4.0, 5.0), 1000)
TEN = {float(value): 500 for value in range(1, 11)}


@pytest.mark.parametrize(
    ("ratings", "slips"),
    [
        ({**FIVE, 55.0: 1}, {55.0}),
        ({**FIVE, 6.0: 1}, {6.0}),
        ({**FIVE, -40.0: 1}, {-40.0}),
        ({**TEN, 100.0: 1}, {100.0}),
        ({**TEN, 11.0: 1}, {11.0}),
        ({**dict.fromkeys(FIVE, 9000), 44.0: 1, 55.0: 2}, {44.0, 55.0}),
        ({**FIVE, 6.0: 400}, set()),
        ({1.0: 5, 2.0: 5, 55.0: 1}, set()),
        ({**TEN, 0.0: 1}, set()),
        ({float(value): 60 for value in range(40, 90)} | {3.0: 1}, set()),
        (FIVE, set()),
    ],
)
def test_that_a_few_of_thousands_that_lie_far_off_are_slips(ratings, slips):
    assert set(ratings) - set(without_slips(ratings)) == slips


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("0.5..4..0.5", (0.5, 4, 0.5)),
        ("1..5", (1, 5, 0)),
        ("-10..10", (-10, 10, 0)),
        ("1 to 5", (1, 5, 0)),
        ("0.5 to 5 in steps of 0.5", (0.5, 5, 0.5)),
        ("0,5..5..0,5", (0.5, 5, 0.5)),
        ("1-10", (1, 10, 0)),
    ],
)
def test_that_a_scale_is_read_as_people_write_it(text, scale):
    assert Scale.said(text) == Scale(*scale)


@pytest.mark.parametrize("text", ["", "x", "5..1", "1..5..3", "1..5..-1", "1..5..9", "1..5..1..2", "1..nan"])
def test_that_what_is_no_scale_is_refused_with_a_sentence(text):
    with pytest.raises(DataError) as failure:
        Scale.said(text)
    assert failure.value.remedy.startswith("Write ")


@pytest.mark.parametrize("unit", [1, 10**3, 10**6, 10**9])
def test_that_times_come_in_seconds(unit):
    assert times_in_seconds(np.array([978300760, 978302109]) * unit).tolist() == [978300760, 978302109]


@pytest.mark.parametrize(("ratings", "answer"), [([1, 1], True), ([NAN, 1], True), ([1, 2], False), ([5, 5], False)])
def test_that_a_file_of_ones_says_only_who_has_seen_what(ratings, answer):
    assert is_seen_only(np.array(ratings, np.float32)) == answer


@pytest.mark.parametrize(
    ("values", "unrated"),
    [
        ({-1.0: 2, 5.0: 9, 7.0: 9, 9.0: 9}, (-1.0,)),
        ({0.0: 50, 5.0: 9, 7.0: 9, 9.0: 9}, (0.0,)),
        ({0.0: 5, 5.0: 9, 7.0: 9, 9.0: 9}, ()),
        ({0.0: 50, 0.5: 9, 1.0: 9, 1.5: 9}, ()),
        ({0.0: 50, 1.0: 9}, ()),
        ({-1.0: 50, 1.0: 9}, ()),
        ({-2.0: 5, -1.0: 5, 1.0: 9, 2.0: 9}, ()),
    ],
)
def test_that_a_value_outside_the_scale_means_seen(values, unrated):
    assert find_unrated(values) == unrated
