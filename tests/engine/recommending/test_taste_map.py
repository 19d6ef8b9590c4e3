"""The map of titles: what is alike lies together, what is unknown has no place, and a stop keeps what there is."""

import numpy as np
import pytest

from engine.events import Progressed, Stop, drive
from engine.recommending.taste_map import evened_out, fuzzy_weights, lay_out, nearest, neighbours_kept, quick_map

CLUSTERS, EACH = 12, 25


@pytest.fixture
def planted():
    """Twelve bundles of directions in sixteen dimensions, unit vectors, and which bundle each is of."""
    rng = np.random.default_rng(3)
    centres = np.eye(16)[:CLUSTERS]
    vectors = np.repeat(centres, EACH, axis=0) + rng.normal(0, 0.15, (CLUSTERS * EACH, 16))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit.astype(np.float32), np.repeat(np.arange(CLUSTERS), EACH)


def nearest_is_alike(points, bundle):
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return float((bundle[apart.argmin(axis=1)] == bundle).mean())


def test_that_planted_bundles_come_apart_on_the_map_and_not_by_the_widest_directions_alone(planted):
    vectors, bundle = planted
    assert nearest_is_alike(drive(lay_out(vectors)).points_I2, bundle) > 0.97
    assert nearest_is_alike(quick_map(vectors).points_I2, bundle) < 0.9


def test_that_the_map_keeps_more_neighbours_than_the_widest_directions_do(planted):
    vectors, _ = planted
    laid_out, quick = drive(lay_out(vectors)), quick_map(vectors)
    kept, kept_quickly = (drive(neighbours_kept(vectors, found.points_I2)) for found in (laid_out, quick))
    assert kept > kept_quickly + 0.1


def test_that_titles_of_which_nothing_is_known_have_no_place(planted):
    vectors, _ = planted
    vectors[[0, 7]] = 0.0
    for found in (quick_map(vectors), drive(lay_out(vectors))):
        assert np.flatnonzero(~found.placed_I).tolist() == [0, 7]
        assert found.titles == len(vectors) - 2


def test_that_nearly_all_points_lie_within_one_of_the_middle(planted):
    far = np.linalg.norm(drive(lay_out(planted[0])).points_I2, axis=1)
    assert 0.9 < np.quantile(far, 0.99) < 1.1


def test_that_points_heaped_up_in_the_middle_are_strewn_out_along_their_rays():
    rng = np.random.default_rng(0)
    heap = (rng.normal(0, 1, (500, 2)) ** 3).astype(np.float32)
    even = evened_out(heap)
    turned = heap[:, 0] * even[:, 1] - heap[:, 1] * even[:, 0]
    assert np.abs(turned).max() < 1e-4
    assert np.median(np.linalg.norm(even, axis=1)) > 2 * np.median(np.linalg.norm(heap, axis=1)) / np.abs(heap).max()


@pytest.mark.parametrize("titles", [0, 1, 2, 3, 5])
def test_that_a_catalogue_of_hardly_any_titles_has_a_map_too(titles):
    vectors = np.eye(6, dtype=np.float32)[:titles]
    for found in (quick_map(vectors), drive(lay_out(vectors))):
        assert found.points_I2.shape == (titles, 2)
        assert np.isfinite(found.points_I2).all()


def test_that_vectors_of_one_dimension_or_all_the_same_are_laid_out_with_finite_places():
    for vectors in (np.ones((30, 1), np.float32), np.ones((30, 4), np.float32)):
        assert np.isfinite(quick_map(vectors).points_I2).all()
        assert np.isfinite(drive(lay_out(vectors)).points_I2).all()


def test_that_the_same_vectors_make_the_same_map(planted):
    first, second = (drive(lay_out(planted[0])).points_I2 for _ in range(2))
    assert np.array_equal(first, second)


def test_that_a_stop_keeps_the_map_as_far_as_it_has_come(planted):
    vectors, _ = planted
    job = lay_out(vectors)
    for _ in range(12):
        next(job)
    with pytest.raises(StopIteration) as ended:
        job.throw(Stop())
    found = ended.value.value
    assert found.stopped
    assert np.isfinite(found.points_I2).all()


def test_that_laying_out_says_how_far_it_is(planted):
    told = []
    told += lay_out(planted[0])
    counts = [event.done / event.total for event in told if isinstance(event, Progressed)]
    assert counts == sorted(counts)
    assert counts[-1] <= 1.0


def test_that_the_nearest_are_found_whatever_the_portions(planted, monkeypatch):
    vectors, _ = planted
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -np.inf)
    monkeypatch.setattr("engine.recommending.taste_map._ROWS_AT_ONCE", 7)
    rows, apart = drive(nearest(vectors, neighbours=3))
    assert np.array_equal(rows[:, 0], alike.argmax(axis=1))
    assert np.allclose(apart[:, 0], 1 - alike.max(axis=1), atol=1e-6)


def test_that_the_weights_of_a_title_sum_to_the_logarithm_of_its_neighbours_and_the_nearest_counts_fully():
    apart = np.array([[0.1, 0.2, 0.3, 0.4], [0.01, 0.5, 0.6, 0.9]], dtype=np.float32)
    weights = fuzzy_weights(apart)
    assert weights[:, 0].tolist() == [1.0, 1.0]
    assert np.allclose(weights.sum(axis=1), 2.0, atol=1e-4)
