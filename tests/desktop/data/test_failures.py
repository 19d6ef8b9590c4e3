"""A data set that vanishes while it is open, and workers that raise: one sentence, and nothing else breaks."""

import shutil

import pytest
from planted import planted_dataset
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QTableView, QWidget

from desktop_rec.common import questions
from desktop_rec.data import controller as data_controller
from desktop_rec.data.importing import controller as import_controller
from desktop_rec.data.view import DataView

MOST_MS = 20_000


@pytest.fixture
def view(qtbot, session):
    made = DataView(session.data, session.importing)
    qtbot.addWidget(made)
    made.resize(1096, 754)
    made.show()
    return made


@pytest.fixture
def opened(qtbot, view, session, library, report):
    library.datasets.save(planted_dataset(), report)
    session.library.note_change()
    session.data.open("planted")
    finished(qtbot, session)
    return view


def finished(qtbot, session):
    qtbot.waitUntil(lambda: session.jobs.state is None and session.is_idle, timeout=MOST_MS)


def press(qtbot, view, name):
    qtbot.mouseClick(view.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def broken(*_arguments, **_names):
    raise RuntimeError("a worker broke")


def test_that_a_data_set_whose_folder_is_gone_can_still_be_looked_at(qtbot, opened, session, library, recorded):
    shutil.rmtree(library.datasets.folder_of("planted"))
    notices = recorded(session.requests.notice)
    session.data.rename("planted", "Gone")
    session.data.look_at_files()
    finished(qtbot, session)
    assert session.dataset.current.name == "Gone"
    assert opened.findChild(QTableView, "most_rated_table").isVisible()
    assert [notice.sentence for notice in notices.calls if notice.kind == "error"] == []


def test_that_opening_a_data_set_whose_folder_is_gone_is_one_notice(qtbot, opened, session, library, recorded):
    session.dataset.take(None, None)
    shutil.rmtree(library.datasets.folder_of("planted"))
    notices = recorded(session.requests.notice)
    press(qtbot, opened.findChild(QWidget, "data_welcome"), "dataset_open_planted")
    finished(qtbot, session)
    assert len(notices.calls) == 1
    assert notices.last.sentence.endswith(".")
    assert opened.findChild(QPushButton, "use_sample").isVisible()


def test_that_a_data_set_whose_folder_is_gone_can_still_be_exported(qtbot, opened, session, library, recorded):
    shutil.rmtree(library.datasets.folder_of("planted"))
    notices = recorded(session.requests.notice)
    session.data.export(library.home.parent)
    finished(qtbot, session)
    assert len(notices.calls) == 1
    assert session.dataset.current is not None


def test_that_a_data_set_whose_folder_is_gone_can_be_deleted(qtbot, opened, session, library):
    shutil.rmtree(library.datasets.folder_of("planted"))
    press(qtbot, opened, "dataset_page_delete")
    finished(qtbot, session)
    assert session.dataset.current is None
    assert session.library.datasets() == ()


def test_that_counting_that_breaks_is_a_sentence_in_place_of_the_plots(
    qtbot, view, session, library, report, monkeypatch
):
    monkeypatch.setattr(type(library.datasets), "statistics", broken)
    library.datasets.save(planted_dataset(), report)
    session.data.open("planted")
    finished(qtbot, session)
    assert "a worker broke" in view.findChild(QLabel, "dataset_counting").text()
    assert view.findChild(QLabel, "dataset_title").text() == "Planted"


def test_that_a_look_at_files_that_breaks_is_a_notice(qtbot, opened, session, monkeypatch, recorded):
    monkeypatch.setattr(data_controller, "look_at_files", broken)
    notices = recorded(session.requests.notice)
    session.data.look_at_files()
    finished(qtbot, session)
    assert ["a worker broke" in notice.sentence for notice in notices.calls] == [True]
    assert opened.findChild(QLabel, "fact_scale").isVisible()


def test_that_a_look_at_a_file_to_import_that_breaks_is_said_on_its_page(qtbot, view, session, monkeypatch, tmp_path):
    monkeypatch.setattr(import_controller, "_look", broken)
    path = tmp_path / "ratings.csv"
    path.write_text("user,item,rating\n1,2,3\n")
    session.importing.prepare([path])
    finished(qtbot, session)
    assert "a worker broke" in view.findChild(QLabel, "import_obstacle_sentence").text()
    press(qtbot, view, "import_leave")
    assert view.findChild(QPushButton, "use_sample").isVisible()


def test_that_an_export_into_a_folder_that_cannot_be_written_is_a_notice(
    qtbot, opened, session, tmp_path, monkeypatch, recorded
):
    notices = recorded(session.requests.notice)
    (tmp_path / "a file").write_text("in the way")
    monkeypatch.setattr(questions, "ask_for_folder", lambda *_: tmp_path / "a file")
    press(qtbot, opened, "dataset_page_export")
    finished(qtbot, session)
    assert len(notices.calls) == 1
    assert session.dataset.current is not None


def test_that_the_page_counts_nothing_and_looks_at_no_file_on_the_gui_thread(
    qtbot, view, session, library, report, monkeypatch
):
    import threading

    from engine.library import datasets as store

    threads = []
    count, look = store.DatasetStore.statistics, data_controller.look_at_files

    def counted(datasets, dataset):
        threads.append(threading.current_thread())
        return (yield from count(datasets, dataset))

    def looked(record, folder):
        threads.append(threading.current_thread())
        return look(record, folder)

    monkeypatch.setattr(store.DatasetStore, "statistics", counted)
    monkeypatch.setattr(data_controller, "look_at_files", looked)
    library.datasets.save(planted_dataset(), report)
    session.data.open("planted")
    finished(qtbot, session)
    assert len(threads) == 2
    assert threading.main_thread() not in threads
