"""All entries of some files, gathered once: nothing is left open or half done, whatever happens on the way."""

import os
from pathlib import Path

import numpy as np
import pytest

from engine.data.importing.gathering import gather
from engine.data.importing.importer import ImportOptions, import_files, import_gathered
from engine.data.reading import lines
from engine.events import Progressed, StageStarted, Stop, drive

ROWS = "".join(f"{row % 997},{row % 89},{row % 5 + 1},{978300760 + row}\n" for row in range(20_000))


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setitem(lines.read_blocks.__kwdefaults__, "block_bytes", 20_000)
    path = tmp_path / "ratings.csv"
    path.write_text("user,item,rating,time\n" + ROWS)
    return path


def open_files(path):
    fds = Path("/proc/self/fd")
    if not fds.exists():
        pytest.skip("this system does not list the open files of a process")
    return [handle for handle in fds.iterdir() if os.path.realpath(handle) == str(path.resolve())]


def test_that_what_is_gathered_imports_as_the_files_do(path):
    gathered = drive(gather([path], ImportOptions()))
    one, report = drive(import_gathered(gathered, options=ImportOptions(name="A"), dataset_id="d"))
    two, expected = drive(import_files([path], options=ImportOptions(name="A"), dataset_id="d"))
    assert one.fingerprint == two.fingerprint
    assert (report.rows, report.files, report.notes) == (expected.rows, expected.files, expected.notes)
    assert report.seconds >= gathered.seconds


def test_that_entries_stay_in_file_order_within_each_person(path):
    gathered = drive(gather([path], ImportOptions()))
    for user in (0, 500, 996):
        times = gathered.histories.row(user).times_N
        assert (np.diff(times) > 0).all()
    assert gathered.users.ids[:3] == ("0", "1", "2")


@pytest.mark.parametrize("every", [7, pytest.param(1, marks=pytest.mark.thorough)])
def test_that_the_file_is_closed_after_a_stop_or_a_release_at_any_block(path, monkeypatch, every):
    monkeypatch.setitem(lines.read_blocks.__kwdefaults__, "block_bytes", 2_000)
    path.write_text("user,item,rating,time\n" + ROWS[:36_000])
    stages, stage = {"looking": 0, "reading": 0}, ""
    for event in gather([path], ImportOptions()):
        stage = event.stage if isinstance(event, StageStarted) else stage
        stages[stage] = stages.get(stage, 0) + 1
    assert stages["reading"] > 15
    for step in range(1, stages["looking"] + stages["reading"], every):
        for end in (Stop, GeneratorExit):
            job = gather([path], ImportOptions())
            for _ in range(step):
                next(job)
            with pytest.raises(end):
                job.throw(end())
            assert not open_files(path)


def test_that_arranging_reports_entries(path):
    events = [
        event for event in gather([path], ImportOptions()) if isinstance(event, Progressed) and event.unit == "entries"
    ]
    assert events
    assert events[0].total == 20_000
    assert events[0].words.endswith("of 20,000 entries")


def test_that_times_in_one_of_two_files_are_kept(path, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("user,item,rating\nnew,1,3\n")
    gathered = drive(gather([path, other], ImportOptions()))
    assert gathered.histories.row(len(gathered.users) - 1).times_N.tolist() == [0]
    assert gathered.entries == 20_001


def test_that_milliseconds_of_a_large_file_become_seconds_in_every_block(path, tmp_path):
    path.write_text("user,item,rating,time\n" + ROWS.replace("\n", "000\n"))
    gathered = drive(gather([path], ImportOptions()))
    times = gathered.histories.times_N
    assert (times.min(), times.max()) == (978300760, 978300760 + 19_999)


def test_that_a_minus_one_among_ratings_counts_as_seen_and_it_says_so(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text("user,item,rating\n" + "".join(f"{row},1,{(-1, 5, 7, 10)[row % 4]}\n" for row in range(40)))
    gathered = drive(gather([path], ImportOptions()))
    assert int(np.isnan(gathered.histories.ratings_N).sum()) == 10
    assert gathered.tables[0].notes[0].startswith("-1 in ratings.csv counts as seen")
