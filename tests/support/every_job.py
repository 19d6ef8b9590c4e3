"""Every long job that a person can start, over one small library: what the rules of a generator are tested on.

`JOBS` maps a name to a function that starts the job over a `TrainedLibrary`; `essence` says what a job found as values
that can be compared to the bit.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import numpy as np
from operation_driving import QUICK, plan_for, trained
from planted import planted_dataset
from small_models import SMALL as SMALL_MODELS

from engine import operations
from engine.bench.climbing import climb
from engine.data.dataset import Dataset
from engine.data.importing.importer import ImportReport
from engine.data.profiles import profile_of_user
from engine.data.split import SplitConfig
from engine.events import Job, drive
from engine.library.ladders import MeasuredLadder
from engine.library.store import Library
from engine.models.base import Model
from engine.models.mf import MfConfig
from engine.recommending.user_evaluation import evaluate_user
from engine.training.config import FinderConfig, TrainingConfig
from engine.training.plan import TrainingPlan
from engine.training.search import grid_of

REPORT = ImportReport("columns", "utf-8", "comma", 1, {}, (), 0, 0, 0.1, 1.0, ("ratings.csv",))
FINDER = FinderConfig(steps=24)


@dataclass(frozen=True)
class TrainedLibrary:
    """A library with a data set and a saved run, and a ratings file beside it."""

    library: Library
    dataset: Dataset
    run_id: str
    file: Path

    @staticmethod
    def furnished(folder: Path) -> str:
        """Make the library in `folder`/home and the file beside it; returns the run's id."""
        with Library.open(folder / "home", who="a test") as library:
            library.datasets.save(planted_dataset(people=60, titles=30), REPORT)
            run_id = drive(trained(library, library.datasets.open("planted"))).run_id
        rows = [f"{n % 40},{n * 7 % 30},{n % 9 / 2 + 0.5}" for n in range(600)]
        (folder / "ratings.csv").write_text("\n".join(["userId,movieId,rating", *rows]))
        return run_id

    @classmethod
    @contextmanager
    def copied(cls, furnished: Path, run_id: str, folder: Path) -> Iterator[TrainedLibrary]:
        """A copy of its own of a furnished folder, open for as long as the context lasts."""
        shutil.copytree(furnished, folder, dirs_exist_ok=True)
        with Library.open(folder / "home", who="a test") as library:
            yield cls(library, library.datasets.open("planted"), run_id, folder / "ratings.csv")


def _find_rate(at: TrainedLibrary) -> Job[Any]:
    return operations.find_rate(at.library, at.dataset, plan_for(at.dataset, finder=FINDER, device="cpu"))


def _train(at: TrainedLibrary) -> Job[Any]:
    return trained(at.library, at.dataset, device="cpu")


def _train_another(at: TrainedLibrary, name: str) -> Job[Any]:
    training = QUICK.changed(epochs=2, batch=256 if name in ("mf", "embedding_mlp") else 40)
    return trained(at.library, at.dataset, model=name, model_config=SMALL_MODELS[name], device="cpu", training=training)


def _train_in_bf16(at: TrainedLibrary) -> Job[Any]:
    return trained(at.library, at.dataset, device="cpu", training=QUICK.changed(epochs=1, precision="bf16"))


def _find_rate_and_train(at: TrainedLibrary) -> Job[Any]:
    return trained(at.library, at.dataset, finder=FINDER, device="cpu", training=QUICK.changed(epochs=1, lr=None))


def _fit(at: TrainedLibrary) -> Job[Any]:
    return trained(at.library, at.dataset, model="ease", model_config=None, training=None)


def _blend(at: TrainedLibrary) -> Job[Any]:
    return operations.blend(at.library, [at.run_id, drive(_fit(at)).run_id])


def _resume(at: TrainedLibrary) -> Job[Any]:
    done = at.library.runs.find(at.run_id).epochs
    return operations.resume(at.library, at.run_id, epochs=done + 2, device="cpu")


def _search(at: TrainedLibrary) -> Job[Any]:
    training = TrainingConfig(epochs=1, lr=1e-2, batch=256, monitor="rmse", precision="float32")
    plan = TrainingPlan.of("mf", model_config=MfConfig(solver="adam"), training=training, device="cpu")
    return operations.search(at.library, at.dataset, grid_of(plan, {"rank": (2, 4)}))


def _search_at_once(at: TrainedLibrary) -> Job[Any]:
    return operations.search(at.library, at.dataset, grid_of(TrainingPlan.defaults("ease"), {"l2": (1.0, 10.0)}))


def _speed_test(at: TrainedLibrary) -> Job[Any]:
    plan = plan_for(at.dataset)
    ticks = itertools.count(step=0.05)
    return operations.speed_test(at.library, at.dataset, plan, seconds=0.2, clock=lambda: next(ticks))


def _climb(at: TrainedLibrary) -> Job[Any]:
    ticks = itertools.count(step=1.0)
    return climb(at.library, at.dataset, seconds=1.0, clock=lambda: next(ticks))


def _evaluate(at: TrainedLibrary) -> Job[Any]:
    return operations.evaluate(at.library, at.run_id)


def _baselines(at: TrainedLibrary) -> Job[Any]:
    shutil.rmtree(at.library.home / "baselines", ignore_errors=True)
    return (yield from operations.baselines(at.library, at.dataset, SplitConfig()))


def _recommend(at: TrainedLibrary) -> Job[Any]:
    recommender = operations.recommender_of(at.library, at.run_id)
    return operations.recommend(recommender, profile_of_user(at.dataset, "7"), explain=True)


def _evaluate_user(at: TrainedLibrary) -> Job[Any]:
    recommender = operations.recommender_of(at.library, at.run_id)
    return evaluate_user(recommender, recommender.match(profile_of_user(at.dataset, "7")).history)


def _predict(at: TrainedLibrary) -> Job[Any]:
    pairs = at.file.with_name("pairs.csv")
    pairs.write_text("\n".join(["user,item", *(f"{n % 120},{n * 7 % 40}" for n in range(600))]))
    return operations.predict(at.library, at.run_id, pairs, out=at.file.with_name("predicted.csv"))


def _filled_matrix(at: TrainedLibrary) -> Job[Any]:
    return operations.filled_matrix(at.library, at.run_id, people=100, titles=6)


def _recommend_many(at: TrainedLibrary) -> Job[Any]:
    many = at.file.with_name("many.csv")
    many.write_text("\n".join(["user,item,rating", *(f"{n % 30},{n * 7 % 40},{n % 5 + 1}" for n in range(300))]))
    return operations.recommend_many(at.library, at.run_id, many, out=at.file.with_name("lists.csv"), top=5)


def _quick_model(at: TrainedLibrary) -> Job[Any]:
    return operations.quick_model(at.library, at.dataset)


def _companion(at: TrainedLibrary) -> Job[Any]:
    shutil.rmtree(at.library.home / "quick", ignore_errors=True)
    return (yield from operations.companion(at.library, at.dataset))


def _import(at: TrainedLibrary) -> Job[Any]:
    return operations.import_files(at.library, [at.file])


def _export(at: TrainedLibrary) -> Job[Any]:
    return operations.export_dataset(at.dataset, at.file.parent / f"export {uuid4().hex}")


def _export_model(at: TrainedLibrary) -> Job[Any]:
    return operations.export_model(at.library, at.run_id, at.file.with_name("trained.desktoprec-model"))


def _export_scorer(at: TrainedLibrary) -> Job[Any]:
    """Without the packages that write the file, which take seconds."""
    place = "engine.operations.model_files."
    with patch(f"{place}refuse_unwritable"), patch(f"{place}write_scorer", lambda file, *_, **__: file.write(b"graph")):
        return (yield from operations.export_scorer(at.library, at.run_id, at.file.with_name("trained.onnx")))


def _import_model(at: TrainedLibrary) -> Job[Any]:
    """A model that was trained elsewhere: it is not in the library any more."""
    run_id = drive(trained(at.library, at.dataset, model="popularity", model_config=None, training=None)).run_id
    file = at.file.with_name(f"{run_id}.desktoprec-model")
    drive(operations.export_model(at.library, run_id, file))
    at.library.runs.forget(run_id)
    return operations.import_model(at.library, file)


def _make_room(at: TrainedLibrary) -> Job[Any]:
    run_id = drive(trained(at.library, at.dataset, device="cpu", training=QUICK.changed(epochs=1), advise=False)).run_id
    return operations.make_room(at.library, [run_id, run_id])


def _same_people(at: TrainedLibrary) -> Job[Any]:
    split = SplitConfig(kind="random", test_share=0.5)
    job = trained(at.library, at.dataset, model="popularity", model_config=None, training=None, split=split)
    return operations.evaluate_on_same_people(at.library, [at.run_id, drive(job).run_id])


def _import_again(at: TrainedLibrary) -> Job[Any]:
    imported = yield from _import(at)
    return (yield from operations.import_again(at.library, imported.record.dataset_id))


def _match_export(at: TrainedLibrary) -> Job[Any]:
    export = at.file.with_name("export.csv")
    export.write_text("\n".join(["Date,Name,Year,Letterboxd URI,Rating", *(f",Film {n},2000,,4" for n in range(60))]))
    return operations.match_export(at.dataset, export)


def _match_titles(at: TrainedLibrary) -> Job[Any]:
    catalogue = at.dataset.catalogue
    lines = [f"{title} ({year})" for title, year in zip(catalogue.titles, catalogue.years, strict=True)]
    return operations.match_titles(at.dataset, "\n".join(lines[:30]))


JOBS: dict[str, Callable[[TrainedLibrary], Job[Any]]] = {
    "import": _import,
    "match an export": _match_export,
    "match a list of titles": _match_titles,
    "import again": _import_again,
    "export": _export,
    "export a model": _export_model,
    "export a scorer": _export_scorer,
    "import a model": _import_model,
    "make room": _make_room,
    "evaluate on the same people": _same_people,
    "quick model": _quick_model,
    "companion": _companion,
    "find rate": _find_rate,
    "train": _train,
    "train in bf16": _train_in_bf16,
    **{f"train {name}": partial(_train_another, name=name) for name in SMALL_MODELS if name != "two_head"},
    "find rate and train": _find_rate_and_train,
    "fit": _fit,
    "blend": _blend,
    "resume": _resume,
    "speed test": _speed_test,
    "climb": _climb,
    "search": _search,
    "search at once": _search_at_once,
    "evaluate": _evaluate,
    "baselines": _baselines,
    "recommend and explain": _recommend,
    "predict": _predict,
    "recommend to many": _recommend_many,
    "filled matrix": _filled_matrix,
    "evaluate for a user": _evaluate_user,
}


def essence(result: Any) -> Any:
    """What a job found, as values that can be compared: equal essence, equal work."""
    if isinstance(result, dict):
        return {name: _figures(evaluation) for name, evaluation in result.items()}
    if isinstance(result, operations.SpeedTest):
        return [[epoch.device, epoch.precision, epoch.seconds_per_epoch] for epoch in result.epochs]
    if isinstance(result, MeasuredLadder):
        return [[rung.rung, rung.milliseconds, rung.quality] for rung in result.rungs]
    if isinstance(result, operations.MatrixWindow):
        return [result.users, result.items, result.given_RC, result.filled_RC]
    if hasattr(result, "missing"):
        return sorted(result.rows)
    if hasattr(result, "matches"):
        return [repr(result.matches)]
    if hasattr(result, "rows"):
        return [[row.value, dict(row.metrics)] for row in result.rows]
    if hasattr(result, "evaluation"):
        weights = {name: tensor.cpu().numpy() for name, tensor in result.trained.model.state_dict().items()}
        return [_figures(result.evaluation), result.lr, weights]
    if hasattr(result, "metrics"):
        return _figures(result)
    if hasattr(result, "favourites"):
        return [[entry.rank for entry in result.entries], [entry.predicted for entry in result.entries]]
    if hasattr(result, "losses"):
        return [result.lrs, result.losses, result.smoothed, result.words]
    if hasattr(result, "listed"):
        listed, impactful = result.listed.items, result.insights.most_impactful
        return [[item.item_id for item in listed], [item.score for item in listed], [item.impact for item in impactful]]
    if hasattr(result, "inside"):
        return [result.size_bytes, *result.inside]
    if hasattr(result, "results"):
        return [_figures(evaluation) for evaluation in result.results.values()]
    if hasattr(result, "freed_bytes"):
        return [result.freed_bytes, len(result.run_ids)]
    if hasattr(result, "path"):
        return [result.path.read_text()]
    if hasattr(result, "exported"):
        return [size for _, size in result.exported.files]
    if hasattr(result, "change"):
        return [result.change, result.data.record.fingerprint]
    if hasattr(result, "dataset") and hasattr(result, "record"):
        return result.record.fingerprint
    model = result if isinstance(result, Model) else result.model
    return {name: tensor.numpy() for name, tensor in model.state_dict().items()}


def _figures(evaluation: Any) -> Any:
    return None if evaluation is None else {name: metric.value for name, metric in evaluation.metrics.items()}


def assert_equal(left: Any, right: Any) -> None:
    """Equal to the bit, whatever is nested in what."""
    if isinstance(left, dict):
        assert left.keys() == right.keys()
        left, right = list(left.values()), list(right.values())
    if isinstance(left, list):
        assert len(left) == len(right)
        for left_part, right_part in zip(left, right, strict=True):
            assert_equal(left_part, right_part)
    else:
        np.testing.assert_array_equal(left, right)
