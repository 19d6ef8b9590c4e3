"""Training examples on a device, gathered batch by batch: people's histories, single ratings, or windows of histories.

Order and noise are functions of the seed and the place in the run, so that a resumed run repeats them.

Shapes: U people, N entries of all people, W windows, B examples of a batch, L steps of a window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import Histories, Int64

_MIX = 0x9E3779B97F4A7C15
_BYTES_AN_ENTRY = 8
_MOST_PEOPLE_AT_ONCE, _NUMBERS_AT_ONCE = 512, 2**22


@dataclass(frozen=True)
class Rows:
    """B people's entries as a sparse matrix: whose each is, in which column, and where each person's begin."""

    columns_N: Tensor
    starts_B1: Tensor
    person_N: Tensor

    def __len__(self) -> int:
        return len(self.starts_B1) - 1


@dataclass(frozen=True)
class Batch:
    """Some people's histories, person after person; a rating is NaN where the title was only seen.

    person_N says whose each entry is (0..B-1), starts_B1 where each person's entries begin.
    """

    item_rows_N: Tensor
    ratings_N: Tensor
    person_N: Tensor
    starts_B1: Tensor

    def __len__(self) -> int:
        return len(self.starts_B1) - 1

    @property
    def rows(self) -> Rows:
        """Which titles each person has, as the sparse products of networks take it."""
        return Rows(self.item_rows_N, self.starts_B1, self.person_N)


class Examples(Protocol):
    """What a model learns from, on a device: numbered examples, of which batches are gathered."""

    def __len__(self) -> int:
        """How many examples: people, ratings or windows, whichever the model learns from."""

    def batch(self, rows_B: Tensor) -> Any:
        """The examples of these numbers (on the processor), in that order, in the form that `losses` takes."""


class ResidentHistories:
    """People's histories on a device, 8 bytes an entry, of which batches are cut there. Nothing is read back."""

    def __init__(self, histories: Histories, device: torch.device) -> None:
        self._indptr_U1 = torch.from_numpy(np.array(histories.indptr_U1, dtype=np.int64))
        self._item_rows_N = torch.from_numpy(np.array(histories.item_rows_N, dtype=np.int32)).to(device)
        self._ratings_N = torch.from_numpy(np.array(histories.ratings_N, dtype=np.float32)).to(device)
        self.device = device
        self._people = len(histories)

    def __len__(self) -> int:
        return self._people

    def batch(self, rows_B: Tensor) -> Batch:
        """The histories of some people (numbers on the processor, which knows how many entries that gives)."""
        people = len(rows_B)
        places_2B = torch.zeros(2, people + 1, dtype=torch.int64)
        places_2B[1, :people] = self._indptr_U1[rows_B]
        torch.cumsum(self._indptr_U1[rows_B + 1] - places_2B[1, :people], 0, out=places_2B[0, 1:])
        entries = int(places_2B[0, -1])
        starts_B1, first_B1 = sent(places_2B, self.device)
        numbers_B = torch.arange(people, device=self.device)
        person_N = torch.repeat_interleave(numbers_B, starts_B1.diff(), output_size=entries)
        entry_N = torch.arange(entries, device=self.device) + (first_B1 - starts_B1)[person_N]
        return Batch(self._item_rows_N[entry_N].long(), self._ratings_N[entry_N], person_N, starts_B1)


class StreamedHistories:
    """People's histories that stay in the machine's memory: the next batch is on its way while a step is computed."""

    def __init__(self, histories: Histories, device: torch.device) -> None:
        self._here = ResidentHistories(histories, torch.device("cpu"))
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None  # type: ignore[no-untyped-call]
        self.device = device

    def __len__(self) -> int:
        return len(self._here)

    def batch(self, rows_B: Tensor) -> Batch:
        """The histories of some people, in that order; work that is queued on the device is not waited for."""
        found = self._here.batch(rows_B)
        parts = (found.item_rows_N, found.ratings_N, found.person_N, found.starts_B1)
        if self._stream is None:
            return Batch(*(part.to(self.device) for part in parts))
        with torch.cuda.stream(self._stream):
            copies = [sent(part, self.device) for part in parts]
        current = torch.cuda.current_stream(self.device)
        current.wait_stream(self._stream)
        for copy in copies:
            copy.record_stream(current)
        return Batch(*copies)


def histories_on(histories: Histories, device: torch.device) -> ResidentHistories | StreamedHistories:
    """People's histories as examples: on the device where they take less than half of what is free there."""
    if device.type == "cuda" and 2 * _BYTES_AN_ENTRY * histories.entries > torch.cuda.mem_get_info(device)[0]:
        return StreamedHistories(histories, device)
    return ResidentHistories(histories, device)


def sent(values: Tensor, device: torch.device) -> Tensor:
    """Values of the processor on a device; to a GPU from pinned memory, so that nobody waits."""
    return values.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else values.to(device)


def whole_batch(histories: Histories, device: torch.device) -> Batch:
    return ResidentHistories(histories, device).batch(torch.arange(len(histories)))


def epoch_order(examples: int, *, seed: int, epoch: int) -> Tensor:
    """The order in which an epoch goes through the examples: a function of seed and epoch alone."""
    generator = torch.Generator().manual_seed(mixed_seed(seed, epoch, salt=1))
    return torch.randperm(examples, generator=generator)


def epoch_batches(examples: int, *, batch: int, seed: int, epoch: int, first: int = 0) -> Iterator[Tensor]:
    """The numbers of the examples in each batch of an epoch, from batch `first` on; the last one may be smaller."""
    order = epoch_order(examples, seed=seed, epoch=epoch)
    for start in range(first * batch, examples, batch):
        yield order[start : start + batch]


def step_noise(device: torch.device, *, seed: int, step: int, rank: int = 0) -> torch.Generator:
    """The source of all randomness of one step (dropout, noise): a function of seed and step alone.

    Where processes share a batch, each (by its rank) has noise of its own.
    """
    generator = torch.Generator(device=device)
    of_step = mixed_seed(seed, step, salt=2)
    generator.manual_seed(mixed_seed(of_step, rank, salt=0) if rank else of_step)
    return generator


def mixed_seed(seed: int, place: int, *, salt: int) -> int:
    """One 63-bit seed out of a run's seed and a place in the run (the mixing step of splitmix64)."""
    value = (seed * 0x100000001B3 + place * 3 + salt) & 0xFFFFFFFFFFFFFFFF
    value = (value + _MIX) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return (value ^ (value >> 31)) & 0x7FFFFFFFFFFFFFFF


@dataclass(frozen=True)
class EntryBatch:
    """Some ratings, [B] each: the row of the person in the training histories, the title's, and the rating."""

    person_B: Tensor
    item_rows_B: Tensor
    ratings_B: Tensor

    def __len__(self) -> int:
        return len(self.ratings_B)


class ResidentEntries:
    """Every rated entry of some histories as tensors on a device (12 bytes each); seen-only entries are left out."""

    def __init__(self, histories: Histories, device: torch.device) -> None:
        rated = histories.rated()
        self._person_N = torch.from_numpy(rated.user_rows_N.astype(np.int32)).to(device)
        self._item_rows_N = torch.from_numpy(np.array(rated.item_rows_N, dtype=np.int32)).to(device)
        self._ratings_N = torch.from_numpy(np.array(rated.ratings_N, dtype=np.float32)).to(device)

    def __len__(self) -> int:
        return len(self._ratings_N)

    def batch(self, rows_B: Tensor) -> EntryBatch:
        """The ratings of these numbers, in that order."""
        rows_B = sent(rows_B, self._ratings_N.device)
        person_B, item_rows_B = (
            part_N.index_select(0, rows_B).long() for part_N in (self._person_N, self._item_rows_N)
        )
        return EntryBatch(person_B, item_rows_B, self._ratings_N.index_select(0, rows_B))


@dataclass(frozen=True)
class WindowBatch:
    """Windows, [B, L]: words_BL is item row + 1 and 0 for no step, ratings_BL NaN for no step or rating."""

    words_BL: Tensor
    ratings_BL: Tensor

    def __len__(self) -> int:
        return len(self.words_BL)


class ResidentWindows:
    """Every window of some histories on a device (8 bytes an entry); a person's last window may be part empty."""

    def __init__(self, histories: Histories, device: torch.device, *, steps: int) -> None:
        order_N = time_order(histories)
        counts_U = histories.counts_U
        windows_U = -(-counts_U // steps)
        person_W = np.repeat(np.arange(len(histories)), windows_U)
        number_W = np.arange(len(person_W)) - np.repeat(np.cumsum(windows_U) - windows_U, windows_U)
        starts_W = histories.indptr_U1[person_W] + number_W * steps
        lengths_W = np.minimum(steps, histories.indptr_U1[person_W + 1] - starts_W)
        self._starts_W = torch.from_numpy(starts_W).to(device)
        self._lengths_W = torch.from_numpy(lengths_W.astype(np.int32)).to(device)
        self._words_N = torch.from_numpy(histories.item_rows_N[order_N].astype(np.int32) + 1).to(device)
        self._ratings_N = torch.from_numpy(np.array(histories.ratings_N[order_N], dtype=np.float32)).to(device)
        self._steps_L = torch.arange(steps, device=device)

    def __len__(self) -> int:
        return len(self._starts_W)

    def batch(self, rows_B: Tensor) -> WindowBatch:
        """The windows of these numbers, in that order."""
        rows_B = sent(rows_B, self._starts_W.device)
        steps_BL = self._starts_W.index_select(0, rows_B)[:, None] + self._steps_L
        there_BL = self._steps_L < self._lengths_W.index_select(0, rows_B)[:, None]
        entries_N = steps_BL.clamp_(max=max(0, len(self._words_N) - 1)).flatten()
        words_BL, ratings_BL = (
            part_N.index_select(0, entries_N).view_as(there_BL) for part_N in (self._words_N, self._ratings_N)
        )
        return WindowBatch(words_BL.long().mul_(there_BL), torch.where(there_BL, ratings_BL, torch.nan))


def numbers_of_a_lot(people: int, width: int) -> int:
    """How many numbers the largest lot of these people takes at `width` numbers a person."""
    return width * min(people, _people_at_once(width))


def _people_at_once(width: int) -> int:
    return max(1, min(_MOST_PEOPLE_AT_ONCE, _NUMBERS_AT_ONCE // max(1, width)))


def lots_of_people(people: int, width: int) -> Iterator[Int64]:
    """People from 0 on in lots that fit into memory at `width` numbers a person."""
    at_once = _people_at_once(width)
    for start in range(0, people, at_once):
        yield np.arange(start, min(start + at_once, people), dtype=np.int64)


def time_order(histories: Histories) -> Int64:
    """The entries of all people, person after person, each person's by time; those of one moment in file order."""
    if histories.times_N is None:
        return np.arange(histories.entries, dtype=np.int64)
    return np.lexsort((histories.times_N, histories.user_rows_N)).astype(np.int64)
