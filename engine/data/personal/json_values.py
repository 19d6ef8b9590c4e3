"""Values out of JSON that somebody else wrote: of the expected kind, or nothing.

Stands below the readers of JSON exports. None of these fails.
"""

from __future__ import annotations

import json
from typing import Any


def mapping_in(value: Any, name: str) -> dict[str, Any]:
    """The object under a name; an empty one where there is none."""
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def list_in(value: Any, name: str) -> list[Any]:
    """The list under a name; an empty one where there is none."""
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, list) else []


def text_in(value: Any, *names: str) -> str:
    """The first text or number under these names, as a text; "" where there is none."""
    for name in names:
        inner = value.get(name) if isinstance(value, dict) else None
        if isinstance(inner, str | int | float) and not isinstance(inner, bool) and str(inner).strip():
            return str(inner).strip()
    return ""


def as_text(value: Any) -> str:
    """A value as a report of left-out entries shows it: at most 200 characters."""
    try:
        return json.dumps(value, ensure_ascii=False)[:200]
    except RecursionError:
        return ""
