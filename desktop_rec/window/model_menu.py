"""The header's menu of models: of each what it is called, what it is good for, how good it is, and when it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from desktop_rec.window.header import Choice
from engine.models.registry import title_of
from engine.text import format_ago

if TYPE_CHECKING:
    from desktop_rec.session.model import ModelLabel
    from engine.library.run_record import RunRecord

ON_OPENING = "ease"
"""Computed when a data set is opened, where its matrix fits into memory."""
MOST_IN_MENU = 30
"""How many models the header offers, the newest; all of them stand in Models."""

_LISTS, _STARS = "good lists", "good stars"
_GOOD_FOR: Mapping[str, str] = {
    "two_head": "good lists and stars",
    "mult_vae": _LISTS,
    "mult_dae": _LISTS,
    "ease": _LISTS,
    "ials": _LISTS,
    "mf": _STARS,
    "embedding_mlp": _STARS,
    "lstm": "stars in the order of time",
    "popularity": "what most people like",
    "blend": "the best of several models",
}


def model_choices(runs: Sequence[RunRecord], label: ModelLabel | None, *, has_data: bool) -> tuple[Choice, ...]:
    """The newest runs, the one in use whatever its age, and the first model; the one in use is ticked."""
    now_run = label.run_id if label else None
    offered = [run for place, run in enumerate(runs) if place < MOST_IN_MENU or run.run_id == now_run]
    choices = [Choice(run.run_id, describe_run(run), run.run_id == now_run) for run in offered]
    if has_data:
        is_first = label is not None and now_run is None
        name = label.name if label is not None and is_first else ON_OPENING
        choices.append(Choice("", _line(title_of(name), good_for(name), "ready at once"), is_first))
    return tuple(choices)


def describe_run(run: RunRecord) -> str:
    """One line: "Watch and love, 30 epochs · good lists and stars · ... · 2 min ago"."""
    return _line(run.title, good_for(run.model), quality_of(run), format_ago(run.finished or run.created))


def good_for(model: str) -> str:
    """What a model is for, in a few words; "" for one that is not known here."""
    return _GOOD_FOR.get(model, "")


def quality_of(run: RunRecord) -> str:
    """How good a run was for people it had not learned from, in one figure that is the same for all of its kind."""
    found, off = _value(run, "recall@100"), _value(run, "mae")
    if found is not None and good_for(run.model) != _STARS:
        return f"100 titles hold {found:.0%} of what people liked"
    if off is not None:
        return f"off by {off:.2f} stars on average"
    return "not tested yet"


def _value(run: RunRecord, metric: str) -> float | None:
    return run.metrics.get(metric, {}).get("value")


def _line(*parts: str) -> str:
    return " · ".join(filter(None, parts))
