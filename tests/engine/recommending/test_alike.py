"""More like this."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.data.dataset import Dataset, Histories
from engine.errors import SettingError
from engine.events import drive
from engine.models.ease import Ease, EaseConfig
from engine.recommending.alike import alike
from engine.recommending.ranking import Filters, ListTerms
from engine.recommending.recommendation import RecommendationList
from engine.recommending.recommender import Recommender
from tests.engine.recommending.test_vectors import two_tastes


@pytest.fixture(scope="module")
def recommender() -> Recommender:
    dataset = two_tastes()
    model = Ease(EaseConfig().fitted_to(dataset.histories.entries), items=dataset.titles, scale=dataset.scale)
    drive(model.fit(dataset.histories))
    return Recommender(model, dataset)


def rows_of(found: RecommendationList) -> list[int]:
    return [item.item_row for item in found.items]


def test_that_titles_liked_by_the_same_people_come_first(recommender: Recommender) -> None:
    rows = rows_of(alike(recommender, [4], top=10))
    assert len(rows) == 10
    assert all(row % 2 == 0 for row in rows)


def test_that_the_titles_themselves_are_not_in_the_list(recommender: Recommender) -> None:
    assert not {4, 6, 8} & set(rows_of(alike(recommender, [4, 6, 8, 4])))


def test_that_what_was_seen_or_refused_or_filtered_is_not_in_the_list(recommender: Recommender) -> None:
    me = Histories.of_one([2, 3], [5.0, 1.0])
    filters = Filters(min_ratings=int(np.median(recommender.facts.counts_I)))
    rows = rows_of(
        alike(recommender, [4], history=me, terms=ListTerms(filters=filters, seen_rows=(2, 3, 10), hidden_rows=(12,)))
    )
    assert rows
    assert not {2, 3, 4, 10, 12} & set(rows)
    assert all(recommender.facts.counts_I[row] >= filters.min_ratings for row in rows)


def test_that_a_reason_counts_the_people_who_liked_both(recommender: Recommender) -> None:
    histories, like = recommender.dataset.histories, recommender.dataset.scale.like
    liked = histories.likes(like)
    fans = set(liked.user_rows_N[liked.item_rows_N == 4].tolist())
    for item in alike(recommender, [4], top=5).items:
        both = fans & set(liked.user_rows_N[liked.item_rows_N == item.item_row].tolist())
        expected = f"liked by {round(100 * len(both) / len(fans))} of 100 people who liked Title 4"
        assert item.reason == expected


def test_that_of_several_titles_the_reason_names_the_nearest(recommender: Recommender) -> None:
    for item in alike(recommender, [4, 5], top=12).items:
        assert ("Title 4" in item.reason) == (item.item_row % 2 == 0)


def test_that_nobody_needs_to_have_rated_anything_and_that_a_person_gets_their_own_prediction(
    make_model: Callable[..., object], dataset: Dataset
) -> None:
    films = Recommender(make_model(), dataset)  # type: ignore[arg-type]
    assert alike(films, [0]).items[0].predicted_rating is None
    assert alike(films, [0], history=Histories.of_one([1], [5.0])).items[0].predicted_rating is not None


def test_that_few_people_are_said_to_be_few(make_model: Callable[..., object], dataset: Dataset) -> None:
    films = Recommender(make_model(), dataset)  # type: ignore[arg-type]
    found = alike(films, [7])
    assert "1 person liked Fargo" in found.note
    assert "liked by 1 of 1 person who liked Fargo" in {item.reason for item in found.items}


def test_that_a_title_that_nobody_has_gives_an_empty_list_that_says_so(recommender: Recommender) -> None:
    found = alike(recommender, [39])
    assert not found.items
    assert "nobody liked Title 39" in found.note


def test_that_no_title_is_refused(recommender: Recommender) -> None:
    with pytest.raises(SettingError, match="no title to be like"):
        alike(recommender, [])
