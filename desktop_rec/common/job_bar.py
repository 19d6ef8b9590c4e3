"""The bar at the bottom while something runs: what, how far, how long still; pause and stop."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QWidget

from desktop_rec.common.controls import ElidedLabel, arranged, button, named, number_label, text_label
from desktop_rec.common.job_state import JobState
from desktop_rec.common.plain import set_tip
from desktop_rec.common.plots.repainter import Repainter
from desktop_rec.theme.theme import GRID, number_font, set_role

_STOP_VERBS = {"import": "Cancel", "export": "Cancel", "predict": "Cancel"}
_STOP_TIPS = {
    "import": "Cancel the import; nothing of it is stored",
    "export": "Cancel the export; nothing of it is stored",
    "predict": "Cancel; nothing is written",
    "sweep": "Stop here and look at what was measured",
    "ladder": "End it; nothing of it is kept",
    "speed test": "End the test with what was measured",
    "training": "Stop and save what was learned so far",
    "search": "Stop and save all runs; the search can be continued",
}


class JobBar(QFrame):
    """Visible only while a job runs. stop_asked also means cancel, for an import."""

    pause_asked = Signal()
    go_on_asked = Signal()
    stop_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: JobState | None = None
        self._build()
        self._connect()
        self._showing = Repainter(self, self._draw_progress, by_itself=True)
        self.hide()

    def show_state(self, state: JobState | None) -> None:
        """Show a job, or nothing."""
        self._state = state
        self.setVisible(state is not None)
        if state is None:
            return
        self._title.setText(state.title + (", paused" if state.paused else ""))
        self._draw_progress()
        self._pause.setVisible(state.can_pause)
        self._pause.setText("Go on" if state.paused else "Pause")
        self._pause.setAccessibleName(self._pause.text())
        self._stop.setText(_STOP_VERBS.get(state.kind, "Stop"))
        self._stop.setAccessibleName(self._stop.text())
        set_tip(self._stop, _STOP_TIPS.get(state.kind, ""))
        self._stop.setEnabled(not state.stopping)

    def show_progress(self, state: JobState) -> None:
        """Show how far the job that is shown has come, a few times a second."""
        self._state = state
        self._showing.mark()

    def _draw_progress(self) -> None:
        state = self._state
        if state is not None:
            self._step.setText(state.words)
            self._show_share(state)
            self._left.setText(format_time_left(state.remaining_s) if not state.paused else "")

    def show_stopping(self) -> None:
        """Say that the window is about to close, whatever still has to end."""
        self._state = None
        self.setVisible(True)
        self._title.setText("Stopping…")
        self._step.setText("What was learned is saved; then the window closes.")
        self._progress.setRange(0, 0)
        self._share.clear()
        self._left.clear()
        self._pause.hide()
        self._stop.hide()

    def _build(self) -> None:
        self.setProperty("role", "bar")
        named(self, "job_bar", "What runs now")
        set_tip(self, "")
        self._title, self._step = text_label(role="heading"), ElidedLabel()
        set_role(self._step, "weak")
        self._step.setFont(number_font(self._step.font()))
        self._progress = named(QProgressBar(), "job_progress", "Progress of the job")
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(GRID * 24)
        self._share, self._left = number_label(), number_label()
        self._pause = button("Pause", "job_pause", "Pause here; nothing is lost (Go on continues)")
        self._stop = button("Stop", "job_stop", "Stop and save what was learned so far")
        parts = (self._title, self._step, self._progress, self._share, self._left, self._pause, self._stop)
        arranged(QHBoxLayout(self), *parts, gap=GRID * 2, margins=(GRID * 2, GRID, GRID * 2, GRID)).setStretch(1, 1)

    def _connect(self) -> None:
        self._pause.clicked.connect(self._on_pause)
        self._stop.clicked.connect(self.stop_asked)

    def _show_share(self, state: JobState) -> None:
        if state.share is None:
            self._progress.setRange(0, 0)
            self._share.clear()
        else:
            self._progress.setRange(0, 1000)
            self._progress.setValue(round(1000 * state.share))
            self._share.setText(f"{100 * state.share:.0f} %")

    def _on_pause(self) -> None:
        if self._state is not None and self._state.paused:
            self.go_on_asked.emit()
        else:
            self.pause_asked.emit()


def format_time_left(seconds: float | None) -> str:
    """A time still to go as people say it: "1:12 left", "2:05:00 left"; "" where nobody knows."""
    if seconds is None:
        return ""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02} left" if hours else f"{minutes}:{rest:02} left"
