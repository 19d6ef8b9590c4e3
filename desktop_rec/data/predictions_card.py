"""Predicted ratings as files: which run makes them, and the buttons that write them.

A part of the data set's page: show_runs() and show_asked() in, signals out.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_rec.common.controls import button, named
from desktop_rec.theme.theme import GRID, set_role

_NO_RUN = "Train a model that predicts ratings first, such as Factorisation."
_BUSY = "Wait for what is running, or stop it."


class PredictionsCard(QFrame):
    """own_asked(run_id): answer the pairs of the data set's own file; pairs_asked(run_id): those of another file."""

    own_asked = Signal(str)
    pairs_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked = 0
        self._is_free = True
        self._shown: tuple[tuple[str, str], ...] = ()
        self._build()
        self._connect()

    def show_asked(self, pairs: int) -> None:
        """How many ratings the data set's own file asks for; 0 hides what belongs to that."""
        self._asked = pairs
        what = "1 rating" if pairs == 1 else f"{pairs:,} ratings"
        own = f"The file of this data set asks for {what}: they are written one number a line, in its order. "
        self._words.setText(
            own + "Or choose a file with the columns user and item, and get it back with a rating on each line."
            if pairs
            else "Choose a file with the columns user and item, and get it back with a model's rating on each line."
        )
        self._write.setVisible(bool(pairs))
        self._say_what_is_missing()

    def show_runs(self, runs: Sequence[tuple[str, str]], *, is_free: bool) -> None:
        """The runs that can predict, as ids and words, the best choice first; whether a job may start now."""
        self._is_free = is_free
        if tuple(runs) != self._shown:
            chosen = self._runs.currentData()
            self._shown = tuple(runs)
            self._runs.clear()
            for run_id, words in runs:
                self._runs.addItem(words, run_id)
            self._runs.setCurrentIndex(max(0, self._runs.findData(chosen)) if runs else -1)
        self._say_what_is_missing()

    def _say_what_is_missing(self) -> None:
        missing = _NO_RUN if not self._shown else "" if self._is_free else _BUSY
        self._missing.setText(_NO_RUN)
        self._missing.setVisible(not self._shown)
        self._runs.setVisible(bool(self._shown))
        self._by.setVisible(bool(self._shown))
        tips = (
            (self._write, f"Choose where, and write the {self._asked:,} ratings that the file asks for"),
            (self._pairs, "Choose a file of pairs, then where to write them with their ratings"),
        )
        for one, tip in tips:
            if missing and self.window().focusWidget() is one:
                # Else the focus would go on to the next part, and the page scroll there.
                self._runs.setFocus(Qt.FocusReason.OtherFocusReason)
            one.setEnabled(not missing)
            one.setToolTip(missing or tip)

    def _build(self) -> None:
        named(self, "predictions_card", "Predicted ratings")
        self.setToolTip("")
        set_role(self, "card")
        heading, self._words, self._by, self._missing = (QLabel() for _ in range(4))
        heading.setText("Predicted ratings")
        set_role(heading, "heading")
        self._words.setWordWrap(True)
        self._words.setObjectName("predictions_words")
        self._missing.setObjectName("predictions_missing")
        self._by.setText("By")
        for label in (self._words, self._by, self._missing):
            set_role(label, "weak")
        self._runs = named(QComboBox(), "predictions_run", "The run that predicts", "Which of your runs predicts")
        self._runs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._write = button("Write predictions…", "predictions_write", "Write the ratings that the file asks for")
        self._pairs = button("Rate a file of pairs…", "predictions_pairs", "Choose a file of pairs")
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for widget in (self._missing, self._by, self._runs):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._write)
        row.addWidget(self._pairs)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(GRID * 2, GRID + 4, GRID * 2, GRID + 4)
        rows.setSpacing(GRID)
        rows.addWidget(heading)
        rows.addWidget(self._words)
        rows.addLayout(row)

    def _connect(self) -> None:
        self._write.clicked.connect(self._on_write)
        self._pairs.clicked.connect(self._on_pairs)

    def _on_write(self) -> None:
        self.own_asked.emit(str(self._runs.currentData()))

    def _on_pairs(self) -> None:
        self.pairs_asked.emit(str(self._runs.currentData()))
