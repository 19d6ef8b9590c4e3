"""Rating error, one rating in ten held out at random, beside what others reach on the same rows.

    PYTHONPATH=. python tests/bench/models_rating.py ml-1m [--data DIR] [--models mf,mf*3+embedding_mlp] [--seeds 1,2,3]
    PYTHONPATH=. python tests/bench/models_rating.py sample [--models mf,movielens_101_mf] [--test-share 0.2]

A name is a model, a preset, or a mix of them joined by +, `mf*3` being three seeds of one. On `ml-1m` the rows are
those of `default_rng(42).random(n) < 0.9` in the order of the file, and the seeds are the models'; on `sample` every
seed draws rows of its own. A model learns first from nine in ten of what may be learned from, to see after how many
epochs it is at its best on the tenth; then afresh from all of it for so many epochs. The weights of a mix are least
squares on that tenth, and settings that a model chooses by trying are chosen on it. Nothing is ever chosen by the rows
that are tested on. RMSE in stars, and on ratings moved to 0..1; the mean of all ratings and the bias baseline
(mu + b_u + b_i) stand beside, as floors.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from engine.data.dataset import Dataset
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.sample import sample_files
from engine.data.split import HeldOut, Split, SplitConfig, make_split
from engine.events import EpochEnded, drive
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.presets import PRESETS, Preset
from engine.models.registry import build, kind_of
from engine.training.blend_weights import least_squares
from engine.training.checkpoint import TrainingState
from engine.training.config import FinderConfig, TrainingConfig
from engine.training.lr_finder import find_rate
from engine.training.plan import with_own_optimizer
from engine.training.progress import TrainedRun
from engine.training.settling import settle
from engine.training.trainer import train

Floats = npt.NDArray[np.float64]

KNOWN = {"Surprise SVD": 0.8655, "myFM": 0.8489}
AT_MOST = {"mf": 0.860}
BEST_AT_MOST = 0.845
AS_IT_COMES = "default"


class NoRecorder:
    """A run that nobody will resume."""

    def save_checkpoint(self, state: TrainingState) -> None:
        del state

    def save_epoch(self, epoch: EpochEnded) -> None:
        print(f"    epoch {epoch.epoch}: loss {epoch.training_loss:.4f} {epoch.validation}", file=sys.stderr)


@dataclass(frozen=True)
class Foretold:
    """What was foretold for the rows to choose by (None: none were), and for those that are tested on."""

    chosen_by: Floats | None
    tested: Floats
    words: str


@dataclass(frozen=True)
class Rows:
    """One draw: with a tenth to choose by, and without; and what is to be foretold."""

    dataset: Dataset
    choosing: Split
    whole: Split

    @staticmethod
    def of(dataset: Dataset, *, seed: int, test_share: float) -> Rows:
        config = SplitConfig(kind="random", seed=seed, test_share=test_share, validation_share=0.1)
        return Rows(dataset, make_split(dataset, config), make_split(dataset, config.changed(validation_share=0.0)))

    @property
    def test(self) -> HeldOut:
        assert self.whole.test is not None
        return self.whole.test

    @property
    def tenth(self) -> HeldOut:
        assert self.choosing.validation is not None
        return self.choosing.validation

    def rmse(self, foretold: Floats) -> float:
        return float(np.sqrt(np.square(foretold - self.test.to_find.ratings_N).mean()))


def preset_called(name: str) -> Preset:
    """A preset, or a model as it comes."""
    return PRESETS[name] if name in PRESETS else Preset(AS_IT_COMES, name, "", name)


def learned(
    preset: Preset, rows: Rows, split: Split, *, seed: int, epochs: int | None, lr: float | None
) -> tuple[TrainedRun, float]:
    """A model trained as a preset has it; `epochs` and `lr` are those that were found before, if they were."""
    dataset = rows.dataset
    named = kind_of(preset.model).config_class().changed(**preset.settings)
    kind = kind_of(preset.model, named)
    config = drive(settle(preset.model, named, rows.choosing, entries=dataset.entries)).config
    model = build(preset.model, config, items=dataset.titles, scale=dataset.scale, seed=seed)
    assert isinstance(model, StepModel)
    settings = {**kind.training_for(dataset.entries), **preset.training, "seed": seed, "monitor": "rmse"}
    training = with_own_optimizer(TrainingConfig(**settings | ({"epochs": epochs} if epochs else {})), named)
    rate = lr or training.lr or found_rate(split, model, training, preset)
    training = training.changed(lr=rate)
    print(f"  {preset.title}, rate {rate:.2e}", file=sys.stderr)
    return drive(train(split, model, config=training, recorder=NoRecorder(), device=torch.device("cpu"))), rate


def found_rate(split: Split, model: StepModel, training: TrainingConfig, preset: Preset) -> float:
    kind = kind_of(preset.model, model.config)
    job = find_rate(
        split,
        model,
        training=training,
        finder=FinderConfig(**kind.finder),
        device=torch.device("cpu"),
        prefer=preset.suggestion or kind.suggestion,
    )
    chosen = drive(job).chosen
    assert chosen is not None, "the sweep found no rate"
    assert chosen.lr is not None, "the sweep found no rate"
    return chosen.lr


def foretold_by(name: str, rows: Rows, *, seed: int) -> Foretold:
    """One model: its epochs chosen on the tenth, then learned afresh from all that may be learned from."""
    preset = preset_called(name)
    if not kind_of(preset.model, kind_of(preset.model).config_class(**preset.settings)).can.learns_by_steps:
        return Foretold(
            predictions(fitted(preset, rows, rows.choosing), rows.tenth),
            predictions(fitted(preset, rows, rows.whole), rows.test),
            "computed at once",
        )
    first, rate = learned(preset, rows, rows.choosing, seed=seed, epochs=None, lr=None)
    again, _ = learned(preset, rows, rows.whole, seed=seed, epochs=first.best_epoch, lr=rate)
    return Foretold(
        predictions(first.model, rows.tenth),
        predictions(again.model, rows.test),
        f"rate {rate:.1e}, {first.best_value:.4f} on the tenth at epoch {first.best_epoch} of {first.epochs}",
    )


def fitted(preset: Preset, rows: Rows, split: Split) -> Model:
    config = drive(settle(preset.model, None, rows.choosing, entries=rows.dataset.entries)).config
    model = build(preset.model, config, items=rows.dataset.titles, scale=rows.dataset.scale)
    assert isinstance(model, ClosedFormModel)
    drive(model.fit(split.train))
    return model


@torch.inference_mode()
def predictions(model: Model, held_out: HeldOut) -> Floats:
    """The predicted ratings of what is to be found."""
    return model.eval().ratings_of(held_out.fold_in, held_out.to_find).double().numpy()


def mixed(parts: Sequence[Foretold], rows: Rows) -> Foretold:
    """Parts by least squares on the tenth."""
    if len(parts) == 1:
        return parts[0]
    ours = [part.chosen_by for part in parts if part.chosen_by is not None]
    weights_R, offset = least_squares(np.stack(ours, 1), rows.tenth.to_find.ratings_N.astype(np.float64))
    scale = rows.dataset.scale
    tested = (np.stack([part.tested for part in parts], 1) @ weights_R + offset).clip(scale.low, scale.high)
    return Foretold(None, tested, f"weights {', '.join(f'{weight:.2f}' for weight in weights_R)}")


def parts_of(name: str) -> list[tuple[str, int]]:
    """mf*2+lstm -> mf, mf with another seed, lstm."""
    found = []
    for part in name.split("+"):
        model, _, times = part.partition("*")
        found += [(model, 1000 * number) for number in range(int(times or 1))]
    return found


def judge_all(names: Sequence[str], draws: Sequence[tuple[int, Rows]]) -> dict[str, float]:
    """Print a line for each name and seed, and return the means in stars."""
    means = {}
    known: dict[tuple[str, int, int], Foretold] = {}
    for name in names:
        errors = []
        for seed, rows in draws:
            started = time.perf_counter()
            for model, more in parts_of(name):
                if (model, seed + more, seed) not in known:
                    known[model, seed + more, seed] = foretold_by(model, rows, seed=seed + more)
            foretold = mixed([known[model, seed + more, seed] for model, more in parts_of(name)], rows)
            errors.append(rows.rmse(foretold.tested))
            seconds = time.perf_counter() - started
            print(f"    {name} #{seed}: {errors[-1]:.4f} ({foretold.words}; {seconds:.0f} s)", flush=True)
        means[name] = float(np.mean(errors))
    return means


def print_table(means: dict[str, float], draws: Sequence[tuple[int, Rows]]) -> None:
    scale = draws[0][1].dataset.scale
    span = scale.high - scale.low
    print(f"\n{'mean over the seeds':34s} {'stars':>8s} {'on 0..1':>8s} {'less biases':>12s}")
    for name, error in means.items():
        print(f"{name:34s} {error:8.4f} {error / span:8.4f} {error - means['popularity']:+12.4f}", flush=True)


def guessing_the_mean(draws: Sequence[tuple[int, Rows]]) -> float:
    errors = [rows.rmse(np.full(rows.test.to_find.entries, rows.whole.train.ratings_N.mean())) for _, rows in draws]
    return float(np.mean(errors))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("where", choices=("ml-1m", "sample"))
    parser.add_argument("--data", help="the folder of ml-1m")
    parser.add_argument("--models", default="mf,mf*2,movielens_101_mf,movielens_101_dense,movielens_101_lstm")
    parser.add_argument("--seeds", type=lambda text: [int(part) for part in text.split(",")], default=[1])
    parser.add_argument("--test-share", type=float, default=0.1)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    on_ml = arguments.where == "ml-1m"
    folder = Path(arguments.data or os.environ.get("DESKTOP_REC_DATA", "data") + "/ml-1m")
    files = [folder / "ratings.dat"] if on_ml else sample_files()
    dataset, _ = drive(import_files(files, options=ImportOptions(), dataset_id=arguments.where))
    fixed = Rows.of(dataset, seed=42, test_share=arguments.test_share)
    draws = [
        (seed, fixed if on_ml else Rows.of(dataset, seed=seed, test_share=arguments.test_share))
        for seed in arguments.seeds
    ]
    words = f"; on the same rows {KNOWN}" if on_ml and arguments.test_share == 0.1 else ""
    print(f"{dataset.name}: {dataset.entries:,} ratings, {arguments.test_share:.0%} tested on{words}")
    means = judge_all(["popularity", *arguments.models.split(",")], draws)
    print_table({"the mean of all ratings": guessing_the_mean(draws)} | means, draws)
    met = all(error <= AT_MOST.get(name, float("inf")) for name, error in means.items()) if on_ml else True
    if on_ml and any("+" in name or "*" in name for name in means):
        met &= min(means.values()) <= BEST_AT_MOST
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
