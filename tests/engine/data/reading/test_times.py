"""Times in every form that files have them: the right moment or none, and never a wrong one."""

import numpy as np
import pyarrow as pa
import pytest

from engine.data.dataset import EARLIEST
from engine.data.reading.times import TimesFound, moment_in, times_in, times_in_seconds, times_of
from engine.errors import DataError

AUG_28 = 1_598_572_800
"""28 August 2020."""


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        (["2005/09/06", "2005/12/31"], "%Y/%m/%d"),
        (["06/09/2005", "13/09/2005"], "%d/%m/%Y"),
        (["09/06/2005", "09/13/2005"], "%m/%d/%Y"),
        (["6.9.2005", "26.9.2005 14:30"], "%d.%m.%Y"),
        (["6.9.2005", "7.9.2005"], "%d.%m.%Y"),
        (["6-9-05", "26-9-05"], "%d-%m-%y"),
        (["20050906", "20051231"], "%Y%m%d"),
    ],
)
def test_that_the_order_is_found_from_the_parts_that_are_over_12(texts, pattern):
    found = times_of(texts)
    assert (found.kind, found.formats[0], found.notes) == ("date", pattern, ())


def test_that_an_order_that_cannot_be_told_is_the_day_first_and_it_says_so():
    found = times_of(["06/09/2005", "07/09/2005"])
    assert found.formats[0] == "%d/%m/%Y"
    assert found.notes == (
        "Dates such as 06/09/2005 may begin with the day or the month; they are read as the day first.",
    )


def test_that_a_person_may_say_the_order():
    found = times_of(["06/09/2005", "07/09/2005"], "mdy")
    assert (found.formats[0], found.notes) == ("%m/%d/%Y", ())
    with pytest.raises(DataError, match=r"no order of dates called 'ydm'\. Known are: ymd, dmy, mdy"):
        times_of(["06/09/2005"], "ydm")


@pytest.mark.parametrize(
    "texts",
    [[], ["", "NULL"], ["13/13/2005"], ["one day"], ["12/31/2020", "31/12/2020"], ["soon"] * 3 + ["2020-01-01"]],
)
def test_that_what_is_no_date_is_none(texts):
    assert times_of(texts).kind is None


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["978300760"], "whole"),
        (["1126051200.5"], "number"),
        (["99999999"], "whole"),
        (["1", "2", "3"], "whole"),
        (["42001.5", "44071"], "days"),
        (["2005-09-07"], "date"),
        (["2005-09-07T01:00:00+01:00"], "zoned date"),
        (["2015-09-02 23:30:00 UTC"], "date"),
        (["Sep 1, 2015", "Oct 31, 2015"], "text"),
        (["02 12, 2015", "02 19, 2015"], "text"),
        (["2020-08-28", "28.08.2020", "1598572800"], "text"),
    ],
)
def test_that_each_kind_of_times_is_told(texts, kind):
    assert times_of(texts).kind == kind


def test_that_half_days_are_read():
    assert "%m/%d/%Y %I:%M %p" in times_of(["9/13/2005 2:30 PM"]).formats


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("28.08.2020", 0),
        ("28. 8. 2020", 0),
        ("28.08.20", 0),
        ("28/08/2020", 0),
        ("2020/8/28", 0),
        ("2020.08.28.", 0),
        ("20200828", 0),
        ("Aug 28, 2020", 0),
        ("August 28th, 2020", 0),
        ("Fri, 28 Aug 2020", 0),
        ("Friday, August 28, 2020", 0),
        ("28-Aug-20", 0),
        ("28. August 2020", 0),
        ("28 août 2020", 0),
        ("28 de agosto de 2020", 0),
        ("28 sierpnia 2020", 0),
        ("28 августа 2020", 0),
        ("2020年8月28日", 0),
        ("2020-08-28 21:47:58 UTC", 78_478),
        ("2020-08-28 21:47:58.123456789", 78_478),
        ("2020-08-28T21:47:58.000Z", 78_478),
        ("2020-08-28T23:47:58+02:00", 78_478),
        ("2020-08-28T23:47:58+0200", 78_478),
        ("2020-08-28 17:47:58 EDT", 78_478),
        ("Fri Aug 28 21:47:58 2020", 78_478),
        ("Fri Aug 28 21:47:58 +0000 2020", 78_478),
        ("Fri, 28 Aug 2020 21:47:58 GMT", 78_478),
        ("28.08.2020, 21:47", 78_420),
        ("28/08/2020 9:47 PM", 78_420),
        ("August 28, 2020 at 9:47 PM", 78_420),
        ("20200828T214758Z", 78_478),
        ("20200828214758", 78_478),
        ("1598651278", 78_478),
        ("1598651278000", 78_478),
        ("1598651278000000", 78_478),
        ("1598651278.25", 78_478),
        ("44071", 0),
        ("44071.5", 43_200),
    ],
)
def test_that_a_date_in_any_common_form_is_its_moment(text, seconds):
    assert moment_in(text) == AUG_28 + seconds


@pytest.mark.parametrize("text", ["", "NULL", "0", "-1", "0000-00-00", "0000-00-00 00:00:00", "1970-01-01T00:00:00Z"])
def test_that_a_time_of_nothing_is_none_given(text):
    assert moment_in(text) == 0


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2020", "100", "31.02.2020", "28.08.", "08/28/2020", "2020-08-28 21:47 XYZ", "28:99", "9" * 30,
     "1e999", "Foo 28, 2020", "28 Foo 2020", "2020-13-01", "13 PM", "2020-08-28 13:00 PM", "3020-01-01", "²"],
)  # fmt: skip
def test_that_what_cannot_be_told_is_unknown(text):
    assert moment_in(text) is None


def test_that_dates_with_the_month_first_are_read_where_the_column_says_so():
    assert moment_in("08/28/2020", "mdy") == AUG_28
    assert moment_in("08/09/2020", None) is None


def test_that_seconds_milliseconds_and_microseconds_may_stand_beside_each_other():
    mixed = np.array([AUG_28, AUG_28 * 10**3, AUG_28 * 10**6, AUG_28 * 10**9, 0, -1, 12, 10**10])
    assert times_in_seconds(mixed).tolist() == [AUG_28] * 4 + [0] * 4


def test_that_numbers_that_only_say_what_came_first_stay():
    order = np.array([1, 2, 3, EARLIEST - 1])
    assert times_in_seconds(order) is order


@pytest.mark.parametrize(
    ("column", "found", "seconds"),
    [
        (pa.array([44071.5, None, 44072]), TimesFound("days"), [AUG_28 + 43_200, 0, AUG_28 + 86_400]),
        (pa.array(["28.08.2020", "", "29.08.2020"]), TimesFound("text"), [AUG_28, 0, AUG_28 + 86_400]),
        (pa.array(["08/28/2020", "?", "08/29/2020"]), TimesFound("text", order="mdy"), [AUG_28, 0, AUG_28 + 86_400]),
        (pa.array(["100", None, "200"]), TimesFound("whole"), [100, 0, 200]),
    ],
)
def test_that_a_whole_column_is_read_as_it_was_found(column, found, seconds):
    times_N, bad_N = times_in(column, found)
    assert times_N.tolist() == seconds
    assert not bad_N.any()
