"""A data set as CSV files: read back, it is the same."""

from __future__ import annotations

import csv
import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import planted_dataset

from engine.data import exporting
from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.data.exporting import export_files, write_problems
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.reading.rows import Problem
from engine.errors import DataError
from engine.events import Progressed, drive
from tests.support.planted import fingerprint_of


def made(entries, *, titles=None, id_kind="", times=None, word="film") -> Dataset:
    """A data set of (person, item, rating or None) as an import would make it: vocabularies in order, by person."""
    users, items = (Vocabulary(sorted({entry[place] for entry in entries})) for place in (0, 1))
    rows = [(users.row(user), items.row(item)) for user, item, _ in entries]
    ratings = np.array([np.nan if rating is None else rating for *_, rating in entries], np.float32)
    user_rows, item_rows = (np.array(column) for column in zip(*rows, strict=True))
    histories = Histories.of(user_rows, item_rows, ratings, people=len(users), times=times)
    known = [(titles or {}).get(id_, (id_, 0, ())) for id_ in items.ids]
    catalogue = Catalogue(*(tuple(column) for column in zip(*known, strict=True)), word=word, id_kind=id_kind)
    return Dataset(
        "d", "D", users, items, catalogue, histories, Scale(1, 5, 1), fingerprint_of(histories, users, items)
    )


def exported(dataset: Dataset, folder: Path):
    folder.mkdir(exist_ok=True)
    return drive(export_files(dataset, folder))


def read_back(folder: Path) -> Dataset:
    return drive(import_files([folder], options=ImportOptions(), dataset_id="back"))[0]


ENTRIES = [("a1", "x", 4), ("a1", "y", None), ("b,2", "x", 2.5), ('c"3', "z", 5)]
TITLES = {"x": ("Tom & Jerry", 1992, ("Comedy",)), "y": ("Sea, Sky", 0, ("Sci-Fi, Odd",)), "z": ("&amp;", 2001, ())}


def test_that_entries_with_blanks_quotes_and_commas_come_back_equal(tmp_path):
    dataset = made(ENTRIES, titles=TITLES)
    exported(dataset, tmp_path)
    back = read_back(tmp_path)
    assert back.fingerprint == dataset.fingerprint
    assert back.users.ids == ("a1", "b,2", 'c"3')


def test_that_titles_years_and_genres_come_back_equal(tmp_path):
    dataset = made(ENTRIES, titles=TITLES)
    exported(dataset, tmp_path)
    catalogue = read_back(tmp_path).catalogue
    assert (catalogue.titles, catalogue.years, catalogue.genres) == (
        dataset.catalogue.titles,
        dataset.catalogue.years,
        dataset.catalogue.genres,
    )


def test_that_times_come_back_equal_and_none_are_made_up(tmp_path):
    with_times = made(ENTRIES, times=np.array([978300005, 978300760, 978300760, 978300000]))
    exported(with_times, tmp_path / "with")
    assert read_back(tmp_path / "with").fingerprint == with_times.fingerprint
    exported(made(ENTRIES), tmp_path / "without")
    assert read_back(tmp_path / "without").histories.times_N is None


def test_that_films_of_movielens_are_written_in_its_own_layout(tmp_path):
    dataset = made(
        [("1", "31", 2.5), ("2", "31", 4)], titles={"31": ("The Owl", 1995, ("Drama", "War"))}, id_kind="movielens"
    )
    done = exported(dataset, tmp_path)
    assert (tmp_path / "ratings.csv").read_text() == "userId,movieId,rating,timestamp\n1,31,2.5,\n2,31,4,\n"
    assert (tmp_path / "movies.csv").read_text() == "movieId,title,genres\n31,The Owl (1995),Drama|War\n"
    assert [name for name, _ in done.files] == ["ratings.csv", "movies.csv"]


def test_that_other_ids_are_not_passed_off_as_those_of_movielens(tmp_path):
    exported(made([("1", "0031", 2.5)], id_kind="imdb"), tmp_path)
    assert (tmp_path / "ratings.csv").read_text().startswith("userId,imdbId,rating")
    assert not (tmp_path / "movies.csv").exists()


LINKS = {"imdb": ("tt0114709", ""), "tmdb": ("862", "863")}


@pytest.mark.parametrize("id_kind", ["movielens", ""])
def test_that_ids_at_other_services_come_back_equal(tmp_path, id_kind):
    dataset = made([("1", "31", 4), ("1", "32", 3)], id_kind=id_kind)
    exported(dataclasses.replace(dataset, catalogue=dataclasses.replace(dataset.catalogue, links=LINKS)), tmp_path)
    back = read_back(tmp_path).catalogue
    assert (dict(back.links), back.id_kind) == (LINKS, id_kind)


def test_that_the_links_of_movielens_are_written_in_its_own_layout(tmp_path):
    dataset = made([("1", "31", 4), ("1", "32", 3)], id_kind="movielens")
    exported(dataclasses.replace(dataset, catalogue=dataclasses.replace(dataset.catalogue, links=LINKS)), tmp_path)
    assert (tmp_path / "links.csv").read_text() == "movieId,imdbId,tmdbId\n31,0114709,862\n32,,863\n"


def test_that_a_large_data_set_goes_out_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "PIECE", 50)
    monkeypatch.setattr(exporting.Pace, "due", lambda _self: True)
    dataset, seen = planted_dataset(), []
    drive(
        export_files(dataset, tmp_path),
        on_event=lambda event: seen.append(event) if isinstance(event, Progressed) else 0,
    )
    assert len(seen) > dataset.entries / 60
    assert seen[-1].done == seen[-1].total == dataset.entries
    assert read_back(tmp_path).fingerprint == dataset.fingerprint


def test_that_somebody_with_more_entries_than_a_piece_stays_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "PIECE", 3)
    dataset = planted_dataset(people=4)
    exported(dataset, tmp_path)
    assert entries_of(read_back(tmp_path)) == entries_of(dataset)


_ids = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=6).map(
    lambda number: f"i{number}"
)


@given(
    st.dictionaries(
        st.tuples(_ids, _ids), st.none() | st.sampled_from([1.0, 2.5, 3.25, 5.0]), min_size=2, max_size=12
    ).filter(lambda ratings: any(rating is not None for rating in ratings.values()))
)
def test_that_any_ids_and_ratings_come_back_equal(tmp_path, pairs):
    dataset = made([(user, item, rating) for (user, item), rating in pairs.items()])
    exported(dataset, tmp_path)
    back = read_back(tmp_path)
    assert set(back.users.ids) == set(dataset.users.ids)
    assert np.array_equal(np.sort(back.histories.ratings_N), np.sort(dataset.histories.ratings_N), equal_nan=True)
    assert entries_of(back) == entries_of(dataset)


def entries_of(dataset: Dataset) -> list[tuple[str, str, str]]:
    histories = dataset.histories
    rows = zip(histories.user_rows_N, histories.item_rows_N, histories.ratings_N, strict=True)
    return sorted((dataset.users.id(user), dataset.items.id(item), f"{rating:g}") for user, item, rating in rows)


def test_that_skipped_lines_are_written_with_file_line_and_reason(tmp_path):
    problems = [
        Problem(5001, '12,"3,1', "wrong number of columns", "ratings.csv"),
        {"line": 7, "text": "x", "reason": "no title", "file": "a.csv"},
    ]
    write_problems(tmp_path / "skipped.csv", problems)
    with (tmp_path / "skipped.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["file", "line", "text", "reason"],
        ["ratings.csv", "5001", '12,"3,1', "wrong number of columns"],
        ["a.csv", "7", "x", "no title"],
    ]


def test_that_skipped_lines_that_cannot_be_written_leave_the_former_file(tmp_path, monkeypatch):
    path = tmp_path / "skipped.csv"
    path.write_text("before")
    monkeypatch.setattr("engine.data.whole_file.os.fsync", lambda _file: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(DataError, match="the disk is full"):
        write_problems(path, [])
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["skipped.csv"]
