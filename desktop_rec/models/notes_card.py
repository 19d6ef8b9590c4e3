"""What a person notes on a run: tags, and a text of any length. A refresh never takes what is being typed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from desktop_rec.common.controls import named
from desktop_rec.common.panels import Card, heading
from engine.wording import said

_LINES = 4


class NotesCard(Card):
    """noted(run_id, tags, notes): the person left a field in which something changed."""

    noted = Signal(str, object, str)

    def __init__(self) -> None:
        super().__init__("notes_card")
        self.tags = named(
            QLineEdit(), "run_tags", said("Tags of this run"), said("Words to find this run by, with commas between")
        )
        self.tags.setPlaceholderText(said("Tags, with commas between"))
        self.notes = named(QPlainTextEdit(), "run_notes", said("Notes on this run"), said("What you think of this run"))
        self.notes.setPlaceholderText(said("Notes"))
        self.notes.setTabChangesFocus(True)
        self.notes.setFixedHeight(_LINES * self.notes.fontMetrics().lineSpacing() + 16)
        self._run_id = ""
        self._shown: tuple[tuple[str, ...], str] = ((), "")
        for part in (heading(said("Your notes")), self.tags, self.notes):
            self.column.addWidget(part)
        self.tags.editingFinished.connect(self._say)
        self.notes.installEventFilter(self)

    def show_notes(self, run_id: str, tags: tuple[str, ...], notes: str) -> None:
        """The notes on a run; what is typed on the same run stays, what was typed on another is stored first."""
        if run_id != self._run_id:
            self._say()
        elif self._is_changed or (tags, notes) == self._shown:
            self._shown = (tags, notes) if not self._is_changed else self._shown
            return
        self._run_id, self._shown = run_id, (tags, notes)
        self.tags.setText(", ".join(tags))
        if self.notes.toPlainText() != notes:
            self.notes.setPlainText(notes)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.notes and event.type() == QEvent.Type.FocusOut:
            self._say()
        return super().eventFilter(watched, event)

    @property
    def _typed(self) -> tuple[tuple[str, ...], str]:
        tags = dict.fromkeys(tag.strip() for tag in self.tags.text().split(",") if tag.strip())
        return tuple(tags), self.notes.toPlainText().strip()

    @property
    def _is_changed(self) -> bool:
        return self._typed != self._shown

    def _say(self) -> None:
        if self._run_id and self._is_changed:
            self._shown = self._typed
            self.noted.emit(self._run_id, *self._typed)
