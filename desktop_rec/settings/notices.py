"""The licences and notices of all that comes with Desktop Rec: read from the packages that are installed.

Which packages those are follows from what each says that it needs, from Desktop Rec on; nothing is listed by hand.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from types import MappingProxyType

from desktop_rec.common.building import next_step
from resources import resource_path

OURS = "desktop-rec"
PURPOSES: Mapping[str, str] = MappingProxyType(
    {
        "PySide6-Essentials": "the window (Qt for Python)",
        "pyqtgraph": "plots",
        "torch": "learning",
        "numpy": "arrays",
        "scipy": "sparse matrices",
        "pandas": "tables",
        "pyarrow": "reading files",
        "safetensors": "storing models",
        "rapidfuzz": "comparing titles",
        "defusedxml": "reading XML safely",
        "filelock": "one window per folder",
        "appdirs": "where that folder is",
    }
)
PYTHON = "Python"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_QT = ("pyside6-essentials", "shiboken6")
"""Packages that ship no licence text themselves."""
_LONGEST_LICENCE = 400


@dataclass(frozen=True)
class Package:
    """A package that comes with Desktop Rec; `purpose` is "" for those that others need."""

    name: str
    version: str
    licence: str
    purpose: str = ""


@cache
def packages() -> tuple[Package, ...]:
    """Python, and every installed package that Desktop Rec needs, directly or by another: ours first, then by name."""
    purposes = {_plain(name): purpose for name, purpose in PURPOSES.items()}
    python = Package(PYTHON, platform.python_version(), "PSF-2.0", "the language")
    waiting, found, seen = [OURS, *PURPOSES], {_plain(PYTHON): python}, set[str]()
    while waiting:
        name = waiting.pop(0)
        if _plain(name) in seen:
            continue
        seen.add(_plain(name))
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        next_step()
        waiting += _needed_by(name)
        if _plain(name) != OURS:
            purpose = purposes.get(_plain(name), "")
            found[_plain(name)] = Package(about["Name"], about["Version"], _licence(about), purpose)
    return tuple(sorted(found.values(), key=lambda package: (not package.purpose, package.name.lower())))


def notice_of(name: str) -> str:
    """The licence files of a package, one after the other; "" where there are none."""
    if _plain(name) in _QT:
        files = ("QT.md", "LGPL-3.0.txt", "GPL-3.0.txt")
        return "\n\n".join(resource_path("notices", file).read_text(encoding="utf-8") for file in files)
    if name == PYTHON:
        licence = python_licence()
        return licence.read_text(encoding="utf-8") if licence else ""
    parts = []
    for file in metadata.files(name) or ():
        if "licen" in file.name.lower() or "notice" in file.name.lower() or "licenses/" in str(file):
            place = file.locate()
            if file.suffix.lower() in ("", ".txt", ".md", ".rst") and getattr(place, "is_file", bool)():
                parts.append(f"{file}\n\n{file.read_text(encoding='utf-8')}")
    return "\n\n".join(parts)


def python_licence() -> Path | None:
    """The licence file of the Python that runs this: a built program has it among its notices."""
    kept = resource_path("notices", "python"), Path(os.__file__).parent, Path(sys.base_prefix)
    places = (folder / name for folder in kept for name in ("LICENSE.txt", "LICENSE"))
    return next((place for place in places if place.is_file()), None)


def sample_notice() -> str:
    """The notice of the bundled sample data, whose terms are its own."""
    return resource_path("sample", "ABOUT.md").read_text(encoding="utf-8")


def all_notices() -> Iterator[str]:
    """Everything in one text, portion by portion, for a file beside a program that was built."""
    yield f"# The sample data\n\n{sample_notice()}"
    for package in packages():
        notice = notice_of(package.name) or "It ships no text of its own."
        yield f"# {package.name} {package.version} ({package.licence})\n\n{notice}"


def _needed_by(name: str) -> list[str]:
    """The names in what a package says that it needs; what only an extra needs is left out."""
    needed = []
    for requirement in metadata.requires(name) or ():
        found = _NAME.match(requirement)
        if found and "extra ==" not in requirement.replace("extra==", "extra =="):
            needed.append(found.group())
    return needed


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence(about: metadata.PackageMetadata) -> str:
    declared = [*(about.get_all("License-Expression") or ()), *(about.get_all("License") or ())]
    expression = str(declared[0]) if declared else ""
    if expression and "\n" not in expression and len(expression) < _LONGEST_LICENCE:
        return expression
    licences = [kind.split(" :: ")[-1] for kind in about.get_all("Classifier") or () if kind.startswith("License ::")]
    return ", ".join(licences) or expression.strip().split("\n")[0] or "see its own notice"
