"""What can be done with a person's ratings as a whole, as a menu behind one small button.

A part of For you: `allow` in, `asked` out.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from desktop_rec.widgets.naming import named

IMPORT, DECK, CSV, LETTERBOXD, RENAME, DELETE = "import", "deck", "csv", "letterboxd", "rename", "delete"
_ENTRIES = (
    (IMPORT, "Import my ratings…", "Take ratings from another service, or from a table, into this profile"),
    (DECK, "Rate one at a time…", "Titles that tell tastes apart, one after the other"),
    None,
    (CSV, "Save my ratings as CSV…", "All ratings of this profile, to keep or to import again"),
    (LETTERBOXD, "Save for Letterboxd…", "A file that Letterboxd imports"),
    None,
    (RENAME, "Rename this profile…", "Give this profile another name"),
    (DELETE, "Delete this profile", "Delete this profile and its ratings; it can be undone"),
)


class PersonMenu(QToolButton):
    """asked(key): one of the entries was chosen."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "person_menu", "More about these ratings", "Import, save, rename or delete these ratings")
        self.setText("⋯")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._actions: dict[str, QAction] = {}
        for entry in _ENTRIES:
            if entry is None:
                self._menu.addSeparator()
                continue
            key, words, tip = entry
            action = self._menu.addAction(words)
            action.setObjectName(f"person_{key}")
            action.setToolTip(tip)
            action.setData(key)
            self._actions[key] = action
        self.setMenu(self._menu)
        self._menu.triggered.connect(self._on_triggered)

    def allow(self, *, borrowed: bool, ratings: int) -> None:
        """A person of the data set is nobody's profile; without ratings there is nothing to save."""
        for key in (RENAME, DELETE):
            self._actions[key].setEnabled(not borrowed)
        for key in (CSV, LETTERBOXD):
            self._actions[key].setEnabled(ratings > 0)

    def action_of(self, key: str) -> QAction:
        """The entry of a key."""
        return self._actions[key]

    def _on_triggered(self, action: QAction) -> None:
        self.asked.emit(action.data())
