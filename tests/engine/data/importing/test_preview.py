"""Looking at files before an import: columns, rows as they will be read, scale, titles, and what is in the way."""

import gzip
import json
import zipfile

import pyarrow as pa
import pytest
from pyarrow import parquet

from engine.data.importing.importer import import_files
from engine.data.importing.options import ImportOptions
from engine.data.importing.preview import columns_with, look
from engine.data.reading.roles import Given
from engine.errors import DataError
from engine.events import drive

RATINGS = "userId,movieId,rating,timestamp\n1,10,4.5,978300760\n1,11,3.0,978300761\n2,10,0.5,978300762\n"
TITLES = 'movieId,title,genres\n10,"Long Day, The (1999)",Drama\n11,Short Night (2001),Comedy\n'


@pytest.fixture
def write(tmp_path):
    def made(name, content, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return made


def seen(*paths, given=None, **more):
    return drive(look(paths, given or Given(), **more))


def test_that_rows_are_shown_as_an_import_will_read_them(write):
    preview = seen(write("ratings.csv", RATINGS))
    first = preview.rows[0]
    assert first.cells == ("1", "10", "4.5", "978300760")
    assert (first.line, first.user, first.item, first.rating, first.time) == (2, "1", "10", 4.5, 978300760)
    assert preview.columns == ("userId", "movieId", "rating", "timestamp")
    assert [set(roles_of_column) for roles_of_column in preview.roles_of_columns] == [
        {"user"},
        {"item"},
        {"rating"},
        {"time"},
    ]


def test_that_titles_beside_are_joined_to_the_rows(write):
    write("movies.csv", TITLES)
    preview = seen(write("ratings.csv", RATINGS))
    assert preview.titles_of_rows == ("The Long Day (1999)", "Short Night (2001)", "The Long Day (1999)")
    assert preview.titles.share == 1


def test_that_whole_ids_with_a_point_are_shown_as_an_import_will_know_them(write):
    write("movies.csv", TITLES)
    preview = seen(write("ratings.csv", RATINGS.replace(",10,", ",10.0,").replace(",11,", ",11.0,")))
    assert [row.item for row in preview.rows] == ["10", "11", "10"]
    assert preview.titles_of_rows[1] == "Short Night (2001)"


def test_that_a_list_of_titles_dropped_with_its_ratings_becomes_their_titles(write):
    ratings, titles = write("mine.csv", RATINGS), write("names.csv", TITLES)
    preview = seen(titles, ratings)
    assert (preview.paths, preview.items) == ((ratings,), titles)
    assert preview.obstacle is None
    assert preview.titles_of_rows[1] == "Short Night (2001)"


def test_that_a_title_in_the_row_itself_is_shown(write):
    preview = seen(write("a.csv", 'user,title,rating\nx,"Matrix, The (1999)",4\n'))
    assert preview.titles_of_rows == ("The Matrix (1999)",)


def test_that_titles_in_a_file_that_is_western_further_down_are_shown(write):
    rows = "".join(f"u{at},i{at % 900},Film {at % 900} {'x' * 40},4\n" for at in range(12_000))
    preview = seen(write("a.csv", f"user,item,title,rating\n{rows}u,i,Caf\xe9,3\n".encode("cp1252")))
    assert preview.obstacle is None
    assert preview.titles_of_rows[0].startswith("Film 0")


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_that_the_headline_of_a_review_is_not_shown_as_a_title(write, kind):
    rows = [(user, item, f"Nice {user}", 1 + (user + item) % 5) for user in range(4) for item in range(5)]
    if kind == "csv":
        text = "user,item,title,rating\n" + "".join(
            f"u{user},i{item},{head},{star}\n" for user, item, head, star in rows
        )
    else:
        names = ("user", "item", "title", "rating")
        text = "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows)
    preview = seen(write(f"a.{kind}", text))
    assert set(preview.titles_of_rows) == {""}
    assert "title" not in preview.shape.roles


def test_that_a_row_that_will_be_skipped_says_why_and_the_others_stay_in_step(write):
    preview = seen(write("a.csv", "user,item,rating\na,x,3\nb,y,many\nc,z,5,extra\nd,w,1\n"))
    assert [row.problem != "" for row in preview.rows] == [False, True, True, False]
    assert [row.user for row in preview.rows if row.is_read] == ["a", "d"]
    assert preview.rows[1].problem == "rating is not a number"
    assert preview.rows[2].line == 4


def test_that_the_scale_of_the_first_rows_is_found(write):
    scale = seen(write("ratings.csv", RATINGS)).scale
    assert (scale.low, scale.high, scale.step) == (0.5, 5, 0.5)


def test_that_zero_is_seen_only_where_the_layout_says_so_and_no_part_of_the_scale(write):
    preview = seen(write("b.csv", '"User-ID";"ISBN";"Book-Rating"\n"1";"034545104X";"0"\n"1";"0155061224";"5"\n'))
    assert [row.rating for row in preview.rows] == [None, 5.0]
    assert preview.rows[0].is_read
    assert preview.scale.low > 0


def test_that_a_file_of_ones_says_only_what_was_seen(write):
    assert seen(write("a.csv", "user,item,rating\na,x,1\nb,y,1\n")).seen_only


def test_that_a_missing_role_is_said_and_can_be_pointed_at(write):
    path = write("odd.csv", "who,what,how much\nann,x,3\nbob,y,4\n")
    preview = seen(path)
    assert set(preview.obstacle.missing) == {"user", "item", "rating"}
    assert preview.rows[0].cells == ("ann", "x", "3")
    given = Given()
    for column, role in enumerate(("user", "item", "rating")):
        given = Given(columns=columns_with(preview, column, role))
        preview = seen(path, given=given, before=preview)
    assert preview.obstacle is None
    assert [(row.user, row.item, row.rating) for row in preview.rows] == [("ann", "x", 3.0), ("bob", "y", 4.0)]


def test_that_a_role_is_taken_away_and_moved(write):
    path = write("ratings.csv", RATINGS)
    preview = seen(path)
    without = seen(path, given=Given(columns=columns_with(preview, 3, "")))
    assert "time" not in without.shape.roles
    moved = seen(path, given=Given(columns=columns_with(preview, 1, "user")))
    assert moved.shape.roles["user"] == 1
    assert "item" not in moved.shape.roles
    assert moved.obstacle.missing == ("item",)


def test_that_a_title_without_an_id_is_its_own_id(write):
    path = write("a.csv", "who,name,how much\nann,Alien,3\n")
    columns = columns_with(seen(path), 1, "title")
    assert (columns["title"], columns["item"]) == ("2", "2")


def test_that_what_a_person_says_of_the_text_is_followed(write):
    path = write("a.csv", "x|Crème;1|5\ny|Brûlée;2|4\n", "latin-1")
    given = Given(delimiter="|", header=False, encoding="cp1252")
    preview = seen(path, given=given)
    assert preview.rows[0].cells == ("x", "Crème;1", "5")
    assert preview.columns == ("Column 1", "Column 2", "Column 3")


def test_that_semicolons_win_over_spaces_inside_texts(write):
    preview = seen(write("a.csv", "Name;Film;Stars\n" + "".join(f"Ann B;A Long Day {i};{i % 5}\n" for i in range(9))))
    assert preview.columns == ("Name", "Film", "Stars")


def test_that_letters_beyond_utf_8_further_down_are_read_as_the_import_will(write):
    rows = "".join(f"u{i},plain{i},3\n" for i in range(30)) + "u,Caf\xe9,4\n"
    assert seen(write("a.csv", f"user,item,rating\n{rows}", "latin-1")).shape.encoding == "cp1252"


def test_that_a_file_without_a_table_is_an_obstacle_and_no_error(write):
    preview = seen(write("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(500)))
    assert preview.shape is None
    assert "PNG picture" in preview.obstacle.sentence
    assert preview.obstacle.remedy


def test_that_one_persons_export_is_said_to_be_personal(write):
    preview = seen(
        write("ratings.csv", "Date,Name,Year,Letterboxd URI,Rating\n2020-01-01,Alien,1979,https://x/1,4.5\n")
    )
    assert preview.obstacle.personal


def test_that_a_list_of_titles_that_does_not_belong_is_an_obstacle(write):
    ratings, other = write("ratings.csv", RATINGS), write("other.csv", "movieId,title\n77,Elsewhere\n78,Nowhere\n")
    preview = seen(ratings, items=other)
    assert "none of the titles" in preview.obstacle.sentence
    assert preview.rows


def test_that_a_zip_and_a_folder_open_as_one(write, tmp_path):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("set/ratings.csv", RATINGS)
        archive.writestr("set/movies.csv", TITLES)
    inside = seen(tmp_path / "set.zip")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "ratings.csv").write_text(RATINGS)
    (folder / "movies.csv").write_text(TITLES)
    outside = seen(folder)
    assert (
        inside.titles_of_rows
        == outside.titles_of_rows
        == ("The Long Day (1999)", "Short Night (2001)", "The Long Day (1999)")
    )
    assert (inside.name, outside.name) == ("set", "folder")


def test_that_rows_are_guessed_for_plain_and_packed_files(write):
    rows = "".join(f"{i % 900},{i % 700},{1 + i % 5}\n" for i in range(60_000))
    plain = seen(write("plain.csv", f"user,item,rating\n{rows}"))
    packed = seen(write("packed.csv.gz", gzip.compress(f"user,item,rating\n{rows}".encode())))
    assert plain.rows_about == pytest.approx(60_000, rel=0.1)
    assert packed.rows_about == pytest.approx(60_000, rel=0.5)


def test_that_titles_are_not_read_again_when_the_ids_stay_the_same(write, monkeypatch):
    write("movies.csv", TITLES)
    path = write("ratings.csv", RATINGS)
    before = seen(path)
    monkeypatch.setattr("engine.data.importing.preview.titles_beside", lambda *_, **__: pytest.fail("read again"))
    assert seen(path, given=Given(encoding="cp1252"), before=before).titles_of_rows == before.titles_of_rows


def test_that_the_name_is_the_one_an_import_gives(write):
    path = write("my films.csv", RATINGS)
    dataset, _ = drive(import_files([path], options=ImportOptions(), dataset_id="d"))
    assert seen(path).name == dataset.name == "my films"


def test_that_a_quoted_text_over_two_lines_is_one_row(write):
    preview = seen(write("a.csv", 'user,item,rating\na,"two\nlines",3\nb,y,4\n'))
    assert [(row.line, row.item) for row in preview.rows] == [(2, "two\nlines"), (4, "y")]


def test_that_a_file_that_is_gone_is_an_obstacle(tmp_path):
    assert "is not there" in seen(tmp_path / "gone.csv").obstacle.sentence


def test_that_a_file_that_fails_further_down_keeps_its_columns(write, monkeypatch):
    def fail(*_):
        raise DataError("It is broken.", remedy="Mend it.")

    monkeypatch.setattr("engine.data.importing.preview.first_rows", fail)
    preview = seen(write("ratings.csv", RATINGS))
    assert (preview.obstacle.sentence, preview.obstacle.remedy) == ("It is broken.", "Mend it.")
    assert preview.columns


def test_that_a_wrong_choice_keeps_what_was_seen_before_it(write):
    path = write("ratings.csv", RATINGS)
    before = seen(path)
    wrong = seen(path, given=Given(encoding="utf-16-le"), before=before)
    assert wrong.obstacle is not None
    assert wrong.columns == before.columns
    assert wrong.given.encoding == "utf-16-le"


def test_that_a_table_that_is_no_text_shows_its_cells_and_can_be_pointed_at(tmp_path):
    path = tmp_path / "a.parquet"
    table = pa.table({"who": ["ann", "bob", "ann"], "what": [7, 8, 9], "how much": [3.5, 4.0, None]})
    parquet.write_table(table, path)
    preview = seen(path)
    assert set(preview.obstacle.missing) == {"user", "item", "rating"}
    for column, role in enumerate(("user", "item", "rating")):
        preview = seen(path, given=Given(columns=columns_with(preview, column, role)), before=preview)
    assert preview.obstacle is None
    assert preview.can_point
    assert [row.cells[:2] for row in preview.rows] == [("ann", "7"), ("bob", "8"), ("ann", "9")]
    assert [row.rating for row in preview.rows] == [3.5, 4.0, None]


def test_that_rows_of_json_lines_stay_in_step_with_what_is_skipped(write):
    rows = ['{"user": "a", "item": "x", "rating": 3}', '{"user": "b", "item": "y", "rating": "many"}']
    preview = seen(write("a.jsonl", "\n".join([*rows, '{"user": "c", "item": "z", "rating": 5}']) + "\n"))
    assert [(row.cells[0], row.rating) for row in preview.rows] == [("a", 3.0), ("b", None), ("c", 5.0)]
    assert preview.rows[1].problem


def test_that_a_file_in_sections_shows_what_is_read_of_it(write):
    preview = seen(write("combined_data_1.txt", "1:\n1488844,3,2005-09-06\n822109,5,2005-05-13\n2:\n5,4,2005-05-13\n"))
    assert preview.sample_items == ("1", "2")
    assert not preview.can_point
    assert [(row.item, row.user, row.rating) for row in preview.rows][2] == ("2", "5", 4.0)


def test_that_several_exports_of_one_person_are_shown_as_such(tmp_path):
    entry = '[{"rating": 8, "movie": {"title": "Heat", "year": 1995, "ids": {"trakt": 1, "slug": "heat-1995"}}}]'
    paths = [tmp_path / name for name in ("ratings-movies.json", "ratings-shows.json")]
    for path in paths:
        path.write_text(entry)
    obstacle = drive(look(paths, Given())).obstacle
    assert obstacle is not None
    assert obstacle.personal
