"""Tables of Parquet and Arrow: what they may hold, what is refused before it is unpacked, and what is never opened."""

import decimal
import gzip
import re

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, ipc, parquet

from engine.data.importing.importer import ImportOptions, import_files
from engine.data.importing.preview import look
from engine.data.reading import archives, arrow, footers
from engine.data.reading.archives import MIB, Source
from engine.data.reading.roles import Given
from engine.data.reading.sniff import sniff
from engine.errors import DataError
from engine.events import drive

PEOPLE = 200
RATINGS = {"user": [f"u{n}" for n in range(PEOPLE)], "item": ["i1"] * PEOPLE, "rating": [3.0] * PEOPLE}
CSV = "user,item,rating\n1,10,4\n2,11,3\n"
OLD_FEATHER = b"FEA1" + bytes(200) + b"FEA1"


def _imported(path):
    return drive(import_files([path], options=ImportOptions(), dataset_id="a"))


def _one_long_text(rows, length):
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["a" * length]))


def _write(table, path, kind="parquet"):
    if kind == "parquet":
        parquet.write_table(table, path, compression="zstd", dictionary_pagesize_limit=1 << 30)
    else:
        feather.write_feather(table, str(path), compression="zstd" if kind == "zstd" else "uncompressed")
    return path


def test_that_the_first_form_of_feather_is_refused_before_its_reader_sees_it(tmp_path):
    path = tmp_path / "ratings.feather"
    path.write_bytes(OLD_FEATHER)
    with pytest.raises(DataError, match=r"ratings\.feather is a Feather file of version 1, .* Save it as Parquet"):
        sniff(Source(path))


@pytest.mark.parametrize("name", ["movies.parquet", "movies.feather", "movies.csv"])
@pytest.mark.parametrize("kind", ["parquet", "zstd", "plain", "old", "cut"])
def test_that_no_columnar_table_beside_the_ratings_is_opened(tmp_path, monkeypatch, name, kind):
    (tmp_path / "ratings.csv").write_text(CSV)
    if kind in ("old", "cut"):
        (tmp_path / name).write_bytes(OLD_FEATHER if kind == "old" else b"PAR1" + bytes(30))
    else:
        _write(pa.table({"item": ["10", "11"], "title": ["Heat", "Alien"]}), tmp_path / name, kind)
    monkeypatch.setattr(arrow, "_opened", lambda source: pytest.fail(f"{source.name} was opened"))
    dataset, report = _imported(tmp_path / "ratings.csv")
    assert (dataset.catalogue.titles, report.skipped) == (("10", "11"), {})
    assert drive(look([tmp_path / "ratings.csv"], Given())).obstacle is None


def test_that_a_neighbour_that_cannot_be_read_stops_no_import(tmp_path, monkeypatch):
    (tmp_path / "ratings.csv").write_text(CSV)
    (tmp_path / "movies.csv").write_text("item,title\n10,Heat\n11,Alien\n")

    def fail(*_, **__):
        raise MemoryError

    monkeypatch.setattr("engine.data.importing.joining.title_columns", fail)
    assert _imported(tmp_path / "ratings.csv")[0].catalogue.titles == ("10", "11")


def _many_rows(path, kind):
    ones = np.ones(400_000, np.int8)
    return _write(pa.table({"user": ones, "item": ones, "rating": ones}), path, kind)


def _many_views(path):
    """Two hundred texts that all show the same bytes."""
    text = b"a" * (MIB // 10)
    views = np.zeros((PEOPLE, 4), np.int32)
    views[:, 0], views[:, 1] = len(text), int.from_bytes(b"aaaa", "little")
    names = pa.Array.from_buffers(pa.string_view(), PEOPLE, [None, pa.py_buffer(views.tobytes()), pa.py_buffer(text)])
    table = pa.table({**RATINGS, "name": names})
    with ipc.new_file(str(path), table.schema) as file:
        file.write_table(table)
    return path


BOMBS = {
    "one long text.parquet": lambda path: _write(pa.table({**RATINGS, "n": _one_long_text(PEOPLE, 5 * MIB)}), path),
    "one long text.feather": lambda path: _write(
        pa.table({**RATINGS, "n": _one_long_text(PEOPLE, 5 * MIB)}), path, "zstd"
    ),
    "many rows.parquet": lambda path: _many_rows(path, "parquet"),
    "many rows.feather": lambda path: _many_rows(path, "zstd"),
    "views.arrow": _many_views,
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("is_packed", [False, True])
def test_that_what_would_swell_is_refused_by_its_footer(tmp_path, monkeypatch, name, is_packed):
    monkeypatch.setattr(archives, "BOMB_FREE", 4 * MIB)
    path = BOMBS[name](tmp_path / name)
    if is_packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(DataError, match=r"would unpack to over .* MiB, more than 150 times its size"):
        sniff(Source(path))


@pytest.mark.parametrize("kind", ["parquet", "zstd"])
def test_that_a_long_text_is_in_memory_once_however_often_it_comes(tmp_path, kind):
    length = 5 * MIB
    path = _write(pa.table({**RATINGS, "name": _one_long_text(PEOPLE, length)}), tmp_path / "r.parquet", kind)
    before = pa.default_memory_pool().max_memory()
    dataset, _ = _imported(path)
    assert len(dataset.users) == PEOPLE
    assert pa.default_memory_pool().max_memory() - before < 20 * length


def test_that_the_footers_say_what_comes_out(tmp_path):
    table = pa.table({"user": np.arange(50_000), "name": ["a text of some length"] * 50_000})
    for kind in ("zstd", "plain"):
        path = _write(table, tmp_path / f"{kind}.feather", kind)
        with pa.OSFile(str(path)) as file:
            assert footers.unpacked_arrow(file, 2) == pytest.approx(table.nbytes, rel=0.01)
    path = _write(table.select(["user"]), tmp_path / "table.parquet")
    assert footers.unpacked_parquet(parquet.read_metadata(path)) == pytest.approx(50_000 * 8, rel=0.5)


_CELLS = {
    "texts that are views": (pa.array(["a", "b"], pa.string_view()), ("a", "b")),
    "bytes that are texts": (pa.array([b"a", b"b"]), ("a", "b")),
    "bytes that are none": (pa.array([b"a\xff", b"b"], pa.binary_view()), ("a\ufffd", "b")),
    "fixed bytes": (pa.array([b"ab", b"cd"], pa.binary(2)), ("ab", "cd")),
    "numbers beyond 2^63": (pa.array([3, 2**64 - 1], pa.uint64()), ("18446744073709551615", "3")),
    "decimals": (pa.array([decimal.Decimal("12345678901234567890"), decimal.Decimal(7)], pa.decimal128(30, 0)),
                 ("12345678901234567890", "7")),
    "dictionaries": (pa.array([8, 9], pa.int64()).dictionary_encode(), ("8", "9")),
    "whole numbers as floats": (pa.array([8.0, 9.0]), ("8", "9")),
    "half floats": (pa.array([8.0, 9.0]).cast(pa.float16()), ("8", "9")),
    "objects": (pa.array([{"id": 4, "name": "x"}, {"id": 5, "name": "y"}]), ("4", "5")),
    "runs": (pa.RunEndEncodedArray.from_arrays([1, 2], ["a", "b"]), ("a", "b")),
    "intervals": (pa.array([(1, 0, 0), (2, 0, 0)], pa.month_day_nano_interval()), None),
    "durations": (pa.array([1, 2], pa.duration("s")), ("0:00:01", "0:00:02")),
    "maps": (pa.array([[("a", 1)], [("b", 2)]], pa.map_(pa.string(), pa.int32())), None),
    "lists": (pa.array([["a", "b"], ["c"]]), ("a|b", "c")),
    "lists that are views": (pa.array([["a"], ["b"]], pa.list_view(pa.string())), ()),
    "dates beyond all years": (pa.array([2**62, 5], pa.timestamp("s")), ("1970-01-01 00:00:05",)),
    "nothing": (pa.nulls(2), ()),
}  # fmt: skip


@pytest.mark.parametrize("what", _CELLS)
@pytest.mark.parametrize("kind", ["parquet", "plain"])
def test_that_ids_of_any_type_are_texts_or_are_reported(tmp_path, what, kind):
    column, ids = _CELLS[what]
    try:
        path = _write(pa.table({"user": column, "item": ["7", "8"], "rating": [3, 4]}), tmp_path / "r.arrow", kind)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        pytest.skip("there is no such column in Parquet")
    if ids == ():
        with pytest.raises(DataError, match="the first is line 1: no person"):
            _imported(path)
        return
    dataset, _ = _imported(path)
    assert ids is None or dataset.users.ids == ids


def _refusal(path):
    """The sentence with which an import refuses a file, "" where it does not."""
    try:
        _imported(path)
    except DataError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("what", _CELLS)
def test_that_ratings_of_any_type_are_numbers_or_said_to_be_none(tmp_path, what):
    table = pa.table({"user": ["1", "2"], "item": ["7", "8"], "rating": _CELLS[what][0]})
    refusal = _refusal(_write(table, tmp_path / "r.arrow", "plain"))
    are_numbers = ("numbers", "decimals", "dictionaries", "whole numbers", "half floats")
    assert (refusal == "") == what.startswith(are_numbers)
    assert not refusal or re.search("rating is not a number|has no rating|no column of ratings", refusal)


@pytest.mark.parametrize("what", _CELLS)
def test_that_times_of_any_type_are_whole_or_unknown(tmp_path, what):
    table = pa.table({"user": ["1", "2"], "item": ["7", "8"], "rating": [3, 4], "time": _CELLS[what][0]})
    times_N = _imported(_write(table, tmp_path / "r.arrow", "plain"))[0].histories.times_N
    assert times_N is None or ((times_N >= 0) & (times_N < 2**62)).all()


@pytest.mark.parametrize("kind", ["parquet", "plain"])
def test_that_of_two_columns_of_one_name_the_chosen_one_is_read(tmp_path, kind):
    table = pa.Table.from_arrays([pa.array(column) for column in (["1", "2"], ["7", "8"], ["70", "80"], [3, 4])],
                                 names=["user", "item", "item", "rating"])  # fmt: skip
    path = _write(table, tmp_path / "r.arrow", kind)
    assert _imported(path)[0].items.ids == ("7", "8")
    given = Given(columns={"item": "3"})
    assert drive(import_files([path], options=ImportOptions(given=given), dataset_id="a"))[0].items.ids == ("70", "80")


def test_that_a_column_whose_name_is_no_text_is_said(tmp_path):
    path = _write(pa.table({**RATINGS, "nnnn": [1] * PEOPLE}), tmp_path / "r.arrow", "plain")
    path.write_bytes(path.read_bytes().replace(b"nnnn", b"n\xffnn"))
    with pytest.raises(DataError, match="has a column whose name is no text"):
        sniff(Source(path))
