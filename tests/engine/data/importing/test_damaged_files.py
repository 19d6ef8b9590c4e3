"""Files cut short, shuffled or with flipped bits: a data set or a sentence, never a crash, never half of one."""

import gzip
import io
import random
import zipfile

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyarrow import feather, parquet

from engine import operations
from engine.data.personal.reading import read_export
from engine.errors import EngineError
from engine.events import drive
from engine.library.store import Library

ROWS = [(user, 100 + (7 * user + step) % 23, 1 + (user * step) % 5, 978_300_000 + 60 * step)
        for user in range(1, 30) for step in range(9)]  # fmt: skip


def _lines(delimiter, header=""):
    return (header + "".join(delimiter.join(map(str, row)) + "\n" for row in ROWS)).encode()


def _arrow_table():
    users, items, ratings, times = zip(*ROWS, strict=True)
    return pa.table({"userId": users, "movieId": items, "rating": ratings, "timestamp": times})


def _packed(write):
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def _zipped(buffer):
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ml/ratings.csv", CSV)
        archive.writestr(
            "ml/movies.csv", "movieId,title,genres\n" + "".join(f"{n},Film {n} (1999),Drama\n" for n in range(100, 123))
        )


CSV = _lines(",", "userId,movieId,rating,timestamp\n")
SECTIONS = "".join(
    f"{movie}:\n" + "".join(f"{u},{1 + u % 5},2005-09-{1 + u % 28:02}\n" for u in range(1, 20)) for movie in range(1, 9)
)
JSON_LINES = "".join(f'{{"user_id": {u}, "item_id": {i}, "rating": {r}}}\n' for u, i, r, _ in ROWS)
GOOD = {
    "ratings.csv": CSV,
    "ratings.dat": _lines("::"),
    "u.data": _lines("\t"),
    "utf16.csv": CSV.decode().encode("utf-16"),
    "ratings.csv.gz": gzip.compress(CSV, mtime=0),
    "ml.zip": _packed(_zipped),
    "combined_data_1.txt": SECTIONS.encode(),
    "matrix.txt": f"40 140 {len(ROWS)}\n".encode() + b"".join(b"%d %d %d\n" % row[:3] for row in ROWS),
    "ratings.parquet": _packed(lambda buffer: parquet.write_table(_arrow_table(), buffer)),
    "ratings.feather": _packed(lambda buffer: feather.write_feather(_arrow_table(), buffer)),
    "ratings.jsonl": JSON_LINES.encode(),
    "ratings.json": b"[" + JSON_LINES.strip().replace("\n", ",").encode() + b"]",
    "votes.tab": b"user\titem\trating\nd\td\tc\n\t\tclass\n" + b"".join(b"%d\t%d\t%d\n" % row[:3] for row in ROWS),
}
FILM = b"2020-01-01,The Matrix,1999,https://x.example/a,4.5\n"
RATED = """[{"rated_at": "2020-01-01T00:00:00Z", "rating": 8, "type": "movie", "movie": {"title": "Heat", "year": 1995,
 "ids": {"trakt": 1, "slug": "heat", "imdb": "tt0113277", "tmdb": 949}}}]"""
SERIES = """<?xml version='1.0'?><myanimelist><anime><series_animedb_id>1</series_animedb_id>
<series_title><![CDATA[Cowboy]]></series_title><my_score>9</my_score><my_status>Completed</my_status></anime>
</myanimelist>"""
PERSONAL = {
    "ratings.csv": b"Date,Name,Year,Letterboxd URI,Rating\n" + FILM * 20,
    "ratings-movies.json": RATED.encode(),
    "animelist.xml": SERIES.encode(),
}


def damaged(content, seed):
    """The same bytes, hurt in one of several ways."""
    chance = random.Random(seed)
    way = chance.choice(("cut", "flip", "shuffle", "hole", "double", "noise"))
    data = bytearray(content)
    if way == "cut":
        return bytes(data[: chance.randrange(len(data))])
    if way == "flip":
        for _ in range(chance.randint(1, 30)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        return bytes(data)
    if way == "shuffle":
        lines = bytes(data).split(b"\n")
        chance.shuffle(lines)
        return b"\n".join(lines)
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.randint(1, 400))
    if way == "hole":
        return bytes(data[:start] + data[end:])
    if way == "double":
        return bytes(data[:end] + data[start:])
    return bytes(data[:start] + chance.randbytes(end - start) + data[end:])


def outcome(read):
    """What was read, or None and the sentence that refuses it. Anything but an EngineError goes through."""
    try:
        return read(), ""
    except EngineError as error:
        return None, str(error)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("home"), who="a test") as opened:
        yield opened


@given(seed=st.integers(0, 10**9))
@example(seed=63013)
@pytest.mark.parametrize("name", GOOD)
def test_that_a_damaged_ratings_file_gives_a_data_set_or_a_sentence(library, tmp_path, name, seed):
    path = tmp_path / name
    path.write_bytes(damaged(GOOD[name], seed))
    kept_before = {record.dataset_id for record in library.datasets.records()}
    folders = library.home / "datasets"
    imported, refusal = outcome(lambda: drive(operations.import_files(library, [path])))
    if imported is None:
        assert path.name in refusal
        assert {record.dataset_id for record in library.datasets.records()} == kept_before
        assert not folders.exists() or {folder.name for folder in folders.iterdir()} == kept_before
        return
    dataset = imported.dataset
    ratings_N = dataset.histories.ratings_N[~np.isnan(dataset.histories.ratings_N)]
    assert np.isfinite(ratings_N).all()
    assert dataset.entries == imported.record.entries > 0
    library.datasets.delete(imported.record.dataset_id)
    library.datasets.settle()


@given(seed=st.integers(0, 10**9))
@pytest.mark.parametrize("name", PERSONAL)
def test_that_a_damaged_export_is_read_or_refused_with_a_sentence(tmp_path, name, seed):
    path = tmp_path / name
    path.write_bytes(damaged(PERSONAL[name], seed))
    export, refusal = outcome(lambda: read_export(path))
    if export is None:
        assert path.name in refusal
    else:
        assert all(title.title or title.ids for title in export.titles)


@pytest.mark.parametrize("name", GOOD)
def test_that_the_files_are_good_before_they_are_damaged(library, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(GOOD[name])
    imported = drive(operations.import_files(library, [path]))
    assert imported.record.entries > 100
    library.datasets.delete(imported.record.dataset_id)
    library.datasets.settle()
