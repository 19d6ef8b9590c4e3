"""What stands above a table, and lines that are quoted as a whole, in many people's files and in exports."""

import csv
import io

import pytest

from engine.data.importing.importer import ImportOptions, import_files
from engine.data.importing.preview import look
from engine.data.personal.reading import read_export
from engine.data.reading.archives import Source
from engine.data.reading.dialect import DELIMITERS
from engine.data.reading.lines import read_blocks, read_rows
from engine.data.reading.preamble import start_of_table
from engine.data.reading.roles import Given
from engine.data.reading.sniff import sniff
from engine.events import drive

NAMES = ["userId", "movieId", "rating", "timestamp"]
ROWS = [[str(n // 3 + 1), str(n % 7 + 11), str(n % 5 + 1), str(978300000 + n)] for n in range(12)]
ENTRIES = [(row[0], row[1], float(row[2])) for row in ROWS]


def _table(delimiter=",", names=NAMES, rows=ROWS):
    return "".join(delimiter.join(row) + "\n" for row in ([names] if names else []) + rows)


def _entries(path, **given):
    dataset, report = drive(import_files([path], options=ImportOptions(given=Given(**given)), dataset_id="p"))
    assert report.skipped == {}
    histories, users, items = dataset.histories, dataset.users, dataset.items
    return sorted(
        (users.id(user), items.id(item), float(rating))
        for user, item, rating in zip(histories.user_rows_N, histories.item_rows_N, histories.ratings_N, strict=True)
    ), report


ABOVE = {
    "sep=,": "sep=,\n",
    "sep= in quotes, with a mark": '\ufeff"SEP=,"\n',
    "padded sep=": "sep=,,,,\n",
    "one comment": "# exported 2024-01-01\n",
    "comments with commas, blank lines": "# a, b, c, d\n#by tool, version 2\n\n# more\n",
    "slashes": "// made by hand\n",
    "percent signs": "% of a MATLAB file\n",
    "a title": "My ratings export\n",
    "a title and a blank line": "My ratings export\n\n",
    "blank lines": "\n\n\n",
    "a title with a comma": "My ratings, as of May\n\n",
    "a title that a spreadsheet padded": "My ratings,,,\n,,,\n",
    "a title with a quote": 'The "best" of mine\n\n',
    "three lines of text": "Ratings\nof 2024\nfrom a site\n",
    "a small table": "Name,Date\nmine,2024-01-01\n\n",
    "sep= and a comment": "sep=,\n# by tool\n",
}


@pytest.mark.parametrize("what", ABOVE)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_that_lines_above_the_column_names_are_passed_over(tmp_path, what, end):
    path = tmp_path / "ratings.csv"
    path.write_text((ABOVE[what] + _table()).replace("\n", end), newline="", encoding="utf-8")
    entries, report = _entries(path)
    assert entries == sorted(ENTRIES)
    said = [
        line for line in ABOVE[what].lower().strip("\ufeff\n").split("\n") if line.strip('", ') and "sep=" not in line
    ]
    assert any("Above the table ratings.csv says" in note for note in report.notes) == bool(said)
    preview = drive(look([path], Given()))
    assert (preview.obstacle, preview.columns) == (None, tuple(NAMES))
    assert (preview.rows[0].line, preview.rows[0].user) == (2 + ABOVE[what].count("\n"), "1")


@pytest.mark.parametrize("what", ["one comment", "comments with commas, blank lines", "sep=,", "sep= and a comment"])
def test_that_comments_above_rows_without_names_are_passed_over(tmp_path, what):
    path = tmp_path / "ratings.csv"
    path.write_text(ABOVE[what] + _table(names=None), encoding="utf-8")
    assert _entries(path)[0] == sorted(ENTRIES)


@pytest.mark.parametrize("name", ["semicolon", "tab", "bar"])
def test_that_what_sep_says_is_obeyed(tmp_path, name):
    sign = DELIMITERS[name]
    rows = [[*row[:2], "3,5", row[3]] for row in ROWS]
    path = tmp_path / "ratings.csv"
    path.write_text(f"sep={sign}\n" + _table(sign, rows=rows))
    assert {rating for *_, rating in _entries(path)[0]} == {3.5}
    path.write_text(f"sep={sign}\n" + _table(","))
    assert start_of_table(path.read_text().split("\n")).delimiter == sign
    assert _entries(path, delimiter=",")[0] == sorted(ENTRIES)


@pytest.mark.parametrize("names", ["#userId,movieId,rating,timestamp", "# userId,movieId,rating,timestamp"])
def test_that_names_in_a_comment_are_names(tmp_path, names):
    path = tmp_path / "ratings.csv"
    path.write_text(f"# by tool\n{names}\n" + _table(names=None))
    assert _entries(path)[0] == sorted(ENTRIES)


def test_that_a_line_that_is_cut_short_is_no_title(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text("1,5\n" + _table(names=None))
    _, report = drive(import_files([path], options=ImportOptions(), dataset_id="p"))
    assert [(wrong.line, wrong.reason) for wrong in report.problems] == [(1, "wrong number of columns")]


def test_that_a_title_among_the_rows_does_not_pass_for_column_names(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("title,rating\nHeat,4\nRating,Title\nAlien,5\n")
    export = read_export(path)
    assert [title.title for title in export.titles] == ["Heat", "Alien"]


@pytest.mark.parametrize("block_bytes", [3, 20, 1000])
@pytest.mark.parametrize("above", ["", "\n\n", "sep=,\n# a\n\n"])
def test_that_blocks_of_any_size_begin_below_the_names(tmp_path, block_bytes, above):
    path = tmp_path / "ratings.csv"
    path.write_text(above + '"userId","movie\nId",rating,timestamp\n' + _table(names=None))
    source = Source(path)
    shape = sniff(source)
    blocks = list(read_blocks(source, shape, block_bytes=block_bytes))
    assert b"".join(block.text for block in blocks).decode() == _table(names=None)
    assert blocks[0].first_line == above.count("\n") + 3
    assert [row for _, row in read_rows(source, shape)] == ROWS


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("has_quoted_names", [False, True])
def test_that_lines_quoted_as_a_whole_are_unwrapped(tmp_path, sign, has_quoted_names):
    films = ["Good, the Bad", 'Say "Hi"', "Heat; or", "Plain"]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=sign, lineterminator="\n").writerows(
        [["user", "title", "rating"], *([str(n), films[n % 4], str(n % 5 + 1)] for n in range(8))]
    )
    first, *lines = buffer.getvalue().splitlines()
    wrapped = ['"' + line.replace('"', '""') + '"' for line in lines]
    path = tmp_path / "ratings.csv"
    path.write_text("\n".join([f'"{first}"' if has_quoted_names else first, *wrapped]))
    entries, _ = _entries(path)
    assert entries == sorted((str(n), films[n % 4], float(n % 5 + 1)) for n in range(8))
    own = [line.replace("user", "note") for line in path.read_text().splitlines()]
    (tmp_path / "mine.csv").write_text("\n".join(own))
    assert {title.title for title in read_export(tmp_path / "mine.csv").titles} == set(films)


def test_that_a_column_of_quoted_titles_is_not_unwrapped(tmp_path):
    assert not start_of_table(['"title"', '"Heat"', '"Good, the Bad"']).is_wrapped


EXPORTS = {
    "sep=;\nTitle;Year;Rating\nToy Story;1995;4,5\nHeat;1995;4\n": {"Toy Story": 4.5, "Heat": 4.0},
    "My films\n\nTitle,Year,Rating\nToy Story,1995,4.5\nHeat,1995,4\n": {"Toy Story": 4.5, "Heat": 4.0},
    "# mine\nDate,Name,Year,Letterboxd URI,Rating\n2021-03-01,Heat,1995,https://boxd.it/a,4\n": {"Heat": 4.0},
    'Book Id,Title,Author,My Rating,Exclusive Shelf\n"7,Dune,""H, F"",5,read"\n': {"Dune": 5.0},
}


@pytest.mark.parametrize("text", EXPORTS)
def test_that_an_export_with_lines_above_or_around_is_read(tmp_path, text):
    path = tmp_path / "export.csv"
    path.write_text(text)
    export = read_export(path)
    assert {title.title: title.rating for title in export.titles} == EXPORTS[text]
    assert export.skipped == ()
