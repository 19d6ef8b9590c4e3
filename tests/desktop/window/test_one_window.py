"""A later start of the same library hands its files to the window that is open; nothing that was given is dropped."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop_rec.window.arrivals import Arrivals
from desktop_rec.window.one_window import MeetingPlace, OneWindow

ROOT = Path(__file__).parents[3]
_CLAIM = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from desktop_rec.window.one_window import OneWindow

one = OneWindow(Path(sys.argv[1]))
if one.claim([Path(sys.argv[2])]) is None:
    sys.exit(0)
app, shown = QCoreApplication([]), [sys.argv[2]]

def take(files):
    shown.extend(str(path) for path in files)
    if len(shown) == int(sys.argv[3]):
        QTimer.singleShot(100, app.quit)
    return True

one.listen(take)
QTimer.singleShot(30_000, app.quit)
app.exec()
one.close()
print("\\n".join(shown))
"""

_PROGRAM = """
import sys
from PySide6.QtCore import QTimer
from desktop_rec.__main__ import main
from desktop_rec.window.one_window import OneWindow

home, file, count = sys.argv[1:]
shown, listen = [], OneWindow.listen

def look(window, timer):
    importing = window.session.importing
    plan = importing.plan
    if plan is not None and plan.preview is not None and not plan.is_looking:
        shown.extend(str(path) for path in plan.paths)
        importing.leave()
    if len(shown) == int(count):
        timer.stop()
        QTimer.singleShot(1000, window.close_without_asking)

def listening(one_window, take):
    listen(one_window, take)
    arrivals = take.__self__
    timer = QTimer(arrivals)
    timer.timeout.connect(lambda: look(arrivals._window, timer))
    timer.start(50)

OneWindow.listen = listening
status = main(["--home", home, file])
print("\\n".join(shown))
sys.exit(status)
"""
"""The program itself, and somebody who looks at each file that the window shows, and lays it aside."""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def first(qapp, home):
    """The window of the home: what it was given, and whether it may take it now."""
    made = OneWindow(home)
    assert made.claim([]) == ""
    made.shown, made.may_take = [], True

    def take(files):
        if made.may_take:
            made.shown.append(files)
        return made.may_take

    made.listen(take)
    yield made
    made.close()
    made.deleteLater()


class Start(threading.Thread):
    """A later start, on a thread of its own as it waits; `outcome` is what its claim came to."""

    def __init__(self, home, *names, patience_s=30.0):
        super().__init__()
        self._home, self._files, self._patience_s = home, [Path(name) for name in names], patience_s
        self.outcome = "not yet"
        self.start()

    def run(self):
        one = OneWindow(self._home)
        self.outcome = one.claim(self._files, patience_s=self._patience_s)
        one.close()


def test_that_files_of_a_later_start_are_shown_in_the_window_that_is_open(qtbot, first, home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    began = time.monotonic()
    later = Start(home, "ratings.csv", "titles.csv")
    qtbot.waitUntil(lambda: not later.is_alive())
    assert later.outcome is None
    assert first.shown == [[tmp_path / "ratings.csv", tmp_path / "titles.csv"]]
    assert time.monotonic() - began < 5.0


def test_that_a_later_start_without_files_is_told_that_the_window_is_open(qtbot, first, home):
    later = Start(home)
    qtbot.waitUntil(lambda: not later.is_alive())
    assert later.outcome is None
    assert first.shown == [[]]


def test_that_another_library_has_a_window_of_its_own(qtbot, first, tmp_path):
    other = OneWindow(tmp_path / "another")
    assert other.claim([Path("ratings.csv")]) == ""
    other.close()
    assert first.shown == []


def test_that_files_wait_while_a_question_stands_and_are_taken_in_their_order(qtbot, first, home):
    first.may_take = False
    starts = [Start(home, "a.csv")]
    qtbot.waitUntil(lambda: first.waiting == 1)
    starts.append(Start(home, "b.csv"))
    qtbot.waitUntil(lambda: first.waiting == 2)
    assert [start.outcome for start in starts] == ["not yet", "not yet"]
    first.may_take = True
    qtbot.waitUntil(lambda: not any(start.is_alive() for start in starts))
    assert [[path.name for path in files] for files in first.shown] == [["a.csv"], ["b.csv"]]


def test_that_a_start_becomes_the_window_where_the_former_closes_without_taking_its_files(qtbot, first, home):
    first.may_take = False
    later = Start(home, "a.csv")
    qtbot.waitUntil(lambda: first.waiting == 1)
    first.close()
    qtbot.waitUntil(lambda: not later.is_alive())
    assert later.outcome == ""
    assert first.shown == []


def test_that_a_window_that_does_not_answer_is_named_with_the_files_that_are_not_shown(home, tmp_path):
    hung = OneWindow(home)
    assert hung.claim([]) == ""
    later = OneWindow(home)
    words = later.claim([tmp_path / "ratings.csv"], patience_s=0.3)
    assert "does not answer" in words
    assert str(tmp_path / "ratings.csv") in words
    hung.close()


def test_that_the_socket_of_a_killed_window_is_in_nobodys_way(qtbot, home):
    ready = "one.listen(lambda files: True); print('up', flush=True); app.exec()"
    code = _CLAIM.split("one.listen")[0] + ready
    killed = subprocess.Popen(
        [sys.executable, "-c", code, str(home), "x"], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert killed.stdout.readline() == b"up\n"
    assert MeetingPlace.of(home).path.exists()
    killed.kill()
    killed.wait()
    killed.stdout.close()
    heir = OneWindow(home)
    assert heir.claim([]) == ""
    heir.shown = []
    heir.listen(lambda files: heir.shown.append(files) or True)
    later = Start(home, "a.csv")
    qtbot.waitUntil(lambda: not later.is_alive())
    assert later.outcome is None
    assert len(heir.shown) == 1
    heir.close()
    heir.deleteLater()


def test_that_a_socket_of_another_user_is_not_spoken_to(first, home, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    words = OneWindow(home).claim([Path("private.csv")], patience_s=0.2)
    assert "does not answer" in words
    assert first.shown == []


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b'{"files": [1], "activation": ""}\n', b"\xff\xfe\n"])
def test_that_a_line_of_somebody_else_is_not_answered(qtbot, first, home, line):
    stranger = QLocalSocket()
    stranger.connectToServer(MeetingPlace.of(home).socket)
    assert stranger.waitForConnected(1000)
    stranger.write(line)
    stranger.flush()
    qtbot.waitUntil(lambda: stranger.state() == QLocalSocket.LocalSocketState.UnconnectedState)
    assert first.shown == []
    assert bytes(stranger.readAll().data()) == b""


def test_that_a_folder_without_room_for_a_meeting_place_costs_no_start(home, tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr("desktop_rec.window.one_window.passing_folder", lambda: blocked / "in it")
    one = OneWindow(home)
    assert one.claim([Path("a.csv")]) == ""
    one.listen(lambda files: True)
    one.close()


@pytest.mark.slow
def test_that_of_many_starts_at_once_one_is_the_window_and_has_all_files(home):
    surroundings = os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", _CLAIM, str(home), f"/{number}.csv", "6"],
            stdout=subprocess.PIPE,
            text=True,
            env=surroundings,
        )
        for number in range(6)
    ]
    said = [start.communicate(timeout=60)[0] for start in starts]
    assert [start.returncode for start in starts] == [0] * len(starts)
    windows = [words for words in said if words]
    assert len(windows) == 1
    assert sorted(windows[0].split()) == sorted(f"/{number}.csv" for number in range(len(starts)))


@pytest.mark.thorough
def test_that_of_twenty_starts_of_the_program_one_is_the_window_and_shows_all_files(home, tmp_path):
    files = [tmp_path / f"{number}.csv" for number in range(20)]
    for number, file in enumerate(files):
        rows = [f"{person},{title},{1 + (person * title + number) % 5}" for person in range(9) for title in range(9)]
        file.write_text("\n".join(["user,item,rating", *rows]) + "\n")
    surroundings = os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(home), str(file), str(len(files))],
            stdout=subprocess.PIPE,
            text=True,
            env=surroundings,
        )
        for file in files
    ]
    said = [start.communicate(timeout=120)[0].split() for start in starts]
    assert [start.returncode for start in starts] == [0] * len(starts)
    (shown,) = [lines for lines in said if lines]
    assert sorted(shown) == sorted(map(str, files))


class _Window:
    """A window that shows files when told that it may."""

    def __init__(self, qtbot):
        self.shown, self.said, self.is_free, self.is_closing = [], [], True, False
        widget = QWidget()
        qtbot.addWidget(widget)
        self.arrivals = Arrivals(
            widget,
            is_free=lambda: self.is_free,
            show_files=self._show,
            inform=self.said.append,
            is_closing=lambda: self.is_closing,
        )

    def _show(self, files):
        self.is_free = False
        self.shown.append([path.name for path in files])


def test_that_files_that_arrive_while_others_are_looked_at_are_shown_one_after_another(qtbot):
    window = _Window(qtbot)
    for number in range(5):
        assert window.arrivals.take([Path(f"{number}.csv")])
        qtbot.waitUntil(lambda: len(window.shown) == 1)
    assert window.shown == [["0.csv"]]
    assert window.said[0] == "1.csv will be shown after this."
    assert window.said[-1] == "1.csv, 2.csv, 3.csv and 1 more file will be shown after this."
    for number in range(1, 5):
        window.is_free = True
        window.arrivals.look()
        qtbot.waitUntil(lambda number=number: len(window.shown) == number + 1)
    assert window.shown[-1] == ["4.csv"]
    assert window.arrivals.waiting == ()


def test_that_nothing_is_taken_while_the_window_closes_or_asks_a_question(qtbot):
    window = _Window(qtbot)
    window.is_closing = True
    assert not window.arrivals.take([Path("a.csv")])
    window.is_closing = False
    question = QDialog()
    qtbot.addWidget(question)
    question.setModal(True)
    question.show()
    assert not window.arrivals.take([Path("a.csv")])
    question.close()
    assert window.arrivals.take([Path("a.csv")])
    qtbot.waitUntil(lambda: window.shown == [["a.csv"]])


def test_that_a_file_that_the_system_opens_is_shown(qtbot, qapp):
    window = _Window(qtbot)
    qapp.installEventFilter(window.arrivals)
    QApplication.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile("/tmp/ratings.csv")))
    qapp.removeEventFilter(window.arrivals)
    qtbot.waitUntil(lambda: window.shown == [["ratings.csv"]])
