"""Everything that comes with Desktop Rec is named with its licence, and its notice can be read."""

import tomllib
from pathlib import Path

from desktop_rec.settings.notices import PURPOSES, all_notices, notice_of, packages, sample_notice

ROOT = Path(__file__).parents[3]


def test_that_all_packages_that_come_along_are_named_with_their_licence():
    found = {package.name.lower().replace("_", "-"): package for package in packages()}
    assert "LGPL" in found["pyside6-essentials"].licence
    assert {"shiboken6", "sympy", "networkx", "python-dateutil", "typing-extensions"} <= set(found)
    assert all(package.licence for package in found.values())
    assert not {"pytest", "hypothesis", "ruff", "mypy", "desktop-rec"} & set(found)


def test_that_each_dependency_says_what_it_is_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {requirement.split(">")[0] for requirement in project["dependencies"]}
    assert names == set(PURPOSES)


def test_that_the_notice_of_qt_has_the_text_of_its_licence_and_where_its_source_is():
    notice = notice_of("PySide6_Essentials")
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in notice
    assert "GNU GENERAL PUBLIC LICENSE" in notice
    assert "https://download.qt.io" in notice


def test_that_the_sample_keeps_its_own_terms_beside_ours():
    assert "no commercial" in sample_notice()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "LicenseRef-MovieLens" in project["license"]
    assert "resources/sample/ABOUT.md" in project["license-files"]
    assert "resources/notices/*" in project["license-files"]


def test_that_all_notices_make_one_text_with_a_part_for_each_package():
    text = "\n\n".join(all_notices())
    assert text.startswith("# The sample data")
    assert all(f"# {package.name} {package.version}" in text for package in packages())
    assert "MIT" in notice_of("appdirs")
