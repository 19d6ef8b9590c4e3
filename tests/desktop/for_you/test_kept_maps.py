"""Maps are laid out once: those in memory and on the disk, and the part of them that was in sight, come back."""

import numpy as np
import pytest
from planted import planted_dataset

from desktop_rec.for_you.taste_map.camera import part_in
from desktop_rec.for_you.taste_map.controller import TasteMapController
from desktop_rec.for_you.taste_map.panel import TasteMapPanel
from desktop_rec.for_you.taste_map.presenter import TasteMapPresenter
from desktop_rec.session.queries import QueryWorker
from engine.errors import NotStoredError
from engine.events import drive
from engine.library.taste_maps import TasteMapStore
from engine.models.popularity import Popularity, PopularityConfig
from engine.recommending.recommender import Recommender
from engine.recommending.taste_map import TasteMap


@pytest.fixture
def mapping(session, monkeypatch):
    """The controller of a session with a model, of which no map was laid out yet."""
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    dataset = planted_dataset()
    session.dataset.take(dataset, None)
    model = Popularity(PopularityConfig(), items=dataset.titles, scale=dataset.scale)
    drive(model.fit(dataset.histories))
    session.model.recommender = Recommender(model, dataset)
    return session.taste_map


def another_window_of(session):
    """The controller of the next opening: nothing in memory, all that is stored."""
    worker = QueryWorker("mapping", ("quick map", "map"), uses_torch=True, parent=session)
    return TasteMapController(session.library, session.dataset, session.model, session.profile, worker, worker, session)


def test_that_a_map_is_laid_out_once_per_model_on_a_thread(qtbot, mapping):
    maps, found = mapping, []
    maps.map_ready.connect(found.append)
    maps.ask_map()
    qtbot.waitUntil(lambda: maps.is_known, timeout=20_000)
    assert [one.keeps_neighbours for one in found] == [False, True]
    assert found[-1].titles == maps.dataset.current.titles
    maps.ask_map()
    assert found[2] is found[1]
    maps.ask_standing(None)
    with qtbot.waitSignal(maps.standing_ready, timeout=10_000):
        pass


def test_that_the_next_opening_has_the_map_at_once_from_the_disk(qtbot, session, mapping, recorded):
    mapping.ask_map()
    qtbot.waitUntil(lambda: mapping.is_known, timeout=20_000)
    again = another_window_of(session)
    progress, found = recorded(again.progressed), recorded(again.map_ready)
    again.ask_map()
    qtbot.waitUntil(lambda: again.is_known, timeout=20_000)
    assert set(progress.calls) == {None}, "nothing is laid out"
    (stored,) = found.calls
    laid_out = next(iter(mapping._maps.values()))
    assert np.array_equal(stored.points_I2, laid_out.points_I2, equal_nan=True)


def test_that_a_damaged_map_is_laid_out_anew_and_stored_again(qtbot, session, mapping, recorded):
    mapping.ask_map()
    qtbot.waitUntil(lambda: mapping.is_known, timeout=20_000)
    (points,) = (session.library.home / "maps").glob("*/points.npy")
    whole = points.read_bytes()
    points.write_bytes(whole[:-1])
    again = another_window_of(session)
    found = recorded(again.map_ready)
    again.ask_map()
    qtbot.waitUntil(lambda: again.is_known, timeout=20_000)
    assert [one.keeps_neighbours for one in found.calls] == [False, True]
    (points,) = (session.library.home / "maps").glob("*/points.npy")
    assert points.read_bytes() == whole, "the same seed makes the same map"


def test_that_a_map_that_was_stopped_is_not_stored(qtbot, session, mapping, monkeypatch):
    def stopped(vectors, *, seed=0):
        yield None
        return TasteMap(vectors[:, :2].copy(), True, stopped=True)

    monkeypatch.setattr("engine.recommending.taste_map.lay_out", stopped)
    mapping.ask_map()
    qtbot.waitUntil(lambda: mapping.is_known, timeout=20_000)
    assert not (session.library.home / "maps").exists()


def test_that_a_map_that_cannot_be_stored_is_shown_all_the_same(qtbot, mapping, monkeypatch, caplog):
    def refused(self, fingerprint, found):
        raise NotStoredError("The disk is full.", remedy="", not_stored="it", is_full=True)

    monkeypatch.setattr(TasteMapStore, "save", refused)
    mapping.ask_map()
    qtbot.waitUntil(lambda: mapping.is_known, timeout=20_000)
    assert "laid out anew next time" in caplog.text


def looked_at(qtbot, session):
    """The page as the next opening builds it."""
    made = TasteMapPanel()
    qtbot.addWidget(made)
    made.presenter = TasteMapPresenter(session.taste_map, session.recommendations, made)
    made.resize(560, 640)
    made.show()
    made.presenter.look(is_looked_at=True)
    return made.plot


@pytest.fixture
def plot(qtbot, session, mapping, monkeypatch):
    """The map, looked at, whose layout is there at once."""
    points = np.random.default_rng(0).uniform(-1, 1, (session.dataset.current.titles, 2)).astype(np.float32)
    monkeypatch.setattr(mapping, "ask_map", lambda: mapping.map_ready.emit(TasteMap(points, True)))
    return looked_at(qtbot, session)


def test_that_the_part_in_sight_is_the_same_when_the_map_is_opened_again(qtbot, session, plot):
    plot.zoom_by(6.0)
    plot.drag_by(120, -80)
    with qtbot.waitSignal(plot.rested, timeout=5_000):
        pass
    session.taste_map.view.store()
    again = looked_at(qtbot, session)
    assert again.camera.part == pytest.approx(plot.camera.part)
    assert again.camera.zoom == 6.0


def test_that_a_map_that_was_left_as_a_whole_or_of_other_vectors_opens_as_a_whole(qtbot, session, plot):
    plot.zoom_by(6.0)
    with qtbot.waitSignal(plot.rested, timeout=5_000):
        pass
    session.taste_map.view.store()
    other = TasteMap(np.zeros((session.dataset.current.titles, 2), np.float32), True, key="other")
    assert session.taste_map.part_left(other) is None
    plot.show_all()
    with qtbot.waitSignal(plot.rested, timeout=5_000):
        pass
    session.taste_map.view.store()
    assert looked_at(qtbot, session).camera.is_whole


@pytest.mark.parametrize("values", [None, "x", [1.0, 2.0], [0.0, 0.0, 1e9], [float("nan"), 0.0, 2.0], [0.0, 99.0, 2.0]])
def test_that_a_stored_part_that_is_none_is_left_out(values):
    assert part_in(values) is None
    assert part_in([0.5, -0.25, 3]) == (0.5, -0.25, 3)
