import pytest

from engine.data.formats import LAYOUTS, layout_of_columns, layout_of_header, normalised, roles_of


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("User_ID:token", "userid"),
        (" Movie Id ", "movieid"),
        ("RATING", "rating"),
        ("Jahr-Ü", "jahrü"),
        ("Моя оценка", "мояоценка"),
    ],
)
def test_that_column_names_are_compared_without_case_signs_and_types(name, key):
    assert normalised(name) == key


@pytest.mark.parametrize(
    "header",
    [
        ("userId", "movieId", "rating", "timestamp"),
        ("User_ID", "Anime_ID", "Feedback", "ts"),
        ("user_id:token", "item_id:token", "rating:float", "timestamp:float"),
        ("USER", "FILM", "STARS", "DATE"),
        ("customer", "product", "score", "time"),
    ],
)
def test_that_common_names_in_any_case_give_the_roles(header):
    assert roles_of(header) == {"user": 0, "item": 1, "rating": 2, "time": 3}


def test_that_your_rating_wins_over_the_crowds_rating():
    assert roles_of(("Const", "Rating", "Your Rating"))["rating"] == 2


def test_that_a_title_serves_as_id_where_no_column_holds_one():
    assert roles_of(("user", "title", "rating")) == {"user": 0, "item": 1, "title": 1, "rating": 2}


def test_that_an_unknown_name_has_no_role():
    assert roles_of(("a", "b", "c")) == {}


def test_that_movielens_csv_is_recognised_by_its_column_names():
    layout = layout_of_header(("userId", "movieId", "rating", "timestamp"))
    assert (layout.name, layout.word) == ("MovieLens csv", "film")


def test_that_other_column_names_are_just_columns_with_names():
    assert layout_of_header(("userId", "itemId", "rating")).word == "title"


@pytest.mark.parametrize(
    ("delimiter", "width", "items", "name"),
    [
        ("::", 4, ["1193", "661"], "MovieLens 1M/10M"),
        ("::", 4, ["1193", "0104257"], "MovieTweetings"),
        ("\t", 4, ["242", "302"], "MovieLens 100K"),
        (",", 4, ["242", "302"], "columns without names"),
        ("::", 3, ["242", "302"], "columns without names"),
    ],
)
def test_that_layouts_without_names_are_recognised_by_their_columns(delimiter, width, items, name):
    assert layout_of_columns(delimiter, width, items).name == name


def test_that_every_layout_says_how_it_is_recognised():
    for layout in LAYOUTS:
        if layout.kind != "delimited":
            continue
        by_columns = {"user", "item", "rating"} <= layout.columns.keys()
        assert layout.header or layout.header_pattern or layout.marks or by_columns, layout.name
