"""Which title a name means."""

from __future__ import annotations

import pytest

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.data.title_lookup import title_meant
from engine.errors import DataError

TITLES = (("Alien", 1979), ("Aliens", 1986), ("Dune", 1984), ("Dune", 2021), ("", 0), ("<b>Bold</b>", 0))


@pytest.fixture
def dataset() -> Dataset:
    histories = Histories.of_one(range(6), [4.0] * 6)
    names, years = (tuple(column) for column in zip(*TITLES, strict=True))
    catalogue = Catalogue(names, years, ((),) * 6, word="film")
    ids = Vocabulary([f"id{row}" for row in range(6)])
    return Dataset("d", "Six films", Vocabulary(["1"]), ids, catalogue, histories, Scale(0.5, 5.0, 0.5), "")


@pytest.mark.parametrize(
    ("text", "row"),
    [("Alien", 0), ("alien", 0), ("aliens (1986)", 1), ("Dune (2021)", 3), ("Dune (1984)", 2), ("id4", 4), ("bold", 5)],
)
def test_that_a_name_a_year_or_an_id_says_which_title_is_meant(dataset: Dataset, text: str, row: int) -> None:
    assert title_meant(dataset, text) == row


def test_that_of_several_with_one_name_the_year_is_asked_for(dataset: Dataset) -> None:
    with pytest.raises(DataError, match=r"Dune \(1984\); Dune \(2021\).*with its year"):
        title_meant(dataset, "Dune")


def test_that_a_misspelt_name_of_one_title_is_understood(dataset: Dataset) -> None:
    assert title_meant(dataset, "boldd") == 5


def test_that_a_misspelt_name_that_may_be_several_lists_them(dataset: Dataset) -> None:
    with pytest.raises(DataError, match=r"Alien \(1979\); Aliens \(1986\)"):
        title_meant(dataset, "aliem")


def test_that_a_name_like_none_is_said_to_be_unknown(dataset: Dataset) -> None:
    with pytest.raises(DataError, match=r"no film called 'zzzz'"):
        title_meant(dataset, "zzzz")
