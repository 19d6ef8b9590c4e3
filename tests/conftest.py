"""Before any test: Qt draws into memory, torch takes one thread, and a plain run is spread over the processors."""

from __future__ import annotations

import gc
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import files_in_use
import pytest
from hypothesis import HealthCheck, settings

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OMP_NUM_THREADS", "1")
_MEMORY = Path("/dev/shm")
if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 2 << 30:  # else a disk is waited for all the time
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

_MOST_WORKERS = 8
_DESKTOP = Path(__file__).parent / "desktop"
_SUPPORT = Path(__file__).parent / "support"

for _profile, _examples in (("default", 6), ("thorough", 100)):
    settings.register_profile(
        _profile,
        max_examples=_examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


@pytest.fixture(scope="session", autouse=True)
def _as_on_windows() -> Iterator[None]:
    """With FILES_IN_USE=1 what is in use can be neither renamed nor removed, as on Windows."""
    with files_in_use.refusing() if os.environ.get("FILES_IN_USE") == "1" else nullcontext():
        yield


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("thorough" if _is_thorough(config) else "default")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Workers pay from a few hundred tests on: a chosen file, name or line runs in this process, and starts at once."""
    narrowed = (
        config.option.keyword or config.getoption("lf", False) or any(_is_file(argument) for argument in config.args)
    )
    return 0 if narrowed else min(_processors(), _MOST_WORKERS)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A thorough run imports only the files that have tests for it: marked so, or with drawn cases."""
    if not _is_thorough(config) or not collection_path.match("test_*.py"):
        return None
    text = collection_path.read_text(encoding="utf-8")
    return None if "mark.thorough" in text or "hypothesis" in text else True


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[Any]:
    """No garbage is looked for while syntax trees are made by the thousand, nor later among what stays anyway."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.hookimpl(tryfirst=True)  # before pytest deselects by markers
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Window tests are `gui`; in a thorough run the tests that draw their cases count as thorough: they draw more."""
    for item in items:
        if _DESKTOP in item.path.parents:
            item.add_marker("gui")
        if _is_thorough(config) and getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("thorough")


MadeOnce = Callable[[Callable[[Path], None], Path], None]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """Has a function furnish a folder once in this process, and copies that into the folder of each test."""
    base = tmp_path_factory.mktemp("made_once")

    def copy(furnish: Callable[[Path], None], folder: Path) -> None:
        made = base / f"{furnish.__module__}.{furnish.__qualname__}"
        if not made.exists():
            made.mkdir()
            furnish(made)
        shutil.copytree(made, folder, dirs_exist_ok=True)

    return copy


@pytest.fixture(scope="session")
def warm_python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Another `sys.executable`, which does not import torch again where processes can be forked: see `warm_server`."""
    if not hasattr(os, "fork"):
        yield sys.executable
        return
    folder = tmp_path_factory.mktemp("warm")
    place, program = str(folder / "socket"), folder / "python"
    asking = shlex.join([sys.executable, "-S", str(_SUPPORT / "warm_program.py"), place])
    program.write_text(f'#!/bin/sh\nexec {asking} "$@"\n')
    program.chmod(0o700)
    paths = os.pathsep.join(map(str, (_SUPPORT, _SUPPORT.parents[1])))
    with subprocess.Popen(
        [sys.executable, str(_SUPPORT / "warm_server.py"), place],
        env={**os.environ, "PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        yield str(program)


def _is_thorough(config: pytest.Config) -> bool:
    return config.option.markexpr == "thorough"


def _is_file(argument: str) -> bool:
    return "::" in argument or argument.endswith(".py")


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
