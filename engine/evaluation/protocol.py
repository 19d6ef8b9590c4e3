"""How a model is judged on a split: held-out people are folded in, and what they were found to have is looked for.

Stands between a fitted model and what is said about it. All titles that training saw are ranked but the person's own
profile; a title to be found counts as relevant where it was liked and training saw it. Rating errors are taken over
every rated entry to be found (in a strong split those are likes only).

Shapes: U people, I titles, K length of the lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Bools, Int64
from engine.data.split import HeldOut
from engine.errors import DataError, SettingError
from engine.evaluation.answers import Answer, Question, answer_for
from engine.evaluation.intervals import Interval, bootstrap, middle_95, value_over_people
from engine.evaluation.judgement import (
    ERROR_METRICS,
    RANKING_METRICS,
    Judgement,
    compare,
    from_means,
    to_be_averaged,
    weights_of,
)
from engine.evaluation.metrics import coverage
from engine.events import Job, Pace, Progressed, StageStarted, Stop
from engine.models.base import Model

__all__ = ["ERROR_METRICS", "RANKING_METRICS", "Interval", "Judgement", "compare", "judge", "watched_value"]

Floats = npt.NDArray[np.float64]

_SCORES_AT_ONCE = 2**22
_MOST_PEOPLE_AT_ONCE = 512


def judge(
    model: Model,
    held_out: HeldOut,
    *,
    candidates_I: Bools,
    ks: Sequence[int] = (20, 50, 100),
    weight: float | None = None,
    intervals: bool = True,
    counts_I: Int64 | None = None,
) -> Job[Judgement]:
    """Judge a model on held-out people, batch by batch. A Stop returns what the people so far gave.

    `weight` is the presence weight of models that mix (None: 1, by presence alone). Novelty is measured where
    `counts_I` says how well known each title is. Raises DataError where nobody has anything to find.
    """
    question = _question(model, candidates_I, ks, weight, counts_I=counts_I)
    if len(held_out) == 0:
        raise _nothing_to_find()
    answers: list[Answer] = []
    draws: dict[str, list[Floats]] = {}
    stopped = False
    pace = Pace()
    try:
        yield StageStarted("judging", "Judging on people whose ratings were held out")
        for people in _batches(len(held_out), model.items):
            answers.append(answer_for(model, held_out, people, question))
            yield Progressed("Judging people", int(people[-1]) + 1, len(held_out), "people") if pace.due() else None
        if intervals:
            yield StageStarted("bootstrap", "Working out how sure the figures are")
            yield from _drawn(answers, draws)
    except Stop:
        stopped = True
    return _judgement(held_out, answers, question, {} if stopped else draws, stopped=stopped)


def watched_value(
    model: Model, held_out: HeldOut, *, candidates_I: Bools, metric: str, weight: float | None = None
) -> float:
    """One metric on held-out people, as a trainer watches it after each epoch. Raises SettingError where it cannot."""
    name, _, cut = metric.partition("@")
    is_error = name in ERROR_METRICS and not cut
    if not is_error and (name not in RANKING_METRICS or not cut.isdecimal() or int(cut) < 1):
        raise SettingError(f"There is no metric called {metric!r}.", remedy="Take one such as ndcg@100 or rmse.")
    question = _question(model, candidates_I, () if is_error else (int(cut),), weight, errors=is_error)
    if not question.ks and not question.errors:
        raise _not_measurable(metric, model)
    answers = [answer_for(model, held_out, people, question) for people in _batches(len(held_out), model.items)]
    found = _judgement(held_out, answers, question, {}, stopped=False).metrics
    if metric not in found:
        raise _not_measurable(metric, model)
    return found[metric].value


def _question(
    model: Model,
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
    rates = errors and model.can.predicts_ratings
    return Question(candidates_I, cuts, 1.0 if weight is None else weight, rates, counts_I)


def _batches(people: int, items: int) -> Iterator[Int64]:
    at_once = max(1, min(_MOST_PEOPLE_AT_ONCE, _SCORES_AT_ONCE // max(1, items)))
    for start in range(0, people, at_once):
        yield np.arange(start, min(start + at_once, people), dtype=np.int64)


def _judgement(
    held_out: HeldOut, answers: list[Answer], question: Question, draws: dict[str, list[Floats]], *, stopped: bool
) -> Judgement:
    per_person, rated_U = _joined(answers)
    found: dict[str, Interval] = {}
    for name, values_U in per_person.items():
        value = value_over_people(to_be_averaged(name, values_U), weights_of(name, rated_U))
        if not np.isnan(value):
            low, high = middle_95(from_means(name, np.concatenate(draws[name]))) if name in draws else (None, None)
            found[name] = Interval(float(from_means(name, np.array(value))), low, high)
    for k in question.ks if answers else ():
        listed_I = np.logical_or.reduce([one.listed[k] for one in answers])
        found[f"coverage@{k}"] = Interval(coverage(listed_I, question.candidates_I), None, None)
    found_something = [~np.isnan(values) for name, values in per_person.items() if not name.startswith("novelty")]
    people = int(np.logical_or.reduce(found_something).sum()) if found_something else 0
    if people == 0 and not stopped:
        raise _nothing_to_find()
    return Judgement(people, found, per_person, held_out.user_rows_U[: len(rated_U)], rated_U, stopped)


def _joined(answers: list[Answer]) -> tuple[dict[str, Floats], Int64]:
    if not answers:
        return {}, np.zeros(0, dtype=np.int64)
    names = answers[0].per_person
    joined = {name: np.concatenate([one.per_person[name] for one in answers]) for name in names}
    return joined, np.concatenate([one.rated_U for one in answers])


def _drawn(answers: list[Answer], draws: dict[str, list[Floats]]) -> Iterator[None]:
    """Fill `draws` with the bootstrap's means of every metric, control going back after each lot."""
    per_person, rated_U = _joined(answers)
    values = {name: to_be_averaged(name, values_U) for name, values_U in per_person.items()}
    for lot in bootstrap(values, {name: weights_of(name, rated_U) for name in values}):
        for name, draws_D in lot.items():
            draws.setdefault(name, []).append(draws_D)
        yield None


def _nothing_to_find() -> DataError:
    return DataError(
        "Nobody among the held-out people has anything to find.", remedy="Choose a split that holds out more."
    )


def _not_measurable(metric: str, model: Model) -> SettingError:
    return SettingError(
        f"{metric} cannot be measured for {model.name} on these people.", remedy="Watch another metric.", metric=metric
    )
