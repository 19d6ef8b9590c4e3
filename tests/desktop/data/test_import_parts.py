"""What is on the import page: the preview and its roles, choices, rules, obstacles, and what they say."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QPushButton

from desktop_rec.data.importing import text
from desktop_rec.data.importing.choices import ImportChoices, TextChoice
from desktop_rec.data.importing.keep_only_panel import KeepOnlyPanel
from desktop_rec.data.importing.page import ImportObstacle, Obstacle
from desktop_rec.data.importing.preview_table import (
    SKIPPED,
    Cell,
    CellRole,
    ImportPreviewTable,
    PreviewTable,
    preview_table,
)
from desktop_rec.data.importing.role_header import HeadColumn, RoleHeader
from engine.data.dataset import Scale
from engine.data.importing.estimate import Estimate
from engine.data.importing.options import Remaining, Selection
from engine.data.importing.preview import look
from engine.data.reading.roles import Given
from engine.events import drive


def preview_of(path):
    return drive(look([path], Given()))


def press(qtbot, view, name):
    qtbot.mouseClick(view.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def text_of(view, name):
    return view.findChild(QLabel, name).text()


def test_that_a_skipped_row_says_why_in_a_column_of_its_own(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("user,item,rating\na,x,3\nb,y,many\n")
    table = preview_table(preview_of(path))
    assert table.columns[-1] == HeadColumn(SKIPPED, can_choose=False)
    assert table.rows[1][-1] == Cell("rating is not a number", "", "problem")
    assert table.rows[0][-1].words == ""
    assert table.lines == (2, 3)


def test_that_a_cell_shows_what_it_is_read_as_and_what_stands_there(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("user;item;rating;date\na;x;3,50;2003-05-04\n")
    cells = preview_table(preview_of(path)).rows[0]
    assert (cells[2].words, cells[2].text) == ("3.5", "3,50")
    assert (cells[3].words, cells[3].text) == ("4 May 2003", "2003-05-04")


def test_that_the_header_says_roles_and_hears_new_ones(qtbot, recorded):
    table = ImportPreviewTable()
    qtbot.addWidget(table)
    table.resize(600, 300)
    table.show()
    columns = (HeadColumn("a", "user"), HeadColumn("b", ""), HeadColumn(SKIPPED, can_choose=False))
    chosen = recorded(table.role_chosen)
    table.show_table(PreviewTable(columns, (1,), ((Cell("x"), Cell("y"), Cell("")),)))
    boxes = [table.findChild(QComboBox, f"role_{at}") for at in range(3)]
    assert [box.currentText() for box in boxes[:2]] == ["Person", "–"]
    assert not boxes[2].isVisible()
    assert not chosen.calls
    boxes[1].setCurrentIndex(boxes[1].findData("rating"))
    assert chosen.calls == [(1, "rating")]


def test_that_keys_open_the_list_of_roles_and_take_none_in_passing(qtbot, recorded):
    table = ImportPreviewTable()
    qtbot.addWidget(table)
    table.resize(600, 300)
    table.show()
    chosen = recorded(table.role_chosen)
    table.show_table(PreviewTable((HeadColumn("a", "user"), HeadColumn("b", "")), (1,), ((Cell("x"), Cell("y")),)))
    box = table.findChild(QComboBox, "role_1")
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert box.view().isVisible()
    assert not chosen.calls
    qtbot.keyClicks(box.view(), "Ra")
    qtbot.keyClick(box.view(), Qt.Key.Key_Return)
    assert chosen.calls == [(1, "rating")]


def test_that_boxes_stay_above_their_columns_when_the_table_is_scrolled(qtbot):
    table = ImportPreviewTable()
    qtbot.addWidget(table)
    table.resize(320, 200)
    table.show()
    columns = tuple(HeadColumn(f"column {at}", "") for at in range(8))
    table.show_table(PreviewTable(columns, (1,), (tuple(Cell("x") for _ in columns),)))
    table.horizontalScrollBar().setValue(table.horizontalScrollBar().maximum())
    header = table.findChild(RoleHeader)
    for at in range(8):
        box = table.findChild(QComboBox, f"role_{at}")
        assert abs(box.x() - header.sectionViewportPosition(at)) <= 8


def test_that_a_table_keeps_its_scroll_and_focus_when_roles_change(qtbot):
    table = ImportPreviewTable()
    qtbot.addWidget(table)
    table.show()
    cells = ((Cell("x"), Cell("y")),)
    table.show_table(PreviewTable((HeadColumn("a", "user"), HeadColumn("b", "")), (1,), cells))
    box = table.findChild(QComboBox, "role_1")
    table.show_table(PreviewTable((HeadColumn("a", "user"), HeadColumn("b", "item")), (1,), cells))
    assert table.findChild(QComboBox, "role_1") is box
    assert box.currentText() == "Title id"
    assert table.model().index(0, 1).data(CellRole) == Cell("y")


def test_that_choices_begin_with_what_was_found(qtbot, recorded):
    choices = ImportChoices()
    qtbot.addWidget(choices)
    edited = recorded(choices.edited)
    options = ((",", "Comma ,"), (";", "Semicolon ;"))
    choices.show_choices([TextChoice("delimiter", "Delimiter", "What", "Comma ,", options)])
    box = choices.findChild(QComboBox, "import_delimiter")
    assert box.currentText() == "Comma , (found)"
    box.setCurrentIndex(2)
    assert edited.calls == [("delimiter", ";")]
    choices.show_choices([TextChoice("delimiter", "Delimiter", "What", "Semicolon ;", options, ";")])
    assert box.itemText(0) == "As found"
    assert box.currentText() == "Semicolon ;"
    assert len(edited.calls) == 1


def test_that_rules_offer_their_numbers_and_are_off_at_first(qtbot, recorded):
    panel = KeepOnlyPanel()
    qtbot.addWidget(panel)
    edited = recorded(panel.edited)
    assert panel.selection() == Selection()
    for name in ("least_per_person", "least_per_title", "most_titles"):
        panel.findChild(QCheckBox, f"keep_{name}").setChecked(True)
    assert edited.last == (Selection(least_per_person=30, least_per_title=30, most_titles=6000), "last")
    panel.show_times(has_times=False)
    assert not panel.findChild(QCheckBox, "keep_last_years").isEnabled()


def test_that_a_policy_for_repeats_is_heard(qtbot, recorded):
    panel = KeepOnlyPanel()
    qtbot.addWidget(panel)
    edited = recorded(panel.edited)
    box = panel.findChild(QComboBox, "keep_only_duplicates")
    box.setCurrentIndex(box.findData("max"))
    assert edited.last == (Selection(), "max")


def test_that_each_rule_in_force_says_what_it_leaves(qtbot):
    panel = KeepOnlyPanel()
    qtbot.addWidget(panel)
    panel.show()
    panel.show_selection(Selection(most_titles=6000), "last")
    panel.show_counts(["a", "b", "c", "d"])
    assert text_of(panel, "keep_most_titles_count") == "b"
    assert not panel.findChild(QLabel, "keep_last_years_count").isVisible()
    assert text_of(panel, "keep_only_total") == "What remains: d"


def test_that_an_obstacle_of_ones_own_file_offers_to_add_it(qtbot, recorded):
    card = ImportObstacle()
    qtbot.addWidget(card)
    added = recorded(card.add_asked)
    card.show_obstacle(Obstacle("It is yours.", "Add it.", is_personal=True))
    press(qtbot, card, "import_add_to_mine")
    assert len(added.calls) == 1
    card.show_obstacle(None)
    assert not card.isVisible()


@pytest.mark.parametrize(
    ("scale", "said_so"),
    [
        (Scale(0.5, 5, 0.5), "ratings from 0.5 to 5 in halves"),
        (Scale(1, 10, 1), "ratings from 1 to 10 in whole steps"),
        (Scale(-10, 10, 0), "ratings from −10 to 10, any number between"),
        (None, "no rating in the first rows"),
    ],
)
def test_that_a_scale_is_said_in_words(scale, said_so):
    assert text.format_scale(scale) == said_so


def test_that_what_remains_is_said_in_figures():
    assert (
        text.format_remaining(Remaining(6040, 3043, 995_000), "film") == "6,040 people · 3,043 films · 995,000 ratings"
    )
    assert text.format_remaining(Remaining(1, 1, 1)) == "1 person · 1 title · 1 rating"
    assert text.format_remaining(Remaining(0, 0, 0)) == "nothing"


def test_that_needs_are_said_of_a_large_import_and_warned_of_where_short():
    small = Estimate(1000, 100, 160, 1, 8000, 8000)
    large = Estimate(500_000_000, 20_000_000, 1200, 320, 8000, 8000)
    assert text.describe_needs(small) == ("", False)
    assert text.describe_needs(large) == ("Will need about 1.3 GB of memory and 336 MB of disk.", False)
    sentence, is_short = text.describe_needs(Estimate(500_000_000, 20_000_000, 1200, 320, 600, 100))
    assert is_short
    assert "Only 105 MB of disk are free" in sentence
    assert "Only 629 MB of memory are free" in sentence
