import pytest

from engine.data.reading.values import dates_of
from engine.errors import DataError


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        (["2005/09/06", "2005/12/31"], "%Y/%m/%d"),
        (["06/09/2005", "13/09/2005"], "%d/%m/%Y"),
        (["09/06/2005", "09/13/2005"], "%m/%d/%Y"),
        (["6.9.2005", "26.9.2005 14:30"], "%d.%m.%Y"),
        (["6-9-05", "26-9-05"], "%d-%m-%y"),
        (["20050906", "20051231"], "%Y%m%d"),
    ],
)
def test_that_the_order_is_found_from_the_parts_that_are_over_12(texts, pattern):
    found = dates_of(texts)
    assert (found.formats[0], found.note) == (pattern, "")


def test_that_an_order_that_cannot_be_told_is_the_day_first_and_it_says_so():
    found = dates_of(["06/09/2005", "07/09/2005"])
    assert found.formats[0] == "%d/%m/%Y"
    assert found.note == (
        "Dates such as 06/09/2005 may begin with the day or the month; they are read as the day first."
    )


def test_that_a_person_may_say_the_order():
    found = dates_of(["06/09/2005", "07/09/2005"], "mdy")
    assert (found.formats[0], found.note) == ("%m/%d/%Y", "")
    with pytest.raises(DataError, match=r"no order of dates called 'ydm'\. Known are: ymd, dmy, mdy"):
        dates_of(["06/09/2005"], "ydm")


@pytest.mark.parametrize("texts", [[], ["978300760"], ["1126051200"], ["13/13/2005"], ["one day"], ["99999999"]])
def test_that_what_is_no_date_is_none(texts):
    assert dates_of(texts) is None


def test_that_half_days_are_read():
    assert "%m/%d/%Y %I:%M %p" in dates_of(["9/13/2005 2:30 PM"]).formats
