"""A kept data set is written as files, and imported again from its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from operation_driving import stop_at

from engine import operations
from engine.data.importing.importer import ImportOptions
from engine.data.importing.options import Selection
from engine.data.profiles import Profile, ProfileEntry
from engine.data.reading.roles import Given
from engine.errors import DataError, LibraryError
from engine.events import Stop, drive
from engine.library.store import Library

ROWS = ["userId,movieId,rating", *(f"{user},{item},{(user * item) % 5 + 1}" for user in range(8) for item in range(9))]


@pytest.fixture
def file(tmp_path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "ratings.csv").write_text("\n".join(ROWS))
    (folder / "movies.csv").write_text(
        "\n".join(["movieId,title,genres", *(f"{n},Film {n} (2001),Drama" for n in range(9))])
    )
    return folder / "ratings.csv"


@pytest.fixture
def imported(library, file):
    return drive(operations.import_files(library, [file], options=ImportOptions(name="Films")))


def again(library, imported):
    done = drive(operations.import_again(library, imported.record.dataset_id))
    operations.settle_again(library, done)
    return done


def names(library):
    return [(record.name, record.entries) for record in library.datasets.records()]


def test_that_an_export_is_imported_as_an_equal_data_set(library, imported, tmp_path):
    done = drive(operations.export_dataset(imported.dataset, tmp_path / "out"))
    back = drive(operations.import_files(library, [done.folder]))
    assert back.dataset.fingerprint == imported.dataset.fingerprint
    assert back.dataset.catalogue.titles == imported.dataset.catalogue.titles


def test_that_a_folder_that_holds_something_is_refused_and_untouched(imported, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(DataError, match="already holds files"):
        drive(operations.export_dataset(imported.dataset, tmp_path / "out"))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_that_an_empty_folder_is_filled(imported, tmp_path):
    (tmp_path / "out").mkdir()
    drive(operations.export_dataset(imported.dataset, tmp_path / "out"))
    assert (tmp_path / "out" / "ratings.csv").exists()


def test_that_a_stopped_export_leaves_nothing(imported, tmp_path):
    with pytest.raises(Stop):
        stop_at(operations.export_dataset(imported.dataset, tmp_path / "new" / "out"), lambda event: event is not None)
    assert list((tmp_path / "new").iterdir()) == []


def test_that_a_full_disk_is_told_without_a_word_on_the_library(imported, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: usage)
    with pytest.raises(LibraryError, match="disk is full") as refused:
        drive(operations.export_dataset(imported.dataset, tmp_path / "out"))
    assert "--home" not in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_that_the_files_and_the_options_of_an_import_are_remembered(library, file, monkeypatch):
    options = ImportOptions(
        name="Films",
        items=Path("movies.csv"),
        given=Given(columns={"user": "1", "item": "2", "rating": "3"}, delimiter=","),
        duplicates="max",
        selection=Selection(least_per_person=2, most_titles=8),
    )
    monkeypatch.chdir(file.parent)
    record = drive(operations.import_files(library, [Path("ratings.csv")], options=options)).record
    origin = library.datasets.find(record.dataset_id).origin
    assert origin.paths == (file,)
    assert origin.options.items == file.parent / "movies.csv"
    assert (origin.options.given, origin.options.duplicates) == (options.given, "max")
    assert origin.options.selection == options.selection


def test_that_the_same_files_change_nothing_and_say_so(library, imported):
    done = again(library, imported)
    assert done.change == "nothing"
    assert done.words == "Films was imported again: nothing has changed."
    assert [record.dataset_id for record in library.datasets.records()] == [imported.record.dataset_id]


def test_that_changed_files_take_the_place_and_the_name_of_the_former_data_set(library, imported, file):
    library.datasets.rename(imported.record.dataset_id, "Mine")
    file.write_text("\n".join([*ROWS, "99,3,5"]))
    done = again(library, imported)
    assert done.change == "entries"
    assert names(library) == [("Mine", 73)]
    assert done.data.dataset.name == done.data.record.name == "Mine"
    assert "73 ratings of 9 people (72 of 8 before)" in done.words


def test_that_changed_titles_are_taken_and_models_still_know_the_data(library, imported, file):
    movies = file.parent / "movies.csv"
    movies.write_text(movies.read_text().replace("Film 3", "Third Film"))
    done = again(library, imported)
    assert done.change == "titles"
    assert done.data.dataset.catalogue.titles[3] == "Third Film"
    assert library.datasets.with_fingerprint(imported.record.fingerprint) is not None


def test_that_the_former_data_set_can_be_brought_back(library, imported, file):
    file.write_text("\n".join([*ROWS, "99,3,5"]))
    done = again(library, imported)
    operations.undo_again(library, done)
    assert [record.dataset_id for record in library.datasets.records()] == [imported.record.dataset_id]
    assert library.datasets.open(imported.record.dataset_id).fingerprint == imported.dataset.fingerprint


def test_that_a_file_that_is_gone_is_named_and_the_data_set_stays(library, imported, file):
    file.rename(file.with_name("elsewhere.csv"))
    with pytest.raises(DataError) as refused:
        drive(operations.import_again(library, imported.record.dataset_id))
    assert str(file) in str(refused.value)
    assert names(library) == [("Films", 72)]


def test_that_a_stop_leaves_the_data_set_as_it_was(library, imported, file):
    file.write_text("\n".join([*ROWS, "99,3,5"]))
    with pytest.raises(Stop):
        stop_at(operations.import_again(library, imported.record.dataset_id), lambda event: event is not None)
    assert names(library) == [("Films", 72)]


def test_that_a_data_set_of_an_older_version_says_that_its_files_are_not_known(library, dataset):
    with pytest.raises(LibraryError, match="not known any more"):
        drive(operations.import_again(library, dataset.dataset_id))


def test_that_the_sample_is_imported_again_from_where_it_is_now(library):
    drive(operations.open_sample(library))
    assert drive(operations.import_again(library, "sample")).change == "nothing"


def test_that_a_persons_ratings_outlive_another_import(library, imported, file):
    profile = library.profiles.default()
    mine = Profile(profile.profile_id, profile.name, (ProfileEntry("3", "Film 3", 2001, 4.0),))
    library.profiles.save(mine)
    file.write_text("\n".join([*ROWS, "99,3,5"]))
    again(library, imported)
    assert library.profiles.load(profile.profile_id).entries == mine.entries


def test_that_a_record_with_options_nobody_knows_any_more_still_opens(library: Library, imported):
    report = imported.record.report
    report["origin"]["options"] = {"name": "Films", "given": {"weather": "fine"}, "moon": 3}
    from engine.library.origin import origin_in

    assert origin_in(report).options == ImportOptions(name="Films")
    assert origin_in({**report, "origin": {"paths": 3}}) is None
