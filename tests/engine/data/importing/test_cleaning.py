import numpy as np
import pytest

from engine.data.dataset import Scale
from engine.data.importing.ratings_table import find_scale, find_unrated, is_seen_only
from engine.data.reading.times import times_in_seconds

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
