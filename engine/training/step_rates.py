"""Rates in steps, as people write them: "1: 1e-2, 10: 1e-3" is 1e-2 from the first epoch on, 1e-3 from the tenth."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from engine.errors import SettingError
from engine.wording import said

LOWEST, HIGHEST = 1e-8, 100.0
_EXAMPLE = "1: 1e-2, 10: 1e-3"
_CALLED = said("Rates in steps (step_rates)")


@lru_cache(maxsize=64)
def parse_step_rates(text: str) -> tuple[tuple[int, float], ...]:
    """The places, ascending and counted from 1, with the rate from there on.

    Raises
    ------
    SettingError
        Where an entry is no place with its rate, a rate is out of its limits, or the places do not ascend.

    Examples
    --------
    >>> parse_step_rates("1: 1e-2, 10: 1e-3")
    ((1, 0.01), (10, 0.001))
    """
    entries = [entry.strip() for entry in re.split("[,;]", text) if entry.strip()]
    if not entries:
        raise _refusal(
            said(
                "{called} is a list such as {example}; {text!r} is none.", called=_CALLED, example=_EXAMPLE, text=text
            ),
            text,
        )
    found = tuple(_entry(entry, text) for entry in entries)
    for (place, _), (following, _) in pairwise(found):
        if following <= place:
            raise _refusal(
                said(
                    "{called} go upwards; {following} comes after {place}.",
                    called=_CALLED,
                    following=following,
                    place=place,
                ),
                text,
            )
    return found


def format_step_rates(rates: Sequence[tuple[int, float]]) -> str:
    """The text that `parse_step_rates` reads.

    >>> format_step_rates([(1, 0.01), (10, 0.00125)])
    '1: 1e-2, 10: 1.25e-3'
    """
    return ", ".join(f"{place}: {_short(rate)}" for place, rate in rates)


def _entry(entry: str, text: str) -> tuple[int, float]:
    place, _, rate = entry.partition(":")
    try:
        found = int(place), float(rate)
    except ValueError as error:
        raise _refusal(
            said(
                "{called} is a list of places with their rates, such as {example}; {entry!r} is none.",
                called=_CALLED,
                example=_EXAMPLE,
                entry=entry,
            ),
            text,
        ) from error
    if found[0] < 1:
        raise _refusal(
            said("{called}: places are counted from 1; {found} is none.", called=_CALLED, found=found[0]), text
        )
    if not (math.isfinite(found[1]) and LOWEST <= found[1] <= HIGHEST):
        raise _refusal(
            said("{called}: a rate lies between 1e-8 and 100; {rate} does not.", called=_CALLED, rate=rate.strip()),
            text,
        )
    return found


def _refusal(sentence: str, text: str) -> SettingError:
    return SettingError(sentence, setting="step_rates", value=text)


def _short(rate: float) -> str:
    """Up to six digits: 1e-2, 1.25e-3."""
    mantissa, _, exponent = f"{rate:.5e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
