"""How a setting is declared: once, with label, help and limits; forms, `--set` and checks are made from it.

Configs are frozen dataclasses that derive from `Config`; a bad value is refused with the field's own sentence.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self, TypeVar

from engine.errors import SettingError
from engine.text import format_number


@dataclass(frozen=True)
class Setting:
    """The declaration of one field. Limits are inclusive; `scale` says how a slider over it should run."""

    label: str
    help: str
    low: float | None = None
    high: float | None = None
    choices: Sequence[str] = ()
    scale: str = "linear"
    unit: str = ""
    more: bool = True
    automatic: str = "Automatic"
    former: tuple[str, ...] = ()
    only_with: tuple[str, tuple[Any, ...]] | None = None
    """Another setting, and the values of it beside which this one has an effect; None: beside all."""

    def sentence(self, name: str) -> str:
        """What values are allowed, in words."""
        called = self.label if self.label.endswith(f"({name})") else f"{self.label} ({name})"
        if self.choices:
            return f"{called} is one of {', '.join(self.choices)}"
        if self.low is not None and self.high is not None:
            return f"{called} lies between {format_number(self.low)} and {format_number(self.high)}"
        if self.low is not None:
            return f"{called} is at least {format_number(self.low)}"
        return f"{called}: {self.help}"


def setting(
    default: Any,
    *,
    label: str,
    help: str,
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[str] = (),
    scale: str = "linear",
    unit: str = "",
    more: bool = True,
    automatic: str = "Automatic",
    former: tuple[str, ...] = (),
    only_with: tuple[str, tuple[Any, ...]] | None = None,
) -> Any:
    """A dataclass field that is a setting: its default, what it is called and does, and what it may be.

    `X | None` allows None, which a form calls `automatic`. `low` and `high` are inclusive limits of numbers, `choices`
    the allowed texts. `scale` is how a slider runs, "linear" or "log"; `unit` stands behind the number. `more` False
    shows it at first. `former` are names of earlier versions, which are still read. `only_with` names another setting
    and those of its values beside which this one has an effect: `("schedule", ("one_cycle",))`.
    """
    declared = Setting(label, help, low, high, choices, scale, unit, more, automatic, former, only_with)
    return field(default=default, metadata={"setting": declared})


@dataclass(frozen=True)
class Declared:
    """One setting of a config class: its name, plain type (int, float, bool, str or tuple of int), and default."""

    name: str
    kind: type
    automatic: bool
    default: Any
    setting: Setting


@dataclass(frozen=True)
class Config:
    """The base of every config: checks each setting when made, and reads values from text.

    Raises
    ------
    SettingError
        Where a value is outside its setting's limits. `facts` holds `setting`, its name, and `value`.

    Examples
    --------
    >>> @dataclass(frozen=True)
    ... class Walk(Config):
    ...     steps: int = setting(10, label="Steps", help="How far to go.", low=1, former=("length",))
    >>> Walk(steps=3).as_dict()
    {'steps': 3}
    >>> Walk.from_dict({"length": 5})
    Walk(steps=5)
    >>> Walk(steps=0)
    Traceback (most recent call last):
        ...
    engine.errors.SettingError: Steps (steps) is at least 1; 0 does not.
    """

    def __post_init__(self) -> None:
        for declared in declared_settings(type(self)):
            _check(declared, getattr(self, declared.name))

    @property
    def idle(self) -> frozenset[str]:
        """The names of settings that have no effect beside the others as they are."""
        return frozenset(
            declared.name
            for declared in declared_settings(type(self))
            if declared.setting.only_with is not None
            and getattr(self, declared.setting.only_with[0]) not in declared.setting.only_with[1]
        )

    def changed(self, **values: Any) -> Self:
        """A copy with other values, by the names that settings have or had. Unknown names raise SettingError."""
        known = {declared.name: declared for declared in declared_settings(type(self))}
        current = {}
        for name, value in values.items():
            declared = find_setting(type(self), name)
            if declared is None:
                raise SettingError(
                    f"There is no setting called {name!r} here.", remedy=f"Known are: {', '.join(sorted(known))}."
                )
            current[declared.name] = value
        return dataclasses.replace(self, **current)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The config of a saved run. Unknown names raise SettingError; missing ones take their default."""
        plain = {}
        for name, value in values.items():
            declared = find_setting(cls, name)
            is_listed = declared is not None and declared.kind is tuple and value is not None
            plain[name] = tuple(value) if is_listed else value
        return cls().changed(**plain)


AnyConfig = TypeVar("AnyConfig", bound=Config)


def declared_settings(config_class: type[Config]) -> tuple[Declared, ...]:
    """Every setting of a config class, in the order they were written."""
    return _declared_once(typing.cast(Any, config_class))


def find_setting(config_class: type[Config], name: str) -> Declared | None:
    """The setting that is called this, or was in an earlier version; None where there is none."""
    settings = declared_settings(config_class)
    by_name = (declared for declared in settings if declared.name == name)
    by_former = (declared for declared in settings if name in declared.setting.former)
    return next(by_name, None) or next(by_former, None)


@cache
def _declared_once(config_class: Any) -> tuple[Declared, ...]:
    """Reading type hints is slow: the grid of a thousand runs took 7 s to check, and takes 0.3 s with this.

    Fields that are given by name only come last: several kinds of settings share these.
    """
    hints = typing.get_type_hints(config_class)
    found = []
    for declared in sorted(dataclasses.fields(config_class), key=lambda declared: declared.kw_only is True):
        if "setting" in declared.metadata:
            kind, automatic = _plain_type(hints[declared.name])
            found.append(Declared(declared.name, kind, automatic, declared.default, declared.metadata["setting"]))
    return tuple(found)


def parse_setting(declared: Declared, text: str) -> Any:
    """The value that a text means: `3`, `1e-3`, `yes`, `600,200`, `auto`. Raises SettingError with its sentence."""
    cleaned = text.strip()
    if declared.automatic and cleaned.lower() in ("auto", "automatic", ""):
        return None
    try:
        if declared.kind is bool:
            return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}[cleaned.lower()]
        if declared.kind is tuple:
            return tuple(int(part) for part in cleaned.replace("-", ",").split(",") if part.strip())
        return declared.kind(cleaned)
    except (ValueError, KeyError) as error:
        raise SettingError(
            f"{declared.setting.sentence(declared.name)}; {text!r} is not such a value.", setting=declared.name
        ) from error


def check_setting(declared: Declared, value: Any) -> None:
    """Raises SettingError, with the setting's own sentence, for a value outside its limits."""
    _check(declared, value)


def with_texts(config: AnyConfig, texts: Mapping[str, str]) -> AnyConfig:
    """A copy of a config with values read from text, as `--set key=value` gives them.

    >>> @dataclass(frozen=True)
    ... class Walk(Config):
    ...     steps: int = setting(10, label="Steps", help="How far to go.", low=1)
    >>> with_texts(Walk(), {"steps": "12"})
    Walk(steps=12)
    """
    found = {name: find_setting(type(config), name) for name in texts}
    return config.changed(
        **{name: parse_setting(declared, texts[name]) if declared else texts[name] for name, declared in found.items()}
    )


def _plain_type(hint: Any) -> tuple[type, bool]:
    arguments = typing.get_args(hint)
    if isinstance(hint, types.UnionType) and type(None) in arguments:
        return _plain_type(next(argument for argument in arguments if argument is not type(None)))[0], True
    return typing.get_origin(hint) or hint, False


def _check(declared: Declared, value: Any) -> None:
    if value is None and declared.automatic:
        return
    if not _is_allowed(declared, value):
        raise SettingError(
            f"{declared.setting.sentence(declared.name)}; {value!r} does not.", setting=declared.name, value=value
        )


def _is_allowed(declared: Declared, value: Any) -> bool:
    limits = declared.setting
    if limits.choices:
        return value in limits.choices
    if declared.kind is bool or declared.kind is str:
        return isinstance(value, declared.kind)
    if declared.kind is tuple:
        return isinstance(value, tuple) and all(_is_number_within(limits, int, number) for number in value)
    return _is_number_within(limits, declared.kind, value)


def _is_number_within(limits: Setting, kind: type, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return False
    if kind is int and int(value) != value:
        return False
    return (limits.low is None or value >= limits.low) and (limits.high is None or value <= limits.high)
