"""Ids of any kind become rows of one vocabulary, whatever blocks they come in."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.dataset import Vocabulary
from engine.data.importing import identifying
from engine.data.importing.identifying import IdColumn
from engine.data.importing.importer import asked_rows
from engine.data.reading.rows import Pairs
from engine.events import drive


def dictionary(ids):
    return pa.array(ids, pa.string()).dictionary_encode()


def joined(*blocks):
    column = IdColumn()
    for block in blocks:
        column.add(dictionary(block))
    rows, vocabulary = drive(column.join())
    return [row.tolist() for row in rows], vocabulary


def test_that_whole_numbers_are_sorted_as_numbers():
    rows, vocabulary = joined(["10", "9"], ["100", "9"])
    assert vocabulary.ids == ("9", "10", "100")
    assert rows == [[1, 0], [2, 0]]


@pytest.mark.parametrize("ids", [["0104257", "1074638", "99"], ["tt10", "tt9", "100"], ["1.5", "10", "9"]])
def test_that_other_ids_are_sorted_as_texts(ids):
    assert joined(ids)[1].ids == tuple(sorted(ids))


def test_that_whole_numbers_with_a_point_are_the_same_numbers():
    rows, vocabulary = joined(["8.0", "10"], ["8", "9.00", "0.0"], ["10.0"])
    assert vocabulary.ids == ("0", "8", "9", "10")
    assert rows == [[1, 3], [1, 2, 0], [3]]


@pytest.mark.parametrize("ids", [["1.0", "1.5"], ["8.0", "tt8"], ["8.0", "08"], [".0", "1"]])
def test_that_a_point_stays_where_not_all_are_whole_numbers(ids):
    assert set(joined(ids)[1].ids) == set(ids)


def test_that_spaces_around_an_id_do_not_make_another_one():
    rows, vocabulary = joined([" 5", "5", "5 "])
    assert (vocabulary.ids, rows) == (("5",), [[0, 0, 0]])


def test_that_ids_of_blocks_that_are_read_again_are_forgotten():
    column = IdColumn()
    column.add(dictionary(["a", "b"]))
    column.add(dictionary(["wrong", "a"]))
    column.forget_from(1)
    column.add(dictionary(["c"]))
    rows, vocabulary = drive(column.join())
    assert vocabulary.ids == ("a", "b", "c")
    assert [row.tolist() for row in rows] == [[0, 1], [2]]


def test_that_pairs_are_looked_up_with_and_without_a_point():
    pairs = Pairs(pa.array(["8.0", "8", "9.5", "x"]), pa.array(["8.0", "1.0", "01", "2.00"]))
    rows = asked_rows([pairs], Vocabulary(["8", "x"]), Vocabulary(["1", "2", "8.0"]))
    assert rows.tolist() == [[0, 2], [0, 0], [-1, -1], [1, 1]]


@given(st.lists(st.lists(st.text("ab12 é", min_size=1).filter(str.strip), max_size=8), min_size=1, max_size=8))
@pytest.mark.parametrize("least", [1, 5, 1 << 20])
def test_that_each_entry_has_the_row_of_its_own_id(least, blocks):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identifying, "_LEAST_TO_JOIN", least)
        rows, vocabulary = joined(*blocks)
    assert [[vocabulary.id(row) for row in block] for block in rows] == [
        [id_.strip() for id_ in block] for block in blocks
    ]
    assert len(set(vocabulary.ids)) == len(vocabulary)
    assert set(vocabulary.ids) == {id_.strip() for block in blocks for id_ in block}


def test_that_numbers_and_other_ids_may_come_in_any_block():
    rows, vocabulary = joined(["10", "9"], [" 9", "x"], ["10", "07", "7"])
    assert vocabulary.ids == ("07", "10", "7", "9", "x")
    assert rows == [[1, 3], [3, 4], [1, 0, 2]]


@pytest.mark.parametrize("odd", ["-5", "0x10", "33554432", "123456789012345", "+7"])
def test_that_numbers_of_any_kind_keep_their_spelling(odd):
    rows, vocabulary = joined(["3", "20"], [odd, "3"], ["20"])
    assert [[vocabulary.id(row) for row in block] for block in rows] == [["3", "20"], [odd, "3"], ["20"]]


@given(st.lists(st.lists(st.integers(0, 3_000_000), max_size=8), min_size=1, max_size=8))
def test_that_numbers_are_ordered_by_number_whatever_blocks_they_come_in(blocks):
    rows, vocabulary = joined(*([str(number) for number in block] for block in blocks))
    assert vocabulary.ids == tuple(map(str, sorted({number for block in blocks for number in block})))
    assert [[int(vocabulary.id(row)) for row in block] for block in rows] == blocks


def test_that_numbers_of_blocks_that_are_read_again_are_forgotten():
    column = IdColumn()
    for block in (["4", "2"], ["77", "4"]):
        column.add(dictionary(block))
    column.forget_from(1)
    column.add(dictionary(["3"]))
    rows, vocabulary = drive(column.join())
    assert (vocabulary.ids, [row.tolist() for row in rows]) == (("2", "3", "4"), [[2, 0], [1]])
