"""Version, licence and the notices of what we build on, read from the installed packages.

Beside the street; the settings show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata

import engine
from resources import resource_path

BUILT_ON: tuple[tuple[str, str], ...] = (
    ("PySide6-Essentials", "the window (Qt for Python)"),
    ("pyqtgraph", "plots"),
    ("torch", "learning"),
    ("numpy", "arrays"),
    ("scipy", "sparse matrices"),
    ("pandas", "tables"),
    ("pyarrow", "reading files"),
    ("safetensors", "keeping models"),
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


def built_on() -> tuple[BuiltOn, ...]:
    """The packages that are installed, with their licences as they declare them."""
    found = []
    for name, purpose in BUILT_ON:
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        found.append(BuiltOn(name, purpose, about["Version"], _licence(about)))
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


def version_words() -> str:
    return f"Desktop Rec {engine.__version__}"


def sample_notice() -> str:
    """The notice of the bundled sample data."""
    return resource_path("sample", "ABOUT.md").read_text(encoding="utf-8")


def _licence(about: metadata.PackageMetadata) -> str:
    fields = about.json
    expression = str(fields.get("license_expression") or fields.get("license") or "")
    if expression and "\n" not in expression and len(expression) < _LONGEST_LICENCE:
        return expression
    named = [one.split(" :: ")[-1] for one in about.get_all("Classifier") or () if one.startswith("License ::")]
    return ", ".join(named) or expression.strip().split("\n")[0] or "see its own notice"
