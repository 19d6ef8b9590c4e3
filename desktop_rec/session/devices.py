"""Which devices can compute here. Finding them imports torch and the plots, once, in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.session.queries import QueryWorker
from engine.events import Job

if TYPE_CHECKING:
    from engine.device import Device, UnusedGpu


@dataclass(frozen=True)
class FoundDevices:
    """What can compute here, and a GPU that is there but of no use to torch."""

    usable: tuple[Device, ...]
    unused: UnusedGpu | None


class Devices(QObject):
    """`found` is None until they are known; `changed` says so. torch, the plots and `modules` are imported by then."""

    changed = Signal()

    def __init__(self, worker: QueryWorker, *, modules: Sequence[str] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: FoundDevices | None = None
        self._worker, self._modules = worker, tuple(modules)
        worker.answered.connect(self._on_answer)

    def look(self) -> None:
        """Import torch in the background and see what can compute here, so that no later click waits for it."""
        if self.found is None:
            self._worker.request("devices", partial(_find_devices, self._modules))

    def _on_answer(self, kind: str, answer: Any) -> None:
        if kind == "devices":
            self.found = answer
            self.changed.emit()


def _find_devices(modules: Sequence[str]) -> Job[FoundDevices]:
    yield None
    import pyqtgraph  # noqa: F401

    import engine.models.defaults
    import engine.operations.preparing
    import engine.training.plan  # noqa: F401
    from engine.device import explain_unused_gpu, find_devices

    for name in modules:
        yield None
        import_module(name)
    return FoundDevices(find_devices(), explain_unused_gpu())
