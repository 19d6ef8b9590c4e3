"""One list for two people, and how alike their tastes are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.data.profiles import Profile, entry_of
from engine.errors import ProfileError
from engine.events import drive
from engine.models.mf import MfConfig
from engine.models.mf_by_turns import FactorizationByTurns
from engine.recommending.explanation import explain
from engine.recommending.fairness import Fairness, common_scores
from engine.recommending.likeness import Likeness
from engine.recommending.ranking import Filters, ListTerms
from engine.recommending.recommender import Recommender
from engine.recommending.together import CommonList, common_order, companions_of, together
from tests.engine.recommending.test_vectors import two_tastes


@pytest.fixture(scope="module")
def recommender() -> Recommender:
    dataset = two_tastes()
    config = MfConfig(rank=4).fitted_to(dataset.histories.entries)
    model = FactorizationByTurns(config, items=dataset.titles, scale=dataset.scale)
    drive(model.fit(dataset.histories))
    return Recommender(model, dataset)


def person(name: str, dataset: Dataset, ratings: dict[int, float | None]) -> Profile:
    return Profile(name.casefold(), name, tuple(entry_of(dataset, row, rating) for row, rating in ratings.items()))


def even(recommender: Recommender, name: str = "Me", *, rows: range = range(8)) -> Profile:
    return person(name, recommender.dataset, {row: 5.0 if row % 2 == 0 else 1.0 for row in rows})


def odd(recommender: Recommender, name: str = "Anna", *, rows: range = range(8)) -> Profile:
    return person(name, recommender.dataset, {row: 1.0 if row % 2 == 0 else 5.0 for row in rows})


def common(recommender: Recommender, mine: Profile, theirs: Profile, **more: object) -> CommonList:
    me, other = companions_of(recommender, mine, theirs)
    return together(recommender, me, other, **more)  # type: ignore[arg-type]


def bounds(likeness: Likeness) -> tuple[float, float, float]:
    assert likeness.low is not None
    assert likeness.value is not None
    assert likeness.high is not None
    return likeness.low, likeness.value, likeness.high


def test_that_the_least_glad_one_decides() -> None:
    places = [np.array([1, 2, 3, 4]), np.array([4, 2, 3, 1])]
    assert np.argsort(-common_scores(places, Fairness.LEAST), kind="stable").tolist() == [1, 2, 0, 3]


def test_that_the_average_may_leave_one_behind() -> None:
    places = [np.array([1, 5, 3]), np.array([20, 5, 30])]
    assert np.argsort(-common_scores(places, Fairness.AVERAGE), kind="stable").tolist() == [0, 1, 2]


def test_that_by_turns_each_gets_the_best_that_is_left() -> None:
    places = [np.array([1, 2, 3, 4]), np.array([1, 4, 3, 2])]
    assert np.argsort(-common_scores(places, Fairness.TURNS), kind="stable").tolist() == [0, 3, 1, 2]


@pytest.mark.parametrize("fairness", Fairness)
def test_that_nothing_is_listed_that_either_has_seen_or_refused(recommender: Recommender, fairness: Fairness) -> None:
    refused = entry_of(recommender.dataset, 30, None)
    anna = odd(recommender, rows=range(4, 12)).refusing(refused)
    found = common(recommender, even(recommender), anna, fairness=fairness).listed
    rows = {item.item_row for item in found.items}
    assert rows
    assert not rows & {*range(12), 30}


def test_that_filters_hold_and_refill(recommender: Recommender) -> None:
    filters = Filters(min_ratings=int(np.median(recommender.facts.counts_I)))
    found = common(recommender, even(recommender), odd(recommender), top=5, terms=ListTerms(filters=filters)).listed
    assert len(found.items) == 5
    assert all(recommender.facts.counts_I[item.item_row] >= filters.min_ratings for item in found.items)


def test_that_by_turns_two_who_like_opposite_things_alternate(recommender: Recommender) -> None:
    found = common(recommender, even(recommender), odd(recommender), fairness=Fairness.TURNS, top=8).listed
    assert [item.item_row % 2 for item in found.items] == [0, 1, 0, 1, 0, 1, 0, 1]


def test_that_each_row_says_what_both_would_give(recommender: Recommender) -> None:
    me, other = companions_of(recommender, even(recommender), odd(recommender))
    found = together(recommender, me, other, top=3).listed
    for item in found.items:
        mine = recommender.fresh_answer(me.match.history).rating_I
        theirs = recommender.fresh_answer(other.match.history).rating_I
        assert mine is not None
        assert theirs is not None
        assert item.detail == f"you {mine[item.item_row]:.1f} · Anna {theirs[item.item_row]:.1f}"


def test_that_without_stars_each_row_says_both_places(make_model: Callable[..., object], dataset: Dataset) -> None:
    films = Recommender(make_model(predicts_ratings=False), dataset)  # type: ignore[arg-type]
    mine, theirs = person("Me", dataset, {0: 5.0}), person("Anna", dataset, {2: 5.0})
    first = common(films, mine, theirs).listed.items[0]
    assert first.title == "Dune"
    assert first.detail == "you #2 · Anna #1"


def test_that_the_same_person_twice_is_refused(recommender: Recommender) -> None:
    with pytest.raises(ProfileError, match="same person twice"):
        common(recommender, even(recommender), even(recommender))


def test_that_somebody_of_whom_nothing_is_known_is_named(recommender: Recommender) -> None:
    with pytest.raises(ProfileError, match="no common list with Anna"):
        common(recommender, even(recommender), Profile("anna", "Anna"))


def test_that_one_rating_each_is_enough(recommender: Recommender) -> None:
    dataset = recommender.dataset
    found = common(recommender, person("Me", dataset, {0: 5.0}), person("Anna", dataset, {1: 5.0}))
    assert found.listed.items
    assert "a guess by the model" in found.likeness.words or "can't be said" in found.likeness.words


def test_that_everything_seen_leaves_an_empty_list(recommender: Recommender) -> None:
    everything = odd(recommender, rows=range(40))
    assert not common(recommender, even(recommender), everything).listed.items


def test_that_equal_tastes_are_more_alike_than_opposite_ones(recommender: Recommender) -> None:
    same = common(recommender, even(recommender, rows=range(30)), even(recommender, "Ben", rows=range(30))).likeness
    opposite = common(recommender, even(recommender, rows=range(30)), odd(recommender, rows=range(30))).likeness
    assert bounds(opposite)[1] < 0 < bounds(same)[1]
    assert sorted(bounds(same)) == list(bounds(same))
    assert same.common == opposite.common == 30
    assert "very alike" in same.words
    assert "from 30 titles that both rated" in same.words


def test_that_fewer_common_titles_make_it_less_sure(recommender: Recommender) -> None:
    many = common(recommender, even(recommender, rows=range(30)), even(recommender, "Ben", rows=range(30))).likeness
    few = common(recommender, even(recommender, rows=range(5)), even(recommender, "Ben", rows=range(5))).likeness
    assert bounds(few)[2] - bounds(few)[0] > bounds(many)[2] - bounds(many)[0]
    assert "may be" in few.words


def test_that_no_common_titles_are_said(recommender: Recommender) -> None:
    found = common(recommender, even(recommender), odd(recommender, rows=range(20, 30))).likeness
    assert found.common == 0
    assert "no title that both rated" in found.words


def test_that_ratings_which_do_not_differ_say_nothing(make_model: Callable[..., object], dataset: Dataset) -> None:
    films = Recommender(make_model(predicts_ratings=False), dataset)  # type: ignore[arg-type]
    loves = dict.fromkeys(range(5), 5.0)
    found = common(films, person("Me", dataset, dict(loves)), person("Anna", dataset, dict(loves))).likeness
    assert found.value is None
    assert "can't be said from 5 films that both rated" in found.words


@pytest.mark.parametrize("fairness", list(Fairness))
@pytest.mark.parametrize("of_theirs", [False, True])
def test_that_reasons_of_a_list_for_two_speak_of_places_in_that_list(recommender, fairness, of_theirs) -> None:
    mine, theirs = even(recommender, rows=range(5)), odd(recommender, rows=range(4, 8))
    order_of = common_order(recommender, mine, theirs, of_theirs=of_theirs, fairness=fairness)
    asked = recommender.match(theirs if of_theirs else mine)
    items = common(recommender, mine, theirs, fairness=fairness).listed.items
    found = [explain(recommender, asked.history, item.item_row, order_of=order_of) for item in items]
    assert [one.rank for one in found] == [item.rank for item in items]
    alone = [explain(recommender, asked.history, item.item_row).rank for item in items]
    assert alone != [item.rank for item in items], "one's own list is another"


def test_that_the_place_without_a_rating_is_that_of_the_list_for_two_made_without_it(recommender) -> None:
    mine, theirs = even(recommender, rows=range(5)), odd(recommender, rows=range(4, 8))
    title = common(recommender, mine, theirs).listed.items[0].item_row
    order_of = common_order(recommender, mine, theirs)
    found = explain(recommender, recommender.match(mine).history, title, order_of=order_of)
    assert found.carried
    for reason in (*found.carried, *found.against):
        left = tuple(entry for entry in mine.entries if entry.item_id != reason.item_id)
        refused = (entry_of(recommender.dataset, reason.item_row, None),)
        without = replace(mine, entries=left, not_for_me=refused)
        listed = common(recommender, without, theirs).listed.items
        assert reason.rank_without == next(item.rank for item in listed if item.item_row == title)


def test_that_a_list_for_two_has_no_reasons_for_somebody_the_model_knows_nothing_of(recommender) -> None:
    with pytest.raises(ProfileError, match="Nobody"):
        common_order(recommender, even(recommender), person("Nobody", recommender.dataset, {}))
