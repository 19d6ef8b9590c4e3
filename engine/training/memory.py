"""How much memory a run takes at its peak, reasoned from sizes before it starts, within a quarter of what is measured.

A run goes through phases: the split is made, settings are tried, the model learns, it is tested, and compared with
`ease`. What the split copied is held through all of them; the most that any phase adds to it is the peak.

Symbols in comments: N entries of the data set, n of them learned from; bytes are for one entry.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from engine.data.batches import numbers_of_a_lot
from engine.data.dataset import Scale
from engine.data.split import SplitConfig, automatic_people_each
from engine.models.autoencoder import AutoencoderConfig
from engine.models.declaration import Load
from engine.models.ease import EaseConfig, ease_memory_bytes
from engine.models.mf import MfConfig
from engine.models.popularity import PopularityConfig
from engine.models.rating_model import PredictsRatings
from engine.models.registry import ModelKind, kind_of
from engine.models.shapes import build_shapes
from engine.settings import Config
from engine.training.config import TRIED_PEOPLE, TRIED_RATINGS, TRIED_TITLES

PROCESS = 320 * 2**20
"""Python with torch (the build for processors), scipy and our own modules, before there are any data."""
MOST_TITLES_TO_COMPARE = 15_000
_STORED, _COPY, _COPYING = 16, 16, 24
"""Bytes of an entry: title, rating and time, in the stored file and in a copy; while it is made, with its place."""
_ENTRY_WITH_BIASES = 64
_STEPPING = 60 * 2**20
"""What torch makes for the first step: the products that it prepares, and the thread of the gradients."""
_WHEN_SAVED = {None: 1, "adam": 7, "sgd": 3}
"""Copies of the weights as a checkpoint is written: they, the best, two moments, and a snapshot of all but the best."""
_AFTER_STEPS = 4
_LISTS, _STARS = 6, 6
"""Arrays of people and titles in a lot that is tested: scores and what is sorted of them; with ratings, these, too."""


@dataclass(frozen=True)
class Run:
    """What is planned: a model with its fitted settings, the sizes of a data set and of what is learned of it.

    The optimizer is None for models that are computed at once.
    """

    model: str
    config: Config
    split: SplitConfig
    optimizer: str | None
    titles: int
    entries: int
    load: Load


@dataclass(frozen=True)
class _Split:
    """Bytes that a split holds, and those while it is made."""

    held: float
    peak: float


def is_compared(kind: ModelKind, titles: int) -> bool:
    """Whether a run ends with a comparison with `ease`: that of no simple model, where `ease` is quick."""
    return (kind.can.learns_by_steps or kind.only_rates) and titles <= MOST_TITLES_TO_COMPARE


def peak_bytes(run: Run) -> int:
    """The most memory that the whole process takes at any time of a run."""
    config, load, by_steps = run.config, run.load, run.optimizer is not None
    kind = kind_of(run.model, config)
    split = _split(run.split, run.entries, load.entries)
    weights_bytes = 4.0 * weights(run)
    learning = weights_bytes * _WHEN_SAVED[run.optimizer] + kind.model_class.working_bytes(config, load)
    if load.titles < run.titles:
        learning += _COPYING * load.entries
    arrays = _LISTS + _STARS * kind.can.predicts_ratings
    testing = 4.0 * arrays * numbers_of_a_lot(_tested(run), run.titles) + kind.model_class.answering_bytes(config)
    phases = [
        split.peak,
        split.held + _settling(config, load),
        split.held + learning,
        split.held + weights_bytes * (_AFTER_STEPS if by_steps else 1) + testing,
    ]
    if run.split.kind != "none" and is_compared(kind, run.titles):
        liked = replace(load, titles=run.titles).liked_titles
        ease = ease_memory_bytes(liked, load.people) + 2.0 * _COPY * load.entries
        phases.append(split.held + weights_bytes + ease)
    return round(PROCESS + (_STEPPING if by_steps else 0) + _STORED * run.entries + max(phases))


def _tested(run: Run) -> int:
    """How many people are tested: those held out, automatically beside eight tenths or more to learn from, or all."""
    if run.split.kind != "strong":
        return run.load.people
    asked = run.split.people_each
    return max(1, automatic_people_each(run.load.people * 10 // 8, run.titles)) if asked is None else asked


def _split(config: SplitConfig, entries: int, learned: int) -> _Split:
    """Of people: each copied once, likes counted first. Of entries: the folded-in ones once more for each side."""
    if config.kind == "strong":
        return _Split(_COPY * entries, _COPY * entries + (_COPYING - _COPY) * learned)
    if config.kind == "none":
        return _Split(_COPY * entries, _COPYING * entries + _COPY * entries)
    held = _COPY * (learned + 2.0 * entries)
    return _Split(held, held + (_COPYING - _COPY) * entries)


def weights(run: Run) -> int:
    """How many numbers the model learns: parameters and buffers, with the rows that it makes for people."""
    return _weights(run.model, run.config, titles=run.titles, people=run.load.people, liked=run.load.liked_titles)


@lru_cache(maxsize=64)
def _weights(model: str, config: Config, *, titles: int, people: int, liked: int) -> int:
    """Nothing of the model is made but its shapes."""
    if isinstance(config, EaseConfig):
        return liked**2
    fresh = build_shapes(model, config, items=titles, scale=Scale(1.0, 5.0, 1.0))
    numbers: int = sum(values.numel() for values in fresh.state_dict().values())
    if isinstance(fresh, PredictsRatings):
        numbers += people * sum(getattr(fresh, name).shape[1:].numel() for name in fresh.sized_by_people)
    return numbers


def _settling(config: Config, load: Load) -> float:
    """What trying automatic settings takes at its peak (see rating_trial and taste_trial)."""
    if isinstance(config, EaseConfig | AutoencoderConfig):
        some = load.entries * min(1.0, TRIED_PEOPLE / max(1, load.people))
        return 2.5 * _COPY * some + 10 * 4.0 * min(TRIED_TITLES, load.titles) ** 2
    if isinstance(config, MfConfig | PopularityConfig):
        return _COPYING * load.entries + _ENTRY_WITH_BIASES * min(load.entries, TRIED_RATINGS)
    return 0.0
