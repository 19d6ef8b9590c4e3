"""Quotes that open and never close, marks of inches, texts over several lines: each line is read or named, in time."""

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.importing.importer import ImportOptions, import_files
from engine.data.importing.preview import look
from engine.data.personal.reading import read_export
from engine.data.reading.archives import Source
from engine.data.reading.dialect import LONGEST_QUOTE, end_of_rows, rows_of
from engine.data.reading.lines import read_rows
from engine.data.reading.roles import Given
from engine.data.reading.sniff import sniff
from engine.events import drive

UNCLOSED = "a quote opens here and does not close"
HEAD = "userId,movieId,rating,timestamp"


def _line(number):
    return f"{number // 20 + 1},{number % 97 + 1},{number % 5 + 1},{978300000 + number}"


def _read(path):
    """Entries, reasons, and the longest time between two steps, in seconds."""
    longest, before, job = 0.0, time.monotonic(), import_files([path], options=ImportOptions(), dataset_id="q")
    while True:
        try:
            next(job)
        except StopIteration as end:
            dataset, report = end.value
            return dataset.entries + report.duplicates, report, max(longest, time.monotonic() - before)
        longest, before = max(longest, time.monotonic() - before), time.monotonic()


@pytest.mark.parametrize("cell", range(4))
@pytest.mark.parametrize("number", [0, 20, 4_999])
@pytest.mark.parametrize("end", ["\n", pytest.param("\r\n", marks=pytest.mark.thorough)])
def test_that_a_quote_that_never_closes_costs_its_line(tmp_path, cell, number, end):
    lines = [_line(number) for number in range(5_000)]
    cells = lines[number].split(",")
    cells[cell] = f'"{cells[cell]}'
    lines[number] = ",".join(cells)
    path = tmp_path / "ratings.csv"
    path.write_text(end.join([HEAD, *lines, ""]), newline="")
    entries, report, _ = _read(path)
    assert entries == 4_999
    assert [(wrong.line, wrong.text, wrong.reason) for wrong in report.problems] == [
        (number + 2, lines[number], UNCLOSED)
    ]
    assert drive(look([path], Given())).obstacle is None


@pytest.mark.parametrize("every", [1, 3, LONGEST_QUOTE - 1, LONGEST_QUOTE, 1_000])
def test_that_many_quotes_that_never_close_cost_their_lines_or_mean_nothing(tmp_path, every):
    lines = [_line(number).replace(",", ',"', 1) if number % every == 0 else _line(number) for number in range(3_000)]
    path = tmp_path / "ratings.csv"
    path.write_text("\n".join([HEAD, *lines]))
    entries, report, _ = _read(path)
    bad = sum('"' in line for line in lines) if every > 1 else 0
    assert (entries, report.skipped) == (3_000 - bad, {UNCLOSED: bad} if bad else {})


def test_that_a_quote_in_the_column_names_is_passed_over(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text("\n".join([f'"{HEAD}', *map(_line, range(500))]))
    assert _read(path)[0] == 500


def test_that_two_stray_quotes_swallow_nothing_between_them(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text(f'{HEAD}\n1,"20,4,5\n1,21,3,6\n9,"22,3,7\n2,23,4,8\n')
    entries, report, _ = _read(path)
    assert (entries, [wrong.line for wrong in report.problems]) == (2, [2, 4])


def test_that_a_stray_quote_in_a_text_that_nobody_asks_for_swallows_nothing(tmp_path):
    path = tmp_path / "reviews.csv"
    lines = [f'{user},{item},4,"so\nso ""{item}"", yes"' for user in range(40) for item in range(40)]
    lines[700] = '17,20,4,"never closed'
    path.write_text("\n".join(["user,item,rating,review", *lines]))
    entries, report, _ = _read(path)
    assert (entries, [(wrong.line, wrong.reason) for wrong in report.problems]) == (1_599, [(1_402, UNCLOSED)])


WRITTEN = {
    '12" Vinyl': '12" Vinyl',
    "plain": "plain",
    '10" Disc': '10" Disc',
    "Nine, Ten": '"Nine, Ten"',
    'say "hi"': '"say ""hi"""',
    "two\nlines": '"two\nlines"',
    "C:\\": '"C:\\"',
    'an "escaped" one': '"an \\"escaped\\" one"',
}


def test_that_lines_between_marks_of_inches_are_read_in_lists_and_exports(tmp_path):
    (tmp_path / "movies.csv").write_text(
        "\n".join(["item,title", *(f"{number},{text}" for number, text in enumerate(WRITTEN.values()))])
    )
    source = Source(tmp_path / "movies.csv")
    assert [cells for _, cells in read_rows(source, sniff(source))] == [
        [str(n), text] for n, text in enumerate(WRITTEN)
    ]
    (tmp_path / "mine.csv").write_text("\n".join(["title,rating", *(f"{text},4" for text in WRITTEN.values())]))
    assert len(read_export(tmp_path / "mine.csv").titles) == len(WRITTEN)


def test_that_an_export_names_the_line_whose_quote_never_closes(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text('title,rating\nHeat,4\n"Alien,5\nBrazil,3\n')
    export = read_export(path)
    assert [title.title for title in export.titles] == ["Heat", "Brazil"]
    assert [(entry.line, entry.reason) for entry in export.skipped] == [(3, UNCLOSED)]


CELLS = st.text(st.sampled_from('ab",\n 1'), max_size=8)


@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=30), cut=st.integers(1, 400))
def test_that_what_was_written_with_quotes_is_read_again_wherever_it_is_cut(rows, cut):
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    text, rest, found = buffer.getvalue().encode(), b"", []
    for start in range(0, len(text), cut):
        block = rest + text[start : start + cut]
        end = len(block) if start + cut >= len(text) else end_of_rows(block, ",")
        rest = block[end:]
        found += [row for _, row in rows_of(block[:end].decode().split("\n"), ",", quoted=True, width=3)]
    assert found == rows


@given(lines=st.lists(st.text(st.sampled_from('a",1'), max_size=9), max_size=60))
def test_that_every_line_is_in_some_row(lines):
    lines = [line for line in lines if line.strip()]
    numbers = [number for number, _ in rows_of(lines, ",", quoted=True, width=3, one_line=(0, 1, 2))]
    assert numbers == list(range(1, len(lines) + 1))


def _large(path, megabytes, every):
    with path.open("w") as file:
        file.write(HEAD + "\n")
        number = 0
        while file.tell() < megabytes * 1_000_000:
            lines = map(_line, range(number, number + 1_000))
            file.writelines(
                (line.replace(",", ',"', 1) if every and (number + at) % every == 500 else line) + "\n"
                for at, line in enumerate(lines)
            )
            number += 1_000
    return path


@pytest.mark.exhaustive
@pytest.mark.parametrize("every", [10**9, 1_000, LONGEST_QUOTE - 1])
def test_that_a_file_twice_as_large_takes_twice_as_long(tmp_path, every):
    took = []
    for megabytes in (12, 24):
        started = time.process_time()
        entries, report, longest = _read(_large(tmp_path / f"{megabytes}.csv", megabytes, every))
        took.append(time.process_time() - started)
        assert entries + report.skipped.get(UNCLOSED, 0) >= megabytes * 40_000
        assert longest < 10
    assert took[1] < 3.5 * took[0]
