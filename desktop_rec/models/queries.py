"""What the quality desk asks of the engine, as generators that are made and driven on a job thread.

Stands beside work.py. Module functions, never lambdas: they cross threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop_rec.models.figures import Judged
from desktop_rec.models.meaning import BASELINE_NAMES, BIASES, POPULARITY
from desktop_rec.models.picture import QualityPicture
from engine.errors import DataError
from engine.events import Job

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.profiles import Profile
    from engine.evaluation.intervals import Interval
    from engine.evaluation.result import EvaluationResult
    from engine.library.run_record import RunRecord
    from engine.library.store import Library
    from engine.models.popularity import Popularity
    from engine.recommending.recommender import Recommender
    from engine.recommending.user_evaluation import UserEvaluation


@dataclass(frozen=True)
class Known:
    """How well a run's model knows a person; `usual` is the floor, kept for the next question on this data set."""

    run_id: str
    knowledge: UserEvaluation
    usual: Popularity


def compare_runs(
    library: Library,
    runs: Sequence[RunRecord],
    *,
    chosen: str,
    places: Mapping[str, int],
    baselines: Mapping[str, EvaluationResult],
) -> Job[QualityPicture]:
    """The figures of runs of one group, the chosen one's differences from all others, and the curves."""
    yield None
    judgements = {one.run_id: library.runs.evaluation(one.run_id) for one in runs if one.metrics}
    judged = [Judged(one.run_id, one.name, _intervals(one), places.get(one.run_id, 0)) for one in runs if one.metrics]
    floors = {f"baseline:{name}": baseline for name, baseline in baselines.items()}
    judged += [Judged(key, BASELINE_NAMES.get(key, key), floor.metrics) for key, floor in floors.items()]
    kept = {key: judgement for key, judgement in (judgements | floors).items() if judgement is not None}
    differences = yield from _differences(chosen, kept)
    own = kept.get(chosen)
    record = next((one for one in runs if one.run_id == chosen), None)
    usual = [floors[key] for key in (POPULARITY, BIASES) if key in floors]
    return QualityPicture(
        chosen=chosen,
        judged=tuple(judged),
        people=record.people_evaluated if record is not None else 0,
        differences=differences,
        curves={run.run_id: library.runs.curves(run.run_id) for run in runs},
        breakdowns=own.breakdowns if own is not None else (),
        usual_breakdowns=tuple(part for one in usual for part in one.breakdowns),
        is_kept=own is not None,
    )


def baselines(library: Library, dataset: Dataset, split: Mapping[str, Any]) -> Job[dict[str, EvaluationResult]]:
    """The floors on the people of a split; computed once and kept by the engine."""
    from engine import operations
    from engine.data.split import SplitConfig

    return (yield from operations.baselines(library, dataset, SplitConfig.from_dict(split)))


def know_me(
    library: Library, run_id: str, profile: Profile, *, at_hand: Recommender | None, usual: Popularity | None
) -> Job[Known]:
    """How well the model of a run knows a person; `at_hand` is its recommender where it is in use already."""
    from engine import operations
    from engine.recommending.user_evaluation import evaluate_user, fit_baseline

    yield None
    recommender = at_hand if at_hand is not None else operations.recommender_of(library, run_id)
    found = recommender.match(profile)
    if usual is None:
        usual = yield from fit_baseline(recommender)
    knowledge = yield from evaluate_user(recommender, found.history, baseline=usual, seen_rows=found.seen_rows)
    return Known(run_id, knowledge, usual)


def judge(library: Library, run_id: str) -> Job[EvaluationResult]:
    """Evaluate a run on its own held-out people, saved with the run; a Stop saves nothing."""
    from engine import operations

    return (yield from operations.evaluate(library, run_id))


def _differences(chosen: str, kept: Mapping[str, EvaluationResult]) -> Job[dict[tuple[str, str], Interval]]:
    """Pairwise on the same people, in what is said in words; control goes back after each."""
    from engine.evaluation.result import compare

    found: dict[tuple[str, str], Interval] = {}
    own = kept.get(chosen)
    if own is None:
        return found
    for key, other in kept.items():
        for metric in _compared(own, other) if key != chosen else ():
            try:
                found[key, metric] = compare(own, other, metric)
            except DataError:
                continue
            yield None
    return found


def _compared(own: EvaluationResult, other: EvaluationResult) -> tuple[str, ...]:
    """One metric of lists by its least and one by its greatest cut, and the error of ratings, where both have them."""
    cuts = sorted({int(name.partition("@")[2]) for name in own.metrics if name.startswith("precision@")})
    wanted = (f"precision@{cuts[0]}", f"ndcg@{cuts[-1]}", "mae") if cuts else ("mae",)
    return tuple(one for one in wanted if one in own.per_person and one in other.per_person)


def _intervals(run: RunRecord) -> dict[str, Interval]:
    from engine.evaluation.intervals import Interval

    return {
        name: Interval(float(metric["value"] or 0.0), metric.get("low"), metric.get("high"))
        for name, metric in run.metrics.items()
        if metric.get("value") is not None
    }
