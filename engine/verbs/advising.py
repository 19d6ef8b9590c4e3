"""Whether a simpler model would have done better on these data: `ease`, fitted on the same split, compared person by
person on the validation people.

Wires evaluation behind a finished run; what it says is advice, never a failure.
"""

from __future__ import annotations

from engine.data.dataset import Dataset
from engine.data.split import Split
from engine.errors import EngineError
from engine.evaluation.intervals import Interval
from engine.evaluation.protocol import Judgement, compare, judge
from engine.events import Job, StageStarted, Stop
from engine.models.base import ClosedFormModel, Model
from engine.verbs.preparing import fresh_model

_METRIC, _CUT = "ndcg@100", 100
_MOST_TITLES = 15_000


def advice_on(model: Model, split: Split, dataset: Dataset) -> Job[str]:
    """A sentence where `ease` is the better or the equal and quicker choice; "" where the model earns its keep.

    Nothing is said of data sets where fitting `ease` would take minutes, or without validation people. A Stop ends it.
    """
    if split.validation is None or not model.can.learns_by_steps or dataset.titles > _MOST_TITLES:
        return ""
    yield StageStarted("comparing", "Comparing with EASE on the validation people")
    ease = fresh_model("ease", None, dataset, seed=1)
    assert isinstance(ease, ClosedFormModel), "ease is computed at once"
    try:
        yield from ease.fit(split.train)
        theirs = yield from _judged(ease, split)
        ours = yield from _judged(model, split)
        if theirs.stopped or ours.stopped:
            return ""
        return _sentence(model.name, ours, theirs, compare(theirs, ours, _METRIC))
    except (EngineError, Stop):
        return ""


def _judged(model: Model, split: Split) -> Job[Judgement]:
    assert split.validation is not None, "asked only where there are validation people"
    return (yield from judge(model, split.validation, candidates_I=split.candidates_I, ks=(_CUT,), intervals=False))


def _sentence(name: str, ours: Judgement, theirs: Judgement, gain: Interval) -> str:
    figures = f"NDCG@100 {theirs.metrics[_METRIC].value:.3f} against {ours.metrics[_METRIC].value:.3f}"
    where = f"on the {theirs.people:,} validation people"
    if gain.low is not None and gain.low > 0:
        return f"On these data ease is the better choice: {figures} of {name} {where}. It is computed in seconds."
    if gain.high is not None and gain.high < 0:
        return ""
    return f"On these data ease does about as well in seconds: {figures} of {name} {where}, too close to tell apart."
