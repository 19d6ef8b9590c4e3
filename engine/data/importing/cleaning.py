"""Raw columns -> what a Dataset is made of: sorted vocabularies, no entry twice, one scale, times in seconds.

Stands between readers.py and importer.py. Vectorised throughout; each function costs about one sort of its input.

Shapes: N entries, U people, I titles.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.dataset import Bools, Float32, Int32, Int64, Scale, Vocabulary, stable_order

KNOWN_SCALES: tuple[tuple[Scale, float], ...] = (
    (Scale(0, 1, 1), 0),
    (Scale(1, 5, 1), 0),
    (Scale(0.5, 5, 0.5), 0),
    (Scale(0, 5, 1), 4),
    (Scale(0, 5, 0.5), 4),
    (Scale(1, 10, 1), 8),
    (Scale(0, 10, 1), 8),
    (Scale(0.5, 10, 0.5), 8),
    (Scale(0, 100, 1), 80),
)
"""Scales that people use, each with the least highest rating that a file must hold to be taken for it."""

_WHOLE_NUMBER = r"^(0|-?[1-9][0-9]{0,17})$"


def join_ids(chunks: Sequence[pa.DictionaryArray]) -> tuple[Int32, Vocabulary]:
    """For each entry the row of its id, and the vocabulary: by number where all ids are whole numbers, else by text.

    An id with a leading zero is a text, and keeps it.
    """
    unified = pa.chunked_array(chunks).unify_dictionaries()
    trimmed = pc.utf8_trim_whitespace(unified.chunk(0).dictionary).dictionary_encode()
    ids = trimmed.dictionary
    are_numbers = pc.all(pc.match_substring_regex(ids, _WHOLE_NUMBER)).as_py()
    order = pc.sort_indices(ids.cast(pa.int64()) if are_numbers else ids).to_numpy()
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    row_of_code = rank[trimmed.indices.to_numpy()]
    rows_N = np.concatenate([row_of_code[chunk.indices.to_numpy()] for chunk in unified.chunks])
    return rows_N, Vocabulary(ids.take(pa.array(order)).to_pylist())


def find_repeats(users_N: Int32, items_N: Int32, ratings_N: Float32, *, titles: int) -> Bools | None:
    """Which entries to keep where a person has a title more than once, or None where nobody has.

    The last one is kept, but a rating beats a seen-only entry whatever their order.
    """
    pairs_N = users_N.astype(np.int64) * titles + items_N
    sorted_N = np.sort(pairs_N)
    repeated = sorted_N[1:][sorted_N[1:] == sorted_N[:-1]]
    if not len(repeated):
        return None
    concerned_N = _are_among(users_N, repeated // titles) & _are_among(items_N, repeated % titles)
    places = np.flatnonzero(concerned_N)
    places = places[stable_order(items_N[places])]
    places = places[stable_order(users_N[places])]
    starts = np.concatenate([[True], np.diff(pairs_N[places]) != 0])
    rank = places + len(pairs_N) * ~np.isnan(ratings_N[places])
    keep_N = ~concerned_N
    keep_N[np.maximum.reduceat(rank, np.flatnonzero(starts)) % len(pairs_N)] = True
    return keep_N


def _are_among(rows_N: Int32, some: Int64) -> Bools:
    marked = np.zeros(int(max(rows_N.max(), some.max())) + 1, dtype=bool)
    marked[some] = True
    found: Bools = marked[rows_N]
    return found


def find_scale(ratings_N: Float32) -> Scale:
    """The scale of these ratings (NaN ignored, at least one is none): a known one where they fit, else their own."""
    distinct = np.sort(pc.unique(pa.array(ratings_N)).to_numpy(zero_copy_only=False)).astype(np.float64)
    distinct = distinct[~np.isnan(distinct)]
    for scale, least_high in KNOWN_SCALES:
        within = scale.low <= distinct[0] and least_high <= distinct[-1] <= scale.high
        if within and _lie_on(distinct, scale.low, scale.step):
            return scale
    low, high = float(distinct[0]), float(distinct[-1])
    if low == high:
        return Scale(min(0.0, low), max(1.0, high), 0)
    step = 1.0 if _lie_on(distinct, low, 1) else round(float(np.diff(distinct).min()), 4)
    if step > 0 and (high - low) / step <= 1000 and _lie_on(distinct, low, step):
        return Scale(round(low, 4), round(high, 4), step)
    return Scale(float(np.floor(low)), float(np.ceil(high)), 0)


def times_in_seconds(times_N: Int64) -> Int64:
    """Unix times in seconds, whether they came in seconds, milli-, micro- or nanoseconds."""
    largest = int(np.abs(times_N).max(initial=0))
    for least, unit in ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3)):
        if largest > least:
            return times_N // unit
    return times_N


def is_seen_only(ratings_N: Float32) -> bool:
    """Whether every entry is 1 or blank: such a file says who has seen what, and 1 there is no star."""
    return bool(np.all(np.isnan(ratings_N) | (ratings_N == 1)))


def _lie_on(distinct: npt.NDArray[np.float64], low: float, step: float) -> bool:
    steps = (distinct - low) / step
    return bool(np.all(np.abs(steps - np.round(steps)) < 1e-3))
