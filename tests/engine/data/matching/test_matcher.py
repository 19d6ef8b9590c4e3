"""Which film an exported title means, and when that is not sure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.matching.matcher import Matcher
from engine.data.personal.export import ExportedTitle
from engine.events import Progressed, Stop, drive

from .conftest import FILMS, dataset_of


@pytest.mark.parametrize(
    ("title", "year", "film"),
    [
        ("The Matrix", 1999, "The Matrix (1999)"),
        ("MATRIX, THE", 1999, "The Matrix (1999)"),
        ("The Matrix (1999)", 0, "The Matrix (1999)"),
        ("The Matrix", 1998, "The Matrix (1999)"),
        ("Se7en", 1995, "Seven (a.k.a. Se7en) (1995)"),
        ("La cite des enfants perdus", 1995, "The City of Lost Children (La Cité des enfants perdus) (1995)"),
        ("City of Lost Children", 1995, "The City of Lost Children (La Cité des enfants perdus) (1995)"),
        ("Terminator 2", 1991, "Terminator 2: Judgment Day (1991)"),
        ("The Godfather Part II", 1974, "The Godfather: Part II (1974)"),
        ("Hamlet", 1996, "Hamlet (1996)"),
        ("Wonderland", 1999, "Wonderland (1999)"),
        ("One Hundred and One Dalmatians", 1961, "101 Dalmatians (1961)"),
        ("8½", 1963, "8 1/2 (1963)"),
        ("O Convento", 1995, "Convento, O (1995)"),
        ("Alien 3", 1992, "Alien³ (1992)"),
        ("Romeo & Juliet", 1968, "Romeo and Juliet (1968)"),
        ("The Adventures of Buckaroo Banzai", 1984, "The Adventures of Buckaroo Bonzai (1984)"),
        ("300", 2006, "300 (2006)"),
        ("9", 2009, "9 (2009)"),
        ("東京物語", 1953, "東京物語 (1953)"),
        ("СОЛЯРИС", 1972, "Солярис (1972)"),
        ("$", 1971, "$ (1971)"),
        ("🎬", 2015, "🎬 (2015)"),
    ],
)
def test_that_a_title_is_found_however_it_is_written(match, named, title, year, film):
    found = match(title, year)

    assert (found.verdict, named(found)) == ("sure", film)


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("Toy Story 3", 1999),
        ("Terminator 3", 1991),
        ("The Godfather: Part III", 1974),
        ("Hamlet", 2000),
        ("Hamlet", 0),
        ("The Matrix", 2001),
        ("Wonderland", 1998),
        ("Star Wars", 1977),
        ("Robin Hood", 1991),
        ("Night Moves", 1992),
        ("Home", 2009),
        ("The Boys", 1997),
        ("Nine", 2009),
    ],
)
def test_that_what_may_be_another_film_is_unsure(match, title, year):
    found = match(title, year)

    assert found.verdict != "sure"
    assert found.item_row is None


@pytest.mark.parametrize(
    ("title", "year"),
    [("Oppenheimer", 2023), ("", 0), ("", 1999), ("1984", 1984), ("?", 0), ("あ", 1953), ("a" * 9000, 1)],
)
def test_that_a_title_like_no_other_is_unmatched(match, title, year):
    found = match(title, year)

    assert (found.verdict, found.candidates) == ("unmatched", ())
    assert found.why


def test_that_a_remake_is_offered_with_its_year(match):
    found = match("The Matrix", 2021)

    assert found.verdict == "unsure"
    assert found.why == "same title, other year: 1999"


def test_that_the_candidates_of_an_unsure_title_are_the_best_first(match, films):
    found = match("Wonderland", 1998)

    assert {films.catalogue.years[one.item_row] for one in found.candidates[:2]} == {1997, 1999}
    assert [one.score for one in found.candidates] == sorted(
        (candidate.score for candidate in found.candidates), reverse=True
    )


def test_that_of_equally_good_candidates_the_better_known_comes_first():
    found = Matcher(dataset_of([("Tango", 1998), ("Tango", 1998)], seen=[1])).match(ExportedTitle("Tango", 1998))

    assert [candidate.item_row for candidate in found.candidates] == [1, 0]


def test_that_a_sure_match_names_itself_first_among_its_candidates(match):
    found = match("The Matrix", 1999)

    assert found.candidates[0].item_row == found.item_row
    assert found.why == "same title and year"


def test_that_without_a_year_only_a_telling_title_is_sure(match):
    assert match("The Adventures of Buckaroo Bonzai").verdict == "sure"
    assert match("Alien³").verdict == "unsure"


def test_that_a_data_set_without_years_asks_for_none():
    books = dataset_of([("Beloved", 0), ("Emma", 0)], word="book")

    assert Matcher(books).match(ExportedTitle("Emma", 1815)).item_row == 1


def test_that_the_original_title_of_an_export_counts(match, named):
    found = match("Die Stadt der verlorenen Kinder", 1995, other_titles=("La cité des enfants perdus",))

    assert named(found).startswith("The City of Lost Children")


def test_that_a_series_is_not_surely_the_film_of_its_name(match):
    found = match("The Matrix", 1999, medium="series")

    assert (found.verdict, found.why) == ("unsure", "same title and year, but not a film")


def test_that_of_two_titles_for_one_film_the_one_of_its_year_keeps_it(films):
    titles = [ExportedTitle("The Matrix", 1998), ExportedTitle("The Matrix", 1999)]

    earlier, exact = drive(Matcher(films).match_all(titles))

    assert (earlier.verdict, exact.verdict) == ("unsure", "sure")
    assert earlier.candidates[0].item_row == exact.item_row


def test_that_of_two_titles_that_fit_one_film_alike_neither_keeps_it(films):
    titles = [ExportedTitle("The Matrix", 1998), ExportedTitle("The Matrix", 2000)]

    found = drive(Matcher(films).match_all(titles))

    assert [one.verdict for one in found] == ["unsure", "unsure"]
    assert {one.why for one in found} == {"two of your titles fit the same one"}


def test_that_a_film_listed_twice_under_two_names_is_left_to_the_person():
    twice = dataset_of([("Midaq Alley (El callejón)", 1995), ("El callejón", 1995)])

    assert Matcher(twice).match(ExportedTitle("El callejón", 1995)).verdict == "unsure"


def test_that_namesakes_that_differ_by_a_sign_are_told_apart():
    series = dataset_of([("K-On!", 2009), ("K-On!!", 2009)], word="title")

    assert Matcher(series).match(ExportedTitle("K-ON!!", 2009)).item_row == 1
    assert Matcher(series).match(ExportedTitle("K On", 2009)).verdict == "unsure"


def test_that_a_stop_passes_through_at_any_yield(films):
    titles = [ExportedTitle(f"Film {number}", 1990) for number in range(450)]
    yields = sum(1 for _ in Matcher(films).match_all(titles))
    assert yields > 2
    for place in range(1, yields + 1):
        job = Matcher(films).match_all(titles)
        for _ in range(place):
            next(job)
        with pytest.raises(Stop):
            job.throw(Stop())


def test_that_a_matcher_stopped_while_it_prepared_works_later(films):
    matcher = Matcher(films)
    job = matcher.match_all([ExportedTitle("The Matrix", 1999)])
    next(job)
    with pytest.raises(Stop):
        job.throw(Stop())

    assert matcher.match(ExportedTitle("The Matrix", 1999)).verdict == "sure"


def test_that_progress_is_reported_in_titles(films):
    events = []
    drive(Matcher(films).match_all([ExportedTitle("The Matrix", 1999)]), on_event=events.append)

    assert {(type(event), event.unit) for event in events} == {(Progressed, "titles")}


def test_that_no_titles_give_no_matches(films):
    assert drive(Matcher(films).match_all([])) == ()
    assert Matcher(dataset_of([("", 0)])).match(ExportedTitle("", 0)).verdict == "unmatched"


UNIQUE = [row for row, (title, _) in enumerate(FILMS) if [one for one, _ in FILMS].count(title) == 1]
_WRITINGS = [
    str.upper,
    str.lower,
    str.title,
    lambda title: title.removeprefix("The ") + ", The" if title.startswith("The ") and "(" not in title else title,
    lambda title: title.replace(": ", " - ").replace(" and ", " & "),
    lambda title: title.replace("é", "e"),
    lambda title: f"  {title}  ".replace(" ", "  "),
]


@given(row=st.sampled_from(UNIQUE), writings=st.lists(st.sampled_from(_WRITINGS), max_size=4))
def test_that_a_title_written_in_any_form_is_surely_itself(match, row, writings):
    title, year = FILMS[row]
    for written in writings:
        title = written(title)

    found = match(title, year)

    assert (found.verdict, found.item_row) == ("sure", row), title


@given(title=st.text(max_size=40), year=st.integers(-5, 9999), others=st.lists(st.text(max_size=20), max_size=2))
def test_that_any_text_is_matched_without_an_error(match, title, year, others):
    found = match(title, year, other_titles=tuple(others))

    assert (found.item_row is not None) == (found.verdict == "sure")
    assert bool(found.candidates) == (found.verdict != "unmatched")


@given(titles=st.lists(st.tuples(st.text(max_size=12), st.integers(0, 2030)), min_size=1, max_size=6))
def test_that_any_catalogue_finds_its_own_titles_or_asks(titles):
    found = drive(Matcher(dataset_of(titles)).match_all([ExportedTitle(title, year) for title, year in titles]))

    rows = [one.item_row for one in found if one.item_row is not None]
    assert len(rows) == len(set(rows))
    assert all(one.item_row in (None, row) for row, one in enumerate(found))


@given(title=st.text(min_size=1, max_size=12), year=st.integers(1900, 2030), off=st.sampled_from([-1, 0, 1]))
def test_that_of_two_equally_good_titles_neither_is_sure(title, year, off):
    found = Matcher(dataset_of([(title, year), (title, year)])).match(ExportedTitle(title, year + off))

    assert found.verdict != "sure"


@given(number=st.integers(2, 40), other=st.integers(2, 40), year=st.integers(1950, 2020))
def test_that_a_sequel_of_another_number_is_never_sure(number, other, year):
    found = Matcher(dataset_of([(f"The Long Way Home {number}", year)])).match(
        ExportedTitle(f"The Long Way Home {other}", year)
    )

    assert (found.verdict == "sure") == (number == other)
