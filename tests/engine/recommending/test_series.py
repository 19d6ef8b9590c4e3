"""Which titles are parts of one series."""

from __future__ import annotations

import pytest

from engine.recommending.series import ALONE, series_of, series_rows


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Toy Story 2", "toy story"),
        ("Star Wars: Episode IV - A New Hope", "star wars"),
        ("Harry Potter and the Deathly Hallows: Part 1", "harry potter"),
        ("The Lord of the Rings: The Two Towers", "lord of the rings"),
        ("The Godfather: Part II", "godfather"),
        ("Alien³ (a.k.a. Alien 3)", "alien"),
        ("The Naked Gun 2 1/2: The Smell of Fear", "naked gun"),
        ("Kill Bill: Vol. 1", "kill bill"),
        ("Clannad 2nd Season", "clannad"),
        ("The Big One", "big one"),
        ("2001: A Space Odyssey", "2001"),
        ("Fargo", "fargo"),
        ("<b>Bold</b> 2", "<b>bold</b>"),
        ("", ""),
        ("...", ""),
    ],
)
def test_that_the_name_of_a_series_is_the_title_without_number_article_and_subtitle(title, name):
    assert series_of(title) == name


SERIES = {
    "numbers": [("Toy Story", 1995), ("Toy Story 2", 1999), ("Toy Story 3", 2010)],
    "roman, a subtitle": [("The NeverEnding Story", 1984), ("The NeverEnding Story II: The Next Chapter", 1990)],
    "episodes": [("Star Wars: Episode IV - A New Hope", 1977), ("Star Wars: Episode I - The Phantom Menace", 1999)],
    "parts": [("Friday the 13th", 1980), ("Friday the 13th Part V: A New Beginning", 1985),
              ("Friday the 13th Part 2", 1981)],
    "and the": [("Indiana Jones and the Last Crusade", 1989),
                ("Indiana Jones and the Kingdom of the Crystal Skull", 2008),
                ("Indiana Jones and the Temple of Doom", 1984)],
    "a colon of its own": [("Mission: Impossible", 1996), ("Mission: Impossible II", 2000),
                           ("Mission: Impossible - Ghost Protocol", 2011)],
    "words": [("Ocean's Eleven", 2001), ("Ocean's Twelve", 2004), ("Ocean's Thirteen", 2007)],
    "no years known": [("Saw", 0), ("Saw II", 0)],
    "subtitles": [("Three Colors: Red", 1994), ("Three Colors: Blue", 1993)],
}  # fmt: skip


@pytest.mark.parametrize("parts", SERIES.values(), ids=SERIES)
def test_that_the_parts_of_a_series_have_one_number(parts):
    others = [("Fargo", 1996), ("The Mission", 1986), ("Heat", 1995)]
    titles, years = zip(*parts, *others, strict=True)

    found = series_rows(titles, years).tolist()

    assert len(set(found[: len(parts)])) == 1
    assert found[0] != ALONE
    assert found[len(parts) :] == [ALONE] * 3


@pytest.mark.parametrize(
    "films",
    [
        [("District 9", 2009), ("District 13", 2004)],
        [("Apollo 13", 1995), ("Apollo 18", 2011)],
        [("Crash", 1996), ("Crash", 2004)],
        [("Snow White and the Seven Dwarfs", 1937), ("Snow White and the Huntsman", 2012)],
        [("Big", 1988), ("The Big One", 1997)],
        [("Beauty and the Beast", 1991), ("Beauty and the Boss", 1992)],
        [("The Cutting Edge", 1992), ("The Cutting Edge: The Magic of Movie Editing", 2004)],
        [("Saturn 3", 1980), ("Jennifer 8", 1992)],
        [("2001: A Space Odyssey", 1968), ("2010: The Year We Make Contact", 1984)],
        [("The Mission", 1986), ("Mission to Mars", 2000)],
        [("", 0), ("", 0)],
    ],
)
def test_that_unrelated_films_are_in_no_series(films):
    titles, years = zip(*films, strict=True)

    assert series_rows(titles, years).tolist() == [ALONE, ALONE]


def test_that_two_films_of_one_name_do_not_both_belong_to_the_second_part():
    found = series_rows(["Frozen", "Frozen", "Frozen II"], [2010, 2013, 2019]).tolist()

    assert found[0] == ALONE
    assert found[1] == found[2] != ALONE
