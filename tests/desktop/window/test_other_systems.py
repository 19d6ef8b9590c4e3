"""What is other on macOS and Windows, tried here with their names, styles and screens put in place."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QFileDialog, QMainWindow, QPushButton

from desktop_rec.app import make_application
from desktop_rec.common import keys, plain, questions
from desktop_rec.common.preferences import Preferences
from desktop_rec.theme.theme import points_of, scaled_font
from desktop_rec.window import main_window
from desktop_rec.window.main_window import SMALLEST, MainWindow, room_within_frame
from desktop_rec.window.menu_bar import MenuEntry, make_menu_bar
from desktop_rec.window.one_window import plain_name
from engine.library.home import long_path, passing_folder, shown_path, uri_of
from engine.text import file_name


@pytest.mark.parametrize(
    ("sentence", "on_mac"),
    [
        ("Throw the run away (Ctrl+Z brings it back)", "Throw the run away (⌘Z brings it back)"),
        ("Ctrl+Shift+Z makes it again, Shift+F10 opens its menu", "⇧⌘Z makes it again, ⇧F10 opens its menu"),
        ("Data (Ctrl+2)", "Data (⌘2)"),
        ("A film called Control+Alt", "A film called Control+Alt"),
    ],
)
def test_that_keys_are_written_as_each_system_writes_them(sentence, on_mac):
    assert keys.native_keys(sentence, platform="darwin") == on_mac
    assert keys.native_keys(sentence, platform="linux") == sentence
    assert keys.native_keys(sentence, platform="win32") == sentence


def test_that_tooltips_on_macos_name_its_keys(qtbot, monkeypatch):
    monkeypatch.setattr(plain, "native_keys", lambda sentence: keys.native_keys(sentence, platform="darwin"))
    button = QPushButton()
    qtbot.addWidget(button)
    plain.set_tip(button, "Delete this run (Ctrl+Z brings it back)")
    assert button.toolTip() == "Delete this run (⌘Z brings it back)"


@pytest.fixture
def window(qtbot, session, tmp_path):
    made = MainWindow(session, Preferences(tmp_path / "home"))
    qtbot.addWidget(made)
    return made


def test_that_macos_has_a_menu_bar_with_the_window_s_keys_and_no_key_twice(qtbot, window):
    bar = make_menu_bar(window, window.menus())
    titles = [action.text() for action in bar.actions()]
    assert titles == ["File", "Edit", "Go", "Help"]
    entries = {
        action.text(): action.shortcut().toString() for menu in bar.actions() for action in menu.menu().actions()
    }
    assert entries["Open a ratings file…"] == "Ctrl+O"
    assert entries["Redo"] == "Ctrl+Shift+Z"
    assert entries["Settings"] == "Ctrl+5"
    assert len(set(entries.values())) == len(entries)


def test_that_an_entry_of_the_menu_bar_does_what_it_says(qtbot):
    owner, done = QMainWindow(), []
    qtbot.addWidget(owner)
    bar = make_menu_bar(owner, [("Go", [MenuEntry("Data", "Ctrl+2", lambda: done.append("data"))])])
    bar.actions()[0].menu().actions()[0].trigger()
    assert done == ["data"]


@pytest.mark.parametrize(
    ("screen", "is_whole"), [((1920, 1040), True), ((1280, 693), False), ((960, 520), False), ((1366, 728), False)]
)
def test_that_the_smallest_window_fits_into_the_free_area_with_its_frame(screen, is_whole):
    """1080p at 100, 150 and 200 %, and a small notebook, each without its task bar."""
    room = room_within_frame(QSize(*screen))
    smallest = QSize(*SMALLEST).boundedTo(room)
    assert smallest.width() + 4 <= screen[0]
    assert smallest.height() + 36 <= screen[1]
    assert (smallest == QSize(*SMALLEST)) == is_whole or screen == (1366, 728)


def test_that_a_font_given_in_pixels_has_a_size_in_points_too():
    font = QFont()
    font.setPixelSize(16)
    assert font.pointSizeF() < 0
    assert points_of(font) > 0
    assert scaled_font(font, 0.9).pointSizeF() == pytest.approx(points_of(font) * 0.9)


def test_that_long_folders_of_windows_are_written_so_that_names_below_may_be_long():
    deep = Path("C:\\" + "very\\" * 40 + "deep")
    share = Path("\\\\server\\share\\" + "very\\" * 40)
    assert str(long_path(deep, platform="win32")).startswith("\\\\?\\C:\\very")
    assert str(long_path(share, platform="win32")).startswith("\\\\?\\UNC\\server\\share")
    assert long_path(long_path(deep, platform="win32"), platform="win32") == long_path(deep, platform="win32")
    assert long_path(Path("C:\\short"), platform="win32") == Path("C:\\short")
    assert long_path(deep, platform="linux") == deep


def test_that_a_folder_is_the_same_in_any_case_where_the_system_says_so():
    assert plain_name(Path("/Users/A/Films"), platform="darwin") == plain_name(
        Path("/users/a/films"), platform="darwin"
    )
    assert plain_name(Path("/home/A"), platform="linux") != plain_name(Path("/home/a"), platform="linux")


def test_that_everything_is_deleted_only_after_a_question(qtbot, window, session, tmp_path, monkeypatch):
    asked = []

    def ask(parent, home):
        asked.append(home)
        return len(asked) > 1

    monkeypatch.setattr(main_window.questions, "ask_to_delete_everything", ask)
    session.requests.say_farewell()
    assert asked == [session.library.home]
    assert not window.deletes_everything
    session.requests.say_farewell()
    assert window.deletes_everything
    assert window.is_closing


def test_that_the_question_names_the_folder_and_keeps_by_default(qtbot, window, tmp_path, monkeypatch):
    seen = []

    def look(box):
        seen.append((box.informativeText(), box.defaultButton().text()))
        box.buttonClicked.emit(box.defaultButton())
        return 0

    monkeypatch.setattr(QDialog, "exec", look)
    monkeypatch.setattr("PySide6.QtWidgets.QMessageBox.exec", look)
    assert not main_window.questions.ask_to_delete_everything(window, tmp_path)
    assert str(tmp_path) in seen[0][0]
    assert seen[0][1] == "Keep everything"


def test_that_long_folders_are_shown_as_people_write_them():
    for words in ("C:\\" + "very\\" * 40 + "deep", "\\\\server\\share\\" + "very\\" * 40 + "deep"):
        assert shown_path(long_path(Path(words), platform="win32")) == words
    assert shown_path(Path("/home/maria")) == "/home/maria"


def test_that_records_are_opened_to_be_looked_at_wherever_they_lie(tmp_path):
    assert uri_of(Path("\\\\?\\C:\\very deep\\library.sqlite")).startswith("file:%5C%5C%3F%5CC%3A%5Cvery%20deep")
    path = tmp_path / "what? #1 100% Фильмы.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE runs (run_id)")
    with closing(sqlite3.connect(f"{uri_of(path)}?immutable=1", uri=True)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("runs",)]
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("AUX", "AUX_"),
        ("nul.csv", "nul_.csv"),
        ("com1.films.csv", "com1_.films.csv"),
        ("Control ratings.csv", "Control ratings.csv"),
        ("1/2: the best?.csv", "1 2 the best.csv"),
        ("Mission: Impossible...", "Mission Impossible"),
        ("  .csv", "csv"),
        ("Сталкер.html", "Сталкер.html"),
    ],
)
def test_that_a_suggested_name_is_one_on_every_system(words, name):
    assert file_name(words) == name


def test_that_a_suggested_name_is_short_enough_for_every_disk():
    assert len(f"{file_name('千' * 300 + '.csv')}.new-12345678".encode()) < 255
    assert file_name("千" * 300 + ".csv").endswith("千.csv")


def test_that_dialogs_suggest_such_names_and_endings_are_added_where_none_is(qtbot, window, monkeypatch, tmp_path):
    suggested, chosen = [], [str(tmp_path / "Dr. Strange"), str(tmp_path / "2.5 stars"), str(tmp_path / "mine.txt")]

    def choose(parent, title, name, kinds):
        suggested.append(name)
        return chosen.pop(0), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    names = [questions.ask_where_to_save(window, "Save", "PRN.csv").name for _ in range(3)]
    assert suggested == ["PRN_.csv"] * 3
    assert names == ["Dr. Strange.csv", "2.5 stars.csv", "mine.txt"]


def test_that_all_starts_of_a_flatpak_meet_in_the_folder_that_they_share(qapp, tmp_path, monkeypatch):
    (tmp_path / "app" / "org.example.Rec").mkdir(parents=True)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert passing_folder() == tmp_path / "desktop-rec"
    monkeypatch.setenv("FLATPAK_ID", "org.example.Rec")
    assert passing_folder() == tmp_path / "app" / "org.example.Rec" / "desktop-rec"
    name = qapp.desktopFileName()
    try:
        assert make_application(["test"]).desktopFileName() == "org.example.Rec"
    finally:
        qapp.setDesktopFileName(name)
