"""How a list is bent: what was seen again, watch and love for every model, one title a series, variety."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest
import torch

from engine.data.catalogue import Catalogue
from engine.data.dataset import Histories, Vocabulary
from engine.errors import ProfileError, SettingError
from engine.events import drive
from engine.recommending import ranking
from engine.recommending import vectors as vectors_module
from engine.recommending.explanation import explain
from engine.recommending.getting_ready import get_ready_to_bend
from engine.recommending.insights import explain_list
from engine.recommending.ranking import Filters, ListTerms, TitleFacts, one_per_series, ranked
from engine.recommending.recommender import Recommender
from engine.recommending.series import ALONE
from engine.recommending.variety import intra_list_diversity, varied
from engine.recommending.vectors import item_vectors

ALIEN_BRAZIL_DUNE = Histories.of_one([0, 3, 5], [5.0, 4.0, 1.0])


def rows_of(listed) -> list[int]:
    return [item.item_row for item in listed.items]


def test_that_every_genre_of_all_of_must_be_there(dataset):
    facts = TitleFacts(dataset)

    assert np.flatnonzero(facts.passing(Filters(genres_all=("comedy", "Sci-Fi")))).tolist() == [3]
    assert not facts.passing(Filters(genres_all=("Comedy", "<b>"))).any()


def test_that_variety_beyond_its_range_is_refused():
    with pytest.raises(SettingError, match="Variety lies between 0 and 1"):
        Filters(variety=1.5)


def test_that_an_empty_list_says_how_many_titles_each_filter_keeps_out(dataset, make_model):
    filters = Filters(genres_any=("Comedy",), years=(1940, 1950), variety=0.5)

    listed = Recommender(make_model(), dataset).recommend(Histories.of_one([0], [5.0]), ListTerms(filters=filters))
    nobody = Recommender(make_model(), dataset).recommend(
        Histories.of_one([0], [5.0]), ListTerms(filters=Filters(again=True))
    )

    assert (listed.items, listed.passing) == ((), 0)
    assert dict(listed.without) == {"genres_any": 1, "years": 3}
    assert nobody.without == (), "there is a title that was seen"


# What was seen, again


def test_that_a_list_of_what_was_seen_has_the_persons_titles_and_no_other(dataset, make_model):
    recommender = Recommender(make_model(), dataset)

    listed = recommender.recommend(
        ALIEN_BRAZIL_DUNE, ListTerms(filters=Filters(again=True), seen_rows=(0, 3, 5, 4), hidden_rows=(5,))
    )

    assert sorted(rows_of(listed)) == [0, 3, 4], "also what was only seen, or is switched off; never what is not for me"
    assert listed.passing == listed.candidates == 3


def test_that_a_seen_title_is_scored_as_if_its_own_rating_were_not_there(dataset, make_model):
    weights = torch.zeros((8, 8))
    weights[0, 3], weights[3, 3], weights[0, 0] = 2.0, 50.0, 70.0
    model = make_model()
    model.weights_II.data[:] = weights

    listed = Recommender(model, dataset).recommend(ALIEN_BRAZIL_DUNE, ListTerms(filters=Filters(again=True)))

    for item in listed.items:
        without = ALIEN_BRAZIL_DUNE.where(ALIEN_BRAZIL_DUNE.item_rows_N != item.item_row)
        alone = model.predict(without)
        assert item.score == pytest.approx(alone.score_UI[0, item.item_row].item())
        assert item.predicted_rating == pytest.approx(alone.rating_UI[0, item.item_row].item())
        assert item.probability == pytest.approx(alone.log_probability_UI.exp()[0, item.item_row].item())
    assert rows_of(listed) == [3, 0, 5], "Brazil is carried by Alien; neither by itself"


def test_that_a_list_of_new_titles_is_the_same_after_one_of_seen_ones(dataset, make_model):
    recommender = Recommender(make_model(), dataset)
    before = recommender.recommend(ALIEN_BRAZIL_DUNE)

    recommender.recommend(ALIEN_BRAZIL_DUNE, ListTerms(filters=Filters(again=True)))

    assert recommender.recommend(ALIEN_BRAZIL_DUNE) == before


def test_that_stars_of_a_companion_do_not_know_the_own_rating_either(dataset, make_model):
    stars = make_model()
    stars.weights_II.data[3, 3] = 40.0
    recommender = Recommender(make_model(predicts_ratings=False, mixes=False), dataset, stars=stars)

    listed = recommender.recommend(ALIEN_BRAZIL_DUNE, ListTerms(filters=Filters(again=True)))

    brazil = next(item for item in listed.items if item.item_row == 3)
    assert brazil.predicted_rating == pytest.approx(3 + 6 / 10)


def test_that_reasons_of_a_seen_title_are_its_other_ratings(dataset, make_model):
    model = make_model()
    model.weights_II.data[3, 3] = 50.0
    recommender, filters = Recommender(model, dataset), Filters(again=True)

    why = explain(recommender, ALIEN_BRAZIL_DUNE, 3, terms=ListTerms(filters=filters))
    insights = drive(explain_list(recommender, ALIEN_BRAZIL_DUNE, terms=ListTerms(filters=filters)))

    assert [(reason.item_row, reason.impact) for reason in why.carried] == [(0, 6.0)]
    assert (why.rank, why.score) == (None, 6.0), "places without a rating are not looked at among seen titles"
    assert {reason.rank_without for reason in why.carried} == {None}
    brazil = next(title for title in insights.titles if title.item_row == 3)
    assert [(reason.item_row, reason.impact) for reason in brazil.reasons] == [(0, 6.0)]
    with pytest.raises(ProfileError, match="one of your own ratings"):
        explain(recommender, ALIEN_BRAZIL_DUNE, 3)


# Watch and love


def loving(make_model):
    """A companion by which Casablanca gets the most stars, then Dune, then Brazil."""
    stars = make_model()
    stars.weights_II.data[:] = 0.0
    stars.weights_II.data[0, 4], stars.weights_II.data[0, 5], stars.weights_II.data[0, 3] = 5.0, 4.0, 1.0
    return stars


@pytest.fixture
def evenly_known(dataset):
    """The films, each rated by everybody, so that nothing is drawn to the mean more than another."""
    users, rows = np.divmod(np.arange(64), 8)
    ratings = np.where(np.arange(64) % 3, 4.0, 3.0)
    return dataclasses.replace(dataset, histories=Histories.of(users, rows, ratings, people=8))


def test_that_every_model_with_stars_goes_from_its_own_order_to_that_of_the_stars(evenly_known, make_model):
    model = make_model(predicts_ratings=False, mixes=False)
    recommender = Recommender(model, evenly_known, stars=loving(make_model))
    history = Histories.of_one([0], [5.0])

    def order(weight: float | None) -> list[int]:
        return rows_of(recommender.recommend(history, ListTerms(weight=weight)))

    assert recommender.can_mix
    assert order(None) == order(1.0) == [3, 5, 1, 2, 4, 6, 7], "its own"
    assert order(0.0)[:3] == [4, 5, 3], "by stars"
    assert order(0.5)[:3] == [3, 5, 4]
    assert order(0.4)[:3] == [4, 3, 5], "between"


def test_that_without_stars_or_by_stars_alone_there_is_nothing_to_mix(dataset, make_model):
    model = make_model(predicts_ratings=False, mixes=False)
    recommender = Recommender(model, dataset)

    assert not recommender.can_mix
    history = Histories.of_one([0], [5.0])
    assert rows_of(recommender.recommend(history, ListTerms(weight=0.0))) == rows_of(recommender.recommend(history))


def test_that_a_title_that_hardly_anybody_rated_is_not_first_by_stars(dataset, make_model):
    stars = make_model()
    stars.weights_II.data[:] = 0.0
    stars.weights_II.data[0, 7], stars.weights_II.data[0, 1] = 5.0, 4.5
    model = make_model(predicts_ratings=False, mixes=False)

    listed = Recommender(model, dataset, stars=stars).recommend(Histories.of_one([0], [5.0]), ListTerms(weight=0.0))

    assert listed.items[0].item_row == 1, "one person has Fargo, seven have Amelie"
    assert max(listed.items, key=lambda item: item.predicted_rating).item_row == 7


def test_that_reasons_say_where_a_list_also_goes_by_stars(evenly_known, make_model):
    model = make_model(predicts_ratings=False, mixes=False)
    recommender = Recommender(model, evenly_known, stars=loving(make_model))
    history = Histories.of_one([0], [5.0])

    mixed, own = explain(recommender, history, 3, terms=ListTerms(weight=0.0)), explain(recommender, history, 3)

    assert "this list also goes by predicted stars" in mixed.note
    assert own.note == ""
    assert (mixed.rank, own.rank) == (3, 1)
    assert mixed.carried[0].impact == own.carried[0].impact
    assert "predicted stars" in drive(explain_list(recommender, history, terms=ListTerms(weight=0.5))).note


# One title of a series


def test_that_a_series_has_one_title_and_the_list_is_filled_up(dataset, make_model):
    names = ("Alien", "Amelie", "Armageddon", "Brazil", "Brazil 2", "Dune", "Dune: Part Two", "Fargo")
    catalogue = Catalogue(names, (0,) * 8, ((),) * 8)
    films = dataclasses.replace(dataset, catalogue=catalogue)
    recommender = Recommender(make_model(), films)
    history = Histories.of_one([0], [5.0])

    every = rows_of(recommender.recommend(history, top=5))
    listed = recommender.recommend(history, ListTerms(filters=Filters(one_per_series=True)), top=5)

    assert every == [3, 5, 1, 2, 4]
    assert rows_of(listed) == [3, 5, 1, 2, 7]
    assert listed.passing == 5


def test_that_of_a_series_the_first_in_the_list_stays():
    series = np.array([4, ALONE, 4, ALONE, 0])

    assert one_per_series(np.array([2, 3, 0, 1, 4]), series).tolist() == [2, 3, 1, 4]
    assert one_per_series(np.zeros(0, dtype=np.int64), series).tolist() == []


# Variety


def vectors(*angles: float) -> np.ndarray:
    return np.array([(np.cos(angle), np.sin(angle)) for angle in angles], dtype=np.float32)


def test_that_no_variety_is_exactly_the_list_as_it_was():
    rows = np.arange(300)[::-1].copy()

    assert varied(rows, np.zeros((300, 2), dtype=np.float32), strength=0.0) is rows


def test_that_variety_brings_what_differs_up_and_keeps_the_first():
    alike = vectors(0.0, 0.0, 0.0, 1.5, 0.0)

    assert varied(np.arange(5), alike, strength=0.5).tolist()[:2] == [0, 3]


def test_that_more_variety_is_more_varied_and_only_the_order_changes():
    drawn = np.random.default_rng(0).standard_normal((400, 8)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    rows = np.random.default_rng(1).permutation(400)

    lists = [varied(rows, drawn, strength=strength) for strength in (0.0, 0.3, 0.6, 1.0)]

    assert all(sorted(order.tolist()) == list(range(400)) for order in lists)
    spread = [intra_list_diversity(drawn[order[:20]]) for order in lists]
    assert spread == sorted(spread)
    assert spread[0] < spread[-1]


def test_that_titles_without_numbers_are_not_taken_for_the_most_varied():
    some = np.concatenate([vectors(0.0, 0.1, 1.5), np.zeros((1, 2), dtype=np.float32)])

    assert varied(np.array([0, 1, 3, 2]), some, strength=0.9).tolist()[:2] == [0, 2]


def test_that_a_varied_list_goes_by_the_vectors_of_the_titles(dataset, make_model):
    recommender, history = Recommender(make_model(), dataset), Histories.of_one([0], [5.0])

    order = recommender.recommend(history, ListTerms(filters=Filters(variety=0.7)))

    by_score = np.array(rows_of(recommender.recommend(history)))
    assert rows_of(order) == varied(by_score, item_vectors(recommender), strength=0.7).tolist()


def test_that_a_model_that_got_ready_bends_its_first_list_without_more_work(dataset, make_model, monkeypatch):
    recommender, history = Recommender(make_model(), dataset), Histories.of_one([0], [5.0])
    drive(get_ready_to_bend(recommender))
    for module, name in ((vectors_module, "_vectors"), (ranking, "series_rows")):
        monkeypatch.setattr(module, name, lambda *_given: pytest.fail("Worked out once more"))

    other = Recommender(recommender.model, dataset)

    bent = ListTerms(filters=Filters(variety=0.7, one_per_series=True))
    assert rows_of(recommender.recommend(history, bent)) == rows_of(other.recommend(history, bent))


def test_that_a_dial_ranks_27000_titles_within_a_frame():
    """A tenth of a second on a busy machine; a frame is 16 ms, which tests/bench/dials.py measures."""
    rng = np.random.default_rng(0)
    scores, liking = rng.random(27_000, dtype=np.float32), rng.random(27_000, dtype=np.float32)
    counts, every = rng.integers(1, 10_000, 27_000), np.ones(27_000, dtype=bool)
    drawn = rng.standard_normal((27_000, 64)).astype(np.float32)
    took = []
    for _ in range(5):
        start = time.perf_counter()
        order = ranked(
            scores, candidates_I=every, passes_I=every, counts_I=counts, hidden_gems=0.5, liking_I=liking, weight=0.5
        )
        varied(one_per_series(order.rows_R, np.full(27_000, ALONE)), drawn, strength=0.5)
        took.append(time.perf_counter() - start)

    assert min(took) < 0.1


def test_that_vocabulary_of_a_filter_may_be_markup(dataset):
    films = dataclasses.replace(
        dataset, items=Vocabulary([str(row) for row in range(8)]),
        catalogue=Catalogue(("x",) * 8, (0,) * 8, (("<b>",),) + ((),) * 7),
    )  # fmt: skip

    assert np.flatnonzero(TitleFacts(films).passing(Filters(genres_any=("<B>",)))).tolist() == [0]
