"""Any table of ratings, written in any dialect that importing claims to read, reads back the same."""

import gzip
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.data.importing.importer import import_files
from engine.data.importing.options import ImportOptions
from engine.errors import DataError
from engine.events import drive

HEADER = ("userId", "itemId", "rating", "timestamp")
PLACES = {"user": 0, "item": 1, "rating": 2, "timestamp": 3}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
DELIMITERS = (",", ";", "\t", "|", "::", " ")


@dataclass(frozen=True)
class Dialect:
    delimiter: str
    encoding: str
    line_end: str
    header: bool
    quoted: bool
    decimal: str
    times: str
    packing: str
    last_line_ends: bool


@st.composite
def dialects(draw):
    delimiter = draw(st.sampled_from(DELIMITERS))
    header = draw(st.booleans())
    return Dialect(
        delimiter,
        draw(st.sampled_from(ENCODINGS)),
        draw(st.sampled_from(("\n", "\r\n"))),
        header,
        delimiter not in ("::", " ") and draw(st.booleans()),
        "," if delimiter != "," and draw(st.booleans()) else ".",
        draw(st.sampled_from(("none", "seconds", "milliseconds", "date") if header else ("seconds",))),
        draw(st.sampled_from(("plain", "gz", "zip"))),
        draw(st.booleans()),
    )


def names(dialect):
    """Ids as such a file can hold them: numbers where it has no column names, else words, with spaces if quoted."""
    if not dialect.header:
        return st.integers(1, 99_999).map(str)
    signs = "abcxyzÄéñ-_" + ("" if dialect.encoding == "cp1252" else "Ж日🎬") + (" ,;|" if dialect.quoted else "")
    word = st.text(signs, min_size=1, max_size=8).map(str.strip).filter(bool)
    return st.one_of(st.integers(1, 99_999).map(str), word.map(lambda letters: f"x{letters}"))


@st.composite
def tables(draw):
    """A dialect, and rows of (user, item, rating, Unix seconds), each pair once."""
    dialect = draw(dialects())
    pairs = st.tuples(names(dialect), names(dialect))
    rows = draw(
        st.lists(
            st.tuples(pairs, st.sampled_from([0.5 * half for half in range(1, 11)]), st.integers(10**9, 1_750_000_000)),
            min_size=3,
            max_size=30,
            unique_by=lambda row: row[0],
        )
    )
    return dialect, [(user, item, rating, when) for (user, item), rating, when in rows]


def time_text(dialect, when):
    if dialect.times == "milliseconds":
        return str(when * 1000)
    if dialect.times == "date":
        return f"{datetime.fromtimestamp(when, UTC):%Y-%m-%dT%H:%M:%S}"
    return str(when)


def written(dialect, rows):
    def cell(text):
        return f'"{text}"' if dialect.quoted else text

    lines = []
    if dialect.header:
        lines.append([cell(name) for name in HEADER[: 3 if dialect.times == "none" else 4]])
    for user, item, rating, when in rows:
        texts = [user, item, f"{rating:g}".replace(".", dialect.decimal)]
        if dialect.times != "none":
            texts.append(time_text(dialect, when))
        lines.append([cell(text) for text in texts])
    text = dialect.line_end.join(dialect.delimiter.join(line) for line in lines)
    return (text + dialect.line_end * dialect.last_line_ends).encode(dialect.encoding)


def put(folder, dialect, content):
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    path = folder / {"plain": "mine.csv", "gz": "mine.csv.gz", "zip": "mine.zip"}[dialect.packing]
    if dialect.packing == "gz":
        path.write_bytes(gzip.compress(content))
    elif dialect.packing == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("mine.csv", content)
    else:
        path.write_bytes(content)
    return path


def entries_of(dataset):
    histories = dataset.histories
    times = histories.times_N if histories.times_N is not None else np.zeros(histories.entries, np.int64)
    return {
        (dataset.users.id(user), dataset.items.id(item)): (float(rating), int(when))
        for user, item, rating, when in zip(
            histories.user_rows_N, histories.item_rows_N, histories.ratings_N, times, strict=True
        )
    }


@given(tables())
def test_that_a_table_in_any_dialect_reads_back_the_same(tmp_path, table):
    dialect, rows = table
    path = put(tmp_path / "in", dialect, written(dialect, rows))
    try:
        dataset, report = drive(import_files([path], options=ImportOptions(), dataset_id="d1"))
    except DataError as question:  # without names any numbers may leave a doubt, which is no wrong answer
        ways = question.ways
        assert (dialect.header, ("--columns", "user=1,item=2,rating=3,time=4") in ways) == (False, True)
        return
    expected = {(user, item): (rating, 0 if dialect.times == "none" else when) for user, item, rating, when in rows}
    assert entries_of(dataset) == expected
    assert report.skipped == {}
    assert report.duplicates == 0
