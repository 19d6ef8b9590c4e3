"""What a stored run is worth on the held-out people, what the baselines are worth there, and advice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from engine.data.dataset import Dataset
from engine.data.split import Split, SplitConfig, make_split
from engine.device import use_cores
from engine.errors import DataError, DeviceError, EngineError, SettingError, TrainingError
from engine.evaluation.breakdown import ERRORS_BY_RATING, KNOWN_AND_NEW
from engine.evaluation.intervals import Interval
from engine.evaluation.metrics import needs_ratings
from engine.evaluation.protocol import DEFAULT_CUTS, evaluate_model
from engine.evaluation.result import EvaluationResult, compare
from engine.events import Job, StageStarted, Stop
from engine.library.run_record import RunRecord
from engine.library.store import Library
from engine.models.base import ClosedFormModel, Model
from engine.models.registry import kind_of, title_of
from engine.operations.preparing import fresh_model
from engine.operations.recommending import model_of
from engine.training.memory import is_compared
from engine.training.settling import settle
from engine.wording import joined, said

COLD_START_PEOPLE = 200
"""How many of the test people are evaluated again and again with less of their profiles. Their interval is narrow
enough, and models that take long to rank stay bearable."""
POPULARITY, BIASES, EASE = "popularity", "biases", "ease"
BASELINE_TITLES = {POPULARITY: title_of(POPULARITY), BIASES: "Averages", EASE: title_of(EASE)}
"""What the baselines are called where people read it; "Averages" is μ + b_u + b_i."""

_MOST_TITLES_FOR_EASE = 10_000
_OF_ERRORS = (ERRORS_BY_RATING, KNOWN_AND_NEW)
_METRIC, _CUT, _ERROR = "ndcg@100", 100, "rmse"
_FEW_PEOPLE = 2_000


@dataclass(frozen=True)
class Advice:
    """What to do instead, in words ("" for nothing), and the model that would do better."""

    words: str = ""
    better_model: str | None = None


def evaluate(
    library: Library,
    run_id: str,
    *,
    protocol: str | None = None,
    ks: Sequence[int] = DEFAULT_CUTS,
    weight: float | None = None,
) -> Job[EvaluationResult]:
    """Evaluate a run on its test people, with the cold-start curve, and save that with the run.

    Parameters
    ----------
    library, run_id
        Where the run is, and its id or name.
    protocol
        How people or ratings were held out; None for that of the run. No other can be evaluated.
    ks
        Lengths of lists, beside the default ones.
    weight
        The presence weight of models that mix (None: by presence alone); with a weight nothing is saved.

    Returns
    -------
    EvaluationResult
        After a Stop that of the people so far, marked as stopped and not saved.

    Raises
    ------
    SettingError, DataError, LibraryError
        Where the run was not trained for the protocol, holds nobody out, or cannot be used or written to.

    Examples
    --------
    ::

        result = drive(operations.evaluate(library, "latest"))
    """
    record = library.runs.find(run_id)
    _refuse_other_protocol(record, protocol)
    use_cores()
    dataset = library.dataset_of(record)
    model = model_of(library.runs.load(record.run_id), dataset)
    yield StageStarted("splitting", said("Setting the same people aside again"))
    split = make_split(dataset, SplitConfig.from_dict(record.split_config))
    if split.test is None:
        raise DataError(said("The split of the run {record} holds nobody out to evaluate on.", record=record.name))
    evaluation = yield from _on_test(model, split, ks, weight)
    if weight is None and not evaluation.stopped:
        library.runs.save_evaluation(record.run_id, evaluation)
    return evaluation


def baselines(
    library: Library, dataset: Dataset, split_config: SplitConfig, *, ks: Sequence[int] = DEFAULT_CUTS
) -> Job[dict[str, EvaluationResult]]:
    """The evaluations of the baselines ("popularity", "biases", and "ease" where it fits) on a split's test people.

    Saved once all are there; worked out again only for unusual lengths of lists. Raises DataError for nobody held out.

    Examples
    --------
    ::

        found = drive(operations.baselines(library, dataset, SplitConfig(kind="random")))
    """
    stored = library.baselines.find(dataset.fingerprint, split_config)
    if stored is not None and all(f"recall@{k}" in stored[POPULARITY].metrics for k in ks):
        return stored
    use_cores()
    yield StageStarted("splitting", said("Setting the same people aside again"))
    split = make_split(dataset, split_config)
    if split.test is None:
        raise DataError(
            said(
                "The split {kind} holds nobody out, so there is nothing to hold a model against.",
                kind=split_config.kind,
            ),
            remedy=said("Choose another split."),
        )
    found = _lists_and_errors((yield from _evaluated(POPULARITY, dataset, split, ks)))
    if dataset.titles <= _MOST_TITLES_FOR_EASE:
        try:
            found[EASE] = yield from _evaluated(EASE, dataset, split, ks)
        except (DeviceError, TrainingError):
            yield None
    library.baselines.save(dataset.fingerprint, split_config, found)
    return found


def advice_on(model: Model, split: Split, dataset: Dataset, *, learned_s: float = inf) -> Job[Advice]:
    """A sentence where `ease` (if quick) or averages do better on the validation people. A Stop ends it.

    Where asking the model takes longer than it learned, that is said.
    """
    if split.validation is None or not is_compared(kind_of(model.name, model.config), dataset.titles):
        return Advice()
    yield StageStarted("comparing", said("Comparing with {model} on the validation people", model=kind_of(EASE).title))
    try:
        theirs = yield from _on_validation((yield from _fitted("ease", split, dataset)), split)
        if theirs.stopped:
            return Advice()
        ours = yield from _on_validation(model, split, learned_s=learned_s)
        if ours.stopped:
            return Advice()
        advice = _advice(model, ours, theirs, compare(theirs, ours, _METRIC), few_people=len(split.train) < _FEW_PEOPLE)
        if not kind_of(model.name).only_rates:
            return advice
        averages = yield from _on_validation((yield from _fitted("popularity", split, dataset)), split)
        words = "" if averages.stopped else _on_ratings(ours, averages)
        return replace(advice, words=joined(words, advice.words))
    except (EngineError, Stop):
        return Advice()


def _refuse_other_protocol(record: RunRecord, protocol: str | None) -> None:
    trained_for = str(record.split_config["kind"])
    if trained_for == "none":
        raise SettingError(
            said(
                "The run {record} learned from everything (split none), so there is nobody left to evaluate it on.",
                record=record.name,
            ),
            remedy=said("Train with another split to evaluate the model."),
            run=record.run_id,
        )
    if protocol is not None and protocol != trained_for:
        raise SettingError(
            said(
                "The run {record} was trained for the protocol {trained_for}; evaluating it by "
                "{protocol} would test it on ratings that it has learned from.",
                record=record.name,
                trained_for=trained_for,
                protocol=protocol,
            ),
            remedy=said(
                "Evaluate it by {trained_for}, or train with --split {protocol}.",
                trained_for=trained_for,
                protocol=protocol,
            ),
            run=record.run_id,
        )


def _evaluated(name: str, dataset: Dataset, split: Split, ks: Sequence[int]) -> Job[EvaluationResult]:
    evaluation = yield from _on_test((yield from _fitted(name, split, dataset)), split, ks)
    if evaluation.stopped:
        raise Stop
    return evaluation


def _fitted(name: str, split: Split, dataset: Dataset) -> Job[Model]:
    config = (yield from settle(name, None, split, entries=dataset.entries)).config
    model = fresh_model(name, config, dataset, seed=1)
    assert isinstance(model, ClosedFormModel), "only these are simple"
    yield from model.fit(split.train)
    return model


def _on_test(model: Model, split: Split, ks: Sequence[int], weight: float | None = None) -> Job[EvaluationResult]:
    assert split.test is not None, "asked only where somebody is held out"
    return (
        yield from evaluate_model(
            model,
            split.test,
            candidates_I=split.candidates_I,
            ks=(*ks, *DEFAULT_CUTS),
            weight=weight,
            counts_I=np.bincount(split.train.item_rows_N, minlength=split.titles),
            cold_start_people=COLD_START_PEOPLE,
        )
    )


def _lists_and_errors(evaluation: EvaluationResult) -> dict[str, EvaluationResult]:
    """The evaluation of the model that ranks by popularity and rates by biases, as those of two baselines."""
    found = {POPULARITY: _part(evaluation, errors=False)}
    if "rmse" in evaluation.metrics:
        found[BIASES] = _part(evaluation, errors=True)
    return found


def _part(evaluation: EvaluationResult, *, errors: bool) -> EvaluationResult:
    return replace(
        evaluation,
        metrics={name: metric for name, metric in evaluation.metrics.items() if needs_ratings(name) == errors},
        per_person={name: values for name, values in evaluation.per_person.items() if needs_ratings(name) == errors},
        breakdowns=tuple(breakdown for breakdown in evaluation.breakdowns if (breakdown.name in _OF_ERRORS) == errors),
    )


def _on_validation(model: Model, split: Split, *, learned_s: float = inf) -> Job[EvaluationResult]:
    assert split.validation is not None, "asked only where there are validation people"
    return (
        yield from evaluate_model(
            model,
            split.validation,
            candidates_I=split.candidates_I,
            ks=(_CUT,),
            intervals=False,
            learned_s=learned_s,
        )
    )


def _advice(
    model: Model, ours: EvaluationResult, theirs: EvaluationResult, gain: Interval, *, few_people: bool
) -> Advice:
    ease, title = title_of(EASE), title_of(model.name)
    figures = said(
        "NDCG@100 {theirs:.3f} against {ours:.3f} of {title} on the {people:,} validation people",
        theirs=theirs.metrics[_METRIC].value,
        ours=ours.metrics[_METRIC].value,
        title=title,
        people=theirs.people,
    )
    rates = model.can.predicts_ratings
    if gain.low is not None and gain.low > 0:
        if few_people and rates:
            better = said(
                "On data this small {ease} is the better choice for lists: {figures}.", ease=ease, figures=figures
            )
        elif few_people:
            better = said("On data this small {ease} is the better choice: {figures}.", ease=ease, figures=figures)
        elif rates:
            better = said("On these data {ease} is the better choice for lists: {figures}.", ease=ease, figures=figures)
        else:
            better = said("On these data {ease} is the better choice: {figures}.", ease=ease, figures=figures)
        if rates:
            words = joined(better, said("It is computed in seconds; it predicts no ratings."))
        else:
            words = joined(better, said("It is computed in seconds."))
        return Advice(words, "ease")
    if gain.high is not None and gain.high < 0:
        return Advice()
    if rates:
        words = said(
            "{ease} does about as well for lists in seconds: {figures}, too close to tell apart.",
            ease=ease,
            figures=figures,
        )
    else:
        words = said(
            "{ease} does about as well in seconds: {figures}, too close to tell apart.", ease=ease, figures=figures
        )
    return Advice(words, "ease")


def _on_ratings(ours: EvaluationResult, averages: EvaluationResult) -> str:
    """A sentence where averages of title and person are nearer to the ratings than chance explains, or ""."""
    if _ERROR not in ours.per_person or _ERROR not in averages.per_person:
        return ""
    worse = compare(ours, averages, _ERROR)
    if worse.low is None or worse.low <= 0:
        return ""
    figures = said(
        "RMSE {value:.3f} against {value_2:.3f}",
        value=averages.metrics[_ERROR].value,
        value_2=ours.metrics[_ERROR].value,
    )
    return said(
        "Averages of title and person predict the validation ratings better than this model does: {figures}.",
        figures=figures,
    )
