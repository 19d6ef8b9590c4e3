"""Rows answer to their buttons, to keys and by a menu; what stands in a row, and titles that are long or look odd."""

from dataclasses import replace

import pytest
from planted import planted_dataset
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from desktop_rec.common.stars import StarScale
from desktop_rec.for_you.acting import Action
from desktop_rec.for_you.comparison import Comparison
from desktop_rec.for_you.recommendation_layout import RowPart, lay_out, title_lines
from desktop_rec.for_you.recommendation_list import RecommendationList
from desktop_rec.for_you.title_menu import Entry, TitleMenu
from desktop_rec.for_you.title_sites import sites_of
from engine.data.catalogue import Catalogue
from engine.data.dataset import Scale
from engine.recommending.recommendation import Recommendation

STARS = StarScale.of(Scale(0.5, 5.0, 0.5))
LONG = "Harry Potter and the Deathly Hallows, as told by everybody who was there and some who were not: Part "


def item(rank, row, *, title="", lift=2.0, predicted=4.0):
    name = title or f"Title {row}"
    return Recommendation(rank, row, str(row), name, 1990 + row, ("Drama",), 1.0, 0.1, lift, predicted, 0.6)


@pytest.fixture
def listed(qtbot):
    made = RecommendationList(STARS)
    qtbot.addWidget(made)
    made.resize(500, 400)
    made.show()
    made.show_list([item(rank, rank + 6, lift=float(rank)) for rank in range(1, 41)])
    return made


def button(listed, row, part):
    return dict(listed.view.layout_of(listed.view.model().index(row)).buttons)[part].center()


def click(listed, place, button=Qt.MouseButton.LeftButton):
    QTest.mouseClick(listed.view.viewport(), button, pos=place)


def test_that_the_buttons_of_a_row_act_and_choose_nothing(listed, recorded):
    acted, menus, chosen = recorded(listed.view.acted), recorded(listed.view.menu_wanted), recorded(listed.chosen)
    for part in (RowPart.SAVE, RowPart.REFUSE, RowPart.MENU):
        click(listed, button(listed, 2, part))
    assert [(action, item.item_row) for action, item in acted.calls] == [(Action.SAVE, 9), (Action.REFUSE, 9)]
    assert [item.item_row for item, _ in menus.calls] == [9]
    assert not chosen.calls
    assert listed.view.currentIndex().row() == 0


def test_that_a_press_that_leaves_its_button_does_nothing(listed, recorded):
    acted = recorded(listed.view.acted)
    viewport = listed.view.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=button(listed, 1, RowPart.REFUSE))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=button(listed, 2, RowPart.REFUSE))
    assert not acted.calls


def test_that_keys_act_rate_and_open_the_current_title(listed, recorded):
    acted, rated, opened = recorded(listed.view.acted), recorded(listed.view.rated), recorded(listed.view.opened)
    listed.choose(8)
    for key in (Qt.Key.Key_S, Qt.Key.Key_N, Qt.Key.Key_Delete, Qt.Key.Key_X, Qt.Key.Key_M, Qt.Key.Key_C):
        QTest.keyClick(listed.view, key)
    QTest.keyClick(listed.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert [action for action, _ in acted.calls] == [
        Action.SAVE, Action.REFUSE, Action.REFUSE, Action.SEEN, Action.MORE_LIKE_THIS, Action.COPY, Action.COPY,
    ]  # fmt: skip
    assert {item.item_row for _, item in acted.calls} == {8}
    QTest.keyClick(listed.view, Qt.Key.Key_4)
    QTest.keyClick(listed.view, Qt.Key.Key_9)
    assert [(item.item_row, rating) for item, rating in rated.calls] == [(8, 4.0)]
    QTest.keyClick(listed.view, Qt.Key.Key_Return)
    assert [item.item_row for item in opened.calls] == [8]


def test_that_the_menu_opens_by_shift_f10(listed, recorded):
    menus = recorded(listed.view.menu_wanted)
    QTest.keyClick(listed.view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert [item.item_row for item, _ in menus.calls] == [7]


def test_that_a_number_stands_on_rows_only_where_rows_differ(listed):
    listed.show_list([item(1, 7, lift=6.0), item(2, 8, lift=6.0)])
    assert [row.likelihood for row in listed.rows] == ["", ""]
    listed.show_list([item(1, 7, lift=6.0), item(2, 8, lift=3.0)])
    assert listed.rows[0].likelihood == "6× likelier for you than for most"
    listed.show_list([item(1, 7, lift=None), item(2, 8, lift=None)])
    assert [row.likelihood for row in listed.rows] == ["", ""]


def test_that_a_row_is_put_into_words_without_a_match(listed):
    words = listed.rows[0].sentence()
    assert words.startswith("1: Title 7 (1997), predicted 4.0")
    assert "match" not in words
    listed.show_saved({7})
    assert "saved for later" in listed.rows[0].sentence()


def test_that_a_list_goes_to_its_first_row_unless_a_title_was_acted_on(listed, qtbot):
    items = [item(rank, rank + 6) for rank in range(1, 41)]
    scroll = listed.view.verticalScrollBar()
    scroll.setValue(900)
    listed.show_list([replace(one, rank=place) for place, one in enumerate(items[1:], start=1)], stays=True)
    assert scroll.value() == 900
    listed.show_list(items)
    assert scroll.value() == 0


@pytest.mark.parametrize("width", [260, 340, 420, 520, 900])
def test_that_the_parts_of_a_row_do_not_overlap(listed, width):
    from PySide6.QtCore import QRect

    area = QRect(0, 0, width, 90)
    layout = lay_out(area, listed.font(), STARS, predicts=True)
    for _, place in layout.buttons:
        assert area.contains(place)
        assert not place.intersects(layout.beside_buttons)
        assert not place.intersects(layout.stars)
    assert not layout.stars.intersects(layout.text)
    assert layout.text.width() > 60


def test_that_titles_that_differ_only_at_their_end_are_told_apart(listed):
    first, second = (title_lines(f"{LONG}{part}", 2010, listed.font(), 250) for part in (1, 2))
    assert len(first) == len(second) == 2
    assert first[0] == second[0]
    assert first[1].endswith("Part 1")
    assert second[1].endswith("Part 2")


@pytest.mark.parametrize(
    "title", ["<b>x</b>", '<img src="file:///x">', "פרק שלישי (2)", "x" * 5000, "  ", "千と千尋" * 40]
)
def test_that_odd_titles_are_shown_and_painted(listed, title):
    listed.show_list([item(1, 7, title=title)])
    assert not listed.grab().isNull()
    assert len(title_lines(title, 2001, listed.font(), 200)) <= 2


def test_that_own_titles_that_leave_or_come_back_move_nobody():
    comparison = Comparison()
    comparison.begin({"a": 1, "b": 2, "c": 3}, own={"b"})
    assert comparison.places(["a", "c"]) == {"a": 1, "c": 2}
    comparison.begin({"a": 1, "c": 2}, own={"b"})
    assert comparison.places(["a", "b", "c"]) == {"a": 1, "b": 2, "c": 3}


def test_that_the_menu_says_what_was_chosen_and_shows_addresses(qtbot, recorded):
    dataset = planted_dataset()
    menu = TitleMenu("Tom & <b>Jerry</b>")
    qtbot.addWidget(menu)
    rated, chosen, sites = recorded(menu.rated), recorded(menu.chosen), recorded(menu.site_chosen)
    menu.add_ratings(STARS, 4.0)
    menu.add_entries([Entry("save", "Save for later", "Put it on Saved", "S")])
    menu.add_sites(sites_of(dataset, 0))
    rates, opens = menu.findChild(QMenu, "title_rate"), menu.findChild(QMenu, "title_open_on")
    assert [action.data() for action in rates.actions() if action.isChecked()] == [4.0]
    rates.actions()[0].trigger()
    menu.actions()[1].trigger()
    assert "duckduckgo.com" in opens.actions()[-1].text()
    opens.actions()[-1].trigger()
    assert (rated.calls, chosen.calls) == ([5.0], ["save"])
    assert sites.calls[0].address.startswith("https://duckduckgo.com/?q=Film+0")


def test_that_sites_take_ids_where_the_data_have_them_and_search_else():
    plain = planted_dataset()
    titles, years = plain.catalogue.titles, plain.catalogue.years
    ids = {"imdb": ("133093",) * len(titles), "tmdb": ("603",) * len(titles)}
    films = replace(plain, catalogue=Catalogue(titles, years, ((),) * len(titles), word="film", links=ids))
    assert [site.address for site in sites_of(films, 3)][:3] == [
        "https://letterboxd.com/imdb/tt0133093/",
        "https://www.imdb.com/title/tt0133093/",
        "https://www.themoviedb.org/movie/603",
    ]
    unknown = replace(plain, catalogue=Catalogue(("A/B & <b>",) * len(titles), years, ((),) * len(titles), word="film"))
    assert all(" " not in site.address and "<" not in site.address for site in sites_of(unknown, 3))
    books = replace(plain, catalogue=Catalogue(titles, years, ((),) * len(titles), word="book"))
    assert [site.name for site in sites_of(books, 3)] == ["Search the web"]


def test_that_nothing_is_opened_until_a_site_is_chosen(qtbot, monkeypatch):
    from desktop_rec.for_you import acting

    opened = []
    monkeypatch.setattr(acting.QDesktopServices, "openUrl", opened.append)
    menu = TitleMenu("Alien")
    qtbot.addWidget(menu)
    menu.add_sites(sites_of(planted_dataset(), 0))
    menu.site_chosen.connect(acting.open_site)
    menu.popup(QPoint(0, 0))
    menu.close()
    assert not opened
    menu.findChild(QMenu, "title_open_on").actions()[0].trigger()
    assert len(opened) == 1
