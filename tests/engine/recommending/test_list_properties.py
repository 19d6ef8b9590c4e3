"""What holds of every list, whatever is asked: nothing unwanted is in it, and it is as long as it can be."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.data.catalogue import Catalogue
from engine.data.dataset import Histories
from engine.events import drive
from engine.models.registry import build, kind_of
from engine.recommending.ranking import Filters, ListTerms
from engine.recommending.recommender import Recommender
from engine.recommending.series import ALONE
from tests.support.planted import planted_dataset

GENRES = ("Drama", "Comedy", "War", "<b>")
TITLES = 40


def fitted(name, dataset):
    kind = kind_of(name)
    model = build(name, kind.config_class(), items=dataset.titles, scale=dataset.scale)
    drive(model.fit(dataset.histories))
    return model


@pytest.fixture(scope="module")
def recommender():
    plain = planted_dataset()
    rng = np.random.default_rng(3)
    names = tuple(f"Saga {row // 4}: Part {row % 4 + 1}" if row < 20 else f"Film {row}!" for row in range(plain.titles))
    years = tuple(int(year) for year in rng.choice([0, 1985, 1990, 1999, 2010], plain.titles))
    genres = tuple(tuple(genre for genre in GENRES if rng.random() < 0.5) for _ in range(plain.titles))
    dataset = dataclasses.replace(plain, catalogue=Catalogue(names, years, genres, word="film"))
    model, stars = fitted("ease", dataset), fitted("popularity", dataset)
    candidates = np.ones(dataset.titles, dtype=bool)
    candidates[[5, 17]] = False
    return Recommender(model, dataset, candidates_I=candidates, stars=stars)


rows = st.lists(st.integers(0, TITLES - 1), max_size=12, unique=True)
some_genres = st.lists(st.sampled_from(GENRES), max_size=2, unique=True).map(tuple)
all_filters = st.builds(
    Filters,
    genres_any=some_genres,
    genres_all=some_genres,
    genres_none=some_genres,
    years=st.sampled_from([None, (1980, 1995), (1999, 1999), (2011, 2020)]),
    min_ratings=st.sampled_from([0, 1, 20, 1000]),
    hidden_gems=st.sampled_from([0.0, 0.3, 1.0]),
    variety=st.sampled_from([0.0, 0.5, 1.0]),
    again=st.booleans(),
    one_per_series=st.booleans(),
    only_rows=st.one_of(st.none(), rows.map(frozenset)),
)


def allowed(recommender, filters, row, *, known, hidden):
    """Whether a list may have a title, told from the catalogue alone."""
    catalogue, dataset = recommender.dataset.catalogue, recommender.dataset
    genres, year = set(catalogue.genres[row]), catalogue.years[row]
    return (
        bool(recommender.candidates_I[row])
        and (row in known) == filters.again
        and row not in hidden
        and (not filters.genres_any or bool(genres & set(filters.genres_any)))
        and set(filters.genres_all) <= genres
        and not genres & set(filters.genres_none)
        and (filters.years is None or (bool(year) and filters.years[0] <= year <= filters.years[1]))
        and int(dataset.counts_I[row]) >= filters.min_ratings
        and (filters.only_rows is None or row in filters.only_rows)
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rated=st.lists(st.integers(0, TITLES - 1), min_size=1, max_size=10, unique=True),
    seen=rows,
    hidden=rows,
    filters=all_filters,
    top=st.integers(1, 45),
    weight=st.sampled_from([None, 0.0, 0.5, 1.0]),
)
def test_that_a_list_has_all_that_may_be_in_it_and_nothing_else(recommender, rated, seen, hidden, filters, top, weight):
    rated = [row for row in rated if recommender.candidates_I[row]] or [0]
    history = Histories.of_one(rated, [5.0] * len(rated))

    listed = recommender.recommend(
        history, ListTerms(weight=weight, filters=filters, seen_rows=seen, hidden_rows=hidden), top=top
    )

    found = [item.item_row for item in listed.items]
    may_be = [
        row for row in range(TITLES)
        if allowed(recommender, filters, row, known={*rated, *seen}, hidden=set(hidden))
    ]  # fmt: skip
    assert len(set(found)) == len(found)
    assert set(found) <= set(may_be)
    series = [int(recommender.facts.series_I[row]) for row in may_be]
    alone = sum(one == ALONE for one in series)
    most = alone + len(set(series) - {ALONE}) if filters.one_per_series else len(may_be)
    assert listed.passing == most
    assert len(found) == min(top, most), "as long as asked, while the catalogue has more"
    if filters.one_per_series:
        of_series = [int(recommender.facts.series_I[row]) for row in found]
        of_series = [one for one in of_series if one != ALONE]
        assert len(set(of_series)) == len(of_series)
