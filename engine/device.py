"""Devices, their precision, threads and memory. Importing this module does not import torch."""

from __future__ import annotations

import logging
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import DeviceError
from engine.text import format_size, plural

if TYPE_CHECKING:
    import torch

ALL_GPUS = "all"
"""The device that is every GPU of this machine together."""
_LOG = logging.getLogger(__name__)
_BF16_FLAGS = ("avx512_bf16", "amx_bf16", "bf16")
_PROBES, _FASTER, _HOPELESS = 5, 4 / 3, 3.0
_TENSOR_CORES = (7, 0)
_GPUS_THERE = ("is none", "is one")


@dataclass(frozen=True)
class Device:
    """A place to compute. `key` is what torch calls it, `words` what people read; memory in bytes where known."""

    key: str
    words: str
    memory_bytes: int | None
    precisions: tuple[str, ...]


@dataclass(frozen=True)
class UnusedGpu:
    """A GPU that is in the machine but that this torch cannot use: why, and the line that mends it, "" for none."""

    words: str
    line: str


def find_devices() -> tuple[Device, ...]:
    """Every device torch can use now, the fastest first; the processor is always there."""
    import torch

    found = list(_answering_gpus()[0])
    if torch.backends.mps.is_available() and mps_trains():
        found.append(Device("mps", "GPU: Apple, memory shared with the processor", None, ("float32",)))
    words = f"Processor: {plural(os.cpu_count() or 1, 'core')}"
    found.append(Device("cpu", words, memory_bytes(), ("float32", "bf16") if cpu_is_fast_in_bf16() else ("float32",)))
    return tuple(found)


def gpus_of(devices: Sequence[Device]) -> tuple[Device, ...]:
    """The GPUs among devices that can learn together."""
    return tuple(device for device in devices if device.key.startswith("cuda"))


def processes_for(asked: str) -> int:
    """How many processes an asked device takes: one for each GPU where all are asked for, else this one."""
    return len(gpus_of(find_devices())) if asked == ALL_GPUS else 1


def choose_device(asked: str = "auto") -> torch.device:
    """The torch device for "auto" (the fastest), "cpu", "cuda", "cuda:1", "mps" or "all" (its first GPU).

    Raises DeviceError.
    """
    import torch

    usable = find_devices()
    if asked == ALL_GPUS:
        gpus = gpus_of(usable)
        if len(gpus) < 2:
            raise DeviceError(
                f"To learn on all GPUs takes two or more that torch can use; there {_GPUS_THERE[len(gpus)]}.",
                remedy="Choose auto.",
                asked=asked,
            )
        return torch.device(gpus[0].key)
    for device in usable:
        if asked in ("auto", device.key, device.key.split(":")[0]):
            _LOG.info("Computing on %s.", device.words)
            return torch.device(device.key)
    unused = explain_unused_gpu() if asked.startswith("cuda") else None
    remedy = f"{unused.words} To mend it, run: {unused.line}" if unused else "Choose cpu, or auto."
    raise DeviceError(
        f"There is no usable {asked!r} here; what there is: {', '.join(device.key for device in usable)}.",
        remedy=remedy,
        asked=asked,
    )


def explain_unused_gpu() -> UnusedGpu | None:
    """A GPU in the machine that torch cannot use, and what mends it; None where all is well or there is no GPU."""
    import torch

    if torch.backends.mps.is_available() and not mps_trains():
        return UnusedGpu(
            "This torch cannot train on Apple's GPU yet (it lacks embedding_bag there), so the processor is used.", ""
        )
    if torch.cuda.is_available():
        refusal = _answering_gpus()[1]
        words = f"A GPU of this machine does not answer ({refusal}). Another program may be using it."
        return UnusedGpu(words, "nvidia-smi") if refusal else None
    if torch.backends.mps.is_available():
        return None
    name = _gpu_name()
    if name is None:
        return None
    is_for_processors = torch.version.cuda is None and torch.version.hip is None
    if is_for_processors and getattr(sys, "frozen", False):
        return UnusedGpu(
            f"This machine has a GPU ({name}), but this program is built for processors only. Desktop Rec uses the GPU "
            "where it is installed with Python.",
            "",
        )
    if is_for_processors:
        return UnusedGpu(
            f"This machine has a GPU ({name}), but the installed torch is the build for processors only.",
            _reinstall_line(),
        )
    return UnusedGpu(
        f"This machine has a GPU ({name}), but torch cannot reach it: its driver is missing or too old.", "nvidia-smi"
    )


@cache
def mps_trains() -> bool:
    """Whether Apple's GPU learns what all sparse inputs here need: an embedding bag with weights; tried once."""
    import torch

    try:
        table = torch.ones(4, 2, device="mps", requires_grad=True)
        rows, starts = torch.tensor([0, 1, 3], device="mps"), torch.tensor([0, 2], device="mps")
        weights = torch.ones(3, device="mps", requires_grad=True)
        bags = torch.nn.functional.embedding_bag(rows, table, starts, mode="sum", per_sample_weights=weights)
        bags.sum().backward()  # type: ignore[no-untyped-call]
        return table.grad is not None and bool(torch.isfinite(table.grad.cpu()).all())
    except (RuntimeError, NotImplementedError, TypeError, AssertionError):
        return False


def choose_precision(asked: str, device: torch.device) -> str:
    """ "float32", "bf16" or "fp16" for what was asked ("auto" takes less precision where that is faster).

    A GPU is believed what it has in hardware; a processor is tried, which takes up to half a second once.
    """
    if asked != "auto":
        return asked
    if device.type == "cpu":
        return "bf16" if cpu_is_faster_in_bf16() else "float32"
    key = f"cuda:{device.index or 0}" if device.type == "cuda" else device.type
    return next((known.precisions[-1] for known in find_devices() if known.key == key), "float32")


@contextmanager
def exactly() -> Iterator[None]:
    """Without gradients and in float32, whatever the caller's mode: how models are asked."""
    import torch

    with torch.no_grad(), torch.autocast("cpu", enabled=False), torch.autocast("cuda", enabled=False):
        yield


@dataclass
class _Cores:
    asked: int | None = None
    kept_free: int = 0
    processes: int = 1


_CORES = _Cores()


def ask_threads(count: int | None) -> None:
    """Have jobs compute on so many threads; None: on all cores that are not kept free."""
    _CORES.asked = count


def asked_threads() -> int | None:
    return _CORES.asked


def keep_core_free(is_kept: bool) -> None:
    """Have jobs leave one core to the window, which somebody is looking at, or no longer."""
    _CORES.kept_free = int(is_kept)


def share_cores(processes: int) -> None:
    """Have jobs leave to each of so many processes of this machine, which compute at one time, an equal part."""
    _CORES.processes = processes


def training_threads() -> int:
    """How many threads a job may use now: those asked for, here or by OMP_NUM_THREADS, else all cores that are free.

    Where processes compute together, they share them.
    """
    in_environment = os.environ.get("OMP_NUM_THREADS", "")
    asked = int(in_environment) if in_environment.isdecimal() else None
    return max(1, (_CORES.asked or asked or usable_cores() - _CORES.kept_free) // _CORES.processes)


def use_cores() -> None:
    """Let torch, on the calling thread, use as many threads as a job may now."""
    import torch

    if torch.get_num_threads() != training_threads():
        torch.set_num_threads(training_threads())


def usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_in_use(device: str) -> int | None:
    """The memory that a GPU holds for this process, or that the process takes; None where the system does not say."""
    torch = sys.modules.get("torch")
    try:
        if device.startswith("cuda") and torch is not None:
            return int(torch.cuda.memory_reserved(device))
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError, RuntimeError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def memory_bytes() -> int | None:
    """The machine's memory in bytes, or None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return _windows_memory()


def available_memory_bytes() -> int | None:
    """Memory in bytes that could be taken now (half of all where only that is known); None where unknown."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            line = next(line for line in file if line.startswith("MemAvailable:"))
        return int(line.split()[1]) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        whole = memory_bytes()
        return None if whole is None else whole // 2


def cpu_is_fast_in_bf16() -> bool:
    """Whether the processor multiplies bfloat16 in hardware (AVX-512 BF16, AMX or the Arm extension)."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            flags = next((line for line in file if line.startswith(("flags", "Features"))), "")
    except OSError:
        return False
    return any(flag in flags.split() for flag in _BF16_FLAGS)


@cache
def cpu_is_faster_in_bf16() -> bool:
    """Whether a product of the size of training's is measured at least a third faster in bfloat16; tried once."""
    import torch

    left, right = torch.ones(256, 512), torch.ones(512, 4096)
    pairs = {dtype: (left.to(dtype), right.to(dtype)) for dtype in (torch.float32, torch.bfloat16)}
    seconds = dict.fromkeys(pairs, float("inf"))
    for _ in range(_PROBES):
        for dtype, (wide, narrow) in pairs.items():
            started = time.thread_time()
            torch.mm(wide, narrow)
            seconds[dtype] = min(seconds[dtype], time.thread_time() - started)
        if seconds[torch.bfloat16] > _HOPELESS * seconds[torch.float32]:
            return False
    return _FASTER * seconds[torch.bfloat16] < seconds[torch.float32]


def _answering_gpus() -> tuple[list[Device], str]:
    """The GPUs that torch can use now, and the first line of what one says that refuses (it is busy), else ""."""
    import torch

    found, refusal = [], ""
    for index in range(torch.cuda.device_count()) if torch.cuda.is_available() else ():
        try:
            properties = torch.cuda.get_device_properties(index)
            words = f"GPU: {properties.name}, {format_size(properties.total_memory)}"
            found.append(Device(f"cuda:{index}", words, properties.total_memory, _precisions_of_gpu(index)))
        except RuntimeError as error:
            refusal = str(error).strip().partition("\n")[0]
    return found, refusal


def _precisions_of_gpu(index: int) -> tuple[str, ...]:
    """bf16 where the card has it in hardware, fp16 on those before that have tensor cores (V100, T4, RTX 20)."""
    import torch

    with torch.cuda.device(index):
        if torch.cuda.is_bf16_supported(including_emulation=False):
            return ("float32", "bf16")
    return ("float32", "fp16") if torch.cuda.get_device_capability(index) >= _TENSOR_CORES else ("float32",)


def _reinstall_line() -> str:
    """uv finds the build of torch that fits the GPU by itself, on Linux and on Windows."""
    python = f'"{sys.executable}"'
    install = f'{python} -m uv pip install --python {python} --torch-backend=auto --reinstall "torch>=2.8,<2.14"'
    return f"{python} -m pip install uv\n{install}"


def _gpu_name() -> str | None:
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    try:
        answer = subprocess.run(
            [program, "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=5,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # no console that flashes up on Windows
        )
    except (OSError, subprocess.TimeoutExpired):
        return "NVIDIA"
    return answer.stdout.splitlines()[0].strip() if answer.returncode == 0 and answer.stdout.strip() else None


def _windows_memory() -> int | None:
    if platform.system() != "Windows":
        return None
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = [
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            ("total", ctypes.c_ulonglong),
            *[(f"other_{number}", ctypes.c_ulonglong) for number in range(6)],
        ]

    status = Status(length=ctypes.sizeof(Status))
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined,unused-ignore]
    return int(status.total)
