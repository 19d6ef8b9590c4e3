"""The pairs of people and titles that a file asks to be predicted -> rows of a data set.

Stands between the tables as read and the Dataset.

Shapes: P pairs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.dataset import Int32, Vocabulary
from engine.data.reading.pieces import Pairs


def asked_rows(pairs: Sequence[Pairs], users: Vocabulary, items: Vocabulary) -> Int32 | None:
    """A user_row and an item_row for each pair, -1 where the data set has none; None without pairs. In order."""
    if not pairs:
        return None
    users_P = _rows([one.users_P for one in pairs], users)
    return np.column_stack([users_P, _rows([one.items_P for one in pairs], items)])


def _rows(ids: Sequence[pa.Array], vocabulary: Vocabulary) -> Int32:
    known = pa.array(vocabulary.ids, pa.string())
    rows: Int32 = pc.fill_null(pc.index_in(pa.chunked_array(ids), known), -1).to_numpy().astype(np.int32)
    return rows
