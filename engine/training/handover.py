"""What one process hands over to another so that it can train: arrays as named tensors, all else as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import Histories, Scale
from engine.data.split import HeldOut, Split, SplitConfig
from engine.models.base import StepModel
from engine.models.registry import build, kind_of
from engine.training.config import TrainingConfig

DOCUMENT, TENSORS, START = "handed.json", "handed.safetensors", "start"
"""Where it lies in a folder: plain values, arrays, and the state to begin with."""

Handed = tuple[dict[str, Any], dict[str, Tensor]]


def lesson_of(histories: Histories, model: StepModel, config: TrainingConfig) -> Handed:
    """What is learned from, by which model, and how; not the model's weights."""
    scale = model.scale
    document = {
        "model": model.name,
        "model_config": model.config.as_dict(),
        "items": model.items,
        "scale": [scale.low, scale.high, scale.step],
        "training": config.as_dict(),
    }
    return document, _tensors_of(histories, "train")


def lesson_from(
    document: Mapping[str, Any], tensors: Mapping[str, Tensor]
) -> tuple[Histories, StepModel, TrainingConfig]:
    """What was handed over by `lesson_of`, the model fresh."""
    config = TrainingConfig.from_dict(document["training"])
    model_config = kind_of(document["model"]).config_class.from_dict(document["model_config"])
    scale = Scale(*document["scale"])
    model = build(document["model"], model_config, items=document["items"], scale=scale, seed=config.seed)
    assert isinstance(model, StepModel), "only what learns by steps is handed over"
    return _histories_in(tensors, "train"), model, config


def split_of(split: Split) -> Handed:
    """A split without its test people: what training looks at."""
    tensors = {"candidates": torch.from_numpy(split.candidates_I), **_tensors_of(split.train, "train")}
    if split.validation is not None:
        tensors |= _tensors_of(split.validation.fold_in, "fold_in") | _tensors_of(split.validation.to_find, "to_find")
        if split.validation.learned_U is not None:
            tensors["learned"] = torch.from_numpy(split.validation.learned_U)
    scale = [split.scale.low, split.scale.high, split.scale.step]
    return {"split": split.config.as_dict(), "split_scale": scale, "titles": split.titles}, tensors


def split_from(document: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> Split:
    """What was handed over by `split_of`; whose rows of the data set they are is not known any more."""
    train, validation = _histories_in(tensors, "train"), None
    if "fold_in.indptr" in tensors:
        fold_in, to_find = (_histories_in(tensors, name) for name in ("fold_in", "to_find"))
        learned_U = tensors["learned"].numpy() if "learned" in tensors else None
        validation = HeldOut(np.arange(len(fold_in), dtype=np.int64), fold_in, to_find, learned_U)
    return Split(
        SplitConfig.from_dict(document["split"]),
        train,
        np.arange(len(train), dtype=np.int64),
        validation,
        None,
        tensors["candidates"].numpy(),
        Scale(*document["split_scale"]),
        document["titles"],
    )


def _tensors_of(histories: Histories, name: str) -> dict[str, Tensor]:
    arrays = {"indptr": histories.indptr_U1, "items": histories.item_rows_N, "ratings": histories.ratings_N}
    if histories.times_N is not None:
        arrays["times"] = histories.times_N
    return {f"{name}.{part}": torch.from_numpy(np.array(array)) for part, array in arrays.items()}


def _histories_in(tensors: Mapping[str, Tensor], name: str) -> Histories:
    times = tensors.get(f"{name}.times")
    indptr, items, ratings = (tensors[f"{name}.{part}"].numpy() for part in ("indptr", "items", "ratings"))
    return Histories(indptr, items, ratings, None if times is None else times.numpy())
