"""Version, licence, the sample's notice, and the notices of what we build on.

A part of the Settings view. Texts are read from the installed packages when they are asked for.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_rec.about import built_on, licence_text, sample_notice, version_words
from desktop_rec.theme import GRID, set_role
from desktop_rec.widgets.naming import named

_SAMPLE = "The sample data (MovieLens)"


class AboutCard(QFrame):
    """A list of packages, and the full notice of the chosen one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: dict[str, str] = {}
        self._build()
        self._which.currentIndexChanged.connect(self._show_notice)

    def _build(self) -> None:
        self.setObjectName("about_card")
        self.setProperty("role", "card")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(GRID * 2, GRID + 4, GRID * 2, GRID * 2)
        rows.setSpacing(GRID)
        heading = QLabel("About")
        set_role(heading, "heading")
        version = QLabel(f"{version_words()}, MIT licence. Everything happens on this computer; nothing is sent.")
        version.setObjectName("about_version")
        set_role(version, "weak")
        self._packages = QLabel(_packages_words())
        set_role(self._packages, "weak")
        for label in (version, self._packages):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._which = named(QComboBox(), "about_notice", "Notice of", "Whose notice to read")
        self._which.addItem("Read a notice…", "")
        self._which.addItem(_SAMPLE, _SAMPLE)
        for one in built_on():
            self._which.addItem(f"{one.name} {one.version}", one.name)
        self._text = named(QPlainTextEdit(), "about_notice_text", "The notice")
        self._text.setReadOnly(True)
        self._text.setFixedHeight(GRID * 30)
        self._text.hide()
        for widget in (heading, version, self._packages, self._which, self._text):
            rows.addWidget(widget)

    def _show_notice(self) -> None:
        name = self._which.currentData()
        self._text.setVisible(bool(name))
        if name and name not in self._texts:
            self._texts[name] = sample_notice() if name == _SAMPLE else licence_text(name)
        self._text.setPlainText(self._texts.get(name) or "This package ships no notice file; see its licence above.")


def _packages_words() -> str:
    return "Built on:\n" + "\n".join(f"{one.name} {one.version}, {one.purpose}: {one.licence}" for one in built_on())
