"""One command that builds the program for people without Python, a folder of its own, and tries it.

    python -m pip install -e ".[bundle]" && python resources/packaging/build.py

Build it where the torch for processors is installed (the one for GPUs is several GB larger). It takes some minutes and
says: seconds, size, packed size, what is missing, and whether the built program's tour goes as the plain one does.
`--packed` makes an archive, too; `--untried` leaves the tours out.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "resources" / "packaging"
sys.path[:0] = [str(ROOT), str(HERE)]

from shipped import is_stripped  # type: ignore[import-not-found, unused-ignore]  # noqa: E402

from desktop_rec.window.system_libraries import missing_libraries, missing_sentence  # noqa: E402

_SECONDS = re.compile(r"after \d+ steps|\d+(?:[.,]\d+)? (?:s|ms|min)\b|\d+:\d\d")


def main() -> int:
    """Build, look, try; 0 where all is well."""
    asked = _arguments()
    import torch

    if torch.version.cuda is not None:
        print(f"This torch ({torch.__version__}) is the one for GPUs: the program would have several GB.", flush=True)
    lacking = missing_libraries({"DISPLAY": ":0"})
    if lacking:
        print(f"{missing_sentence(lacking)}\nUntil then the program lacks them, too.", flush=True)
    began = time.monotonic()
    folder = build(asked.out.resolve())
    strip(folder)
    print(f"Built in {time.monotonic() - began:.0f} s: {folder}, {_mib(_bytes_in(folder)):,.0f} MiB", flush=True)
    missing = missing_files(folder)
    print(f"Missing files: {len(missing)}{': ' if missing else ''}{', '.join(missing[:10])}", flush=True)
    if asked.packed:
        archive = Path(shutil.make_archive(str(folder), "xztar", folder.parent, folder.name))
        print(f"Packed: {archive.name}, {_mib(archive.stat().st_size):,.0f} MiB", flush=True)
    same = asked.untried or has_same_tour(folder)
    return 0 if same and not missing else 1


def build(out: Path) -> Path:
    """Make the folder of the program in `out`; which one it is."""
    with tempfile.TemporaryDirectory(prefix="desktop-rec-build-") as work:
        surroundings = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
        surroundings["DESKTOP_REC_ICONS"] = f"{work}/icons"
        subprocess.run([sys.executable, HERE / "icons.py", f"{work}/icons"], env=surroundings, check=True)
        words = ["--noconfirm", "--log-level", "WARN", "--distpath", str(out), "--workpath", f"{work}/work"]
        recipe = str(HERE / "desktop_rec.spec")
        subprocess.run([sys.executable, "-m", "PyInstaller", *words, recipe], env=surroundings, check=True, cwd=ROOT)
        folder = out / "desktop-rec"
        write_notices(folder)
        if sys.platform.startswith("linux"):
            shutil.copytree(HERE / "linux", folder / "desktop", dirs_exist_ok=True)
            shutil.copytree(f"{work}/icons", folder / "desktop" / "icons", ignore=shutil.ignore_patterns("*.ic*"))
    return folder


def write_notices(folder: Path) -> None:
    """Our licence, and the notices of all that the folder holds: packages, and libraries of this system."""
    from desktop_rec.settings.notices import all_notices

    shutil.copy(ROOT / "LICENSE", folder / "LICENSE.txt")
    parts = [*all_notices()]
    for library, notice in notices_of_system(inside(folder)).items():
        if not notice:
            print(f"No notice was found of {library}.", flush=True)
        elif notice not in parts:
            parts.append(notice)
    (folder / "NOTICES.txt").write_text("\n\n".join(parts), encoding="utf-8")


def notices_of_system(folder: Path) -> dict[str, str]:
    """The notice of each library that came from this system, by the library's name; "" where none is found.

    On Debian and its like a package keeps its notice, and knows its files. Elsewhere libraries come with packages.
    """
    found = {}
    for path in sorted(folder.glob("lib*.so*")):
        if path.is_symlink() or path.name.startswith("libpython"):
            continue
        asked = ["dpkg-query", "-S", f"*/{path.name}"]
        said = subprocess.run(asked, capture_output=True, text=True).stdout if shutil.which("dpkg-query") else ""
        package = said.split(":")[0].split(",")[0]
        notice = Path("/usr/share/doc", package, "copyright") if package else None
        text = notice.read_text(encoding="utf-8", errors="replace") if notice and notice.is_file() else ""
        found[path.name] = f"# {package}, of the system that this was built on\n\n{text}" if text else ""
    return found


def strip(folder: Path) -> None:
    """Take the tables of symbols out of Linux' largest libraries; their places are said by `shipped`."""
    tool = shutil.which("strip")
    if tool is None or not sys.platform.startswith("linux"):
        return
    for path in folder.rglob("*.so*"):
        if path.is_file() and not path.is_symlink() and is_stripped(path.relative_to(inside(folder)).as_posix()):
            subprocess.run([tool, "--strip-unneeded", path], check=True)


def program_of(folder: Path) -> Path:
    """The program in a built folder."""
    return folder / ("desktop-rec.exe" if sys.platform == "win32" else "desktop-rec")


def inside(folder: Path) -> Path:
    """Where in a built folder its modules and resources lie."""
    return next(path for path in (folder / "_internal", folder) if path.is_dir())


def missing_files(folder: Path) -> list[str]:
    """Resources and modules of ours that a built folder lacks, links that lead nowhere, commands that fail."""
    within = inside(folder)
    ours = ((ROOT / "resources" / part).rglob("*.*") for part in ("sample", "notices", "icons"))
    lacking = [str(path.relative_to(ROOT)) for path in chain(*ours) if not (within / path.relative_to(ROOT)).is_file()]
    lacking += [str(path) for path in within.rglob("*") if path.is_symlink() and not path.exists()]
    modules = modules_in(program_of(folder))
    for part in ("engine", "desktop_rec"):
        names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / part).rglob("*.py"))
        lacking += sorted({name.removesuffix(".__init__") for name in names} - modules)
    asked = subprocess.run([program_of(folder), "--engine", "models"], capture_output=True, text=True, timeout=300)
    return lacking + ([f"the commands ({asked.stderr.strip()[-200:]})"] if asked.returncode else [])


def modules_in(program: Path) -> set[str]:
    """The names of all modules in a built program."""
    from PyInstaller.archive.readers import CArchiveReader  # type: ignore[import-untyped, unused-ignore]

    archive = CArchiveReader(str(program))
    return set(archive.open_embedded_archive("PYZ.pyz").toc)


def has_same_tour(folder: Path) -> bool:
    """Whether the built program's tour without a screen goes as the plain one, seconds aside; says where not."""
    with tempfile.TemporaryDirectory(prefix="desktop-rec-tour-") as place:
        plain = _tour([sys.executable, "-m", "desktop_rec"], Path(place) / "plain")
        built = _tour([str(program_of(folder))], Path(place) / "built")
    others = [(before, after) for before, after in zip(plain, built, strict=False) if before != after]
    for before, after in others[:5]:
        print(f"plain: {before}\nbuilt: {after}", flush=True)
    same = not others and len(plain) == len(built) and len(built) > 5
    print(f"The tours: {len(built)} lines, {'the same' if same else f'{len(others)} others'}", flush=True)
    return same


def without_times(line: str) -> str:
    """A line of a tour without what depends on how fast the machine is."""
    return _SECONDS.sub("...", line)


def _tour(program: list[str], pictures: Path) -> list[str]:
    surroundings = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    began = time.monotonic()
    done = subprocess.run(
        [*program, "--tour", str(pictures)], env=surroundings, capture_output=True, text=True, timeout=3600, cwd=ROOT
    )
    print(f"{program[-1]}: a tour of {time.monotonic() - began:.0f} s, status {done.returncode}", flush=True)
    lines = [without_times(line.replace(str(pictures), "")) for line in done.stdout.splitlines()]
    return [*lines, *done.stderr.splitlines()[-5:]] if done.returncode else lines


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _mib(size_bytes: int) -> float:
    return size_bytes / 2**20


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Build Desktop Rec as a program of its own.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where to put it")
    parser.add_argument("--packed", action="store_true", help="make an archive, too")
    parser.add_argument("--untried", action="store_true", help="do not drive it through its tour")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
