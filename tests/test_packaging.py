"""What makes a program for people without Python: recipes that are whole, icons of all sizes, and what is left out."""

import configparser
import os
import re
import shutil
import struct
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QImage

import engine

ROOT = Path(__file__).parents[1]
HERE = ROOT / "resources" / "packaging"
sys.path.append(str(HERE))

import icons as packaged  # noqa: E402
import shipped  # noqa: E402
import start  # noqa: E402

OPENED = ("text/csv", "text/tab-separated-values", "application/zip", "application/gzip", "application/json")


@pytest.fixture(scope="module")
def icons(qapp_offscreen, tmp_path_factory):
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
    if shutil.which("desktop-file-validate"):
        done = subprocess.run(
            ["desktop-file-validate", HERE / "linux" / "desktop-rec.desktop"], capture_output=True, text=True
        )
        assert (done.returncode, done.stdout) == (0, "")


def test_that_the_metainfo_is_of_this_version_and_valid():
    path = HERE / "linux" / "desktop-rec.metainfo.xml"
    root = ElementTree.parse(path).getroot()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert root.find("releases/release").get("version") == project["version"]
    assert root.findtext("launchable") == "desktop-rec.desktop"
    assert root.findtext("project_license") == project["license"]
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
        ("PySide6/Qt/lib/libQt6Test.so.6", True),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platformthemes/libqxdgdesktopportal.so", True),
        ("PySide6/Qt/plugins/imageformats/libqsvg.so", True),
        ("torch/lib/libtorch_cpu.so", True),
        ("torch/bin/torch_shm_manager", True),
        ("pyarrow/libarrow_substrait.so.2600", True),
        ("pyarrow/libarrow_python.so.2600", True),
        ("resources/sample/ratings.csv", True),
        ("PySide6/Qt/qml/QtQuick/qmldir", False),
        ("PySide6/Qt/lib/libQt6Quick.so.6", False),
        ("PySide6/Qt/plugins/tls/libqopensslbackend.so", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6\\Qt\\qml\\QtQuick\\qmldir", False),
        ("torch/bin/protoc", False),
        ("torch/include/ATen/ATen.h", False),
        ("scipy/sparse/tests/test_base.py", False),
        ("pyarrow/libarrow_flight.so.2600", False),
        ("libarrow_s3.so.2600", False),
        ("pyarrow/libarrow_python.so.2600.1.0", False),
    ],
)
def test_that_a_program_ships_what_it_needs_and_no_more(file, is_kept):
    assert shipped.is_shipped(file) == is_kept


@pytest.mark.thorough
def test_that_no_module_that_the_program_imports_is_left_out():
    words = (
        "import importlib, pkgutil, sys\n"
        "for package in ('engine', 'desktop_rec'):\n"
        "    for found in pkgutil.walk_packages(importlib.import_module(package).__path__, package + '.'):\n"
        "        if not found.name.endswith('__main__'):\n"
        "            importlib.import_module(found.name)\n"
        "print('\\n'.join(sys.modules))"
    )
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", words], env=surroundings, capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert {"PySide6.QtTest", "PySide6.QtOpenGL", "pyarrow.parquet", "desktop_rec.tour.hand"} <= imported
    servers = {"pyarrow._s3fs", "pyarrow._gcsfs", "pyarrow._azurefs", "pyarrow._hdfs"}  # pyarrow does without them
    assert {name for name in imported if name in shipped.LEFT_OUT} <= servers


@pytest.mark.parametrize(
    ("module", "is_there_as_text"),
    [
        ("torch._dynamo.config", True),
        ("torch.fx.experimental._config", True),
        ("torch.nn.functional", True),
        ("torch._inductor.codegen.cpp", False),
        ("torch.distributed.run", False),
    ],
)
def test_that_torch_finds_the_text_of_modules_that_it_reads(module, is_there_as_text):
    modes = shipped.how_collected([module])
    assert modes["torch"] == "pyz"
    assert (modes.get(module) == "pyz+py") == is_there_as_text


def test_that_libraries_of_the_system_go_with_what_needed_them():
    needs = {"/qt": ["libdbus.so"], "/pango": ["libglib.so"], "/dbus": ["libz.so"]}
    binaries = [
        ("PySide6/libQt6DBus.so", "/qt", "BINARY"),
        ("libpango.so", "/pango", "BINARY"),
        ("libglib.so", "/glib", "BINARY"),
        ("libdbus.so", "/dbus", "BINARY"),
        ("libz.so", "/z", "BINARY"),
        ("libpython3.11.so.1.0", "/python", "BINARY"),
    ]
    left = [name for name, _, _ in shipped.without_orphans(binaries, lambda source: needs.get(source, []))]
    assert left == ["PySide6/libQt6DBus.so", "libdbus.so", "libz.so", "libpython3.11.so.1.0"]


def test_that_only_libraries_that_bear_it_are_stripped():
    assert shipped.is_stripped("torch/lib/libtorch_cpu.so")
    assert shipped.is_stripped("libpython3.11.so.1.0")
    assert not shipped.is_stripped("numpy.libs/libscipy_openblas64_-32a4b2a6.so")
    assert not shipped.is_stripped("PySide6/Qt/lib/libQt6Core.so.6")


def test_that_a_built_program_is_python_for_the_processes_of_torchrun():
    assert start.module_in(["-u", "-m", "engine", "runs"]) == ["engine", "runs"]
    assert start.module_in(["-m", "torch.distributed.run", "--standalone"]) == ["torch.distributed.run", "--standalone"]
    assert start.module_in(["ratings.csv"]) == start.module_in(["--engine", "-m"]) == start.module_in([]) == []


def test_that_programs_started_from_a_built_one_load_the_system_s_libraries(monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/desktop-rec/_internal:/usr/local/lib")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/usr/local/lib")
    start.give_libraries_back()
    assert os.environ["LD_LIBRARY_PATH"] == "/usr/local/lib"
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ
    start.give_libraries_back()
    assert "LD_LIBRARY_PATH" not in os.environ


def test_that_steps_and_seconds_of_a_tour_may_differ_and_figures_not():
    import build

    lines = ["Train   4.1 s  ndcg@100 0.286", "Stop and keep   0.2 s  Stopped by you after 18 steps; it is kept."]
    others = ["Train   9.9 s  ndcg@100 0.286", "Stop and keep   0.4 s  Stopped by you after 19 steps; it is kept."]
    assert [build.without_times(line) for line in lines] == [build.without_times(line) for line in others]
    assert build.without_times(lines[0]) != build.without_times(lines[0].replace("0.286", "0.287"))


@pytest.fixture
def program(tmp_path, icons):
    """A built folder, as far as a menu is concerned, in a place with signs that shells and entries know."""
    folder = tmp_path / 'My "films" 100% $HOME' / "desktop-rec"
    shutil.copytree(HERE / "linux", folder / "desktop")
    shutil.copytree(icons, folder / "desktop" / "icons")
    (folder / "desktop-rec").write_text("#!/bin/sh\n")
    (folder / "desktop-rec").chmod(0o755)
    return folder / "desktop-rec"


@pytest.mark.skipif(os.name != "posix", reason="a script of Linux desktops")
def test_that_a_program_enters_the_menu_and_leaves_it_and_is_nobody_s_default(program, tmp_path):
    data, script = tmp_path / "data", program.parent / "desktop" / "add-to-menu.sh"
    surroundings = os.environ | {"XDG_DATA_HOME": str(data), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    subprocess.run(["sh", script], env=surroundings, check=True)
    entry = data / "applications" / "desktop-rec.desktop"
    lines = entry.read_text(encoding="utf-8").splitlines()
    written = str(program).replace('"', '\\\\"').replace("$", "\\\\$").replace("%", "%%")
    assert f'Exec="{written}" %F' in lines
    assert f"TryExec={program}" in lines
    assert sum(line.startswith("Exec=") for line in lines) == 1
    assert len(list(data.glob("icons/hicolor/*x*/apps/desktop-rec.png"))) == 8
    assert not [*tmp_path.rglob("mimeapps.list"), *tmp_path.rglob("defaults.list")]
    if shutil.which("desktop-file-validate"):
        done = subprocess.run(["desktop-file-validate", entry], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
    subprocess.run(["sh", script, "--remove"], env=surroundings, check=True)
    assert not [path for path in data.rglob("*desktop-rec*") if path.is_file()]


def test_that_the_flatpak_takes_what_a_build_makes_and_may_write_nowhere():
    text = (HERE / "linux" / "org.desktop_rec.DesktopRec.yml").read_text(encoding="utf-8")
    for name in re.findall(r"desktop-rec/desktop/(desktop-rec[a-z.-]*\.(?:desktop|xml))", text):
        assert (HERE / "linux" / name).is_file(), name
    sizes = re.search(r"for size in ([0-9 ]+);", text)
    assert tuple(map(int, sizes.group(1).split())) == packaged.SIZES
    granted = re.findall(r"^  - --(\S+)$", text, re.MULTILINE)
    assert "filesystem=home:ro" in granted
    assert not [word for word in granted if word.startswith("filesystem=") and not word.endswith(":ro")]
    assert "share=network" not in granted
    app_id = ElementTree.parse(HERE / "linux" / "desktop-rec.metainfo.xml").getroot().findtext("id")
    assert f"app-id: {app_id}" in text


def test_that_briefcase_builds_what_the_wheel_holds_in_the_same_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    briefcase, app = project["tool"]["briefcase"], project["tool"]["briefcase"]["app"]["desktop_rec"]
    assert briefcase["version"] == project["project"]["version"] == engine.__version__
    packages = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert {Path(source).name for source in app["sources"]} == packages
    assert all((ROOT / source).is_dir() for source in app["sources"])
    kinds = app["macOS"]["info"]["CFBundleDocumentTypes"][0]
    assert kinds["LSHandlerRank"] == "Alternate"
    assert f'"CFBundleTypeExtensions": {str(kinds["CFBundleTypeExtensions"]).replace(chr(39), chr(34))}' in " ".join(
        (HERE / "desktop_rec.spec").read_text(encoding="utf-8").split()
    )


def test_that_the_readme_installs_on_a_server_all_that_the_engine_stands_on_and_no_qt():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[<>=!]", package)[0] for package in project["dependencies"]}
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("### On a GPU server")[1].split("\n### ")[0]
    installed = re.search(r"^python -m pip install (.+)$", section, re.MULTILINE)
    assert set(installed.group(1).split()) == needed - {"PySide6-Essentials", "pyqtgraph"}
