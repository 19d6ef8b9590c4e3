"""The ladder of speed: one network after the other, from plain dense code to what training does, in one run.

Every rung is a step of learning on synthetic people (tastes play no part in its time), measured in turns with the
others, so that a busy machine slows all of them; the least of several times counts. Needs torch, not the window.

Shapes: B people, I titles, D width before the titles, N entries.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from engine.bench.dense import DenseMultVae, DenseTwoHead, dense_step
from engine.data.dataset import Histories, Scale
from engine.device import choose_precision, use_cores
from engine.events import Job, StageStarted
from engine.models.base import StepModel
from engine.models.registry import build, fitted_config, kind_of
from engine.training.config import TrainingConfig, automatic_batch
from engine.training.step import Stepper

TITLES, PEOPLE, MEAN_LIKES = 20_108, 2048, 68
_ML_20M_PEOPLE, _ML_20M_LIKES = 116_677, 7_900_000
_DENSE_BATCH = 500
_SCALE = Scale(1, 5, 1)
_CPU = torch.device("cpu")
_POPULARITY = 0.9
_CODES = {"float32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Rung:
    """One way to learn: milliseconds for 500 people, how many times faster than plain dense code (of Mult-VAE, and of
    the same network), and how many times the bare matrix products of its widest layer take."""

    model: str
    words: str
    batch: int
    milliseconds: float
    against_dense: float
    against_own_dense: float
    against_products: float | None


@dataclass(frozen=True)
class _Timed:
    words: str
    batch: int
    step: Callable[[], object]


def ladder(
    *,
    titles: int = TITLES,
    people: int = PEOPLE,
    models: tuple[str, ...] = ("mult_vae", "two_head"),
    precision: str = "auto",
    repeats: int = 5,
    clock: Callable[[], float] = time.perf_counter,
) -> Job[tuple[Rung, ...]]:
    """Measure the rungs of some networks. With one thread, `time.thread_time` as the clock ignores other programs.

    Examples
    --------
    >>> from engine.events import drive
    >>> rungs = drive(ladder(titles=50, people=40, models=("mult_vae",), precision="float32", repeats=1))
    >>> [rung.words for rung in rungs]
    ['plain dense code', 'bare products, float32', 'float32, batch 40']
    """
    use_cores()
    histories, precision = synthetic(people, titles), choose_precision(precision, _CPU)
    batches = sorted({min(_DENSE_BATCH, people), min(automatic_batch(_ML_20M_PEOPLE), people)})
    dense = DenseMultVae(titles)
    reference = dense_step(dense, histories, items=titles, batch=batches[0])
    rungs: list[Rung] = []
    for name in models:
        yield StageStarted(name, f"Measuring {kind_of(name).title}")
        own = reference if name == "mult_vae" else _own_dense(histories, titles, batches[0])
        timed = [_Timed("plain dense code", batches[0], own)]
        for kind in dict.fromkeys(("float32", precision)):
            timed.append(_Timed(f"bare products, {kind}", batches[0], _products(name, titles, batches[0], kind)))
            for batch in batches if kind == precision else batches[:1]:
                timed.append(_Timed(f"{kind}, batch {batch}", batch, _step(name, histories, titles, batch, kind)))
        rungs += yield from _measured(name, timed, reference, batches[0], repeats, clock)
    return tuple(rungs)


def _measured(
    model: str,
    timed: list[_Timed],
    reference: Callable[[], object],
    batch: int,
    repeats: int,
    clock: Callable[[], float],
) -> Job[list[Rung]]:
    """The rungs of one network; the reference is measured in turns with them."""
    steps = {one.words: one.step for one in timed} | {"reference": reference}
    seconds = dict.fromkeys(steps, float("inf"))
    for step in steps.values():
        step()
        yield None
    for _ in range(repeats):
        for words, step in steps.items():
            started = clock()
            step()
            seconds[words] = min(seconds[words], clock() - started)
            yield None
    per_500 = {one.words: seconds[one.words] * _DENSE_BATCH / one.batch for one in timed}
    basis, own = seconds["reference"] * _DENSE_BATCH / batch, per_500["plain dense code"]
    return [_rung(model, one, per_500, basis=basis, own=own) for one in timed]


def _rung(model: str, one: _Timed, per_500: Mapping[str, float], *, basis: float, own: float) -> Rung:
    took = per_500[one.words]
    products = per_500.get(f"bare products, {one.words.partition(',')[0]}")
    times = None if products is None else took / products
    return Rung(model, one.words, one.batch, 1000 * took, basis / took, own / took, times)


def synthetic(people: int, titles: int, *, seed: int = 1) -> Histories:
    """People with as many likes as those of MovieLens-20M, of titles as unequally known; all of them ratings."""
    dice = np.random.default_rng(seed)
    spread = 1.0
    lengths_U = dice.lognormal(np.log(MEAN_LIKES) - spread**2 / 2, spread, people).astype(np.int64)
    lengths_U = np.clip(lengths_U, 5, max(5, titles // 2))
    weight_I = 1.0 / np.arange(1, titles + 1) ** _POPULARITY
    until_I = np.cumsum(weight_I) / weight_I.sum()
    names_I = dice.permutation(titles)
    person_N = np.repeat(np.arange(people), (1.25 * lengths_U).astype(np.int64))
    rank_N = np.minimum(np.searchsorted(until_I, dice.random(len(person_N))), titles - 1)
    entries = np.unique(person_N * titles + names_I[rank_N])
    ratings = dice.integers(4, 6, len(entries)).astype(np.float32)
    return Histories.of(entries // titles, entries % titles, ratings, people=people)


def circumstances() -> dict[str, str | int]:
    """Where and with what this was measured."""
    return {
        "machine": f"{platform.system()} {platform.machine()}",
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "capability": torch.backends.cpu.get_cpu_capability(),
    }


def _settings(name: str) -> dict[str, object]:
    return {"hidden": (600,), "latent": 200} if name == "mult_vae" else {}


def _model(name: str, titles: int) -> StepModel:
    config = fitted_config(name, kind_of(name).config_class(**_settings(name)), entries=_ML_20M_LIKES)
    model = build(name, config, items=titles, scale=_SCALE)
    assert isinstance(model, StepModel), "the ladder is of networks that learn by steps"
    return model


def _step(name: str, histories: Histories, titles: int, batch: int, precision: str) -> Callable[[], object]:
    """A step as training takes it, its batch cut anew."""
    model = _model(name, titles)
    model.prepare(histories, seed=1)
    examples = model.examples(histories, _CPU)
    stepper = Stepper(model, TrainingConfig(lr=1e-3, precision=precision), _CPU, total_steps=1000)
    rows_B = torch.arange(min(batch, len(examples)))
    return lambda: stepper.take(examples.batch(rows_B), lr=1e-3, step=0)


def _own_dense(histories: Histories, titles: int, batch: int) -> Callable[[], object]:
    hidden, latent, decoder = _model("two_head", titles).config.widths()  # type: ignore[attr-defined]
    network = DenseTwoHead(titles, hidden=hidden[0], latent=latent, decoder=decoder)
    return dense_step(network, histories, items=titles, batch=batch)


def _products(name: str, titles: int, batch: int, precision: str) -> Callable[[], object]:
    """The three products of the layer before the titles that no code can do without: forward and two gradients."""
    code = _CODES[precision]
    width = 600 if name == "mult_vae" else _model(name, titles).config.widths()[2][-1]  # type: ignore[attr-defined]
    hidden_BD, weight_ID = torch.randn(batch, width).to(code), torch.randn(titles, width).to(code)
    logits_BI, gradient_ID = torch.empty(batch, titles, dtype=code), torch.empty(titles, width, dtype=code)
    gradient_BD = torch.empty(batch, width, dtype=code)

    def products() -> None:
        torch.mm(hidden_BD, weight_ID.t(), out=logits_BI)
        torch.mm(logits_BI, weight_ID, out=gradient_BD)
        torch.mm(logits_BI.t(), hidden_BD, out=gradient_ID)

    return products
