"""Version, licence, and the notices of the sample and of the packages we build on, read when they are asked for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QPlainTextEdit, QWidget

import engine
from desktop_rec.common.controls import make_card, named, text_label
from desktop_rec.settings.notices import notice_of, packages, sample_notice
from desktop_rec.theme.theme import GRID
from engine.text import plural

_SAMPLE = "The sample data (MovieLens)"


class AboutCard(QFrame):
    """A list of packages, and the full notice of the chosen one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: dict[str, str] = {}
        self._build()
        self._which.currentIndexChanged.connect(self._show_notice)

    def _build(self) -> None:
        rows = make_card(self, "about_card", "About")
        sentence = (
            f"Desktop Rec {engine.__version__}, MIT licence. Everything happens on this computer; nothing is sent."
        )
        version = text_label(sentence, "about_version", role="weak", wraps=True)
        built_on = text_label(_list_packages(), role="weak", wraps=True)
        for label in (version, built_on):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._which = named(QComboBox(), "about_notice", "Notice of", "Whose notice to read")
        self._which.addItem("Read a notice…", "")
        self._which.addItem(_SAMPLE, _SAMPLE)
        for package in packages():
            self._which.addItem(f"{package.name} {package.version}", package.name)
        self._text = named(QPlainTextEdit(), "about_notice_text", "The notice")
        self._text.setReadOnly(True)
        self._text.setFixedHeight(GRID * 30)
        self._text.hide()
        for widget in (text_label("About", role="heading"), version, built_on, self._which, self._text):
            rows.addWidget(widget)

    def _show_notice(self) -> None:
        name = self._which.currentData()
        self._text.setVisible(bool(name))
        if name and name not in self._texts:
            self._texts[name] = sample_notice() if name == _SAMPLE else notice_of(name)
        self._text.setPlainText(self._texts.get(name) or "This package ships no notice file; see its licence above.")


def _list_packages() -> str:
    direct = [package for package in packages() if package.purpose]
    lines = [f"{found.name} {found.version}, {found.purpose}: {found.licence}" for found in direct]
    others = sum(not package.purpose for package in packages())
    return "\n".join(
        ("Built on:", *lines, f"and {plural(others, 'package')} that these need. Each notice can be read here:")
    )
