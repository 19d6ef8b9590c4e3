"""A run beside others of its split and the baselines: figures, differences, curves and breakdowns, as plain values.

No Qt. `compare_runs` is a job (see engine.events), driven on a worker thread.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.evaluation.metrics import METRICS, describe_metric, higher_is_better, improvement_percent
from engine.events import EpochEnded, Job
from engine.models.registry import title_of
from engine.text import format_figure
from engine.wording import said

if TYPE_CHECKING:
    from engine.evaluation.breakdown import Breakdown
    from engine.evaluation.intervals import Interval
    from engine.evaluation.result import EvaluationResult
    from engine.library.run_record import RunRecord
    from engine.library.store import Library

POPULARITY, BIASES, EASE = "baseline:popularity", "baseline:biases", "baseline:ease"
MAIN_SET = said("The main figures")
STARS_SET = said("Predicted ratings")
_MAIN = ("ndcg@100", "recall@20", "precision@20", "rmse", "coverage@100", "novelty@100")

Differences = Mapping[tuple[str, str], "Interval"]
"""(key of the other, metric) -> how much greater the chosen model's figure is, pairwise on the same people."""


@dataclass(frozen=True)
class EvaluatedModel:
    """A run or a baseline with its figures. `place` numbers the runs (their colour); None for baselines."""

    key: str
    name: str
    metrics: Mapping[str, Interval]
    place: int | None = None


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Names of runs without the settings after their comma, where they still differ."""
    short = tuple(name.split(",")[0] for name in names)
    return short if len(set(short)) == len(short) else tuple(names)


@dataclass(frozen=True)
class FigureRow:
    """One model's figure of one metric. `better`: of a run by how much per cent it is better than each baseline."""

    name: str
    place: int | None
    figure: Interval
    is_best: bool
    better: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class MetricFigures:
    """One metric over all models that have it. `about` says what it is and which way is better."""

    metric: str
    about: str
    rows: tuple[FigureRow, ...] = ()


@dataclass(frozen=True)
class RunComparison:
    """The run `chosen` among the evaluated ones of its group, baselines last.

    differences: of the chosen run from each other, where both are stored person by person. curves: by run. breakdowns:
    of the chosen run. baseline_breakdowns: of the most liked and of averages. has_per_person: whether the chosen run's
    evaluation is stored person by person.
    """

    chosen: str
    models: tuple[EvaluatedModel, ...]
    people: int = 0
    differences: Differences = field(default_factory=dict)
    curves: Mapping[str, tuple[EpochEnded, ...]] = field(default_factory=dict)
    breakdowns: tuple[Breakdown, ...] = ()
    baseline_breakdowns: tuple[Breakdown, ...] = ()
    has_per_person: bool = False

    @property
    def own(self) -> EvaluatedModel | None:
        """The chosen run's figures; None where it was not evaluated."""
        return next((model for model in self.models if model.key == self.chosen), None)

    @property
    def others(self) -> tuple[EvaluatedModel, ...]:
        return tuple(model for model in self.models if model.key != self.chosen)


def compare_runs(
    library: Library,
    runs: Sequence[RunRecord],
    *,
    chosen: str,
    places: Mapping[str, int],
    baselines: Mapping[str, EvaluationResult],
) -> Job[RunComparison]:
    """The figures of runs of one group, the chosen one's differences from all others, and the curves."""
    yield None
    evaluated = [run for run in runs if run.metrics]
    results = {run.run_id: library.runs.evaluation(run.run_id) for run in evaluated}
    results |= {f"baseline:{name}": result for name, result in baselines.items()}
    models = [EvaluatedModel(run.run_id, run.title, _intervals(run), places.get(run.run_id, 0)) for run in evaluated]
    taken = {model.name for model in models}
    models += [
        EvaluatedModel(f"baseline:{name}", baseline_title(name, taken), result.metrics)
        for name, result in baselines.items()
    ]
    stored = {key: result for key, result in results.items() if result is not None}
    own = stored.get(chosen)
    record = next((run for run in runs if run.run_id == chosen), None)
    return RunComparison(
        chosen=chosen,
        models=tuple(models),
        people=record.people_evaluated if record is not None else 0,
        differences=(yield from _differences(chosen, stored)),
        curves={run.run_id: library.runs.curves(run.run_id) for run in runs},
        breakdowns=own.breakdowns if own is not None else (),
        baseline_breakdowns=tuple(
            breakdown for key in (POPULARITY, BIASES) if key in stored for breakdown in stored[key].breakdowns
        ),
        has_per_person=own is not None,
    )


def baseline_title(name: str, taken: Collection[str] = ()) -> str:
    """What a baseline is called on the screen, where a run beside it may have its name."""
    title = said("Averages") if name == "biases" else title_of(name)
    return said("{title} (baseline)", title=title) if title in taken else title


def metric_sets(models: Sequence[EvaluatedModel]) -> dict[str, tuple[str, ...]]:
    """The metrics that any of these models has, under what they can be chosen by; the main figures first."""
    there = {name for model in models for name in model.metrics}
    cuts = sorted({int(name.partition("@")[2]) for name in there if "@" in name})
    sets: dict[str, tuple[str, ...]] = {MAIN_SET: _MAIN}
    shown = [metric for metric in METRICS.values() if metric.is_shown]
    lists = sorted((metric.name for metric in shown if not metric.needs_ratings), key=lambda name: "ndcg" not in name)
    sets |= {said("Lists of {cut}", cut=cut): tuple(f"{name}@{cut}" for name in lists) for cut in cuts}
    sets[STARS_SET] = tuple(metric.name for metric in shown if metric.needs_ratings)
    found = {title: tuple(name for name in names if name in there) for title, names in sets.items()}
    return {title: names for title, names in found.items() if names}


def figures_of(models: Sequence[EvaluatedModel], metrics: Sequence[str]) -> tuple[MetricFigures, ...]:
    """Each metric's figures in the order of the models; the best of two or more, as it reads, is marked."""
    return tuple(_figures(models, metric) for metric in metrics)


def _figures(models: Sequence[EvaluatedModel], metric: str) -> MetricFigures:
    having = [model for model in models if metric in model.metrics]
    higher = higher_is_better(metric)
    best = ""
    if higher is not None and len(having) > 1:
        values = [model.metrics[metric].value for model in having]
        best = format_figure(max(values) if higher else min(values))
    rows = [
        FigureRow(model.name, model.place, figure, format_figure(figure.value) == best, _better(model, having, metric))
        for model, figure in ((model, model.metrics[metric]) for model in having)
    ]
    return MetricFigures(metric, describe_metric(metric), tuple(rows))


def _better(model: EvaluatedModel, others: Sequence[EvaluatedModel], metric: str) -> tuple[tuple[str, float], ...]:
    if model.place is None:
        return ()
    value = model.metrics[metric].value
    found = (
        (other.name, improvement_percent(metric, value, other.metrics[metric].value))
        for other in others
        if other.place is None
    )
    return tuple((name, percent) for name, percent in found if percent is not None)


def _differences(chosen: str, results: Mapping[str, EvaluationResult]) -> Job[dict[tuple[str, str], Interval]]:
    """Of what is described in words; control goes back after each of the others."""
    from engine.evaluation.result import differences

    found: dict[tuple[str, str], Interval] = {}
    own = results.get(chosen)
    for key, other in results.items():
        metrics = _compared(own, other) if own is not None and key != chosen else ()
        if own is not None and metrics:
            found |= {(key, name): apart for name, apart in differences(own, other, metrics=metrics).items()}
            yield None
    return found


def _compared(own: EvaluationResult, other: EvaluationResult) -> tuple[str, ...]:
    """One metric of lists by its least and one by its greatest cut, and the error of ratings, where both have them."""
    cuts = sorted({int(name.partition("@")[2]) for name in own.metrics if name.startswith("precision@")})
    wanted = (f"precision@{cuts[0]}", f"ndcg@{cuts[-1]}", "mae") if cuts else ("mae",)
    return tuple(name for name in wanted if name in own.per_person and name in other.per_person)


def _intervals(run: RunRecord) -> dict[str, Interval]:
    from engine.evaluation.intervals import Interval

    return {
        name: Interval(float(metric["value"] or 0.0), metric.get("low"), metric.get("high"))
        for name, metric in run.metrics.items()
        if metric.get("value") is not None
    }
