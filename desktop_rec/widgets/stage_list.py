"""What a model that is computed at once is doing: its stages, with a tick when done and how far the present one is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop_rec.curves import StageLine
from desktop_rec.theme import set_role
from desktop_rec.widgets.naming import named


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
        self.setAccessibleDescription("; ".join(f"{one.words}: {_state(one)}" for one in stages))

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
