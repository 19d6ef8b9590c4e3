"""The ladder climbed on real data: one network learned side by side in every way, from plain dense code to our fastest.

All ways begin with the same weights and take the same people in each step, in turns, so that a busy machine slows all
of them; the middle one of a way's steps counts. After as many steps, each is judged on the same held-out people.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

import torch

from engine.bench.dense import DenseMultVae, SparseMultVae
from engine.data.batches import Batch, Examples, epoch_order
from engine.data.dataset import Dataset
from engine.data.split import HeldOut, Split, SplitConfig, make_split
from engine.device import choose_precision, find_devices, training_threads, use_cores
from engine.evaluation.intervals import Interval
from engine.evaluation.protocol import evaluate_model
from engine.events import Job, Pace, Progressed, StageStarted, Stop
from engine.library.ladders import LadderRung, MeasuredLadder
from engine.library.store import Library
from engine.models.autoencoder import MultVae, MultVaeConfig
from engine.models.losses import annealed
from engine.models.registry import build, fitted_config, kind_of, title_of
from engine.training.config import TrainingConfig, automatic_batch
from engine.training.step import Stepper
from engine.wording import said

DENSE, SPARSE, OWN, GPU = "dense", "sparse", "own", "gpu"
SECONDS = 40.0
_MODEL, _EPOCHS, _LEAST_STEPS, _MOST_JUDGED, _CUT = "mult_vae", 30, 10, 1000, 100
_MOST_WEIGHTS = 25_000_000
"""As the study's network has; on large catalogues it is narrower, since all rungs are in memory together."""
_PER_500 = 500_000.0
_CPU = torch.device("cpu")


@dataclass
class _Way:
    """One rung while it learns: how it takes a step with a batch, and what it has learned into."""

    rung: str
    model: MultVae
    examples: Examples
    step: Callable[[Batch, int], object]
    finish: Callable[[], None]
    seconds: list[float]
    figure: Interval | None = None


def climb(
    library: Library,
    dataset: Dataset,
    *,
    seconds: float | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Job[MeasuredLadder]:
    """Learn from a data set in every way that this machine has, compare their speeds and their lists, and remember it.

    Parameters
    ----------
    library, dataset
        Where the ladder is kept, and what is learned from.
    seconds
        How long the plain code may learn (None: 40); the other ways take as many steps. On small data fewer are enough.
    clock
        Seconds.

    Returns
    -------
    MeasuredLadder
        After a Stop without what was not measured yet; that is not kept.

    Raises
    ------
    DataError, TrainingError, NotStoredError
        Where too few people like anything; where the ladder cannot be stored.

    Examples
    --------
    ::

        ladder = drive(climb(library, dataset))
        ladder.product
    """
    use_cores()
    ways: list[_Way] = []
    split, batch, steps, stopped = None, 0, 0, False
    try:
        yield StageStarted("splitting", said("Setting people aside"))
        split = make_split(dataset, SplitConfig())
        batch, most = _extent(split)
        yield from _begun(ways, split, most)
        steps = yield from _learned(ways, batch, most, SECONDS if seconds is None else seconds, clock)
        yield from _judged(ways, split)
    except Stop:
        stopped = True
    found = _found(dataset, ways, batch=batch, steps=steps, judged=_people(split), stopped=stopped)
    if not stopped:
        library.ladders.remember(found)
    return found


def _config(split: Split) -> MultVaeConfig:
    """The network as it is for these data, of likes alone."""
    found = fitted_config(_MODEL, MultVaeConfig(other_ratings=0.0), entries=split.train.entries)
    assert isinstance(found, MultVaeConfig)
    width = min(found.widths()[0][0], max(50, _MOST_WEIGHTS // (2 * split.titles)))
    return found.changed(hidden=(width,))


def _extent(split: Split) -> tuple[int, int]:
    """How many people a step takes, and the most steps."""
    people = len(_network(split)[1])
    batch = min(automatic_batch(people), people)
    return batch, max(_LEAST_STEPS, _EPOCHS * -(-people // batch))


def _network(split: Split, device: torch.device = _CPU) -> tuple[MultVae, Examples]:
    """The network as every way begins with it, and what it learns from."""
    model = build(_MODEL, _config(split), items=split.titles, scale=split.scale)
    assert isinstance(model, MultVae)
    model.prepare(split.train, seed=1)
    return model, model.examples(split.train, device)


def _begun(ways: list[_Way], split: Split, total_steps: int) -> Job[None]:
    """Add a way for each rung that this machine has."""
    for rung, kind in ((DENSE, DenseMultVae), (SPARSE, SparseMultVae)):
        ways.append(_plain(rung, kind, split, total_steps))
        yield None
    half = choose_precision("auto", _CPU)
    precisions = dict.fromkeys(("float32", half))
    for precision in precisions:
        ways.append(_own(OWN if precision == "float32" else precision, split, total_steps, _CPU, precision))
        yield None
    gpu = next((device for device in find_devices() if device.key != "cpu"), None)
    if gpu is not None:
        ways.append(_own(GPU, split, total_steps, torch.device(gpu.key), "auto"))
        yield None


def _rate(split: Split) -> float:
    return float(kind_of(_MODEL).training_for(split.train.entries)["lr"])


def _plain(rung: str, kind: type[DenseMultVae], split: Split, total_steps: int) -> _Way:
    """Plain torch: a network of its own with our model's first weights, and torch's Adam as it comes."""
    model, examples = _network(split)
    (hidden, *_), latent = model.config.widths()
    with torch.random.fork_rng(devices=[]):
        network = kind(split.titles, hidden=hidden, latent=latent)
    network.take_weights(model)
    optimizer = torch.optim.Adam(network.parameters(), lr=_rate(split))

    def step(batch: Batch, number: int) -> None:
        weight = annealed(model.config.kl_cap, None, step=number, total=total_steps)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(number)
            optimizer.zero_grad()
            network.loss_of(batch, kl_weight=weight).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return _Way(rung, model, examples, step, lambda: network.give_weights(model), [])


def _own(rung: str, split: Split, total_steps: int, device: torch.device, precision: str) -> _Way:
    """A step as training takes it."""
    model, examples = _network(split, device)
    rate = _rate(split)
    stepper = Stepper(model, TrainingConfig(lr=rate, precision=precision), device, total_steps=total_steps)

    def step(batch: Batch, number: int) -> None:
        stepper.take(batch, lr=rate, step=number)
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        elif device.type == "mps":
            torch.mps.synchronize()

    return _Way(rung, model, examples, step, lambda: None, [])


def _learned(ways: list[_Way], batch: int, most: int, seconds: float, clock: Callable[[], float]) -> Job[int]:
    """Take the same steps in every way, in turns; the number of steps."""
    yield StageStarted("learning", said("Learning in each way"))
    pace, people, number = Pace(), len(ways[0].examples), 0
    a_epoch, order = -(-people // batch), torch.empty(0)
    wanted = most
    while number < wanted:
        epoch, place = divmod(number, a_epoch)
        if place == 0:
            order = epoch_order(people, seed=1, epoch=epoch)
        rows_B = order[place * batch : (place + 1) * batch]
        for way in ways:
            began = clock()
            way.step(way.examples.batch(rows_B), number)
            way.seconds.append((clock() - began) * _PER_500 / len(rows_B))
            yield Progressed(said("Learning in each way"), number, wanted, "steps") if pace.due() else None
        number += 1
        if number == _LEAST_STEPS:
            a_step = median(ways[0].seconds) * batch / _PER_500
            wanted = max(number, min(most, int(seconds / max(a_step, 1e-9))))
    return number


def _judged(ways: list[_Way], split: Split) -> Job[None]:
    """How good the lists of each way are."""
    held_out = _some(split)
    for number, way in enumerate(ways, start=1):
        yield StageStarted(
            way.rung, said("Judging what was learned: {number} of {ways}", number=number, ways=len(ways))
        )
        way.finish()
        result = yield from evaluate_model(way.model, held_out, candidates_I=split.candidates_I, ks=(_CUT,))
        if result.stopped:
            raise Stop
        way.figure = result.metrics[f"ndcg@{_CUT}"]


def _some(split: Split) -> HeldOut:
    """The test people, or as many of them as tell rungs apart."""
    held_out = split.test
    assert held_out is not None, "people are held out"
    return held_out.take(torch.arange(_people(split)).numpy())


def _people(split: Split | None) -> int:
    return min(_MOST_JUDGED, len(split.test)) if split is not None and split.test is not None else 0


def _found(dataset: Dataset, ways: list[_Way], *, stopped: bool, **facts: Any) -> MeasuredLadder:
    first = former = None
    rungs = []
    for way in (way for way in ways if way.seconds):
        took = max(median(way.seconds), 1e-9)
        first, former = first or took, former or took
        quality = (None, None, None) if way.figure is None else (way.figure.value, way.figure.low, way.figure.high)
        rungs.append(LadderRung(way.rung, took, former / took, first / took, *quality))
        former = took
    return MeasuredLadder(
        title_of(_MODEL),
        dataset.name,
        dataset.fingerprint,
        dataset.people,
        dataset.titles,
        device=" + ".join(device.words for device in find_devices()[::-1]),
        threads=training_threads(),
        metric=f"ndcg@{_CUT}",
        measured=datetime.now(UTC).isoformat("T", "seconds"),
        rungs=tuple(rungs),
        stopped=stopped,
        **facts,
    )
