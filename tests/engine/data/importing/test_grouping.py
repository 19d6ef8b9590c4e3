"""A counting sort in slices is a stable sort."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.data.importing.grouping import Places, spans_of

slices = st.lists(st.lists(st.integers(0, 6), max_size=12), min_size=1, max_size=6)


@given(slices)
def test_that_entries_lie_together_by_key_in_the_order_they_came(keys):
    parts = [np.array(key, np.int32) for key in keys]
    whole = np.concatenate(parts)
    places = Places(np.bincount(whole, minlength=7))
    result, first = np.full(len(whole), -1), 0
    for part in parts:
        order, to = places.of(part)
        numbers = np.arange(first, first + len(part))
        result[to] = numbers if order is None else numbers[order]
        first += len(part)
    np.testing.assert_array_equal(result, np.argsort(whole, kind="stable"))


@given(st.lists(st.integers(0, 900_000), min_size=1, max_size=20))
def test_that_spans_hold_everybody_once_and_not_much_more_than_a_slice(counts):
    indptr = np.concatenate([[0], np.cumsum(counts)])
    spans = list(spans_of(indptr))
    assert [first for first, _ in spans] == [0, *(behind for _, behind in spans[:-1])]
    assert spans[-1][1] == len(counts)
    assert all(indptr[behind] - indptr[first] <= 1 << 20 for first, behind in spans)
