"""Parts of the tabs of Train: the buttons of a job, its figures, its stages, and what happened at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop_rec.common.controls import FlowLayout, button, named
from desktop_rec.common.job_state import JobState
from desktop_rec.common.plain import PlainLabel, set_tip
from desktop_rec.common.plots.repainter import Repainter
from desktop_rec.theme.theme import GRID, number_font, set_role
from desktop_rec.training.curves import StageLine
from engine.wording import said

_SHOW_EVERY_MS = 250
_NO_BREAK = "\u00a0"
_BUSY_TIP = said("Another job is running; wait for it, or stop it first")


@dataclass(frozen=True)
class JobWords:
    """What the buttons of a kind of job are called. `suffix` ends the object names of pause and stop."""

    kind: str
    start: str
    start_name: str
    start_tip: str
    stop: str
    stop_tip: str
    suffix: str = ""


class JobButtons(QWidget):
    """Start, and while the job runs pause, stop and (where `has_discard`) discard."""

    start_asked = Signal()
    pause_asked = Signal()
    go_on_asked = Signal()
    stop_asked = Signal()
    discard_asked = Signal()

    def __init__(self, words: JobWords, *, has_discard: bool = False) -> None:
        super().__init__()
        self._words, self._has_discard = words, has_discard
        self._may_start, self._why_not = True, ""
        self._job: JobState | None = None
        self._shown: tuple[object, ...] = ()
        self._build()
        self._start.clicked.connect(self.start_asked)
        self._pause.clicked.connect(self._on_pause)
        self._stop.clicked.connect(self.stop_asked)
        self._discard.clicked.connect(self.discard_asked)
        self.show_job(None)

    def show_start(self, words: str, *, may_start: bool = True, is_primary: bool = True, why_not: str = "") -> None:
        """What the first button is called now, whether there is something to start, and if not, why."""
        set_role(self._start, "primary" if is_primary else "")
        self._start.setText(words)
        self._start.setAccessibleName(words)
        self._may_start, self._why_not = may_start, why_not
        self._start.setEnabled(may_start and self._job is None)
        self._show_tip()

    def show_job(self, job: JobState | None, *, keeps: bool = True) -> None:
        """The buttons for the job that runs now, if any; `keeps`: stopping it would leave something."""
        self._job = job
        shown = (job is None, job and (job.kind, job.can_pause, job.paused, job.stopping), keeps)
        if shown == self._shown:
            return
        self._shown = shown
        is_own = job is not None and job.kind == self._words.kind
        self._start.setVisible(not is_own)
        self._start.setEnabled(job is None and self._may_start)
        self._show_tip()
        self._pause.setVisible(is_own and job is not None and job.can_pause)
        self._stop.setVisible(is_own)
        self._discard.setVisible(is_own and keeps and self._has_discard)
        if job is None or not is_own:
            return
        self._pause.setText(said("Go on") if job.paused else said("Pause"))
        self._pause.setAccessibleName(self._pause.text())
        set_tip(self._pause, said("Go on where it paused") if job.paused else said("Hold it here; nothing is lost"))
        self._stop.setText(said("Stopping…") if job.stopping else self._words.stop if keeps else said("Cancel"))
        self._stop.setAccessibleName(self._stop.text())
        set_tip(self._stop, self._words.stop_tip if keeps else said("End now; there is nothing to keep yet"))
        for control in (self._pause, self._stop, self._discard):
            control.setEnabled(not job.stopping)

    def _show_tip(self) -> None:
        is_other = self._job is not None and self._job.kind != self._words.kind
        set_tip(self._start, _BUSY_TIP if is_other else self._why_not or self._words.start_tip)

    def _build(self) -> None:
        words, suffix = self._words, self._words.suffix
        self._start = button(words.start, words.start_name, words.start_tip, role="primary")
        self._pause = button(said("Pause"), f"pause{suffix}_button", said("Hold it here; nothing is lost"))
        self._stop = button(words.stop, f"stop{suffix}_button", words.stop_tip)
        self._discard = button(
            said("Discard"), f"discard{suffix}_button", said("Throw the run away (Ctrl+Z brings it back)")
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for control in (self._start, self._pause, self._stop, self._discard):
            row.addWidget(control)
        row.addStretch(1)

    def _on_pause(self) -> None:
        is_paused = self._job is not None and self._job.paused
        (self.go_on_asked if is_paused else self.pause_asked).emit()


class FiguresStrip(PlainLabel):
    """Short words with dots between; where the window is narrow the line breaks between figures, never inside one."""

    def __init__(self, name: str = "figures_strip") -> None:
        super().__init__()
        named(self, name, said("Figures of the run"))
        set_tip(self, "")
        self.setWordWrap(True)
        self.setFont(number_font(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._figures: tuple[str, ...] = ()
        self.repainter = Repainter(self, self._draw, interval_ms=_SHOW_EVERY_MS)

    def show_figures(self, figures: Sequence[str]) -> None:
        """Show these, at most four times a second; empty ones are left out."""
        shown = tuple(figure for figure in figures if figure)
        if shown != self._figures:
            self._figures = shown
            self.repainter.mark()

    def _draw(self) -> None:
        self.setText(f"{_NO_BREAK}· ".join(figure.replace(" ", _NO_BREAK) for figure in self._figures))
        self.setAccessibleDescription(", ".join(self._figures))


class StageList(QWidget):
    """One line a stage; lines are added, never made anew."""

    def __init__(self, name: str = "stage_list") -> None:
        super().__init__()
        named(self, name, said("Stages"))
        set_tip(self, "")
        self._lines: list[tuple[QLabel, QLabel, QLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(10)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop)

    def show_stages(self, stages: Sequence[StageLine]) -> None:
        """The stages so far, in order."""
        while len(self._lines) < len(stages):
            self._add_line()
        for index, line in enumerate(self._lines):
            shown = stages[index] if index < len(stages) else None
            for label in line:
                label.setVisible(shown is not None)
            if shown is not None:
                _show_stage(line, shown)
        self.setAccessibleDescription("; ".join(f"{stage.words}: {_describe_stage(stage)}" for stage in stages))

    def _add_line(self) -> None:
        line = (PlainLabel(), PlainLabel(), PlainLabel())
        line[1].setWordWrap(True)
        for column, label in enumerate(line):
            self._grid.addWidget(label, len(self._lines), column, Qt.AlignmentFlag.AlignTop)
        self._lines.append(line)


@dataclass(frozen=True)
class OutcomeAction:
    """A button of the card: what it is called in signals, its verb, and what it does in a sentence."""

    key: str
    words: str
    tip: str


@dataclass(frozen=True)
class Outcome:
    """A heading, sentences, advice set apart from them, and what can be done."""

    heading: str
    sentences: tuple[str, ...]
    advice: str = ""
    actions: tuple[OutcomeAction, ...] = ()


class OutcomeCard(QFrame):
    """pressed(str): the key of the action that the person pressed."""

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("outcome_card")
        self._shown: Outcome | None = None
        set_role(self, "card")
        self._heading, self._words, self._advice = PlainLabel(), PlainLabel(), PlainLabel()
        set_role(self._heading, "heading")
        self._heading.setObjectName("outcome_heading")
        self._words.setObjectName("outcome_words")
        self._advice.setObjectName("outcome_advice")
        for label in (self._heading, self._words, self._advice):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = QWidget()
        self._flow = FlowLayout(self._buttons, gap=8)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(6)
        for part in (self._heading, self._words, self._advice, self._buttons):
            column.addWidget(part)

    def show_outcome(self, outcome: Outcome | None) -> None:
        """Say it; None hides the card."""
        self.setVisible(outcome is not None)
        if outcome is None or outcome == self._shown:
            return
        self._shown = outcome
        self._heading.setText(outcome.heading)
        self._words.setText(" ".join(outcome.sentences))
        self._words.setVisible(bool(outcome.sentences))
        self._advice.setText(outcome.advice)
        self._advice.setVisible(bool(outcome.advice))
        self.setAccessibleName(f"{outcome.heading} {' '.join(outcome.sentences)} {outcome.advice}".strip())
        self._show_actions(outcome.actions)

    def _show_actions(self, actions: Sequence[OutcomeAction]) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for action in actions:
            made = button(action.words, f"outcome_{action.key}", action.tip)
            made.setProperty("key", action.key)
            made.clicked.connect(self._on_pressed)
            self._flow.addWidget(made)
        self._buttons.setVisible(bool(actions))

    def _on_pressed(self) -> None:
        self.pressed.emit(str(self.sender().property("key")))


def _show_stage(line: tuple[QLabel, QLabel, QLabel], stage: StageLine) -> None:
    mark, words, state = line
    described = _describe_stage(stage)
    if words.text() == stage.words and state.text() == described:
        return
    mark.setText("✓" if stage.done else "•")
    set_role(mark, "positive" if stage.done else "")
    words.setText(stage.words)
    state.setText(described)
    set_role(state, "weak")


def _describe_stage(stage: StageLine) -> str:
    if stage.done:
        return "done"
    return "working" if stage.share is None else f"{stage.share:.0%}".replace("%", " %")
