"""How fast the networks of ratings learn on MovieLens-1M, beside plain torch loops of the same networks.

    PYTHONPATH=. python tests/bench/rating_networks.py [--data DIR] [--models embedding_mlp,lstm,mf:adam]
        [--rounds 7] [--threads 1]

The plain loop is what a tutorial writes: nn.Embedding, nn.Linear, BatchNorm1d, ReLU, Dropout or nn.LSTM, and Adam (SGD
for mf:sgd), in float32, at our batch and at half of it. Ours learns in float32, and in bf16 where this processor
multiplies faster in it. *Bare products* are the matrix products of the plain network's step alone, forward and back, in
float32, and in bf16 where ours learns in it: what they take no way of writing the rest can save. Everybody takes a few
steps in turns, round after round; what is printed is each one's best round, as seconds an epoch: of the processor on
one thread, so that other work on the machine weighs little, of the clock on several. Then how long judging an epoch
takes, with the loss: by RMSE on the validation ratings, and by NDCG@100 of the lists of validation people, of whom it
says so where they are a sample.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.data.batches import Examples, epoch_order
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.split import Split, SplitConfig, make_split
from engine.device import choose_precision
from engine.events import drive
from engine.models.base import StepModel
from engine.models.embedding_mlp import EmbeddingMlp
from engine.models.lstm import Lstm
from engine.models.mf import MfConfig
from engine.models.mf_by_steps import FactorizationBySteps
from engine.models.registry import build, fitted_config
from engine.training.config import TrainingConfig
from engine.training.step import Stepper
from engine.training.validating import Validation

CPU, RATE = torch.device("cpu"), 1e-3
Step = Callable[[Tensor], object]


class PlainMlp(nn.Module):
    """Embeddings side by side, then the network of `embedding_mlp`, layer by layer."""

    def __init__(self, model: EmbeddingMlp, split: Split) -> None:
        super().__init__()
        length, widths = model.config.length, model.config.widths()
        self.l2, self.mean = model.config.pull, float((model.mean - 1) / 4)
        self.users = nn.Embedding(len(split.train), length)
        self.items = nn.Embedding(split.titles, length)
        layers: list[nn.Module] = []
        for wide, narrow in zip((2 * length, *widths), widths, strict=False):
            layers += [nn.Linear(wide, narrow), nn.BatchNorm1d(narrow), nn.ReLU(), nn.Dropout(model.config.dropout)]
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-1], 1))
        rated = split.train.rated()
        self.user_N, self.item_N = torch.from_numpy(rated.user_rows_N), torch.from_numpy(rated.item_rows_N).long()
        self.targets_N = (torch.tensor(rated.ratings_N) - 1) / 4

    def loss(self, rows_B: Tensor) -> Tensor:
        user_BE, item_BE = self.users(self.user_N[rows_B]), self.items(self.item_N[rows_B])
        predicted_B = self.mean + self.layers(torch.cat([user_BE, item_BE], dim=1))[:, 0]
        lengths_B = user_BE.square().sum(1) + item_BE.square().sum(1)
        return (predicted_B - self.targets_N[rows_B]).square().mean() + self.l2 * lengths_B.mean()


class PlainLstm(nn.Module):
    """torch's own LSTM over windows: a title's embedding, the rating before it and whether there is one."""

    def __init__(self, model: Lstm, split: Split) -> None:
        super().__init__()
        config = model.config
        self.l2, self.mean, self.spread = config.l2, float(model.mean), float(model.spread)
        self.titles = nn.Embedding(split.titles + 1, config.embedding, padding_idx=0)
        self.lstm = nn.LSTM(config.embedding + 2, config.hidden, batch_first=True)
        self.dropout, self.last = nn.Dropout(config.dropout), nn.Linear(config.hidden, 1)
        windows = model.examples(split.train, CPU)
        every = windows.batch(torch.arange(len(windows)))
        self.words_WL, self.ratings_WL = every.words_BL, every.ratings_BL

    def loss(self, rows_B: Tensor) -> Tensor:
        words_BL, ratings_BL = self.words_WL[rows_B], self.ratings_WL[rows_B]
        known_BL = ~ratings_BL.isnan()
        apart_BL = torch.where(known_BL, (ratings_BL - self.mean) / self.spread, 0.0)
        before = nn.functional.pad(torch.stack([apart_BL, known_BL.float()], 2)[:, :-1], (0, 0, 1, 0))
        titles_BLE = self.titles(words_BL)
        states_BLH, _ = self.lstm(torch.cat([self.dropout(titles_BLE), before], dim=2))
        predicted_BL = (self.mean - 1) / 4 + self.last(self.dropout(states_BLH))[:, :, 0]
        errors = (predicted_BL - (ratings_BL - 1) / 4)[known_BL]
        return errors.square().mean() + self.l2 * titles_BLE.square().sum(2)[known_BL].mean()


class PlainMf(nn.Module):
    """The product of two embeddings, and two biases; l2 pulls all of them."""

    def __init__(self, model: FactorizationBySteps, split: Split) -> None:
        super().__init__()
        people, titles = len(split.train), split.titles
        self.l2, self.mean = model.config.pull, float((model.mean - 1) / 4)
        self.users, self.items = (nn.Embedding(rows, model.config.factors) for rows in (people, titles))
        self.of_user, self.of_item = nn.Embedding(people, 1), nn.Embedding(titles, 1)
        rated = split.train.rated()
        self.user_N, self.item_N = torch.from_numpy(rated.user_rows_N), torch.from_numpy(rated.item_rows_N).long()
        self.targets_N = (torch.tensor(rated.ratings_N) - 1) / 4

    def loss(self, rows_B: Tensor) -> Tensor:
        user_B, item_B = self.user_N[rows_B], self.item_N[rows_B]
        user_BK, item_BK = self.users(user_B), self.items(item_B)
        biases = self.of_user(user_B)[:, 0], self.of_item(item_B)[:, 0]
        predicted_B = self.mean + (user_BK * item_BK).sum(1) + biases[0] + biases[1]
        lengths_B = user_BK.square().sum(1) + item_BK.square().sum(1) + biases[0].square() + biases[1].square()
        return (predicted_B - self.targets_N[rows_B]).square().mean() + self.l2 * lengths_B.mean()


PLAIN = {"embedding_mlp": PlainMlp, "lstm": PlainLstm, "mf": PlainMf}


def layers_of(model: StepModel, batch: int) -> list[tuple[int, int, int, int]]:
    """The layers of a step: how often each is asked in turn, how many rows it then takes, how wide, how wide what it
    makes."""
    if isinstance(model, EmbeddingMlp):
        widths = (2 * model.config.length, *model.config.widths(), 1)
        return [(1, batch, wide, narrow) for wide, narrow in pairwise(widths)]
    if isinstance(model, Lstm):
        hidden, steps = model.config.hidden, model.config.window
        read = 1, batch * steps, model.config.embedding + 2, 4 * hidden
        return [read, (steps, batch, hidden, 4 * hidden), (1, batch * steps, hidden, 1)]
    return []


def products_step(layers: list[tuple[int, int, int, int]], dtype: torch.dtype) -> Step:
    """All products of a step: what layers make, and the gradients of what they took and of their weights, the last of
    all rows at once."""
    asked = []
    for times, rows, wide, narrow in layers:
        taken, slopes = torch.randn(times, rows, wide).to(dtype), torch.randn(times, rows, narrow).to(dtype)
        weights = torch.randn(wide, narrow).to(dtype)
        asked.append((taken, slopes, weights, torch.empty_like(taken[0]), torch.empty_like(slopes[0])))

    def step(_: Tensor) -> None:
        for taken, slopes, weights, to_taken, made in asked:
            for some in taken:
                torch.mm(some, weights, out=made)
            for some in slopes:
                torch.mm(some, weights.t(), out=to_taken)
            torch.mm(taken.flatten(0, 1).t(), slopes.flatten(0, 1))

    return step


def plain_step(plain: nn.Module, solver: str) -> Step:
    kind = torch.optim.SGD if solver == "sgd" else torch.optim.Adam
    optimizer = kind(plain.parameters(), lr=RATE)

    def step(rows_B: Tensor) -> float:
        loss = plain.loss(rows_B)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def own_step(model: StepModel, examples: Examples, solver: str, *, batch: int, precision: str) -> Step:
    config = TrainingConfig(batch=batch, precision=precision, optimizer=solver or "adam")
    stepper, steps = Stepper(model, config, CPU, total_steps=1000), iter(range(10**9))
    return lambda rows_B: stepper.take(examples.batch(rows_B), lr=RATE, step=next(steps))


def batches(examples: int, batch: int) -> Iterator[Tensor]:
    """Whole batches for ever."""
    epoch = 0
    while True:
        order = epoch_order(examples, seed=1, epoch=epoch)
        yield from (part for part in order.split(batch) if len(part) == batch)
        epoch += 1


def now() -> float:
    """Seconds: of the processor on one thread, of the clock on several."""
    return time.process_time() if torch.get_num_threads() == 1 else time.perf_counter()


def best_rounds(
    learners: dict[str, tuple[Step, Iterator[Tensor], int]], examples: int, *, rounds: int
) -> dict[str, float]:
    """The seconds of an epoch of each learner, by its best round of a twentieth of an epoch."""
    best = dict.fromkeys(learners, float("inf"))
    for number in range(rounds + 1):
        for name, (step, rows, batch) in learners.items():
            steps = max(1, examples // batch // 20)
            started = now()
            for _ in range(steps):
                step(next(rows))
            if number:
                best[name] = min(best[name], (now() - started) / (steps * batch) * examples)
    return best


def fresh(name: str, solver: str, split: Split, entries: int) -> StepModel:
    config = MfConfig(solver=solver) if solver else None
    model = build(name, fitted_config(name, config, entries=entries), items=split.titles, scale=split.scale)
    assert isinstance(model, StepModel)
    model.prepare(split.train, seed=1)
    return model


def measure(case: str, split: Split, *, entries: int, rounds: int) -> None:
    name, _, solver = case.partition(":")
    model = fresh(name, solver, split, entries)
    examples, unit = model.examples(split.train, CPU), model.can.examples
    count, batch = len(examples), TrainingConfig().batch_for(len(examples), unit)
    learners: dict[str, tuple[Step, Iterator[Tensor], int]] = {}
    for size in (batch // 2, batch):
        learners[f"plain, {size:,} {unit}"] = plain_step(PLAIN[name](model, split), solver), batches(count, size), size
    precisions = dict.fromkeys(("float32", choose_precision("auto", CPU)))
    for size, precision in ((batch // 2, "float32"), *((batch, precision) for precision in precisions)):
        own = own_step(fresh(name, solver, split, entries), examples, solver, batch=size, precision=precision)
        learners[f"{precision}, {size:,} {unit}"] = own, batches(count, size), size
    layers = layers_of(model, batch)
    for precision in precisions if layers else ():
        products = products_step(layers, torch.bfloat16 if precision == "bf16" else torch.float32)
        learners[f"bare products, {precision}"] = products, batches(count, batch), batch
    best = best_rounds(learners, count, rounds=rounds)
    floor, half = best[f"plain, {batch:,} {unit}"], best[f"plain, {batch // 2:,} {unit}"]
    kind = "processor seconds" if torch.get_num_threads() == 1 else "seconds"
    print(f"{case}: {kind} an epoch; times as fast as plain at {batch:,}, and at {batch // 2:,}")
    for learner, seconds in best.items():
        print(f"  {learner:26} {seconds:6.2f} {floor / seconds:8.2f} {half / seconds:8.2f}", flush=True)
    for metric in ("rmse", "ndcg@100"):
        seconds, words = judged(model, split, metric, examples=count, batch=batch)
        print(f"  {'judging by ' + metric:26} {seconds:6.2f}  {words}", flush=True)


def judged(model: StepModel, split: Split, metric: str, *, examples: int, batch: int) -> tuple[float, str]:
    """Seconds to judge an epoch: the better of two; and of whom, where not of all."""
    config = TrainingConfig(monitor=metric)
    validation = Validation(split, model, config, examples=examples, batch=batch, device=CPU)
    found = []
    for _ in range(2):
        started = now()
        drive(validation.measured())
        found.append(now() - started)
    return min(found), " ".join(validation.notes)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", help="the folder of ml-1m")
    parser.add_argument("--models", default="embedding_mlp,lstm,mf:adam,mf:sgd")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    capability = torch.backends.cpu.get_cpu_capability()
    print(f"torch {torch.__version__}, {capability}, threads: {arguments.threads}")
    folder = Path(arguments.data or os.environ.get("DESKTOP_REC_DATA", "data") + "/ml-1m")
    dataset, _ = drive(import_files([folder / "ratings.dat"], options=ImportOptions(), dataset_id="ml-1m"))
    split = make_split(dataset, SplitConfig(kind="random", seed=42, test_share=0.1, validation_share=0.1))
    for case in arguments.models.split(","):
        measure(case, split, entries=dataset.entries, rounds=arguments.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
