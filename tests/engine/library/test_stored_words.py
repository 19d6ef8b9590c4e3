"""What is stored in words is stored as what they are made of: read in another language it is in that language.

Homes of former versions hold plain sentences; those stay, to the letter.
"""

import dataclasses
import sqlite3
from contextlib import closing

import numpy as np
import polish
from stored_runs import finished_run, plan_for, trained

from engine.data.reading.archives import Source
from engine.data.reading.json_table import recognise_json
from engine.data.reading.roles import Given
from engine.data.reading.times import times_of
from engine.evaluation.breakdown import TIERS, by_profile_length, popularity_of_data
from engine.evaluation.result import EvaluationResult
from engine.library.evaluations import load_evaluation, save_evaluation
from engine.library.searches import SearchRow
from engine.library.store import Library
from engine.wording import coded, decoded, joined, plural, said


def diverged():
    return joined(
        said(
            "The loss left all bounds near step {step:,} at rate {rate}; the last good weights are kept.",
            step=1200,
            rate="0.1",
        ),
        said("Try a rate of {rate} or less.", rate="0.01"),
    )


def test_that_an_old_run_says_why_it_ended_in_the_language_of_now(home, planted, report, tmp_path):
    with Library.open(home, who="a test") as library:
        library.datasets.save(planted, report)
        recorder = library.runs.begin(planted, plan_for(planted))
        library.runs.finish(recorder.run_id, dataclasses.replace(trained(), stopped_because=diverged()))
        library.runs.save_advice(recorder.run_id, joined(said("{dataset} has {titles}.", dataset="Planted",
                                                              titles=plural(22, "film"))))  # fmt: skip
        assert library.runs.find(recorder.run_id).stopped_because.startswith("The loss left all bounds near step 1,200")

    with polish.spoken(tmp_path), Library.open(home, who="a test") as library:
        record = library.runs.find(recorder.run_id)

    assert record.stopped_because == "Strata wybuchła w kroku 1,200 przy tempie 0.1. Spróbuj tempa 0.01."
    assert record.advice == "Planted: 22 filmy."


def test_that_a_record_made_again_from_its_folder_keeps_the_code(home, planted, report, tmp_path):
    with Library.open(home, who="a test") as library:
        library.datasets.save(planted, report)
        recorder = library.runs.begin(planted, plan_for(planted))
        library.runs.finish(recorder.run_id, dataclasses.replace(trained(), stopped_because=diverged()))
    with closing(sqlite3.connect(home / "library.sqlite")) as connection, connection:
        connection.execute("DELETE FROM runs")

    with polish.spoken(tmp_path), Library.open(home, who="a test") as library:
        assert library.runs.find(recorder.run_id).stopped_because.startswith("Strata wybuchła")


def test_that_notes_of_imports_and_searches_are_stored_so_too(home, planted, report, tmp_path):
    words = said("{dataset} has {titles}.", dataset="Planted", titles=plural(5, "film"))
    noted = dataclasses.replace(report, notes=(words, "As it is"), skipped={words: 3})
    with Library.open(home, who="a test") as library:
        record = library.datasets.save(planted, noted)
        search = library.searches.begin(
            planted, model="mf", monitor="rmse", plan={}, rows=[SearchRow(0, (("lr", 0.1),), note=words)]
        )

    with polish.spoken(tmp_path), Library.open(home, who="a test") as library:
        found = library.datasets.find(record.dataset_id).report
        assert found["notes"] == ["Planted: 5 filmów.", "As it is"]
        assert found["skipped"] == {"Planted: 5 filmów.": 3}
        assert library.searches.rows(search.search_id)[0].note == "Planted: 5 filmów."


def test_that_notes_on_times_and_lists_of_a_file_are_stored_so_too(tmp_path):
    path = tmp_path / "two.json"
    path.write_text('{"movies": [{"movie": 1, "title": "Alien"}], "ratings": [{"user": 1, "movie": 1, "rating": 3}]}')
    shape = recognise_json(Source(path), path.read_bytes(), Given())
    assert shape is not None
    notes = coded([*shape.notes, *times_of(["06/09/2005", "07/09/2005"]).notes])

    with polish.spoken(tmp_path):
        assert decoded(notes) == [
            "two.json: wczytano ratings, nie movies.",
            "Daty takie jak 06/09/2005 czyta się od dnia.",
        ]


def test_that_the_parts_of_an_evaluation_are_read_in_the_language_of_now(tmp_path):
    tiers = popularity_of_data(np.arange(200), np.arange(200) % 4)
    lengths = by_profile_length(np.ones(6), np.array([1, 2, 3, 4, 5, 6]), unit="NDCG@100").breakdown({})
    save_evaluation(tmp_path, EvaluationResult(6, {}, {}, breakdowns=(tiers, lengths)))

    with polish.spoken(tmp_path):
        found = load_evaluation(tmp_path)

    assert found is not None
    assert [row.label for row in found.breakdowns[0].rows][::3] == [
        *("1 % najczęściej ocenianych", "rzadziej oceniana połowa"),
    ]
    assert (found.breakdowns[0].unit, found.breakdowns[0].counted) == ("część wpisów", "tytuły")
    assert [row.label for row in found.breakdowns[1].rows] == ["1", "od 2 do 3", "od 4 do 7"]
    assert [row.key for row in found.breakdowns[1].rows] == ["1", "2 to 3", "4 to 7"]


def test_that_the_parts_of_an_evaluation_of_before_keep_their_words_and_are_still_the_same_parts(tmp_path):
    former = popularity_of_data(np.arange(200), np.arange(200) % 4)
    plain = tuple(dataclasses.replace(row, label=f"{row.label}") for row in former.rows)
    before = dataclasses.replace(former, rows=plain, unit="share of the entries", counted="titles")
    save_evaluation(tmp_path, EvaluationResult(6, {}, {}, breakdowns=(before,)))
    assert not any("said:" in file.read_text() for file in tmp_path.rglob("*.json"))

    with polish.spoken(tmp_path):
        found = load_evaluation(tmp_path)
        assert found is not None
        assert [row.label for row in found.breakdowns[0].rows] == list(TIERS)
        assert [row.key for row in found.breakdowns[0].rows] == [row.key for row in former.rows]


def test_that_a_home_of_before_keeps_its_sentences_to_the_letter(home, planted, report, tmp_path):
    """A home of a former version has sentences where codes are now, and notes that only look like codes."""
    with Library.open(home, who="a test") as library:
        library.datasets.save(planted, report)
        run_id = finished_run(library, planted)
        library.runs.mark(run_id, notes='said:{"says": 3}', tags=("said:",))
    old = "Stopped by you after 1,200 steps; what was learned is kept."
    with closing(sqlite3.connect(home / "library.sqlite")) as connection, connection:
        connection.execute("UPDATE runs SET stopped_because = ?, advice = ?, chosen = ?", (old, "{braces} 100 %", old))
        connection.execute("UPDATE datasets SET report = json_set(report, '$.notes', json(?))", ('["Was {so}"]',))

    with polish.spoken(tmp_path), Library.open(home, who="a test") as library:
        record = library.runs.find(run_id)
        assert (record.stopped_because, record.advice, record.chosen) == (old, "{braces} 100 %", old)
        assert (record.notes, record.tags) == ('said:{"says": 3}', ("said:",))
        assert library.datasets.find(record.dataset_id).report["notes"] == ["Was {so}"]
