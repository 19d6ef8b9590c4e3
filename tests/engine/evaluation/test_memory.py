"""Evaluating keeps something for each person and for each title, never for each person and title."""

from __future__ import annotations

import tracemalloc

import numpy as np
from judged_people import TableModel

from engine.data.dataset import Histories
from engine.data.split import HeldOut
from engine.evaluation.protocol import evaluate_model
from engine.events import drive

TITLES = 20_000


def peak_bytes(people: int) -> int:
    """The most that numpy and Python held at a time while so many people were evaluated."""
    rng = np.random.default_rng(1)
    users = np.repeat(np.arange(people), 4)
    items = np.tile([3, 50, 700, 16_000], people) + users % 1_000
    known, wanted = (Histories.of(users, items + 7 * side, np.full(len(users), 4.0), people=people) for side in (0, 1))
    model = TableModel(rng.random(TITLES, dtype=np.float32), np.full(TITLES, 3.0, dtype=np.float32))
    job = evaluate_model(
        model,
        HeldOut(np.arange(people), known, wanted),
        candidates_I=np.ones(TITLES, dtype=bool),
        counts_I=np.arange(TITLES),
        cold_start_people=8,
    )
    tracemalloc.start()
    drive(job)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_that_more_people_take_no_more_memory_than_their_own_values(monkeypatch):
    monkeypatch.setattr("engine.data.batches._MOST_PEOPLE_AT_ONCE", 2)
    few, many = peak_bytes(60), peak_bytes(160)
    assert (many - few) / 100 < TITLES / 4, "a byte for every title and pair of people would be twice that"
