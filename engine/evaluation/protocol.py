"""How a model is evaluated: held-out people are folded in, and what they were found to have is looked for.

All titles that training saw are ranked but the profile's own; liked ones are relevant. Errors are of all rated entries.

Shapes: U people, I titles, N entries, L lengths of shortened profiles.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf

import numpy as np

from engine.data.batches import lots_of_people
from engine.data.dataset import Bools, Histories, Int64
from engine.data.split import HeldOut
from engine.errors import DataError, SettingError
from engine.evaluation.answers import Question, answer_for, ndcg_of
from engine.evaluation.breakdown import COLD_START, Breakdown, Levels, Measured, popularity_tiers
from engine.evaluation.intervals import Floats, bootstrap
from engine.evaluation.metrics import is_measurable, needs_ratings
from engine.evaluation.result import EvaluationResult
from engine.evaluation.tally import Tally
from engine.events import Advised, Job, Pace, Progressed, StageStarted, Stop, drive
from engine.models.base import Model
from engine.text import format_duration
from engine.wording import said

DEFAULT_CUTS = (20, 50, 100)
_SOON_TOLD_S, _LONG_S = 1.0, 10.0
"""After how long it can be told how long testing takes, and from when on that is worth a word."""
_SHORT_PROFILES = (1, 2, 4, 8, 16, 32)
_SHORT_PROFILES_SEED = 20130607


def evaluate_model(
    model: Model,
    held_out: HeldOut,
    *,
    candidates_I: Bools,
    ks: Sequence[int] = DEFAULT_CUTS,
    weight: float | None = None,
    intervals: bool = True,
    counts_I: Int64 | None = None,
    cold_start_people: int = 0,
    learned_s: float = inf,
) -> Job[EvaluationResult]:
    """Evaluate a model on held-out people, batch by batch. A Stop returns what the people so far gave.

    Parameters
    ----------
    model, held_out
        A fitted model, and U people: what of each is folded in, and what is to be found.
    candidates_I
        Which titles may be listed: those that training saw.
    ks
        Where lists are cut, in titles.
    weight
        The presence weight of models that mix, 0 to 1; None: by presence alone.
    intervals
        Whether to give 95 % intervals, by bootstrap over the people.
    counts_I
        How many entries training had of each title; novelty and popularity need it.
    cold_start_people
        The most people for the cold-start curve, each evaluated up to six times more.
    learned_s
        How long the model learned, in seconds: where this takes longer, that is said once it can be told.

    Returns
    -------
    EvaluationResult
        With rating errors, unless all ratings are the same.

    Raises
    ------
    DataError, SettingError
        Where nobody has anything to find; where a cut is below 1.

    Examples
    --------
    >>> from engine.data.dataset import Histories, Scale
    >>> from engine.events import drive
    >>> from engine.models.popularity import Popularity, PopularityConfig
    >>> learned = Histories.of([0, 0, 1, 1], [0, 1, 0, 2], [5, 5, 5, 2], people=2)
    >>> model = Popularity(PopularityConfig(), items=3, scale=Scale(1, 5, 1))
    >>> drive(model.fit(learned))
    >>> held_out = HeldOut(np.arange(1), Histories.of([0], [2], [3], people=1), Histories.of([0], [1], [4], people=1))
    >>> found = drive(evaluate_model(model, held_out, candidates_I=np.ones(3, dtype=bool), ks=(1, 2)))
    >>> found.people, found.metrics["recall@1"].value, found.metrics["recall@2"].value
    (1, 0.0, 1.0)
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
        yield StageStarted("evaluating", said("Testing on people whose ratings were held out"))
        yield from _answered(model, held_out, question, tally, learned_s)
        tally.join()
        if intervals:
            yield StageStarted("bootstrap", said("Working out how sure the figures are"))
            yield from tally.draw()
        if cold_start_people and question.ks:
            yield StageStarted("cold start", said("Testing on people of whom only a few ratings are known"))
            whole_U = tally.per_person[f"ndcg@{question.curve_cut}"]
            curve = yield from _cold_start(model, held_out, question, whole_U, people=cold_start_people)
    except Stop:
        stopped = True
        tally.forget_draws()
    found = _result(held_out, tally, stopped=stopped)
    return found if curve is None else replace(found, breakdowns=(curve, *found.breakdowns))


def monitor_value(
    model: Model, held_out: HeldOut, *, candidates_I: Bools, metric: str, weight: float | None = None
) -> float:
    """One metric on held-out people. Raises SettingError where it is unknown or cannot be measured."""
    job = measured(model, held_out, candidates_I=candidates_I, metrics=(metric,), weight=weight)
    return drive(job)[metric]


def measured(
    model: Model, held_out: HeldOut, *, candidates_I: Bools, metrics: Sequence[str], weight: float | None = None
) -> Job[dict[str, float]]:
    """Several metrics on held-out people, in one pass; where that takes longer than a moment it says how far it is.

    A Stop passes through. Raises SettingError where a metric is unknown or cannot be measured.
    """
    for metric in metrics:
        if not is_measurable(metric):
            raise SettingError(
                said("There is no metric called {metric!r}.", metric=metric),
                remedy=said("Take one such as ndcg@100 or rmse."),
            )
    missing = unmeasurable(model, held_out, metrics)
    if missing:
        raise _not_measurable(missing[0], model)
    cuts = tuple(int(metric.partition("@")[2]) for metric in metrics if not needs_ratings(metric))
    question = _question(model, held_out, candidates_I, cuts, weight, errors=any(map(needs_ratings, metrics)))
    tally, pace = Tally(held_out, question), Pace(per_second=1.0)
    pace.due()
    for people in lots_of_people(len(held_out), model.items):
        tally.add(answer_for(model, held_out, people, question))
        done = int(people[-1]) + 1
        yield Progressed(said("Testing people"), done, len(held_out), "people") if pace.due() else None
    found = _result(held_out, tally, stopped=False).metrics
    for metric in metrics:
        if metric not in found:
            raise _not_measurable(metric, model)
    return {metric: found[metric].value for metric in metrics}


def unmeasurable(model: Model, held_out: HeldOut, metrics: Sequence[str]) -> tuple[str, ...]:
    """Which of some metrics say nothing of a model and these people: errors where nothing is rated, lists of none."""
    rates = model.can.predicts_ratings and _ratings_differ(held_out)
    return tuple(name for name in metrics if not (rates if needs_ratings(name) else model.can.ranks))


def _answered(
    model: Model, held_out: HeldOut, question: Question, tally: Tally, learned_s: float
) -> Iterator[Progressed | Advised | None]:
    pace, began, is_said = Pace(), time.monotonic(), False
    for people in lots_of_people(len(held_out), model.items):
        tally.add(answer_for(model, held_out, people, question))
        done, took_s = int(people[-1]) + 1, time.monotonic() - began
        yield Progressed(said("Testing people"), done, len(held_out), "people") if pace.due() else None
        if not is_said and took_s > _SOON_TOLD_S:
            is_said, whole_s = True, took_s * len(held_out) / done
            if whole_s > max(_LONG_S, learned_s):
                yield Advised(_describe_long(whole_s, learned_s))


def _describe_long(whole_s: float, learned_s: float) -> str:
    """Stopping an evaluation keeps the model."""
    return said(
        "Testing takes about {whole}, longer than the {learned} of learning. Stop keeps the "
        "model, without its figures.",
        whole=format_duration(whole_s),
        learned=format_duration(learned_s),
    )


def _cold_start(
    model: Model, held_out: HeldOut, question: Question, whole_U: Floats, *, people: int
) -> Job[Breakdown | None]:
    """How good lists are by the first 1, 2, 4 ... entries of people, in a drawn order; `whole_U` by all."""
    rng = np.random.default_rng(_SHORT_PROFILES_SEED)
    able = np.flatnonzero(~np.isnan(whole_U) & (held_out.fold_in.counts_U > 0))
    if not len(able):
        return None
    chosen = np.sort(rng.choice(able, size=min(people, len(able)), replace=False)).astype(np.int64)
    profiles = held_out.fold_in.take(chosen)
    lengths = [length for length in _SHORT_PROFILES if 2 * (profiles.counts_U > length).sum() >= len(chosen)]
    place_N = _places(profiles, rng)
    values_UL = np.full((len(chosen), len(lengths) + 1), np.nan)
    values_UL[:, -1] = whole_U[chosen]
    pace, total = Pace(), len(lengths) * len(chosen)
    for column, length in enumerate(lengths):
        known = profiles.where(place_N < length)
        for some in lots_of_people(len(chosen), model.items):
            shortened = known.take(some)
            values_UL[some, column] = ndcg_of(model, held_out, chosen[some], known=shortened, question=question)
            done = column * len(chosen) + int(some[-1]) + 1
            yield Progressed(said("Testing shortened profiles"), done, total, "profiles") if pace.due() else None
    labels = (*(str(length) for length in lengths), said("all"))
    return (yield from _drawn(values_UL, labels, unit=f"NDCG@{question.curve_cut}"))


def _places(profiles: Histories, rng: np.random.Generator) -> Int64:
    """Each entry's place, from 0, in a random order of its person's entries."""
    order = np.lexsort((rng.random(profiles.entries), profiles.user_rows_N))
    place_N = np.empty(profiles.entries, dtype=np.int64)
    place_N[order] = np.arange(profiles.entries) - profiles.indptr_U1[:-1][profiles.user_rows_N[order]]
    return place_N


def _drawn(values_UL: Floats, labels: tuple[str, ...], *, unit: str) -> Job[Breakdown]:
    counts_L = np.full(len(labels), len(values_UL))
    measured = Measured(COLD_START, unit, labels, counts_L, values_UL, np.ones_like(values_UL))
    values, weights = ({name: column[side] for name, column in measured.columns().items()} for side in (0, 1))
    lots = []
    for lot in bootstrap(values, weights):
        lots.append(lot)
        yield None
    return measured.breakdown({name: np.concatenate([lot[name] for lot in lots]) for name in values})


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
        raise SettingError(said("Lists are cut at 1 or more titles, not at {ks}.", ks=min(ks)), ks=tuple(ks))
    cuts = tuple(sorted(set(ks))) if model.can.ranks else ()
    rates = errors and model.can.predicts_ratings and _ratings_differ(held_out)
    return Question(candidates_I, cuts, 1.0 if weight is None else weight, rates, counts_I)


def _ratings_differ(held_out: HeldOut) -> bool:
    """Whether ratings say how much somebody liked something; where all are the same they only say that."""
    known = [side.ratings_N[~np.isnan(side.ratings_N)] for side in (held_out.fold_in, held_out.to_find)]
    bounds = {float(bound) for some_N in known if len(some_N) for bound in (some_N.min(), some_N.max())}
    return len(bounds) > 1


def _result(held_out: HeldOut, tally: Tally, *, stopped: bool) -> EvaluationResult:
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
        said("Nobody among the held-out people has anything to find."),
        remedy=said("Choose a split that holds out more."),
    )


def _not_measurable(metric: str, model: Model) -> SettingError:
    return SettingError(
        said("{metric} cannot be measured for {name} on these people.", metric=metric, name=model.name),
        remedy=said("Choose another metric."),
        metric=metric,
    )
