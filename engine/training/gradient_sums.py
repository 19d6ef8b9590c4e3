"""Gradients summed over processes that compute on processors: what DistributedDataParallel does on GPUs.

Each array is cut into as many parts as there are processes. Each process is sent its part by all others, adds them up,
and sends the sum to all (a reduce-scatter and an all-gather, Rabenseifner 2004): gloo sends from one process to another
several times as fast as it sums. Where products are of bfloat16, so are the large gradients that travel: that is all
their precision. The sums are the same numbers for all, so the weights of all processes stay equal to the bit.

On one machine less has to travel: see engine.training.sharded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from engine.training.optimizer import advance

LARGE = 2**20
"""Gradients of fewer numbers are summed as one, and never rounded."""
_ALIGNED = 64


class OwnOptimizer:
    """What a process steps of an optimizer: here all of it, alone or as others of a group do by the same gradients.

    These others' gradients are averaged as they are computed, by DistributedDataParallel.
    """

    averages = True
    """Whether gradients become averages over the processes as they are computed; else `add_up` makes them sums."""
    is_whole = True
    """Whether all weights are of the same step."""

    def __init__(self, optimizer: torch.optim.Optimizer, group: Any = None) -> None:
        self.optimizer, self.parameters, self._group = optimizer, list(weights_of(optimizer)), group

    def add_up(self, values: Tensor) -> None:
        """Have gradients be those of all processes; a few values become sums over these, in place.

        All processes call this at one time, each time with as many values and gradients.
        """
        sum_over(self._group, values)

    def norm_of_all(self, norm: Tensor) -> Tensor:
        """The norm of the whole gradient, from that of these parameters'."""
        return norm

    def step(self) -> None:
        """Step, and wait until all have."""
        advance(self.optimizer)


class GradientSums(OwnOptimizer):
    """Sums over the `size` processes of a gloo group, of which this is the one of a rank; large arrays `travel_as`."""

    averages = False

    def __init__(
        self, optimizer: torch.optim.Optimizer, group: Any, *, rank: int, size: int, travel_as: torch.dtype
    ) -> None:
        super().__init__(optimizer, group)
        self._rank, self._size = rank, size
        self._travel_as = travel_as
        self._peers = [peer for peer in range(size) if peer != rank]
        self._parcels: list[Parcels] = []

    def add_up(self, values: Tensor) -> None:
        """See OwnOptimizer. Gradients are contiguous, and of the same sizes each time."""
        small: list[Tensor] = [values]
        large: list[Tensor] = []
        for weights in self.parameters:
            if weights.grad is not None:
                (small if weights.numel() < LARGE else large).append(weights.grad)
        joined = torch.cat([array.view(-1) for array in small])
        self._sum([joined, *(array.view(-1) for array in large)])
        sums = torch.split(joined, [array.numel() for array in small])
        for array, found in zip(small, sums, strict=True):
            array.copy_(found.view_as(array))

    def _sum(self, arrays: Sequence[Tensor]) -> None:
        """The sums in place; the first array travels as it is."""
        kinds = [torch.float32, *(self._travel_as for _ in arrays[1:])]
        parts_PK = parts_of(arrays, self._size)
        if not self._parcels:
            sizes_PK, needed = sizes_of(parts_PK), Parcels.bytes_of(sizes_of(parts_PK), kinds)
            self._parcels = [
                Parcels(torch.empty(needed, dtype=torch.uint8), sizes_PK, kinds) for _ in range(self._size)
            ]
        own_K, mine, found = parts_PK[self._rank], self._parcels[self._rank], self._parcels
        for peer in self._peers:
            _copy(parts_PK[peer], mine.arrays_PK[peer])
        self._exchange(mine.bytes_P, {peer: found[peer].bytes_P[self._rank] for peer in self._peers})
        for peer in self._peers:
            for total, part in zip(own_K, found[peer].arrays_PK[self._rank], strict=True):
                total.add_(part)
        totals = mine.arrays_PK[self._rank]
        _copy(own_K, totals)
        self._exchange(
            [mine.bytes_P[self._rank]] * self._size, {peer: found[peer].bytes_P[peer] for peer in self._peers}
        )
        for rank, parts_K in enumerate(parts_PK):
            _copy(found[rank].arrays_PK[rank], parts_K)

    def _exchange(self, sent_P: Sequence[Tensor], found: dict[int, Tensor]) -> None:
        """Send each peer what is for it, and receive what it sends."""
        receives = [dist.P2POp(dist.irecv, found[peer], peer, self._group) for peer in self._peers]
        sends = [dist.P2POp(dist.isend, sent_P[peer], peer, self._group) for peer in self._peers]
        for work in dist.batch_isend_irecv(receives + sends):
            work.wait()


class Parcels:
    """What a process has for each process: its parts of K arrays, in the precision in which they travel.

    The same memory as bytes, `bytes_P`, and as arrays, `arrays_PK`.
    """

    def __init__(self, memory: Tensor, sizes_PK: Sequence[Sequence[int]], kinds_K: Sequence[torch.dtype]) -> None:
        self.bytes_P: list[Tensor] = []
        self.arrays_PK: list[list[Tensor]] = []
        start = 0
        for sizes_K in sizes_PK:
            arrays_K, first = [], start
            for size, kind in zip(sizes_K, kinds_K, strict=True):
                arrays_K.append(memory[start : start + size * kind.itemsize].view(kind))
                start += aligned(size * kind.itemsize)
            self.bytes_P.append(memory[first:start])
            self.arrays_PK.append(arrays_K)

    @staticmethod
    def bytes_of(sizes_PK: Sequence[Sequence[int]], kinds_K: Sequence[torch.dtype]) -> int:
        """How much memory they take."""
        return sum(
            aligned(size * kind.itemsize) for sizes_K in sizes_PK for size, kind in zip(sizes_K, kinds_K, strict=True)
        )


def sum_over(group: Any, values: Tensor) -> Tensor:
    """The sums of a few values over the processes of a group, in place: on all of them the same to the bit.

    gloo gathers some numbers of two processes in 0.35 ms, and takes 1.5 ms to sum them.
    """
    if values.device.type != "cpu":
        dist.all_reduce(values, group=group)
        return values
    values_P = [torch.empty_like(values) for _ in range(dist.get_world_size(group))]
    dist.all_gather(values_P, values, group=group)
    return values.copy_(torch.stack(values_P).sum(0))


def weights_of(optimizer: torch.optim.Optimizer) -> Iterator[nn.Parameter]:
    for group in optimizer.param_groups:
        yield from group["params"]


def parts_of(arrays: Iterable[Tensor], processes: int) -> list[tuple[Tensor, ...]]:
    """For each process its part of each of some arrays, views of one dimension."""
    return list(zip(*(array.view(-1).tensor_split(processes) for array in arrays), strict=True))


def sizes_of(parts_PK: Iterable[Iterable[Tensor]]) -> list[list[int]]:
    return [[len(part) for part in parts_K] for parts_K in parts_PK]


def _copy(arrays: Iterable[Tensor], places: Iterable[Tensor]) -> None:
    for array, place in zip(arrays, places, strict=True):
        place.copy_(array)


def aligned(count: int) -> int:
    """So many bytes, and those until the next array may begin."""
    return -(-count // _ALIGNED) * _ALIGNED
