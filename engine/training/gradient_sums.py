"""Gradients summed over processes that compute on processors: what DistributedDataParallel does on GPUs.

Each array is cut into as many parts as there are processes. Each process gets its part from all others, adds them up,
and all get the sum (a reduce-scatter and an all-gather, Rabenseifner 2004). Where the processes are of one machine that
has memory without a file (Linux), they read it from each other's; elsewhere it is sent from one to another, which gloo
does several times as fast as it sums. Where products are of bfloat16, so are the large gradients that travel: that is
all their precision. The sums are the same numbers for all, so the weights of all processes stay equal to the bit.
"""

from __future__ import annotations

import mmap
import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

LARGE = 2**20
"""Gradients of fewer numbers are summed as one, and never rounded."""
_TOKEN_BYTES, _ALIGNED = 16, 64


class GradientSums:
    """Sums over the `size` processes of a gloo group, of which this is the one of a rank; large arrays `travel_as`.

    `is_local` says that all may be of this machine.
    """

    def __init__(self, group: Any, *, rank: int, size: int, travel_as: torch.dtype, is_local: bool) -> None:
        self._group, self._rank, self._size = group, rank, size
        self._travel_as, self._is_local = travel_as, is_local
        self._peers = [peer for peer in range(size) if peer != rank]
        self._areas: list[_Area] = []
        self._is_shared = False

    def add_up(self, gradients: Iterable[Tensor], values: Tensor) -> None:
        """Put the sums over all processes in the place of contiguous gradients, and of a few values beside them.

        All processes call this at one time, each time with arrays of the same sizes.
        """
        small: list[Tensor] = [values]
        large: list[Tensor] = []
        for gradient in gradients:
            (small if gradient.numel() < LARGE else large).append(gradient)
        joined = torch.cat([array.view(-1) for array in small])
        self._sum([joined, *(array.view(-1) for array in large)])
        sums = torch.split(joined, [array.numel() for array in small])
        for array, found in zip(small, sums, strict=True):
            array.copy_(found.view_as(array))

    def _sum(self, arrays: Sequence[Tensor]) -> None:
        """The sums in place; the first array travels as it is."""
        parts_PK = list(zip(*(array.tensor_split(self._size) for array in arrays), strict=True))
        if not self._areas:
            self._areas = self._made([[len(part) for part in parts_K] for parts_K in parts_PK])
        own_K, area = parts_PK[self._rank], self._areas[self._rank]
        for peer in self._peers:
            _copy(parts_PK[peer], area.parts_PK[peer])
        self._meet(area.parts_P, {peer: self._areas[peer].parts_P[self._rank] for peer in self._peers})
        for peer in self._peers:
            for total, part in zip(own_K, self._areas[peer].parts_PK[self._rank], strict=True):
                total.add_(part)
        _copy(own_K, area.totals_K)
        self._meet([area.totals] * self._size, {peer: self._areas[peer].totals for peer in self._peers})
        for rank, parts_K in enumerate(parts_PK):
            _copy(self._areas[rank].totals_K, parts_K)

    def _made(self, sizes_PK: Sequence[Sequence[int]]) -> list[_Area]:
        """What each process has for the others, as this one sees it."""
        kinds_K = [torch.float32, *(self._travel_as for _ in sizes_PK[0][1:])]
        needed = _Area.bytes_of(sizes_PK, kinds_K)
        memory = shared_memory(needed, self._group, rank=self._rank, size=self._size) if self._is_local else None
        self._is_shared = memory is not None
        memory = memory or [torch.empty(needed, dtype=torch.uint8) for _ in range(self._size)]
        return [_Area(memory[rank], rank, sizes_PK, kinds_K) for rank in range(self._size)]

    def _meet(self, sent_P: Sequence[Tensor], found: dict[int, Tensor]) -> None:
        """Wait until what others have for this process is there; of another machine it is fetched."""
        if self._is_shared:
            dist.barrier(group=self._group)
            return
        receives = [dist.P2POp(dist.irecv, found[peer], peer, self._group) for peer in self._peers]
        sends = [dist.P2POp(dist.isend, sent_P[peer], peer, self._group) for peer in self._peers]
        for work in dist.batch_isend_irecv(receives + sends):
            work.wait()


class _Area:
    """What a process has for the others: what it adds to each one's parts of K arrays, and the totals of its own parts.

    The same memory as bytes (`parts_P`, `totals`) and as arrays (`parts_PK`, `totals_K`). What it has for itself is
    the totals' place, too, as nobody asks for it.
    """

    def __init__(
        self, memory: Tensor, rank: int, sizes_PK: Sequence[Sequence[int]], kinds_K: Sequence[torch.dtype]
    ) -> None:
        self.parts_P: list[Tensor] = []
        self.parts_PK: list[list[Tensor]] = []
        start = _ALIGNED
        for sizes_K in sizes_PK:
            arrays_K, first = [], start
            for size, kind in zip(sizes_K, kinds_K, strict=True):
                arrays_K.append(memory[start : start + size * kind.itemsize].view(kind))
                start += _aligned(size * kind.itemsize)
            self.parts_P.append(memory[first:start])
            self.parts_PK.append(arrays_K)
        self.totals, self.totals_K = self.parts_P[rank], self.parts_PK[rank]

    @staticmethod
    def bytes_of(sizes_PK: Sequence[Sequence[int]], kinds_K: Sequence[torch.dtype]) -> int:
        """How much memory it takes."""
        return _ALIGNED + sum(
            _aligned(size * kind.itemsize) for sizes_K in sizes_PK for size, kind in zip(sizes_K, kinds_K, strict=True)
        )


def _copy(arrays: Iterable[Tensor], places: Iterable[Tensor]) -> None:
    for array, place in zip(arrays, places, strict=True):
        place.copy_(array)


def _aligned(count: int) -> int:
    return -(-count // _ALIGNED) * _ALIGNED


def shared_memory(needed: int, group: Any, *, rank: int, size: int) -> list[Tensor] | None:
    """Memory of each process that all can read, as bytes; None where not all can: of other machines, or systems.

    It has no name and is gone with the last process, however that ends.
    """
    address, token = torch.zeros(2, dtype=torch.int64), torch.frombuffer(bytearray(_TOKEN_BYTES), dtype=torch.int64)
    own: int | None = None
    memory: list[Tensor] = []
    try:
        own = os.memfd_create("gradients")
        os.posix_fallocate(own, 0, needed)
        token = torch.frombuffer(bytearray(secrets.token_bytes(_TOKEN_BYTES)), dtype=torch.int64)
        _mapped(own, needed)[:_TOKEN_BYTES].view(torch.int64).copy_(token)
        address = torch.tensor([os.getpid(), own])
    except (OSError, AttributeError):
        pass
    told = [torch.empty(2 + len(token), dtype=torch.int64) for _ in range(size)]
    dist.all_gather(told, torch.cat([address, token]), group=group)
    try:
        for process, number, *key in (said.tolist() for said in told):
            with Path(f"/proc/{process}/fd/{number}").open("r+b") as file:
                memory.append(_mapped(file.fileno(), needed))
            if memory[-1][:_TOKEN_BYTES].view(torch.int64).tolist() != key or not any(key):
                memory.clear()
                break
    except (OSError, ValueError):
        memory.clear()
    is_seen = torch.tensor(float(len(memory) == size))
    dist.all_reduce(is_seen, dist.ReduceOp.MIN, group=group)
    if own is not None:
        os.close(own)
    return memory if bool(is_seen) else None


def _mapped(file: int, needed: int) -> Tensor:
    return torch.frombuffer(mmap.mmap(file, needed), dtype=torch.uint8)
