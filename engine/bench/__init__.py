"""What this machine does in how long: one bench a name, each a job that makes its own data. Needs torch, no window."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from engine.events import Job

BENCHES = {
    "ladder": "engine.bench.ladder:ladder",
    "devices": "engine.bench.devices:device_speeds",
    "import": "engine.bench.importing:import_speeds",
    "explain": "engine.bench.explaining:explain_speeds",
}


def bench_called(name: str) -> Callable[..., Job[tuple[Any, ...]]]:
    """The job that measures it; its keywords are what can be set.

    >>> bench_called("import").__name__
    'import_speeds'
    """
    module, _, function = BENCHES[name].partition(":")
    found: Callable[..., Job[tuple[Any, ...]]] = getattr(importlib.import_module(module), function)
    return found
