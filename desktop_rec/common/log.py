"""One log file per launch, in the library's folder; crashes of the C++ side land in it too."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import platform
import sys
from collections.abc import Callable
from datetime import datetime
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import IO

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

import engine

LOG = logging.getLogger("desktop_rec")
_LOGGERS = (LOG, logging.getLogger("engine"))

_KEPT_LOGS = 20
_PACKAGES = ("PySide6-Essentials", "pyqtgraph", "torch", "numpy", "scipy", "pandas", "pyarrow", "safetensors")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class _LogHandler(logging.FileHandler):
    """Writes what it can: a line that finds the disk full is left out, and nothing is made of it."""

    def handleError(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


class LogFile:
    """The log of this launch. `path` is None without a folder to write into; then errors go to the terminal."""

    def __init__(self, home: Path | None, *, now: datetime | None = None) -> None:
        self.path: Path | None = None
        self._crashes: IO[str] | None = None
        self._handler: logging.Handler = logging.StreamHandler()
        if home is not None:
            with contextlib.suppress(OSError):
                folder = home / "logs"
                folder.mkdir(parents=True, exist_ok=True)
                _drop_old(folder)
                path = folder / f"desktop-rec-{now or datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}.log"
                self._handler = _LogHandler(path, encoding="utf-8")
                self._crashes = path.open("a", encoding="utf-8")
                self.path = path
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s: %(message)s"))
        for logger in _LOGGERS:
            logger.addHandler(self._handler)
            logger.setLevel(logging.INFO)

    def open(self) -> None:
        """Take Qt's messages and the interpreter's crashes."""
        if self._crashes is not None:
            faulthandler.enable(self._crashes)
        qInstallMessageHandler(_on_qt_message)
        LOG.info("%s", about_machine().replace("\n", "; "))

    def close(self) -> None:
        """Let go of the file."""
        qInstallMessageHandler(None)
        if self._crashes is not None:
            faulthandler.disable()
            self._crashes.close()
        for logger in _LOGGERS:
            logger.removeHandler(self._handler)
        with contextlib.suppress(OSError):
            self._handler.close()

    def tail(self, characters: int = 8000) -> str:
        """The end of the log."""
        if self.path is None:
            return ""
        return self.path.read_text(encoding="utf-8", errors="replace")[-characters:]


def install_hooks(report: Callable[[BaseException], None]) -> None:
    """Errors that nobody caught go to the log, and `report` shows them to the person."""

    def on_error(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        LOG.error("An error that nobody caught", exc_info=(kind, error, trace))
        report(error)

    sys.excepthook = on_error


def about_machine() -> str:
    """Versions and platform, a line each."""
    lines = [f"Desktop Rec {engine.__version__}", f"Python {platform.python_version()}, {platform.platform()}"]
    for package in _PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            lines.append(f"{package} {metadata.version(package)}")
    return "\n".join(lines)


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    LOG.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", message)


def _drop_old(folder: Path) -> None:
    for old in sorted(folder.glob("desktop-rec-*.log"))[: -(_KEPT_LOGS - 1)]:
        with contextlib.suppress(OSError):  # somebody looks at it: it goes the next time
            old.unlink(missing_ok=True)
