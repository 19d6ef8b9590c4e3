"""An export of my own on its way into my profile: read and matched in the background, reviewed, added, taken back."""

import csv
import itertools
from dataclasses import replace

import pytest
from planted import planted_dataset
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QListWidget, QPushButton

from desktop_rec.common import questions
from desktop_rec.for_you.my_ratings.review_rows import Act
from desktop_rec.for_you.view import ForYouView
from desktop_rec.tour.letterboxd_export import write_letterboxd_export
from engine import operations
from engine.data.catalogue import Catalogue
from engine.data.matching.review import counted
from engine.events import drive

MOST_MS = 10_000
NAMES = (
    ("The Quiet Harbour", 1999),
    ("Le Jardin d'été", 2001),
    ("Hamlet", 1990),
    ("Hamlet", 1996),
    ("Nine Lanterns", 2010),
    ("The Long Way to Tartu", 1987),
)
EXPORT = """Date,Name,Year,Letterboxd URI,Rating
2021-03-02,The Quiet Harbour,1999,https://boxd.it/a1,5
2021-03-05,Le jardin d'ete,2001,https://boxd.it/a2,4.5
2021-03-09,Hamlet,,https://boxd.it/a3,3.5
2021-03-11,Nine Lanterns,2010,https://boxd.it/a4,2
2021-04-01,Nobody's Umbrella,2020,https://boxd.it/a5,4
"""


def films():
    """Planted ratings under names of our own."""
    plain = planted_dataset()
    names = [*NAMES, *((f"Film {row}", 2000) for row in range(len(NAMES), plain.titles))]
    titles, years = zip(*names, strict=True)
    return replace(plain, catalogue=Catalogue(titles, years, ((),) * plain.titles, word="film"))


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return path


@pytest.fixture
def view(qtbot, session, monkeypatch):
    monkeypatch.setattr(session.recommendations, "recommend", lambda: None)
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    made = ForYouView(session.recommendations, session.my_ratings, session.taste_map, session.taste)
    qtbot.addWidget(made)
    made.resize(1060, 720)
    made.show()
    session.dataset.take(films(), None)
    return made


@pytest.fixture
def reviewed(view, session, export, qtbot):
    """The review of the export stands on the screen."""
    assert session.my_ratings.own_export.import_file(export)
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming.found is not None, timeout=MOST_MS)
    return view


def rows(view, group):
    view.importing.page.turn_to(group)
    return {row.title: row for row in view.importing.page.list.rows}


def act(view, group, title, what):
    row = rows(view, group)[title]
    assert what in row.acts
    view.importing.page.list.acted.emit(row.index, what)


def texts(widget):
    return " | ".join(part.text() for part in widget.findChildren(QLabel) if part.isVisible())


def press(view, name):
    next(button for button in view.findChildren(QPushButton, name) if button.isVisible()).click()


def ratings_of(profile):
    return {entry.title: entry.rating for entry in profile.entries}


def test_that_titles_stand_in_three_groups_with_counts_and_reasons(reviewed):
    tabs = reviewed.importing.page.tabs
    assert [tabs.tabText(place) for place in range(tabs.count())] == ["Sure  3", "Unsure  1", "Not found  1"]
    assert rows(reviewed, "sure")["Le jardin d'ete"].found == "Le Jardin d'été"
    assert "same title" in rows(reviewed, "sure")["The Quiet Harbour"].why
    assert rows(reviewed, "unsure")["Hamlet"].is_open
    assert rows(reviewed, "unmatched")["Nobody's Umbrella"].found == ""


def test_that_lines_that_cannot_be_read_are_counted_and_named(view, session, tmp_path, qtbot):
    path = tmp_path / "ratings.csv"
    path.write_text(
        EXPORT + "".join(f"2021-05-0{day},Film {day},2000,https://boxd.it/b{day},???\n" for day in (1, 2, 3, 4))
    )
    assert session.my_ratings.own_export.import_file(path)
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming.found is not None, timeout=MOST_MS)
    assert "4 of 9 lines could not be read: line 7 “2021-05-01,Film 1" in texts(view)
    assert "(rating is not a number)" in texts(view)
    assert "and 1 more." in texts(view)
    note = next(label for label in view.findChildren(QLabel) if "could not be read" in label.text())
    assert "line 10 “2021-05-04,Film 4" in note.toolTip()


def test_that_of_a_file_of_several_people_another_can_be_chosen(view, session, tmp_path, qtbot):
    path = tmp_path / "Ratings.csv"
    head = "Profile Name,Title Name,Rating Type,Star Value,Thumbs Value,Event Utc Ts"
    path.write_text(f"{head}\nMe,Nine Lanterns,thumb,,2,\nMe,Hamlet,thumb,,1,\nKid,The Quiet Harbour,thumb,,3,\n")
    assert session.my_ratings.own_export.import_file(path)
    page = view.importing.page
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming.found is not None, timeout=MOST_MS)
    assert page.people.isVisible()
    assert ([page.people.itemText(place) for place in range(page.people.count())], page.people.currentText()) == (
        ["Kid", "Me"], "Me",
    )  # fmt: skip
    page.people.setCurrentText("Kid")
    page.people.textActivated.emit("Kid")
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming.found is not None, timeout=MOST_MS)
    review = session.my_ratings.own_export.incoming.found.review
    assert [title.title for title in review.titles] == ["The Quiet Harbour"]
    assert page.people.currentText() == "Kid"


def test_that_the_review_begins_with_what_is_unsure(reviewed):
    assert reviewed.importing.page.group == "unsure"


def test_that_nothing_unsure_is_added_unless_the_person_says_so(reviewed, session):
    press(reviewed, "add_ratings")
    assert ratings_of(session.profile.current) == {
        "The Quiet Harbour": 5.0,
        "Le Jardin d'été": 4.56,
        "Nine Lanterns": 2.33,
    }


def test_that_what_the_person_confirms_is_added(reviewed, session):
    act(reviewed, "unsure", "Hamlet", Act.TAKE)
    assert rows(reviewed, "unsure")["Hamlet"].why == "chosen by you"
    press(reviewed, "add_ratings")
    assert "Hamlet" in ratings_of(session.profile.current)


def test_that_another_title_is_chosen_from_a_search_over_the_catalogue(reviewed, session, qtbot):
    act(reviewed, "unmatched", "Nobody's Umbrella", Act.FIND)
    chooser = reviewed.importing.chooser
    search, found = chooser.findChild(QLineEdit), chooser.findChild(QListWidget)
    assert found.count() == 0
    QTest.keyClicks(search, "tartu")
    qtbot.waitUntil(lambda: found.count() == 1, timeout=2000)
    QTest.keyClick(search, Qt.Key.Key_Down)
    found.itemActivated.emit(found.item(0))
    assert rows(reviewed, "unmatched")["Nobody's Umbrella"].found == "The Long Way to Tartu"
    press(reviewed, "add_ratings")
    assert "The Long Way to Tartu" in ratings_of(session.profile.current)


def test_that_the_likely_titles_come_first_in_the_chooser(reviewed):
    act(reviewed, "unsure", "Hamlet", Act.CHOOSE)
    found = reviewed.importing.chooser.findChild(QListWidget)
    assert {found.item(place).text().splitlines()[0] for place in range(found.count())} == {
        "Hamlet (1990)",
        "Hamlet (1996)",
    }
    assert "Possible films:" in texts(reviewed.importing.chooser)
    reviewed.importing.chooser.hide()


def test_that_left_out_titles_are_not_added_and_come_back_by_undo(reviewed, session):
    act(reviewed, "sure", "Nine Lanterns", Act.LEAVE)
    assert rows(reviewed, "sure")["Nine Lanterns"].is_out
    act(reviewed, "sure", "The Quiet Harbour", Act.LEAVE)
    act(reviewed, "sure", "The Quiet Harbour", Act.UNDO)
    press(reviewed, "add_ratings")
    assert set(ratings_of(session.profile.current)) == {"The Quiet Harbour", "Le Jardin d'été"}


def test_that_not_this_one_opens_the_title_again_and_undo_takes_that_back(reviewed):
    act(reviewed, "sure", "Nine Lanterns", Act.REFUSE)
    row = rows(reviewed, "sure")["Nine Lanterns"]
    assert row.is_open
    assert row.why == "you said it is another one"
    act(reviewed, "sure", "Nine Lanterns", Act.UNDO)
    assert not rows(reviewed, "sure")["Nine Lanterns"].is_open


def test_that_the_scale_and_what_adding_would_do_are_shown(reviewed):
    words = texts(reviewed.importing.page)
    assert "Ratings from 0.5 to 5 become 1 to 5: 4 becomes 4.1." in words
    assert "3 new. Not added: 1 unsure, 1 not found." in words
    assert "Add 3 ratings" in [part.text() for part in reviewed.findChildren(QPushButton) if part.isVisible()]


def test_that_my_own_rating_stays_unless_i_take_theirs(view, session, export, qtbot):
    session.my_ratings.rate(0, 3.0)
    session.my_ratings.rate(4, None)
    session.my_ratings.own_export.import_file(export)
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming.found is not None, timeout=MOST_MS)
    assert "1 new, 1 fills a gap, 1 differs from yours: yours stay." in texts(view.importing.page)
    act(view, "differ", "The Quiet Harbour", Act.THEIRS)
    assert rows(view, "differ")["The Quiet Harbour"].now is Act.THEIRS
    press(view, "all_mine")
    assert rows(view, "differ")["The Quiet Harbour"].now is Act.MINE
    press(view, "all_theirs")
    press(view, "add_ratings")
    assert ratings_of(session.profile.current) == {
        "The Quiet Harbour": 5.0,
        "Nine Lanterns": 2.33,
        "Le Jardin d'été": 4.56,
    }


def test_that_undo_takes_the_whole_import_back_and_redo_adds_it_again(reviewed, session, library):
    press(reviewed, "add_ratings")
    assert session.undo.undo_text == "Added 3 ratings from ratings.csv to your ratings"
    added = library.profiles.load("me").entries
    assert session.undo.undo()
    assert library.profiles.load("me").entries == ()
    assert session.undo.redo()
    assert library.profiles.load("me").entries == added


def test_that_the_notice_takes_the_import_back_and_keeps_what_was_rated_since(reviewed, session, library, recorded):
    notices = recorded(session.requests.notice)
    press(reviewed, "add_ratings")
    undo_import = notices.last.action
    session.my_ratings.rate(5, 4.0)
    session.my_ratings.rate(4, 1.0)
    session.my_ratings.switch("0", False, "The Quiet Harbour")
    assert undo_import()
    assert ratings_of(library.profiles.load("me")) == {"The Long Way to Tartu": 4.0, "Nine Lanterns": 1.0}


def test_that_undo_finds_the_right_person_although_somebody_else_goes_on(reviewed, session, library):
    press(reviewed, "add_ratings")
    session.my_ratings.new_profile("Anna")
    session.undo.undo()
    assert library.profiles.load("me").entries == ()
    assert session.profile.current.name == "Anna"


def test_that_after_adding_the_list_is_shown(reviewed, session):
    session.my_ratings.rate(7, 4.0)
    press(reviewed, "add_ratings")
    assert session.my_ratings.own_export.incoming is None
    assert reviewed.page.pane.isVisible()


def test_that_cancel_changes_nothing(reviewed, session):
    press(reviewed, "leave_import")
    assert session.my_ratings.own_export.incoming is None
    assert session.profile.current.entries == ()
    assert reviewed.page.isVisible()


def test_that_a_rating_given_elsewhere_meanwhile_is_taken_into_account(reviewed, session):
    session.my_ratings.rate(0, 5.0)
    assert "2 new, 1 you have already." in texts(reviewed.importing.page)


def test_that_what_will_not_be_added_is_saved_as_csv_with_reasons(reviewed, monkeypatch, tmp_path):
    place = tmp_path / "left.csv"
    monkeypatch.setattr(questions, "ask_where_to_save", lambda *_: place)
    press(reviewed, "save_unmatched")
    with open(place, newline="", encoding="utf-8") as file:
        saved = list(csv.DictReader(file))
    assert [(row["title"], row["rating"]) for row in saved] == [("Hamlet", "3.5"), ("Nobody's Umbrella", "4")]
    assert all(row["reason"] for row in saved)


def test_that_a_file_that_is_no_export_is_a_sentence_in_place(view, session, tmp_path, qtbot):
    path = tmp_path / "notes.txt"
    path.write_text("nothing of the kind\n")
    session.my_ratings.own_export.import_file(path)
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming.failure is not None, timeout=MOST_MS)
    assert "notes.txt" in texts(view.importing)
    press(view.importing, "place_message_second")
    assert session.my_ratings.own_export.incoming is None


def test_that_ratings_of_many_people_are_shown_to_data(view, session, tmp_path, qtbot, recorded):
    path = tmp_path / "many.csv"
    path.write_text("userId,movieId,rating\n" + "".join(f"{user},{user},4\n" for user in range(9)))
    session.my_ratings.own_export.import_file(path)
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming.failure is not None, timeout=MOST_MS)
    wanted = recorded(session.requests.place)
    press(view.importing, "place_message_button")
    assert wanted.calls == ["data"]
    assert session.importing.plan is not None
    session.importing.leave()


def test_that_without_a_data_set_the_file_waits_until_one_is_open(qtbot, session, library, report, export, recorded):
    wanted = recorded(session.requests.place)
    assert not session.my_ratings.own_export.import_file(export)
    session.data.open(library.datasets.save(films(), report).dataset_id)
    qtbot.waitUntil(
        lambda: (
            session.my_ratings.own_export.incoming is not None
            and session.my_ratings.own_export.incoming.found is not None
        ),
        timeout=MOST_MS,
    )
    assert wanted.calls == ["for_you"]


def test_that_another_data_set_begins_the_matching_again(qtbot, reviewed, session, library, report):
    other = replace(planted_dataset(seed=9), dataset_id="other", name="Other", fingerprint="other")
    session.data.open(library.datasets.save(other, report).dataset_id)
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming.found is not None, timeout=MOST_MS)
    assert session.my_ratings.own_export.incoming.found.dataset.name == "Other"


def test_that_a_borrowed_person_gives_way_to_an_own_profile(view, session, export, qtbot):
    session.my_ratings.borrow("7")
    session.my_ratings.own_export.import_file(export)
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming.found is not None, timeout=MOST_MS)
    assert not session.profile.is_borrowed
    assert "into the profile Me" in texts(view.importing.page)


def test_that_a_file_dropped_on_for_you_is_read_as_my_own(view, session, export, qtbot):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(export))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    view.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, keys))
    assert session.my_ratings.own_export.incoming.path == export
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming.found is not None, timeout=MOST_MS)


def test_that_the_import_button_asks_for_a_file(view, session, export, monkeypatch, qtbot):
    monkeypatch.setattr(questions, "ask_for_my_ratings", lambda _parent: export)
    press(view, "onboarding_import")
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming.found is not None, timeout=MOST_MS)


def test_that_rows_are_reviewed_by_keys_alone(reviewed, recorded):
    page = reviewed.importing.page
    page.turn_to("sure")
    acted = recorded(page.list.acted)
    page.list.setCurrentIndex(page.list.model().index(0, 0))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(page.list, key)
    assert acted.calls == [(page.list.rows[0].index, Act.LEAVE)]
    assert page.list.rows[0].is_out


def test_that_a_click_on_a_word_of_the_row_does_it(reviewed, recorded):
    page = reviewed.importing.page
    acted = recorded(page.list.acted)
    parts = page.list.parts_of(page.list.model().index(0, 0))
    QTest.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=parts.acts[0].center())
    assert acted.calls == [(page.list.rows[0].index, Act.TAKE)]


def test_that_the_parts_of_a_row_do_not_overlap_in_the_smallest_window(reviewed):
    reviewed.resize(840, 600)
    page = reviewed.importing.page
    parts = page.list.parts_of(page.list.model().index(0, 0))
    placed = [parts.title, parts.arrow, parts.cover, parts.found, *parts.acts]
    assert all(left.right() < right.left() for left, right in itertools.pairwise(placed))
    assert placed[-1].right() <= page.list.viewport().width()


def test_that_the_menu_of_a_row_offers_the_same(reviewed, recorded):
    page = reviewed.importing.page
    acted = recorded(page.list.acted)
    menu = page.list.menu_of(page.list.rows[0])
    assert [action.text() for action in menu.actions()] == ["Yes, this one", "Choose…", "Leave out"]
    menu.actions()[2].trigger()
    assert acted.calls == [(page.list.rows[0].index, Act.LEAVE)]
    menu.deleteLater()


def test_that_every_control_of_the_review_has_its_names(reviewed):
    controls = [*reviewed.importing.page.findChildren(QAbstractButton), reviewed.importing.page.tabs]
    controls = [part for part in controls if not part.objectName().startswith("qt_") and part.isVisible()]
    missing = [
        control for control in controls if not (control.objectName() and control.accessibleName() and control.toolTip())
    ]
    assert [control for control in missing if control.metaObject().className() != "CloseButton"] == []


def test_that_the_tours_own_export_has_sure_unsure_and_unmatched_films_of_the_sample(library, tmp_path):
    sample = drive(operations.open_sample(library)).dataset
    review = drive(operations.match_export(sample, write_letterboxd_export(tmp_path / "letterboxd-maria-2021.zip")))
    counts = counted(review)
    assert (counts.sure, counts.unsure, counts.unmatched) == (11, 1, 2)


@pytest.fixture
def with_watchlist(view, session, export, qtbot):
    """The review of a folder with ratings and a watchlist stands on the screen."""
    wanted = ("Nine Lanterns,2010", "Film 20,2000", "Film 21,2000", "Never Filmed & Co,1950")
    lines = [f"2021-05-01,{name},https://boxd.it/w{number}" for number, name in enumerate(wanted)]
    folder = export.parent / "mine"
    folder.mkdir()
    export.rename(folder / export.name)
    text = "\n".join(["Date,Name,Year,Letterboxd URI", *lines])
    (folder / "watchlist.csv").write_text(text, encoding="utf-8")
    assert session.my_ratings.own_export.import_file(folder)
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming.found is not None, timeout=MOST_MS)
    return view


def saved_by(session):
    return [entry.title for entry in session.profile.current.saved]


def test_that_the_watchlist_of_an_export_is_taken_into_saved_and_undone_with_the_import(with_watchlist, session):
    tick = with_watchlist.importing.page.watchlist
    assert tick.isChecked()
    assert tick.text() == "2 films of your watchlist: they go to Saved (1 more not found)"
    assert with_watchlist.findChild(QPushButton, "add_ratings").text() == "Add 3 ratings and 2 saved titles"

    press(with_watchlist, "add_ratings")
    assert saved_by(session) == ["Film 20", "Film 21"]
    assert "Nine Lanterns" in ratings_of(session.profile.current), "what was rated is not on a watchlist any more"
    session.undo.undo()
    assert saved_by(session) == []
    assert session.profile.current.entries == ()
    session.undo.redo()
    assert saved_by(session) == ["Film 20", "Film 21"]


def test_that_an_unticked_watchlist_is_left_out(with_watchlist, session):
    tick = with_watchlist.importing.page.watchlist
    QTest.keyClick(tick, Qt.Key.Key_Space)
    assert not tick.isChecked()
    assert with_watchlist.findChild(QPushButton, "add_ratings").text() == "Add 3 ratings"
    press(with_watchlist, "add_ratings")
    assert len(ratings_of(session.profile.current)) == 3
    assert saved_by(session) == []


def test_that_a_watchlist_alone_can_be_added(view, session, tmp_path, qtbot):
    path = tmp_path / "watchlist.csv"
    path.write_text("Date,Name,Year,Letterboxd URI\n2021-05-01,Film 20,2000,https://boxd.it/w\n", encoding="utf-8")
    assert session.my_ratings.own_export.import_file(path)
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming.found is not None, timeout=MOST_MS)
    assert view.importing.page.watchlist.text() == "1 film of your watchlist: it goes to Saved"
    press(view, "add_ratings")
    assert saved_by(session) == ["Film 20"]


def test_that_a_watchlist_that_the_data_set_does_not_know_changes_nothing(view, session, tmp_path, qtbot):
    path = tmp_path / "watchlist.csv"
    path.write_text("Date,Name,Year,Letterboxd URI\n2021-05-01,Never Filmed,1950,https://boxd.it/w\n", encoding="utf-8")
    assert session.my_ratings.own_export.import_file(path)
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming.found is not None, timeout=MOST_MS)
    assert view.importing.page.watchlist.text() == "1 is on your watchlist; this data set does not have it"
    assert not view.findChild(QPushButton, "add_ratings").isEnabled()
