"""Titles, genres, names and file names that look like HTML are shown as they are, in every place, and open nothing."""

import csv
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import pytest
from operation_driving import trained
from planted import planted_dataset
from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, Qt
from PySide6.QtGui import QHelpEvent, QShortcut
from PySide6.QtGui import Qt as QtText
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QGraphicsTextItem,
    QGraphicsView,
    QLabel,
    QListView,
    QMessageBox,
    QTabBar,
    QTabWidget,
    QTextEdit,
    QToolTip,
    QWhatsThis,
)

import desktop_rec
from desktop_rec.common import questions
from desktop_rec.common.notices import Notice
from desktop_rec.common.plain import Coloured, ColouredLabel, button_text, markup, plain_tip, set_tip
from desktop_rec.common.preferences import Preferences
from desktop_rec.window.main_window import MainWindow
from engine import operations
from engine.data.catalogue import Catalogue
from engine.data.dataset import Vocabulary
from engine.data.reading.rows import Problem
from engine.data.split import SplitConfig
from engine.events import drive

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")

MOST_MS = 30_000
_MOST_ROWS = 30
_OF_PYQTGRAPH = ("Opacity",)
"""Labels in forms that pyqtgraph makes with every plot, and that this program never shows."""
_TAG = re.compile(r"<\s*/?\s*([a-zA-Z!]\w*)")
_PACKAGE = Path(desktop_rec.__file__).parent


_WATCH = """
import os, sys, time
while True:
    try:
        os.close(os.open(sys.argv[1], os.O_WRONLY | os.O_NONBLOCK))
        open(sys.argv[1] + " was opened", "w").close()
    except OSError:
        pass
    time.sleep(0.02)
"""
"""Lets whoever opens the pipe go at once, and leaves a file. A process of its own: Qt opens files without Python."""


class WatchedPipe:
    """A pipe that nobody may open: a window that reads it would stand still."""

    def __init__(self, path):
        os.mkfifo(path)
        self.path = path
        self._process = subprocess.Popen([sys.executable, "-S", "-c", _WATCH, str(path)])

    @property
    def was_opened(self):
        return Path(f"{self.path} was opened").exists()

    def close(self):
        self._process.kill()
        self._process.wait()


@pytest.fixture
def pipe(tmp_path):
    made = WatchedPipe(tmp_path / "pipe")
    yield made
    made.close()


@pytest.fixture
def texts(pipe):
    """What files may call a title, a genre, a person."""
    return (f'<img src="file://{pipe.path}">', "<b>x</b>", "a &lt; b & c", "<p>y")


def hostile_dataset(texts):
    plain = planted_dataset()
    names = tuple(f"{text} {place}" for place, text in enumerate(islice(cycle(texts), plain.titles)))
    genres = tuple((text,) for text in islice(cycle(texts), plain.titles))
    return replace(
        plain,
        dataset_id="hostile",
        name=texts[0],
        users=Vocabulary([f"{text} {place}" for place, text in enumerate(islice(cycle(texts), plain.people))]),
        catalogue=Catalogue(names, plain.catalogue.years, genres, word="film"),
    )


@pytest.fixture
def window(qtbot, session, library, report, texts, tmp_path):
    """The window over a data set, runs and a profile whose every text is hostile."""
    said = replace(
        report,
        skipped={texts[0]: 2},
        problems=tuple(Problem(line, text, text, text) for line, text in enumerate(texts, start=2)),
        files=texts,
        notes=texts,
    )
    library.datasets.save(hostile_dataset(texts), said)
    stored = library.datasets.open("hostile")
    for model in ({"model": "ease", "model_config": None, "training": None}, {}):
        run = drive(trained(library, stored, device="cpu", split=SplitConfig(), **model))
        library.runs.rename(run.run_id, f"{texts[0]} {run.run_id}")
    drive(operations.baselines(library, stored, SplitConfig()))
    made = MainWindow(session, Preferences(tmp_path / "home"))
    qtbot.addWidget(made)
    made.show()
    session.my_ratings.new_profile(texts[0])
    assert session.data.open("hostile")
    qtbot.waitUntil(lambda: session.model.recommender is not None and session.is_idle, timeout=MOST_MS)
    return made


def foreign_tags(text):
    """The tags that Qt would obey in a text that it takes for HTML, but for those of our own making."""
    return set(_TAG.findall(text)) - {"p", "br", "span"} if QtText.mightBeRichText(text) else set()


def obeyed():
    """What would be obeyed as HTML in labels, tooltips, lists, tables and plots; each with the widget that shows it."""
    for widget in QApplication.allWidgets():
        if isinstance(widget, QLabel) and widget.metaObject().className() != "QTipLabel":
            is_own = isinstance(widget, ColouredLabel) and not foreign_tags(widget.text())
            is_plain = widget.textFormat() is Qt.TextFormat.PlainText
            if not is_plain and not is_own and widget.text() not in _OF_PYQTGRAPH:
                yield widget, widget.text()
        if isinstance(widget, QTextEdit):
            yield widget, "a text edit that reads HTML"
        if isinstance(widget, QGraphicsView) and widget.scene() is not None:
            texts = [item.toHtml() for item in widget.scene().items() if isinstance(item, QGraphicsTextItem)]
            yield from ((widget, text) for text in texts if "<img" in text or "font-weight:700" in text)
        yield from ((widget, tip) for tip in tips_of(widget) if foreign_tags(tip))


def tips_of(widget):
    yield from (widget.toolTip(), widget.whatsThis(), widget.statusTip())
    yield from (action.toolTip() for action in widget.actions())
    if isinstance(widget, QTabBar):
        yield from (widget.tabToolTip(place) for place in range(widget.count()))
    if isinstance(widget, QAbstractItemView | QComboBox) and widget.model() is not None:
        yield from tips_of_model(widget.model())


def tips_of_model(model):
    roles = (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.WhatsThisRole, Qt.ItemDataRole.StatusTipRole)
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
    for role in roles:
        for column in range(columns):
            yield str(model.headerData(column, Qt.Orientation.Horizontal, role) or "")
            for row in range(min(_MOST_ROWS, model.rowCount(QModelIndex()))):
                yield str(model.index(row, column, QModelIndex()).data(role) or "")


def point_at_everything(window):
    """Let every visible part show its tooltip, lists and tables that of their first rows; what was shown."""
    shown = []
    for widget in window.findChildren(QAbstractItemView):
        if widget.isVisible() and widget.model() is not None:
            for row in range(min(4, widget.model().rowCount(QModelIndex()))):
                place = widget.visualRect(widget.model().index(row, 0, QModelIndex())).center()
                point_at(widget.viewport(), place)
                shown.append(QToolTip.text())
    QToolTip.hideText()
    return shown


def point_at(widget, place):
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, place, widget.mapToGlobal(place)))


def test_that_no_place_reads_a_text_of_a_file_as_html(qtbot, window, session, texts, tmp_path, pipe, monkeypatch):
    wrong, pointed, labels = [], [], set()

    def look():
        QApplication.processEvents()
        wrong.extend((widget.objectName() or type(widget).__name__, text) for widget, text in obeyed())
        pointed.extend(point_at_everything(window))
        labels.update(label.text() for label in window.findChildren(QLabel))

    def settled():
        return session.is_idle and session.jobs.state is None

    for row, rating in enumerate((5.0, 4.0, 2.0, 1.0)):
        session.my_ratings.rate(row, rating)
    look()
    session.recommendations.recommend()
    qtbot.waitUntil(lambda: session.recommendations.list is not None, timeout=MOST_MS)
    rows = window.findChild(QListView, "recommendations")
    qtbot.waitUntil(lambda: rows.model().rowCount() > 0, timeout=MOST_MS)
    rows.setCurrentIndex(rows.model().index(0, 0))
    qtbot.wait(400)
    qtbot.waitUntil(settled, timeout=MOST_MS)
    window.findChild(QTabWidget, "why_tabs").setCurrentIndex(1)
    look()
    for place in ("data", "train", "models", "settings"):
        window.show_place(place)
        qtbot.waitUntil(settled, timeout=MOST_MS)
        for tabs in window.findChildren(QTabWidget):
            if tabs.isVisible():
                for tab in range(tabs.count()):
                    tabs.setCurrentIndex(tab)
                    look()
        look()
    path = tmp_path / "<b>ratings.csv"
    with path.open("w", newline="") as file:
        ratings = [(person, title, 1 + 7 * place % 5) for person in texts for place, title in enumerate(texts)]
        csv.writer(file).writerows((("<i>user</i>", "item", "rating"), *ratings))
    window.open_files([path])
    qtbot.waitUntil(settled, timeout=MOST_MS)
    look()
    session.requests.notice.emit(Notice(texts[0], texts[1], texts[2]))
    look()
    set_tip(rows, texts[0])
    helped = []
    monkeypatch.setattr(QWhatsThis, "showText", lambda _at, text, _widget: helped.append(text))
    monkeypatch.setattr(QApplication, "focusWidget", lambda: rows)
    next(found for found in window.findChildren(QShortcut) if found.key().toString() == "F1").activated.emit()
    assert [foreign_tags(text) for text in helped] == [set()]
    assert sorted(set(wrong)) == []
    assert not pipe.was_opened
    assert any(texts[0] in label for label in labels), "the titles are to be seen as they are"
    assert [tip for tip in pointed if foreign_tags(tip)] == []
    assert any("&lt;img" in tip or "<img" in tip for tip in pointed)


def test_that_questions_show_a_name_as_it_is(qapp, texts, pipe, monkeypatch):
    shown = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: shown.append((box.textFormat(), box.text())))
    questions.ask_to_stop(None, texts[0])
    assert shown == [(Qt.TextFormat.PlainText, f"{texts[0]} is still running.")]
    assert not pipe.was_opened


@pytest.mark.parametrize(
    ("text", "tip"),
    [
        ("Seven (1995)", "Seven (1995)"),
        ("I <3 you & me", "I <3 you & me"),
        ("<b>x</b>\ny", "<p>&lt;b&gt;x&lt;/b&gt;<br>\ny</p>"),
        ("a &lt; b", "<p>a &amp;lt; b</p>"),
        ("", ""),
    ],
)
def test_that_a_tooltip_is_escaped_only_where_qt_would_read_it_as_html(text, tip):
    assert plain_tip(text) == tip


def test_that_words_in_colours_are_escaped():
    html = markup("a <i>", Coloured("<b>&", "#ff0000"))
    assert html == 'a &lt;i&gt;<span style="color: #ff0000">&lt;b&gt;&amp;</span>'
    assert button_text("R&B") == "R&&B"


def test_that_labels_and_tooltips_are_made_in_one_place_only():
    made = re.compile(
        r"QLabel\(|\(QLabel\)|\b(?:QTextEdit|QTextBrowser|QTextDocument|LabelItem|addLegend)\("
        r"|set(?:Html|TextFormat|ToolTip|WhatsThis|StatusTip)\(|setTabToolTip\((?!.*plain_tip)"
    )
    found = {
        (path.relative_to(_PACKAGE).as_posix(), call)
        for path in _PACKAGE.rglob("*.py")
        for call in made.findall(path.read_text(encoding="utf-8"))
    }
    assert found == {
        ("common/plain.py", "(QLabel)"),
        ("common/plain.py", "setTextFormat("),
        ("common/plain.py", "setToolTip("),
        ("common/plots/live_panel.py", "setHtml("),
        ("training/learning_rate/loss_over_rate_plot.py", "setHtml("),
        ("training/live/panel_view.py", "setHtml("),
        ("for_you/printing.py", "QTextDocument("),
        ("for_you/printing.py", "setHtml("),
        ("common/questions.py", "setTextFormat("),
    }
