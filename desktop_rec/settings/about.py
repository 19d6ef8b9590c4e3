"""Version, licence, and the notices of the sample and of the packages we build on, read when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import metadata

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QPlainTextEdit, QWidget

import engine
from desktop_rec.common.building import next_step
from desktop_rec.common.controls import make_card, named, text_label
from desktop_rec.theme.theme import GRID
from resources import resource_path

BUILT_ON: tuple[tuple[str, str], ...] = (
    ("PySide6-Essentials", "the window (Qt for Python)"),
    ("pyqtgraph", "plots"),
    ("torch", "learning"),
    ("numpy", "arrays"),
    ("scipy", "sparse matrices"),
    ("pandas", "tables"),
    ("pyarrow", "reading files"),
    ("safetensors", "storing models"),
    ("filelock", "one window per folder"),
    ("appdirs", "where that folder is"),
)

_LONGEST_LICENCE = 400


@dataclass(frozen=True)
class BuiltOn:
    """A package we build on: name, what for, version and licence in a line."""

    name: str
    purpose: str
    version: str
    licence: str


@cache
def built_on() -> tuple[BuiltOn, ...]:
    """The packages that are installed, with their licences as they declare them."""
    found = []
    for name, purpose in BUILT_ON:
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        found.append(BuiltOn(name, purpose, about["Version"], _licence(about)))
        next_step()
    return tuple(found)


def licence_text(name: str) -> str:
    """The licence files that a package ships, one after the other ("" where it ships none)."""
    parts = []
    for file in metadata.files(name) or ():
        if "licen" in file.name.lower() or "notice" in file.name.lower() or "licenses/" in str(file):
            place = file.locate()
            if file.suffix.lower() in ("", ".txt", ".md", ".rst") and getattr(place, "is_file", bool)():
                parts.append(f"{file}\n\n{file.read_text(encoding='utf-8')}")
    return "\n\n".join(parts)


def sample_notice() -> str:
    """The notice of the bundled sample data."""
    return resource_path("sample", "ABOUT.md").read_text(encoding="utf-8")


def _licence(about: metadata.PackageMetadata) -> str:
    declared = [*(about.get_all("License-Expression") or ()), *(about.get_all("License") or ())]
    expression = str(declared[0]) if declared else ""
    if expression and "\n" not in expression and len(expression) < _LONGEST_LICENCE:
        return expression
    licences = [kind.split(" :: ")[-1] for kind in about.get_all("Classifier") or () if kind.startswith("License ::")]
    return ", ".join(licences) or expression.strip().split("\n")[0] or "see its own notice"


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
        packages = text_label(_list_packages(), role="weak", wraps=True)
        for label in (version, packages):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._which = named(QComboBox(), "about_notice", "Notice of", "Whose notice to read")
        self._which.addItem("Read a notice…", "")
        self._which.addItem(_SAMPLE, _SAMPLE)
        for package in built_on():
            self._which.addItem(f"{package.name} {package.version}", package.name)
        self._text = named(QPlainTextEdit(), "about_notice_text", "The notice")
        self._text.setReadOnly(True)
        self._text.setFixedHeight(GRID * 30)
        self._text.hide()
        for widget in (text_label("About", role="heading"), version, packages, self._which, self._text):
            rows.addWidget(widget)

    def _show_notice(self) -> None:
        name = self._which.currentData()
        self._text.setVisible(bool(name))
        if name and name not in self._texts:
            self._texts[name] = sample_notice() if name == _SAMPLE else licence_text(name)
        self._text.setPlainText(self._texts.get(name) or "This package ships no notice file; see its licence above.")


def _list_packages() -> str:
    lines = [f"{found.name} {found.version}, {found.purpose}: {found.licence}" for found in built_on()]
    return "\n".join(("Built on:", *lines))
