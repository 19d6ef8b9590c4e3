"""A grid over settings: every combination is checked in words before the first run starts.

Stands beside the Trainer. A grid is what all runs share (`Base`) and the values that some settings take (`Axis`); its
runs are the product of these, or a seeded draw from it. What would make runs incomparable cannot be varied.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.data.split import SplitConfig
from engine.errors import SettingError
from engine.evaluation.result import ERROR_METRICS
from engine.models.presets import Preset
from engine.models.registry import kind_of
from engine.settings import Config, Declared, declared_settings, parse_setting, setting
from engine.text import format_rate
from engine.training.config import TrainingConfig

MOST_RUNS = 1000
"""More runs than this need a draw: nobody meant them."""

_WATCHED = ("ndcg@100", "ndcg@20", "recall@20", "recall@50", "rmse")


@dataclass(frozen=True)
class SearchConfig(Config):
    """How a search goes about its grid. None means automatic."""

    watched: str | None = setting(
        None,
        label="Compared by",
        help="What is measured on the validation people to compare runs. Automatic is what training watches.",
        choices=_WATCHED,
    )
    most: int | None = setting(
        None,
        label="At most",
        more=False,
        help="How many runs to make. Where the grid has more, so many are drawn from it at random.",
        low=1,
        high=MOST_RUNS,
        unit="runs",
        automatic="All",
    )
    seed: int = setting(1, label="Draw seed", help="Equal seeds draw the same runs.", low=0, high=2**31 - 1)
    keep: str = setting(
        "all",
        label="Keep",
        help="The models of all runs, or only the best one's; what each run was worth is kept in any case.",
        choices=("all", "best"),
    )


@dataclass(frozen=True)
class Base:
    """What every run of a grid starts from. `training` is None for models that are computed at once."""

    model: str
    model_config: Config
    training: TrainingConfig | None
    split: SplitConfig

    @staticmethod
    def of(
        model: str,
        *,
        model_config: Config | None = None,
        training: TrainingConfig | None = None,
        split: SplitConfig | None = None,
        preset: Preset | None = None,
        entries: int = 0,
    ) -> Base:
        """The settings given; where none are, as `as_it_comes` has them. Raises SettingError for blends."""
        if kind_of(model).made_of_runs:
            raise SettingError(
                f"{model} is mixed from finished runs; there is nothing to train.", remedy="Search another model."
            )
        own = Base.as_it_comes(model, preset=preset, entries=entries)
        return Base(
            model,
            model_config or own.model_config,
            (training or own.training) if own.training is not None else None,
            split or own.split,
        )

    @staticmethod
    def as_it_comes(model: str, *, preset: Preset | None = None, entries: int = 0) -> Base:
        """A model's settings as a preset of it has them, or its own for a data set of so many entries."""
        kind, own = kind_of(model), preset or Preset("", "", "", model)
        training = {**kind.training_for(entries), **own.training}
        return Base(
            model,
            kind.config_class().changed(**own.settings),
            TrainingConfig(**training) if kind.can.learns_by_steps else None,
            SplitConfig(**{**kind.split, **own.split}),
        )

    def watched(self, config: SearchConfig) -> str:
        """The metric by which runs are compared."""
        return config.watched or (self.training.watched if self.training is not None else _WATCHED[0])


@dataclass(frozen=True)
class Axis:
    """A setting that varies, and its values; `in_training` says whether it is one of training or of the model."""

    name: str
    values: tuple[Any, ...]
    in_training: bool


@dataclass(frozen=True)
class Trial:
    """One run of a grid: its place in the table (from 1), what is varied about it, and its settings in full."""

    place: int
    values: tuple[tuple[str, Any], ...]
    model_config: Config
    training: TrainingConfig | None


@dataclass(frozen=True)
class Grid:
    """A product of settings over a base. Make it with `grid_of`, which refuses what cannot be."""

    base: Base
    axes: tuple[Axis, ...]

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return math.prod(len(axis.values) for axis in self.axes)

    def trials(self, config: SearchConfig) -> tuple[Trial, ...]:
        """The runs to make, the last setting varying fastest; a seeded draw where there are more than `most`.

        Raises SettingError for a combination that cannot be, and for more runs than anyone meant.
        """
        size, most = self.size, config.most
        if most is None and size > MOST_RUNS:
            raise SettingError(
                f"This grid makes {size:,} runs.", remedy=f"Vary less, or say how many to draw: at most {MOST_RUNS:,}."
            )
        numbers = (
            range(size)
            if most is None or most >= size
            else sorted(random.Random(config.seed).sample(range(size), most))
        )
        watched = self.base.watched(config)
        return tuple(self._trial(place, number, watched) for place, number in enumerate(numbers, start=1))

    def _trial(self, place: int, number: int, watched: str) -> Trial:
        values: list[tuple[str, Any]] = []
        for axis in reversed(self.axes):
            number, at = divmod(number, len(axis.values))
            values.insert(0, (axis.name, axis.values[at]))
        own = {axis.name for axis in self.axes if not axis.in_training}
        model_config = self.base.model_config.changed(**{name: one for name, one in values if name in own})
        training = self.base.training
        if training is not None:
            training = training.changed(**{name: one for name, one in values if name not in own}, watched=watched)
            _refuse_impossible(training, values)
        return Trial(place, tuple(values), model_config, training)


def grid_of(base: Base, values: Mapping[str, Sequence[Any]]) -> Grid:
    """A grid from plain values by setting: {"rank": (10, 25)}. Values given twice count once.

    Raises SettingError for unknown settings, for those that cannot be varied, and for refused values with the
    setting's own sentence.
    """
    if not values:
        raise SettingError("A grid varies at least one setting.", remedy="Name one with its values: rank=10,25,50.")
    return Grid(base, tuple(_axis(base, name, given) for name, given in values.items()))


def read_values(base: Base, texts: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """The values that texts such as "rank=10,25,50" mean. Several layers are joined: hidden=600-200,2048.

    Raises SettingError with the setting's own sentence.
    """
    found: dict[str, tuple[Any, ...]] = {}
    for text in texts:
        name, equals, listed = (part.strip() for part in text.partition("="))
        if not equals:
            raise SettingError(f"A grid takes key=value,value; {text!r} has no equals sign.")
        if name in found:
            raise SettingError(f"{name} is given twice.", remedy="Give all its values at once: key=value,value.")
        found[name] = read_axis(base, name, listed)
    return found


def read_axis(base: Base, name: str, listed: str) -> tuple[Any, ...]:
    """The values of one setting as they are listed in a text: "10, 25, 50"; "auto" where it can be automatic.

    Raises SettingError with the setting's own sentence.
    """
    declared, _ = _declared(base, name)
    parts = [part.strip() for part in listed.split(",")]
    if not all(parts):
        raise SettingError(
            f"{declared.setting.label} ({name}) needs a value between commas, such as 1,2.", setting=name
        )
    axis = _axis(base, name, [parse_setting(declared, part) for part in parts])
    return axis.values


def value_words(value: Any) -> str:
    """A value as a person would type it in a grid: "auto", "yes", "600-200", "3e-3"."""
    if value is None:
        return "auto"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return "-".join(str(one) for one in value)
    if isinstance(value, float) and 0 < abs(value) < 0.01:
        mantissa, exponent = f"{value:.5e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return f"{value:g}".replace("e+0", "e") if isinstance(value, float) else str(value)


def settings_words(values: Sequence[tuple[str, Any]]) -> str:
    """What is varied about a run: "rank=25, lr=1e-3"."""
    return ", ".join(f"{name}={value_words(value)}" for name, value in values)


def varied_settings(base: Base) -> Iterator[tuple[Declared, bool]]:
    """Every setting that a grid over a base may vary, and whether it is one of training."""
    training = declared_settings(TrainingConfig) if base.training is not None else ()
    own = declared_settings(type(base.model_config))
    names = {one.name for one in own}
    yield from ((one, False) for one in own)
    yield from ((one, True) for one in training if one.name not in names | {"watched"})


def refuse_unmeasurable(base: Base, config: SearchConfig) -> None:
    """Raise SettingError where the runs of a search could not be compared."""
    watched, kind = base.watched(config), kind_of(base.model)
    if watched.partition("@")[0] in ERROR_METRICS and not kind.can.predicts_ratings:
        raise SettingError(
            f"{base.model} predicts no ratings, so its runs cannot be compared by {watched}.",
            remedy="Compare them by ndcg@100.",
        )
    split = base.split
    if split.kind == "none" or (split.kind in ("random", "time") and split.validation_share == 0):
        raise SettingError(
            "A search compares runs by what is held out to validate on, and this split holds nothing out.",
            remedy="Choose the split strong or random, with a validation share.",
        )


def _axis(base: Base, name: str, values: Sequence[Any]) -> Axis:
    declared, in_training = _declared(base, name)
    if isinstance(values, str) or not values:
        raise SettingError(f"{declared.setting.label} ({name}) needs a list of values.", setting=name)
    owner: Config | None = base.training if in_training else base.model_config
    assert owner is not None, "training settings are known only where there is training"
    checked = []
    for value in values:
        plain = tuple(value) if declared.kind is tuple and value is not None else value
        checked_value = getattr(owner.changed(**{name: plain}), declared.name)
        checked.append(int(checked_value) if declared.kind is int and checked_value is not None else checked_value)
    return Axis(declared.name, tuple(dict.fromkeys(checked)), in_training)


def _declared(base: Base, name: str) -> tuple[Declared, bool]:
    """The declaration of a setting that may vary, by its name or a former one. Raises SettingError for others."""
    known = {declared.name: (declared, in_training) for declared, in_training in varied_settings(base)}
    for declared, in_training in known.values():
        if name == declared.name or (name not in known and name in declared.setting.former):
            return declared, in_training
    if name == "watched" or name in {setting.name for setting in declared_settings(SplitConfig)}:
        raise SettingError(
            f"{name} cannot vary in a search: runs that are judged by different metrics or on different people "
            "cannot be compared.",
            remedy=f"Set it once for all runs: --set {name}=...",
            setting=name,
        )
    raise SettingError(
        f"There is no setting called {name!r} here.", remedy=f"Known are: {', '.join(known)}.", setting=name
    )


def _refuse_impossible(training: TrainingConfig, values: Sequence[tuple[str, Any]]) -> None:
    """Raise SettingError for training settings that are each allowed and together learn nothing."""
    lr = training.lr
    if training.schedule == "reduce_on_plateau" and lr is not None and lr < training.min_lr:
        raise SettingError(
            f"A run with {settings_words(values)} would end before it began: its rate {format_rate(lr)} is below the "
            f"least rate (min_lr) {format_rate(training.min_lr)}, at which the schedule reduce_on_plateau ends.",
            remedy="Raise lr, lower min_lr, or choose another schedule.",
        )
