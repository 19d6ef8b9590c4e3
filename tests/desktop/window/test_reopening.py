"""The window opens as it was left: data set, person, place, columns, the title that was picked, and the first model."""

import sys
from contextlib import contextmanager
from dataclasses import replace

import pytest
from planted import planted_dataset
from PySide6.QtWidgets import QSplitter

from desktop_rec.app import Launch
from desktop_rec.for_you.middle import Middle
from desktop_rec.window.place_stack import PlaceStack
from engine.data.profiles import Profile, ProfileEntry
from engine.library.store import Library
from engine.models.ease import Ease

MOST_MS = 30_000
ENTRIES = tuple(ProfileEntry(str(n), f"Film {n}", 2000, float(n % 5 + 1)) for n in range(8))


@pytest.fixture
def home(tmp_path, report):
    """A library with a data set and two people."""
    with Library.open(tmp_path / "home", who="a test") as library:
        library.datasets.save(replace(planted_dataset(), dataset_id="planted"), report)
        for profile_id, name in (("me", "Me"), ("maria", "Maria")):
            library.profiles.save(Profile(profile_id, name, ENTRIES))
    return tmp_path / "home"


@pytest.fixture
def opened(qtbot, qapp, home):
    """A launch in that home, each time anew; closed as a person closes it."""

    @contextmanager
    def open_window():
        hook = sys.excepthook
        launch = Launch(qapp, home, theme="light")
        launch.begin([])
        qtbot.waitUntil(lambda: launch.session.library.files is not None, timeout=MOST_MS)
        yield launch
        launch.window.close()
        qtbot.waitUntil(lambda: launch.session.is_idle, timeout=MOST_MS)
        launch.end()
        launch.window.deleteLater()
        launch.deleteLater()
        sys.excepthook = hook

    return open_window


def has_list(qtbot, launch):
    qtbot.waitUntil(lambda: launch.session.recommendations.list is not None, timeout=MOST_MS)
    qtbot.waitUntil(lambda: launch.session.is_idle, timeout=MOST_MS)


def listed(launch):
    return launch.window.findChild(PlaceStack).view_of("for_you").page.pane.list


def test_that_data_set_person_columns_and_title_are_as_they_were_left(qtbot, opened, monkeypatch):
    with opened() as launch:
        launch.session.data.open("planted")
        launch.session.my_ratings.choose_profile("maria")
        has_list(qtbot, launch)
        row = launch.session.recommendations.list.items[4]
        assert listed(launch).choose(row.item_row)
        columns = launch.window.findChild(QSplitter, "for_you_columns")
        columns.setSizes([320, 500, 260])
        left = columns.sizes()
        assert launch.window.place == "for_you"

    def refuse(self, histories):
        raise AssertionError("The first model was computed again.")

    monkeypatch.setattr(Ease, "fit", refuse)
    with opened() as launch:
        has_list(qtbot, launch)
        assert launch.session.dataset.is_open("planted")
        assert launch.session.profile.current.name == "Maria"
        assert listed(launch).current.item_id == row.item_id
        assert launch.preferences.columns("for_you_columns") == left
        widths = launch.window.findChild(QSplitter, "for_you_columns").sizes()
        assert widths[0] == pytest.approx(left[0], abs=12)
        assert launch.session.model.recommender.stars is not None


@pytest.mark.parametrize(("page", "shown"), [("map", Middle.MAP), ("taste", Middle.TASTE), ("nothing", Middle.LIST)])
def test_that_the_middle_of_for_you_is_the_one_that_was_left(qtbot, opened, page, shown):
    with opened() as launch:
        launch.session.data.open("planted")
        has_list(qtbot, launch)
        middle = launch.window.findChild(PlaceStack).view_of("for_you").page.middle
        middle.turn_to(shown)
        launch.session.recommendations.page = page
    with opened() as launch:
        has_list(qtbot, launch)
        middle = launch.window.findChild(PlaceStack).view_of("for_you").page.middle
        assert middle.current is shown
        if shown is not Middle.LIST:
            qtbot.waitUntil(lambda: launch.session.is_idle, timeout=MOST_MS)
            middle.turn_to(Middle.LIST)
            assert launch.session.recommendations.page == "list"


@pytest.mark.thorough
def test_that_the_place_is_the_one_that_was_left(qtbot, opened):
    with opened() as launch:
        launch.session.data.open("planted")
        launch.window.show_place("models")
    with opened() as launch:
        qtbot.waitUntil(lambda: launch.session.dataset.current is not None, timeout=MOST_MS)
        assert launch.window.place == "models"
        launch.preferences.place = "nowhere"
        launch.window.show_place("settings")


@pytest.mark.thorough
def test_that_a_title_nobody_picked_leaves_the_list_at_its_first_row(qtbot, opened):
    for _ in range(2):
        with opened() as launch:
            if launch.session.dataset.current is None:
                launch.session.data.open("planted")
            has_list(qtbot, launch)
            assert listed(launch).current.rank == 1
            assert listed(launch).picked is None
