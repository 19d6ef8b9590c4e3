"""Starts the window: application, error hooks, log, theme, and Python's collector on the GUI thread.

The first view is on the screen before torch is imported; that happens once, on a
thread, when nothing moves. All of the garbage is collected when nothing moves, too.
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

import engine
from desktop_rec.common.log import LOG, LogFile, install_hooks
from desktop_rec.common.notices import Notice, failure_of
from desktop_rec.common.preferences import Preferences
from desktop_rec.session.session import Session
from desktop_rec.theme.theme import apply_theme
from desktop_rec.window.arrivals import Arrivals
from desktop_rec.window.main_window import MainWindow
from desktop_rec.window.one_window import OneWindow
from engine.device import keep_core_free
from engine.library.leaving import delete_everything, forget_starts
from engine.library.store import is_foreign

INTERVAL_MS = 1000
_YOUNG, _MIDDLE = 400, 20
CALM_S, _OFTEN_S, _SELDOM_S = 2.0, 10.0, 120.0
_LONG_S, _MANY = 0.02, 50_000
"""A collection that takes so long and leaves so many objects found what stays."""
_M_ARENA_MAX = -8
_TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseMove,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.Wheel,
        QEvent.Type.TouchUpdate,
    }
)


class GarbageTimer(QObject):
    """Collects on the thread that owns it: what is young about 0.3 ms a second, all of it at calm moments.

    A calm moment is one where nobody has touched the window for `CALM_S`. All of it takes some ms, at most every
    `_OFTEN_S`, and not at all where nothing happened meanwhile; somebody who never pauses meets it every `_SELDOM_S`.
    Where much has come that stays, such as modules, that is looked at once and never again.
    """

    def __init__(self, parent: QObject | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        gc.disable()
        self._clock = clock
        self._touched = self._swept = clock()
        self._is_due = False
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def freeze(self) -> None:
        """Start-up is over: collect all of it once and never look at what is left again."""
        gc.collect()
        gc.freeze()

    def collect(self) -> None:
        """Collect what is due: the youngest generation mostly, the middle one now and then, all when it is calm."""
        young, middle, _ = gc.get_count()
        if middle > _MIDDLE:
            self._collect(1)
        elif young > _YOUNG:
            self._collect(0)
        self._is_due |= middle > _MIDDLE or young > _YOUNG
        now = self._clock()
        if self._is_due and now - self._swept > (_OFTEN_S if now - self._touched > CALM_S else _SELDOM_S):
            self.sweep()

    def sweep(self) -> None:
        """Collect all that is not frozen, and give the memory that has become free back to the system."""
        self._collect(2)
        give_memory_back()
        self._swept, self._is_due = self._clock(), False

    def _collect(self, generation: int) -> None:
        began_at = self._clock()
        gc.collect(generation)
        if self._clock() - began_at > _LONG_S and len(gc.get_objects()) > _MANY:
            gc.freeze()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES:
            self._touched = self._clock()
        return False

    def stop(self) -> None:
        """Give the collector back."""
        self._timer.stop()
        gc.enable()


def keep_memory_together() -> None:
    """Let all threads take memory from two pools, as each job is a thread and would leave a pool behind."""
    _call_of_glibc("mallopt", _M_ARENA_MAX, 2)


def give_memory_back() -> None:
    """Give free memory back to the system, which the C library keeps otherwise."""
    _call_of_glibc("malloc_trim", 0)


def _call_of_glibc(name: str, *values: int) -> None:
    """Call a function that only the C library of most Linux systems has."""
    if sys.platform != "linux":
        return
    import ctypes

    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*values)


_QUIET_MS = 400
"""How long after the first view torch is imported: it is painted by then, and nobody has pressed anything."""

_SWITCH_S = 0.0001
"""How long a thread may keep Python to itself while another waits. At Python's default of 5 ms a learning thread, which
gives Python away at every torch call, lost a quarter of its speed to the plots; the plots lose nothing."""


def make_application(arguments: list[str]) -> QApplication:
    """The QApplication with our name on it (also for the tour and the tests)."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(arguments)
    app.setApplicationName("Desktop Rec")
    app.setApplicationVersion(engine.__version__)
    app.setDesktopFileName(os.environ.get("FLATPAK_ID") or "desktop-rec")  # a Flatpak's entry is called as it is
    return app


class Launch(QObject):
    """One launch: what must live as long as the window, and what happens after its first view."""

    def __init__(self, app: QApplication, home: Path, *, theme: str | None = None) -> None:
        super().__init__()
        self.home = home
        own = None if is_foreign(home) else home  # nothing is written into somebody else's folder
        self.log = LogFile(own)
        self.log.open()
        self.preferences = Preferences(own)
        apply_theme(app, theme or self.preferences.theme)
        self.session = Session(self)
        keep_memory_together()
        self.garbage = GarbageTimer(self)
        sys.setswitchinterval(_SWITCH_S)
        self.window = MainWindow(self.session, self.preferences, self.log)
        app.applicationStateChanged.connect(self._on_application_state)
        self._files: list[Path] = []
        self.arrivals = self._make_arrivals()
        if sys.platform == "darwin":
            app.installEventFilter(self.arrivals)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET_MS)
        self._quiet.timeout.connect(self.session.devices.look)
        install_hooks(self._say)
        self.session.devices.changed.connect(self._on_devices)
        self.session.requests.notice.connect(self._on_notice)

    def begin(self, files: list[Path]) -> None:
        """Show the window; open the folder and what was open last right after it is painted."""
        self._files = files
        self.window.show()
        self.window.windowHandle().installEventFilter(self.garbage)
        QTimer.singleShot(0, self._open_library)

    def end(self) -> None:
        """Give back what the process holds: folder, collector, log."""
        self._quiet.stop()
        keep_core_free(False)
        self.session.library.close()
        self.garbage.stop()
        LOG.info("The window was closed")
        self.log.close()
        sys.excepthook = sys.__excepthook__
        if self.window.deletes_everything:
            for path in delete_everything(self.home):
                print(f"{path} was left where it is.", file=sys.stderr)

    def _make_arrivals(self) -> Arrivals:
        """What takes files from outside, and looks for its moment whenever something ended."""
        session, window = self.session, self.window
        made = Arrivals(
            window,
            is_free=self._may_show_files,
            show_files=window.open_files,
            inform=session.requests.inform,
            is_closing=lambda: window.is_closing,
        )
        for ended in (
            session.library.changed,
            session.importing.changed,
            session.my_ratings.own_export.changed,
            session.jobs.changed,
        ):
            ended.connect(made.look)
        return made

    def _may_show_files(self) -> bool:
        """Whether no other files are being looked at, imported or reviewed."""
        session = self.session
        is_busy = session.importing.plan is not None or session.my_ratings.own_export.incoming is not None
        return session.library.files is not None and not is_busy and not session.jobs.is_running("import")

    def _open_library(self) -> None:
        self.window.open_library(self.home)
        if self._files:
            self.window.open_files(self._files)
        elif any(dataset.dataset_id == self.preferences.dataset_id for dataset in self.session.library.datasets()):
            place = self.preferences.place
            self.session.data.open(self.preferences.dataset_id)
            self.window.return_to(place)
        self._quiet.start()

    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        """While somebody looks at the window, jobs leave one core to it."""
        keep_core_free(state == Qt.ApplicationState.ApplicationActive)

    def _on_devices(self) -> None:
        self.garbage.freeze()

    def _on_notice(self, notice: Notice) -> None:
        LOG.info("%s: %s", notice.kind, notice.as_text())

    def _say(self, error: BaseException) -> None:
        self.session.requests.notice.emit(Notice.of(failure_of(error)))


def run(arguments: argparse.Namespace, one_window: OneWindow) -> int:
    """Run the window of a home that this start has claimed, until it is closed; the exit status."""
    app = make_application(sys.argv[:1])
    launch = Launch(app, one_window.home, theme=arguments.theme)

    def on_signal(number: int, frame: FrameType | None) -> None:
        launch.window.close_without_asking()

    app.commitDataRequest.connect(launch.window.close_without_asking)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    one_window.listen(launch.arrivals.take)
    launch.begin(arguments.files)
    status = app.exec()
    launch.end()
    one_window.close()
    if launch.window.deletes_everything:
        forget_starts()
    return status
