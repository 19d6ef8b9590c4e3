"""The window over a library of which something is damaged: it opens, says so in sentences, and shows the rest."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path

import pytest
from damaged_process import damage, furnish, place_of

from desktop_rec.common.preferences import Preferences
from desktop_rec.session.session import Session
from desktop_rec.window.main_window import MainWindow

MOST_MS = 20_000
MANY = 60
PROGRAM_ERROR = "Something went wrong in the program"


@pytest.fixture(scope="module")
def furnished(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("furnished")
    furnish(folder / "home")
    preferences = Preferences(folder / "home")
    preferences.theme, preferences.dataset_id, preferences.models = "dark", "planted", {"0": "r01234567"}
    preferences.save()
    return folder / "home"


def looked_at(qtbot, recorded, home: Path) -> list[str]:
    """All that a window says of a library while a person opens everything in it."""
    session = Session()
    notices = recorded(session.requests.notice)
    window = MainWindow(session, Preferences(home))
    window.show()
    window.open_library(home)
    for record in session.library.datasets():
        session.data.open(record.dataset_id)
        qtbot.waitUntil(lambda: session.queries.is_idle, timeout=MOST_MS)
    for run in session.dataset.runs:
        session.model.use_run(run.run_id)
        session.models.compare(run.run_id)
        qtbot.waitUntil(lambda: session.queries.is_idle, timeout=MOST_MS)
    for place in ("data", "train", "models", "settings", "for_you"):
        window.show_place(place)
    for person in session.library.people():
        session.my_ratings.choose_profile(person.profile_id)
    qtbot.waitUntil(lambda: session.queries.is_idle, timeout=MOST_MS)
    said = [notice.as_text() for notice in notices.calls]
    if session.library.failure is not None:
        said.append(session.library.failure.sentence)
    window.close_without_asking()
    qtbot.waitUntil(lambda: session.is_idle, timeout=MOST_MS)
    session.library.close()
    window.deleteLater()  # before the session: what the window still waits for asks it
    session.deleteLater()
    return said


def check(qtbot, recorded, furnished: Path, folder: Path, *, count: int, seed: int) -> None:
    drawn, places = random.Random(seed), Counter[str]()
    for number in range(count):
        home = Path(shutil.copytree(furnished, folder / str(number)))
        _, path = damage(home, drawn, {})
        places[place_of(path)] += 1
        said = looked_at(qtbot, recorded, home)
        assert not [text for text in said if PROGRAM_ERROR in text], path
        shutil.rmtree(home)
    print("damaged", dict(places))


@pytest.mark.thorough
def test_that_a_damaged_library_is_shown_as_far_as_it_is_whole(qtbot, recorded, furnished, tmp_path):
    check(qtbot, recorded, furnished, tmp_path, count=5, seed=1)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(2, 6))
def test_that_many_damaged_libraries_are_shown(qtbot, recorded, furnished, tmp_path, seed):
    check(qtbot, recorded, furnished, tmp_path, count=MANY, seed=seed)


@pytest.mark.thorough
def test_that_nothing_is_said_of_a_whole_library(qtbot, recorded, furnished, tmp_path):
    assert looked_at(qtbot, recorded, Path(shutil.copytree(furnished, tmp_path / "home"))) == []
