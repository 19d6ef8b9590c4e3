"""How a model is judged on a split: held-out people are folded in, and what they were found to have is looked for.

Stands between a fitted model and what is said about it. All titles that training saw are ranked but the person's own
profile; a title to be found counts as relevant where it was liked and training saw it. Rating errors are taken over
every rated entry to be found (in a strong split those are likes only).

Shapes: U people, I titles, K length of the lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from engine.data.dataset import Bools, Int64
from engine.data.split import HeldOut
from engine.errors import DataError, SettingError
from engine.evaluation.answers import Question, answer_for
from engine.evaluation.breakdown import Breakdown, BreakdownRow, Levels, popularity_tiers
from engine.evaluation.cold_start import cold_start
from engine.evaluation.intervals import Interval
from engine.evaluation.result import ERROR_METRICS, RANKING_METRICS, EvaluationResult, compare, differences
from engine.evaluation.tally import Tally
from engine.events import Job, Pace, Progressed, StageStarted, Stop
from engine.models.base import Model

__all__ = [
    "ERROR_METRICS",
    "RANKING_METRICS",
    "Breakdown",
    "BreakdownRow",
    "EvaluationResult",
    "Interval",
    "compare",
    "differences",
    "judge",
    "watched_value",
]

USUAL_CUTS = (20, 50, 100)
_SCORES_AT_ONCE = 2**22
_MOST_PEOPLE_AT_ONCE = 512


def judge(
    model: Model,
    held_out: HeldOut,
    *,
    candidates_I: Bools,
    ks: Sequence[int] = USUAL_CUTS,
    weight: float | None = None,
    intervals: bool = True,
    counts_I: Int64 | None = None,
    cold_start_people: int = 0,
) -> Job[EvaluationResult]:
    """Judge a model on held-out people, batch by batch. A Stop returns what the people so far gave.

    `weight` is the presence weight of models that mix (None: 1, by presence alone). Novelty and popularity are measured
    where `counts_I` says how well known each title is, rating errors unless all ratings are the same: then they say
    what was liked, not how much. The cold-start curve is taken over at most so many people, each of whom is judged up
    to six times more. Raises DataError where nobody has anything to find.
    """
    question = _question(model, held_out, candidates_I, ks, weight, counts_I=counts_I)
    question = replace(
        question,
        tier_I=popularity_tiers(counts_I, candidates_I) if counts_I is not None and question.ks else None,
        levels=Levels.of(held_out.to_find.ratings_N),
    )
    if len(held_out) == 0:
        raise _nothing_to_find()
    tally, curve, stopped = Tally(held_out, question), None, False
    try:
        yield StageStarted("judging", "Judging on people whose ratings were held out")
        yield from _answered(model, held_out, question, tally)
        tally.join()
        if intervals:
            yield StageStarted("bootstrap", "Working out how sure the figures are")
            yield from tally.draw()
        if cold_start_people and question.ks:
            curve = yield from _curve(model, held_out, question, tally, people=cold_start_people)
    except Stop:
        stopped = True
        tally.forget_draws()
    found = _judgement(held_out, tally, stopped=stopped)
    return found if curve is None else replace(found, breakdowns=(curve, *found.breakdowns))


def _answered(model: Model, held_out: HeldOut, question: Question, tally: Tally) -> Iterator[Progressed | None]:
    pace = Pace()
    for people in _batches(len(held_out), model.items):
        tally.add(answer_for(model, held_out, people, question))
        yield Progressed("Judging people", int(people[-1]) + 1, len(held_out), "people") if pace.due() else None


def _curve(model: Model, held_out: HeldOut, question: Question, tally: Tally, *, people: int) -> Job[Breakdown | None]:
    yield StageStarted("cold start", "Judging on people of whom only a few ratings are known")
    whole_U, at_once = tally.per_person[f"ndcg@{question.curve_cut}"], _people_at_once(model.items)
    return (yield from cold_start(model, held_out, question, whole_U=whole_U, people=people, at_once=at_once))


def watched_value(
    model: Model, held_out: HeldOut, *, candidates_I: Bools, metric: str, weight: float | None = None
) -> float:
    """One metric on held-out people, as a trainer watches it after each epoch. Raises SettingError where it cannot."""
    name, _, cut = metric.partition("@")
    is_error = name in ERROR_METRICS and not cut
    if not is_error and (name not in RANKING_METRICS or not cut.isdecimal() or int(cut) < 1):
        raise SettingError(f"There is no metric called {metric!r}.", remedy="Take one such as ndcg@100 or rmse.")
    question = _question(model, held_out, candidates_I, () if is_error else (int(cut),), weight, errors=is_error)
    if not question.ks and not question.errors:
        raise _not_measurable(metric, model)
    tally = Tally(held_out, question)
    for people in _batches(len(held_out), model.items):
        tally.add(answer_for(model, held_out, people, question))
    found = _judgement(held_out, tally, stopped=False).metrics
    if metric not in found:
        raise _not_measurable(metric, model)
    return found[metric].value


def _question(
    model: Model,
    held_out: HeldOut,
    candidates_I: Bools,
    ks: Sequence[int],
    weight: float | None,
    *,
    errors: bool = True,
    counts_I: Int64 | None = None,
) -> Question:
    if any(k < 1 for k in ks):
        raise SettingError(f"Lists are cut at 1 or more titles, not at {min(ks)}.", ks=tuple(ks))
    cuts = tuple(sorted(set(ks))) if model.can.ranks else ()
    rates = errors and model.can.predicts_ratings and _ratings_differ(held_out)
    return Question(candidates_I, cuts, 1.0 if weight is None else weight, rates, counts_I)


def _ratings_differ(held_out: HeldOut) -> bool:
    """Whether ratings say how much somebody liked something; where all are the same they only say that."""
    known = [side.ratings_N[~np.isnan(side.ratings_N)] for side in (held_out.fold_in, held_out.to_find)]
    return len({float(bound) for one in known if len(one) for bound in (one.min(), one.max())}) > 1


def _batches(people: int, items: int) -> Iterator[Int64]:
    at_once = _people_at_once(items)
    for start in range(0, people, at_once):
        yield np.arange(start, min(start + at_once, people), dtype=np.int64)


def _people_at_once(items: int) -> int:
    return max(1, min(_MOST_PEOPLE_AT_ONCE, _SCORES_AT_ONCE // max(1, items)))


def _judgement(held_out: HeldOut, tally: Tally, *, stopped: bool) -> EvaluationResult:
    tally.join()
    if tally.people == 0 and not stopped:
        raise _nothing_to_find()
    return EvaluationResult(
        tally.people,
        tally.metrics(),
        tally.per_person,
        held_out.user_rows_U[: len(tally.rated_U)],
        tally.rated_U,
        stopped,
        tally.breakdowns(),
    )


def _nothing_to_find() -> DataError:
    return DataError(
        "Nobody among the held-out people has anything to find.", remedy="Choose a split that holds out more."
    )


def _not_measurable(metric: str, model: Model) -> SettingError:
    return SettingError(
        f"{metric} cannot be measured for {model.name} on these people.", remedy="Watch another metric.", metric=metric
    )
