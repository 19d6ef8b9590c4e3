"""Titles that are written differently and mean the same, and those that look alike and do not."""

from __future__ import annotations

import pytest

from engine.data.matching.titles import (
    key_of,
    literal_of,
    names_of,
    numbers_in,
    parts_of,
    turned_round,
    without_article,
    words_of,
)


def key(title: str) -> str:
    return key_of(title, words_of(title))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Matrix, The", "The Matrix"),
        ("Misérables, Les", "LES MISERABLES"),
        ("Avventura, L'", "L’avventura"),
        ("Fast & Furious", "Fast and Furious"),
        ("Rocky III", "Rocky 3"),
        ("Father of the Bride Part II", "Father of the Bride 2"),
        ("Death Wish V: The Face of Death", "Death Wish 5 - The Face of Death"),
        ("Kill Bill: Vol. 1", "Kill Bill 1"),
        ("Twelve Angry Men", "12 Angry Men"),
        ("One Hundred and One Nights", "101 Nights"),
        ("Twenty-Four Hours", "24 hours"),
        ("The Thirteenth Floor", "The 13th Floor"),
        ("8½", "8 1/2"),
        ("Alien³", "Alien 3"),
        ("20,000 Leagues", "20000 leagues"),
        ("G.I. Jane", "GI Jane"),
        ("Spider-Man", "Spiderman"),
        ("WALL·E", "Wall-E"),
        ("M*A*S*H", "MASH"),
        ("Dr. Dolittle", "Doctor Dolittle"),
        ("Mr. & Mrs. Smith", "Mister and Mrs Smith"),
        ("Kjærlighetens kjøtere", "Kjaerlighetens kjotere"),
        ("Straße", "STRASSE"),
        ("Ёлки", "ЕЛКИ"),
        ("Mission: Impossible – Fallout", "Mission Impossible Fallout"),
        ("Schindler’s List", "Schindler's List"),
    ],
)
def test_that_two_ways_to_write_a_title_have_one_key(one, other):
    assert key(one) == key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rocky II", "Rocky III"),
        ("8½", "812"),
        ("Malcolm X", "Malcolm"),
        ("がんばれ", "かんばれ"),
        ("कि", "की"),
        ("$", "€"),
        ("301, 302", "301302"),
        ("X-Men", "Ten Men"),
        ("I Confess", "1 Confess"),
    ],
)
def test_that_titles_that_differ_have_different_keys(one, other):
    assert key(one) != key(other)


@pytest.mark.parametrize("title", ["Die Hard", "I Confess", "O Brother", "As Good as It Gets", "The"])
def test_that_an_english_word_is_no_foreign_article(title):
    words = words_of(title)

    assert without_article(title, words) == words


@pytest.mark.parametrize(
    ("title", "bare"), [("The Matrix", "matrix"), ("L'Avventura", "avventura"), ("Los olvidados", "olvidados")]
)
def test_that_an_article_in_front_can_be_left_out(title, bare):
    assert "".join(without_article(title, words_of(title))) == bare


def test_that_only_an_article_is_turned_round():
    assert turned_round("Convento, O") == "O Convento"
    assert turned_round("Good Morning, Vietnam") == "Good Morning, Vietnam"


def test_that_a_title_of_signs_keeps_them_as_its_key():
    assert key("$") == "$"
    assert key("🎬 🎬") == "🎬🎬"


def test_that_a_literal_tells_namesakes_apart_that_differ_by_a_sign():
    assert key("K-On!") == key("K-On!!")
    assert literal_of("K-On!") != literal_of("K-On!!")
    assert literal_of("K-ON! ") == literal_of("k-on!")


def test_that_the_numbers_of_a_title_are_found_in_their_order():
    assert numbers_in(words_of("Naked Gun 33⅓: Part II")) == (33, 1, 3, 2)


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        ("Seven (a.k.a. Se7en)", {"7", "se7en"}),
        ("City of Lost Children, The (Cité des enfants perdus, La)", {"citedesenfantsperdus"}),
        ("Hard 8 (a.k.a. Sydney, a.k.a. Hard Eight)", {"hard8", "sydney"}),
        ("Strike! (a.k.a. All I Wanna Do, The Hairy Bird)", {"alliwannado", "hairybird"}),
        ("Seven Samurai (The Magnificent Seven) (Shichinin no samurai)", {"magnificent7", "shichininnosamurai"}),
        ("I Am Cuba (Soy Cuba/Ya Kuba)", {"soycuba", "yakuba"}),
    ],
)
def test_that_names_in_parentheses_are_names(title, keys):
    assert keys <= {name.bare_key for name in names_of(title)}


@pytest.mark.parametrize("title", ["Kill Bill (Part 1)", "(500) Days of Summer", "Dune (1)"])
def test_that_a_number_in_parentheses_belongs_to_the_title(title):
    assert len(names_of(title)) == 1
    assert numbers_in(names_of(title)[0].words)


@pytest.mark.parametrize("title", ["Pilot (TV)", "Brazil (Director's Cut)", "Catching Fire (The Hunger Games, #2)"])
def test_that_what_only_describes_a_title_is_no_name_of_it(title):
    assert not any(name.is_alias for name in names_of(title))


def test_that_a_title_with_subtitles_has_beginnings_and_ends():
    parts = {(part.key, part.leads) for part in parts_of("Star Wars: Episode IV - A New Hope")}

    assert parts == {("starwars", True), ("starwars4", True), ("episode4anewhope", False), ("newhope", False)}


def test_that_an_empty_title_has_no_names():
    assert names_of("") == ()
    assert names_of("  ", ["", " "]) == ()
