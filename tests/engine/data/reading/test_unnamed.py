"""Columns without names are told by what they hold; where that leaves a doubt, nothing is guessed."""

import numpy as np
import pytest

from engine.data.reading.archives import Source
from engine.data.reading.roles import Given
from engine.data.reading.sniff import require_ratings, sniff
from engine.errors import DataError

RANDOM = np.random.default_rng(5)
ROWS = 300


def drawn(*, people=25, titles=120, order="person"):
    """(person, title, stars, time) of people who rate in one go; no pair twice."""
    pairs = RANDOM.choice(people * titles, ROWS, replace=False)
    evening = RANDOM.integers(1_100_000_000, 1_600_000_000, people)
    rows = [(int(pair // titles), int(pair % titles)) for pair in pairs]
    rows.sort(key=lambda row: row[order == "title"])
    return [(u, i, int(RANDOM.integers(1, 6)), int(evening[u] + RANDOM.integers(0, 7200))) for u, i in rows]


DRAWN = drawn()


def asin(number):
    return f"B{number * 7919 % 10**9:09d}"


def isbn(number):
    nine = f"{number * 104_729 % 10**9:09d}"
    rest = -sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), nine, strict=True)) % 11
    return nine + ("X" if rest == 10 else str(rest))


def reviewer(number):
    return f"A{number * 15_485_863 % 36**4:07d}{'QXZ'[number % 3]}KLM"


def shape_of(tmp_path, rows, *, delimiter=",", given=None):
    path = tmp_path / "rows.txt"
    path.write_text("".join(delimiter.join(map(str, row)) + "\n" for row in rows))
    return sniff(Source(path), given)


LONG_IDS = [(7000 + 13 * u, 90_000 + 7 * i, r, t) for u, i, r, t in DRAWN]
FOUND = {
    "as usual": (LONG_IDS, {"user": 0, "item": 1, "rating": 2, "time": 3}),
    "small ids": (DRAWN, {"user": 0, "item": 1, "rating": 2, "time": 3}),
    "without times": ([row[:3] for row in DRAWN], {"user": 0, "item": 1, "rating": 2}),
    "milliseconds": ([(u, i, r, t * 1000) for u, i, r, t in DRAWN], {"user": 0, "item": 1, "rating": 2, "time": 3}),
    "rows numbered": (
        [(n, *row) for n, row in enumerate(DRAWN)],
        {"user": 1, "item": 2, "rating": 3, "time": 4},
    ),
    "rows numbered from 1, without times": (
        [(n, *row[:3]) for n, row in enumerate(LONG_IDS, start=1)],
        {"user": 1, "item": 2, "rating": 3},
    ),
    "rows numbered at the end": (
        [(*row[:3], n) for n, row in enumerate(LONG_IDS)],
        {"user": 0, "item": 1, "rating": 2},
    ),
    "the time before the rating": (
        [(u, i, t, r) for u, i, r, t in LONG_IDS],
        {"user": 0, "item": 1, "rating": 3, "time": 2},
    ),
    "Amazon, person first": (
        [(reviewer(u), asin(i), float(r), t) for u, i, r, t in DRAWN],
        {"user": 0, "item": 1, "rating": 2, "time": 3},
    ),
    "Amazon, title first": (
        [(asin(i), reviewer(u), float(r), t) for u, i, r, t in drawn(order="title")],
        {"user": 1, "item": 0, "rating": 2, "time": 3},
    ),
    "books first": (
        [(isbn(i), reviewer(u), float(r), t) for u, i, r, t in DRAWN],
        {"user": 1, "item": 0, "rating": 2, "time": 3},
    ),
    "books first, people numbered": (
        [(isbn(i), 5000 + u, r) for u, i, r, _ in DRAWN],
        {"user": 1, "item": 0, "rating": 2},
    ),
    "names with years first": (
        [(f"Film {i} ({1950 + i % 60})", f"p{u}x", r) for u, i, r, _ in DRAWN],
        {"user": 1, "item": 0, "rating": 2},
    ),
    "numbers of IMDb first": (
        [(f"{i + 99_950:07d}", 5000 + u, r, t) for u, i, r, t in DRAWN],
        {"user": 1, "item": 0, "rating": 2, "time": 3},
    ),
    "rows numbered, names with years": (
        [(n, f"Film {i} ({1950 + i % 60})", u, r) for n, (u, i, r, _) in enumerate(LONG_IDS)],
        {"user": 2, "item": 1, "rating": 3},
    ),
    "plays beside few people": (
        [(u, i, int(1.09 ** (n * n % 97))) for n, (u, i, _, _) in enumerate(DRAWN)],
        {"user": 0, "item": 1, "rating": 2},
    ),
    "a small number that is no time": (
        [(u, i, r, 7 * n % 50) for n, (u, i, r, _) in enumerate(LONG_IDS)],
        {"user": 0, "item": 1, "rating": 2},
    ),
    "a helpful yes or no behind": (
        [(*row, row[0] * 7 % 3 % 2) for row in LONG_IDS],
        FOUR := {"user": 0, "item": 1, "rating": 2, "time": 3},
    ),
    "real numbers": ([(u, i, round(r * 1.37 - 4, 2)) for u, i, r, _ in LONG_IDS], {"user": 0, "item": 1, "rating": 2}),
    "a column of nothing but 0": ([(u, i, r, 0) for u, i, r, _ in LONG_IDS], {"user": 0, "item": 1, "rating": 2}),
}


@pytest.mark.parametrize("delimiter", [",", "\t", "::"])
@pytest.mark.parametrize("case", FOUND)
def test_that_columns_are_told_by_what_they_hold(tmp_path, case, delimiter):
    rows, roles = FOUND[case]
    shape = shape_of(tmp_path, rows, delimiter=delimiter)
    assert (shape.header, shape.roles) == (None, roles)
    require_ratings(Source(tmp_path / "rows.txt"), shape)


MIXED = sorted(LONG_IDS, key=lambda row: row[3] * 7919 % 10_007)
NAMED = [(f"anna{u}", f"t{i}x", r) for u, i, r, _ in DRAWN]
ASKED = {
    "the rating first": [(r, u, i) for u, i, r, _ in DRAWN],
    "people who rate in one go stand second, rows in any order": [(i, u, r, t) for u, i, r, t in MIXED],
    "the rows of those who stand second are together": [(i, u, r) for u, i, r, _ in LONG_IDS],
    "names whose rows are together stand second": [(i, u, r) for u, i, r in NAMED],
    "no times, rows in any order": [row[:3] for row in MIXED],
    "yes or no beside stars": [(u, i, (u + i) % 2, r) for u, i, r, _ in LONG_IDS],
    "few rows in any order": [row[:3] for row in MIXED[:8]],
    "few rows, the rating in the middle": [(i, r, u) for u, i, r, _ in LONG_IDS[:12]],
}


@pytest.mark.parametrize("case", ASKED)
def test_that_a_doubt_is_asked_about_with_options_that_end_it(tmp_path, case):
    shape = shape_of(tmp_path, ASKED[case])
    assert not shape.has_ratings
    with pytest.raises(DataError, match=r"rows\.txt has no column names, and what it holds does not say") as failure:
        require_ratings(Source(tmp_path / "rows.txt"), shape)
    assert len(failure.value.ways) >= 2
    for option, wish in failure.value.ways:
        assert option == "--columns"
        given = Given(columns=dict(part.split("=") for part in wish.split(",")))
        require_ratings(Source(tmp_path / "rows.txt"), sniff(Source(tmp_path / "rows.txt"), given))


def test_that_what_is_certain_keeps_its_role_where_the_rest_is_asked_about(tmp_path):
    shape = shape_of(tmp_path, ASKED["people who rate in one go stand second, rows in any order"])
    assert shape.roles == {"rating": 2, "time": 3}
    assert shape.ways == (
        {"user": 0, "item": 1, "rating": 2, "time": 3},
        {"user": 1, "item": 0, "rating": 2, "time": 3},
    )


def notes_on(tmp_path, rows):
    return [note for note in shape_of(tmp_path, rows).notes if "no names" in note]


def test_that_an_order_that_is_only_likely_is_said(tmp_path):
    assert "People are taken to be in column 1 and titles in column 2" in notes_on(tmp_path, [r[:3] for r in DRAWN])[0]
    assert notes_on(tmp_path, LONG_IDS) == []
    said = Given(columns={"user": "1", "item": "2"})
    assert shape_of(tmp_path, [row[:3] for row in DRAWN], given=said).notes == ()


def test_that_people_who_rate_in_one_go_and_stand_together_are_found_behind_titles(tmp_path):
    rows = [(i, u, r, t) for u, i, r, t in LONG_IDS]
    assert shape_of(tmp_path, rows).roles == {"user": 1, "item": 0, "rating": 2, "time": 3}
    assert "People are taken to be in column 2 and titles in column 1" in notes_on(tmp_path, rows)[0]


def test_that_the_name_of_a_published_file_is_a_sign(tmp_path):
    rows = [(5, 90, 3, 978_300_760), (7, 91, 4, 978_300_761), (6, 90, 5, 978_300_762)]
    for name, sure in (("u.data", True), ("mine.data", False)):
        (tmp_path / name).write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))
        assert sniff(Source(tmp_path / name)).has_ratings is sure


def test_that_a_numbered_list_of_one_person_has_no_column_of_people(tmp_path):
    shape = shape_of(tmp_path, [(n, 90_000 + n * 7 % 501, 1 + n % 5, 1_100_000_000 + n) for n in range(200)])
    assert shape.roles == {"item": 1, "rating": 2, "time": 3}
    with pytest.raises(DataError, match=r"no column of people.*If these are your own ratings"):
        require_ratings(Source(tmp_path / "rows.txt"), shape)


NO_RATINGS = {
    "people": [(n, "MF"[n % 2], (18, 25, 35, 45)[n % 4], n * 3 % 20, 10_000 + n * 17) for n in range(1, 200)],
    "films": [(n, f"Film no {n}", 1950 + n % 60) for n in range(1, 200)],
    "films with figures": [(n, f"Film no {n}", round(5 + n % 50 / 10, 1)) for n in range(1, 200)],
    "ages": [(n % 40, n * 7 % 97, 20 + n % 40) for n in range(400)],
}


@pytest.mark.parametrize("case", NO_RATINGS)
def test_that_other_tables_are_no_ratings(tmp_path, case):
    assert not shape_of(tmp_path, NO_RATINGS[case]).has_ratings


@pytest.mark.parametrize("width", [6, 11])
@pytest.mark.parametrize("delimiter", [",", "\t", " "])
def test_that_lists_are_no_ratings(tmp_path, width, delimiter):
    rows = [(n, *RANDOM.choice(400, width - 1, replace=False)) for n in range(300)]
    with pytest.raises(DataError, match=r"rows\.txt holds lists: many alike on each line"):
        shape_of(tmp_path, rows, delimiter=delimiter)


def test_that_lists_of_any_length_are_no_ratings(tmp_path):
    rows = [(n, *RANDOM.choice(4000, 2 + n % 9, replace=False)) for n in range(300)]
    with pytest.raises(DataError, match="holds lists"):
        shape_of(tmp_path, rows, delimiter=" ")


def test_that_a_persons_word_counts_more_than_any_sign(tmp_path):
    rows, _ = FOUND["Amazon, title first"]
    shape = shape_of(tmp_path, rows, given=Given(columns={"user": "1", "item": "2"}))
    assert (shape.roles["user"], shape.roles["item"]) == (0, 1)
