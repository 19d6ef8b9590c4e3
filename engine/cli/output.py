"""What the command line refuses before anything starts."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.text import format_rate


@dataclass(frozen=True)
class Answer:
    """`document` holds plain values (numbers that are not finite become null); `text` is what people read."""

    document: dict[str, Any]
    text: str

    def json(self) -> str:
        return json.dumps(plain(self.document), ensure_ascii=False, allow_nan=False)


def plain(value: Any) -> Any:
    """A value made of what JSON has."""
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(one) for one in value.tolist()]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def rate(value: float | None) -> str:
    """A learning rate: "3.1e-3"; "-" where there is none."""
    return "-" if value is None else format_rate(value)


def duration(seconds: float) -> str:
    """A time span: "0.7 s", "42 s", "1:12", "2:05:09"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def figure(value: float | None, *, digits: int = 3) -> str:
    """A measured figure: "0.412"; "-" where there is none."""
    return "-" if value is None else f"{value:.{digits}f}"


def percent(share: float) -> str:
    """A share of 1 without its sign: "34 %", "0.3 %", "<0.1 %", "0 %"."""
    value = 100 * abs(share)
    if 0 < value < 0.05:
        return "<0.1 %"
    return f"{value:.1f} %" if 0 < value < 0.95 else f"{value:.0f} %"


def facts(pairs: Sequence[tuple[str, object]]) -> str:
    """Names and values in two columns, one pair a line; pairs with an empty value are left out."""
    shown = [(name, str(value)) for name, value in pairs if value not in ("", None)]
    width = max((len(name) for name, _ in shown), default=0)
    return "\n".join(f"  {name.ljust(width)}  {value}" for name, value in shown)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Aligned columns under their names; the columns numbered in `right` hold numbers and stand to the right."""
    lines = [list(header), *[list(row) for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.rjust(widths[column]) if column in right else cell.ljust(widths[column])
            for column, cell in enumerate(line)
        ).rstrip()
        for line in lines
    )


def shortened(text: str, width: int) -> str:
    """A text cut to a width, with a sign where something is missing."""
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}…"


class WrongUse(Exception):  # noqa: N818  (a request that cannot be meant, not a failure)
    """The command was used wrongly: exit status 2, and a sentence that says how it is meant."""
