"""What is counted of a data set, and that it comes back from JSON and a file as it was."""

import dataclasses
import json

import numpy as np
import pytest
from planted import planted_dataset

from engine.data import statistics
from engine.data.dataset import Histories, Scale, Vocabulary
from engine.data.statistics import DatasetStatistics, TitleCounts, activity_of, count_statistics
from engine.events import drive

DAY, NEW_YEAR = 86_400, 946_684_800


def few(ratings=((5, 4), (2, None), (3, 3)), *, times=None):
    """Three people who each have two of four titles: 0 and 1, 1 and 2, 2 and 3."""
    values = [np.nan if rating is None else rating for pair in ratings for rating in pair]
    histories = Histories.of(np.repeat([0, 1, 2], 2), np.array([0, 1, 1, 2, 2, 3]), np.array(values), people=3)
    histories = dataclasses.replace(histories, times_N=None if times is None else np.array(times, np.int64))
    return dataclasses.replace(planted_dataset(people=3, titles=4), histories=histories)


def counted(dataset):
    return drive(count_statistics(dataset))


def with_histories(histories):
    people = Vocabulary([str(user_row) for user_row in range(len(histories))])
    return dataclasses.replace(planted_dataset(), users=people, histories=histories)


def test_that_ratings_are_counted_by_day_month_or_year_as_is_readable():
    assert activity_of(np.ones(80, int), 11_000).unit == "day"
    assert activity_of(np.ones(400, int), 11_000).unit == "month"
    assert activity_of(np.ones(9000, int), 11_000).unit == "year"


def test_that_a_month_without_ratings_is_a_gap_and_not_left_out():
    days = np.zeros(120, int)
    days[[0, 119]] = 3
    activity = activity_of(days, 11_000)
    assert activity.counts_T.tolist() == [3, 0, 0, 0, 3]
    assert [str(activity.starts_T[place]) for place in (0, -1)] == ["2000-02-01", "2000-06-01"]


def test_that_times_are_counted_and_missing_ones_are_reported():
    activity = counted(few(times=[NEW_YEAR, NEW_YEAR + 5, NEW_YEAR + 2 * DAY, 0, 0, NEW_YEAR + DAY])).activity
    assert (activity.counts_T.tolist(), activity.without) == ([2, 1, 1], 2)
    assert str(activity.starts_T[0]) == "2000-01-01"


def test_that_times_before_1970_are_dates_too():
    activity = counted(few(times=[-1, -DAY, -DAY - 1, -2 * DAY, -1, -1])).activity
    assert activity.counts_T.tolist() == [2, 4]


def test_that_numbers_that_only_say_what_came_first_are_no_days_of_1970():
    assert counted(few(times=[1, 2, 3, DAY, 5 * DAY, 300 * DAY])).activity is None


@pytest.mark.parametrize("times", [None, [0] * 6, [1, 2, 3, 4, 5, 10**17]])
def test_that_without_dates_there_is_no_activity(times):
    assert counted(few(times=times)).activity is None


def test_that_ratings_and_the_head_of_the_long_tail_are_counted():
    found = counted(planted_dataset())
    assert found.histogram.ratings_B.tolist() == [1, 2, 3, 4, 5]
    assert int(found.histogram.counts_B.sum()) == found.rated == found.entries
    held = found.popularity_I[: found.head].sum()
    assert held >= found.entries / 2 > held - found.popularity_I[found.head - 1]


def test_that_titles_are_counted_with_ratings_mean_and_likes():
    counts = counted(few()).title_counts
    assert counts.entries_I.tolist() == [1, 2, 2, 1]
    assert counts.rated_I.tolist() == [1, 2, 1, 1]
    assert counts.means_I.tolist() == [5, 3, 3, 3]
    assert counts.like_shares_I.tolist() == [1, 0.5, 0, 0]


def test_that_an_unrated_title_has_no_mean():
    counts = counted(few(ratings=((5, 4), (2, None), (None, 3)))).title_counts
    assert np.isnan([counts.means_I[2], counts.like_shares_I[2]]).all()


def test_that_people_with_five_likes_are_counted_also_across_blocks(monkeypatch):
    monkeypatch.setattr(statistics, "BLOCK", 16)
    likes_U = np.arange(70) % 7
    ratings_N = np.concatenate([np.repeat([5.0, 1.0], [likes, 1]) for likes in likes_U])
    indptr_U1 = np.concatenate([[0], np.cumsum(likes_U + 1)])
    histories = Histories(indptr_U1, np.zeros(len(ratings_N), np.int32), ratings_N.astype(np.float32))
    found = counted(with_histories(histories))
    assert (found.likes, found.likers) == (likes_U.sum(), 20)


def test_that_counting_in_blocks_counts_everything(monkeypatch):
    planted = planted_dataset()
    times_N = np.arange(planted.entries, dtype=np.int64) * DAY + 1
    planted = with_histories(dataclasses.replace(planted.histories, times_N=times_N))
    once = counted(planted)
    monkeypatch.setattr(statistics, "BLOCK", 37)
    pieces = counted(planted)
    assert pieces.as_dict() == once.as_dict()
    np.testing.assert_array_equal(pieces.title_counts.as_array(), once.title_counts.as_array())


def test_that_nothing_rated_nothing_timed_and_nothing_at_all_are_reported():
    seen = counted(few(ratings=((None, None),) * 3))
    assert (seen.mean_rating, seen.has_varied_ratings, seen.has_varied_times, seen.rated) == (None, False, False, 0)
    none = np.zeros(0)
    empty = counted(with_histories(Histories.of(none.astype(int), none.astype(int), none, people=2)))
    assert (empty.entries, empty.head, empty.likers) == (0, 0, 0)


def test_that_equal_ratings_and_times_are_not_varied():
    same = counted(few(ratings=((3, 3),) * 3, times=[DAY] * 6))
    assert not same.has_varied_ratings
    assert not same.has_varied_times
    assert counted(few(times=[DAY, 2 * DAY] * 3)).has_varied_times


def test_that_continuous_ratings_get_twenty_bars():
    dataset = dataclasses.replace(few(), scale=Scale(0.0, 10.0, 0.0))
    assert len(counted(dataset).histogram.ratings_B) == 21


@pytest.mark.parametrize("times", [None, [NEW_YEAR, NEW_YEAR + 5 * DAY, NEW_YEAR + DAY, 0, 0, NEW_YEAR]])
def test_that_statistics_come_back_from_json_as_they_were(times):
    before = counted(few(times=times))
    counts = TitleCounts.from_array(before.title_counts.as_array())
    after = DatasetStatistics.from_dict(json.loads(json.dumps(before.as_dict())), counts)
    assert after.as_dict() == before.as_dict()
    for name in ("entries_I", "rated_I", "sums_I", "likes_I", "means_I"):
        np.testing.assert_array_equal(getattr(after.title_counts, name), getattr(before.title_counts, name))
    if times is not None:
        np.testing.assert_array_equal(after.activity.starts_T, before.activity.starts_T)


def test_that_statistics_of_another_version_are_not_read():
    found = counted(few())
    assert DatasetStatistics.from_dict({**found.as_dict(), "format": 99}, found.title_counts) is None
