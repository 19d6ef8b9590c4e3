"""Ids go before names, unless the titles contradict them."""

from __future__ import annotations

import pytest

from engine.data.matching.matcher import Matcher
from engine.data.personal.export import ExportedTitle
from engine.events import drive

from .conftest import dataset_of

FILMS = (
    ("The Matrix", 1999),
    ("Léon", 1994),
    ("Hamlet", 1996),
    ("War of the Worlds", 2005),
    ("War of the Worlds", 2005),
)
IMDB = ("0133093", "0110413", "0116477", "0407304", "0449040")


@pytest.fixture
def tweeted() -> Matcher:
    return Matcher(dataset_of(FILMS, ids=IMDB, id_kind="imdb"))


def numbered(**links: tuple[str, ...]) -> Matcher:
    return Matcher(dataset_of(FILMS, ids=["1", "2", "3", "4", "5"], id_kind="movielens", links=links))


def wanted(title: str, year: int = 0, *, medium: str = "", **ids: str) -> ExportedTitle:
    return ExportedTitle(title, year, ids, medium=medium)


def test_that_an_imdb_id_is_the_same_with_and_without_its_letters(tweeted):
    found = tweeted.match(wanted("Matrix", 1999, imdb="tt0133093"))

    assert (found.verdict, found.item_row, found.why) == ("sure", 0, "same IMDb id")


def test_that_an_id_finds_a_title_of_another_name(tweeted):
    assert tweeted.match(wanted("The Professional", 1994, imdb="tt0110413")).item_row == 1


def test_that_an_id_tells_namesakes_of_one_year_apart(tweeted):
    assert tweeted.match(wanted("War of the Worlds", 2005, imdb="tt0449040")).item_row == 4


def test_that_an_id_whose_title_and_year_are_another_film_is_unsure(tweeted):
    found = tweeted.match(wanted("Hamlet", 1996, imdb="tt0133093"))

    assert found.verdict == "unsure"
    assert {candidate.item_row for candidate in found.candidates[:2]} == {0, 2}


@pytest.mark.parametrize("ids", [{"imdb": "tt9999999"}, {"tmdb": "99"}, {"imdb": "tt9999999", "tmdb": "99"}])
def test_that_ids_that_the_data_set_does_not_have_give_way_to_title_and_year(ids):
    matcher = numbered(imdb=IMDB, tmdb=("603", "101", "10549", "74", "9"))
    found = matcher.match(wanted("Hamlet", 1996, **ids))

    assert (found.verdict, found.item_row, found.why) == ("sure", 2, "same title and year")
    assert matcher.match(wanted("War of the Worlds", 2005, **ids)).verdict == "unsure"


@pytest.mark.parametrize(("title", "year"), [("Hamlet", 1995), ("Hamlet", 0), ("Hamlett", 1996)])
def test_that_a_film_with_another_id_is_not_surely_one_that_is_called_or_dated_otherwise(tweeted, title, year):
    found = tweeted.match(wanted(title, year, imdb="tt9999999"))

    assert (found.verdict, found.item_row) == ("unsure", None)


def test_that_an_id_that_another_title_has_does_not_give_way_to_title_and_year(tweeted):
    assert tweeted.match(wanted("Hamlet", 1996, imdb="tt0407304")).verdict == "unsure"


def test_that_two_ids_of_two_films_are_unsure():
    matcher = numbered(imdb=IMDB, tmdb=("603", "101", "10549", "74", "9"))

    assert matcher.match(wanted("", imdb="tt0133093", tmdb="101")).verdict == "unsure"


def test_that_an_id_in_the_links_of_a_data_set_counts():
    assert numbered(tmdb=("603", "101", "", "", "")).match(wanted("Leon", 1994, tmdb="0101")).item_row == 1


def test_that_the_tmdb_id_of_a_series_says_nothing_of_a_film():
    matcher = numbered(tmdb=("603", "101", "", "", ""))

    assert matcher.match(wanted("Some Series", 1999, medium="series", tmdb="603")).verdict == "unmatched"


def test_that_a_movielens_id_counts_where_the_titles_agree():
    assert numbered().match(wanted("Hamlet", 1996, movielens="3")).item_row == 2


def test_that_a_movielens_id_of_another_numbering_gives_way_to_the_title():
    found = numbered().match(wanted("Hamlet", 1996, movielens="1"))

    assert (found.verdict, found.item_row) == ("sure", 2)


def test_that_a_movielens_id_alone_with_another_title_is_unsure():
    found = numbered().match(wanted("Fargo", 1996, movielens="1"))

    assert (found.verdict, found.why) == ("unsure", "same MovieLens id, but another title")


def test_that_a_movielens_id_without_a_title_is_sure():
    assert numbered().match(wanted("", movielens="2")).item_row == 1


def test_that_an_id_of_the_data_set_itself_counts_where_the_titles_agree():
    assert numbered().match(wanted("War of the Worlds", 2005, item="4")).item_row == 3
    assert numbered().match(wanted("Fargo", 1996, item="4")).verdict == "unmatched"


def test_that_a_book_is_found_by_any_form_of_its_isbn():
    books = Matcher(dataset_of([("Some Novel", 0)], ids=["080442957X"], id_kind="isbn", word="book"))

    assert books.match(wanted("Some Novel", isbn='="9780804429573"')).item_row == 0


def test_that_another_isbn_may_be_another_edition_of_the_same_book():
    books = Matcher(dataset_of([("Some Novel", 0)], ids=["080442957X"], id_kind="isbn", word="book"))

    assert books.match(wanted("Some Novel", isbn="0306406152")).verdict == "sure"


def test_that_an_id_keeps_its_film_against_a_namesake_by_title(tweeted):
    titles = [wanted("Hamlet", 1996), wanted("Hamlet", 1996, imdb="tt0116477")]

    by_title, by_id = drive(tweeted.match_all(titles))

    assert (by_title.verdict, by_id.verdict) == ("unsure", "sure")


@pytest.mark.parametrize("text", ["", "0", "tt", "no id", "🎬", "-1", "nan", "9" * 500])
def test_that_a_text_that_is_no_id_finds_nothing(tweeted, text):
    assert tweeted.match(wanted("", imdb=text, tmdb=text, isbn=text)).verdict == "unmatched"


def test_that_an_unknown_kind_of_id_is_passed_over(tweeted):
    assert tweeted.match(wanted("The Matrix", 1999, trakt="7")).verdict == "sure"
