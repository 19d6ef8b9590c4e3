"""Some entries of a source, and how far it has been read: what every kind of reader hands on.

Stands above readers.py, below the readers of the single kinds.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.data.reading.readers import RatingsBlock


@dataclass(frozen=True)
class Piece:
    """Some entries of a source; `position` is how far its bytes have been read, `line` how many lines (or rows)."""

    block: RatingsBlock
    position: int
    line: int
