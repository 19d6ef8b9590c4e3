"""An import as it runs, in the middle of the Data view.

A part of the Data view: show_state(JobState) in, `cancel_asked` out.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop_rec.common.controls import button, named
from desktop_rec.common.job_bar import remaining_words
from desktop_rec.common.job_state import JobState
from desktop_rec.theme.theme import GRID, number_font, set_role

_WIDTH = 520


class ImportProgress(QWidget):
    """A card with what is being read, how far, and Cancel."""

    cancel_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self._cancel.clicked.connect(self.cancel_asked)

    def show_state(self, state: JobState) -> None:
        """Where the import is."""
        self._title.setText(state.title)
        self._words.setText(state.words or "Starting")
        self._left.setText(remaining_words(state.remaining_s))
        self._bar.setRange(0, 0 if state.share is None else 1000)
        self._bar.setValue(round(1000 * (state.share or 0)))
        self._cancel.setEnabled(not state.stopping)

    def _build(self) -> None:
        self.setObjectName("import_progress")
        card = QFrame()
        card.setFixedWidth(_WIDTH)
        set_role(card, "card")
        rows = QVBoxLayout(card)
        rows.setContentsMargins(GRID * 3, GRID * 3, GRID * 3, GRID * 3)
        rows.setSpacing(GRID + 4)
        self._title, self._words, self._left = QLabel(), QLabel(), QLabel()
        set_role(self._title, "heading")
        set_role(self._words, "weak")
        self._words.setWordWrap(True)
        self._words.setFont(number_font(self._words.font()))
        self._bar = named(QProgressBar(), "import_bar", "Progress of the import")
        self._bar.setTextVisible(False)
        self._cancel = button("Cancel", "import_cancel", "Cancel the import; nothing of it is kept")
        foot = QHBoxLayout()
        foot.addWidget(self._left)
        foot.addStretch(1)
        foot.addWidget(self._cancel)
        for widget in (self._title, self._words, self._bar):
            rows.addWidget(widget)
        rows.addLayout(foot)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(card)
        across.addStretch(1)
        whole = QVBoxLayout(self)
        whole.addStretch(2)
        whole.addLayout(across)
        whole.addStretch(3)
