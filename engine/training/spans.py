"""Ranges that a random search draws from: "1e-4..1e-1 log" and what is drawn from it."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import SettingError
from engine.settings import Declared, parse_setting
from engine.text import format_rate
from engine.wording import said

LINEAR, LOG = "linear", "log"
_SPAN = re.compile(r"(?P<low>.+?)\s*\.\.\s*(?P<high>.+?)(?:\s+(?P<scale>linear|log))?")
_FIGURES = 3


@dataclass(frozen=True)
class Span:
    """A range of a number, both ends in it; `log` draws each power of ten as often as any other."""

    low: float
    high: float
    scale: str = LINEAR
    whole: bool = False

    def draw(self, dice: random.Random) -> float | int:
        """A value with three figures, or a whole number; never outside.

        >>> Span(1e-4, 1e-1, "log").draw(random.Random(1))
        0.000253
        """
        if self.scale == LOG:
            drawn = math.exp(dice.uniform(math.log(self.low), math.log(self.high)))
        else:
            drawn = dice.uniform(self.low - 0.5, self.high + 0.5) if self.whole else dice.uniform(self.low, self.high)
        drawn = min(max(drawn, self.low), self.high)
        if self.whole:
            return round(drawn)
        return min(max(float(f"{drawn:.{_FIGURES}g}"), self.low), self.high)

    def as_dict(self) -> dict[str, Any]:
        return {"low": self.low, "high": self.high, "scale": self.scale, "whole": self.whole}

    def __str__(self) -> str:
        ends = (f"{end:g}" if self.whole or abs(end) >= 1e-2 or not end else format_rate(end) for end in self._ends)
        return f"{'..'.join(ends)} {self.scale}"

    @property
    def _ends(self) -> tuple[float, float]:
        return self.low, self.high


def is_span(text: str) -> bool:
    """Whether a text means a range, not a list.

    >>> is_span("1e-4..1e-1 log"), is_span("0.1, 0.2")
    (True, False)
    """
    return ".." in text


def read_span(declared: Declared, text: str) -> Span:
    """The range that a text means for a setting; without a word it is as the setting's slider runs.

    Raises SettingError, with the setting's own sentence where an end is no value of it.
    """
    name, label = declared.name, declared.setting.label
    found = _SPAN.fullmatch(text.strip())
    if found is None or declared.kind not in (int, float):
        given = text.strip()
        raise SettingError(
            said(
                "{label} ({name}) is no number, so it takes a list; {given!r} is not that.",
                label=label,
                name=name,
                given=given,
            )
            if found
            else said(
                "{label} ({name}) takes a range as low..high, then log or linear; {given!r} is not that.",
                label=label,
                name=name,
                given=given,
            ),
            setting=name,
        )
    low, high = (parse_setting(declared, found[end]) for end in ("low", "high"))
    if low is None or high is None:
        raise SettingError(
            said("{label} ({name}): a range goes from a number to a number.", label=label, name=name), setting=name
        )
    scale = found["scale"] or (LOG if declared.setting.scale == LOG and low > 0 else LINEAR)
    return checked_span(declared, Span(float(low), float(high), scale, declared.kind is int))


def span_from(declared: Declared, values: Mapping[str, Any]) -> Span:
    """The range that `Span.as_dict` gave. Raises SettingError where it cannot be."""
    return checked_span(declared, Span(values["low"], values["high"], values["scale"], bool(values["whole"])))


def checked_span(declared: Declared, span: Span) -> Span:
    """Itself. Raises SettingError where nothing can be drawn from it."""
    name, label = declared.name, declared.setting.label
    if declared.kind not in (int, float):
        raise SettingError(
            said("{label} ({name}) is no number, so it takes a list, not a range.", label=label, name=name),
            setting=name,
        )
    if not span.low < span.high:
        raise SettingError(
            said(
                "{label} ({name}): the range must end above its start; {span} does not.",
                label=label,
                name=name,
                span=span,
            ),
            setting=name,
        )
    if span.scale not in (LINEAR, LOG):
        raise SettingError(
            said(
                "{label} ({name}): a range is linear or log, not {scale!r}.", label=label, name=name, scale=span.scale
            ),
            setting=name,
        )
    if span.scale == LOG and span.low <= 0:
        raise SettingError(
            said(
                "{label} ({name}): a log range must start above 0; {span} does not.", label=label, name=name, span=span
            ),
            setting=name,
        )
    return span
