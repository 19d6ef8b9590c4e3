"""Training shared between processes, of one machine or of several: who they are and what they say to each other.

torch.distributed carries everything, and `torchrun` starts the processes, all alike. The first (rank 0) leads: it alone
opens the library, decides, evaluates, saves and speaks to people. The others follow: they are sent people's histories
and the settings, and take a step whenever the leader says so. They need no library and no data.

Batches, their order and the rate are those of one process. Each process takes its part of every batch, and gradients
are averaged over all examples of the batch, so what is learned is what one process would learn. Every process takes
every step, even where a last batch has nothing for it; so nobody has to join early (`DistributedDataParallel.join`).
Gradients are summed by DistributedDataParallel on GPUs and by `GradientSums` on processors; processors of one machine
share the weights and the optimizer's work instead, where they see each other's memory (`ShardedOptimizer`).

Two groups of processes talk: one for orders, in which followers wait as long as the leader evaluates or is paused, and
one for sums over all, where an answer that does not come within a minute means that a process is lost.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.rendezvous import rendezvous
from torch.nn.parallel import DistributedDataParallel

from engine.errors import DeviceError, RankLostError, TrainingError
from engine.models.base import Losses
from engine.models.hidden_layer import BatchNorm
from engine.models.products import Scratch
from engine.text import format_count, join_words, plural
from engine.training.gradient_sums import GradientSums, OwnOptimizer, sum_over
from engine.training.sharded import ShardedOptimizer
from engine.wording import counted, said, singular_of
from engine.wording import joined as joined_words

ASSIGN, STEP, GREET, DISMISS = range(4)
"""What a leader orders: take over a training that begins, take a step of it, show that you are there, go home."""

ON_PROCESSORS = frozenset({"cpu"})
"""The kinds of device whose gradients are summed by `GradientSums`, not by DistributedDataParallel."""
_CONNECTING, _SUMMING, _WAITING = timedelta(seconds=120), timedelta(seconds=60), timedelta(days=30)
_NEEDED = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
_LOST = ("closed by peer", "reset by peer", "broken pipe", "timed out", "timeout", "gloo", "nccl", "connection refused")
_TROUBLE, _PORT_TAKEN = "trouble", "address already in use"


@dataclass(frozen=True)
class Place:
    """Which of how many processes this is, in all and on its machine."""

    rank: int
    size: int
    local_rank: int
    local_size: int

    def part_of(self, examples: int) -> slice:
        """Which of the examples of a batch are this process's.

        >>> [Place(rank, 2, rank, 2).part_of(5) for rank in (0, 1)]
        [slice(0, 2, None), slice(2, 5, None)]
        """
        return slice(examples * self.rank // self.size, examples * (self.rank + 1) // self.size)


def place_in(environment: Mapping[str, str]) -> Place | None:
    """The place that torchrun gave this process; None where it is alone.

    Raises TrainingError where only a part is said, or what cannot be.

    >>> place_in({"WORLD_SIZE": "1"}) is None
    True
    >>> place_in({"RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "studio",
    ...           "MASTER_PORT": "29500"})
    Place(rank=3, size=4, local_rank=1, local_size=2)
    """
    remedy = said("Start the processes with torchrun, or unset WORLD_SIZE to train in this one alone.")
    size = environment.get("WORLD_SIZE", "1")
    missing = [name for name in _NEEDED if not environment.get(name)]
    if size == "1":
        return None
    if missing:
        raise TrainingError(
            counted(
                "WORLD_SIZE says that {size} processes train together, but {names} is not set.",
                "WORLD_SIZE says that {size} processes train together, but {names} are not set.",
                len(missing),
                size=size,
                names=join_words(missing),
            ),
            remedy=remedy,
        )
    given = {"LOCAL_RANK": environment["RANK"], "LOCAL_WORLD_SIZE": size, **environment}
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_PORT")
    for name in names:
        if not given[name].isdecimal():
            raise TrainingError(
                said("{name} is {value!r}, which is no number.", name=name, value=given[name]), remedy=remedy
            )
    rank, many, local_rank, local_size, _ = (int(given[name]) for name in names)
    if not rank < many or not local_rank < local_size <= many:
        raise TrainingError(
            said("There is no process {rank} among {many} (they count from 0).", rank=rank, many=many), remedy=remedy
        )
    return Place(rank, many, local_rank, local_size)


class Ranks:
    """The processes that train together, as one of them sees it. Join them with `joined`."""

    def __init__(self, place: Place, store: Any) -> None:
        self.place = place
        self._store = store
        self._orders = dist.new_group(backend="gloo", timeout=_WAITING)
        self._sums: Any = None
        self.optimizer: OwnOptimizer | None = None
        """What of the optimizer is this process's, once a module is shared."""
        self._is_whole = self._is_present = True

    @property
    def size(self) -> int:
        return self.place.size

    @property
    def leads(self) -> bool:
        return self.place.rank == 0

    def describe(self, batch: int, unit: str) -> str:
        """Who takes how much of a batch, for people."""
        share = batch // self.size
        processes = plural(self.size, "process")
        if self.place.local_size != self.size:
            processes = said("{processes} on several machines", processes=processes)
        takes = format_count(share) if share * self.size == batch else said("about {count}", count=format_count(share))
        return said(
            "{processes} learn together; each takes {share} of the {batch} {unit} of a batch. The rate stays as it is, "
            "because the batch does.",
            processes=processes,
            share=takes,
            batch=format_count(batch),
            unit=singular_of(unit),
        )

    def own_device(self, kind: str) -> torch.device:
        """The processor, or the GPU that is this process's own. Raises DeviceError where there are too few."""
        if kind == "cpu":
            return torch.device("cpu")
        found = torch.cuda.device_count()
        if found < self.place.local_size:
            raise DeviceError(
                said(
                    "There are {processes} on this machine, but {gpus} for them.",
                    processes=plural(self.place.local_size, "process"),
                    gpus=plural(found, "GPU"),
                ),
                remedy=said("Start torchrun with --nproc-per-node {found}, or give --device cpu.", found=found)
                if found > 1
                else said("Give --device cpu, or leave torchrun out."),
            )
        torch.cuda.set_device(self.place.local_rank)
        return torch.device("cuda", self.place.local_rank)

    def assign(self, document: dict[str, Any], tensors: Mapping[str, Tensor]) -> None:
        """Have the followers take over a training: plain values and tensors that say all of it."""
        self._order(ASSIGN)
        named = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        listed = [[name, str(of.dtype).removeprefix("torch."), list(of.shape)] for name, of in named.items()]
        header = np.frombuffer(json.dumps({"document": document, "tensors": listed}).encode(), dtype=np.uint8)
        self._broadcast(torch.tensor([len(header)]))
        self._broadcast(torch.from_numpy(header.copy()))
        for tensor in named.values():
            self._broadcast(tensor)

    def assigned(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """What the leader assigned, on the processor."""
        length = self._broadcast(torch.zeros(1, dtype=torch.int64))
        header = self._broadcast(torch.zeros(int(length), dtype=torch.uint8))
        said = json.loads(header.numpy().tobytes())
        tensors = {name: torch.empty(shape, dtype=getattr(torch, kind)) for name, kind, shape in said["tensors"]}
        for tensor in tensors.values():
            self._broadcast(tensor)
        return said["document"], tensors

    def order_step(self, step: int, lr: float) -> None:
        self._order(STEP, step, lr)

    def next_order(self) -> tuple[int, int, float]:
        """What the leader orders next, the step it is about, and the rate of that. Waits as long as it takes."""
        order = self._broadcast(torch.zeros(3, dtype=torch.float64)).tolist()
        return int(order[0]), int(order[1]), order[2]

    def share(
        self, module: nn.Module, optimizer: torch.optim.Optimizer, scratch: Scratch, *, precision: str
    ) -> tuple[nn.Module, OwnOptimizer]:
        """A module that learns with those of all processes, which begin with the leader's weights, and what of its
        optimizer is this process's. Its products take their memory from a scratch.

        All processes call this at one time. Raises RankLostError.
        """
        device = next(module.parameters()).device
        self.optimizer = None
        with self.together():
            self.greet()
            self._sums = dist.new_group(backend="nccl" if device.type == "cuda" else "gloo", timeout=_SUMMING)
            for part in module.modules():
                if isinstance(part, BatchNorm):
                    part.sum_over = self.sum_present
            for values in filter(Tensor.numel, (*module.parameters(), *module.buffers())):
                dist.broadcast(values.detach(), src=0, group=self._sums)
            if device.type in ON_PROCESSORS:
                self.optimizer = self._on_processors(optimizer, scratch, precision=precision)
                return module, self.optimizer
            self.optimizer = OwnOptimizer(optimizer, self._sums)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # the new name of broadcast_buffers is not in torch 2.8
                parallel = DistributedDataParallel(
                    module,
                    process_group=self._sums,
                    broadcast_buffers=False,
                    gradient_as_bucket_view=True,
                    static_graph=True,
                )
            return parallel, self.optimizer

    def _on_processors(self, whole: torch.optim.Optimizer, scratch: Scratch, *, precision: str) -> OwnOptimizer:
        rank, size = self.place.rank, self.place.size
        if self.place.local_size == size:
            sharded = ShardedOptimizer.over(whole, scratch, self._sums, rank=rank, size=size)
            if sharded is not None:
                return sharded
        travel_as = torch.bfloat16 if precision == "bf16" else torch.float32
        return GradientSums(whole, self._sums, rank=rank, size=size, travel_as=travel_as)

    @property
    def is_torn(self) -> bool:
        """Whether a process was lost while weights were being written, so that they may be of two steps."""
        return self.optimizer is not None and not self.optimizer.is_whole

    def part(self, rows_B: Tensor) -> Part:
        """This process's part of a batch."""
        own_B = rows_B[self.place.part_of(len(rows_B))]
        self._is_present = len(own_B) > 0
        return Part(own_B if len(own_B) else rows_B[:1], len(own_B), len(rows_B), self)

    @property
    def averages(self) -> bool:
        """See OwnOptimizer."""
        return self.optimizer is None or self.optimizer.averages

    def add_up(self, values: Tensor) -> Tensor:
        """Have gradients be those of all processes; a few values become sums over these, in place."""
        assert self.optimizer is not None, "what is added up was shared"
        with torch.no_grad():
            self.optimizer.add_up(values)
        return values

    def sum(self, values: Tensor) -> Tensor:
        """The sum over all processes, in place."""
        return sum_over(self._sums, values)

    def sum_present(self, values: Tensor) -> Tensor:
        """The sum over the processes that have a part of the batch, not only a stand-in."""
        return self.sum(values if self._is_present else torch.zeros_like(values))

    def lost(self) -> str:
        """A sentence where another process does not answer any more, else "". The leader asks between two steps."""
        try:
            self._order(GREET)
            self.greet(within=_SUMMING)
        except RankLostError as error:
            return error.what
        return ""

    def greet(self, *, within: timedelta = _WAITING) -> None:
        """Show that this process is there, and wait for the others, the leader no longer than `within`.

        Raises RankLostError.
        """
        with self.together():
            dist.monitored_barrier(self._orders, timeout=within)

    def report(self, sentence: str) -> None:
        """Leave word why this process ends."""
        with suppress(RuntimeError):
            self._store.set(_TROUBLE, f"Process {self.place.rank + 1} of {self.size}: {sentence}")

    @contextmanager
    def together(self) -> Iterator[None]:
        """What all processes do at one time. What fails in it leaves the others waiting, so nothing follows it.

        Raises RankLostError where the reason is that another process does not answer.
        """
        try:
            yield
        except BaseException as error:
            self._is_whole = False
            if isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _LOST):
                raise RankLostError(self._why_lost(), remedy=said("Resume the run to go on from there.")) from error
            raise

    def close(self) -> None:
        """Send the followers home, where they can still hear it; part from the others."""
        if self.leads and self._is_whole:
            with suppress(RankLostError):
                self._order(DISMISS)
        with suppress(RuntimeError):
            dist.destroy_process_group()

    def _order(self, kind: int, step: int = 0, lr: float = 0.0) -> None:
        self._broadcast(torch.tensor([kind, step, lr], dtype=torch.float64))

    def _broadcast(self, values: Tensor) -> Tensor:
        """The leader's values, in place, for all; on the processor."""
        with self.together():
            if values.numel():
                dist.broadcast(values, src=0, group=self._orders)
        return values

    def _why_lost(self) -> str:
        learned = said("What was learned until then is kept.")
        kept = said("What was saved until then is kept.") if self.is_torn else learned
        with suppress(RuntimeError):
            if self._store.check([_TROUBLE]):
                return f"{self._store.get(_TROUBLE).decode()} {kept}"
        if not self.leads:
            return joined_words(
                said("The first of the {size} processes that trained together ended unexpectedly.", size=self.size),
                kept,
            )
        return joined_words(
            said("One of the {size} processes that trained together ended unexpectedly.", size=self.size), kept
        )


@dataclass(frozen=True)
class Part:
    """A process's part of a batch: `examples` of `of`. Where that is none, rows_B holds a stand-in of no weight."""

    rows_B: Tensor
    examples: int
    of: int
    ranks: Ranks

    @property
    def rank(self) -> int:
        return self.ranks.place.rank

    @property
    def weight(self) -> float:
        """What the part's mean loss is multiplied by, so that gradients become those of the mean over all examples."""
        return self.examples * (self.ranks.size if self.ranks.averages else 1) / self.of

    def counted(self, count: Tensor) -> Tensor:
        """See `Moment.counted`: the whole batch's count, for the share that this part has of its examples."""
        whole = self.ranks.sum_present(count.float()).clamp(min=1.0)
        return whole * (max(1, self.examples) / self.of)

    def whole(self, losses: Losses) -> Losses:
        """The losses of the whole batch, detached; from here on gradients are those of it, too."""
        values = torch.stack([losses.total.detach(), losses.shown, *losses.parts.values()]).float()
        total, shown, *parts = self.ranks.add_up(values * (self.examples / self.of)).unbind()
        return Losses(total, shown, dict(zip(losses.parts, parts, strict=True)))


def joined(place: Place) -> Ranks:
    """Meet the other processes, which all call this. Raises TrainingError where they do not come within two minutes."""
    try:
        store, _, _ = next(rendezvous("env://", place.rank, place.size, timeout=_CONNECTING))
        dist.init_process_group("gloo", store=store, rank=place.rank, world_size=place.size, timeout=_CONNECTING)
        return Ranks(place, store)
    except (RuntimeError, ValueError, OSError) as error:
        if _PORT_TAKEN in str(error).lower():
            port = os.environ["MASTER_PORT"]
            raise TrainingError(
                said("Another program of this machine uses port {port}, where the processes meet.", port=port),
                remedy=said("Choose another one: torchrun takes it as --master-port, else set MASTER_PORT."),
            ) from error
        raise TrainingError(
            said(
                "Process {rank} of {size} could not meet the others ({error}).",
                rank=place.rank + 1,
                size=place.size,
                error=str(error).splitlines()[0],
            ),
            remedy=said("Check MASTER_ADDR and MASTER_PORT, and that all processes were started."),
        ) from error
