import gzip
import os
import zipfile

import pytest

from engine.data.reading import archives
from engine.data.reading.archives import ByteStream, Source, read_head, sources_in
from engine.errors import DataError

ROWS = b"userId,movieId,rating\n1,2,3\n"


def read_through(path):
    with ByteStream(Source(path)) as stream:
        while stream.read(1 << 20):
            pass


def test_that_a_gzip_is_read_in_place_whatever_its_name(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_bytes(gzip.compress(ROWS))
    assert read_head(Source(path)) == ROWS
    assert os.listdir(tmp_path) == ["ratings.csv"]


def test_that_the_members_of_a_zip_are_sources_without_the_junk_of_a_mac(tmp_path):
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/ratings.csv", ROWS)
        archive.writestr("__MACOSX/data/._ratings.csv", b"junk")
        archive.writestr("data/.hidden", b"junk")
    (source,) = sources_in(path)
    assert (source.name, read_head(source)) == ("data.zip: data/ratings.csv", ROWS)
    assert os.listdir(tmp_path) == ["data.zip"]


@pytest.mark.parametrize(
    "name", ["../ratings.csv", "a/../../b.csv", "/etc/ratings.csv", "..\\ratings.csv", "C:\\r.csv"]
)
def test_that_a_zip_with_names_that_lead_outside_is_refused(tmp_path, name):
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, ROWS)
    with pytest.raises(DataError, match="points outside of the archive"):
        sources_in(path)


def test_that_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("ratings.csv", "w") as member:
        for _ in range(80):
            member.write(b"1,1,1\n" * 174_763)
    with pytest.raises(DataError, match="would unpack to over"):
        ByteStream(sources_in(path)[0])


def test_that_a_gzip_bomb_is_refused_while_it_swells(tmp_path):
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(80):
            file.write(bytes(1 << 20))
    with pytest.raises(DataError, match=r"bomb\.gz would unpack to over 6\d MiB"):
        read_through(path)


def test_that_a_gzip_that_was_cut_short_is_refused(tmp_path):
    path = tmp_path / "ratings.csv.gz"
    path.write_bytes(gzip.compress(ROWS * 1000)[:-20])
    with pytest.raises(DataError, match="is cut short or damaged"):
        read_through(path)


def test_that_a_zip_that_was_cut_short_is_refused(tmp_path):
    path = tmp_path / "ratings.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ratings.csv", ROWS * 100)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(DataError, match="is cut short or damaged"):
        sources_in(path)


def test_that_a_workbook_is_named_as_what_it_is(tmp_path):
    path = tmp_path / "ratings.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
    with pytest.raises(DataError, match=r"an Excel workbook.*Save it as CSV"):
        sources_in(path)


def test_that_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.csv is not there"):
        sources_in(tmp_path / "nowhere.csv")


def test_that_a_file_that_may_not_be_read_is_said_so(tmp_path, monkeypatch):
    path = tmp_path / "ratings.csv"
    path.write_bytes(ROWS)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(archives, "open", refuse, raising=False)
    with pytest.raises(DataError, match="may not be read by you"):
        sources_in(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_that_a_pipe_is_refused_instead_of_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="not a regular file"):
        sources_in(tmp_path / "pipe")


def test_that_a_file_that_grows_while_it_is_read_is_refused(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_bytes(ROWS * 100)
    with ByteStream(Source(path)) as stream:
        stream.read(100)
        path.write_bytes(ROWS * 200)
        with pytest.raises(DataError, match="changed while it was read"):
            stream.read(100)


def test_that_a_zip_whose_names_are_no_text_is_damaged(tmp_path):
    path = tmp_path / "names.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("r\u00e4tings.csv", "user,item,rating\n1,2,3\n")
    path.write_bytes(path.read_bytes().replace("r\u00e4".encode(), b"r\xff\xfe"))
    with pytest.raises(DataError, match=r"names\.zip is cut short or damaged"):
        sources_in(path)
