"""In the smallest window no words are cut: on a screen of 1920 x 1080 that shows everything at twice the size."""

import pytest
from operation_driving import trained
from planted import planted_dataset
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QFrame, QLabel, QPushButton, QRadioButton

from desktop_rec.common.controls import ElidedLabel
from desktop_rec.common.preferences import Preferences
from desktop_rec.window.main_window import MainWindow
from engine import operations
from engine.data.split import SplitConfig
from engine.events import drive

MOST_MS = 30_000
SMALL = (960, 540)


@pytest.fixture
def window(qtbot, session, library, report, tmp_path):
    """A small window over a data set with two runs and a person who has not rated anything."""
    library.datasets.save(planted_dataset(), report)
    stored = library.datasets.open("planted")
    for model in ({"model": "ease", "model_config": None, "training": None}, {}):
        drive(trained(library, stored, device="cpu", split=SplitConfig(), **model))
    drive(operations.baselines(library, stored, SplitConfig()))
    made = MainWindow(session, Preferences(tmp_path / "home"))
    qtbot.addWidget(made)
    made.setMinimumSize(*SMALL)
    made.resize(*SMALL)
    made.show()
    assert session.data.open("planted")
    qtbot.waitUntil(lambda: session.model.recommender is not None and session.is_idle, timeout=MOST_MS)
    return made


def has_room(part):
    """Whether a label or a button shows all of its words."""
    if isinstance(part, QLabel) and part.wordWrap():
        return part.height() >= part.heightForWidth(part.width())
    return part.width() >= part.sizeHint().width()


def cut(window):
    """The words that are not shown to their end. Lists, tables and plots shorten theirs with an ellipsis."""
    kinds = (QLabel, QPushButton, QCheckBox, QRadioButton)
    parts = [part for kind in kinds for part in window.findChildren(kind) if part.isVisible() and part.text()]
    assert parts
    return [part.text() for part in parts if not isinstance(part, ElidedLabel) and not has_room(part)]


def test_that_no_words_are_cut_in_a_small_window(qtbot, session, window):
    found = {}
    for place in ("for_you", "data", "train", "models", "settings"):
        window.show_place(place)
        qtbot.waitUntil(lambda: session.is_idle, timeout=MOST_MS)
        qtbot.wait(100)
        assert window.width() == SMALL[0]
        found[place] = cut(window)
    assert not any(found.values()), found


def test_that_no_words_are_cut_in_for_you_on_the_way_to_a_list(qtbot, session, window):
    found = {}
    for ratings in range(1, 6):
        session.my_ratings.rate(ratings, 4.0)
        qtbot.waitUntil(lambda: session.is_idle, timeout=MOST_MS)
        qtbot.wait(50)
        found[ratings] = cut(window)
    for button in window.findChildren(QAbstractButton, "onboarding_many"):
        button.click()
    qtbot.wait(50)
    found["many"] = cut(window)
    assert not any(found.values()), found


def test_that_places_are_icons_with_their_words_in_tooltips_where_the_window_is_narrow(qtbot, window):
    sidebar, models = window.findChild(QFrame, "sidebar"), window.findChild(QPushButton, "place_models")
    assert models.text() == ""
    assert models.toolTip().startswith("Models: ")
    assert models.accessibleName() == "Models"
    narrow = sidebar.width()
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: sidebar.width() > 2 * narrow, timeout=MOST_MS)
    assert models.text().strip() == "Models"
