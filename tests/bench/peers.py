"""How long our models take to learn and to recommend on MovieLens-1M, beside Surprise, implicit and Cornac.

    PYTHONPATH=. python tests/bench/peers.py [--data DIR] [--peers-python PATH] [--models ease,mf] [--epochs N]

A model may be named with settings: `--models mf,mf:rank=16+sweeps=5,mf:solver=adam`.

DIR (or DESKTOP_REC_DATA) holds the folder `ml-1m`. The peers live in an environment of their own, never in ours:

    python -m venv PEERS && PEERS/bin/pip install "numpy<2" pandas torch scikit-surprise implicit "cornac<2.3"

and `--peers-python PEERS/bin/python` names it; each peer runs there in a process of its own (see peers_side.py), and a
peer that does not run has a row that says why. All run one after the other, each on one thread, on the same rows:

- models of ratings learn from nine in ten ratings, `default_rng(42).random(n) < 0.9` of the file's rows; RMSE is of the
  rest. Ours that learn by steps keep a tenth of it aside to choose their epoch by; those that are computed, and the
  peers, learn from all of it;
- models of lists learn from the likes of ANCHORS' people (600 tested, 600 validated on), `two_head` from all their
  ratings; NDCG@100 is of the 600, by likes alone, for everyone who can fold new people in.

Seconds are the processor's, so that neighbours on the machine do not count. *fit* is everything from the rows in memory
to a model that can recommend; *one* the list of 100 of one person (the middle of 20 people), *1,000* the lists of 1,000
people. Ours are new people, folded in; what the peers' are is noted. Ours are judged after every epoch, as in the
application, and a rate that has to be found first is found; both are part of *fit*.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.data.dataset import Dataset, Histories
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.split import Split, SplitConfig, make_split
from engine.evaluation import metrics as measure
from engine.evaluation.protocol import evaluate_model, monitor_value
from engine.events import EpochEnded, drive
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.declaration import ModelConfig
from engine.models.registry import build, fitted_config, kind_of
from engine.recommending.many_lists import many_lists
from engine.recommending.recommender import Recommender
from engine.settings import Config, with_texts
from engine.training.checkpoint import TrainingState
from engine.training.config import FinderConfig, TrainingConfig
from engine.training.lr_finder import find_rate
from engine.training.trainer import train
from tests.support.planted import strong_split

RATING_MODELS = ("popularity", "mf", "embedding_mlp", "lstm")
LIST_MODELS = ("ease", "mult_vae", "mult_dae", "two_head")
PEERS = ("surprise_svd", "cornac_mf", "implicit_als", "cornac_ease", "cornac_vaecf")
ONE_PERSON_TRIES, PEOPLE, TOP = 20, 1000, 100
RATED = SplitConfig(kind="random", seed=42, test_share=0.1, validation_share=0.1)
RATE_WITHOUT_FINDER = 0.01
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Row:
    """One line of the table; None where there is no such figure."""

    words: str
    fit: float | None = None
    epoch: float | None = None
    one: float | None = None
    many: float | None = None
    rmse: float | None = None
    ndcg: float | None = None
    note: str = ""

    def line(self) -> str:
        def cell(value: float | None, form: str, factor: float = 1.0) -> str:
            return "-" if value is None else form.format(value * factor)

        return (
            f"{self.words:58s} {cell(self.fit, '{:8.1f}'):>8s} {cell(self.epoch, '{:8.2f}'):>8s} "
            f"{cell(self.one, '{:8.2f}', 1000):>8s} {cell(self.many, '{:8.2f}'):>8s} "
            f"{cell(self.rmse, '{:.4f}'):>7s} {cell(self.ndcg, '{:.4f}'):>7s}  {self.note}"
        )


HEADING = f"{'':58s} {'fit s':>8s} {'epoch s':>8s} {'one ms':>8s} {'1,000 s':>8s} {'RMSE':>7s} {'NDCG':>7s}"


class NoRecorder:
    """A run that nobody will resume."""

    def save_checkpoint(self, state: TrainingState) -> None:
        del state

    def save_epoch(self, epoch: EpochEnded) -> None:
        print(f"    epoch {epoch.epoch}: {epoch.validation}", file=sys.stderr)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.process_time()
    result = work()
    return result, time.process_time() - began


def fitted(name: str, dataset: Dataset, split: Split, epochs: int | None) -> tuple[Model, str, float, int | None]:
    """A model, learned; with words on how, the seconds, and after how many epochs it ended."""
    name, config = configured(name)
    kind = kind_of(name, config)
    config = fitted_config(name, config, entries=split.train.entries)
    model = build(name, config, items=split.titles, scale=split.scale)
    if isinstance(model, ClosedFormModel):
        _, seconds = timed(lambda: drive(model.fit(split.train)))
        return model, "closed form", seconds, None
    assert isinstance(model, StepModel)
    own = {**kind.training_for(dataset.entries), "seed": 1}
    own |= {"optimizer": config.optimizer} if isinstance(config, ModelConfig) and config.optimizer else {}
    settings = TrainingConfig(**own | ({"epochs": min(epochs, own["epochs"])} if epochs else {}))
    rate, finding = (settings.lr, 0.0) if settings.lr else timed(lambda: found_rate(split, model, settings))
    settings = settings.changed(lr=rate)
    run, seconds = timed(lambda: drive(train(split, model, config=settings, recorder=NoRecorder(), device=CPU)))
    words = f"best of {run.epochs} epochs: {run.best_epoch}" + (f"; rate found in {finding:.1f} s" if finding else "")
    return run.model, words, seconds + finding, run.epochs


def configured(name: str) -> tuple[str, Config]:
    """A model and its settings: mf:rank=16+sweeps=5."""
    model, _, texts = name.partition(":")
    config = kind_of(model).config_class()
    pairs = (text.partition("=") for text in texts.split("+") if text)
    return model, with_texts(config, {key: value for key, _, value in pairs})


def found_rate(split: Split, model: StepModel, training: TrainingConfig) -> float:
    """What the rate finder chooses where nobody looks, as the application has it."""
    kind = kind_of(model.name, model.config)
    finder = FinderConfig(**kind.finder)
    job = find_rate(split, model, training=training, finder=finder, device=CPU, prefer=kind.suggestion)
    chosen = drive(job).chosen
    return chosen.lr if chosen is not None and chosen.lr else RATE_WITHOUT_FINDER


def ours(name: str, dataset: Dataset, splits: Mapping[str, Split], epochs: int | None) -> Row:
    """One of our models: fitted, judged, and asked for lists."""
    model_name, config = configured(name)
    is_computed = not kind_of(model_name, config).can.learns_by_steps
    rates = model_name in RATING_MODELS
    split = splits["liked" if not rates else "whole" if is_computed else "rated"]
    model, words, fit, done = fitted(name, dataset, split, epochs)
    assert split.test is not None
    rmse = ndcg = None
    if rates:
        rmse = monitor_value(model, split.test, candidates_I=split.candidates_I, metric="rmse")
    if not rates or name == "popularity":
        lists_of = model if not rates else fitted(name, dataset, splits["liked"], epochs)[0]
        test = splits["liked"].test
        assert test is not None
        held_out = test if name == "two_head" else test.likes_only(dataset.scale.like)
        job = evaluate_model(lists_of, held_out, candidates_I=splits["liked"].candidates_I, ks=(TOP,), intervals=False)
        ndcg = drive(job).metrics[f"ndcg@{TOP}"].value
    one, many = asked(Recommender(model, dataset, candidates_I=split.candidates_I), profiles(splits["liked"]))
    note = "all ratings folded in; lists bar them all" if name == "two_head" else ""
    return Row(f"{name}, {words}", fit, fit / done if done else None, one, many, rmse, ndcg, note)


def asked(recommender: Recommender, people: Histories) -> tuple[float, float]:
    """Seconds for one person's list, and for everybody's."""
    alone = [people.row(at) for at in range(1 + ONE_PERSON_TRIES)]
    times = [timed(lambda own=own: recommender.recommend(own, top=TOP))[1] for own in alone]
    _, many = timed(lambda: sum(len(many_list.people_U) for many_list in many_lists(recommender, people, top=TOP)))
    return float(np.median(times[1:])), many


def profiles(split: Split) -> Histories:
    """The 1,000 people who ask for lists: of those who were learned from, as if they were new."""
    return split.train.take(np.arange(PEOPLE))


def task_of(dataset: Dataset, liked: Split) -> dict[str, Any]:
    """What the peers are given: the same rows as ours."""
    histories, like = dataset.histories, dataset.scale.like
    assert liked.test is not None
    parts = {
        "learned": liked.train.likes(like),
        "folded": liked.test.fold_in.likes(like),
        "many": profiles(liked).likes(like),
    }
    arrays = {
        "users": histories.user_rows_N,
        "items": histories.item_rows_N,
        "ratings": histories.ratings_N,
        "train": np.random.default_rng(42).random(histories.entries) < 0.9,
        "titles": np.array(dataset.titles),
    }
    for name, part in parts.items():
        arrays |= {f"{name}_starts": part.indptr_U1, f"{name}_items": part.item_rows_N}
    return arrays


def peer(name: str, python: str, folder: Path, liked: Split) -> Row:
    """One peer, in a process of the environment it lives in."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    out = folder / f"{name}.json"
    command = [python, str(Path(__file__).with_name("peers_side.py")), str(folder / "task.npz"), str(out), name]
    ran = subprocess.run(command, env=os.environ | threads, capture_output=True, text=True, check=False)
    if ran.returncode or not out.exists():
        reason = ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else f"exit {ran.returncode}"
        return Row(name, note=f"did not run: {reason}")
    found = json.loads(out.read_text())
    lists = found.pop("lists", None)
    ndcg = None if lists is None else ndcg_of(np.array(lists, dtype=np.int64), liked)
    figures = {key: found.get(key) for key in ("fit", "epoch", "one", "many", "rmse")}
    return Row(found["model"], **figures, ndcg=ndcg, note=found.get("note", ""))


def ndcg_of(items_UK: np.ndarray, split: Split) -> float:
    """NDCG@100 of lists for the test people, by the same likes to be found."""
    assert split.test is not None
    liked = split.test.to_find.likes(split.scale.like)
    is_liked_UI = np.zeros((len(liked), split.titles))
    is_liked_UI[liked.user_rows_N, liked.item_rows_N] = 1.0
    ideal_UK = measure.ideal_gains(np.ones(liked.entries), liked.user_rows_N, people=len(liked), k=TOP)
    gains_UK = np.take_along_axis(is_liked_UI, items_UK, axis=1)
    return float(np.nanmean(measure.discounted_share(gains_UK, ideal_UK, TOP)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", help="the folder that holds ml-1m; DESKTOP_REC_DATA unless given")
    parser.add_argument("--peers-python", help="the python of the peers' environment")
    parser.add_argument("--models", default=",".join((*RATING_MODELS, *LIST_MODELS)))
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--epochs", type=int, default=None, help="at most, of models that learn by steps")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    place = Path(arguments.data or os.environ.get("DESKTOP_REC_DATA", "data")) / "ml-1m"
    dataset, _ = drive(import_files([place / "ratings.dat"], options=ImportOptions(), dataset_id="ml-1m"))
    liked = strong_split(dataset, people_seed=98765, hold_out_seed=1, people_each=600)
    whole = make_split(dataset, RATED.changed(validation_share=0.0))
    splits = {"rated": make_split(dataset, RATED), "whole": whole, "liked": liked}
    print(f"MovieLens-1M, {dataset.entries:,} ratings; processor seconds, one thread each\n{HEADING}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        np.savez(Path(name) / "task.npz", **task_of(dataset, liked))
        for name_of_peer in arguments.peers.split(",") if arguments.peers_python else ():
            print(peer(name_of_peer, arguments.peers_python, Path(name), liked).line(), flush=True)
    for part in arguments.models.split(","):
        print(ours(part, dataset, splits, arguments.epochs).line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
