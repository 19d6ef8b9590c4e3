"""Files cut short, shuffled or with flipped bits: a data set or a sentence, never a crash, never half of one."""

import json
import subprocess
import sys
from pathlib import Path

import fuzzed_files
import numpy as np
import pytest
from fuzzed_files import EXPORTS, RATINGS, damaged
from hypothesis import given
from hypothesis import strategies as st

from engine import operations
from engine.data.personal.reading import read_export
from engine.errors import EngineError
from engine.events import drive
from engine.library.store import Library

OFTEN = ("ratings.csv", "ratings.dat", "ml.zip", "combined_data_1.txt", "matrix.txt", "pivot.csv", "ratings.parquet",
         "ratings.feather", "ratings.jsonl", "nested.json", "votes.tab")  # fmt: skip


def outcome(read):
    """What was read, or None and the sentence that refuses it. Anything but an EngineError goes through."""
    try:
        return read(), ""
    except EngineError as error:
        return None, str(error)


def looked_through(imported):
    """The id of a data set that is as it should be; its files are in use no longer."""
    dataset = imported.dataset
    ratings_N = dataset.histories.ratings_N[~np.isnan(dataset.histories.ratings_N)]
    assert np.isfinite(ratings_N).all()
    assert dataset.entries == imported.record.entries > 0
    return imported.record.dataset_id


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("home"), who="a test") as opened:
        yield opened


@given(seed=st.integers(0, 10**9))
@pytest.mark.parametrize("name", OFTEN)
def test_that_a_damaged_ratings_file_gives_a_data_set_or_a_sentence(library, tmp_path, name, seed):
    path = tmp_path / name
    path.write_bytes(damaged(RATINGS[name], seed))
    kept_before = {record.dataset_id for record in library.datasets.records()}
    folders = library.home / "datasets"
    dataset_id, refusal = outcome(lambda: looked_through(drive(operations.import_files(library, [path]))))
    if dataset_id is None:
        assert path.name in refusal
        assert {record.dataset_id for record in library.datasets.records()} == kept_before
        assert not folders.exists() or {folder.name for folder in folders.iterdir()} == kept_before
        return
    library.datasets.delete(dataset_id)
    library.datasets.settle()


@given(seed=st.integers(0, 10**9))
@pytest.mark.parametrize("name", EXPORTS)
def test_that_a_damaged_export_is_read_or_refused_with_a_sentence(tmp_path, name, seed):
    path = tmp_path / name
    path.write_bytes(damaged(EXPORTS[name], seed))
    export, refusal = outcome(lambda: read_export(path))
    if export is None:
        assert path.name in refusal
    else:
        assert all(title.title or title.ids for title in export.titles)


@pytest.mark.parametrize("name", RATINGS)
def test_that_the_files_are_good_before_they_are_damaged(library, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(RATINGS[name])
    record = drive(operations.import_files(library, [path])).record
    assert record.entries >= 60
    library.datasets.delete(record.dataset_id)
    library.datasets.settle()


@pytest.mark.parametrize("name", EXPORTS)
def test_that_the_exports_are_good_before_they_are_damaged(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(EXPORTS[name])
    assert read_export(path).titles


def _fuzz(folder, first, count):
    """What a process of its own says of so many fuzzed files: how many it tried, and what went wrong."""
    command = [sys.executable, fuzzed_files.__file__, str(folder), str(first), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[4], check=False)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    tried = [line for line in said if "failure" not in line]
    assert done.returncode == 0, f"{tried[-1:]} ended the process: {done.returncode} {done.stderr[-2000:]}"
    return len(tried), [line for line in said if "failure" in line]


@pytest.mark.thorough
def test_that_fuzzed_files_give_a_result_or_a_sentence_soon(tmp_path):
    assert _fuzz(tmp_path, 0, 25) == (25, [])


@pytest.mark.exhaustive
@pytest.mark.parametrize("first", range(1_000, 11_000, 500))
def test_that_ten_thousand_fuzzed_files_give_a_result_or_a_sentence_soon(tmp_path, first):
    assert _fuzz(tmp_path, first, 500) == (500, [])


def test_that_a_header_that_ends_before_the_column_of_ratings_is_no_traceback(library, tmp_path):
    (tmp_path / "votes.tab").write_bytes(damaged(RATINGS["votes.tab"], 10280641))
    imported, refusal = outcome(lambda: drive(operations.import_files(library, [tmp_path / "votes.tab"])))
    assert imported is not None or "votes.tab" in refusal


@pytest.mark.parametrize("seed", [1000722, 2011261])
def test_that_damaged_sizes_of_a_column_do_not_end_the_process(library, tmp_path, seed):
    (tmp_path / "ratings.parquet").write_bytes(damaged(RATINGS["ratings.parquet"], seed))
    imported, refusal = outcome(lambda: drive(operations.import_files(library, [tmp_path / "ratings.parquet"])))
    assert imported is not None or "ratings.parquet" in refusal
