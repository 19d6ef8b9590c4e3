"""A name that can be changed where it is shown: Enter takes the new one, Escape does not."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop_rec.common.controls import ElidedLabel, named
from desktop_rec.theme.theme import set_role


class NameEdit(QWidget):
    """Shows a name; begin() turns it into a field. renamed(name) where another name was given."""

    renamed = Signal(str)

    def __init__(self, object_name: str, *, role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = ElidedLabel()
        if role:
            set_role(self.label, role)
        self._edit = named(QLineEdit(), object_name, "New name", "The new name; Enter takes it, Escape does not")
        self._edit.setMaxLength(200)
        self._edit.hide()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.label)
        rows.addWidget(self._edit)
        self._edit.editingFinished.connect(self._on_edited)

    def show_name(self, name: str) -> None:
        """The name in force."""
        self._edit.hide()
        self.label.setText(name)
        self.label.show()
        self._edit.setAccessibleName(f"New name of {name}")

    def begin(self) -> None:
        """Let the person type another name."""
        self._edit.setText(self.label.text())
        self.label.hide()
        self._edit.show()
        self._edit.selectAll()
        self._edit.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self._edit.isHidden():
            self._edit.setText(self.label.text())
            self._end()
            return
        super().keyPressEvent(event)

    def _end(self) -> None:
        self._edit.hide()
        self.label.show()

    def _on_edited(self) -> None:
        if self._edit.isHidden():
            return
        name = self._edit.text().strip()
        self._end()
        if name not in ("", self.label.text()):
            self.renamed.emit(name)
