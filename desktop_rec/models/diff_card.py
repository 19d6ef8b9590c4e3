"""One run's settings against another's: only what differs.

A part of Quality: show_others() and show_differences() in, other_chosen out.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout

from desktop_rec.common.controls import CalmComboBox, button, named
from desktop_rec.common.panels import caption
from desktop_rec.models.settings_diff import Difference
from desktop_rec.theme.theme import GRID, set_role


class DiffCard(QFrame):
    """other_chosen(run_id): the run to hold the chosen one's settings against."""

    other_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("diff_card")
        set_role(self, "card")
        self._shown: tuple[str, str, tuple[Difference, ...]] = ("", "", ())
        self._others: tuple[tuple[str, str], ...] = ()
        self._lines: list[tuple[QLabel, QLabel, QLabel]] = []
        heading = QLabel("Settings that differ")
        set_role(heading, "heading")
        self.box = named(CalmComboBox(), "diff_other", "Against", "The run to hold the settings against")
        self._same = caption("No setting differs: the two runs were set alike.")
        head = QHBoxLayout()
        head.addWidget(heading, 1)
        head.addWidget(QLabel("against"))
        head.addWidget(self.box)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(4)
        for column, stretch in enumerate((2, 2, 2)):
            self._grid.setColumnStretch(column, stretch)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(2 * GRID, GRID + 4, 2 * GRID, GRID + 4)
        rows.setSpacing(GRID)
        rows.addLayout(head)
        rows.addWidget(self._same)
        rows.addLayout(self._grid)
        self.more = button(
            "", "diff_more", "Settings of one of the two models that the other does not know", role="link"
        )
        self.more.setCheckable(True)
        rows.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.more.toggled.connect(self._on_more)
        self.box.activated.connect(self._on_activated)

    @property
    def other(self) -> str:
        """The run chosen to hold against, "" for none."""
        return str(self.box.currentData() or "")

    @property
    def lines(self) -> tuple[tuple[str, str, str], ...]:
        """What is shown, the head line first."""
        shown = (line for line in self._lines if not line[0].isHidden())
        return tuple((label.text(), mine.text(), other.text()) for label, mine, other in shown)

    def show_others(self, others: Sequence[tuple[str, str]], *, chosen: str) -> None:
        """The other runs as (id, name); the one chosen before stays chosen where it is still there."""
        if tuple(others) == self._others:
            return
        self._others = tuple(others)
        keys = [key for key, _ in others]
        now = self.other if self.other in keys else chosen
        self.box.clear()
        for key, name in others:
            self.box.addItem(name, key)
        if now in keys:
            self.box.setCurrentIndex(keys.index(now))
        self.setVisible(bool(others))

    def show_differences(self, name: str, other: str, differences: Sequence[Difference]) -> None:
        """What differs between the run `name` and the run `other`; what only one of them has waits to be asked for."""
        self._shown = (name, other, tuple(differences))
        one_sided = sum(difference.is_one_sided for difference in differences)
        self.more.setVisible(bool(one_sided))
        words = _more_words(one_sided, is_on=self.more.isChecked())
        self.more.setText(words)
        self.more.setAccessibleName(words)
        self._show_lines()

    def _show_lines(self) -> None:
        name, other, differences = self._shown
        wanted = [difference for difference in differences if self.more.isChecked() or not difference.is_one_sided]
        lines = [Difference("", name, other), *wanted] if wanted else []
        while len(self._lines) < len(lines):
            self._add_line()
        for place, labels in enumerate(self._lines):
            for label in labels:
                label.setVisible(place < len(lines))
            if place < len(lines):
                one = lines[place]
                for label, words in zip(labels, (one.label, one.mine, one.other), strict=True):
                    label.setText(words)
                labels[0].setToolTip(one.help)
        self._same.setVisible(not differences)

    def _on_more(self) -> None:
        self.show_differences(*self._shown)

    def _add_line(self) -> None:
        row = len(self._lines)
        labels = (QLabel(), QLabel(), QLabel())
        for column, label in enumerate(labels):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            if row == 0 or column == 0:
                set_role(label, "weak")
            self._grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignTop)
        self._lines.append(labels)

    def _on_activated(self) -> None:
        self.other_chosen.emit(self.other)


def _more_words(count: int, *, is_on: bool) -> str:
    settings = "1 setting" if count == 1 else f"{count} settings"
    return f"Hide {settings} that only one of them has" if is_on else f"Show {settings} that only one of them has"
