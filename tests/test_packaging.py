"""What makes a program for people without Python: recipes that are whole, icons of all sizes, and what is left out."""

import configparser
import shutil
import struct
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QImage

ROOT = Path(__file__).parents[1]
HERE = ROOT / "resources" / "packaging"
sys.path.append(str(HERE))
OPENED = ("text/csv", "text/tab-separated-values", "application/zip", "application/gzip", "application/json")


@pytest.fixture(scope="module")
def icons(qapp_offscreen, tmp_path_factory):
    import icons as packaged

    folder = tmp_path_factory.mktemp("icons")
    packaged.write_icons(folder)
    return folder


@pytest.fixture(scope="module")
def qapp_offscreen():
    from desktop_rec.app import make_application

    return make_application(["test"])


@pytest.mark.parametrize("size", [16, 24, 32, 48, 64, 128, 256, 512])
def test_that_the_icon_is_drawn_in_every_size(icons, size):
    image = QImage(str(icons / f"desktop-rec-{size}.png"))
    assert (image.width(), image.height()) == (size, size)
    assert image.pixelColor(size // 2, size // 10).alpha() == 255
    assert image.pixelColor(0, 0).alpha() == 0


def test_that_the_containers_of_windows_and_macos_hold_pictures_that_can_be_read(icons):
    ico, icns = (icons / "desktop-rec.ico").read_bytes(), (icons / "desktop-rec.icns").read_bytes()
    _, kind, count = struct.unpack_from("<HHH", ico)
    assert (kind, count) == (1, 7)
    for number in range(count):
        length, start = struct.unpack_from("<II", ico, 6 + 16 * number + 8)
        assert QImage.fromData(ico[start : start + length]).width() == (16, 24, 32, 48, 64, 128, 256)[number]
    assert (icns[:4], struct.unpack_from(">I", icns, 4)[0]) == (b"icns", len(icns))


def test_that_the_desktop_entry_opens_ratings_and_is_nobody_s_default():
    entry = configparser.ConfigParser(interpolation=None, strict=True)
    entry.optionxform = str
    entry.read(HERE / "linux" / "desktop-rec.desktop", encoding="utf-8")
    values = entry["Desktop Entry"]
    assert set(OPENED) <= set(values["MimeType"].split(";"))
    assert values["Exec"] == "desktop-rec %F"
    assert values["StartupWMClass"] == "desktop-rec"
    assert not list(HERE.rglob("mimeapps.list"))


def test_that_the_metainfo_is_of_this_version_and_valid():
    path = HERE / "linux" / "desktop-rec.metainfo.xml"
    root = ElementTree.parse(path).getroot()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert root.find("releases/release").get("version") == project["version"]
    assert root.findtext("launchable") == "desktop-rec.desktop"
    if shutil.which("appstreamcli"):
        done = subprocess.run(["appstreamcli", "validate", "--no-net", path], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_that_the_wheel_has_a_program_for_windows_and_one_for_terminals():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["gui-scripts"] == {"desktop-rec": "desktop_rec.__main__:main"}
    assert project["scripts"] == {"desktop-rec-engine": "engine.cli.command_line:run"}


@pytest.mark.parametrize(
    ("file", "is_kept"),
    [
        ("PySide6/Qt/lib/libQt6Network.so.6", True),
        ("PySide6/Qt/lib/libQt6Widgets.so.6", True),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/imageformats/libqsvg.so", True),
        ("torch/lib/libtorch_cpu.so", True),
        ("resources/sample/ratings.csv", True),
        ("PySide6/Qt/qml/QtQuick/qmldir", False),
        ("PySide6/Qt/lib/libQt6Quick.so.6", False),
        ("PySide6/Qt/plugins/tls/libqopensslbackend.so", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("torch/include/ATen/ATen.h", False),
        ("scipy/sparse/tests/test_base.py", False),
    ],
)
def test_that_a_program_ships_what_it_needs_and_no_more(file, is_kept):
    import re

    recipe = (HERE / "desktop_rec.spec").read_text(encoding="utf-8")
    found: dict = {"re": re}
    exec(recipe[recipe.index("NOT_SHIPPED") : recipe.index("\n\n\ndef kept")], found)
    assert (not found["NOT_SHIPPED"].search(file)) == is_kept
