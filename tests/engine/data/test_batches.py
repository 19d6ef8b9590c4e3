from contextlib import nullcontext
from unittest.mock import MagicMock

import numpy as np
import pytest
import torch

from engine.data import batches
from engine.data.batches import ResidentHistories, StreamedHistories, histories_on
from engine.data.dataset import Histories

CPU, GPU = torch.device("cpu"), torch.device("cuda")
HISTORIES = Histories.of([0, 0, 1, 3, 3, 3], [4, 1, 2, 0, 3, 4], [5, 4, 3, 2, 1, 5], people=4)
ASKED = torch.tensor([3, 2, 0])


def fields_of(batch):
    return batch.item_rows_N, batch.ratings_N, batch.person_N, batch.starts_B1


def test_that_a_batch_holds_the_histories_of_the_people_asked_for_in_that_order():
    items, ratings, person, starts = (
        field.tolist() for field in fields_of(ResidentHistories(HISTORIES, CPU).batch(ASKED))
    )
    assert (person, starts) == ([0, 0, 0, 2, 2], [0, 3, 3, 5])
    assert items == [0, 3, 4, 4, 1]
    assert ratings == [2.0, 1.0, 5.0, 5.0, 4.0]


def test_that_nobody_is_a_batch_of_nobody():
    batch = ResidentHistories(HISTORIES, CPU).batch(torch.zeros(0, dtype=torch.int64))
    assert (len(batch), len(batch.item_rows_N)) == (0, 0)


def test_that_histories_that_stay_in_memory_give_the_same_batches():
    ours, theirs = (kind(HISTORIES, CPU).batch(ASKED) for kind in (StreamedHistories, ResidentHistories))
    for own, other in zip(fields_of(ours), fields_of(theirs), strict=True):
        assert torch.equal(own, other)


def test_that_copies_to_a_gpu_go_beside_its_work_which_waits_for_them_alone(monkeypatch):
    copies, cuda = [], MagicMock(stream=lambda stream: nullcontext())
    streamed = StreamedHistories(HISTORIES, CPU)
    streamed._stream = object()
    monkeypatch.setattr(torch, "cuda", cuda)
    monkeypatch.setattr(batches, "sent", lambda values, device: copies.append(MagicMock()) or copies[-1])
    streamed._here = MagicMock()
    streamed.batch(ASKED)
    cuda.current_stream().wait_stream.assert_called_once_with(streamed._stream)
    assert [copy.record_stream.call_count for copy in copies] == [1, 1, 1, 1]


@pytest.mark.parametrize(("free_bytes", "kind"), [(97, "resident"), (95, "streamed")])
def test_that_histories_live_on_a_gpu_where_they_take_less_than_half_of_its_free_memory(monkeypatch, free_bytes, kind):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (free_bytes, 10**9))
    monkeypatch.setattr(batches, "ResidentHistories", lambda histories, device: "resident")
    monkeypatch.setattr(batches, "StreamedHistories", lambda histories, device: "streamed")
    assert histories_on(HISTORIES, GPU) == kind


def test_that_in_one_order_batches_and_whole_histories_agree():
    whole = batches.whole_batch(HISTORIES, CPU)
    assert whole.item_rows_N.tolist() == HISTORIES.item_rows_N.tolist()
    assert whole.starts_B1.tolist() == HISTORIES.indptr_U1.tolist()
    assert np.array_equal(whole.person_N.numpy(), HISTORIES.user_rows_N)
