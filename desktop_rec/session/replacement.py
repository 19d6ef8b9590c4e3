"""Whether a run that has just ended takes the place of the model in use, and what is said of the two. No Qt.

It does by itself only where both were judged on the same people and it is better by more than chance explains. All else
is for the person to decide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import EngineError
from engine.events import Job
from engine.models.registry import title_of
from engine.text import plural

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.evaluation.result import EvaluationResult
    from engine.library.run_record import RunRecord
    from engine.library.store import Library
    from engine.operations import FinishedRun

_METRICS = ("ndcg@100", "rmse")
"""What decides: the first of these by which both were judged."""


@dataclass(frozen=True)
class Replacement:
    """`takes_over`: whether the run may take the place by itself. `words` are the figures of both, or why there are
    none."""

    takes_over: bool
    words: str = ""


def weigh(
    library: Library, dataset: Dataset, finished: FinishedRun, *, name: str, run_id: str | None
) -> Job[Replacement]:
    """Hold a run against the model in use: that of `run_id`, or the model `name` that was computed on opening.

    The latter is judged here where nobody did so before: learned from the same people as the run, it is a baseline.
    """
    yield None
    record = library.runs.find(finished.run_id)
    trained = finished.trained
    why_not = why_not_by_itself(finished)
    if why_not and (finished.evaluation is None or not trained.diverged):
        return Replacement(False, why_not)
    assert finished.evaluation is not None, "those without one are offered only"
    found = yield from _evaluation_in_use(library, dataset, record, name=name, run_id=run_id)
    title = name_in_use(_title(library, name, run_id), record.title)
    if isinstance(found, str):
        return Replacement(False, f"{title} {found}")
    better = _compared(finished.evaluation, found, title)
    if trained.diverged:
        return Replacement(False, f"The new run diverged. {better.words}")
    return better


def why_not_by_itself(finished: FinishedRun) -> str:
    """Why a run never takes over by itself, whatever its figures; "" where these decide."""
    if finished.trained.stopped:
        return "The new run was stopped before it could be judged."
    if finished.evaluation is None or finished.evaluation.stopped:
        return "The new run was not judged on people it has not learned from."
    return "The new run diverged." if finished.trained.diverged else ""


def _evaluation_in_use(
    library: Library, dataset: Dataset, record: RunRecord, *, name: str, run_id: str | None
) -> Job[EvaluationResult | str]:
    """How the model in use was judged by the split of a run; a part of a sentence where it was not."""
    from engine import operations
    from engine.data.split import SplitConfig, split_key

    if run_id is None:
        try:
            known = yield from operations.baselines(library, dataset, SplitConfig.from_dict(record.split_config))
        except EngineError:
            return "could not be judged on the same people."
        return known.get(name) or "was not judged on the same people."
    if split_key(library.runs.find(run_id).split_config) != split_key(record.split_config):
        return "was judged on other people."
    return library.runs.evaluation(run_id) or "was not judged on people it has not learned from."


def _compared(own: EvaluationResult, in_use: EvaluationResult, title: str) -> Replacement:
    from engine.evaluation.metrics import metric_title
    from engine.evaluation.result import describe_difference, differences, is_better

    found = differences(own, in_use, metrics=_METRICS)
    for metric in _METRICS:
        difference = found.get(metric)
        ends = (difference.value, difference.low, difference.high) if difference is not None else (None,)
        if difference is None or any(end is None or not math.isfinite(end) for end in ends):
            continue
        values = f"{own.metrics[metric].value:.3f} against {in_use.metrics[metric].value:.3f}"
        apart = describe_difference(metric, difference, title)
        figures = f"On the same {plural(own.people, 'person')}, {metric_title(metric)} is {values}: {apart}."
        return Replacement(is_better(metric, difference) is True, figures)
    return Replacement(False, f"The new run was not judged by the same figures as {title}.")


def name_in_use(title: str, offered: str) -> str:
    """What the model in use is called beside the one that is offered, which may be of the same kind.

    >>> name_in_use("Liked together", "Watch and love, 5 epochs"), name_in_use("Liked together", "Liked together")
    ('Liked together', 'the one that was ready at once')
    """
    return title if title != offered else "the one that was ready at once"


def _title(library: Library, name: str, run_id: str | None) -> str:
    return title_of(name) if run_id is None else library.runs.find(run_id).title
