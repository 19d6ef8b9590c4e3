import pytest

from engine.data.formats import LAYOUTS
from engine.data.importing.items import catalogue_of, read_titles, split_genres
from engine.data.reading.archives import Source
from engine.data.reading.sniff import sniff


@pytest.fixture
def titles_of(tmp_path):
    def read(text, *, name="movies.csv", layout=None, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        declared = next((known.items for known in LAYOUTS if known.name == layout), None)
        return read_titles(Source(path), sniff(Source(path)), layout=declared)

    return read


def test_that_titles_years_and_genres_are_read(titles_of):
    titles = titles_of('movieId,title,genres\n1,"Matrix, The (1999)",Action|Sci-Fi\n2,Gone (2000),(no genres listed)\n')
    assert titles == {"1": ("The Matrix", 1999, ("Action", "Sci-Fi")), "2": ("Gone", 2000, ())}


def test_that_a_year_column_is_used_where_the_title_has_none(titles_of):
    titles = titles_of("movieId,title,year\n1,Matrix,1999\n2,Gone (2000),1990\n3,Odd,NULL\n")
    assert [title.year for title in titles.values()] == [1999, 2000, 0]


def test_that_the_first_of_two_titles_with_one_id_counts(titles_of):
    assert titles_of("movieId,title\n1,One\n1,Two\n")["1"].title == "One"


def test_that_latin_1_titles_are_read(titles_of):
    text = "1::Misérables, Les (1995)::Drama|Musical\n2::Jumanji (1995)::Children's\n"
    titles = titles_of(text, name="movies.dat", layout="MovieLens 1M/10M", encoding="latin-1")
    assert titles["1"] == ("Les Misérables", 1995, ("Drama", "Musical"))


def test_that_genre_flags_of_movielens_100k_become_genres(titles_of):
    flags = ["0"] * 19
    flags[1] = flags[16] = "1"
    row = ["1", "Speed (1994)", "01-Jan-1994", "", "http://x", *flags]
    text = "\n".join("|".join([number, *row[1:]]) for number in "123")
    assert titles_of(text, name="u.item", layout="MovieLens 100K")["2"] == ("Speed", 1994, ("Action", "Thriller"))


def test_that_names_from_the_web_lose_their_entities(titles_of):
    titles = titles_of("anime_ids\tname\tgenre\n1\tGintama&#039;\tAction, Comedy\n2\tOne\tDrama\n")
    assert titles["1"] == ("Gintama'", 0, ("Action", "Comedy"))


@pytest.mark.parametrize(
    ("text", "genres"),
    [
        ("Action|Comedy", ("Action", "Comedy")),
        ("Action, Comedy, Slice of Life", ("Action", "Comedy", "Slice of Life")),
        ("(no genres listed)", ()),
        ("", ()),
        ("Drama|Drama| ", ("Drama",)),
    ],
)
def test_that_genres_are_split(text, genres):
    assert split_genres(text) == genres


def test_that_a_title_nobody_lists_is_called_by_its_id():
    catalogue = catalogue_of(["7", "Matrix, The (1999)"], {}, word="film", ids_are_titles=False)
    assert catalogue.titles == ("7", "Matrix, The (1999)")
    assert catalogue_of(["Matrix, The (1999)"], {}, word="film", ids_are_titles=True).name(0) == "The Matrix (1999)"
