"""What a command gives back: one JSON document, the same as text for people, and how it ended."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


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
