"""The field in which titles are looked up; says what to look for shortly after typing stops."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_rec.common.plain import set_tip
from engine.text import plural_of

PAUSE_MS = 60


class TitleSearch(QLineEdit):
    """searched(text) after a short pause, at once for an empty text. went_down(): the keys go on to the hits."""

    searched = Signal(str)
    went_down = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._search)
        self.textChanged.connect(self._on_text)
        self.setObjectName("title_search")
        self.setClearButtonEnabled(True)
        self.use_word("title")

    def use_word(self, word: str) -> None:
        """What a title is called here: film, series, book."""
        self.setPlaceholderText(f"Find {plural_of(word)} to rate or ask about")
        self.setAccessibleName(f"Search {plural_of(word)} to rate, or to ask how you would like one")
        set_tip(
            self,
            "Type a title, also with mistakes. Down goes to what was found: digits rate it, Enter or a click says how "
            "you would like it. Escape goes back to your ratings",
        )

    def event(self, event: QEvent) -> bool:
        """Where it is empty, or has nothing of its own to undo or redo, Ctrl+Z is the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence.StandardKey
            is_undo, is_redo = event.matches(keys.Undo), event.matches(keys.Redo)
            has_own = self.isRedoAvailable() if is_redo else self.isUndoAvailable() and bool(self.text())
            if (is_undo or is_redo) and not has_own:
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.text():
            self._search()
            self.went_down.emit()
        else:
            super().keyPressEvent(event)

    def _on_text(self, text: str) -> None:
        if text.strip():
            self._pause.start()
        else:
            self._search()

    def _search(self) -> None:
        self._pause.stop()
        self.searched.emit(self.text().strip())
