import numpy as np
import pytest

from engine.data.catalogue import Catalogue, fold, split_title

FILMS = Catalogue(
    titles=("The Matrix", "Amélie", "Matrix Reloaded", "Some Matrix", "Alien", "Aliens"),
    years=(1999, 2001, 2003, 0, 1979, 1986),
    genres=((),) * 6,
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Matrix, The (1999)", ("The Matrix", 1999)),
        ("Misérables, Les (1995)", ("Les Misérables", 1995)),
        ("Avventura, L' (1960)", ("L'Avventura", 1960)),
        ("Lost (2004-2010)", ("Lost", 2004)),
        ("2001: A Space Odyssey", ("2001: A Space Odyssey", 0)),
        ("Seven (a.k.a. Se7en) (1995)", ("Seven (a.k.a. Se7en)", 1995)),
        (
            "Barbarian Invasions, The (Les invasions barbares) (2003)",
            ("The Barbarian Invasions (Les invasions barbares)", 2003),
        ),
        ("Amelie (Fabuleux destin, Le) (2001)", ("Amelie (Le Fabuleux destin)", 2001)),
        ("Seven (a.k.a. Promise, The) (1995)", ("Seven (a.k.a. The Promise)", 1995)),
        ("(500) Days of Summer (2009)", ("(500) Days of Summer", 2009)),
        ("  Alien (1979)  ", ("Alien", 1979)),
        ("", ("", 0)),
    ],
)
def test_that_a_title_is_turned_round_and_its_year_split_off(text, parts):
    assert split_title(text) == parts


def test_that_accents_case_and_signs_do_not_matter():
    assert fold("  AMÉLIE: le film! ") == "amelie le film"


def test_that_a_name_shows_the_year_where_it_is_known():
    assert (FILMS.name(0), FILMS.name(3)) == ("The Matrix (1999)", "Some Matrix")


def test_that_search_finds_without_accents_and_in_any_case():
    assert FILMS.search("AMELIE") == [1]


def test_that_the_start_of_a_title_comes_first_and_then_the_better_known():
    found = FILMS.search("matrix", popularity=[1, 0, 5, 9, 0, 0])
    assert set(found) == {0, 2, 3}
    assert found.index(2) < found.index(3)


def test_that_an_exact_title_wins_over_a_better_known_longer_one():
    assert FILMS.search("alien", popularity=[0, 0, 0, 0, 1, 9]) == [4, 5]


def test_that_a_search_for_nothing_finds_nothing():
    assert FILMS.search(" ! ") == []


def test_that_no_more_than_asked_for_are_found():
    assert len(FILMS.search("a", most=2)) == 2


def test_that_titles_and_genres_have_places_in_alphabetical_order_and_blanks_have_none():
    catalogue = Catalogue(("Dune", "brazil", "", "Dune"), (0,) * 4, (("War",), (), ("Drama", "War"), ("War",)))
    np.testing.assert_array_equal(catalogue.title_order_I, [2, 1, np.nan, 2])
    np.testing.assert_array_equal(catalogue.genre_order_I, [2, np.nan, 1, 2])
