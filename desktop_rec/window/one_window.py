"""One window a library: the first start holds it, later starts hand their files to it, and end.

Who is first is decided by a lock of the system, which ends with its process however that ends; files go through a local
socket that only this user may open. Both lie outside of the library, so that a library on a network disk, one that may
only be read, and a folder that is none are treated alike. A file counts as handed over only once the window has taken
it: where the window closes before, the later start becomes the window itself.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from engine.library.home import passing_folder

LOG = logging.getLogger(__name__)

TakeFiles = Callable[[list[Path]], bool]
"""Takes the files of a later start, none where it brought none; False where that has to wait."""

_RECEIVED, _TAKEN = b"received\n", b"taken\n"
_LONGEST_PATH = 100
"""Bytes that the path of a socket may have on all systems (macOS: 104)."""
_TRY_AGAIN_S, _TRY_AGAIN_MS = 0.05, 200
_CONNECT_MS, _LOOK_MS = 500, 100
_MOST_BYTES = 4_000_000
_ACTIVATION = "XDG_ACTIVATION_TOKEN"
"""What lets a window come to the front under Wayland: the later start has it from whoever started it."""


@dataclass(frozen=True)
class MeetingPlace:
    """Where the starts of one library meet: a lock, and the name (or path) of a socket."""

    lock: Path
    socket: str

    @staticmethod
    def of(home: Path) -> MeetingPlace:
        """The meeting place of a library for this user. OSError where this user has no folder for such things."""
        folder = passing_folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark = hashlib.sha256(os.fsencode(plain_name(home.resolve()))).hexdigest()[:16]
        path = folder / f"{mark}.socket"
        if sys.platform == "win32" or len(os.fsencode(path)) > _LONGEST_PATH:
            return MeetingPlace(folder / f"{mark}.lock", f"desktop-rec-{_user()}-{mark}")
        return MeetingPlace(folder / f"{mark}.lock", str(path))

    @property
    def path(self) -> Path:
        """The file of the socket; Qt puts one that is no path into the folder of temporary files."""
        return Path(self.socket) if Path(self.socket).is_absolute() else Path(tempfile.gettempdir()) / self.socket

    @property
    def is_foreign(self) -> bool:
        """Whether somebody else's socket lies where ours would."""
        try:
            return sys.platform != "win32" and self.path.stat().st_uid != os.getuid()
        except OSError:
            return False


class OneWindow(QObject):
    """What a start knows of the others of its library: `claim` decides which is the window, `listen` makes it one."""

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.home = home
        self._place: MeetingPlace | None = None
        self._server: QLocalServer | None = None
        self._take: TakeFiles | None = None
        self._guests: list[tuple[QLocalSocket, list[Path]]] = []
        self._again = QTimer(self)
        self._again.setInterval(_TRY_AGAIN_MS)
        self._again.timeout.connect(self._take_all)
        try:
            self._place = MeetingPlace.of(home)
            self._lock = FileLock(self._place.lock, timeout=0, thread_local=False)
        except OSError as error:
            LOG.warning("Later starts cannot find this window: %s", error)

    @property
    def waiting(self) -> int:
        """How many later starts wait for their files to be taken."""
        return len(self._guests)

    def claim(self, files: Sequence[Path], *, patience_s: float = 30.0) -> str | None:
        """Become the window (""), or hand files to the one there is (None); else why neither can be, in a sentence.

        A window that is closing, or asks a question, is waited for; one that does not answer at all for `patience_s`.
        """
        place = self._place
        if place is None:
            return ""
        last_sign = time.monotonic()
        while time.monotonic() - last_sign < patience_s:
            try:
                self._lock.acquire()
                return ""
            except Timeout:
                pass
            except (OSError, NotImplementedError) as error:
                LOG.warning("Later starts cannot find this window: %s", error)
                self._place = None
                return ""
            if not place.is_foreign:
                answered_at = hand_over(place.socket, files, patience_s=patience_s)
                if answered_at is None:
                    return None
                last_sign = max(last_sign, answered_at)
            time.sleep(_TRY_AGAIN_S)
        names = ", ".join(str(path) for path in files)
        return (
            f"Desktop Rec is open already, but does not answer{names and '; not shown: '}{names}. "
            "Close its window, or end it, and start again."
        )

    def listen(self, take: TakeFiles) -> None:
        """From now on take the files of later starts, when this start is the window."""
        if self._place is None or not self._lock.is_locked:
            return
        self._take = take
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        if not self._place.is_foreign:
            QLocalServer.removeServer(self._place.socket)  # of a window that was killed
        if not server.listen(self._place.socket):
            LOG.warning("Later starts cannot hand over their files: %s", server.errorString())
            self._lock.release()
            return
        server.newConnection.connect(self._on_connection)
        self._server = server

    def close(self) -> None:
        """No longer be the window; whoever still waits becomes it."""
        self._again.stop()
        if self._server is not None:
            self._server.close()
        for guest, _ in self._guests:
            guest.abort()
        self._guests.clear()
        if self._place is not None:
            self._lock.release()

    def _on_connection(self) -> None:
        while self._server is not None and (guest := self._server.nextPendingConnection()) is not None:
            guest.readyRead.connect(self._on_said)
            guest.disconnected.connect(guest.deleteLater)
            self._hear(guest)

    def _on_said(self) -> None:
        guest = self.sender()
        if isinstance(guest, QLocalSocket):
            self._hear(guest)

    def _hear(self, guest: QLocalSocket) -> None:
        """Take what a later start says once its line is whole; what is no such line is left unanswered."""
        if guest.bytesAvailable() > _MOST_BYTES:
            guest.abort()
        if not guest.canReadLine():
            return
        files = _read_files(bytes(guest.readLine().data()))
        if files is None:
            guest.abort()
            return
        guest.write(_RECEIVED)
        guest.flush()
        self._guests.append((guest, files))
        self._take_all()

    def _take_all(self) -> None:
        """Take the files of who waits, in the order in which they came, as far as that may be now."""
        while self._guests and self._take is not None:
            guest, files = self._guests[0]
            if guest.state() == QLocalSocket.LocalSocketState.ConnectedState:
                if not self._take(files):
                    break
                guest.write(_TAKEN)
                guest.flush()
                guest.disconnectFromServer()
            self._guests.pop(0)
        if self._guests:
            self._again.start()
        else:
            self._again.stop()


def hand_over(name: str, files: Sequence[Path], *, patience_s: float) -> float | None:
    """Hand files to the window that listens there: None once it has them, else when it last gave a sign (0.0: never).

    As long as the window is there and has said that it received them, it is waited for.
    """
    socket, last_sign = QLocalSocket(), 0.0
    socket.connectToServer(name)
    if not socket.waitForConnected(_CONNECT_MS):
        return last_sign
    line = {"files": [str(path.absolute()) for path in files], "activation": os.environ.get(_ACTIVATION, "")}
    _let_it_come_to_the_front()
    socket.write(json.dumps(line).encode() + b"\n")
    socket.flush()
    began, heard = time.monotonic(), b""
    while socket.state() == QLocalSocket.LocalSocketState.ConnectedState or socket.bytesAvailable():
        if socket.waitForReadyRead(_LOOK_MS) or socket.bytesAvailable():
            heard += bytes(socket.readAll().data())
            last_sign = time.monotonic()
        if heard.endswith(_TAKEN):
            return None
        if not heard and time.monotonic() - began > patience_s:
            break
    return last_sign


def _read_files(line: bytes) -> list[Path] | None:
    """The files of a line that `hand_over` wrote; None for any other."""
    try:
        said = json.loads(line)
        files, activation = said["files"], said["activation"]
        if not isinstance(activation, str) or not all(isinstance(path, str) for path in files):
            return None
    except (ValueError, LookupError, TypeError):
        return None
    if activation:
        os.environ[_ACTIVATION] = activation
    return [Path(path) for path in files]


def plain_name(home: Path, *, platform: str = sys.platform) -> str:
    """A folder's name as all spellings of it are where upper and lower case are the same (Windows, macOS)."""
    return str(home).casefold() if platform in ("win32", "darwin") else str(home)


def _user() -> str:
    return os.environ.get("USERNAME", "user") if sys.platform == "win32" else str(os.getuid())


def _let_it_come_to_the_front() -> None:
    """On Windows only the program that was started last may bring a window to the front, or say who may."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(-1)
