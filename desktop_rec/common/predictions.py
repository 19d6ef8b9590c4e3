"""Ratings that a run writes for others: which runs can, and what is said once they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.models.registry import MODELS
from engine.text import plural

if TYPE_CHECKING:
    from engine.library.run_record import RunRecord
    from engine.operations import Predictions


def format_predictions(done: Predictions) -> str:
    """What was written, and what could not be, in a sentence or two."""
    sentences = f"{done.run_title or done.run_name} wrote {plural(done.predicted, 'rating')} to {done.path}."
    if done.blank:
        first = next((pair.line for pair in done.unanswered if pair.user or pair.item), 0)
        which = f"1 line has no rating (line {first:,})"
        if done.blank > 1:
            which = f"{done.blank:,} lines have no rating (the first is line {first:,})"
        sentences += f" {which}: the data set does not know the person or the title."
    if done.skipped:
        sentences += f" {plural(done.skipped, 'line')} held no pair."
    if done.by_averages:
        sentences += f" Of them {done.by_averages:,} are averages, for people or titles without a single rating."
    return sentences


def may_predict(run: RunRecord) -> bool:
    """Whether a run predicts ratings, as its model declares.

    Of a blend its figures tell: errors stand among them where a part predicts. One that was never evaluated is offered,
    and may yet be refused.
    """
    kind = MODELS.get(run.model)
    if kind is not None and kind.made_of_runs:
        return not run.metrics or "rmse" in run.metrics
    return kind is not None and kind.can.predicts_ratings
