"""An optimizer whose work processes of one machine share: each steps its part of all weights (ZeRO stage 1).

Weights and what the optimizer remembers of them lie in memory that all these processes see, once. A process adds up its
part of all gradients, which it reads from the others' memory, and steps its part of the weights; so nothing is sent but
a few numbers, and a process that dies leaves all but what it was just writing. Large gradients are written where the
others read them from the second step on. Source: Rajbhandari, Rasley, Ruwase and
He, "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models", 2020.
"""

from __future__ import annotations

import mmap
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from engine.models.products import Scratch
from engine.training.gradient_sums import OwnOptimizer, aligned, parts_of, sum_over, weights_of
from engine.training.optimizer import advance

_START, _TOKEN = aligned(1), 2
"""The bytes before what a process's memory holds: so many numbers in them tell the others that it is the right one."""


class ShardedOptimizer(OwnOptimizer):
    """The part of an optimizer that is this process's, over `parameters` that are its parts of the whole ones.

    Weights are of the same step but while processes step, or may have begun to.

    The whole optimizer holds what is remembered of all weights, as ever. K weights have a place for their gradients in
    the memory of each of P processes.
    """

    averages = False

    def __init__(
        self, whole: torch.optim.Optimizer, scratch: Scratch, memory_P: Sequence[Tensor], group: Any, *, rank: int
    ) -> None:
        self._whole, self._scratch, self._rank = whole, scratch, rank
        self._weights = list(weights_of(whole))
        self._size = len(memory_P)
        arrays = [of.detach() for of in self._weights]
        self._places_PK = [list(_laid_out(arrays, memory[_START:])) for memory in memory_P]
        self._move_into(memory_P[0][_START + _bytes_of(arrays) :])
        dist.barrier(group=group)
        super().__init__(self._optimizer_of_parts(), group)

    @staticmethod
    def over(
        whole: torch.optim.Optimizer, scratch: Scratch, group: Any, *, rank: int, size: int
    ) -> ShardedOptimizer | None:
        """The process's own part of an optimizer that all processes of a gloo group have; the first one's weights and
        memory count. Products take their memory from a scratch. None where they do not see each other's memory."""
        once = _bytes_of([of.detach() for of in weights_of(whole)])
        kept = once * (1 + len(_remembered(whole)))
        needed_P = [_START + once + (kept if peer == 0 else 0) for peer in range(size)]
        memory_P = shared_memory(needed_P, group, rank=rank)
        return None if memory_P is None else ShardedOptimizer(whole, scratch, memory_P, group, rank=rank)

    def add_up(self, values: Tensor) -> None:
        """See OwnOptimizer. The process's parts get gradients.

        The sum of the values also tells that all have put their gradients where the others find them. What others read
        stays as it is until they have agreed on the norm of all.
        """
        for weights, place in zip(self._weights, self._places_PK[self._rank], strict=True):
            if weights.grad is not None and weights.grad.data_ptr() != place.data_ptr():
                self._put(weights.grad.view(-1), place)
        sum_over(self._group, values)
        own_PK = [self._own_of(places_K) for places_K in self._places_PK]
        for number, (weights, own) in enumerate(zip(self._weights, self.parameters, strict=True)):
            if weights.grad is not None and own.numel():
                own.grad = self._own_of([weights.grad])[0]
                for peer in self._peers:
                    own.grad.add_(own_PK[peer][number])

    def _put(self, gradient: Tensor, place: Tensor) -> None:
        """Show the others their parts of a gradient, and have the next one be written there."""
        parts = zip(gradient.tensor_split(self._size), place.tensor_split(self._size), strict=True)
        for rank, (part, of_place) in enumerate(parts):
            if rank != self._rank:
                of_place.copy_(part)
        self._scratch.move(gradient, place)

    def norm_of_all(self, norm: Tensor) -> Tensor:
        """See OwnOptimizer. Where another is lost in this, a third may know the norm already, and step."""
        square = norm.double().square()
        self.is_whole = False
        sum_over(self._group, square)
        self.is_whole = True
        return square.sqrt().to(norm.dtype)

    def step(self) -> None:
        """See OwnOptimizer. Where another is lost in this, weights may be of two steps."""
        for own, whole in zip(self.optimizer.param_groups, self._whole.param_groups, strict=True):
            own["lr"] = whole["lr"]
        self.is_whole = False
        advance(self.optimizer)
        dist.barrier(group=self._group)
        self.is_whole = True

    @property
    def _peers(self) -> list[int]:
        return [peer for peer in range(self._size) if peer != self._rank]

    def _own_of(self, arrays: Sequence[Tensor]) -> tuple[Tensor, ...]:
        return parts_of(arrays, self._size)[self._rank]

    def _move_into(self, memory: Tensor) -> None:
        """Have the first process's weights, and what its optimizer remembers of them, lie there for all."""
        for weights in self._weights:
            held = {"": weights.detach()}
            if names := _remembered(self._whole):
                state = self._whole.state[weights]
                state.setdefault("step", torch.zeros(()))
                held |= {name: state.get(name, torch.zeros_like(held[""])) for name in names}
            places = list(_laid_out(held.values(), memory))
            memory = memory[_bytes_of(held.values()) :]
            for (name, values), flat in zip(held.items(), places, strict=True):
                place = flat.view_as(values)
                if self._rank == 0:
                    place.copy_(values)
                if name:
                    self._whole.state[weights][name] = place
                else:
                    weights.data = place

    def _optimizer_of_parts(self) -> torch.optim.Optimizer:
        """One like the whole one, over the own parts; what both remember is the same memory."""
        parts = self._own_of([of.detach() for of in self._weights])
        own_of = dict(zip(self._weights, map(nn.Parameter, parts), strict=True))
        groups = [
            {**group, "params": [own_of[weights] for weights in group["params"]]} for group in self._whole.param_groups
        ]
        optimizer: torch.optim.Optimizer = type(self._whole)(groups, **self._whole.defaults)
        for weights, own in own_of.items():
            for name, values in self._whole.state[weights].items():
                optimizer.state[own][name] = values if name == "step" else self._own_of([values])[0]
        return optimizer


def shared_memory(needed_P: Sequence[int], group: Any, *, rank: int) -> list[Tensor] | None:
    """So many bytes of each process that all can see; None where not all can: of other machines, or systems.

    The memory has no name, and is gone with the last process, however that ends.
    """
    token, own = [secrets.randbelow(2**62) for _ in range(_TOKEN)], -1
    with suppress(OSError, AttributeError):  # no such memory on this system, or not enough of it
        own = os.memfd_create("weights")
        os.posix_fallocate(own, 0, needed_P[rank])
        _mapped(own, needed_P[rank])[:_START].view(torch.int64)[:_TOKEN] = torch.tensor(token)
    try:
        told_P = [torch.empty(2 + _TOKEN, dtype=torch.int64) for _ in needed_P]
        dist.all_gather(told_P, torch.tensor([os.getpid(), own, *token]), group=group)
        found = list(_seen(told_P, needed_P))
        are_seen = torch.tensor(float(len(found) == len(needed_P)))
        dist.all_reduce(are_seen, dist.ReduceOp.MIN, group=group)
    finally:
        if own >= 0:
            os.close(own)
    return found if bool(are_seen) else None


def _seen(told_P: Sequence[Tensor], needed_P: Sequence[int]) -> Iterator[Tensor]:
    """The memory of each process, as long as it is what that said."""
    for told, needed in zip(told_P, needed_P, strict=True):
        process, file, *token = told.tolist()
        try:
            with Path(f"/proc/{process}/fd/{file}").open("r+b") as opened:
                memory = _mapped(opened.fileno(), needed)
        except (OSError, ValueError):
            return
        if memory[:_START].view(torch.int64)[:_TOKEN].tolist() != token:
            return
        yield memory


def _mapped(file: int, needed: int) -> Tensor:
    return torch.frombuffer(mmap.mmap(file, needed), dtype=torch.uint8)


def _laid_out(arrays: Iterable[Tensor], memory: Tensor) -> Iterator[Tensor]:
    """For each array its place in memory, of one dimension."""
    start = 0
    for values in arrays:
        yield memory[start : start + values.nbytes].view(values.dtype)
        start += aligned(values.nbytes)


def _bytes_of(arrays: Iterable[Tensor]) -> int:
    """How much memory they take, laid out."""
    return sum(aligned(values.nbytes) for values in arrays)


def _remembered(optimizer: torch.optim.Optimizer) -> tuple[str, ...]:
    """What an optimizer remembers of each weight: numbers like it, by name."""
    return ("exp_avg", "exp_avg_sq") if isinstance(optimizer, torch.optim.Adam) else ()
