"""What an import will take, guessed from sizes and samples, against what the files really hold."""

import gzip
import zipfile

import pytest

from engine.data.importing import estimate as estimating
from engine.data.importing.estimate import estimate
from engine.data.reading.roles import Given
from engine.errors import DataError

ROWS = [f"{100_000 + row % 7000},{row % 900},{row % 5 + 1}.0,{1_260_759_144 + row}" for row in range(150_000)]
TEXT = "\n".join(["userId,movieId,rating,timestamp", *ROWS])


@pytest.fixture
def write(tmp_path):
    def write_file(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def zipped(folder):
    path = folder / "ratings.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ratings.csv", TEXT)
    return path


def test_that_rows_and_bytes_are_about_right_however_the_file_is_packed(write, tmp_path):
    paths = write("ratings.csv", TEXT), write("ratings.csv.gz", gzip.compress(TEXT.encode())), zipped(tmp_path)
    for path in paths:
        guess = estimate([path])
        assert guess.rows == pytest.approx(len(ROWS), rel=0.1), path
        assert guess.bytes == pytest.approx(len(TEXT), rel=0.05), path


def test_that_rows_are_sampled_to_the_end_of_a_file_whose_lines_grow(write):
    lines = ["user,item,rating", *("1,1,1" if row < 300_000 else "1234567,7654321,4.5" for row in range(600_000))]
    assert estimate([write("ratings.csv", "\n".join(lines))]).rows == pytest.approx(600_000, rel=0.1)


def test_that_several_files_add_up(write):
    one, two = write("one.csv", TEXT), write("two.csv", TEXT)
    assert estimate([one, two]).rows == pytest.approx(2 * len(ROWS), rel=0.1)


def test_that_times_take_memory_and_disk(write):
    with_times = estimate([write("a.csv", TEXT)])
    without = estimate([write("b.csv", "\n".join(line.rsplit(",", 1)[0] for line in TEXT.splitlines()))])
    assert with_times.rows == pytest.approx(without.rows, rel=0.1)
    assert with_times.disk_mib > without.disk_mib
    assert with_times.memory_mib > without.memory_mib


def test_that_free_room_and_memory_are_compared_with_the_need(write, monkeypatch):
    path = write("ratings.csv", TEXT)
    guess = estimate([path])
    assert guess.has_room
    assert guess.has_memory
    monkeypatch.setattr(estimating, "available_memory_bytes", lambda: 1 << 20)
    monkeypatch.setattr(estimating, "_free_disk_mib", lambda folder: 0)
    guess = estimate([path])
    assert not guess.has_room
    assert not guess.has_memory
    monkeypatch.setattr(estimating, "available_memory_bytes", lambda: None)
    assert estimate([path]).has_memory


def test_that_what_a_person_says_about_the_file_counts(write):
    path = write("odd.txt", "\n".join(f"{row % 5 + 1};x{row};y{row % 7}" for row in range(2000)))
    with pytest.raises(DataError):
        estimate([path])
    given = Given(columns={"user": "3", "item": "2", "rating": "1"}, delimiter="semicolon")
    assert estimate([path], given).rows == pytest.approx(2000, rel=0.05)
