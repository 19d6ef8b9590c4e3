"""Wide tables are read as they stand: who is across, where the ratings begin, and what means that there is none."""

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet
import pytest

from engine.data.importing.importer import ImportOptions, import_files
from engine.data.reading.archives import Source
from engine.data.reading.roles import Given
from engine.data.reading.sniff import read_pieces, require_ratings, sniff
from engine.errors import DataError
from engine.events import drive

TITLES = ("Alien (1979)", "Matrix, The (1999)", "Brazil (1985)", "Heat (1995)", "Up (2009)", "Ran (1985)", "M (1931)")
NUMBERS = tuple(str(number) for number in (3, 11, 12, 40, 300, 301, 302))


def ratings_of(people=40, *, titles=7):
    """Who gave what to which title, about half of all: (person, title) -> stars."""
    random = np.random.default_rng(1)
    stars = random.integers(1, 6, size=(people, titles))
    return {(u, i): int(stars[u, i]) for u, i in np.argwhere(random.random((people, titles)) < 0.5).tolist()}


def table(across, down, cell, *, corner="", none="", delimiter=","):
    """Text of a table; `cell` maps (row, column) to a rating."""
    quoted = [f'"{name}"' if delimiter in name else name for name in across]
    lines = [delimiter.join([corner, *quoted])]
    for row, name in enumerate(down):
        label = f'"{name}"' if delimiter in name else name
        lines.append(delimiter.join([label, *(str(cell.get((row, at), none)) for at in range(len(across)))]))
    return "\n".join(lines) + "\n"


def read(tmp_path, text, *, name="wide.csv", **given):
    path = tmp_path / name
    path.write_text(text)
    return drive(import_files([path], options=ImportOptions(given=Given(**given)), dataset_id="x"))


def entries_of(dataset):
    rows = zip(
        dataset.histories.user_rows_N, dataset.histories.item_rows_N, dataset.histories.ratings_N.tolist(), strict=True
    )
    return {(dataset.users.id(user), dataset.items.id(item)): rating for user, item, rating in rows}


RATINGS = ratings_of()
PEOPLE = tuple(str(1000 + 7 * number) for number in range(40))
TURNED = {(i, u): stars for (u, i), stars in RATINGS.items()}


@pytest.mark.parametrize("none", ["", "NaN", "0", "99", "NA", "-1"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_that_people_down_and_titles_across_are_read_whatever_stands_for_none(tmp_path, none, delimiter):
    text = table(NUMBERS, PEOPLE, RATINGS, corner="user_id", none=none, delimiter=delimiter)
    dataset, report = read(tmp_path, text)
    assert entries_of(dataset) == {(PEOPLE[u], NUMBERS[i]): stars for (u, i), stars in RATINGS.items()}
    assert (report.layout, report.skipped, dataset.scale.high) == ("wide table", {}, 5)


@pytest.mark.parametrize(
    ("across", "down", "turned", "corner"),
    [
        (NUMBERS, PEOPLE, False, "userId"),
        (NUMBERS, PEOPLE, False, ""),
        (TITLES, PEOPLE, False, ""),
        (TITLES, PEOPLE, False, "name"),
        (TITLES, tuple(f"user_{number}" for number in PEOPLE), False, ""),
        (PEOPLE, NUMBERS, True, "movieId"),
        (PEOPLE, TITLES, True, "title"),
        (PEOPLE, TITLES, True, ""),
        (tuple(f"u{number}" for number in PEOPLE), tuple(f"Film no {number}" for number in NUMBERS), True, ""),
        (PEOPLE, NUMBERS, True, "item\\user"),
    ],
)
def test_that_it_is_found_who_stands_across(tmp_path, across, down, turned, corner):
    dataset, _ = read(tmp_path, table(across, down, TURNED if turned else RATINGS, corner=corner))
    people, titles = (across, down) if turned else (down, across)
    assert entries_of(dataset) == {(people[u], titles[i]): stars for (u, i), stars in RATINGS.items()}
    assert (len(dataset.users), len(dataset.items)) == (40, 7)


@pytest.mark.parametrize("ending", ["parquet", "feather"])
@pytest.mark.parametrize(
    ("across", "down", "turned", "index", "at_end"),
    [
        (NUMBERS, PEOPLE, False, "userId", True),
        (TITLES, PEOPLE, False, "__index_level_0__", True),
        (TITLES, PEOPLE, False, "name", False),
        (PEOPLE, TITLES, True, "title", True),
    ],
)
def test_that_tables_of_arrow_are_wide_ones_too_wherever_the_ids_of_the_rows_stand(
    tmp_path, ending, across, down, turned, index, at_end
):
    cells = TURNED if turned else RATINGS
    columns = {
        name: pa.array([cells.get((row, at)) for row in range(len(down))], pa.float64())
        for at, name in enumerate(across)
    }
    ids = {index: pa.array([int(label) for label in down] if down is PEOPLE else down)}
    path, found = tmp_path / f"wide.{ending}", pa.table({**columns, **ids} if at_end else {**ids, **columns})
    parquet.write_table(found, path) if ending == "parquet" else feather.write_feather(found, path)
    dataset, report = drive(import_files([path], options=ImportOptions(), dataset_id="x"))
    people, titles = (across, down) if turned else (down, across)
    assert entries_of(dataset) == {(people[u], titles[i]): stars for (u, i), stars in RATINGS.items()}
    assert (report.layout, report.skipped, dataset.scale.high) == ("wide table", {}, 5)


def test_that_cells_and_rows_of_arrow_that_cannot_be_used_are_told(tmp_path):
    cells = {**{key: float(stars) for key, stars in RATINGS.items()}, (6, 0): float("inf")}
    columns = {
        name: pa.array([cells.get((row, at)) for row in range(40)], pa.float64()) for at, name in enumerate(NUMBERS)
    }
    parquet.write_table(pa.table({"user": [None, *PEOPLE[1:]], **columns}), tmp_path / "wide.parquet")
    dataset, report = drive(import_files([tmp_path / "wide.parquet"], options=ImportOptions(), dataset_id="x"))
    assert [(problem.line, problem.reason) for problem in report.problems] == [
        (1, "no person"),
        (7, "rating is not finite"),
    ]
    assert len(dataset.users) == 39


def test_that_names_across_are_the_titles_names(tmp_path):
    dataset, _ = read(tmp_path, table(TITLES, PEOPLE, RATINGS, corner="user"))
    row = dataset.items.row("Matrix, The (1999)")
    assert dataset.catalogue.name(row) == "The Matrix (1999)"


def test_that_titles_down_bring_their_names_and_genres_columns(tmp_path):
    lines = table(PEOPLE, NUMBERS, TURNED, corner="movieId").splitlines()
    names = ["title,genres", *(f'"{title}",Drama' for title in TITLES)]
    text = "\n".join(
        f"{number},{name},{cells}"
        for (number, cells), name in zip((line.split(",", 1) for line in lines), names, strict=True)
    )
    dataset, _ = read(tmp_path, text + "\n")
    assert (len(dataset.users), len(dataset.items), dataset.entries) == (40, 7, len(RATINGS))
    assert dataset.catalogue.name(dataset.items.row("11")) == "The Matrix (1999)"


def test_that_three_lines_of_names_and_totals_are_told_from_ratings(tmp_path):
    rows = table(NUMBERS, PEOPLE, RATINGS, corner="userId").splitlines()[1:]
    head = [f",{','.join(['rating'] * 7)}", f"movieId,{','.join(NUMBERS)}", "userId" + "," * 7]
    dataset, report = read(tmp_path, "\n".join([*head, *rows]) + "\n")
    assert (len(dataset.users), len(dataset.items), dataset.entries) == (40, 7, len(RATINGS))
    assert report.skipped == {}

    rows = [f"{line},3.2" for line in rows] + [f"All,{','.join(['3.1'] * 8)}"]
    dataset, report = read(tmp_path, "\n".join([f"userId,{','.join(NUMBERS)},All", *rows]) + "\n")
    assert (len(dataset.users), len(dataset.items), dataset.entries) == (40, 7, len(RATINGS))
    assert (report.skipped, dataset.scale.step) == ({}, 1)


@pytest.mark.parametrize(("none", "delimiter"), [("0", ","), ("", ","), ("99", ";"), ("0", " "), ("0.0000e+00", " ")])
def test_that_a_table_without_any_names_has_a_row_a_person(tmp_path, none, delimiter):
    cells = ratings_of(30, titles=25)
    rows = [delimiter.join(str(cells.get((u, i), none)) for i in range(25)) for u in range(30)]
    dataset, report = read(tmp_path, "\n".join(rows) + "\n")
    assert entries_of(dataset) == {(str(u + 1), str(i + 1)): stars for (u, i), stars in cells.items()}
    assert report.layout == "wide table"


def test_that_what_r_writes_has_no_name_above_the_rows(tmp_path):
    text = table(NUMBERS, PEOPLE, RATINGS, none="NA", delimiter=" ")
    dataset, _ = read(tmp_path, text[1:])
    assert (len(dataset.users), len(dataset.items), dataset.entries) == (40, 7, len(RATINGS))


def test_that_mere_numbers_on_both_sides_are_said_to_be_a_guess(tmp_path):
    for corner in ("", "name", "id"):
        _, report = read(tmp_path, table(NUMBERS, PEOPLE, RATINGS, corner=corner))
        assert report.notes[0].startswith("wide.csv is read with a row a person and a column a title.")
    _, report = read(tmp_path, table(NUMBERS, PEOPLE, RATINGS, corner="user"))
    assert not any("a row a person" in note for note in report.notes)


CRITICS = ",Anna,Bob,Cem,Dee\nBrazil,5,3,,1\nHeat,4,,2,2\nUp,,3,4,5\n"


def test_that_0_stands_for_none_also_where_it_is_not_the_most_frequent_and_a_person_may_say_otherwise(tmp_path):
    cells = {(u, i): 1 + (u * 3 + i * 5 + u * i) % 5 for u in range(40) for i in range(7) if (u + 2 * i) % 9}
    dataset, report = read(tmp_path, table(NUMBERS, PEOPLE, cells, corner="user", none="0"))
    assert (dataset.entries, dataset.scale.low) == (len(cells), 1)
    assert report.notes[0] == "0 in wide.csv stands where there is no rating."
    dataset, _ = read(tmp_path, table(NUMBERS, PEOPLE, cells, corner="user", none="0"), unrated=())
    assert (dataset.entries, dataset.scale.low) == (280, 0)


def test_that_names_down_and_numbers_across_are_asked_about(tmp_path):
    names = [f"{first}{last}" for first in ("Ann", "Bob", "Cem", "Dee") for last in "ABCDEFGHIJ"]
    with pytest.raises(DataError, match="it does not say whether these are titles or people"):
        read(tmp_path, table(NUMBERS, names, RATINGS))
    dataset, _ = read(tmp_path, table(NUMBERS, names, RATINGS), across="titles")
    assert (len(dataset.users), len(dataset.items)) == (40, 7)


@pytest.mark.parametrize("corner", ["", "id", "name", "Unnamed: 0"])
def test_that_peoples_names_across_are_not_taken_for_titles(tmp_path, corner):
    people = [f"{first} {last}" for first in ("Ann", "Bob", "Cem", "Dee") for last in ("Smith", "Weber", "Novak")]
    text = table(people, NUMBERS, TURNED, corner=corner)
    with pytest.raises(DataError, match="it does not say whether these are titles or people"):
        read(tmp_path, text)
    dataset, _ = read(tmp_path, text, across="people")
    assert (len(dataset.users), len(dataset.items)) == (12, 7)
    mails = [f"{name.replace(' ', '.').lower()}@example.org" for name in people]
    dataset, _ = read(tmp_path, table(mails, NUMBERS, TURNED, corner=corner))
    assert set(dataset.users.ids) == set(mails)


def test_that_titles_are_told_by_their_words(tmp_path):
    titles = ("Alien", "The Matrix", "Brazil", "Heat", "Up and Away", "Lord of War", "M")
    names = [f"{first}{last}" for first in ("Ann", "Bob", "Cem", "Dee") for last in "ABCDEFGHIJ"]
    for down in (PEOPLE, names):
        dataset, _ = read(tmp_path, table(titles, down, RATINGS))
        assert (len(dataset.users), len(dataset.items)) == (40, 7)
        dataset, _ = read(tmp_path, table(down, titles, TURNED))
        assert (len(dataset.users), len(dataset.items)) == (40, 7)


def test_that_names_on_both_sides_are_asked_about(tmp_path):
    with pytest.raises(DataError, match="has a column each for Anna, Bob, Cem, Dee") as failure:
        read(tmp_path, CRITICS)
    assert failure.value.ways == (("--across", "titles"), ("--across", "people"))
    dataset, _ = read(tmp_path, CRITICS, across="people")
    assert (dataset.users.ids, dataset.items.ids) == (("Anna", "Bob", "Cem", "Dee"), ("Brazil", "Heat", "Up"))
    dataset, _ = read(tmp_path, CRITICS, across="titles")
    assert dataset.users.ids == ("Brazil", "Heat", "Up")


def test_that_cells_that_are_no_ratings_are_told_by_line_and_column(tmp_path):
    cells = {**RATINGS, (3, 2): "five", (6, 0): "1e999"}
    lines = table(NUMBERS, PEOPLE, cells, corner="user").splitlines()
    lines[10] += ",1"
    lines[12] = ",1,2,3,4,5,1,2"
    _, report = read(tmp_path, "\n".join(lines) + "\n")
    assert [(problem.line, problem.reason) for problem in report.problems] == [
        (5, "rating is not a number"),
        (8, "rating is not finite"),
        (11, "wrong number of columns"),
        (13, "no person"),
    ]
    assert report.problems[0].text == "12: five"


@pytest.mark.parametrize(
    "text",
    [
        "user,item,rating,timestamp\n" + "1,2,3,1000000000\n" * 9,
        "movieId,title,Action,Drama,War,Crime,Horror,Comedy\n" + "".join(f"{n},F {n},0,1,0,0,1,0\n" for n in range(30)),
        "userId,age,gender,occupation,zip\n" + "".join(f"{n},{20 + n},1,{n % 7},1010\n" for n in range(30)),
        "a,b,c,d,e,f\n" + "".join(f"{n / 7:.3f},{n * 31},{n},{n % 3},{n * n},{-n}\n" for n in range(30)),
        "id,budget,revenue,runtime\n" + "".join(f"{n},{n * 1000},{n * 2000},{90 + n}\n" for n in range(30)),
        "imdbID,tmdbID,Title,Year,Rating\n,1,Up,2009,5\n,2,Ran,1985,\n,3,M,1931,2\n",
        "hotel,user,service,food,rooms,value,place\n" + "".join(f"h{n},u{n % 4},1,2,3,4,5\n" for n in range(30)),
    ],
    ids=["ratings", "genres", "people", "figures", "films", "one person's", "parts of a review"],
)
def test_that_other_tables_are_not_wide_ones(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_text(text)
    assert sniff(Source(path)).across is None


def test_that_a_refusal_names_ten_columns_at_most(tmp_path):
    path = tmp_path / "many.csv"
    path.write_text(",".join(f"column{n}" for n in range(500)) + "\n" + (",".join(["x"] * 500) + "\n") * 3)
    with pytest.raises(DataError, match=r"its columns are: column0, .*, column9 and 490 more\.") as failure:
        require_ratings(Source(path), sniff(Source(path), Given(header=True)))
    assert "column10" not in str(failure.value)
    with pytest.raises(DataError, match="column9 and 490 more") as failure:
        sniff(Source(path), Given(columns={"user": "nobody"}, header=True))
    assert "column10" not in str(failure.value)


def test_that_lines_longer_than_the_start_of_a_file_are_read(tmp_path):
    titles = [f"A film with a rather long name, number {number}" for number in range(9000)]
    rated = {(u, i): 1 + (u * i) % 5 for u in range(6) for i in range(u, 9000, 50)}
    dataset, _ = read(tmp_path, table(titles, [f"user{u}" for u in range(6)], rated))
    assert (len(dataset.users), len(dataset.items), dataset.entries) == (6, 9000, len(rated))


def test_that_a_wide_table_comes_in_pieces_that_can_be_stopped(tmp_path):
    path = tmp_path / "wide.csv"
    row = ",".join(["4.000000000000000e+00"] * 200)
    path.write_text(f"user,{','.join(map(str, range(200)))}\n" + "".join(f"u{n},{row}\n" for n in range(500)))
    pieces = list(read_pieces(Source(path), sniff(Source(path))))
    assert [len(piece.block.ratings_N) > 0 for piece in pieces] == [True, True]
    assert sum(len(piece.block.ratings_N) for piece in pieces) == 100_000


def test_that_lines_above_a_wide_table_are_passed_over(tmp_path):
    text = "# exported on a Monday\n" + table(NUMBERS, PEOPLE, RATINGS, corner="user_id")
    dataset, _ = read(tmp_path, text)
    assert (len(dataset.users), len(dataset.items), dataset.entries) == (40, 7, len(RATINGS))
    dataset, _ = read(tmp_path, "sep=;\n" + table(TITLES, PEOPLE, RATINGS, corner="user", delimiter=";"))
    assert (len(dataset.users), len(dataset.items), dataset.entries) == (40, 7, len(RATINGS))
