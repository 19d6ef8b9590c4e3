"""The scale of ratings that do not say theirs."""

from __future__ import annotations

import pytest
from exports import MYANIMELIST, TRAKT_MOVIES, anilist, anilist_entry, written

from engine.data.dataset import Scale
from engine.data.personal.conversion import guessed_scale
from engine.data.personal.reading import read_export
from engine.data.reading.roles import Given


@pytest.mark.parametrize(
    ("ratings", "scale"),
    [
        ([], Scale(0.5, 5, 0.5)),
        ([1, 5, 3], Scale(1, 5, 1)),
        ([3.5, 4], Scale(0.5, 5, 0.5)),
        ([4.25], Scale(0.25, 5, 0.25)),
        ([4.3], Scale(1, 5, 0.1)),
        ([0, 5], Scale(0, 5, 1)),
        ([7, 2], Scale(1, 10, 1)),
        ([7.5, 2], Scale(1, 10, 0.5)),
        ([0, 10], Scale(0, 10, 1)),
        ([85, 12], Scale(1, 100, 1)),
        ([-3.25, 8], Scale(-10, 10, 0.25)),
        ([250, 3], Scale(1, 250, 1)),
        ([3.14159, 2], Scale(1, 5, 0)),
    ],
)
def test_that_the_smallest_common_scale_that_fits_is_taken(ratings, scale):
    assert guessed_scale(ratings) == scale


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ratings-movies.json", TRAKT_MOVIES),
        ("animelist.xml", MYANIMELIST),
        ("anilist.json", anilist([anilist_entry(1, "A", 8, "COMPLETED")], "POINT_10")),
    ],
)
def test_that_a_person_may_say_the_scale_of_any_export(tmp_path, name, content):
    path = written(tmp_path, name, content)
    assert read_export(path).scale == Scale(1, 10, 1)
    export = read_export(path, given=Given(scale=(0.5, 20, 0.5)))
    assert export.scale == Scale(0.5, 20, 0.5)
    assert [title.rating for title in export.titles] == [title.rating for title in read_export(path).titles]


GRADES = "title,year,grade\nHeat,1995,A+\nUp,2009,B\nRan,1985,F\nM,1931,b-\nJaws,1975,\n"


def test_that_letter_grades_are_steps_in_their_order(tmp_path):
    export = read_export(written(tmp_path, "mine.csv", GRADES))
    assert export.scale == Scale(1, 4, 1)
    assert [title.rating for title in export.titles] == [4, 3, 1, 2, None]
    assert export.notes[0] == (
        "Ratings such as A+ in mine.csv are letter grades. They were read in their order, from F as 1 to A+ as 4, a "
        "step for each of the 4 grades that occur."
    )
