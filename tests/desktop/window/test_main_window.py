"""The frame around the views: places, marks, menus, notices, the job bar, and an orderly end."""

import pytest
from planted import planted_dataset
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTabBar,
    QWidget,
)

from desktop_rec.common import questions
from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure, Notice
from desktop_rec.common.preferences import Preferences
from desktop_rec.window import main_window
from desktop_rec.window.header import HeaderMenu
from desktop_rec.window.main_window import MainWindow
from desktop_rec.window.notice_bar import NoticeBar
from desktop_rec.window.place_stack import PlaceStack
from desktop_rec.window.sidebar import PlaceButton
from engine import operations
from engine.events import Stop


@pytest.fixture
def preferences(tmp_path):
    return Preferences(tmp_path / "home")


@pytest.fixture
def window(qtbot, session, preferences):
    made = MainWindow(session, preferences)
    qtbot.addWidget(made)
    made.show()
    return made


def place(window, name):
    return window.findChild(PlaceButton, f"place_{name}")


def shortcut(window, keys):
    return next(found for found in window.findChildren(QShortcut) if found.key().toString() == keys)


def test_that_the_first_view_needs_neither_torch_nor_plots(tmp_path):
    import subprocess
    import sys

    code = (
        "import sys, pathlib\n"
        "from desktop_rec import app as a\n"
        "q = a.make_application(['x'])\n"
        f"launch = a.Launch(q, pathlib.Path({str(tmp_path)!r}))\n"
        "launch.window.show(); q.processEvents()\n"
        "print([m for m in ('torch', 'pandas', 'pyarrow', 'scipy', 'pyqtgraph') if m in sys.modules])\n"
        "launch.window.close(); launch.end()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_that_a_press_on_a_place_shows_it(qtbot, window, monkeypatch):
    monkeypatch.setattr(PlaceStack, "_make_view", lambda _stack, _place: QWidget())
    qtbot.mouseClick(place(window, "train"), Qt.MouseButton.LeftButton)
    assert window.place == "train"
    assert place(window, "train").isChecked()


def test_that_the_keyboard_reaches_every_place(qtbot, window, monkeypatch):
    monkeypatch.setattr(PlaceStack, "_make_view", lambda _stack, _place: QWidget())
    qtbot.waitExposed(window)
    for number, name in enumerate(("for_you", "data", "train", "models", "settings"), start=1):
        shortcut(window, f"Ctrl+{number}").activated.emit()
        assert window.place == name


def test_that_a_job_shows_its_bar_and_its_dot_and_goes_when_it_ends(window, session):
    session.jobs.state = JobState("training", "Training", "Epoch 2", 0.5, 72)
    session.jobs.changed.emit(session.jobs.state)
    assert window.findChild(QFrame, "job_bar").isVisible()
    texts = [label.text() for label in window.findChild(QFrame, "job_bar").findChildren(QLabel)]
    assert "50 %" in texts
    assert "1:12 left" in texts
    assert place(window, "train").mark == "running"
    session.jobs.state = None
    session.jobs.changed.emit(None)
    assert not window.findChild(QFrame, "job_bar").isVisible()
    assert place(window, "train").mark == ""


def test_that_a_notice_has_details_to_open_and_to_copy_and_can_be_dismissed(qtbot, window, session):
    session.requests.notice.emit(Notice("It failed.", "Do this.", "Traceback"))
    bar = window.findChild(NoticeBar)
    assert bar.isVisible()
    details = bar.findChild(QPushButton, "notice_details")
    qtbot.mouseClick(details, Qt.MouseButton.LeftButton)
    assert bar.findChild(QPlainTextEdit, "notice_details_text").isVisible()
    qtbot.mouseClick(bar.findChild(QPushButton, "notice_copy"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "It failed. Do this.\n\nTraceback"
    qtbot.mouseClick(bar.findChild(QPushButton, "notice_dismiss"), Qt.MouseButton.LeftButton)
    assert not bar.isVisible()


def test_that_a_news_does_not_hide_an_error_for_good(window, session):
    session.requests.notice.emit(Notice("It failed."))
    session.requests.notice.emit(Notice("Deleted.", kind="info"))
    assert window.findChild(NoticeBar).notice.sentence == "Deleted."
    window.findChild(NoticeBar).dismiss()
    assert window.findChild(NoticeBar).notice.sentence == "It failed."


def test_that_what_no_longer_holds_is_withdrawn_and_nothing_else(window, session):
    bar = window.findChild(NoticeBar)
    session.requests.notify(Notice("It failed."))
    session.requests.notify(Notice("It is ready.", kind="info", stays=True, about="a model"))
    session.requests.withdraw("another")
    assert bar.notice.sentence == "It is ready."
    session.requests.withdraw("a model")
    assert bar.notice.sentence == "It failed."
    session.requests.withdraw("a model")
    assert bar.isVisible()


def test_that_a_notice_is_as_high_as_its_words_whatever_stood_there_before(qtbot, window, session):
    bar = window.findChild(NoticeBar)
    session.requests.notify(Notice("It failed.", "Do this.", "Traceback"))
    qtbot.waitUntil(bar.isVisible)
    for words in ("Deleted.", "On the same 65 people it is as good as the one that was ready at once. " * 2):
        session.requests.notify(Notice(words, kind="info", action_words="Undo", action=list))
        QApplication.processEvents()
    words = max(bar.findChildren(QLabel), key=lambda label: len(label.text()))
    needed = words.heightForWidth(words.width())
    assert needed <= words.height()
    assert bar.height() <= needed + 40


def test_that_the_action_of_a_notice_is_done_once_and_the_bar_goes(qtbot, window, session):
    done = []
    session.requests.notice.emit(Notice("Deleted.", kind="info", action_words="Undo", action=lambda: done.append(1)))
    qtbot.mouseClick(window.findChild(NoticeBar).findChild(QPushButton, "notice_action"), Qt.MouseButton.LeftButton)
    assert done == [1]
    assert not window.findChild(NoticeBar).isVisible()


def test_that_dropped_files_are_shown_on_the_data_place(window, session, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(session.importing, "prepare", lambda paths, **_how: asked.append(paths))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.csv"))])
    actions, keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(5, 5), actions, data, Qt.MouseButton.LeftButton, keys))
    assert asked == [[tmp_path / "a.csv"]]
    assert window.place == "data"


def test_that_control_o_asks_for_files_and_remembers_their_folder(window, session, monkeypatch, tmp_path, preferences):
    asked = []
    monkeypatch.setattr(questions, "ask_for_files", lambda _parent, _folder: [tmp_path / "a.csv"])
    monkeypatch.setattr(session.importing, "prepare", lambda paths, **_how: asked.append(paths))
    window.ask_for_files()
    assert asked
    assert preferences.file_folder == str(tmp_path)


def test_that_the_header_offers_data_sets_models_and_people(window):
    menus = {menu.objectName(): menu for menu in window.findChildren(HeaderMenu)}
    assert "No data set" in menus["header_dataset"].text()
    offered = [action.text() for action in menus["header_person"].menu().actions() if action.text()]
    assert offered == ["Me", "Add a person…", "Rename Me…", "Delete Me"]


def test_that_an_idle_window_closes_without_a_question_and_remembers_its_place(window, preferences):
    window.resize(1100, 720)
    assert window.close()
    assert preferences.geometry is not None


def endless(*_arguments):
    try:
        while True:
            yield None
    except Stop:
        yield None
    return


@pytest.fixture
def importing(qtbot, monkeypatch, session, window):
    monkeypatch.setattr(operations, "open_sample", endless)
    session.importing.use_sample()
    return window


def test_that_closing_under_a_job_asks_and_going_on_goes_on(monkeypatch, importing, session):
    monkeypatch.setattr(main_window.questions, "ask_to_stop", lambda _parent, _title: False)
    assert not importing.close()
    assert session.jobs.state is not None
    assert not session.jobs.state.stopping


def test_that_closing_under_a_job_says_stopping_at_once_and_closes_when_the_thread_is_gone(
    qtbot, monkeypatch, importing, session
):
    monkeypatch.setattr(main_window.questions, "ask_to_stop", lambda _parent, _title: True)
    assert not importing.close()
    assert importing.isVisible()
    assert "Stopping…" in [label.text() for label in importing.findChild(QFrame, "job_bar").findChildren(QLabel)]
    qtbot.waitUntil(lambda: not importing.isVisible())
    assert session.is_idle


def test_that_a_signal_closes_without_asking(qtbot, importing, session):
    importing.close_without_asking()
    qtbot.waitUntil(lambda: not importing.isVisible())
    assert session.is_idle


def test_that_every_button_of_the_frame_has_its_three_names(window):
    pressed = [
        control
        for control in window.findChildren(QAbstractButton)
        if not control.objectName().startswith("qt_") and not isinstance(control.parent(), (QLineEdit, QTabBar))
    ]
    assert len(pressed) > 5
    for control in pressed:
        assert control.objectName(), control
        assert control.accessibleName(), control.objectName()
        assert control.toolTip(), control.objectName()


@pytest.mark.parametrize(
    ("place", "sentence"), [("for_you", "the list says what to watch, and why"), ("data", "open ratings to learn from")]
)
def test_that_f1_says_what_a_place_is_for(window, monkeypatch, place, sentence):
    helped = []
    monkeypatch.setattr(main_window.QWhatsThis, "showText", lambda _at, text, _widget: helped.append(text))
    window.show_place(place)
    shortcut(window, "F1").activated.emit()
    assert sentence in helped[0]


# The first page: For you, while there is no data set


def first_page(window):
    return window.findChild(QWidget, "places").currentWidget()


def test_that_for_you_is_there_with_the_first_data_set_and_goes_with_it(qtbot, window, session, library, report):
    page = first_page(window)
    library.datasets.save(planted_dataset(), report)
    session.data.open("planted")
    assert window.place == "for_you"
    assert first_page(window) is not page
    session.data.delete("planted")
    assert first_page(window) is page
    qtbot.waitUntil(lambda: session.is_idle, timeout=10_000)


def test_that_an_import_is_shown_on_the_first_page_while_it_runs(qtbot, importing, session):
    buttons = first_page(importing).findChildren(QPushButton)
    assert not [button.text() for button in buttons if button.isVisible()]
    assert "Opening the sample" in [label.text() for label in first_page(importing).findChildren(QLabel)]
    session.jobs.stop()
    qtbot.waitUntil(lambda: session.jobs.state is None)
    assert "Rate a few films" in [button.text() for button in buttons if button.isVisible()]


def test_that_a_folder_that_cannot_be_opened_is_said_on_the_first_page(qtbot, window, session, monkeypatch):
    retried = []
    monkeypatch.setattr(session, "open", lambda _home: retried.append(True))
    session.library.failure = Failure("Another window has this folder.", "Close it.", "")
    session.library.note_change()
    assert "Another window has this folder." in [label.text() for label in first_page(window).findChildren(QLabel)]
    qtbot.mouseClick(first_page(window).findChild(QPushButton, "place_message_button"), Qt.MouseButton.LeftButton)
    assert retried == [True]


def test_that_files_that_are_opened_are_being_looked_at_before_their_place_is_shown(
    window, session, tmp_path, monkeypatch
):
    """Showing a place for the first time takes a while, in which files from outside may arrive: they have to wait."""
    session.open(tmp_path / "home")
    file = tmp_path / "many.csv"
    file.write_text("user,item,rating\n1,2,3\n")
    looked_at = []
    monkeypatch.setattr(window, "show_place", lambda name: looked_at.append(session.importing.plan))
    window.open_files([file])
    assert [plan.paths for plan in looked_at] == [(file,)]
    session.importing.leave()
