"""The page of the open data set: what was counted, titles to search and sort, and what can be done with it."""

import csv
import dataclasses
import threading

import numpy as np
import pytest
from planted import planted_dataset
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QTableView, QWidget

from desktop_rec.common import questions
from desktop_rec.data.controller import free_folder
from desktop_rec.data.most_rated_card import LIKES, MEAN, RATINGS, SEEN, TITLE, CountedTitles, TitleTableModel
from desktop_rec.data.plots import DatasetPlots, label_places
from desktop_rec.data.statistics_text import (
    format_duplicates,
    format_kept,
    format_memory,
    format_period,
    format_scale,
    format_span,
)
from desktop_rec.data.view import DataView
from engine.data.catalogue import Catalogue
from engine.data.dataset import Histories, Scale
from engine.data.importing.importer import ImportOptions
from engine.data.importing.options import Selection
from engine.data.statistics import activity_of, count_statistics
from engine.events import drive
from engine.library.origin import Origin
from engine.text import format_size

DAY = 86_400
NAMES = ("Amélie", "Brazil", "Casablanca", "Dune")


def few(ratings=((5, 4), (2, None), (3, 3))):
    """Three people who each have two of the four films of NAMES: 0 and 1, 1 and 2, 2 and 3."""
    values = [np.nan if rating is None else rating for pair in ratings for rating in pair]
    histories = Histories.of(np.repeat([0, 1, 2], 2), np.array([0, 1, 1, 2, 2, 3]), np.array(values), people=3)
    planted = planted_dataset(people=3, titles=4)
    return dataclasses.replace(
        planted,
        catalogue=Catalogue(NAMES, (2001, 1985, 1942, 0), (("Comedy",), (), ("Drama", "War"), ()), word="film"),
        histories=histories,
    )


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "ratings.csv"
    rows = [
        f"{user},{item},{(user * item) % 5 + 1},{978300760 + user * DAY * 40}" for user in range(6) for item in range(8)
    ]
    path.write_text("\n".join(["userId,movieId,rating,timestamp", *rows, "7,1,abc,0"]))
    return path


@pytest.fixture
def view(qtbot, session, monkeypatch):
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    monkeypatch.setattr(session.devices, "look", lambda: None)
    made = DataView(session.data, session.importing)
    qtbot.addWidget(made)
    made.resize(1096, 754)
    made.show()
    return made


@pytest.fixture
def opened(qtbot, view, session, file):
    """The view of a data set that was imported from a file; what is counted has been counted."""
    session.importing.import_files([file], ImportOptions(name="Films"))
    qtbot.waitUntil(lambda: session.dataset.statistics is not None, timeout=10_000)
    qtbot.waitUntil(lambda: session.is_idle, timeout=10_000)
    return view


def press(qtbot, view, name):
    qtbot.mouseClick(view.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def finished(qtbot, session):
    qtbot.waitUntil(lambda: session.jobs.state is None and session.is_idle, timeout=10_000)


def shown_titles(view):
    model = view.findChild(QTableView, "most_rated_table").model()
    return [model.index(row, TITLE).data() for row in range(model.rowCount())]


def model_of(dataset):
    model = TitleTableModel()
    model.show_titles(CountedTitles(dataset.catalogue, drive(count_statistics(dataset)).title_counts))
    return model


def column(model, place):
    return [model.index(row, place).data() for row in range(model.rowCount())]


# What is counted


def test_that_periods_are_named_as_people_say_them():
    days = np.zeros(120, int)
    days[[0, 119]] = 3
    assert format_span(activity_of(days, 11_000)) == "February 2000 to June 2000"
    assert format_period(activity_of(np.ones(3, int), 1), 0) == "2 January 1970"


def test_that_titles_are_counted_with_ratings_seen_mean_and_likes():
    model = model_of(few())
    row = column(model, TITLE).index("Brazil")
    assert [model.index(row, place).data() for place in (RATINGS, SEEN, MEAN, LIKES)] == ["2", "0", "3.00", "50 %"]
    row = column(model, TITLE).index("Casablanca")
    assert [model.index(row, place).data() for place in (RATINGS, SEEN, MEAN, LIKES)] == ["1", "1", "3.00", "0 %"]


# The table of titles


def test_that_the_most_rated_stand_first_and_namesakes_of_a_count_by_popularity():
    assert column(model_of(few()), TITLE) == ["Brazil", "Casablanca", "Amélie", "Dune"]


def test_that_blanks_stand_last_whichever_way_the_order_goes():
    model = model_of(few(ratings=((5, 4), (2, None), (None, 3))))
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        model.sort(MEAN, order)
        assert column(model, TITLE)[-1] == "Casablanca"
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert column(model, 1) == ["2001", "1985", "1942", ""]


def test_that_a_search_keeps_the_order_and_ignores_accents():
    model = model_of(few())
    model.sort(TITLE, Qt.SortOrder.DescendingOrder)
    model.search("a")
    assert column(model, TITLE) == ["Casablanca", "Brazil", "Amélie"]
    model.search("amelie")
    assert column(model, TITLE) == ["Amélie"]
    model.search("")
    assert model.rowCount() == 4


# The page


def test_that_plots_have_their_numbers_as_tables(opened):
    plots = opened.findChild(DatasetPlots)
    assert sum(int(count) for _, count in plots.histogram.table().rows) == 48
    assert plots.tail.table().rows[-1][2] == "100 %"
    assert sum(int(count) for _, count in plots.activity.table().rows) == 48


def test_that_a_plot_reads_out_the_period_under_the_pointer(opened):
    assert opened.findChild(DatasetPlots).activity.reading(None, 0.2) == "December 2000: 8 ratings"


def test_that_a_data_set_without_times_says_so_instead_of_a_plot(qtbot, opened, session, tmp_path):
    path = tmp_path / "plain.csv"
    path.write_text("user,item,rating\n" + "\n".join(f"{n % 4},{n % 5},{n % 3 + 1}" for n in range(20)))
    session.importing.import_files([path])
    finished(qtbot, session)
    assert opened.findChild(QLabel, "no_times").isVisible()
    assert not opened.findChild(QWidget, "activity_card").isVisible()


def test_that_titles_are_searched_on_the_page(qtbot, opened):
    search = opened.findChild(QLineEdit, "most_rated_search")
    assert len(shown_titles(opened)) == 8
    qtbot.keyClicks(search, "3")
    qtbot.waitUntil(lambda: shown_titles(opened) == ["3"])
    assert opened.findChild(QLabel, "most_rated_found").text() == "1 found"
    qtbot.keyClicks(search, "xyz")
    qtbot.waitUntil(lambda: opened.findChild(QLabel, "most_rated_nothing").isVisible())
    assert "is called “3xyz”" in opened.findChild(QLabel, "most_rated_nothing").text()


def test_that_a_heading_sorts_and_a_second_press_turns_round(qtbot, opened):
    header = opened.findChild(QTableView, "most_rated_table").horizontalHeader()
    header.sectionClicked.emit(TITLE)
    assert shown_titles(opened) == list("01234567")
    header.sectionClicked.emit(TITLE)
    assert shown_titles(opened) == list("76543210")
    assert header.model().headerData(TITLE, Qt.Orientation.Horizontal) == "Title ▼"


def test_that_the_order_can_be_chosen_without_a_mouse(qtbot, opened):
    box = opened.findChild(QComboBox, "most_rated_order")
    box.setFocus()
    box.setCurrentIndex(box.findData(TITLE))
    box.activated.emit(box.currentIndex())
    assert shown_titles(opened)[0] == "0"


def test_that_columns_of_which_nothing_is_known_are_not_there(opened):
    table = opened.findChild(QTableView, "most_rated_table")
    headings = {table.model().headerData(place, Qt.Orientation.Horizontal).split(" ")[0]: place for place in range(7)}
    assert table.isColumnHidden(headings["Year"])
    assert table.isColumnHidden(headings["Only"])
    assert not table.isColumnHidden(headings["Mean"])


def taken_by(histories):
    """The bytes of what models learn from."""
    return sum(array.nbytes for array in (histories.indptr_U1, histories.item_rows_N, histories.ratings_N))


def test_that_the_memory_of_what_was_learned_from_is_told_beside_that_of_a_full_table():
    said = format_memory(people=138_493, titles=26_744, entries=20_000_263)
    assert said == (
        "161 MB while a model learns; a table of every person and every title would take 15 GB, 92 times as much"
    )
    assert format_memory(people=480_189, titles=17_770, entries=100_480_507).startswith("808 MB")
    assert format_memory(people=10, titles=10, entries=95) == "848 bytes while a model learns"


def test_that_facts_say_scale_files_and_sizes(opened, file, session):
    def fact(name):
        return opened.findChild(QLabel, f"fact_{name}").text()

    assert fact("scale") == "1 to 5 in steps of 1; 4 or more is a like"
    assert fact("files") == f"{file} (809 bytes)"
    assert fact("kept") == "Everything that could be read"
    assert fact("memory").startswith(f"{format_size(taken_by(session.dataset.current.histories))} while a model learns")
    assert session.library.files.datasets.folder_of(session.dataset.current.dataset_id).name in fact("disk")
    assert opened.findChild(QLabel, "fact_unrated").isHidden()


def test_that_the_list_that_titles_were_taken_from_is_shown(qtbot, view, session, file):
    file.with_name("movies.csv").write_text("movieId,title\n0,One\n1,Two\n2,Three\n")
    session.importing.import_files([file], ImportOptions(name="Films"))
    qtbot.waitUntil(lambda: session.dataset.statistics is not None, timeout=10_000)
    qtbot.waitUntil(lambda: session.is_idle, timeout=10_000)
    assert view.findChild(QLabel, "fact_titles_from").text() == "movies.csv, by movieId: 3 of 8"
    sentence = view.findChild(QLabel, "problems_sentence").text()
    assert "movies.csv names 3 of 8 titles; the others are shown by their ids." in sentence


def test_that_facts_are_told_in_words():
    assert format_scale(Scale(0, 10, 1)).endswith("8 or more is a like")
    assert format_scale(Scale(-10, 10, 0)) == "-10 to 10, any number between; 5 or more is a like"
    chosen = Selection(last_years=2, most_titles=6000, least_per_person=30)
    assert format_kept(chosen, {"people": 3, "titles": 0, "entries": 1200}) == (
        "Only people active in the last 2 years of the data, the 6,000 most rated titles and people with at least 30 "
        "ratings; 3 people and 1,200 entries were left out"
    )
    assert format_duplicates(2, "mean") == "2 came again for the same person and title; their mean counts"


def test_that_a_large_data_set_says_that_it_is_counted(qtbot, view, session, library, report, monkeypatch):
    may_count, count = threading.Event(), type(library.datasets).statistics

    def counted(datasets, dataset):
        may_count.wait(10)
        return (yield from count(datasets, dataset))

    monkeypatch.setattr(type(library.datasets), "statistics", counted)
    kept = library.datasets.save(planted_dataset(), report)
    session.data.open(kept.dataset_id)
    assert view.findChild(QLabel, "dataset_counting").text() == "Counting ratings and titles…"
    assert not view.findChild(QTableView, "most_rated_table").isVisible()
    may_count.set()
    qtbot.waitUntil(lambda: view.findChild(QTableView, "most_rated_table").isVisible(), timeout=10_000)
    assert not view.findChild(QLabel, "dataset_counting").isVisible()


def test_that_labels_of_the_time_axis_have_room_and_round_places():
    months = activity_of(np.ones(366 * 10, int), 10_957)
    places = label_places(months, most=6)
    assert [str(months.starts_T[place])[:7] for place in places] == [
        "2000-01",
        "2002-01",
        "2004-01",
        "2006-01",
        "2008-01",
        "2010-01",
    ]
    assert len(label_places(activity_of(np.ones(80, int), 0), most=5)) <= 5


# What can be done


def test_that_renaming_on_the_page_keeps_what_was_counted(qtbot, opened, session):
    statistics = session.dataset.statistics
    press(qtbot, opened, "dataset_page_rename")
    edit = opened.findChild(QLineEdit, "dataset_page_name")
    edit.setText("My films")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert opened.findChild(QLabel, "dataset_title").text() == "My films"
    assert session.dataset.current.name == "My films"
    assert session.dataset.statistics is statistics


def test_that_escape_leaves_the_name_as_it_was(qtbot, opened, session):
    press(qtbot, opened, "dataset_page_rename")
    edit = opened.findChild(QLineEdit, "dataset_page_name")
    edit.setText("Other")
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert opened.findChild(QLabel, "dataset_title").isVisible()
    assert session.dataset.current.name == "Films"


def test_that_a_deletion_from_the_page_is_undone(qtbot, opened, session):
    press(qtbot, opened, "dataset_page_delete")
    assert session.dataset.current is None
    assert opened.findChild(QPushButton, "use_sample").isVisible()
    session.undo.undo()
    assert session.dataset.current.name == "Films"
    qtbot.waitUntil(lambda: opened.findChild(QTableView, "most_rated_table").isVisible())
    finished(qtbot, session)


def test_that_an_export_is_written_and_said(qtbot, opened, session, tmp_path, monkeypatch, recorded):
    notices = recorded(session.requests.notice)
    monkeypatch.setattr(questions, "ask_for_folder", lambda *_: tmp_path)
    press(qtbot, opened, "dataset_page_export")
    finished(qtbot, session)
    assert sorted(path.name for path in (tmp_path / "Films").iterdir()) == ["movies.csv", "ratings.csv"]
    assert notices.last.sentence.startswith(f"Exported Films to {tmp_path / 'Films'}")
    assert notices.last.action_words == "Show folder"


def test_that_an_export_that_is_not_wanted_after_all_does_nothing(qtbot, opened, session, monkeypatch):
    monkeypatch.setattr(questions, "ask_for_folder", lambda *_: None)
    press(qtbot, opened, "dataset_page_export")
    assert session.jobs.state is None


def test_that_an_export_never_writes_over_another(tmp_path):
    (tmp_path / "A B").mkdir()
    assert free_folder(tmp_path, "A/B").name == "A B (2)"
    assert free_folder(tmp_path, '..:"').name == "Data set"


def test_that_importing_the_same_again_says_that_nothing_changed(qtbot, opened, session, recorded):
    before, notices = session.dataset.current, recorded(session.requests.notice)
    press(qtbot, opened, "dataset_page_again")
    finished(qtbot, session)
    assert notices.last.sentence == "Films was imported again: nothing has changed."
    assert session.dataset.current is before
    assert opened.findChild(QTableView, "most_rated_table").isVisible()


def test_that_importing_changed_files_again_shows_them_and_can_be_undone(qtbot, opened, session, file):
    file.write_text(file.read_text() + "\n99,1,5,978300760")
    press(qtbot, opened, "dataset_page_again")
    finished(qtbot, session)
    assert (session.dataset.current.entries, session.dataset.current.name) == (
        49,
        "Films",
    )
    assert [dataset.name for dataset in session.library.datasets()] == ["Films"]
    session.undo.undo()
    finished(qtbot, session)
    assert session.dataset.current.entries == 48
    assert len(session.library.datasets()) == 1


def test_that_a_persons_ratings_are_there_after_another_import(qtbot, opened, session, file):
    session.my_ratings.rate(3, 4.0)
    mine = session.profile.current.entries
    file.write_text(file.read_text() + "\n99,1,5,978300760")
    session.data.import_again()
    finished(qtbot, session)
    assert session.profile.current.entries == mine
    assert session.library.files.profiles.load(session.profile.current.profile_id).entries == mine


def test_that_a_file_that_is_gone_is_said_with_its_place(qtbot, opened, session, file, recorded):
    notices = recorded(session.requests.notice)
    file.unlink()
    press(qtbot, opened, "dataset_page_again")
    finished(qtbot, session)
    assert str(file) in notices.last.sentence
    assert session.dataset.current.entries == 48


def test_that_files_nobody_knows_cannot_be_imported_again(view, session, library, report):
    kept = library.datasets.save(planted_dataset(), report)
    session.data.open(kept.dataset_id)
    button = view.findChild(QPushButton, "dataset_page_again")
    assert not button.isEnabled()
    assert "Nobody knows any more" in button.toolTip()


def test_that_a_record_without_files_has_no_false_ones(library, report, file):
    kept = library.datasets.save(planted_dataset(), report, origin=Origin.of([file], ImportOptions()))
    assert kept.origin.paths == (file,)
    assert library.datasets.replace_report(kept.dataset_id, report).origin is None


def test_that_skipped_lines_are_saved_with_their_reasons(qtbot, opened, session, tmp_path, monkeypatch):
    path = tmp_path / "skipped.csv"
    monkeypatch.setattr(questions, "ask_where_to_save", lambda *_: path)
    press(qtbot, opened, "problems_save")
    with path.open(newline="") as saved:
        rows = list(csv.reader(saved))
    assert rows[1][:3] == ["ratings.csv", "50", "7,1,abc,0"]
    assert len(rows) == 2


def test_that_a_rename_is_undone_and_redone(opened, session):
    session.data.rename(session.dataset.current.dataset_id, "My films")
    assert session.undo.undo()
    assert opened.findChild(QLabel, "dataset_title").text() == "Films"
    assert session.undo.redo()
    assert opened.findChild(QLabel, "dataset_title").text() == "My films"
    assert [record.name for record in session.library.datasets()] == ["My films"]


def test_that_a_deletion_is_undone_and_redone(qtbot, opened, session):
    press(qtbot, opened, "dataset_page_delete")
    assert session.undo.undo()
    assert session.dataset.current.name == "Films"
    assert session.undo.redo()
    assert session.dataset.current is None
    assert session.library.datasets() == ()
    finished(qtbot, session)


def test_that_another_import_of_the_files_is_undone_and_redone(qtbot, opened, session, file):
    file.write_text(file.read_text() + "\n99,1,5,978300760")
    session.data.import_again()
    finished(qtbot, session)
    for step, entries in ((session.undo.undo, 48), (session.undo.redo, 49), (session.undo.undo, 48)):
        assert step()
        assert session.dataset.current.entries == entries
        assert len(session.library.datasets()) == 1
        finished(qtbot, session)
