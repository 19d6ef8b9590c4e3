"""Small files of every kind, damaged in many ways, and all that a person can do with one of them.

`python fuzzed_files.py FOLDER FIRST COUNT` tries the files FIRST to FIRST + COUNT and prints a line of JSON for each:
what was tried is printed before it is tried, so that whoever reads knows which file ended the process.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import shutil
import struct
import sys
import time
import traceback
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import exports
import numpy as np
import pyarrow as pa
from pyarrow import feather, parquet

from engine import operations
from engine.data.dataset import Dataset
from engine.data.importing.estimate import estimate
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.importing.preview import look
from engine.data.personal.reading import read_export
from engine.data.reading.lines import NotUtf8Error
from engine.data.reading.pairs_file import open_pairs
from engine.data.reading.roles import Given
from engine.errors import EngineError
from engine.events import drive
from engine.library.store import Library

ROWS = [(user, 100 + (7 * user + step) % 23, 1 + (user * step) % 5, 978_300_000 + 60 * step)
        for user in range(1, 30) for step in range(9)]  # fmt: skip
NAMES = ("userId", "movieId", "rating", "timestamp")
LONGEST_SECONDS = 5.0
MOST_BYTES = 6 << 30


def _lines(delimiter: str, header: str = "") -> bytes:
    return (header + "".join(delimiter.join(map(str, row)) + "\n" for row in ROWS)).encode()


def _packed(write: Callable[[io.BytesIO], object]) -> bytes:
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    def write(buffer: io.BytesIO) -> None:
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)

    return _packed(write)


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


_columns = dict(zip(NAMES, map(list, zip(*ROWS, strict=True)), strict=True))
_table = pa.table({**_columns, "title": [f"Film {row[1]}" for row in ROWS]})
_nested = pa.table(
    {
        "user": [{"id": row[0], "name": "n"} for row in ROWS],
        "movie": pa.array([f"m{row[1]}" for row in ROWS]).dictionary_encode(),
        "rating": pa.array([row[2] for row in ROWS], pa.float16()),
        "genres": [["a", "b"]] * len(ROWS),
        "date": pa.array([row[3] for row in ROWS], pa.timestamp("s")),
    }
)
_entries = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
CSV = _lines(",", "userId,movieId,rating,timestamp\n")
MOVIES = (
    "movieId,title,genres\n" + "".join(f'{n},"Film, The {n} (1999)",Drama|War\n' for n in range(100, 123))
).encode()
_thirds = b"".join(b"%d\t%d\t%d\n" % row[:3] for row in ROWS)
_german = b"".join(b"%d;Film %d;%d,5;2005-09-0%d\n" % (u, i, r, r) for u, i, r, _ in ROWS)
_section = "".join(f"{u},{1 + u % 5},2005-09-{1 + u % 28:02}\n" for u in range(1, 20))
_nested_entries = [{"user": {"id": u}, "movie": {"id": i, "title": f"T {i}"}, "rating": r} for u, i, r, _ in ROWS]
_wide = ["user," + ",".join(f"Film {k}" for k in range(30))]
_wide += [f"u{n}," + ",".join(str((n * k) % 5 + 1) if k % 3 else "" for k in range(30)) for n in range(1, 30)]
_jester = [",".join(str((n * k) % 21 - 10.25) if k % 3 else "99" for k in range(30)) for n in range(1, 40)]
_letterboxd = {"ratings.csv": exports.LETTERBOXD_RATINGS.encode(), "watched.csv": exports.LETTERBOXD_WATCHED.encode()}
_anilist = exports.anilist([exports.anilist_entry(1, "A", 8, "COMPLETED")], "POINT_10")


def _parquet(table: pa.Table, **options: Any) -> bytes:
    return _packed(lambda buffer: parquet.write_table(table, buffer, **options))


def _feather(table: pa.Table, compression: str) -> bytes:
    return _packed(lambda buffer: feather.write_feather(table, buffer, compression=compression))


RATINGS: dict[str, bytes] = {
    "ratings.csv": CSV,
    "semicolons.csv": b"sep=;\nuser;film;rating;date\n" + _german,
    "comments.csv": b"# by a tool\n# 2024\n\n" + CSV,
    "wrapped.csv": CSV[: CSV.index(b"\n") + 1] + b"".join(b'"%d,""Film, %d"",%d,%d"\n' % row for row in ROWS),
    "reviews.csv": b"user,item,rating,review\n"
    + b"".join(b'%d,%d,%d,"so ""good""\nit is"\n' % row[:3] for row in ROWS),
    "ratings.dat": _lines("::"),
    "u.data": _lines("\t"),
    "spaces.txt": _lines("  "),
    "ml.inter": b"user_id:token\titem_id:token\trating:float\n" + _thirds,
    "votes.tab": b"user\titem\trating\nd\td\tc\n\t\tclass\n" + _thirds,
    "combined_data_1.txt": "".join(f"{movie}:\n{_section}" for movie in range(1, 9)).encode(),
    "matrix.txt": b"40 140 %d\n" % len(ROWS) + _thirds.replace(b"\t", b" ") + b"2\n1 2\n3 4\n",
    "jester.csv": "\n".join(_jester).encode(),
    "pivot.csv": "\n".join(_wide).encode(),
    "ratings.jsonl": b"\n".join(map(_json, _entries)),
    "ratings.json": _json(_entries),
    "nested.json": _json(_nested_entries),
    "columns.json": _json({name: dict(enumerate(column)) for name, column in _columns.items()}),
    "people.json": _json({f"u{n}": {f"Film {k}": k % 5 + 1 for k in range(n % 7 + 1)} for n in range(20)}),
    "ratings.parquet": _parquet(_table, compression="zstd"),
    "plain.parquet": _parquet(_table, compression="none", use_dictionary=False),
    "nested.parquet": _parquet(_nested),
    "ratings.feather": _feather(_table, "lz4"),
    "zstd.feather": _feather(_table, "zstd"),
    "nested.arrow": _feather(_nested, "uncompressed"),
    "ml.zip": _zip({"ml/ratings.csv": CSV, "ml/movies.csv": MOVIES}),
}
OTHERS = {
    "old.feather": b"FEA1" + CSV[:300] + b"FEA1",
    "movies.csv": MOVIES,
    "pairs.csv": b"user,item\n" + b"".join(b"%d,%d\n" % row[:2] for row in ROWS),
}
EXPORTS: dict[str, bytes] = {
    "letterboxd.csv": exports.LETTERBOXD_RATINGS.encode(),
    "diary.csv": exports.LETTERBOXD_DIARY.encode(),
    "imdb.csv": exports.IMDB_RATINGS.encode(),
    "goodreads.csv": exports.GOODREADS.encode(),
    "netflix.csv": exports.NETFLIX.encode(),
    "kinopoisk.csv": exports.KINOPOISK.encode(),
    "simkl.csv": exports.SIMKL.encode(),
    "ratings-movies.json": _json(exports.TRAKT_MOVIES),
    "anilist.json": _json(_anilist),
    "simkl.json": _json(exports.SIMKL_BACKUP),
    "animelist.xml": exports.MYANIMELIST.encode(),
    "letterboxd.zip": _zip(_letterboxd),
    "mine.csv": b'title,rating\nHeat (1995),4\n"Good, Bad",3.5\nAlien,5\n',
}
GOOD = RATINGS | OTHERS | EXPORTS
_ENDINGS = " .csv .txt .dat .tsv .json .jsonl .xml .zip .gz .parquet .feather .arrow .xlsx"

_WORDS = (
    "-1 1e999 1e-999 nan inf -Infinity 0x10 1_000 12345678901234567890 1.234.567 4,5 8/10 80% ² ٣ ★★★★ 31/02/2020 "
    "0000-00-00 99999-99-99 2020-13-45T99:99:99Z NULL null undefined true {} [] } ] < & &amp; <![CDATA[ ]]> <!DOCTYPE "
    '\\ \\" " "" """ \' , ,,,, ; :: | ="1" ../../x <b>x</b> user rating movieId title 🎬 é \\ud800 \\u0000 "\\ud800"'
)
TOKENS: tuple[bytes, ...] = (
    *_WORDS.encode().split(b" "),
    *(b"\0", b"\0" * 40, b"\r", b"\r\n", b"\n\n", b"\t", b"\x1a", b"\x1f", b"\x7f", b"\x85", b"\xe9\xff", b"\xff\xfe"),
    *(b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"sep=;\n", b"# \n", b"1" * 400 + b"." + b"1" * 400),
    *(b"9" * 5_000, b"9" * 25, b" " * 3_000, b"a" * 70_000, b"x" * 1_500, b"[" * 3_000, b'{"a":' * 2_000, b"(" * 2_000),
)  # fmt: skip
_CODECS = "utf-16 utf-16-be utf-16-le utf-32 utf-32-be utf-8-sig cp1252 utf-7 cp1251 shift-jis"


def fuzzed(seed: int) -> tuple[str, bytes]:
    """A file name and what the file holds: a function of the seed."""
    chance = random.Random(seed)
    name = chance.choice(sorted(GOOD))
    data = GOOD[name]
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        data = chance.choice(_WAYS)(data, chance)
    if chance.random() < 0.15:
        name = Path(name).stem + chance.choice(_ENDINGS.split(" "))
    return name, data


def damaged(content: bytes, seed: int) -> bytes:
    """The same bytes, hurt in one of several ways."""
    chance = random.Random(seed)
    return chance.choice(_PLAIN_WAYS)(content, chance)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _flip(data: bytes, chance: random.Random) -> bytes:
    hurt = bytearray(data)
    for _ in range(chance.randint(1, 30) if hurt else 0):
        hurt[chance.randrange(len(hurt))] ^= 1 << chance.randrange(8)
    return bytes(hurt)


def _shuffle(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.randint(1, 400))


def _hole(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _double(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:end] + data[start:]


def _noise(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + chance.randbytes(end - start) + data[end:]


def _token(data: bytes, chance: random.Random) -> bytes:
    """An odd text in some places, mostly instead of a cell."""
    token = chance.choice(TOKENS)
    signs = [place for place, byte in enumerate(data) if byte in b',;\t|: "{[<\n'] or [0]
    for place in sorted(chance.choices(signs, k=chance.choice((1, 1, 2, 9))), reverse=True):
        end = place + 1
        while chance.random() < 0.9 and end < len(data) and data[end] not in b',;\t|:"}]>\n':
            end += 1
        data = data[: place + 1] + token + data[end:]
    return data


def _splice(data: bytes, chance: random.Random) -> bytes:
    other = GOOD[chance.choice(sorted(GOOD))]
    place = chance.randrange(len(data) + 1)
    return chance.choice(
        (data[:place] + other, other + data, data + other, data[:place] + other[: len(other) // 2] + data[place:])
    )


def _encode(data: bytes, chance: random.Random) -> bytes:
    return data.decode("utf-8", "replace").encode(chance.choice(_CODECS.split()), "replace")


def _end_lines(data: bytes, chance: random.Random) -> bytes:
    return data.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\r", b"\n\n", b" \n", b"\0\n", b"", b"\x85")))


def _columns_changed(data: bytes, chance: random.Random) -> bytes:
    """A column left out, doubled, moved, or emptied."""
    sign = max((b",", b";", b"\t", b"::", b"|"), key=data[:2000].count)
    rows = [line.split(sign) for line in data.split(b"\n")]
    place, way = chance.randrange(max(map(len, rows))), chance.randrange(4)
    for row in rows:
        if place < len(row):
            cell = row.pop(place)
            if way == 1:
                row[place:place] = [cell, cell]
            elif way == 2:
                row.insert(0, cell)
            elif way == 3:
                row.insert(place, b"")
    return b"\n".join(sign.join(row) for row in rows)


def _many(data: bytes, chance: random.Random) -> bytes:
    return data * chance.choice((2, 3, 40))


def _pack(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        return gzip.compress(data, mtime=0)
    names = (
        "a/ratings.csv",
        "ratings.csv",
        "x",
        "ü/\u202e.csv",
        "nul\x01.csv",
        "a" * 200,
        "con",
        "r.csv.gz",
        "../r.csv",
        "C:r.csv",
    )
    return _zip({chance.choice(names): data, chance.choice(names): GOOD[chance.choice(sorted(GOOD))]})


def _heads_of_zip(data: bytes, chance: random.Random) -> bytes:
    """A zip whose list of files says odd things: encrypted, another method, wrong sizes, names that are no text."""
    hurt = bytearray(data)
    for signature, flags, method, sizes, name in ((b"PK\x01\x02", 8, 10, 20, 46), (b"PK\x03\x04", 6, 8, 18, 30)):
        place = data.find(signature)
        if place < 0 or place + name + 4 > len(data):
            continue
        way = chance.randrange(4)
        if way == 0:
            hurt[place + flags] |= 1
        elif way == 1:
            hurt[place + method : place + method + 2] = struct.pack("<H", chance.choice((1, 9, 12, 14, 93, 99)))
        elif way == 2:
            hurt[place + sizes : place + sizes + 8] = struct.pack("<II", chance.getrandbits(32), chance.getrandbits(32))
        else:
            hurt[place + name : place + name + 3] = b"\xff\xfe\x80"
    return bytes(hurt)


_PLAIN_WAYS = (_cut, _flip, _shuffle, _hole, _double, _noise)
_OTHER_WAYS = (_splice, _encode, _end_lines, _columns_changed, _many, _pack, _heads_of_zip)
_WAYS = (*_PLAIN_WAYS, *[_token] * 4, *_OTHER_WAYS)


def tried(path: Path, library: Library) -> Iterator[tuple[str, Callable[[], Any]]]:
    """All that a person can do with a file."""
    yield "look", lambda: drive(look([path], Given()))
    yield "estimate", lambda: estimate([path])
    yield "import", lambda: _import(library, path)
    yield "export", lambda: read_export(path)
    yield "pairs", lambda: _pairs(path)
    yield "beside", lambda: _beside(path)
    yield "columns", lambda: _read(path, columns={"user": "1", "item": "2", "rating": "3"})


def _import(library: Library, path: Path) -> None:
    before = {record.dataset_id for record in library.datasets.records()}
    try:
        imported = drive(operations.import_files(library, [path]))
    except EngineError:
        folders = library.home / "datasets"
        left = {folder.name for folder in folders.iterdir()} if folders.exists() else set()
        assert {record.dataset_id for record in library.datasets.records()} == before, "a record is left"
        assert left == before, "a folder is left"
        raise
    _whole(imported.dataset)
    assert imported.dataset.entries == imported.record.entries, "half of a data set"
    library.datasets.delete(imported.record.dataset_id)
    library.datasets.settle()


def _read(path: Path, **given: Any) -> None:
    options = ImportOptions(given=Given(**given))
    _whole(drive(import_files([path], options=options, dataset_id="read"))[0])


def _whole(dataset: Dataset) -> None:
    ratings_N = dataset.histories.ratings_N
    assert np.isfinite(ratings_N[~np.isnan(ratings_N)]).all(), "a rating is not finite"
    assert len(dataset.catalogue) == len(dataset.items) > 0, "titles are missing"
    assert dataset.entries > 0, "nothing was read"


def _beside(path: Path) -> None:
    """Good ratings, with this file beside them: they are always imported."""
    ratings = path.parent / "_ratings.csv"
    ratings.write_bytes(CSV)
    try:
        _read(ratings)
    except EngineError as error:
        raise AssertionError(f"a file beside stopped an import: {error}") from error
    finally:
        ratings.unlink()


def _pairs(path: Path) -> None:
    pairs = open_pairs(path)
    try:
        for _ in pairs.pieces():
            pass
    except NotUtf8Error:
        for _ in pairs.as_western().pieces():
            pass


def failures_of(path: Path, library: Library) -> Iterator[dict[str, Any]]:
    """What goes wrong with a file: anything but an answer or a sentence within five seconds."""
    for what, attempt in tried(path, library):
        started = time.process_time()
        try:
            attempt()
        except EngineError as error:
            if not str(error).strip():
                yield {"what": what, "failure": "says nothing"}
        except Exception:
            yield {"what": what, "failure": traceback.format_exc()}
        seconds = time.process_time() - started
        if seconds > LONGEST_SECONDS:
            yield {"what": what, "failure": f"took {seconds:.1f} s"}


def main(folder: Path, first: int, count: int) -> None:
    os.fsync = lambda file: None  # the disk is not what is tried here
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    with Library.open(folder / "home", who="fuzzing") as library:
        for seed in range(first, first + count):
            name, data = fuzzed(seed)
            print(json.dumps({"seed": seed, "name": name}), flush=True)
            place = folder / "files"
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            (place / name).write_bytes(data)
            for failure in failures_of(place / name, library):
                print(json.dumps({"seed": seed, "name": name, **failure}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
