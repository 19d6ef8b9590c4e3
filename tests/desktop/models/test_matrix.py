"""The filled matrix as a table: given ratings bold, predicted ones weak, and the way to more people and titles."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QTableView

from desktop_rec.models.matrix.panel import MatrixPanel
from engine.operations.matrix import PEOPLE, TITLES, MatrixWindow

NAN = float("nan")


def a_window(**changes):
    values = {
        "run_id": "r1", "first_person": PEOPLE, "first_title": 0, "people": 60, "titles": 15, "users": ("7", "9"),
        "items": ("1", "2"), "names": ("Brazil", "<b>Dune</b>"), "years": (1985, 0),
        "given_RC": np.array([[4.0, NAN], [NAN, 2.5]], np.float32),
        "filled_RC": np.array([[NAN, 3.14], [NAN, NAN]], np.float32),
    }  # fmt: skip
    return MatrixWindow(**{**values, **changes})


@pytest.fixture
def panel(qtbot):
    made = MatrixPanel()
    qtbot.addWidget(made)
    made.show_window(a_window())
    return made


def cell(panel, row, column, role=Qt.ItemDataRole.DisplayRole):
    model = panel.findChild(QTableView, "matrix_table").model()
    return model.data(model.index(row, column), role)


def test_that_given_ratings_are_bold_and_predicted_ones_weak(panel):
    assert [[cell(panel, row, column) for column in range(2)] for row in range(2)] == [["4", "3.1"], ["", "2.5"]]
    fonts = [cell(panel, 0, column, Qt.ItemDataRole.FontRole).bold() for column in range(2)]
    assert fonts == [True, False]
    colours = {cell(panel, 0, column, Qt.ItemDataRole.ForegroundRole).name() for column in range(2)}
    assert len(colours) == 2
    assert cell(panel, 0, 1, Qt.ItemDataRole.AccessibleTextRole) == "3.14 predicted for <b>Dune</b> by person 7"


def test_that_heads_name_people_and_titles(panel):
    model = panel.findChild(QTableView, "matrix_table").model()
    assert [model.headerData(row, Qt.Orientation.Vertical) for row in range(2)] == ["7", "9"]
    assert model.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) == "Brazil (1985)"


def test_that_one_goes_on_by_whole_windows_and_not_beyond_the_ends(qtbot, panel):
    assert panel.findChild(QLabel, "matrix_where").text().startswith("People 26 to 27 of 60, titles 1 to 2 of 15")
    assert not panel.findChild(QPushButton, "matrix_left").isEnabled()
    with qtbot.waitSignal(panel.moved) as moved:
        panel.findChild(QPushButton, "matrix_up").click()
    assert moved.args == [0, 0]
    with qtbot.waitSignal(panel.moved) as moved:
        panel.findChild(QPushButton, "matrix_right").click()
    assert moved.args == [PEOPLE, TITLES]
    panel.show_window(a_window(first_person=58))
    assert not panel.findChild(QPushButton, "matrix_down").isEnabled()
