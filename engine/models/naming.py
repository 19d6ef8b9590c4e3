"""What people call a run: by what it is and what differs from the defaults, or as they named it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.models.registry import MODELS, title_of
from engine.settings import Config
from engine.text import format_setting, plural
from engine.wording import counted, said

Values = Mapping[str, Any]
_MOST_NAMED = 3
_SAID_OTHERWISE = ("training.epochs", "training.precision")
"""How many epochs there are is said of each run; the precision is what the device can."""
_WORDS = {"training.lr": "rate", "training.monitor": "by", "split.kind": "split", "split.seed": "split seed"}


def run_title(
    name: str, model: str, config: Values, *, epochs: int | None = None, differing: Sequence[tuple[str, Any]] = ()
) -> str:
    """The title of a run that is stored as `name`; no two that were numbered have the same.

    >>> run_title("two_head 2", "two_head", {}, epochs=30)
    'Watch and love 2, 30 epochs'
    >>> run_title("two_head 3", "two_head", {}, epochs=30, differing=[("training.batch", 256)])
    'Watch and love 3, batch 256, 30 epochs'
    >>> run_title("mf 1", "mf", {"rank": 25}), run_title("My favourite", "mf", {"rank": 25})
    ('Factorisation, rank 25', 'My favourite')
    """
    number = name.removeprefix(f"{model} ")
    if number == name or not number.isdecimal():
        return name
    numbered = title_of(model) if number == "1" else f"{title_of(model)} {number}"
    return ", ".join((numbered, *_differing(config, epochs, differing)))


def describe_settings(model: str, config: Values, *, epochs: int | None, differing: Sequence[tuple[str, Any]]) -> str:
    """What a run is and what differs from the defaults, without a name of its own: "Watch and love, batch 256"."""
    return ", ".join((title_of(model), *_differing(config, epochs, differing)))


def settings_set(part: str, asked: Config, default: Config) -> tuple[str, ...]:
    """The settings that a person chose other than the default, as "training.batch"; `part` is before the dot.

    >>> from engine.training.config import TrainingConfig
    >>> settings_set("training", TrainingConfig(batch=256, epochs=9), TrainingConfig())
    ('training.epochs', 'training.batch')
    """
    defaults = default.as_dict()
    return tuple(f"{part}.{name}" for name, value in asked.as_dict().items() if value != defaults.get(name, value))


def training_defaults(model: str, *, learns_by_steps: bool = True) -> Values:
    """What a model's training settings are where they differ from those of others, without loading the model."""
    kind = MODELS.get(model)
    if kind is not None and learns_by_steps and kind.by_steps is not None:
        kind = kind.by_steps
    return kind.training if kind is not None else {}


def _differing(config: Values, epochs: int | None, differing: Sequence[tuple[str, Any]]) -> tuple[str, ...]:
    """What tells runs of a model apart best, in words."""
    parts = config.get("copies")
    if isinstance(parts, list | tuple) and parts:
        return (counted("{count} model", "{count} models", len(parts)),)
    told = [_said(name, value) for name, value in differing if name not in _SAID_OTHERWISE][:_MOST_NAMED]
    if epochs:
        return (*told, plural(epochs, "epoch"))
    rank = config.get("rank")
    is_told = not rank or any(name == "model.rank" for name, _ in differing)
    return tuple(told) if is_told else (said("rank {rank}", rank=rank), *told)


def _said(name: str, value: Any) -> str:
    plain = _WORDS.get(name, name.partition(".")[2].replace("_", " "))
    if isinstance(value, bool):
        return plain if value else said("no {setting}", setting=plain)
    words = "-".join(map(str, value)) if isinstance(value, list | tuple) else format_setting(value)
    return f"{plain} {words}"
