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
        self._of = ""
        if role:
            set_role(self.label, role)
        self._edit = named(QLineEdit(), object_name, "New name", "The new name; Enter takes it, Escape does not")
        self._edit.setMaxLength(200)
        self._edit.hide()
        self.label.setMinimumHeight(self._edit.sizeHint().height())  # so that nothing below moves
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.label)
        rows.addWidget(self._edit)
        self._edit.editingFinished.connect(self._on_edited)

    @property
    def is_open(self) -> bool:
        """Whether somebody is typing another name."""
        return not self._edit.isHidden()

    def show_name(self, name: str, *, of: str = "") -> None:
        """The name in force; what somebody types is left alone as long as it is the name of the same thing."""
        is_other, self._of = not of or of != self._of, of
        self.label.setText(name)
        self._edit.setAccessibleName(f"New name of {name}")
        if is_other or not self.is_open:
            self._end()

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
