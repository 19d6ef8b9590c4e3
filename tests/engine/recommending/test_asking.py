"""How would I like this one?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.data.dataset import Dataset, Histories
from engine.data.profiles import Profile, ProfileEntry, entry_of, profile_rows
from engine.recommending.answers import predicted
from engine.recommending.asking import TitleAnswer, ask
from engine.recommending.ranking import Filters, ListTerms
from engine.recommending.recommender import Recommender

ALIEN, AMELIE, BRAZIL, DUNE = 0, 1, 3, 5


@pytest.fixture
def films(make_model: Callable[..., object], dataset: Dataset) -> Recommender:
    return Recommender(make_model(), dataset)  # type: ignore[arg-type]


def profile(dataset: Dataset, **ratings: float | None) -> Profile:
    rows = {"alien": ALIEN, "amelie": AMELIE, "brazil": BRAZIL, "dune": DUNE}
    return Profile("me", "Me", tuple(entry_of(dataset, rows[name], rating) for name, rating in ratings.items()))


def asked(films: Recommender, me: Profile, row: int, filters: Filters = Filters()) -> TitleAnswer:
    return ask(films, profile_rows(me, films.dataset), row, terms=ListTerms(filters=filters))


def test_that_any_new_title_has_stars_a_place_and_reasons(films: Recommender, dataset: Dataset) -> None:
    answer = asked(films, profile(dataset, alien=5.0, amelie=4.0), BRAZIL)
    assert answer.item.predicted_rating == pytest.approx(3.6)
    assert (answer.item.rank, answer.of) == (1, 6)
    assert answer.place_words == "#1 of 6 for you"
    assert answer.explanation is not None
    assert [reason.title for reason in answer.explanation.carried] == ["Alien"]
    assert not answer.notes


def test_that_a_title_that_filters_keep_out_is_answered_and_said_to_be_kept_out(
    films: Recommender, dataset: Dataset
) -> None:
    filters = Filters(genres_none=("Comedy",))
    answer = asked(films, profile(dataset, alien=5.0), BRAZIL, filters)
    assert answer.item.rank == 1
    assert answer.notes == ("Your filters keep it out of the list.",)


def test_that_a_rated_title_is_answered_without_its_own_rating(films: Recommender, dataset: Dataset) -> None:
    answer = asked(films, profile(dataset, alien=5.0, brazil=1.0), BRAZIL)
    alone = predicted(films.model, Histories.of_one([ALIEN], [5.0])).rating_UI
    assert alone is not None
    assert answer.item.predicted_rating == pytest.approx(float(alone[0, BRAZIL]))
    assert answer.is_seen
    assert answer.own_rating == 1.0
    assert answer.notes == ("You gave 1; the model would have guessed 3.6 without it.",)
    assert answer.explanation is not None
    assert BRAZIL not in {reason.item_row for reason in answer.explanation.carried}


def test_that_titles_seen_or_switched_off_are_said_to_be(films: Recommender, dataset: Dataset) -> None:
    me = profile(dataset, alien=5.0, brazil=None)
    assert asked(films, me, BRAZIL).notes == ("You have seen it.",)
    off = profile(dataset, alien=5.0, brazil=2.0).switched(dataset.items.id(BRAZIL), on=False)
    assert asked(films, off, BRAZIL).notes == ("You have seen it, and switched it off.",)


def test_that_a_title_that_is_not_for_me_is_answered_and_said_to_be(films: Recommender, dataset: Dataset) -> None:
    me = profile(dataset, alien=5.0).refusing(entry_of(dataset, DUNE, None))
    answer = asked(films, me, DUNE)
    assert answer.item.rank > 0
    assert "not for you" in answer.notes[0]


def test_that_a_title_of_which_the_model_learned_nothing_is_said_to_have_no_place(
    make_model: Callable[..., object], dataset: Dataset
) -> None:
    candidates_I = np.ones(dataset.titles, dtype=np.bool_)
    candidates_I[DUNE] = False
    films = Recommender(make_model(), dataset, candidates_I=candidates_I)  # type: ignore[arg-type]
    answer = asked(films, profile(dataset, alien=5.0), DUNE)
    assert answer.item.rank == 0
    assert answer.item.predicted_rating is None
    assert "learned nothing about this film" in answer.notes[0]
    assert answer.place_words == ""


def test_that_the_only_rating_leaves_nothing_to_go_by(films: Recommender, dataset: Dataset) -> None:
    answer = asked(films, profile(dataset, alien=5.0), ALIEN)
    assert answer.item.title == "Alien"
    assert answer.notes == ("It is your only rating: without it the model knows nothing of your taste.",)


def test_that_a_person_without_ratings_is_told_to_rate_something(films: Recommender) -> None:
    answer = asked(films, Profile("me", "Me"), BRAZIL)
    assert answer.item.predicted_rating is None
    assert "Rate a title" in answer.notes[0]


def test_that_titles_of_another_catalogue_do_not_matter(films: Recommender, dataset: Dataset) -> None:
    me = profile(dataset, alien=5.0).rated(ProfileEntry("x9", "<b>Elsewhere</b>", 2001, 4.0))
    assert asked(films, me, BRAZIL).item.predicted_rating == pytest.approx(3.6)
