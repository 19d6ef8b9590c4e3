"""Data sets on disk: back as they were, quickly; damaged ones and full disks are sentences."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import shutil
import time

import numpy as np
import pytest
from planted import planted_dataset
from stored_runs import without_checksums

from engine import stored_files
from engine.data.statistics import count_statistics
from engine.errors import LibraryError
from engine.events import Stop, drive
from engine.library import datasets
from engine.library.dataset_files import read_statistics
from engine.library.store import Library
from tests.support.planted import fingerprint_of


def folder_of(library, record):
    return library.home / "datasets" / record.dataset_id


def test_that_a_data_set_comes_back_as_it_was_in_a_later_launch(home, planted, report):
    with Library.open(home, who="first") as library:
        record = library.datasets.save(planted, report)
    with Library.open(home, who="second") as library:
        opened = library.datasets.open(record.dataset_id)
        assert library.datasets.records() == (record,)
    assert opened.catalogue == planted.catalogue
    assert opened.users.ids == planted.users.ids
    assert opened.scale == planted.scale
    assert fingerprint_of(opened.histories, opened.users, opened.items) == opened.fingerprint == planted.fingerprint
    assert record.report["encoding"] == "utf-8"


def test_that_a_data_set_opens_in_short_steps_for_those_who_must_not_wait(library, planted, report):
    record = library.datasets.save(planted, report)
    steps = list(library.datasets.opening(record.dataset_id, checked=False))
    assert steps == [None] * len(steps)
    assert len(steps) >= 4


def test_that_kinds_of_ids_links_and_pairs_to_predict_come_back(library, planted, report):
    links = {"imdb": tuple(f"tt{row:07}" if row % 2 else "" for row in range(planted.titles))}
    catalogue = dataclasses.replace(planted.catalogue, id_kind="movielens", links=links)
    asked_P2 = np.array([[0, 1], [-1, 2], [3, -1]], dtype=np.int32)
    record = library.datasets.save(dataclasses.replace(planted, catalogue=catalogue, asked_P2=asked_P2), report)
    opened = library.datasets.open(record.dataset_id)
    assert opened.catalogue == catalogue
    assert opened.asked_P2.tolist() == asked_P2.tolist()


def test_that_a_folder_from_before_links_and_pairs_opens(library, planted, report):
    record = library.datasets.save(planted, report)
    path = folder_of(library, record) / "words.json"
    without_checksums(path.parent)
    words = json.loads(path.read_text())
    for newer in ("id_kind", "links", "asked"):
        del words[newer]
    path.write_text(json.dumps(words))
    opened = library.datasets.open(record.dataset_id)
    assert (opened.catalogue.id_kind, opened.catalogue.links, opened.asked_P2) == ("", {}, None)


def test_that_times_and_unrated_entries_come_back(library, planted, report):
    ratings_N = planted.histories.ratings_N.copy()
    ratings_N[3] = np.nan
    times_N = np.arange(len(ratings_N), dtype=np.int64) * 10**9
    histories = dataclasses.replace(planted.histories, ratings_N=ratings_N, times_N=times_N)
    record = library.datasets.save(dataclasses.replace(planted, histories=histories), report)
    opened = library.datasets.open(record.dataset_id).histories
    np.testing.assert_array_equal(opened.ratings_N, ratings_N)
    np.testing.assert_array_equal(opened.times_N, times_N)


def test_that_a_million_ratings_open_in_under_half_a_second(library, report):
    planted = planted_dataset(people=10, titles=20)
    people, titles, each = 6000, 3700, 167
    rng = np.random.default_rng(0)
    histories = dataclasses.replace(
        planted.histories,
        indptr_U1=np.arange(people + 1, dtype=np.int64) * each,
        item_rows_N=rng.integers(0, titles, people * each).astype(np.int32),
        ratings_N=np.ones(people * each, dtype=np.float32),
    )
    words = dataclasses.replace(
        planted.catalogue,
        titles=tuple(f"A film of some length, number {row}" for row in range(titles)),
        years=(1999,) * titles,
        genres=(("Drama", "Comedy"),) * titles,
    )
    users = type(planted.users)([str(row) for row in range(people)])
    items = type(planted.users)([str(row) for row in range(titles)])
    large = dataclasses.replace(planted, histories=histories, users=users, items=items, catalogue=words)
    record = library.datasets.save(large, report)
    started = time.perf_counter()
    library.datasets.open(record.dataset_id)
    assert time.perf_counter() - started < 0.5


def test_that_a_full_disk_is_a_sentence_and_leaves_nothing_behind(library, planted, report, monkeypatch):
    kept = library.datasets.save(planted, report)
    calls, flush = [], os.fsync

    def full(handle):
        calls.append(handle)
        if len(calls) > 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(handle)

    monkeypatch.setattr("engine.stored_files.os.fsync", full)
    other = dataclasses.replace(planted, dataset_id="other", name="Other")
    with pytest.raises(LibraryError, match=r"Other could not be written to .*other: the disk is full") as refused:
        library.datasets.save(other, report)
    assert refused.value.facts["need_bytes"] > 0
    assert "needed" in refused.value.what
    assert [path.name for path in (library.home / "datasets").iterdir()] == [kept.dataset_id]
    assert library.datasets.records() == (kept,)
    assert library.datasets.open(kept.dataset_id).entries == planted.entries


@pytest.mark.parametrize("end", [Stop, GeneratorExit])
def test_that_saving_can_be_stopped_at_every_step_and_leaves_nothing(library, planted, report, monkeypatch, end):
    monkeypatch.setattr(stored_files, "_WRITTEN_AT_ONCE", 200)
    steps = sum(1 for _ in library.datasets.saving(planted, report))
    library.datasets.delete(planted.dataset_id)
    assert steps > 10
    for step in range(1, steps + 1):
        job = library.datasets.saving(planted, report)
        for _ in range(step):
            next(job)
        with pytest.raises(end):
            job.throw(end())
        assert not list((library.home / "datasets").iterdir())
        assert library.datasets.records() == ()


def test_that_arrays_written_in_portions_are_whole(library, planted, report, monkeypatch):
    monkeypatch.setattr(stored_files, "_WRITTEN_AT_ONCE", 28)
    library.datasets.save(planted, report)
    histories = library.datasets.open(planted.dataset_id).histories
    np.testing.assert_array_equal(histories.item_rows_N, planted.histories.item_rows_N)
    np.testing.assert_array_equal(histories.ratings_N, planted.histories.ratings_N)
    np.testing.assert_array_equal(histories.indptr_U1, planted.histories.indptr_U1)


def test_that_too_little_room_is_said_before_anything_is_written(library, planted, report, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(LibraryError, match="the disk is full"):
        library.datasets.save(planted, report)
    assert not list((library.home / "datasets").iterdir())


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "items.npy").unlink(),
        lambda folder: (folder / "ratings.npy").write_bytes((folder / "ratings.npy").read_bytes()[:-40]),
        lambda folder: (folder / "indptr.npy").write_bytes(b"nonsense"),
        lambda folder: (folder / "items.npy").write_bytes(b""),
        lambda folder: np.save(folder / "items.npy", np.zeros(3, dtype=np.int32)),
        lambda folder: np.save(folder / "items.npy", np.full(400, 20, dtype=np.int32)),
        lambda folder: np.save(folder / "items.npy", np.full(400, -1, dtype=np.int32)),
        lambda folder: np.save(folder / "ratings.npy", np.zeros(400)),
        lambda folder: np.save(folder / "indptr.npy", np.zeros(41, dtype=np.int64)),
        lambda folder: (folder / "words.json").write_text('{"titles": ['),
        lambda folder: (folder / "words.json").write_text("[]"),
        lambda folder: (folder / "words.json").write_text("{}"),
        lambda folder: (folder / "words.json").unlink(),
        lambda folder: (folder / "format.json").unlink(),
        lambda folder: (folder / "format.json").write_text("{"),
        shutil.rmtree,
    ],
)
def test_that_a_damaged_folder_is_a_sentence_with_its_place(library, planted, report, damage):
    record = library.datasets.save(planted, report)
    damage(folder_of(library, record))
    with pytest.raises(LibraryError) as refused:
        library.datasets.open(record.dataset_id)
    assert str(library.home / "datasets") in refused.value.what
    assert refused.value.remedy


def flip_a_bit(path, *, place=-1):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("file", ["indptr.npy", "items.npy", "ratings.npy", "times.npy", "asked.npy"])
def test_that_a_flipped_bit_is_found_when_a_data_set_is_first_opened_in_a_process(home, planted, report, file):
    times_N, asked_P2 = np.arange(planted.entries), np.zeros((3, 2), np.int32)
    histories = dataclasses.replace(planted.histories, times_N=times_N)
    with Library.open(home, who="first") as library:
        record = library.datasets.save(dataclasses.replace(planted, histories=histories, asked_P2=asked_P2), report)
        assert library.datasets.open("planted").entries == planted.entries
    flip_a_bit(home / "datasets" / "planted" / file, place=-4 if file in ("items.npy", "ratings.npy") else -1)
    with Library.open(home, who="second") as library:
        if file not in ("indptr.npy", "asked.npy"):
            assert library.datasets.open(record.dataset_id, checked=False).entries == planted.entries
        for look in (library.datasets.open, lambda which: drive(library.datasets.checking(which))):
            with pytest.raises(LibraryError, match=rf"{file} is damaged \(its content is not what was written\)"):
                look(record.dataset_id)


def test_that_arrays_are_compared_once_in_a_process(library, planted, report, monkeypatch):
    checked = []

    def compared(folder):
        checked.append(folder.name)
        yield None

    monkeypatch.setattr(datasets, "checking_dataset", compared)
    library.datasets.save(planted, report)
    for _ in range(3):
        library.datasets.open("planted")
    library.datasets.delete("planted")
    library.datasets.save(planted, report)
    library.datasets.open("planted")
    assert checked == ["planted", "planted"]


def test_that_a_flipped_bit_in_the_words_or_the_counts_is_found(library, planted, report):
    record = library.datasets.save(planted, report)
    flip_a_bit(folder_of(library, record) / "title_counts.npy")
    assert read_statistics(folder_of(library, record), titles=planted.titles) is None
    opened = library.datasets.open(record.dataset_id)
    np.testing.assert_array_equal(opened.counts_I, planted.counts_I)
    path = folder_of(library, record) / "words.json"
    path.write_text(path.read_text().replace("Film 3", "Film 4"))
    with pytest.raises(LibraryError, match=r"words\.json is damaged"):
        library.datasets.open(record.dataset_id)


def test_that_a_folder_from_before_checksums_opens(library, planted, report):
    record = library.datasets.save(planted, report)
    without_checksums(folder_of(library, record))
    assert library.datasets.open(record.dataset_id).fingerprint == planted.fingerprint


def test_that_unequal_words_are_a_sentence(library, planted, report):
    record = library.datasets.save(planted, report)
    path = folder_of(library, record) / "words.json"
    without_checksums(path.parent)
    words = json.loads(path.read_text())
    path.write_text(json.dumps({**words, "years": words["years"][:-1]}))
    with pytest.raises(LibraryError, match="not equally many"):
        library.datasets.open(record.dataset_id)


def test_that_a_folder_of_a_newer_version_is_refused(library, planted, report):
    record = library.datasets.save(planted, report)
    (folder_of(library, record) / "format.json").write_text('{"kind": "data set", "format": 2}')
    with pytest.raises(LibraryError, match="newer version"):
        library.datasets.open(record.dataset_id)


def test_that_deleting_is_undone(library, planted, report):
    record = library.datasets.save(planted, report)
    library.datasets.delete(record.dataset_id)
    assert library.datasets.records() == ()
    assert not folder_of(library, record).exists()
    with pytest.raises(LibraryError, match="no data set called"):
        library.datasets.open(record.dataset_id)
    library.datasets.restore(record.dataset_id)
    assert library.datasets.open(record.dataset_id).fingerprint == planted.fingerprint


def test_that_the_trash_is_emptied_at_the_next_opening(home, planted, report):
    with Library.open(home, who="first") as library:
        record = library.datasets.save(planted, report)
        library.datasets.delete(record.dataset_id)
    with Library.open(home, who="second") as library:
        with pytest.raises(LibraryError, match="not in the trash any more"):
            library.datasets.restore(record.dataset_id)
        assert not list(home.rglob("*.npy"))


def test_that_what_a_killed_process_had_begun_is_cleared_away(home, planted, report):
    with Library.open(home, who="first") as library:
        record = library.datasets.save(planted, report)
    shutil.copytree(home / "datasets" / record.dataset_id, home / "datasets" / ".new-half")
    with Library.open(home, who="second") as library:
        assert [found.dataset_id for found in library.datasets.records()] == [record.dataset_id]
        assert not (home / "datasets" / ".new-half").exists()


def test_that_a_process_killed_while_undoing_leaves_the_data_set(home, planted, report):
    with Library.open(home, who="first") as library:
        record = library.datasets.save(planted, report)
    (home / "trash" / "datasets").mkdir(parents=True, exist_ok=True)
    (home / "datasets" / record.dataset_id).rename(home / "trash" / "datasets" / record.dataset_id)
    with Library.open(home, who="second") as library:
        assert library.datasets.open(record.dataset_id).entries == planted.entries


def test_that_a_data_set_is_found_by_id_name_and_latest(library, planted, report):
    first = library.datasets.save(planted, report)
    second = library.datasets.save(dataclasses.replace(planted, dataset_id="two"), report)
    assert second.name == "Planted (2)"
    assert library.datasets.find("planted") == first
    assert library.datasets.find("Planted") == first
    assert library.datasets.find("latest") == second
    assert library.datasets.rename("two", "Films").name == "Films"
    assert library.datasets.open("two").name == "Films"
    with pytest.raises(LibraryError, match=r"no data set called 'x'.*'Films', 'Planted'"):
        library.datasets.find("x")


def test_that_an_id_from_the_trash_can_be_used_again(library, planted, report):
    library.datasets.save(planted, report)
    library.datasets.delete("planted")
    library.datasets.save(planted, report)
    assert library.datasets.open("planted").entries == planted.entries


def test_that_statistics_are_stored_at_import(library, planted, report):
    kept = library.datasets.save(planted, report)
    stored = read_statistics(folder_of(library, kept), titles=planted.titles)
    assert stored.as_dict() == drive(count_statistics(planted)).as_dict()


@pytest.mark.parametrize("damage", [None, b"", b"{}", b"[]"])
def test_that_statistics_that_are_missing_or_damaged_are_counted_anew_and_stored(library, planted, report, damage):
    kept = library.datasets.save(planted, report)
    path = folder_of(library, kept) / "statistics.json"
    path.unlink() if damage is None else path.write_bytes(damage)
    counted = drive(library.datasets.statistics(library.datasets.open(kept.dataset_id)))
    assert counted.entries == planted.entries
    assert read_statistics(folder_of(library, kept), titles=planted.titles).as_dict() == counted.as_dict()
