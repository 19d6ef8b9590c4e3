"""The list leaves the program: copied, saved in each form, printed; with its reasons once they are there."""

import csv
import json

import pytest
from list_place import listed, open_place, put_on_lists, turn_to
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QToolButton

from desktop_rec.common import questions
from desktop_rec.for_you.list_menu import ListTask
from engine.recommending.list_writing import COLUMNS


@pytest.fixture
def view(qtbot, session, monkeypatch):
    return open_place(qtbot, session, monkeypatch)


@pytest.fixture
def saved_list(qtbot, view, session):
    """The saved titles are shown, with their reasons."""
    put_on_lists(session, saved=[20, 21, 22])
    turn_to(view, 1)
    with qtbot.waitSignal(session.recommendations.insights_ready, timeout=10_000):
        qtbot.waitUntil(lambda: listed(view) == {20, 21, 22})
    return view


def press(view, name):
    button = view.findChild(QToolButton, "share_list")
    next(action for action in button.menu().actions() if action.objectName() == f"share_list_{name}").trigger()


def test_that_the_list_is_copied_as_text(saved_list):
    press(saved_list, "copy")
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "Saved for later"
    assert sum(line[:1].isdigit() for line in lines) == 3


@pytest.mark.parametrize("name", ["csv", "json", "html", "letterboxd"])
def test_that_the_list_is_saved_in_each_form(saved_list, session, monkeypatch, tmp_path, name, recorded):
    notices = recorded(session.requests.notice)
    asked = []

    def where(parent, suggested, ending):
        asked.append((suggested, ending))
        return tmp_path / f"list{ending}"

    monkeypatch.setattr(questions, "ask_where_to_save_list", where)
    press(saved_list, name)
    ((suggested, ending),) = asked
    text = (tmp_path / f"list{ending}").read_text(encoding="utf-8")
    assert suggested == f"Saved for later{ending}"
    assert notices.last.sentence.startswith("Saved 3 titles as")
    if name == "csv":
        assert [len(row) for row in csv.reader(text.splitlines())] == [len(COLUMNS)] * 4
    elif name == "json":
        found = json.loads(text)
        assert (found["list"], found["for"], found["data"]) == ("Saved for later", "Me", "Planted")
        assert len(found["titles"]) == 3
    elif name == "html":
        assert "<h1>Saved for later</h1>" in text
    else:
        assert text.splitlines()[0] == "Title,Year,imdbID,tmdbID"


def test_that_a_list_that_cannot_be_written_is_a_notice(saved_list, session, monkeypatch, tmp_path, recorded):
    notices = recorded(session.requests.notice)
    monkeypatch.setattr(questions, "ask_where_to_save_list", lambda *_: tmp_path / "nowhere" / "list.csv")
    press(saved_list, "csv")
    assert "no folder" in notices.last.sentence


def test_that_the_list_is_printed_with_its_titles(saved_list, monkeypatch, tmp_path):
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "list.pdf"))
    monkeypatch.setattr(questions, "ask_for_printer", lambda parent: printer)
    printed = []
    monkeypatch.setattr(QTextDocument, "print_", lambda document, to: printed.append(document.toPlainText()))
    press(saved_list, "print")
    assert "Saved for later" in printed[0]
    assert "Film 20" in printed[0]


def test_that_a_page_becomes_a_pdf(qapp, tmp_path):
    from desktop_rec.for_you.printing import print_page

    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "list.pdf"))
    print_page("<h1>Saved for later</h1><p>Film &lt;b&gt; 20</p>", printer)
    assert (tmp_path / "list.pdf").read_bytes().startswith(b"%PDF")


def test_that_what_is_asked_before_the_reasons_are_there_waits_for_them(qtbot, view, session):
    put_on_lists(session, saved=[20])
    turn_to(view, 1)
    qtbot.waitUntil(lambda: listed(view) == {20})
    QGuiApplication.clipboard().setText("before")
    with qtbot.waitSignal(session.recommendations.insights_ready, timeout=10_000):
        press(view, "copy")
        assert QGuiApplication.clipboard().text() == "before"
    assert QGuiApplication.clipboard().text().startswith("Saved for later")


def test_that_without_a_list_there_is_nothing_to_share(qtbot, view, session, recorded):
    notices = recorded(session.requests.notice)
    turn_to(view, 1)
    qtbot.waitUntil(lambda: not view.page.pane.shows_list)
    for task in ListTask:
        press(view, task.name.lower())
        assert notices.last.sentence == "There is no list to share yet."
