"""What a model that is computed at once is doing: its stages, with a tick when done and how far the present one is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from desktop_rec.common.controls import named
from desktop_rec.common.plots.canvas import Repainter
from desktop_rec.theme.theme import number_font, set_role
from desktop_rec.training.curves import StageLine

_SAY_EVERY_MS = 250
_NO_BREAK = "\u00a0"


class FiguresStrip(QLabel):
    """Short words with dots between; where the window is narrow the line breaks between figures, never inside one."""

    def __init__(self, name: str = "figures_strip") -> None:
        super().__init__()
        named(self, name, "Figures of the run")
        self.setToolTip("")
        self.setWordWrap(True)
        self.setFont(number_font(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._said: tuple[str, ...] = ()
        self.repainter = Repainter(self, self._say, interval_ms=_SAY_EVERY_MS)

    def show_figures(self, figures: Sequence[str]) -> None:
        """Show these, at most four times a second; empty ones are left out."""
        said = tuple(figure for figure in figures if figure)
        if said != self._said:
            self._said = said
            self.repainter.mark()

    def _say(self) -> None:
        self.setText(f"{_NO_BREAK}· ".join(one.replace(" ", _NO_BREAK) for one in self._said))
        self.setAccessibleDescription(", ".join(self._said))


class StageList(QWidget):
    """One line a stage; lines are added, never made anew."""

    def __init__(self, name: str = "stage_list") -> None:
        super().__init__()
        named(self, name, "Stages")
        self.setToolTip("")
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
                _say(line, shown)
        self.setAccessibleDescription("; ".join(f"{stage.words}: {_state(stage)}" for stage in stages))

    def _add_line(self) -> None:
        line = (QLabel(), QLabel(), QLabel())
        line[1].setWordWrap(True)
        for column, label in enumerate(line):
            self._grid.addWidget(label, len(self._lines), column, Qt.AlignmentFlag.AlignTop)
        self._lines.append(line)


def _say(line: tuple[QLabel, QLabel, QLabel], stage: StageLine) -> None:
    mark, words, state = line
    said = _state(stage)
    if words.text() == stage.words and state.text() == said:
        return
    mark.setText("✓" if stage.done else "•")
    set_role(mark, "positive" if stage.done else "")
    words.setText(stage.words)
    state.setText(said)
    set_role(state, "weak")


def _state(stage: StageLine) -> str:
    if stage.done:
        return "done"
    return "working" if stage.share is None else f"{stage.share:.0%}".replace("%", " %")
