"""How much memory is free, so that a model that will not fit is refused before it starts.

Stands beside the closed-form models, which ask here before they allocate an item-by-item matrix.
"""

from __future__ import annotations

from engine.device import available_memory_bytes as available_memory_bytes


def size_in_words(size_bytes: int) -> str:
    """A size as people read it: "820 MiB" or "1.9 GiB"."""
    if size_bytes >= 2**30:
        return f"{size_bytes / 2**30:.1f} GiB"
    return f"{max(1, round(size_bytes / 2**20))} MiB"
