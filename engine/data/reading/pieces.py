"""Some entries of a source, and how far it has been read: what every kind of reader hands on.

Stands above readers.py, below the readers of the single kinds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from engine.data.reading.readers import RatingsBlock


@dataclass(frozen=True)
class Pairs:
    """People and titles whose ratings a file asks for, by their ids, in the file's order: two arrays of texts."""

    users_P: pa.Array
    items_P: pa.Array


@dataclass(frozen=True)
class Piece:
    """Some entries of a source; `position` is how far its bytes have been read, `line` how many lines (or rows).

    `pairs` are those that stand in this part of the file; `notes` are sentences for a person to read.
    """

    block: RatingsBlock
    position: int
    line: int
    pairs: Pairs | None = None
    notes: tuple[str, ...] = ()


def no_entries() -> RatingsBlock:
    none = pa.array([], pa.string()).dictionary_encode()
    return RatingsBlock(none, none, np.zeros(0, np.float32), None)
