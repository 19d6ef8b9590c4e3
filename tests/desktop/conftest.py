"""Hygiene of every Qt test: collector off, no thread or timer left over, no real dialog, no Qt warning."""

import gc
import threading
import time
from dataclasses import dataclass, field

import pytest
import shiboken6
import torch  # noqa: F401  (before the start is frozen)
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QInputDialog, QMessageBox

from desktop_rec.session.session import Session
from engine.data.importing.importer import ImportReport
from engine.library.store import Library

_HARMLESS = ("This plugin does not support", "Populating font family aliases")
_PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def _no_dialogs(monkeypatch):
    def refuse(*_arguments, **_names):
        pytest.fail("A real dialog was opened")

    for kind in (QDialog, QMessageBox, QFileDialog, QInputDialog):
        monkeypatch.setattr(kind, "exec", refuse)
    for name in ("getOpenFileNames", "getOpenFileName", "getSaveFileName", "getExistingDirectory"):
        monkeypatch.setattr(QFileDialog, name, refuse)
    monkeypatch.setattr(QInputDialog, "getText", refuse)


@pytest.fixture(autouse=True)
def _hygiene(qtlog, _no_dialogs):
    threads_before = set(threading.enumerate())
    gc.disable()
    gc.freeze()
    yield
    app = QApplication.instance()
    if app is not None:
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.enable()
    gc.collect()
    _wait_for_threads(threads_before)
    left = _active_timers()
    assert not left, f"timers were left over: {[(timer.interval(), timer.parent()) for timer in left]}"
    warned = [record.message for record in qtlog.records if record.log_type_name in ("QtWarningMsg", "QtCriticalMsg")]
    warned = [message for message in warned if not message.startswith(_HARMLESS)]
    assert not warned, f"Qt warned: {warned}"


def _active_timers():
    """Timers made since the test began: what was there before is frozen, which also keeps each look quick."""
    timers = (found for found in gc.get_objects() if issubclass(type(found), QTimer))
    return [timer for timer in timers if shiboken6.isValid(timer) and timer.isActive()]


def _wait_for_threads(before):
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        left = [thread for thread in threading.enumerate() if thread not in before and thread.is_alive()]
        if not [thread for thread in left if thread.name.startswith("desktop-rec")]:
            return
        time.sleep(0.01)
    pytest.fail(f"threads were left over: {[thread.name for thread in left]}")


@dataclass
class SignalLog:
    """What a signal carried, call by call."""

    calls: list = field(default_factory=list)

    def __call__(self, *values):
        self.calls.append(values[0] if len(values) == 1 else values)

    @property
    def last(self):
        return self.calls[-1]


def record_signal(signal):
    """Record what a signal carries from now on."""
    log = SignalLog()
    signal.connect(log)
    return log


@pytest.fixture
def recorded():
    return record_signal


@pytest.fixture
def library(tmp_path):
    opened = Library.open(tmp_path / "home", who="a test")
    yield opened
    opened.close()


@pytest.fixture
def report():
    """A report as an import makes it, with one skipped line."""
    return ImportReport(
        layout="MovieLens csv",
        encoding="utf-8",
        delimiter=",",
        rows=1600,
        skipped={},
        problems=(),
        duplicates=0,
        unrated=0,
        seconds=0.1,
        peak_mib=50.0,
        files=("ratings.csv",),
    )


@pytest.fixture
def session(qapp, library):
    """A session over an empty library; its workers are idle again when the test is over."""
    made = Session()
    made.library.files = library
    made.my_ratings.choose_profile(library.profiles.default().profile_id)
    yield made
    made.close()
    deadline = time.monotonic() + _PATIENCE_S
    while not made.is_idle and time.monotonic() < deadline:
        qapp.processEvents()
        time.sleep(0.005)
    made.deleteLater()
