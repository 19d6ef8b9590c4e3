import pytest

from engine.data.formats import LAYOUTS
from engine.data.importing.items import catalogue_of, split_genres, title_columns, titles_within
from engine.data.reading.archives import Source
from engine.data.reading.sniff import read_cells, sniff
from engine.events import drive


@pytest.fixture
def titles_of(tmp_path):
    def read(text, *, name="movies.csv", layout=None, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        declared = next((known.items for known in LAYOUTS if known.name == layout), None)
        shape = sniff(Source(path))
        columns = title_columns(shape, declared)
        found = ((row[shape.roles["item"]], columns.title_of(row)) for _, row in read_cells(Source(path), shape))
        return {item_id: title for item_id, title in found if title is not None}

    return read


def test_that_titles_years_and_genres_are_read(titles_of):
    titles = titles_of('movieId,title,genres\n1,"Matrix, The (1999)",Action|Sci-Fi\n2,Gone (2000),(no genres listed)\n')
    assert titles == {"1": ("The Matrix", 1999, ("Action", "Sci-Fi")), "2": ("Gone", 2000, ())}


def test_that_a_year_column_is_used_where_the_title_has_none(titles_of):
    titles = titles_of("movieId,title,year\n1,Matrix,1999\n2,Gone (2000),1990\n3,Odd,NULL\n")
    assert [title.year for title in titles.values()] == [1999, 2000, 0]


@pytest.mark.parametrize(
    ("column", "cell", "year"),
    [
        ("Year-Of-Publication", "2002", 2002),
        ("original_publication_year", "1951.0", 1951),
        ("year_released", "1981", 1981),
        ("YearPublished", "1999", 1999),
        ("date_release", "2015-09-03", 2015),
        ("publishedDate", "1996-07", 1996),
        ("Premiered", "Spring 1998", 1998),
        ("Aired", "Apr 3, 1998 to Apr 24, 1999", 1998),
        ("pub_year", "1870", 1870),
        ("released", "Unknown", 0),
        ("birth_year", "1990", 0),
        ("year_end", "1990", 0),
    ],
)
def test_that_years_are_found_by_any_usual_name(titles_of, column, cell, year):
    rows = "".join(f'{number},Name {number},"{cell}"\n' for number in range(1, 4))
    assert titles_of(f"movieId,title,{column}\n{rows}")["2"].year == year


def test_that_the_year_of_the_title_comes_before_its_release_date(titles_of):
    assert titles_of("id,release_date,movie_title,year_released\n1,1999-01-01,One,1981\n2,2001-01-01,Two,1982\n")[
        "Two"
    ] == ("Two", 1982, ())


@pytest.mark.parametrize("no_title", ["", "NaN", "None", "NULL"])
def test_that_a_title_that_says_there_is_none_is_none(titles_of, no_title):
    assert titles_of(f"movieId,title\n1,{no_title}\n2,Two\n3,Three\n").keys() == {"2", "3"}


@pytest.mark.parametrize("names", ["Action,Drama,War", "genre_action,genre_drama,genre_war", "isAction,isDrama,isWar"])
def test_that_columns_of_0_and_1_that_are_called_like_genres_are_genres(titles_of, names):
    titles = titles_of(f"movieId,title,adult,length,{names}\n1,One,0,90,1,0,1\n2,Two,0,80,0,0,0\n3,Three,1,70,0,1,0\n")
    assert [tuple(name.lower() for name in titles[number].genres) for number in "123"] == [
        ("action", "war"), (), ("drama",),
    ]  # fmt: skip


def test_that_columns_of_0_and_1_that_are_no_genres_are_none(titles_of):
    titles = titles_of("app_id,title,win,mac,linux\n1,One,true,false,true\n2,Two,true,true,true\n")
    assert [title.genres for title in titles.values()] == [(), ()]


def test_that_a_link_behind_the_title_is_no_genre(titles_of):
    titles = titles_of("1\tBand 1\thttp://x/1\thttp://p\n2\tBand 2\thttp://x/2\thttp://p\n", name="artists.dat")
    assert titles == {"1": ("Band 1", 0, ()), "2": ("Band 2", 0, ())}


def test_that_a_declared_title_at_the_end_of_the_line_may_hold_commas_in_every_line(titles_of):
    titles = titles_of(
        "1,1991,Up, Down\n2,1992,In, Out\n3,1993,On, Off\n", name="movie_titles.txt", layout="Netflix Prize"
    )
    assert titles["2"] == ("In, Out", 1992, ())


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
        ("Action,Indie", ("Action", "Indie")),
        ("Single-player;RPG", ("Single-player", "RPG")),
        ('["Drama", "Film-Noir"]', ("Drama", "Film-Noir")),
        ("['Drama', \"Children's\"]", ("Drama", "Children's")),
        ("[{'id': 16, 'name': 'Animation'}, {'id': 35, 'name': 'Comedy'}]", ("Animation", "Comedy")),
        ('[{"id": 16, "name": "Animation"}]', ("Animation",)),
        ("[]", ()),
        ("[Drama, War]", ("Drama", "War")),
        ("https://example.org/a|Drama|12", ("Drama",)),
        ("nan", ()),
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


@pytest.mark.parametrize(("second", "are_names"), [("Bad buy", False), ("GREAT", True), ("Great (1999)", True)])
def test_that_what_differs_for_one_title_is_not_its_name(tmp_path, second, are_names):
    path = tmp_path / "r.csv"
    path.write_text(f"user,item,title,rating\n1,a,Great,4\n2,a,{second},3\n1,b,Fine,2\n2,b,Fine,1\n")
    own = drive(titles_within(Source(path), sniff(Source(path))))
    assert own.are_names == are_names
    assert own.titles["b"].title == "Fine"


def test_that_a_few_other_spellings_do_not_make_a_name_none(tmp_path):
    path = tmp_path / "r.csv"
    rows = "".join(f"{user},{item},Name {item},4\n" for user in range(3) for item in range(20))
    path.write_text(f"user,item,title,rating\n{rows}9,1,Another name,4\n")
    own = drive(titles_within(Source(path), sniff(Source(path))))
    assert own.are_names
    assert own.titles["1"].title == "Name 1"
