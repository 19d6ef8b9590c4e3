"""Windows' rule on Linux: what this process has open or mapped can be neither renamed, removed nor written over.

`refusing()` holds the product to it in every test: calls from `engine` and `desktop_rec` fail as they would there, with
a PermissionError; what tests do themselves is let through.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_PRODUCT = (f"{_ROOT / 'engine'}{os.sep}", f"{_ROOT / 'desktop_rec'}{os.sep}")
_MAPPED = (".npy", ".safetensors")
_WORDS = "The process cannot access the file because it is being used by another process"


def held_under(path: Path | str) -> list[str]:
    """The files at or below a path that this process has open or mapped."""
    place = os.path.realpath(path)
    below = place + os.sep
    found = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue  # the one that listed them
        if (target == place or target.startswith(below)) and os.path.isfile(target):
            found.add(target)
    maps = Path("/proc/self/maps").read_bytes() if _may_be_mapped(place) else b""
    if os.fsencode(place) in maps:
        for line in os.fsdecode(maps).splitlines():
            parts = line.split(None, 5)
            if len(parts) == 6 and (parts[5] == place or parts[5].startswith(below)):
                found.add(parts[5])
    return sorted(found)


def _may_be_mapped(place: str) -> bool:
    """Whether it is worth the milliseconds to look: only arrays and weights are ever mapped."""
    if os.path.isdir(place):
        return any(name.endswith(_MAPPED) for _, _, names in os.walk(place) for name in names)
    return place.endswith(_MAPPED)


@contextmanager
def refusing() -> Iterator[None]:
    """As long as this is open, the product meets Windows' rule. Does nothing where there is no /proc."""
    if not os.path.isdir("/proc/self/fd"):
        yield
        return
    plain = {(os, name): getattr(os, name) for name in ("rename", "replace", "unlink", "remove")}
    plain[shutil, "rmtree"] = shutil.rmtree
    for (module, name), function in plain.items():
        setattr(module, name, _refusing(function, is_moving=name in ("rename", "replace")))
    try:
        yield
    finally:
        for (module, name), function in plain.items():
            setattr(module, name, function)


def _refusing(function: Callable[..., Any], *, is_moving: bool) -> Callable[..., Any]:
    def called(path: Any, *arguments: Any, **named: Any) -> Any:
        if named.get("dir_fd") is None and isinstance(path, str | os.PathLike) and _is_called_by_the_product():
            paths = [path, *arguments[:1]] if is_moving else [path]
            held = next(((place, files) for place in paths if (files := held_under(place))), None)
            if held is not None:
                if named.get("ignore_errors"):
                    return None
                refused = PermissionError(errno.EACCES, f"{_WORDS} ({held[1][0]})", str(held[0]))
                refused.winerror = 32  # type: ignore[attr-defined]
                raise refused
        return function(path, *arguments, **named)

    return called


def _is_called_by_the_product() -> bool:
    """Whether the nearest caller that is neither Python's own nor this module is of `engine` or `desktop_rec`."""
    frame = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_PRODUCT):
            return True
        if file.startswith(str(_ROOT)):
            return False
        frame = frame.f_back  # type: ignore[assignment]
    return False
