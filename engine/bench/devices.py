"""What the devices of this machine compute and move in a second, in each precision that they have.

Shapes: n rows and columns of a square matrix.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.device import find_devices
from engine.events import Job, StageStarted

_CODES = {"float32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class DeviceSpeed:
    """A device in a precision: billions of operations a second in matrix products, and bytes a second in copies."""

    device: str
    precision: str
    gflops: float
    gigabytes_per_second: float


def device_speeds(*, size: int = 2048, repeats: int = 5) -> Job[tuple[DeviceSpeed, ...]]:
    """Measure every device that torch can use: the product of two square matrices of `size`, and a copy of one.

    The best of so many repeats counts.

    Examples
    --------
    >>> from engine.events import drive
    >>> drive(device_speeds(size=64, repeats=1))[-1].device
    'cpu'
    """
    found = []
    for device in find_devices():
        yield StageStarted(device.key, f"Measuring {device.words}")
        for precision in device.precisions:
            values_nn = torch.randn(size, size, device=device.key).to(_CODES[precision])
            out_nn = torch.empty_like(values_nn)
            product_s = _least(lambda a=values_nn, out=out_nn: torch.mm(a, a, out=out), values_nn, repeats)
            yield None
            copy_s = _least(lambda a=values_nn, out=out_nn: out.copy_(a), values_nn, repeats)
            yield None
            moved = 2 * values_nn.numel() * values_nn.element_size()
            found.append(DeviceSpeed(device.key, precision, 2e-9 * size**3 / product_s, 1e-9 * moved / copy_s))
    return tuple(found)


def _least(work: object, values: Tensor, repeats: int) -> float:
    """The least seconds of some repeats, after one that does not count; a GPU is waited for."""
    assert callable(work)
    seconds = []
    for _ in range(1 + repeats):
        _wait_for(values.device)
        began = time.perf_counter()
        work()
        _wait_for(values.device)
        seconds.append(time.perf_counter() - began)
    return max(min(seconds[1:]), 1e-9)


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
