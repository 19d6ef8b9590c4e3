"""A model as people call it, with its age."""

from __future__ import annotations

from datetime import datetime

from engine.models.registry import title_of
from engine.text import format_ago


def format_model(name: str, trained: datetime | None, *, now: datetime | None = None) -> str:
    """A model with its age: "Watch and love, trained 2 min ago"."""
    if trained is None:
        return f"{title_of(name)}, computed on opening"
    return f"{title_of(name)}, trained {format_ago(trained, now=now)}"
