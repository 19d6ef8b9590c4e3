import pytest

from engine.data.reading.archives import Source
from engine.data.reading.sniff import Given, require_ratings, sniff
from engine.errors import DataError

ROLES = {"user": 0, "item": 1, "rating": 2, "time": 3}


@pytest.fixture
def sniffed(tmp_path):
    def sniff_bytes(content, given=None, *, name="file.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return sniff(Source(path), given)

    return sniff_bytes


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "::", " "])
@pytest.mark.parametrize("header", [True, False])
def test_that_delimiter_and_header_are_found(sniffed, delimiter, header):
    rows = [["1", "31", "2.5", "1260759144"], ["1", "1029", "3.0", "1260759179"], ["22", "7", "4.5", "1260759182"]]
    names = [["userId", "movieId", "rating", "timestamp"]] if header else []
    shape = sniffed("\n".join(delimiter.join(row) for row in names + rows))
    assert (shape.delimiter, shape.width, shape.roles) == (delimiter, 4, ROLES)
    assert (shape.header is not None) == header


def test_that_a_semicolon_file_with_decimal_commas_is_not_taken_for_commas(sniffed):
    shape = sniffed("user;item;rating\n1;31;2,5\n1;1029;3,0\n2;31;4,5\n")
    assert (shape.delimiter, shape.decimal, shape.width) == (";", ",", 3)


def test_that_dates_with_a_time_of_day_do_not_make_it_a_file_of_spaces(sniffed):
    shape = sniffed("a,x,5,2005-09-06 12:00:00\nb,y,4,2005-09-07 12:00:00\nc,z,1,2005-09-08 12:00:00\n")
    assert (shape.delimiter, shape.times.kind) == (",", "date")


@pytest.mark.parametrize(
    ("time", "kind"),
    [
        ("978300760", "whole"),
        ("978300760.5", "number"),
        ("2005-09-06", "date"),
        ("2005-09-06T12:00:00Z", "zoned date"),
        ("06/09/2005", "date"),
        ("last summer", None),
    ],
)
def test_that_the_kind_of_time_is_found(sniffed, time, kind):
    assert sniffed(f"user,item,rating,time\n1,2,3,{time}\n2,2,3,{time}\n").times.kind == kind


def test_that_names_nobody_knows_are_still_taken_for_names(sniffed):
    assert sniffed("who,what,how\n1,2,3\n4,5,6\n").header == ("who", "what", "how")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("user,item,rating\né,2,3\n".encode(), "utf-8"),
        ("\ufeffuser,item,rating\né,2,3\n".encode(), "utf-8"),
        ("user,item,rating\né,2,3\n".encode("cp1252"), "cp1252"),
        ("\ufeffuser,item,rating\né,2,3\n".encode("utf-16-le"), "utf-16-le"),
        ("\ufeffuser,item,rating\né,2,3\n".encode("utf-16-be"), "utf-16-be"),
        ("user,item,rating\n1,2,3\n".encode("utf-16-le"), "utf-16-le"),
        ("user,item,rating\n1,2,3\n".encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_that_the_encoding_is_found(sniffed, content, encoding):
    shape = sniffed(content)
    assert (shape.encoding, shape.header) == (encoding, ("user", "item", "rating"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a PNG picture"),
        (b"SQLite format 3\0" + bytes(50), "an SQLite database"),
        (b"%PDF-1.7\n%...", "a PDF document"),
        (b"\x89HDF\r\n" + bytes(50), "an HDF5 file"),
        (b"<!DOCTYPE html>\n<html>", "a web page"),
        (bytes(range(256)) * 8, "a binary file"),
    ],
)
def test_that_a_file_that_is_no_text_is_named_as_what_it_looks_like(sniffed, content, words):
    with pytest.raises(DataError, match=rf"file\.txt looks like {words}"):
        sniffed(content)


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf"])
def test_that_an_empty_file_is_said_to_be_empty(sniffed, content):
    with pytest.raises(DataError, match=r"file\.txt is empty\. Choose a file"):
        sniffed(content)


def test_that_prose_is_no_table(sniffed):
    with pytest.raises(DataError, match="is no table: its lines do not split into columns"):
        sniffed("Dear all,\nthis is a letter and no list\nof anything.\nYours\n")


def test_that_lines_without_end_are_refused(sniffed):
    with pytest.raises(DataError, match="lines of over 65,536 characters"):
        sniffed("1,2,3," * 20_000)


def test_that_a_missing_rating_column_is_refused_with_the_columns_seen(tmp_path):
    path = tmp_path / "tags.csv"
    path.write_text("userId,movieId,tag,timestamp\n1,2,funny,1260759144\n")
    with pytest.raises(DataError) as failure:
        require_ratings(Source(path), sniff(Source(path)))
    assert failure.value.what == (
        "tags.csv has no column of ratings; its columns are: userId, movieId, tag, timestamp."
    )
    assert "--columns" in failure.value.remedy
    assert failure.value.facts["columns"] == ("userId", "movieId", "tag", "timestamp")


def test_that_a_list_of_titles_is_not_taken_for_ratings(tmp_path):
    path = tmp_path / "movies.dat"
    path.write_text("1::Toy Story (1995)::Comedy\n2::Jumanji (1995)::Adventure|Children's\n")
    shape = sniff(Source(path))
    assert shape.has_titles
    with pytest.raises(DataError, match="It looks like a list of titles"):
        require_ratings(Source(path), shape)


def test_that_one_persons_ratings_are_sent_to_the_profile(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("Const,Your Rating,Title\ntt1,8,One\ntt2,7,Two\n")
    with pytest.raises(DataError, match="add them to your profile"):
        require_ratings(Source(path), sniff(Source(path)))


def test_that_a_third_column_of_times_is_no_rating(sniffed):
    assert not sniffed("1,31,1260759144\n1,1029,1260759179\n").has_ratings


def test_that_columns_can_be_chosen_by_name_and_by_number(sniffed):
    shape = sniffed("a,b,c,d\n1,5,3,x\n2,4,3,y\n", Given(columns={"user": "A", "item": "3", "rating": "b"}))
    assert (shape.roles["user"], shape.roles["item"], shape.roles["rating"]) == (0, 2, 1)
    assert shape.layout.name == "columns as chosen"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (Given(columns={"user": "nobody"}), r"has no column 'nobody' for user; its columns are: user, item, rating"),
        (Given(columns={"person": "1"}), "There is no role called 'person'"),
        (Given(columns={"user": "4"}), "has no column '4'"),
        (Given(delimiter="x"), "'x' is no known delimiter"),
        (Given(encoding="utf-9"), "no encoding called 'utf-9'"),
    ],
)
def test_that_a_wrong_wish_is_refused_with_what_there_is(sniffed, given, sentence):
    with pytest.raises(DataError, match=sentence):
        sniffed("user,item,rating\n1,2,3\n", given)


def test_that_a_wish_wins_over_what_was_found(sniffed):
    shape = sniffed("1,2,3\n4,5,6\n", Given(header=True, encoding="latin-1", delimiter="comma"))
    assert (shape.header, shape.encoding) == (("1", "2", "3"), "iso8859-1")
