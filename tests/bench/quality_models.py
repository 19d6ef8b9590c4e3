"""The models that quality.py judges: how each is set, how it learns, and where what it learned may be kept.

Imported by quality.py, which is run from anywhere. A model that learns by steps takes the settings it comes with, but
for what its entry says; the best epoch is that of the validation people. Blends take their weights from these people,
too. Nobody that is tested on is looked at in here.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.data.dataset import Dataset
from engine.data.split import HeldOut, Split
from engine.events import EpochEnded, drive
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.blend import Blend, BlendConfig, Part
from engine.models.ease import AS_PUBLISHED
from engine.models.presets import preset_of
from engine.models.registry import build, kind_of
from engine.settings import Config
from engine.training.blend_weights import choose_ranking_weights
from engine.training.checkpoint import TrainingState, load_weights, save_state
from engine.training.config import FinderConfig, TrainingConfig
from engine.training.lr_finder import find_rate
from engine.training.settling import settle
from engine.training.trainer import train

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Entry:
    """One line of the tables. `settings` and `training` differ from what the model comes with; `presence` is the weight
    of likely-to-watch in its lists, where it has one; `parts` are the keys of what a blend mixes, learned `again` from
    the validation people as well once its weights are chosen on them.
    """

    key: str
    words: str
    model: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    presence: float = 1.0
    parts: tuple[str, ...] = ()
    again: bool = False

    @property
    def varies(self) -> bool:
        """Whether another seed gives another model."""
        return bool(self.parts) or kind_of(self.model).can.learns_by_steps

    @property
    def knows_likes_only(self) -> bool:
        """Whether likes are all it wants to know of a person, so that the papers' protocol is its own."""
        models = [ENTRIES[key].model for key in self.parts] or [self.model]
        return all(kind_of(model).can.learns_from == "likes" or model == "popularity" for model in models)


_STUDY = preset_of("variational")
_UNTUNED = {"epochs": 50, "lr": 1e-3, "schedule": "constant"}
"""The study's own training is 200 epochs in batches of 500; with the automatic batch 50 make as many steps here."""
_TWO_HEAD: tuple[dict[str, Any], ...] = ({"decoder": (512,)}, {"epochs": 20, "lr": 1.5e-3})
"""Tuned on the validation people: one layer to each decoder foretells liking better than the usual two, and presence is
best weighed by 0.6."""
_OF_LIKES = ("ease", "mult_vae", "mult_dae")

ENTRIES: dict[str, Entry] = {
    entry.key: entry
    for entry in (
        Entry("popularity", "popularity", "popularity"),
        Entry("ease_300", "EASE^R as published, l2 300", "ease", {**AS_PUBLISHED, "l2": 300.0}),
        Entry("ease_500", "EASE^R as published, l2 500", "ease", {**AS_PUBLISHED, "l2": 500.0}),
        Entry("ease", "ease", "ease"),
        Entry("mult_vae_untuned", "mult_vae, untuned", "mult_vae", _STUDY.settings, _UNTUNED),
        Entry("mult_vae", "mult_vae, tuned", "mult_vae"),
        Entry("mult_dae", "mult_dae, tuned", "mult_dae"),
        Entry("two_head_default", "two_head, as it comes", "two_head"),
        Entry("two_head", "two_head, weight 1", "two_head", *_TWO_HEAD),
        Entry("two_head_liking", "two_head, weight 0.6", "two_head", *_TWO_HEAD, presence=0.6),
        Entry("blend_likes", "blend of likes", "blend", parts=_OF_LIKES),
        Entry("blend_again", "blend of likes, again", "blend", parts=_OF_LIKES, again=True),
        Entry("blend_all", "blend with two_head", "blend", parts=(*_OF_LIKES, "two_head")),
    )
}


class NoRecorder:
    """A run that nobody will resume."""

    def save_checkpoint(self, state: TrainingState) -> None:
        del state

    def save_epoch(self, epoch: EpochEnded) -> None:
        print(f"    epoch {epoch.epoch}: {epoch.validation}", file=sys.stderr)


class Workbench:
    """Models of one split, each learned once. In `folder` (None: nowhere) they outlive the process."""

    def __init__(self, dataset: Dataset, split: Split, folder: Path | None, *, epochs: int | None = None) -> None:
        self.dataset, self.split, self._folder, self._epochs = dataset, split, folder, epochs
        self._models: dict[str, Model] = {}
        self._configs: dict[str, Config] = {}
        self._everyone: Workbench | None = None

    def model(self, entry: Entry, seed: int) -> Model:
        """The model of an entry, learned now or before."""
        seed = seed if entry.varies else 0
        kind = kind_of(entry.model)
        config = self._config(entry)
        settings = {**kind.training_for(self.dataset.entries), **entry.training, "seed": seed}
        training = TrainingConfig(**settings | ({"epochs": self._epochs} if self._epochs else {}))
        name = f"{entry.model}-{seed}-{self._digest(config, training, kind.suggestion)}"
        if name not in self._models:
            model = build(entry.model, config, items=self.dataset.titles, scale=self.dataset.scale, seed=seed)
            self._models[name] = self._kept_or_learned(model, training, entry, name)
        return self._models[name]

    def _config(self, entry: Entry) -> Config:
        """What an entry names, the rest chosen on the validation people, once for all seeds."""
        if entry.key not in self._configs:
            named = kind_of(entry.model).config_class().changed(**entry.settings)
            found = drive(settle(entry.model, named, self.split, entries=self.dataset.entries))
            if found.words:
                print(f"  {entry.words}: {found.words}", flush=True)
            self._configs[entry.key] = found.config
        return self._configs[entry.key]

    def _kept_or_learned(self, model: Model, training: TrainingConfig, entry: Entry, name: str) -> Model:
        folder = self._folder and self._folder / name
        if folder and folder.exists():
            model.load_state_dict(load_weights(folder))
            return model
        started = time.perf_counter()
        words = self._learn(model, training, prefer=kind_of(entry.model).suggestion)
        seconds = time.perf_counter() - started
        print(f"  {entry.words} #{training.seed} learned in {seconds:.1f} s{words}", flush=True)
        if folder:
            folder.mkdir(parents=True)
            save_state(folder, TrainingState(dict(model.state_dict()), None, {}, {}))
        return model

    def _digest(self, config: Config, training: TrainingConfig, suggestion: str) -> str:
        plain = [self.dataset.fingerprint, self.split.config.as_dict(), config.as_dict(), training.as_dict()]
        plain += [{"rate": suggestion}] if training.lr is None else []
        plain += [{"people": len(self.split.train)}] if self.split.validation is None else []
        return hashlib.blake2b(json.dumps(plain, default=str).encode(), digest_size=5).hexdigest()

    def _learn(self, model: Model, training: TrainingConfig, *, prefer: str) -> str:
        if isinstance(model, ClosedFormModel):
            drive(model.fit(self.split.train))
            return ""
        assert isinstance(model, StepModel)
        training = training.changed(lr=training.lr or self._found_rate(model, training, prefer=prefer))
        run = drive(train(self.split, model, config=training, recorder=NoRecorder(), device=CPU))
        return f", rate {training.lr:.1e}, best epoch {run.best_epoch} of {run.epochs}. {run.stopped_because}"

    def _found_rate(self, model: StepModel, training: TrainingConfig, *, prefer: str) -> float | None:
        """What the finder chooses where nobody looks."""
        job = find_rate(self.split, model, training=training, finder=FinderConfig(), device=CPU, prefer=prefer)
        chosen = drive(job).chosen
        return chosen.lr if chosen is not None else None

    def mix(self, entry: Entry, seeds: Sequence[int], *, chosen_on: HeldOut) -> Blend:
        """A blend of an entry's parts, of these seeds, weighed on the people given."""
        named = [(ENTRIES[key], seed) for key in entry.parts for seed in (seeds if ENTRIES[key].varies else seeds[:1])]
        models = [self.model(part, seed) for part, seed in named]
        found = drive(choose_ranking_weights(models, chosen_on, candidates_I=self.split.candidates_I))
        shares = ", ".join(
            f"{weight:.2f} {one.key} #{seed}" for (one, seed), weight in zip(named, found.weights, strict=True)
        )
        print(f"  {entry.words}: NDCG@100 {found.value:.4f} on the validation people with {shares}", flush=True)
        if entry.again:
            bench = self._with_everyone()
            models = [bench.model(part, seed) for part, seed in named]
        copies = tuple(
            Part(model.name, model.config.as_dict(), "", weight, presence)
            for model, weight, presence in zip(models, found.weights, found.presences, strict=True)
        )
        config = BlendConfig(copies=copies)
        blend = Blend(config, items=self.dataset.titles, scale=self.dataset.scale, models=models)
        blend.candidates_I.copy_(torch.from_numpy(self.split.candidates_I))
        return blend

    def _with_everyone(self) -> Workbench:
        """The same, but learning from the validation people as well: as many epochs, and nothing to choose by."""
        if self._everyone is None:
            split = self.split
            assert split.validation is not None
            rows_U = np.sort(np.concatenate([split.train_user_rows_U, split.validation.user_rows_U]))
            train_part = self.dataset.histories.take(rows_U)
            together = replace(split, train=train_part, train_user_rows_U=rows_U, validation=None)
            self._everyone = Workbench(self.dataset, together, self._folder, epochs=self._epochs)
            self._everyone._configs = {key: self._config(ENTRIES[key]) for key in _OF_LIKES}
        return self._everyone
