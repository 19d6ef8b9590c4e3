import numpy as np
import pytest
import torch

from engine.errors import DivergedError
from engine.models import fold_in
from engine.models.fold_in import lots_of, solved


def some_people(people=50):
    rng = np.random.default_rng(2)
    counts = rng.integers(0, 30, people)
    return torch.from_numpy(rng.integers(0, 40, counts.sum())), torch.from_numpy(rng.random(counts.sum())), counts


def test_that_every_rating_of_every_person_is_in_one_lot_in_order(monkeypatch):
    monkeypatch.setattr(fold_in, "_NUMBERS_AT_ONCE", 400)
    rows, targets, counts = some_people()
    starts = np.concatenate([[0], np.cumsum(counts)])
    lots = list(lots_of(rows, targets, counts, width=4))
    assert len(lots) > 5
    assert sorted(np.concatenate([lot.people for lot in lots])) == list(range(50))
    for lot in lots:
        for place, person in enumerate(lot.people):
            there = lot.there_Um[place].bool()
            own = slice(int(starts[person]), int(starts[person + 1]))
            assert torch.equal(lot.rows_Um[place][there], rows[own])
            assert torch.equal(lot.targets_Um[place][there], targets[own])
            assert int(lot.counts_U[place]) == counts[person]


def test_that_lots_stay_within_the_memory_they_may_take(monkeypatch):
    monkeypatch.setattr(fold_in, "_NUMBERS_AT_ONCE", 1000)
    rows, targets, counts = some_people()
    lots = list(lots_of(rows, targets, counts, width=4))
    assert len(lots) > 1
    for lot in lots:
        assert len(lot.people) == 1 or lot.rows_Um.numel() * 4 <= 1000


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1e9])
def test_that_a_system_without_a_solution_is_told_as_divergence(value):
    gram = torch.full((2, 1, 1), value, dtype=torch.float64)
    with pytest.raises(DivergedError, match=r"nobody's ratings can be folded in.*diverged.*lower learning rate"):
        solved(gram, torch.ones(2, 1, dtype=torch.float64), torch.ones(2, 1, dtype=torch.float64))
