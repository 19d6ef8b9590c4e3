"""A list of titles as titles of a data set."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import operations
from engine.data.catalogue import Catalogue
from engine.errors import ProfileError
from engine.events import drive


def test_that_a_list_is_found_and_what_is_not_is_named(dataset, tmp_path):
    (tmp_path / "festival.txt").write_text("1. Film 3 (2000)\n2. Film 4\n3. Nobody Filmed This (1950)\n")
    found = drive(operations.match_titles(dataset, tmp_path / "festival.txt"))

    assert (found.name, found.rows) == ("festival.txt", frozenset((3, 4)))
    assert found.describe() == "2 of 3 titles found; 1 not."
    assert [title.title for title, _ in found.missing] == ["Nobody Filmed This"]
    assert found.describe_missing().startswith("Nobody Filmed This (1950): ")


def test_that_a_pasted_list_in_which_all_is_known_says_so(dataset):
    found = drive(operations.match_titles(dataset, "Film 3\nFilm 4 (2000)\n"))

    assert (found.name, found.describe()) == ("the clipboard", "All 2 titles found.")


def test_that_nothing_known_is_said_and_no_failure(dataset):
    found = drive(operations.match_titles(dataset, "Qwertz\nUiop (1950)\n"))

    assert found.rows == frozenset()
    assert found.describe() == "None of 2 titles found; 2 not."
    with pytest.raises(ProfileError, match="no titles in the clipboard"):
        drive(operations.match_titles(dataset, "\n \n"))


def test_that_a_name_without_year_is_the_best_known_and_with_another_year_none(dataset):
    titles, years = list(dataset.catalogue.titles), list(dataset.catalogue.years)
    titles[3], titles[4], years[3], years[4] = "Hamlet", "Hamlet", 1990, 1996
    catalogue = Catalogue(tuple(titles), tuple(years), dataset.catalogue.genres, word="film")
    films = replace(dataset, catalogue=catalogue)
    best = max((3, 4), key=lambda row: (int(films.counts_I[row]), -row))

    assert drive(operations.match_titles(films, "Hamlet")).rows == {best}
    assert drive(operations.match_titles(films, "Hamlet (1996)")).rows == {4}
    assert drive(operations.match_titles(films, "Hamlet (1948)")).rows == frozenset()
