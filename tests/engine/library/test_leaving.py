"""Who goes can have all removed that was stored: all of ours, and nothing else."""

import numpy as np
from planted import planted_dataset
from small_ladder import LADDER

from engine.library import leaving
from engine.library.leaving import delete_everything, forget_starts
from engine.library.store import Library
from engine.recommending.taste_map import TasteMap


def test_that_everything_that_a_library_made_is_removed(tmp_path, report, monkeypatch):
    passing = tmp_path / "run" / "desktop-rec"
    passing.mkdir(parents=True)
    (passing / "0123.lock").write_text("")
    monkeypatch.setattr(leaving, "passing_folder", lambda: passing)
    home = tmp_path / "home"
    with Library.open(home, who="a test") as library:
        library.datasets.save(planted_dataset(), report)
        library.own_presets.add("Mine", {})
        library.speeds.remember([])
        library.ladders.remember(LADDER)
        library.taste_maps.save("films", TasteMap(np.zeros((3, 2), np.float32), keeps_neighbours=True))
        (home / "speeds.json").write_text("\0")
        library.speeds.remember([])
    (home / "window.ini").write_text("[window]")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        (home / name).write_text("put there by a system")
    (home / "logs").mkdir()
    (home / "logs" / "desktop-rec-20260101-000000-1.log").write_text("")
    assert delete_everything(home) == ()
    assert not home.exists()
    assert not passing.exists()


def test_that_what_a_person_put_there_stays_and_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(leaving, "passing_folder", lambda: tmp_path / "nothing")
    home = tmp_path / "home"
    Library.open(home, who="a test").close()
    (home / "diary.txt").write_text("dear diary")
    assert delete_everything(home) == (home / "diary.txt",)
    assert [path.name for path in home.iterdir()] == ["diary.txt"]


def test_that_a_folder_that_is_no_library_is_not_touched(tmp_path, monkeypatch):
    monkeypatch.setattr(leaving, "passing_folder", lambda: tmp_path / "nothing")
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "thesis.csv").write_text("1")
    assert delete_everything(tmp_path) == ()
    assert (tmp_path / "datasets" / "thesis.csv").exists()


def test_that_what_a_start_still_had_open_goes_once_it_is_closed(tmp_path, monkeypatch):
    passing = tmp_path / "run" / "desktop-rec"
    passing.mkdir(parents=True)
    (passing / "0123.lock").write_text("")
    monkeypatch.setattr(leaving, "passing_folder", lambda: passing)
    monkeypatch.setattr(leaving.shutil, "rmtree", lambda *_, **__: None)
    assert forget_starts() == (passing,)
    monkeypatch.undo()
    monkeypatch.setattr(leaving, "passing_folder", lambda: passing)
    assert forget_starts() == ()
    assert not passing.exists()
