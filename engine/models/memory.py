"""How much memory is free, so that a model that will not fit is refused before it starts.

Stands beside the closed-form models, which ask here before they allocate an item-by-item matrix.
"""

from __future__ import annotations

from engine.device import memory_bytes


def available_memory_bytes() -> int | None:
    """Memory that a process could take now without pushing others out, in bytes; None where it cannot be told.

    Linux says it. Windows and macOS are asked for the whole, and half of that is taken to be free.
    """
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            line = next(line for line in file if line.startswith("MemAvailable:"))
        return int(line.split()[1]) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        whole = memory_bytes()
        return None if whole is None else whole // 2


def size_in_words(size_bytes: int) -> str:
    """A size as people read it: "820 MiB" or "1.9 GiB"."""
    if size_bytes >= 2**30:
        return f"{size_bytes / 2**30:.1f} GiB"
    return f"{max(1, round(size_bytes / 2**20))} MiB"
