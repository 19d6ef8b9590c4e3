"""Which runs the list shows, and in which order. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from desktop_rec.models.groups import groups_of
from engine.evaluation.metrics import higher_is_better
from engine.library.run_record import RunRecord, describe_run
from engine.models.registry import title_of
from engine.wording import said

LINE_METRICS = ("ndcg@100", "recall@20", "rmse")
"""By which figure runs are listed and sorted: the first that any run of a group has."""
STARRED = "starred"
NEWEST, BEST, NAME, LONGEST = "newest", "best", "name", "longest"
ORDERS = {
    NEWEST: said("Newest first"),
    BEST: said("Best first"),
    NAME: said("By name"),
    LONGEST: said("Longest first"),
}


@dataclass(frozen=True)
class RunFilter:
    """What is looked for: words of name, settings, notes or tags; `only` is "", "starred", "model:..." or "tag:..."."""

    words: str = ""
    only: str = ""
    order: str = NEWEST

    @property
    def is_on(self) -> bool:
        return bool(self.words.strip() or self.only)

    def matches(self, run: RunRecord) -> bool:
        kind, _, value = self.only.partition(":")
        if (self.only == STARRED and not run.star) or (kind == "model" and run.model != value):
            return False
        if kind == "tag" and value not in run.tags:
            return False
        text = " ".join((run.title, run.name, describe_run(run), run.notes, *run.tags)).casefold()
        return all(word in text for word in self.words.casefold().split())


def shown_runs(runs: Sequence[RunRecord], wanted: RunFilter) -> tuple[RunRecord, ...]:
    """The runs that match, in the order that is asked for, where equal ones come the newest first."""
    found = [run for run in runs if wanted.matches(run)]
    if wanted.order == NEWEST:
        return tuple(found)
    metrics = {run.run_id: line_metric(group.runs) for group in groups_of(runs) for run in group.runs}
    keys: dict[str, Callable[[RunRecord], Any]] = {
        BEST: lambda run: _rank(run, metrics[run.run_id]),
        NAME: lambda run: run.title.casefold(),
        LONGEST: lambda run: -run.seconds,
    }
    return tuple(sorted(found, key=keys[wanted.order]))


def line_metric(runs: Sequence[RunRecord]) -> str:
    """The figure by which runs of a group are listed; "" where none has any."""
    return next((name for name in LINE_METRICS if any(name in run.metrics for run in runs)), "")


def choices_of(runs: Sequence[RunRecord]) -> tuple[tuple[str, str], ...]:
    """What the list can be narrowed to, as (what a filter calls it, words)."""
    models = sorted({run.model for run in runs}, key=title_of)
    tags = sorted({tag for run in runs for tag in run.tags}, key=str.casefold)
    return (
        ("", said("All models")),
        (STARRED, said("With a star")),
        *((f"model:{model}", title_of(model)) for model in models),
        *((f"tag:{tag}", said("Tag: {tag}", tag=tag)) for tag in tags),
    )


def _rank(run: RunRecord, metric: str) -> tuple[bool, float]:
    value = run.metrics.get(metric, {}).get("value")
    if value is None:
        return (True, 0.0)
    return (False, -value if higher_is_better(metric) is not False else value)
