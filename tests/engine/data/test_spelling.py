"""Titles are found although their name is misspelt."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest

from engine.data.catalogue import Catalogue

TITLES = (
    "Alien",
    "Aliens",
    "The Godfather",
    "The Godfather: Part II",
    "Princess Mononoke (Mononoke Hime)",
    "Forrest Gump",
    "Star Wars",
    "One Flew Over the Cuckoo's Nest",
    "Raiders of the Lost Ark",
    "<b>Bold</b> & <img src=x>",
    "مسافة ميل بحذائي",
    "Forest Warrior",
    "",
)


def found(text: str, *, titles: tuple[str, ...] = TITLES, most: int = 20) -> list[str]:
    catalogue = Catalogue(titles, (0,) * len(titles), ((),) * len(titles))
    popularity = np.arange(len(titles), 0, -1, dtype=np.int64)
    return [titles[row] for row in catalogue.search(text, most=most, popularity=popularity)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Alein", "Alien"),
        ("the godfahter", "The Godfather"),
        ("princes mononoki", "Princess Mononoke (Mononoke Hime)"),
        ("starwars", "Star Wars"),
        ("one flew over cuckos nest", "One Flew Over the Cuckoo's Nest"),
        ("raiders lost arc", "Raiders of the Lost Ark"),
        ("forest gump", "Forrest Gump"),
        ("princess mononokke h", "Princess Mononoke (Mononoke Hime)"),
        ("bodl img", "<b>Bold</b> & <img src=x>"),
        ("مسافة ميل بحذا", "مسافة ميل بحذائي"),
    ],
)
def test_that_a_misspelt_title_is_found(typed: str, meant: str) -> None:
    assert found(typed)[0] == meant


def test_that_a_word_that_is_not_finished_yet_may_be_misspelt_too() -> None:
    assert found("monomok")[0] == "Princess Mononoke (Mononoke Hime)"


def test_that_titles_written_as_typed_come_first_and_once() -> None:
    hits = found("alien")
    assert hits[:2] == ["Alien", "Aliens"]
    assert len(hits) == len(set(hits))


def test_that_nothing_like_any_title_finds_nothing() -> None:
    assert found("zzzzqq") == []
    assert found("nothing like this") == []
    assert found("xy") == []
    assert found("  ") == []


def test_that_no_more_titles_come_than_were_asked_for() -> None:
    assert len(found("alien", most=1)) == 1


def test_that_a_catalogue_without_titles_finds_nothing() -> None:
    assert found("alien", titles=()) == []
    assert found("alien", titles=("", "?")) == []


def test_that_many_hits_are_not_followed_by_other_spellings() -> None:
    titles = (*(f"Alien {number}" for number in range(8)), "Align")
    assert "Align" not in found("alien", titles=titles)


def test_that_eighty_four_thousand_titles_are_searched_between_two_letters() -> None:
    draw = random.Random(0)
    words = ["".join(draw.choices("abcdefghijklmnoprstu", k=draw.randint(2, 10))) for _ in range(40_000)]
    titles = tuple(" ".join(draw.choices(words, k=draw.randint(1, 5))) for _ in range(84_000))
    catalogue = Catalogue(titles, (0,) * len(titles), ((),) * len(titles))
    catalogue.prepare_search()
    wanted = titles[7].split()
    for typed in ("p", "pri", "prince", wanted[0][:-1] + "z", " ".join(wanted)[:-2] + "q"):
        took = []
        for _ in range(3):
            began = time.process_time()
            catalogue.search(typed, most=40)
            took.append(time.process_time() - began)
        assert min(took) < 0.1, typed
