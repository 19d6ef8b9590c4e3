"""The page Map: what its points answer to, what is marked and found, and what is said where there is no map."""

from dataclasses import replace

import numpy as np
import pytest
from planted import planted_dataset
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QTableView, QWidget

from desktop_rec.for_you.choices import SourceKind
from desktop_rec.for_you.taste_map.colouring import by_genre, by_place, by_stars
from desktop_rec.for_you.taste_map.overlay import takes_place
from desktop_rec.for_you.taste_map.panel import TasteMapPanel
from desktop_rec.for_you.taste_map.presenter import TasteMapPresenter
from engine.data.catalogue import Catalogue
from engine.data.dataset import Scale
from engine.models.popularity import Popularity, PopularityConfig
from engine.recommending.recommender import Recommender
from engine.recommending.standing import Standing
from engine.recommending.taste_map import TasteMap

NO_KEY = Qt.KeyboardModifier.NoModifier
TITLES = 40


def grid_map():
    """Eight columns and five rows of titles, the first at the lower left; the last has no place."""
    x, y = np.meshgrid(np.linspace(-1, 1, 8), np.linspace(-0.8, 0.8, 5))
    points = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    points[-1] = np.nan
    return TasteMap(points, True)


def catalogue():
    plain = planted_dataset()
    titles = ("<b>Bold</b> & bright", *plain.catalogue.titles[1:])
    genres = tuple(("Drama", "Comedy") if row % 3 else ("Drama",) for row in range(TITLES))
    return Catalogue(titles, plain.catalogue.years, genres, word="film")


def standing():
    places = np.arange(TITLES) - 1
    places[:2] = 0
    return Standing({0: 5.0, 1: None}, (3,), places, 38, np.linspace(1, 5, TITLES, dtype=np.float32))


@pytest.fixture
def dataset():
    return replace(planted_dataset(), catalogue=catalogue())


@pytest.fixture
def maps(session, dataset, monkeypatch):
    """The controller of a session whose map and standing are there at once."""
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    monkeypatch.setattr(session.recommendations, "recommend", lambda: None)
    session.dataset.take(dataset, None)
    monkeypatch.setattr(session.taste_map, "ask_map", lambda: session.taste_map.map_ready.emit(grid_map()))
    ask = lambda weight: session.taste_map.standing_ready.emit(standing())  # noqa: E731
    monkeypatch.setattr(session.taste_map, "ask_standing", ask)
    return session.taste_map


@pytest.fixture
def panel(qtbot, session, maps):
    """The page, looked at, with a map; the presenter is `made.presenter`."""
    made = TasteMapPanel()
    qtbot.addWidget(made)
    made.presenter = TasteMapPresenter(maps, session.recommendations, made)
    made.resize(560, 640)
    made.show()
    model = Popularity(PopularityConfig(), items=TITLES, scale=Scale(1, 5, 1))
    session.model.recommender = Recommender(model, maps.dataset.current)
    made.presenter.look(is_looked_at=True)
    return made


def find(panel, kind, name):
    return next(part for part in panel.findChildren(kind, name))


def plot_of(panel):
    return find(panel, QWidget, "taste_map_plot")


def sentence(panel):
    return find(panel, QLabel, "taste_map_sentence").text()


def click(panel, row):
    QTest.mouseClick(plot_of(panel), Qt.MouseButton.LeftButton, NO_KEY, plot_of(panel).pixel_of(row))


def drag(plot, start, *stops, keys=NO_KEY):
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, keys, start)
    for stop in stops:
        QTest.mouseMove(plot, stop)
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, keys, stops[-1])


def turn_wheel(plot, by):
    where = QPointF(plot.rect().center())
    no_button, no_phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    plot.wheelEvent(QWheelEvent(where, where, QPoint(), QPoint(0, by), no_button, NO_KEY, no_phase, False))


def corners(plot):
    """Around the four titles in the lower left corner."""
    places = [plot.pixel_of(row) for row in (0, 1, 9, 8)]
    room = [QPoint(-9, 9), QPoint(9, 9), QPoint(9, -9), QPoint(-9, -9)]
    return [place + way for place, way in zip(places, room, strict=True)]


def test_that_a_click_on_a_point_chooses_its_title_with_place_and_stars(panel, recorded):
    chosen = recorded(panel.presenter.chosen)
    click(panel, 12)
    assert (chosen.last.title, chosen.last.rank) == ("Film 12", 11)
    assert chosen.last.predicted_rating == pytest.approx(1 + 4 * 12 / 39)
    assert "predicted 2.2, #11 for you" in sentence(panel)


def test_that_a_title_of_mine_says_what_i_gave_and_is_shown_as_it_is_written(panel):
    click(panel, 0)
    assert sentence(panel) == "<b>Bold</b> & bright (2000): you gave 5"


def test_that_a_click_on_empty_ground_chooses_nothing(panel, recorded):
    chosen = recorded(panel.presenter.chosen)
    plot = plot_of(panel)
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, NO_KEY, (plot.pixel_of(0) + plot.pixel_of(9)) / 2)
    assert chosen.calls == []


def test_that_dragging_moves_the_map_and_a_double_click_shows_all_of_it_again(panel):
    plot = plot_of(panel)
    before = plot.pixel_of(12)
    drag(plot, QPoint(100, 100), QPoint(120, 110), QPoint(160, 130))
    assert plot.pixel_of(12) - before == QPoint(60, 30)
    QTest.mouseDClick(plot, Qt.MouseButton.LeftButton, NO_KEY, QPoint(5, 5))
    assert plot.pixel_of(12) == before


def test_that_the_wheel_zooms_only_a_map_that_has_the_focus(panel, qtbot):
    plot = plot_of(panel)
    find(panel, QLineEdit, "taste_map_search").setFocus()
    turn_wheel(plot, 240)
    assert plot.camera.zoom == 1
    plot.setFocus()
    turn_wheel(plot, 240)
    assert plot.camera.zoom > 1.2


def test_that_keys_zoom_go_from_title_to_title_and_choose(panel, recorded):
    chosen, plot = recorded(panel.presenter.chosen), plot_of(panel)
    plot.setFocus()
    plot.go_to(9)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        QTest.keyClick(plot, key)
    assert plot.current == 10
    assert sentence(panel).startswith("Film 10 (2000)")
    QTest.keyClick(plot, Qt.Key.Key_Return)
    assert chosen.last.item_row == 10
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    assert plot.camera.zoom > 1
    QTest.keyClick(plot, Qt.Key.Key_Minus)
    assert plot.camera.zoom == pytest.approx(1)
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    QTest.keyClick(plot, Qt.Key.Key_0)
    assert plot.camera.zoom == 1


@pytest.mark.parametrize("by_button", [True, False])
def test_that_encircled_titles_make_a_list_of_what_is_like_them(panel, session, recorded, by_button):
    wanted, plot = recorded(panel.presenter.list_wanted), plot_of(panel)
    if by_button:
        find(panel, QPushButton, "taste_map_lasso").click()
    start, *stops = corners(plot)
    drag(plot, start, *stops, keys=NO_KEY if by_button else Qt.KeyboardModifier.ShiftModifier)
    alike = find(panel, QPushButton, "taste_map_alike")
    assert alike.text() == "More like these 4"
    alike.click()
    source = session.recommendations.choices.source
    assert (source.kind, set(source.item_rows)) == (SourceKind.ALIKE, {0, 1, 8, 9})
    assert len(wanted.calls) == 1
    session.undo.undo()
    assert session.recommendations.choices.source.kind is SourceKind.FOR_YOU


def test_that_what_is_encircled_can_be_let_go_and_its_buttons_wait_until_something_is(panel):
    alike, clear = (find(panel, QPushButton, name) for name in ("taste_map_alike", "taste_map_clear"))
    assert not alike.isEnabled()
    start, *stops = corners(plot_of(panel))
    drag(plot_of(panel), start, *stops, keys=Qt.KeyboardModifier.ShiftModifier)
    assert alike.isEnabled()
    clear.click()
    assert not alike.isEnabled()


def test_that_searching_finds_titles_and_enter_goes_to_the_best(panel, recorded):
    chosen, search = recorded(panel.presenter.chosen), find(panel, QLineEdit, "taste_map_search")
    QTest.keyClicks(search, "film 2")
    assert find(panel, QPushButton, "taste_map_alike").text() == "More like these 13"
    assert sentence(panel) == "13 films found; Enter goes to the best known"
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert chosen.last.title == "Film 2"
    assert plot_of(panel).camera.zoom > 1


def test_that_colours_are_told_and_can_be_genres_stars_or_places(panel):
    legend, colours = panel.legend, find(panel, QComboBox, "taste_map_colours")
    assert legend.words == ("yours", "saved", "in your list", "Drama", "Comedy")
    colours.setCurrentIndex(1)
    assert legend.words[3:] == ("under 1.4", "1.4 to 2.5", "2.5 to 3.5", "3.5 to 4.6", "4.6 and more")
    colours.setCurrentIndex(2)
    assert legend.words[3:] == ("first 1 %", "first 5 %", "first 20 %", "the rest of 38", "not in the list")


def test_that_the_table_has_every_title_of_the_map_with_what_is_next_to_it(panel, dataset):
    find(panel, QPushButton, "taste_map_as_table").click()
    table = find(panel, QTableView, "taste_map_table").model()
    assert table.rowCount() == TITLES - 1
    cells = {table.index(row, 0).data(): row for row in range(table.rowCount())}
    row = cells["<b>Bold</b> & bright (2000)"]
    assert table.index(row, 3).data() == "you gave 5"
    assert {"Film 1 (2000)", "Film 8 (2000)"} <= set(table.index(row, 4).data().split("; "))
    assert table.index(cells["Film 3 (2000)"], 3).data() == "saved, predicted 1.3, #2 for you"
    counts = [int(table.index(row, 2).data()) for row in range(table.rowCount())]
    assert counts == sorted(counts, reverse=True)


def test_that_titles_the_model_does_not_know_are_counted(panel):
    assert sentence(panel) == (
        "Films near each other please the same people; 1 film that the model does not know has no place"
    )


def test_that_without_a_model_one_sentence_and_a_button_lead_to_train(panel, session, recorded):
    wanted = recorded(session.requests.place)
    session.model.recommender = None
    session.model.changed.emit()
    assert any("There is no model" in label.text() for label in panel.findChildren(QLabel) if label.isVisible())
    find(panel, QPushButton, "place_message_button").click()
    assert wanted.calls == ["train"]


def test_that_a_map_without_a_single_title_is_a_sentence(panel, maps):
    maps.map_ready.emit(TasteMap(np.full((TITLES, 2), np.nan, np.float32), True))
    assert any("nothing to put on a map" in label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def test_that_progress_is_told_and_can_be_stopped(panel, maps, recorded):
    stop = find(panel, QPushButton, "taste_map_stop")
    assert not stop.isVisible()
    maps.progressed.emit(0.42)
    assert find(panel, QLabel, "taste_map_progress").text() == "Arranging by likeness… 42 %"
    wanted = recorded(panel.stop_wanted)
    stop.click()
    assert len(wanted.calls) == 1
    maps.progressed.emit(None)
    assert not stop.isVisible()


def test_that_every_control_has_a_name_and_a_tooltip(panel):
    controls = [part for kind in (QPushButton, QComboBox, QLineEdit) for part in panel.findChildren(kind)]
    assert all(part.accessibleName() and part.toolTip() for part in controls if part.isVisible())
    assert plot_of(panel).accessibleName() == "Map of all films"


def test_that_a_title_counts_as_the_rarest_of_its_genres():
    found = by_genre(catalogue())
    assert [entry.words for entry in found.legend] == ["Drama", "Comedy"]
    assert found.class_I[:4].tolist() == [0, 1, 1, 0]


def test_that_without_genres_or_stars_the_legend_says_so():
    bare = Catalogue(("A", "B"), (0, 0), ((), ()))
    assert [entry.words for entry in by_genre(bare).legend] == ["no genres are known"]
    nothing = np.full(2, np.nan, dtype=np.float32)
    assert [entry.words for entry in by_stars(nothing, Scale(1, 5, 1)).legend] == ["no stars are predicted"]
    assert by_place(np.zeros(2, dtype=np.int64), 0).class_I.tolist() == [4, 4]


def test_that_no_name_on_the_map_stands_on_another():
    taken: list[QRectF] = []
    areas = [QRectF(0, top, 100, 15) for top in (0, 10, 15, 40)]
    assert [takes_place(area, taken) for area in areas] == [True, False, True, True]
