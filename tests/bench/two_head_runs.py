"""What the benches of the two-headed model share: its study's settings, people set aside, runs, differences.

Imported by lessons.py and seen_only.py, which stand beside it and are run from anywhere.

Shapes: U people, I titles, N entries.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from engine.data.dataset import Dataset, Int64
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.split import LIKES_THAT_COUNT, HeldOut, Split, SplitConfig
from engine.evaluation.result import EvaluationResult
from engine.events import EpochEnded, drive
from engine.models.registry import build
from engine.models.two_head import TwoHeadConfig
from engine.training.checkpoint import TrainingState
from engine.training.config import TrainingConfig
from engine.training.trainer import TrainedRun, train

CPU = torch.device("cpu")
FILES = {"ml-1m": ("ratings.dat",), "anime": ("anime_ratings.dat", "anime_history.dat")}

STUDY = TwoHeadConfig(
    activation="swish",
    heads="separate",
    presence_loss="multinomial",
    huber_delta=1.0,
    loss_weights="learned",
    presence_log_variance=0.0,
    rating_log_variance=0.0,
    mask_unrated=True,
    seen_weight=1.0,
    input_dropout_low=0.24,
    input_dropout_high=0.56,
    bottleneck_noise=0.1,
    kl_cap=0.0,
)
"""As the study ended up; widths follow the size of the data. Spelled out, so that other defaults change no lesson."""


class NoRecorder:
    """A run that nobody will resume."""

    def save_checkpoint(self, state: TrainingState) -> None:
        del state

    def save_epoch(self, epoch: EpochEnded) -> None:
        print(f"    epoch {epoch.epoch}: {dict(epoch.parts)} {epoch.validation}", file=sys.stderr)


def data(name: str, folder: str | None) -> Dataset:
    """A data set of `folder` (None: DESKTOP_REC_DATA), imported as the application does."""
    place = Path(folder or os.environ.get("DESKTOP_REC_DATA", "data")) / name
    dataset, _ = drive(import_files([place / one for one in FILES[name]], options=ImportOptions(), dataset_id=name))
    return dataset


def set_aside(dataset: Dataset, *, learners: int | None, validated: int, judged: int, seed: int = 1) -> Split:
    """People to learn from (None: all others), to choose epochs by, and to judge on, drawn among those who like enough.

    A fifth of everything that a held-out person rated, whatever the rating, is to be found; so lists are judged by
    the likes among it, and predicted stars by all of it. Only titles that learners have can be listed or found.
    """
    counted = np.flatnonzero(dataset.histories.likes(dataset.scale.like).counts_U >= LIKES_THAT_COUNT)
    shuffled = counted[np.random.default_rng(seed).permutation(len(counted))]
    test_rows, validation_rows, rest = np.split(shuffled, [judged, judged + validated])
    train_rows = np.sort(rest if learners is None else rest[:learners])
    train_part = dataset.histories.take(train_rows)
    candidates_I = np.bincount(train_part.rated().item_rows_N, minlength=dataset.titles) > 0

    def held_out(rows_U: Int64, salt: int) -> HeldOut:
        histories = dataset.histories.take(rows_U)
        is_free_N = ~np.isnan(histories.ratings_N) & candidates_I[histories.item_rows_N]
        to_find_N = is_free_N & (np.random.default_rng([seed, salt]).random(histories.entries) < 0.2)
        return HeldOut(rows_U, histories.where(~to_find_N), histories.where(to_find_N))

    return Split(
        SplitConfig(kind="strong", seed=seed),
        train_part,
        train_rows,
        held_out(validation_rows, 1),
        held_out(test_rows, 2),
        candidates_I,
        dataset.scale,
        dataset.titles,
    )


def learned(split: Split, config: TwoHeadConfig, *, lr: float, epochs: int, batch: int, seed: int) -> TrainedRun:
    """A run at one rate, kept at the epoch with the best NDCG@100 for the validation people; ends 6 epochs after it."""
    model = build("two_head", config, items=split.titles, scale=split.scale, seed=seed)
    training = TrainingConfig(
        epochs=epochs, lr=lr, batch=batch, schedule="constant", early_stop=6, monitor="ndcg@100", seed=seed
    )
    return drive(train(split, model, config=training, recorder=NoRecorder(), device=CPU))


def over_seeds(judgements: Sequence[EvaluationResult]) -> EvaluationResult:
    """One judgement whose values for each person are means over runs of other seeds (of errors: of their squares)."""
    first = judgements[0]

    def mean(name: str) -> np.ndarray:
        values = np.stack([judgement.per_person[name] for judgement in judgements])
        return np.sqrt((values**2).mean(0)) if name.startswith("rmse") else values.mean(0)

    return replace(first, per_person={name: mean(name) for name in first.per_person})
