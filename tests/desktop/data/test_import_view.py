"""The import view: files before they are imported, what a person says of them, and what would remain."""

import gc
import threading
import time
import weakref

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QSpinBox, QWidget

from desktop_rec.common import questions
from desktop_rec.common.preferences import Preferences
from desktop_rec.data.importing.page import ImportObstacle
from desktop_rec.data.importing.preview_table import ImportPreviewTable
from desktop_rec.data.view import DataView
from desktop_rec.window.main_window import MainWindow
from engine import operations
from engine.data.importing.options import Selection
from engine.data.reading.roles import Given
from engine.events import Progressed, Stop

MOST_MS = 20_000
ROWS = "".join(
    f"{person},{title},{1 + (person * title) % 5},{978300760 + person}\n"
    for person in range(12)
    for title in range(person % 5 + 4)
)
RATINGS = f"userId,movieId,rating,timestamp\n{ROWS}"
TITLES = "movieId,title,genres\n" + "".join(
    f'{number},"Long Day {number}, The (199{number})",Drama\n' for number in range(9)
)
ODD = "who;what;how much\n" + "".join(f"ann{number};film {number % 4};{number % 5},5\n" for number in range(9))


@pytest.fixture
def view(qtbot, session):
    made = DataView(session.data, session.importing)
    qtbot.addWidget(made)
    made.resize(1096, 748)
    made.show()
    return made


@pytest.fixture
def write(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()

    def made(name, text):
        path = folder / name
        path.write_text(text)
        return path

    return made


@pytest.fixture
def looked(qtbot, view, session):
    """Wait until the files are looked at and the lanes are free."""

    def waited(*paths):
        if paths:
            session.importing.prepare(paths)
        qtbot.waitUntil(lambda: session.importing.plan is not None and session.importing.plan.preview is not None)
        qtbot.waitUntil(lambda: not session.importing.plan.is_looking and session.queries.is_idle, timeout=MOST_MS)
        return session.importing.plan

    return waited


def press(qtbot, view, name):
    qtbot.mouseClick(view.findChild(QAbstractButton, name), Qt.MouseButton.LeftButton)


def text_of(view, name):
    return view.findChild(QLabel, name).text()


def choose(view, name, value):
    box = view.findChild(QComboBox, name)
    box.setCurrentIndex(box.findData(value))


def test_that_files_are_shown_before_anything_is_imported(view, session, write, looked):
    write("movies.csv", TITLES)
    looked(write("ratings.csv", RATINGS))
    assert text_of(view, "import_summary") == (
        "MovieLens csv: people, films, ratings and times · ratings from 1 to 5 in whole steps"
    )
    assert "movies.csv" in text_of(view, "import_titles")
    assert view.findChild(QLineEdit, "import_name").text() == "files"
    assert view.findChild(QPushButton, "import_start").isEnabled()
    assert session.library.datasets() == ()


def test_that_a_press_on_import_makes_the_data_set_and_shows_its_page(qtbot, view, session, write, looked):
    looked(write("ratings.csv", RATINGS))
    press(qtbot, view, "import_start")
    qtbot.waitUntil(lambda: session.dataset.current is not None, timeout=MOST_MS)
    assert session.importing.plan is None
    assert session.dataset.current.people == 12
    assert not view.findChild(QPushButton, "import_start").isVisible()
    qtbot.waitUntil(lambda: session.is_idle, timeout=MOST_MS)


def test_that_cancel_leaves_everything_as_it_was(qtbot, view, session, write, looked):
    looked(write("ratings.csv", RATINGS))
    press(qtbot, view, "import_leave")
    assert session.importing.plan is None
    assert view.findChild(QPushButton, "use_sample").isVisible()
    assert session.library.datasets() == ()


def test_that_roles_can_be_pointed_at_until_the_file_can_be_read(qtbot, view, session, write, looked):
    looked(write("odd.csv", ODD))
    assert not view.findChild(QPushButton, "import_start").isEnabled()
    assert "which one holds people, titles and ratings" in " ".join(
        label.text() for label in view.findChildren(QLabel) if label.isVisible()
    )
    for column, role in enumerate(("user", "title", "rating")):
        choose(view, f"role_{column}", role)
        looked()
    assert not view.findChild(ImportObstacle).isVisible()
    press(qtbot, view, "import_start")
    qtbot.waitUntil(lambda: session.dataset.current is not None, timeout=MOST_MS)
    assert session.dataset.current.scale.step == 0.5
    assert "film 1" in session.dataset.current.catalogue.titles
    qtbot.waitUntil(lambda: session.is_idle, timeout=MOST_MS)


def test_that_a_choice_for_the_text_changes_the_preview(view, session, write, looked):
    looked(write("a.csv", "1|10;4\n2|11;5\n3|10;1\n"))
    choose(view, "import_delimiter", "|")
    plan = looked()
    assert plan.preview.shape.delimiter == "|"
    assert plan.preview.rows[0].cells == ("1", "10;4")
    choose(view, "import_delimiter", None)
    assert looked().given.delimiter is None


def test_that_a_preview_never_belongs_to_an_older_choice(view, session, write, looked):
    looked(write("ratings.csv", RATINGS))
    states = []
    session.importing.changed.connect(lambda: states.append(session.importing.plan))
    for encoding in ("cp1252", "cp1250", "cp1251", "iso8859-15"):
        session.importing.read_as(Given(encoding=encoding))
    assert looked().preview.shape.encoding == "iso8859-15"
    assert all(state.preview.given == state.given for state in states if not state.is_looking)


def test_that_a_preview_on_its_way_is_dropped_for_a_newer_choice(view, session, write, looked):
    looked(write("ratings.csv", RATINGS))
    session.importing.read_as(Given(encoding="cp1252"))
    for thread in threading.enumerate():
        if thread.name == "desktop-rec files":
            thread.join(10)
    states = []
    session.importing.changed.connect(lambda: states.append(session.importing.plan))
    session.importing.read_as(Given(encoding="cp1250"))
    assert all(state.is_looking for state in states)
    assert looked().preview.shape.encoding == "cp1250"


def test_that_an_unreadable_choice_can_be_taken_back(view, session, write, looked):
    looked(write("ratings.csv", RATINGS))
    choose(view, "import_encoding", "utf-16-le")
    assert looked().preview.obstacle is not None
    assert view.findChild(QComboBox, "import_encoding").isVisible()
    choose(view, "import_encoding", None)
    assert looked().preview.obstacle is None


def test_that_a_taken_name_is_said_with_the_free_one(qtbot, view, session, write, looked, library, report):
    from planted import planted_dataset

    library.datasets.save(planted_dataset(), report)
    session.library.note_change()
    looked(write("ratings.csv", RATINGS))
    edit = view.findChild(QLineEdit, "import_name")
    edit.clear()
    qtbot.keyClicks(edit, "Planted")
    assert text_of(view, "import_name_taken") == "“Planted” is taken; this one will be called “Planted (2)”."
    press(qtbot, view, "import_start")
    qtbot.waitUntil(lambda: session.dataset.current is not None, timeout=MOST_MS)
    assert session.dataset.current.name == "Planted (2)"
    qtbot.waitUntil(lambda: session.is_idle, timeout=MOST_MS)


def test_that_a_titles_file_can_be_chosen_and_given_back(qtbot, view, session, write, looked, recorded, tmp_path):
    asked = recorded(view.titles_file_asked)
    looked(write("ratings.csv", RATINGS))
    assert "No list of titles" in text_of(view, "import_titles")
    press(qtbot, view, "import_choose_titles")
    assert len(asked.calls) == 1
    elsewhere = tmp_path / "names.csv"
    elsewhere.write_text(TITLES)
    session.importing.take_titles_from(elsewhere)
    assert looked().preview.titles_of_rows[1] == "The Long Day 1 (1991)"
    press(qtbot, view, "import_titles_found")
    assert looked().items is None


def test_that_what_remains_is_counted_when_the_fold_is_opened(qtbot, view, session, write, looked):
    looked(write("ratings.csv", RATINGS))
    assert (session.importing.plan.gathering, session.importing.plan.remaining) == (None, None)
    press(qtbot, view, "keep_only_fold_button")
    qtbot.waitUntil(lambda: session.importing.plan.remaining is not None, timeout=MOST_MS)
    whole = session.importing.plan.remaining[-1]
    assert whole.people == 12
    view.findChild(QSpinBox, "keep_least_per_person_number").setValue(7)
    qtbot.mouseClick(view.findChild(QCheckBox, "keep_least_per_person"), Qt.MouseButton.LeftButton, pos=_on_the_box())
    qtbot.waitUntil(lambda: session.importing.plan.selection == Selection(least_per_person=7), timeout=MOST_MS)
    looked()
    left = session.importing.plan.remaining[-1]
    assert 0 < left.people < whole.people
    assert f"{left.people} people" in text_of(view, "keep_only_total")


def test_that_the_import_keeps_what_was_counted_and_reads_no_file_again(
    qtbot, view, session, write, looked, monkeypatch
):
    looked(write("ratings.csv", RATINGS))
    press(qtbot, view, "keep_only_fold_button")
    qtbot.waitUntil(lambda: session.importing.plan.remaining is not None, timeout=MOST_MS)
    session.importing.keep_only(Selection(least_per_person=7), "mean")
    left = looked().remaining[-1]
    monkeypatch.setattr(operations, "import_files", lambda *_, **_names: pytest.fail("read again"))
    gathered, use = [], operations.import_gathered

    def import_gathered(_library, rows, **names):
        gathered.append(weakref.ref(rows))
        return use(_library, rows, **names)

    monkeypatch.setattr(operations, "import_gathered", import_gathered)
    press(qtbot, view, "import_start")
    qtbot.waitUntil(lambda: session.dataset.current is not None, timeout=MOST_MS)
    assert (session.dataset.current.people, session.dataset.current.titles) == (
        left.people,
        left.titles,
    )
    qtbot.waitUntil(lambda: session.is_idle, timeout=MOST_MS)
    gc.collect()
    assert [rows() for rows in gathered] == [None]


def test_that_rules_that_leave_nothing_keep_import_from_being_pressed(qtbot, view, session, write, looked):
    looked(write("ratings.csv", RATINGS))
    press(qtbot, view, "keep_only_fold_button")
    qtbot.waitUntil(lambda: session.importing.plan.remaining is not None, timeout=MOST_MS)
    session.importing.keep_only(Selection(least_per_person=1000), "last")
    looked()
    assert not view.findChild(QPushButton, "import_start").isEnabled()
    assert text_of(view, "keep_only_total") == "What remains: nothing"


def endless(*_arguments, **_names):
    try:
        for number in range(10**9):
            yield Progressed(f"Reading line {number:,}", number, None, "bytes")
            time.sleep(0.001)
    except Stop:
        pass
    return


def test_that_a_cancelled_import_leads_back_to_what_was_prepared(qtbot, view, session, write, looked, monkeypatch):
    looked(write("ratings.csv", RATINGS))
    session.importing.name("Mine")
    monkeypatch.setattr(operations, "import_files", endless)
    press(qtbot, view, "import_start")
    qtbot.waitUntil(lambda: view.findChild(QPushButton, "import_cancel").isVisible())
    press(qtbot, view, "import_cancel")
    qtbot.waitUntil(lambda: session.jobs.state is None, timeout=MOST_MS)
    assert view.findChild(QPushButton, "import_start").isVisible()
    assert view.findChild(QPushButton, "import_start").isEnabled()
    assert session.importing.plan.name == "Mine"
    assert session.library.datasets() == ()
    qtbot.waitUntil(lambda: session.is_idle, timeout=MOST_MS)


def test_that_other_files_are_refused_while_an_import_runs(qtbot, view, session, write, looked, monkeypatch, recorded):
    looked(write("ratings.csv", RATINGS))
    monkeypatch.setattr(operations, "import_files", endless)
    press(qtbot, view, "import_start")
    notices, plan = recorded(session.requests.notice), session.importing.plan
    assert not session.importing.prepare([write("other.csv", RATINGS)])
    assert "still running" in notices.last.sentence
    assert session.importing.plan is plan
    session.jobs.stop()
    qtbot.waitUntil(lambda: session.is_idle, timeout=MOST_MS)


def test_that_one_persons_export_can_be_added_to_my_ratings(qtbot, view, session, write, looked, recorded):
    files, places = recorded(session.importing.personal_file_found), recorded(session.requests.place)
    path = write("ratings.csv", "Date,Name,Year,Letterboxd URI,Rating\n2020-01-01,Alien,1979,https://x/1,4.5\n")
    looked(path)
    press(qtbot, view, "import_add_to_mine")
    assert files.calls == [path]
    assert places.calls[0] == "for_you"
    assert session.importing.plan is None


def test_that_columns_in_doubt_are_asked_about_and_not_guessed(view, session, write, looked):
    rows = [(n % 60, n % 7, 1 + n * n // 7 % 5, 1_100_000_000 + n % 7 * 10**7 + n) for n in range(180)]
    looked(write("rows.csv", "".join(",".join(map(str, row)) + "\n" for row in rows)))
    boxes = [view.findChild(QComboBox, f"role_{at}") for at in range(4)]
    assert [box.currentData() for box in boxes] == ["", "", "rating", "time"]
    assert "does not say for certain" in text_of(view, "import_obstacle_sentence")
    assert not view.findChild(QPushButton, "import_start").isEnabled()
    for at, role in enumerate(("item", "user")):
        boxes[at].setCurrentIndex(boxes[at].findData(role))
        looked()
    assert view.findChild(QPushButton, "import_start").isEnabled()


def test_that_counts_are_offered_as_strengths_with_their_border_of_likes(view, session, write, looked):
    rows = "".join(f"{n % 30},{n % 41},{int(1.09 ** (n * n % 97))}\n" for n in range(900))
    looked(write("plays.csv", f"user,item,plays\n{rows}"))
    box, table = view.findChild(QComboBox, "import_counts"), view.findChild(ImportPreviewTable)
    assert box.currentText() == "Counts: what was seen (found)"
    assert "people, titles and counts · they say what was seen" in text_of(view, "import_summary")
    assert "by logarithm (312 or more counts as liked)" in text_of(view, "import_notes")
    assert table.model().index(0, 2).data() == "seen"
    assert view.findChild(QLineEdit, "import_scale") is None
    choose(view, "import_counts", "log")
    looked()
    assert "strengths from 1 to 5 by logarithm: 312 or more counts as liked" in text_of(view, "import_summary")
    assert table.model().index(0, 2).data() == "1"
    choose(view, "import_counts", "ratings")
    looked()
    assert "ratings from 1 to 3916" in text_of(view, "import_summary")
    assert session.importing.plan.given.counts == "ratings"


def test_that_a_scale_is_checked_as_it_is_typed(qtbot, view, session, write, looked):
    looked(write("ratings.csv", RATINGS))
    field = view.findChild(QLineEdit, "import_scale")
    label = next(label for label in view.findChildren(QLabel) if label.buddy() is field)
    assert (field.text(), field.placeholderText(), label.text()) == ("", "1..5..1 (found)", "Scale")
    qtbot.keyClicks(field, "5..1")
    assert label.text() == "Write the lowest rating first."
    field.selectAll()
    qtbot.keyClicks(field, "1..10..1")
    assert label.text() == "Scale"
    qtbot.waitUntil(lambda: session.importing.plan.given.scale == (1, 10, 1), timeout=MOST_MS)
    looked()
    assert "ratings from 1 to 10 in whole steps" in text_of(view, "import_summary")
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: session.importing.plan.given.scale is None, timeout=MOST_MS)
    looked()


def test_that_a_wide_table_that_does_not_say_who_is_across_is_asked_about(qtbot, view, session, write, looked):
    looked(write("critics.csv", ",Anna,Bob,Cem,Dee\nBrazil,5,3,,1\nHeat,4,,2,2\nUp,,3,4,5\n"))
    box, table = view.findChild(QComboBox, "import_across"), view.findChild(ImportPreviewTable)
    assert (box.isVisible(), box.currentText()) == (True, "Please choose")
    assert text_of(view, "import_obstacle_sentence").startswith("critics.csv has a column each for Anna, Bob")
    assert not view.findChild(QPushButton, "import_start").isEnabled()
    assert table.model().index(0, 1).data() == "5"

    choose(view, "import_across", "people")
    looked()
    assert [table.model().index(0, column).data() for column in range(3)] == ["Anna", "Brazil", "5"]
    press(qtbot, view, "import_start")
    qtbot.waitUntil(lambda: session.dataset.current is not None, timeout=MOST_MS)
    assert session.dataset.current.users.ids == ("Anna", "Bob", "Cem", "Dee")
    qtbot.waitUntil(lambda: session.is_idle, timeout=MOST_MS)


def test_that_a_file_that_is_no_table_says_so_and_offers_another(qtbot, view, session, write, looked, recorded):
    asked = recorded(view.file_asked)
    looked(write("a.csv", "\x89PNG"))
    assert text_of(view, "import_obstacle_sentence")
    assert not view.findChild(ImportPreviewTable).isVisible()
    press(qtbot, view, "import_other_file")
    assert len(asked.calls) == 1


def test_that_several_dropped_files_a_folder_and_a_zip_are_all_taken(qtbot, session, tmp_path, write, monkeypatch):
    window = MainWindow(session, Preferences(tmp_path / "home"))
    qtbot.addWidget(window)
    asked = []
    monkeypatch.setattr(session.importing, "prepare", lambda paths, **_how: asked.append(paths))
    paths = [write("a.csv", RATINGS), tmp_path, tmp_path / "a.zip"]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    actions, keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(5, 5), actions, data, Qt.MouseButton.LeftButton, keys))
    assert asked == [paths]


def test_that_the_window_asks_for_a_titles_file(qtbot, session, tmp_path, monkeypatch):
    window = MainWindow(session, Preferences(tmp_path / "home"))
    qtbot.addWidget(window)
    taken = []
    monkeypatch.setattr(questions, "ask_for_titles_file", lambda _parent, _folder: tmp_path / "m.csv")
    monkeypatch.setattr(session.importing, "take_titles_from", taken.append)
    window.ask_for_titles_file()
    assert taken == [tmp_path / "m.csv"]


def test_that_every_control_has_its_three_names(view, write, looked):
    looked(write("ratings.csv", RATINGS))
    for kind in (QAbstractButton, QComboBox, QLineEdit, QSpinBox):
        for control in view.findChild(QWidget, "import_page").findChildren(kind):
            if control.objectName().startswith("qt_") or isinstance(control.parent(), (QSpinBox, QComboBox)):
                continue
            if (
                type(control).__name__ == "QTableCornerButton"
                or "Corner" in type(control).__name__
                or not control.objectName()
            ):
                assert control.parent() is view.findChild(ImportPreviewTable), control
                continue
            assert control.accessibleName(), control.objectName()
            assert control.toolTip(), control.objectName()


def _on_the_box():
    from PySide6.QtCore import QPoint

    return QPoint(8, 12)
