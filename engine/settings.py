"""How a setting is declared: once, with label, help and limits; forms, `--set` and checks are made from it.

Configs are frozen dataclasses that derive from `Config` and live beside what they configure. A field made with
`setting(...)` carries its declaration; a bad value is refused with the field's own sentence.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self

from engine.errors import SettingError


@dataclass(frozen=True)
class Setting:
    """The declaration of one field. Limits are inclusive; `scale` says how a slider over it should run."""

    label: str
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    scale: str = "linear"
    unit: str = ""
    more: bool = True
    automatic: str = "Automatic"

    def sentence(self, name: str) -> str:
        """What values are allowed, in words."""
        called = self.label if self.label.endswith(f"({name})") else f"{self.label} ({name})"
        if self.choices:
            return f"{called} is one of {', '.join(self.choices)}"
        if self.low is not None and self.high is not None:
            return f"{called} lies between {_in_words(self.low)} and {_in_words(self.high)}"
        if self.low is not None:
            return f"{called} is at least {_in_words(self.low)}"
        return f"{called}: {self.help}"


def setting(
    default: Any,
    *,
    label: str,
    help: str,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    scale: str = "linear",
    unit: str = "",
    more: bool = True,
    automatic: str = "Automatic",
) -> Any:
    """A dataclass field that is a setting. `more=False` puts it among the few shown at first.

    A field typed `X | None` may be None, which means *automatic*: chosen from the data when the run starts. Where that
    has a plainer name, `automatic` is it.
    """
    declared = Setting(label, help, low, high, choices, scale, unit, more, automatic)
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
    """The base of every config: checks each setting when made, and reads values from text."""

    def __post_init__(self) -> None:
        for declared in declared_settings(type(self)):
            _check(declared, getattr(self, declared.name))

    def changed(self, **values: Any) -> Self:
        """A copy with other values. Unknown names raise SettingError."""
        known = {declared.name for declared in declared_settings(type(self))}
        for name in values:
            if name not in known:
                raise SettingError(
                    f"There is no setting called {name!r} here.",
                    remedy=f"Known are: {', '.join(sorted(known))}.",
                )
        return dataclasses.replace(self, **values)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The config of a kept run. Unknown names raise SettingError; missing ones take their default."""
        declared = {setting.name: setting for setting in declared_settings(cls)}
        return cls().changed(
            **{
                name: tuple(value) if name in declared and declared[name].kind is tuple and value is not None else value
                for name, value in values.items()
            }
        )


def declared_settings(config_class: type[Config]) -> tuple[Declared, ...]:
    """Every setting of a config class, in the order they were written."""
    return _declared_once(typing.cast(Any, config_class))


@cache
def _declared_once(config_class: Any) -> tuple[Declared, ...]:
    """Reading type hints is slow: the grid of a thousand runs took 7 s to check, and takes 0.3 s with this."""
    hints = typing.get_type_hints(config_class)
    found = []
    for declared in dataclasses.fields(config_class):
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
            f"{declared.setting.sentence(declared.name)}; {text!r} is not such a value.",
            setting=declared.name,
        ) from error


def with_texts(config: Config, texts: Mapping[str, str]) -> Config:
    """A copy of a config with values read from text, as `--set key=value` gives them."""
    declared = {setting.name: setting for setting in declared_settings(type(config))}
    values = {name: parse_setting(declared[name], text) for name, text in texts.items() if name in declared}
    return config.changed(**values, **{name: text for name, text in texts.items() if name not in declared})


def _in_words(number: float) -> str:
    """A limit as people read it: "0.1", "1e-8", "1,000,000"."""
    if abs(number) >= 10_000 and number == int(number):
        return f"{int(number):,}"
    return f"{number:g}".replace("e-0", "e-")


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
            f"{declared.setting.sentence(declared.name)}; {value!r} does not.",
            setting=declared.name,
            value=value,
        )


def _is_allowed(declared: Declared, value: Any) -> bool:
    limits = declared.setting
    if limits.choices:
        return value in limits.choices
    if declared.kind is bool or declared.kind is str:
        return isinstance(value, declared.kind)
    if declared.kind is tuple:
        return isinstance(value, tuple) and all(_is_number_within(limits, int, one) for one in value)
    return _is_number_within(limits, declared.kind, value)


def _is_number_within(limits: Setting, kind: type, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return False
    if kind is int and int(value) != value:
        return False
    return (limits.low is None or value >= limits.low) and (limits.high is None or value <= limits.high)
