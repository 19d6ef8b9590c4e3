"""A launch: log, hooks, collector, command line, and what is said where no window can be."""

import gc
import logging
import sys
import weakref
from datetime import datetime

import pytest
from PySide6.QtCore import Qt, qWarning
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from desktop_rec import __main__ as command
from desktop_rec import app
from desktop_rec.app import GarbageTimer, Launch
from desktop_rec.common.log import LOG, LogFile
from desktop_rec.common.preferences import Preferences
from desktop_rec.window import system_libraries

MOST_MS = 30_000


@pytest.fixture
def launch(qtbot, qapp, tmp_path):
    hook = sys.excepthook
    made = Launch(qapp, tmp_path / "home", theme="light")
    qtbot.addWidget(made.window)
    yield made
    made.window.close_without_asking()
    qtbot.waitUntil(lambda: made.session.is_idle, timeout=MOST_MS)
    made.end()
    made.deleteLater()
    sys.excepthook = hook


def test_that_a_launch_shows_the_window_then_opens_the_folder_then_looks_at_the_devices(qtbot, launch):
    launch.begin([])
    assert launch.window.isVisible()
    assert launch.session.library.files is None
    qtbot.waitUntil(lambda: launch.session.library.files is not None)
    assert launch.session.profile.current.name == "Me"
    qtbot.waitUntil(lambda: launch.session.devices.found is not None, timeout=MOST_MS)
    assert launch.session.devices.found.usable[-1].key == "cpu"
    assert not gc.isenabled()


class _Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(app, "_YOUNG", -1)  # every look finds something young to collect
    return _Clock()


@pytest.fixture
def garbage(qapp, clock):
    made = GarbageTimer(clock=clock)
    yield made
    made.stop()
    made.deleteLater()


def lost_in_a_circle():
    """An object that only a full collection finds: it has survived the others."""
    made = _Clock()
    made.itself = made
    for generation in (0, 1):
        gc.collect(generation)
    return weakref.ref(made)


def test_that_all_garbage_is_collected_when_nobody_has_touched_the_window_for_a_while(garbage, clock):
    lost = lost_in_a_circle()
    garbage.collect()
    assert lost() is not None
    clock.now += 11
    garbage.collect()
    assert lost() is None


def test_that_nothing_but_young_garbage_is_collected_while_somebody_types(qtbot, garbage, clock):
    field = QLineEdit()
    qtbot.addWidget(field)
    field.show()
    field.windowHandle().installEventFilter(garbage)
    lost = lost_in_a_circle()
    for _ in range(30):
        clock.now += 1
        QTest.keyClick(field.windowHandle(), Qt.Key.Key_A)
        garbage.collect()
    assert lost() is not None
    clock.now += 3
    garbage.collect()
    assert lost() is None


def test_that_a_window_in_which_nothing_happens_collects_nothing(garbage, clock, monkeypatch):
    clock.now += 11
    garbage.collect()
    monkeypatch.setattr(app, "_YOUNG", 10**9)
    lost = lost_in_a_circle()
    clock.now += 1000
    garbage.collect()
    assert lost() is not None


def test_that_what_takes_long_to_look_through_and_stays_is_looked_at_once(garbage, clock, monkeypatch):
    kept, case = [], {}
    monkeypatch.setattr(gc, "freeze", lambda: kept.append(1))
    monkeypatch.setattr(gc, "collect", lambda generation=2: setattr(clock, "now", clock.now + case["took_s"]))
    monkeypatch.setattr(gc, "get_objects", lambda: [None] * case["stay"])
    for took_s, stay, frozen in ((0.005, 10**6, 0), (0.1, 1000, 0), (0.1, 10**6, 1)):
        case.update(took_s=took_s, stay=stay)
        garbage.sweep()
        assert len(kept) == frozen, took_s
    garbage.collect()
    assert len(kept) == 2


def test_that_a_file_that_is_not_there_is_a_sentence_and_the_window_lives(qtbot, launch, tmp_path):
    launch.begin([tmp_path / "nothing.csv"])

    def is_said():
        labels = [label for label in launch.window.findChildren(QLabel) if label.isVisible()]
        return any("nothing.csv is not there" in label.text() for label in labels)

    qtbot.waitUntil(is_said, timeout=MOST_MS)


def test_that_a_folder_of_something_else_is_refused_and_left_as_it_is(qtbot, qapp, tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "app.log").write_text("x")
    hook, launch = sys.excepthook, Launch(qapp, tmp_path, theme="light")
    qtbot.addWidget(launch.window)
    launch.begin([])
    qtbot.waitUntil(lambda: launch.session.library.failure is not None, timeout=MOST_MS)
    labels = [label.text() for label in launch.window.findChildren(QLabel) if label.isVisible()]
    assert any("is no library of Desktop Rec" in text for text in labels)
    launch.preferences.theme = "dark"
    launch.window.close_without_asking()
    qtbot.waitUntil(lambda: launch.session.is_idle, timeout=MOST_MS)
    launch.end()
    launch.deleteLater()
    sys.excepthook = hook
    assert [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*"))] == ["logs", "logs/app.log"]


def test_that_an_error_that_nobody_caught_is_logged_and_said(launch, recorded):
    notices = recorded(launch.session.requests.notice)
    error = ValueError("oh")
    sys.excepthook(ValueError, error, None)
    assert "ValueError: oh" in notices.last.sentence
    assert "ValueError: oh" in launch.log.path.read_text()


def test_that_the_settings_copy_diagnostics_without_ratings(qtbot, launch):
    launch.window.open_library(launch.home)
    launch.window.show_place("settings")
    launch.window.findChild(QPushButton, "settings_copy_diagnostics").click()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("Desktop Rec 0.1.0")
    assert "PySide6-Essentials" in text
    assert str(launch.home) in text
    assert "Threads: " in text


def test_that_each_launch_has_a_log_and_old_ones_go(tmp_path):
    for minute in range(25):
        LogFile(tmp_path, now=datetime(2026, 1, 1, 10, minute)).close()
    log = LogFile(tmp_path, now=datetime(2026, 1, 2))
    LOG.log(logging.INFO, "something")
    log.close()
    assert "something" in log.path.read_text()
    assert len(list((tmp_path / "logs").iterdir())) == 20


def test_that_a_folder_that_cannot_be_written_costs_only_the_log(tmp_path):
    (tmp_path / "home").write_text("a file is in the way")
    log = LogFile(tmp_path / "home")
    assert log.path is None
    assert log.tail() == ""
    log.close()


def test_that_messages_of_qt_land_in_the_log(qapp, tmp_path, qtlog):
    with qtlog.disabled():
        log = LogFile(tmp_path)
        log.open()
        qWarning("a message of Qt")
        log.close()
    assert "Qt: a message of Qt" in log.path.read_text()


def test_that_preferences_come_back(qapp, tmp_path):
    first = Preferences(tmp_path)
    first.theme, first.dataset_id = "dark", "d1"
    first.save()
    second = Preferences(tmp_path)
    assert (second.theme, second.dataset_id, second.geometry) == ("dark", "d1", None)


def test_that_missing_libraries_are_named_with_their_packages(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(
        system_libraries.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None
    )
    environment = {"DISPLAY": ":0"}
    missing = system_libraries.missing_libraries(environment, can_load=lambda name: "cursor" not in name)
    assert missing == ("libxcb-cursor.so.0",)
    assert "sudo apt-get install libxcb-cursor0" in system_libraries.missing_sentence(missing)
    monkeypatch.setattr(system_libraries.shutil, "which", lambda name: "/usr/bin/dnf" if name == "dnf" else None)
    assert "sudo dnf install xcb-util-cursor" in system_libraries.missing_sentence(missing)
    assert system_libraries.missing_libraries({}, can_load=lambda name: "xcb" not in name) == ()


def test_that_a_command_without_qt_libraries_says_so_and_fails(monkeypatch, capsys):
    monkeypatch.setattr(command, "missing_libraries", lambda: ("libEGL.so.1",))
    assert command.main([]) == 1
    assert "libEGL.so.1" in capsys.readouterr().err


def test_that_without_a_display_the_tour_runs_and_says_where_the_pictures_are(monkeypatch, capsys, tmp_path):
    ran = []
    monkeypatch.setattr(command, "has_display", lambda: False)
    monkeypatch.setattr(command, "_run_tour", lambda folder: ran.append(folder) or 0)
    monkeypatch.chdir(tmp_path)
    assert command.main([]) == 0
    assert ran == [tmp_path / "tour"]
    said = capsys.readouterr().out
    assert "no display" in said
    assert str(tmp_path / "tour") in said


def test_that_a_display_is_what_linux_calls_one(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    assert not system_libraries.has_display({})
    assert system_libraries.has_display({"WAYLAND_DISPLAY": "wayland-0"})
    monkeypatch.setattr(sys, "platform", "darwin")
    assert system_libraries.has_display({})


def test_that_version_is_said_without_a_window(capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == "Desktop Rec 0.1.0\n"
