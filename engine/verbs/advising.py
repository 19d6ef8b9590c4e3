"""Whether a simpler model would have done better on these data: `ease` by its lists and, where a model only predicts
ratings, averages by theirs; fitted on the same split, compared person by person on what is held out to validate on.

Wires evaluation behind a finished run; what it says is advice, never a failure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.data.dataset import Dataset
from engine.data.split import Split
from engine.errors import EngineError
from engine.evaluation.intervals import Interval
from engine.evaluation.protocol import Judgement, compare, judge
from engine.events import Job, StageStarted, Stop
from engine.models.base import ClosedFormModel, Model
from engine.models.registry import kind_of
from engine.verbs.preparing import fresh_model

_METRIC, _CUT, _ERROR = "ndcg@100", 100, "rmse"
_MOST_TITLES = 15_000
_FEW_PEOPLE = 2_000


@dataclass(frozen=True)
class Advice:
    """What to do instead, in words ("" for nothing), and the model that would do better."""

    words: str = ""
    better_model: str | None = None


def advice_on(model: Model, split: Split, dataset: Dataset) -> Job[Advice]:
    """Words where `ease` is the better or the equal and quicker choice, or averages foretell ratings better; none where
    the model earns its keep.

    Nothing is said of data sets where fitting `ease` would take minutes, or without validation people. A Stop ends it.
    """
    if split.validation is None or not model.can.learns_by_steps or dataset.titles > _MOST_TITLES:
        return Advice()
    yield StageStarted("comparing", "Comparing with EASE on the validation people")
    try:
        theirs = yield from _simple("ease", split, dataset)
        if theirs.stopped:
            return Advice()
        ours = yield from _judged(model, split)
        if ours.stopped:
            return Advice()
        advice = _advice(model, ours, theirs, compare(theirs, ours, _METRIC), few_people=len(split.train) < _FEW_PEOPLE)
        if not kind_of(model.name).only_rates:
            return advice
        averages = yield from _simple("popularity", split, dataset)
        words = "" if averages.stopped else _on_ratings(ours, averages)
        return replace(advice, words=" ".join(filter(None, (words, advice.words))))
    except (EngineError, Stop):
        return Advice()


def _simple(name: str, split: Split, dataset: Dataset) -> Job[Judgement]:
    """How good a model is that is computed at once."""
    model = fresh_model(name, None, dataset, seed=1)
    assert isinstance(model, ClosedFormModel), "only these are simple"
    yield from model.fit(split.train)
    return (yield from _judged(model, split))


def _judged(model: Model, split: Split) -> Job[Judgement]:
    assert split.validation is not None, "asked only where there are validation people"
    return (yield from judge(model, split.validation, candidates_I=split.candidates_I, ks=(_CUT,), intervals=False))


def _advice(model: Model, ours: Judgement, theirs: Judgement, gain: Interval, *, few_people: bool) -> Advice:
    ease, title = kind_of("ease").title, kind_of(model.name).title
    for_lists, no_stars = (" for lists", "; it predicts no ratings") if model.can.predicts_ratings else ("", "")
    figures = f"NDCG@100 {theirs.metrics[_METRIC].value:.3f} against {ours.metrics[_METRIC].value:.3f} of {title}"
    where = f"on the {theirs.people:,} validation people"
    if gain.low is not None and gain.low > 0:
        data = "On data this small" if few_people else "On these data"
        words = (
            f"{data} {ease} is the better choice{for_lists}: {figures} {where}. It is computed in seconds{no_stars}."
        )
        return Advice(words, "ease")
    if gain.high is not None and gain.high < 0:
        return Advice()
    words = f"{ease} does about as well{for_lists} in seconds: {figures} {where}, too close to tell apart."
    return Advice(words, "ease")


def _on_ratings(ours: Judgement, averages: Judgement) -> str:
    """A sentence where averages of title and person are nearer to the ratings than chance explains, or ""."""
    if _ERROR not in ours.per_person or _ERROR not in averages.per_person:
        return ""
    worse = compare(ours, averages, _ERROR)
    if worse.low is None or worse.low <= 0:
        return ""
    figures = f"RMSE {averages.metrics[_ERROR].value:.3f} against {ours.metrics[_ERROR].value:.3f}"
    return f"Averages of title and person foretell the validation ratings better than this model does: {figures}."
