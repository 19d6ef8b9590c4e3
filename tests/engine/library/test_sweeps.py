"""Sweeps are stored with their data set, and read again with another smoothing."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

import numpy as np
import pytest
from stored_runs import a_sweep

from engine.library import sweeps
from engine.library.store import Library
from engine.training.rate_curve import STOPPED


def test_that_a_sweep_survives_a_restart_with_all_that_was_measured(home, planted, report):
    measured = a_sweep(ended=STOPPED, loss="validation", from_run="r1", smooth=0.7, prefer="minimum")
    with Library.open(home, who="a test") as library:
        library.datasets.save(planted, report)
        stored = library.sweeps.add(planted, measured)
    with Library.open(home, who="a test") as library:
        (found,) = library.sweeps.records(planted.fingerprint)
    assert found == stored
    assert np.array_equal(found.lrs, measured.lrs)
    assert np.array_equal(found.losses, measured.losses)
    facts = ("name", "plan", "batch", "ended", "loss", "from_run", "smooth", "prefer")
    assert [getattr(found, name) for name in facts] == [getattr(measured, name) for name in facts]
    assert found.created is not None
    assert found.words == measured.words


def test_that_the_sweeps_of_a_data_set_are_listed_alone_the_newest_first(library, planted):
    other = replace(planted, fingerprint="0" * 32)
    first, second = (library.sweeps.add(planted, a_sweep(name=name)) for name in ("first", "second"))
    library.sweeps.add(other, a_sweep(name="of another"))
    assert library.sweeps.records(planted.fingerprint) == (second, first)
    assert len(library.sweeps.records()) == 3


def test_that_sweeps_go_with_their_data_set_once_that_cannot_come_back(home, planted, report):
    with Library.open(home, who="a test") as library:
        library.datasets.save(planted, report)
        library.sweeps.add(planted, a_sweep())
        library.datasets.delete(planted.dataset_id)
        assert len(library.sweeps.records(planted.fingerprint)) == 1, "its deletion may be undone"
    with Library.open(home, who="a test") as library:
        assert library.sweeps.records() == ()


def test_that_only_the_newest_sweeps_of_a_data_set_are_kept(library, planted, monkeypatch):
    monkeypatch.setattr(sweeps, "MOST_OF_A_DATASET", 3)
    other = library.sweeps.add(replace(planted, fingerprint="0" * 32), a_sweep())
    names = [library.sweeps.add(planted, a_sweep(name=f"sweep {number}")).name for number in range(5)]
    assert [found.name for found in library.sweeps.records(planted.fingerprint)] == names[:1:-1]
    assert library.sweeps.find(other.sweep_id) == other


@pytest.mark.parametrize(
    "points", ["{", json.dumps({"lrs": [1.0], "losses": []}), json.dumps({"lrs": ["a"], "losses": [1.0]}), "[]", "{}"]
)
def test_that_a_damaged_sweep_is_left_out_and_said(home, library, planted, points):
    good, bad = (library.sweeps.add(planted, a_sweep(name=name)) for name in ("good", "bad"))
    with sqlite3.connect(home / "library.sqlite") as connection:
        connection.execute("UPDATE sweeps SET points = ? WHERE sweep_id = ?", (points, bad.sweep_id))
    assert library.sweeps.records(planted.fingerprint) == (good,)
    assert "sweep bad" in library.sweeps.damaged()[bad.sweep_id].what


def test_that_a_stored_sweep_is_read_again_with_another_smoothing(library, planted):
    stored = library.sweeps.add(planted, a_sweep())
    rough = stored.smoothed_by(0.0)
    assert np.array_equal(rough.smoothed, stored.losses)
    assert (rough.sweep_id, rough.name) == (stored.sweep_id, stored.name)
    assert rough.suggestions != stored.suggestions
