"""The queue as a list: runs that ended, and those that wait, each with buttons to move or remove it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from desktop_rec.common.controls import ElidedLabel, button, named
from desktop_rec.common.plain import PlainLabel
from desktop_rec.theme.theme import set_role
from engine.text import plural
from engine.wording import said

_ROW_HEIGHT, _MOST_ROWS = 32, 5


@dataclass(frozen=True)
class QueueRow:
    """A line of the list: `number` of a run that waits, None of one that ended; `is_good`: it ended well."""

    words: str
    number: int | None = None
    is_good: bool = True


class QueueList(QFrame):
    """moved(number, by), removed(number), cleared(): what a person wants of the queue."""

    moved = Signal(int, int)
    removed = Signal(int)
    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("run_queue")
        self.setAccessibleName(said("Queue of runs"))
        set_role(self, "card")
        self._rows: tuple[QueueRow, ...] = ()
        self._heading = PlainLabel()
        self._heading.setObjectName("run_queue_heading")
        self._clear = button(
            said("Clear the queue"), "clear_queue", said("Let no run wait any more; the one that learns goes on")
        )
        set_role(self._clear, "quiet")
        self._clear.clicked.connect(self.cleared)
        head = QHBoxLayout()
        head.addWidget(self._heading, 1)
        head.addWidget(self._clear)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._page = QWidget()
        set_role(self._page, "raised")
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._area.setWidget(self._page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 8, 16, 8)
        whole.setSpacing(4)
        whole.addLayout(head)
        whole.addWidget(self._area)
        self.hide()

    def show_rows(self, rows: Sequence[QueueRow]) -> None:
        """The list as it is now; hidden while there is none."""
        self.setVisible(bool(rows))
        if tuple(rows) == self._rows:
            return
        self._rows = tuple(rows)
        waiting = [row for row in rows if row.number is not None]
        self._heading.setText(
            said("{runs} waiting", runs=plural(len(waiting), "run"))
            if waiting
            else said("All runs of the queue are done")
        )
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row in rows:
            self._column.addWidget(self._line(row, waiting))
        self._column.addStretch(1)
        self._area.setFixedHeight(min(_MOST_ROWS, len(rows)) * _ROW_HEIGHT)

    def _line(self, row: QueueRow, waiting: Sequence[QueueRow]) -> QWidget:
        line, words = QWidget(), ElidedLabel(row.words)
        line.setFixedHeight(_ROW_HEIGHT)
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        mark = PlainLabel("•" if row.number is not None else "✓" if row.is_good else "✗")
        set_role(mark, "" if row.number is not None else "positive" if row.is_good else "negative")
        layout.addWidget(mark)
        layout.addWidget(words, 1)
        if row.number is not None:
            place = waiting.index(row)
            for name, sign, tip, by in (
                ("up", "↑", said("Start it earlier"), -1),
                ("down", "↓", said("Start it later"), 1),
            ):
                made = self._small(f"queue_{name}_{row.number}", sign, f"{tip}: {row.words}")
                made.setEnabled(0 <= place + by < len(waiting))
                made.setProperty("order", (row.number, by))
                made.clicked.connect(self._on_moved)
                layout.addWidget(made)
            remove = self._small(
                f"queue_remove_{row.number}", "✕", said("Take it out of the queue: {words}", words=row.words)
            )
            remove.setProperty("number", row.number)
            remove.clicked.connect(self._on_removed)
            layout.addWidget(remove)
        return line

    def _small(self, name: str, sign: str, tip: str) -> QToolButton:
        made = named(QToolButton(), name, tip)
        made.setText(sign)
        return made

    def _on_moved(self) -> None:
        number, by = self.sender().property("order")
        self.moved.emit(number, by)

    def _on_removed(self) -> None:
        self.removed.emit(self.sender().property("number"))
