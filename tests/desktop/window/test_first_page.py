"""The first page: one question, answers by name, and one press for all that follows."""

from pathlib import Path

import pytest
from exports import written, zipped
from planted import planted_dataset
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop_rec.common import questions
from desktop_rec.common.preferences import Preferences
from desktop_rec.window.main_window import MainWindow

MOST_MS = 20_000
GOODREADS = (
    "Book Id,Title,Author,Author l-f,Additional Authors,ISBN,ISBN13,My Rating,Average Rating,Publisher,Binding,"
    "Number of Pages,Year Published,Original Publication Year,Date Read,Date Added,Bookshelves,"
    "Bookshelves with positions,Exclusive Shelf,My Review,Spoiler,Private Notes,Read Count,Owned Copies\n"
    '1,Dune,Frank Herbert,"Herbert, Frank",,,,5,4.2,,,,1965,1965,2020/01/01,2020/01/01,,,read,,,,1,0\n'
    '2,Emma,Jane Austen,"Austen, Jane",,,,4,4.2,,,,1815,1815,2020/01/01,2020/01/01,,,read,,,,1,0\n'
)
LETTERBOXD = (
    "Date,Name,Year,Letterboxd URI,Rating\n"
    "2020-01-01,Toy Story,1995,https://boxd.it/1,4.5\n2020-01-02,Heat,1995,https://boxd.it/2,4\n"
)


@pytest.fixture
def window(qtbot, session, tmp_path):
    made = MainWindow(session, Preferences(tmp_path / "home"))
    qtbot.addWidget(made)
    made.show()
    return made


def letterboxd(folder: Path) -> Path:
    return zipped(folder / "letterboxd-maria-2021.zip", {"ratings.csv": LETTERBOXD})


def page(window):
    return window.findChild(QWidget, "places").currentWidget()


def words(widget):
    return " | ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def files(*paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(window, path):
    data = files(path)
    modifiers = Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, modifiers)
    window.dropEvent(event)


def test_that_it_asks_one_question_and_names_services_and_how_to_get_an_export(window):
    shown = words(page(window))
    assert "What have you rated?" in shown
    for service in ("Letterboxd", "IMDb", "Trakt", "TMDB", "MyAnimeList", "AniList", "Goodreads"):
        assert service in shown
    assert "Settings → Data → Export your data" in shown
    assert "grouplens.org" in shown
    primary = [found for found in page(window).findChildren(QPushButton) if found.property("role") == "primary"]
    assert [found.text() for found in primary if found.isVisible()] == ["Rate a few films"]


def test_that_rating_a_few_films_opens_the_sample_and_goes_to_the_cards(qtbot, window, session):
    qtbot.mouseClick(window.findChild(QPushButton, "first_sample"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.dataset.current is not None, timeout=MOST_MS)
    assert window.place == "for_you"
    assert "Which films do you know?" in words(page(window))


def test_that_a_dropped_letterboxd_export_goes_all_the_way_to_its_review(qtbot, window, session, tmp_path):
    drop(window, letterboxd(tmp_path))
    qtbot.waitUntil(
        lambda: (
            session.my_ratings.own_export.incoming is not None
            and session.my_ratings.own_export.incoming.found is not None
        ),
        timeout=MOST_MS,
    )
    assert session.dataset.current.dataset_id == "sample"
    assert window.place == "for_you"
    assert session.my_ratings.own_export.incoming.found.changes == 2


def test_that_an_export_is_matched_with_the_data_set_that_is_open(qtbot, window, session, library, report, tmp_path):
    library.datasets.save(planted_dataset(), report)
    session.data.open("planted")
    drop(window, letterboxd(tmp_path))
    qtbot.waitUntil(
        lambda: (
            session.my_ratings.own_export.incoming is not None
            and session.my_ratings.own_export.incoming.progress is None
        ),
        timeout=MOST_MS,
    )
    assert session.dataset.current.dataset_id == "planted"


@pytest.mark.thorough
def test_that_an_export_that_is_chosen_goes_the_same_way(qtbot, window, session, tmp_path, monkeypatch):
    monkeypatch.setattr(questions, "ask_for_my_ratings", lambda _parent: letterboxd(tmp_path))
    qtbot.mouseClick(window.findChild(QPushButton, "first_export"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming is not None, timeout=MOST_MS)


def test_that_books_are_not_matched_with_the_sample_of_films_without_a_word(qtbot, window, session, recorded, tmp_path):
    notices = recorded(session.requests.notice)
    drop(window, written(tmp_path, "goodreads_library_export.csv", GOODREADS))
    qtbot.waitUntil(lambda: bool(notices.calls), timeout=MOST_MS)
    assert notices.last.sentence == "goodreads_library_export.csv is of books, and the sample has only films."
    assert session.dataset.current is None
    assert "What have you rated?" in words(page(window))


@pytest.mark.thorough
def test_that_a_small_table_of_titles_and_ratings_is_taken_as_the_persons_own(qtbot, window, session, tmp_path):
    drop(window, written(tmp_path, "mine.csv", "title,rating\nToy Story,4\nHeat,5\n"))
    qtbot.waitUntil(lambda: session.my_ratings.own_export.incoming is not None, timeout=MOST_MS)


def test_that_ratings_of_many_people_are_shown_in_data_before_they_are_imported(qtbot, window, session, tmp_path):
    rows = "".join(f"{n % 7},{n},{n % 5 + 1}\n" for n in range(40))
    drop(window, written(tmp_path, "ratings.csv", f"userId,movieId,rating\n{rows}"))
    qtbot.waitUntil(lambda: session.importing.plan is not None and not session.importing.plan.is_looking)
    assert window.place == "data"
    session.importing.leave()


def test_that_a_drop_target_shows_over_the_whole_window_while_a_file_hovers(window, tmp_path):
    target, data = window.findChild(QWidget, "drop_target"), files(letterboxd(tmp_path))
    actions, keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), actions, data, Qt.MouseButton.LeftButton, keys)
    window.dragEnterEvent(enter)
    assert target.isVisible()
    assert target.size() == window.size()
    window.dragLeaveEvent(QDragLeaveEvent())
    assert not target.isVisible()
    plain = QMimeData()
    plain.setText("no file")
    window.dragEnterEvent(QDragEnterEvent(QPoint(9, 9), actions, plain, Qt.MouseButton.LeftButton, keys))
    assert not target.isVisible()
