"""Of several entries of a person and a title one is left, as the policy says, against a slow definition."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.dataset import Histories
from engine.data.importing import grouping
from engine.data.importing.grouping import find_repeats, settle
from engine.events import drive

NAN = float("nan")
PEOPLE, TITLES = 5, 4


def histories_of(rows):
    users, items, ratings, times = (np.array(column) for column in zip(*rows, strict=True))
    return Histories.of(users, items, ratings, people=PEOPLE, times=times)


def slowly(rows, policy):
    """What is left, as (user, item, rating, time), in file order within each person."""
    left = []
    for user, item in sorted({row[:2] for row in rows}):
        places = [place for place, row in enumerate(rows) if row[:2] == (user, item)]
        places.sort(key=lambda place: (rows[place][3] or -math.inf, place))
        rated = [place for place in places if not math.isnan(rows[place][2])]
        if not rated:
            left.append((user, places[-1], item, NAN, rows[places[-1]][3]))
            continue
        chosen = max(rated, key=lambda place: (rows[place][2], places.index(place))) if policy == "max" else rated[-1]
        rating = sum(rows[place][2] for place in rated) / len(rated) if policy == "mean" else rows[chosen][2]
        time = max(rows[place][3] for place in rated) if policy == "mean" else rows[chosen][3]
        left.append((user, chosen, item, rating, time))
    return [(user, item, rating, time) for user, _, item, rating, time in sorted(left, key=lambda entry: entry[:2])]


def as_rows(histories):
    return list(
        zip(
            histories.user_rows_N.tolist(),
            histories.item_rows_N.tolist(),
            histories.ratings_N.tolist(),
            histories.times_N.tolist(),
            strict=True,
        )
    )


entries = st.lists(
    st.tuples(
        st.integers(0, PEOPLE - 1),
        st.integers(0, TITLES - 1),
        st.sampled_from([NAN, 1.0, 2.0, 3.0]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=40,
)


@pytest.mark.parametrize("policy", ["last", "mean", "max"])
@pytest.mark.parametrize("slice_of", [1, 7, 1 << 20])
@given(entries)
def test_that_each_pair_is_left_once_as_the_policy_says(policy, slice_of, rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "SLICE", slice_of)
        histories = histories_of(rows)
        repeats = drive(find_repeats(histories, titles=TITLES))
        settled = drive(settle(histories, repeats, policy=policy))
    np.testing.assert_allclose(as_rows(settled), slowly(rows, policy), rtol=1e-6)
    assert sum(repeat.replaced for repeat in repeats) == len(rows) - settled.entries


def test_that_nothing_is_copied_where_nobody_has_a_title_twice():
    histories = histories_of([(0, 0, 1.0, 100), (0, 1, 2.0, 101), (1, 0, 3.0, 102)])
    repeats = drive(find_repeats(histories, titles=TITLES))
    assert repeats == ()
    assert drive(settle(histories, repeats, policy="mean")) is histories


def test_that_a_mean_carries_the_latest_time_of_the_ratings():
    histories = Histories.of(
        np.zeros(3, int), np.zeros(3, int), np.array([4, 2, NAN]), people=1, times=np.array([900, 500, 950])
    )
    settled = drive(settle(histories, drive(find_repeats(histories, titles=1)), policy="mean"))
    assert as_rows(settled) == [(0, 0, 3.0, 900)]
