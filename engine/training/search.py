"""A search over settings (`Axis` values over a `TrainingPlan`), checked in words before the first run starts.

A grid makes every combination of lists of values; a random search draws each run anew from lists and ranges.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.data.split import SplitConfig
from engine.errors import SettingError
from engine.evaluation.metrics import MONITORS, needs_ratings
from engine.models.registry import kind_of
from engine.settings import Config, Declared, declared_settings, find_setting, parse_setting, setting
from engine.text import format_rate
from engine.training.config import TrainingConfig
from engine.training.plan import TrainingPlan
from engine.training.spans import Span, checked_span, is_span, read_span, span_from
from engine.wording import said

MOST_RUNS = 1000
"""More runs than this need a draw: nobody meant them."""
GRID, RANDOM = "grid", "random"
RANDOM_RUNS = 20
"""How many runs a random search makes where nobody chose."""
_SAME_FOR_ALL = {"monitor", "also", "solver"}
_DRAWS = 50
"""How often a run is drawn again that was drawn before, until there seem to be no others."""


Values = Sequence[Any] | Span | Mapping[str, Any]
"""A list of values, a range, or a range as it is stored."""


@dataclass(frozen=True)
class SearchConfig(Config):
    """How a search goes about what it varies. None means automatic."""

    method: str = setting(
        GRID,
        label=said("Method"),
        help=said(
            "grid makes every combination of listed values; random draws each run from lists and "
            "ranges, which finds good settings in fewer runs where several vary."
        ),
        choices=(GRID, RANDOM),
        more=False,
    )

    monitor: str | None = setting(
        None,
        label=said("Compared by"),
        help=said("What is measured on the validation people to compare runs. Automatic is the monitor of training."),
        choices=MONITORS,
        former=("watched",),
    )
    most: int | None = setting(
        None,
        label=said("At most"),
        more=False,
        help=said(
            "How many runs to make. Where the grid has more, so many are drawn from it at random. "
            "Automatic: all of a grid, {runs} of a random search.",
            runs=RANDOM_RUNS,
        ),
        low=1,
        high=MOST_RUNS,
        automatic="Usual",
    )
    seed: int = setting(1, label=said("Draw seed"), help=said("Equal seeds draw the same runs."), low=0, high=2**31 - 1)
    keep: str = setting(
        "all",
        label=said("Keep"),
        help=said("The models of all runs, or only the best one's; what each run was worth is kept in any case."),
        choices=("all", "best"),
    )


@dataclass(frozen=True)
class Axis:
    """A setting that varies, and its values or the `span` they are drawn from.

    `in_training` says whether it is one of training or of the model.
    """

    name: str
    values: tuple[Any, ...]
    in_training: bool
    span: Span | None = None

    @property
    def varies(self) -> bool:
        return self.span is not None or len(self.values) > 1

    @property
    def given(self) -> tuple[Any, ...] | Span:
        """What it was made from."""
        return self.values if self.span is None else self.span

    def draw(self, dice: random.Random) -> Any:
        return dice.choice(self.values) if self.span is None else self.span.draw(dice)


@dataclass(frozen=True)
class Trial:
    """One run of a grid: its place in the table (from 1), what is varied about it, and its plan in full."""

    place: int
    values: tuple[tuple[str, Any], ...]
    plan: TrainingPlan


@dataclass(frozen=True)
class Grid:
    """A product of settings over a plan. Make it with `grid_of`, which refuses what cannot be."""

    plan: TrainingPlan
    axes: tuple[Axis, ...]

    @property
    def size(self) -> float:
        """How many runs there can be; infinite where one varies over a range."""
        return math.inf if self.spans else math.prod(len(axis.values) for axis in self.axes)

    @property
    def spans(self) -> tuple[str, ...]:
        """The settings that vary over a range."""
        return tuple(axis.name for axis in self.axes if axis.span is not None)

    def monitor(self, config: SearchConfig) -> str:
        if self.plan.training is not None:
            return config.monitor or self.plan.training.monitor
        return config.monitor or ("rmse" if kind_of(self.plan.model).only_rates else MONITORS[0])

    def trials(self, config: SearchConfig) -> tuple[Trial, ...]:
        """The runs to make, the last setting varying fastest, or a seeded draw of `most`. Raises SettingError."""
        monitor = self.monitor(config)
        if config.method == RANDOM:
            drawn = self._drawn(config.most or RANDOM_RUNS, config.seed)
            return tuple(self._trial(place, values, monitor) for place, values in enumerate(drawn, start=1))
        if self.spans:
            raise SettingError(
                said("A grid takes lists of values, and {spans} has a range.", spans=self.spans[0]),
                remedy=said("List its values, or search at random."),
                setting=self.spans[0],
            )
        size, most = math.prod(len(axis.values) for axis in self.axes), config.most
        if most is None and size > MOST_RUNS:
            raise SettingError(
                said("This grid makes {size:,} runs.", size=size),
                remedy=said("Vary less, or say how many to draw: at most {most:,}.", most=MOST_RUNS),
            )
        numbers = (
            range(size)
            if most is None or most >= size
            else sorted(random.Random(config.seed).sample(range(size), most))
        )
        return tuple(self._trial(place, self._values(number), monitor) for place, number in enumerate(numbers, start=1))

    def _values(self, number: int) -> tuple[tuple[str, Any], ...]:
        """The combination of so many in the order of the grid."""
        values: list[tuple[str, Any]] = []
        for axis in reversed(self.axes):
            number, at = divmod(number, len(axis.values))
            values.insert(0, (axis.name, axis.values[at]))
        return tuple(values)

    def _drawn(self, runs: int, seed: int) -> Iterator[tuple[tuple[str, Any], ...]]:
        """So many combinations, each once; more of them begin with the same ones. Fewer where there are no more."""
        dice, seen = random.Random(seed), set[tuple[tuple[str, Any], ...]]()
        for _ in range(int(min(runs, self.size))):
            for _ in range(_DRAWS):
                values = tuple((axis.name, axis.draw(dice)) for axis in self.axes)
                if values not in seen:
                    seen.add(values)
                    yield values
                    break

    def _trial(self, place: int, values: tuple[tuple[str, Any], ...], monitor: str) -> Trial:
        own = {axis.name for axis in self.axes if not axis.in_training}
        model_config = self.plan.model_config.changed(**{name: value for name, value in values if name in own})
        training = self.plan.training
        if training is not None:
            training = training.changed(**{name: value for name, value in values if name not in own}, monitor=monitor)
            _refuse_impossible(training, values)
        return Trial(place, values, replace(self.plan, model_config=model_config, training=training))


def grid_of(plan: TrainingPlan, values: Mapping[str, Values]) -> Grid:
    """What varies, from plain values or ranges by setting: {"rank": (10, 25)}. Raises SettingError."""
    if not values:
        raise SettingError(
            said("A grid varies at least one setting."), remedy=said("Name one with its values: rank=10,25,50.")
        )
    return Grid(plan, tuple(_axis(plan, name, given) for name, given in values.items()))


def read_values(plan: TrainingPlan, texts: Sequence[str]) -> dict[str, tuple[Any, ...] | Span]:
    """The values that texts such as "rank=10,25,50", "hidden=600-200,2048" or "lr=1e-4..1e-1" mean.

    Raises SettingError.
    """
    found: dict[str, tuple[Any, ...] | Span] = {}
    for text in texts:
        name, equals, listed = (part.strip() for part in text.partition("="))
        if not equals:
            raise SettingError(said("A grid takes key=value,value; {text!r} has no equals sign.", text=text))
        if name in found:
            raise SettingError(
                said("{name} is given twice.", name=name), remedy=said("Give all its values at once: key=value,value.")
            )
        found[name] = read_axis(plan, name, listed)
    return found


def read_axis(plan: TrainingPlan, name: str, listed: str) -> tuple[Any, ...] | Span:
    """The values of one setting as listed in a text: "10, 25, 50", "auto" or "10..50 log". Raises SettingError."""
    declared, _ = _declared(plan, name)
    if is_span(listed):
        return _axis(plan, name, read_span(declared, listed)).given
    parts = [part.strip() for part in listed.split(",")]
    if not all(parts):
        raise SettingError(
            said(
                "{label} ({name}) needs a value between commas, such as 1,2.", label=declared.setting.label, name=name
            ),
            setting=name,
        )
    axis = _axis(plan, name, [parse_setting(declared, part) for part in parts])
    return axis.values


def format_value(value: Any) -> str:
    """A value as a person would type it in a grid: "auto", "yes", "600-200", "3e-3"."""
    if value is None:
        return "auto"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return "-".join(str(part) for part in value)
    if isinstance(value, float) and 0 < abs(value) < 0.01:
        mantissa, exponent = f"{value:.5e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return f"{value:g}".replace("e+0", "e") if isinstance(value, float) else str(value)


def format_settings(values: Sequence[tuple[str, Any]]) -> str:
    """What is varied about a run: "rank=25, lr=1e-3"."""
    return ", ".join(f"{name}={format_value(value)}" for name, value in values)


def varied_settings(plan: TrainingPlan) -> Iterator[tuple[Declared, bool]]:
    """Every setting that a grid over a plan may vary, and whether it is one of training."""
    training = declared_settings(TrainingConfig) if plan.training is not None else ()
    own = declared_settings(type(plan.model_config))
    names = {declared.name for declared in own}
    names |= {"optimizer"} if "solver" in names else set()
    yield from ((declared, False) for declared in own if declared.name not in _SAME_FOR_ALL)
    yield from ((declared, True) for declared in training if declared.name not in names | _SAME_FOR_ALL)


def refuse_unmeasurable(plan: TrainingPlan, config: SearchConfig) -> None:
    """Raise SettingError where the runs of a search could not be compared."""
    monitor = Grid(plan, ()).monitor(config)
    if needs_ratings(monitor) and not kind_of(plan.model).can.predicts_ratings:
        raise SettingError(
            said(
                "{model} predicts no ratings, so its runs cannot be compared by {monitor}.",
                model=plan.model,
                monitor=monitor,
            ),
            remedy=said("Compare them by ndcg@100."),
        )
    split = plan.split
    if split.kind == "none" or (split.kind in ("random", "time") and split.validation_share == 0):
        raise SettingError(
            said("A search compares runs by what is held out to validate on, and this split holds nothing out."),
            remedy=said("Choose the split strong or random, with a validation share."),
        )


def _axis(plan: TrainingPlan, name: str, values: Values) -> Axis:
    declared, in_training = _declared(plan, name)
    if isinstance(values, Span | Mapping):
        span = span_from(declared, values) if isinstance(values, Mapping) else checked_span(declared, values)
        ends = _axis(plan, name, (span.low, span.high)).values
        return Axis(declared.name, (), in_training, replace(span, low=ends[0], high=ends[1]))
    if isinstance(values, str) or not values:
        raise SettingError(
            said("{label} ({name}) needs a list of values.", label=declared.setting.label, name=name), setting=name
        )
    owner: Config | None = plan.training if in_training else plan.model_config
    assert owner is not None, "training settings are known only where there is training"
    checked = []
    for value in values:
        plain = tuple(value) if declared.kind is tuple and value is not None else value
        checked_value = getattr(owner.changed(**{name: plain}), declared.name)
        checked.append(int(checked_value) if declared.kind is int and checked_value is not None else checked_value)
    return Axis(declared.name, tuple(dict.fromkeys(checked)), in_training)


def _declared(plan: TrainingPlan, name: str) -> tuple[Declared, bool]:
    """The declaration of a setting that may vary, by its name or a former one. Raises SettingError for others."""
    known = {declared.name: (declared, in_training) for declared, in_training in varied_settings(plan)}
    former = {former: found for found in known.values() for former in found[0].setting.former}
    if name in known or name in former:
        return known.get(name) or former[name]
    if name in ("solver", "optimizer") and any(
        own.name == "solver" for own in declared_settings(type(plan.model_config))
    ):
        raise SettingError(
            said("All runs of a search have one solver."),
            remedy=said("Set it once for all runs: --set solver=..."),
            setting=name,
        )
    if name in ("monitor", "watched", "also") or name in {setting.name for setting in declared_settings(SplitConfig)}:
        raise SettingError(
            said(
                "{name} cannot vary in a search: runs that are evaluated by different metrics or on "
                "different people cannot be compared.",
                name=name,
            ),
            remedy=said("Set it once for all runs: --set {name}=...", name=name),
            setting=name,
        )
    if plan.training is None and find_setting(TrainingConfig, name) is not None:
        remedy = said("Leave {name} out, or choose a model that learns by steps.", name=name)
        if find_setting(type(plan.model_config), "solver") is not None:
            remedy = said("Leave {name} out, or let it learn by steps: --set solver=adam.", name=name)
        raise SettingError(
            said("{model} is computed at once, so it has no {name}.", model=plan.model, name=name),
            remedy=remedy,
            setting=name,
        )
    raise SettingError(
        said("There is no setting called {name!r} here.", name=name),
        remedy=said("Known are: {names}.", names=", ".join(known)),
        setting=name,
    )


def _refuse_impossible(training: TrainingConfig, values: Sequence[tuple[str, Any]]) -> None:
    """Raise SettingError for training settings that are each allowed and together learn nothing."""
    lr = training.lr
    if training.schedule == "reduce_on_plateau" and lr is not None and lr < training.min_lr:
        raise SettingError(
            said(
                "A run with {values} would end before it began: its rate {lr} is below the least rate "
                "(min_lr) {min_lr}, at which the schedule reduce_on_plateau ends.",
                values=format_settings(values),
                lr=format_rate(lr),
                min_lr=format_rate(training.min_lr),
            ),
            remedy=said("Raise lr, lower min_lr, or choose another schedule."),
        )
