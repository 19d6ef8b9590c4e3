"""A run in words: the plan, the figures while it learns, and what happened when it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_rec.training.curves import TrainingState
from desktop_rec.training.progress_parts import Outcome, OutcomeAction
from engine.evaluation.metrics import metric_title
from engine.evaluation.result import describe_held_out
from engine.models.registry import ModelKind, title_of
from engine.text import format_clock, format_count, format_duration, format_figure, format_rate, format_size, plural
from engine.training.curve_text import read_curves
from engine.wording import joined, said, singular_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.evaluation.result import EvaluationResult
    from engine.events import RateChanged
    from engine.library.run_record import RunRecord
    from engine.operations import FinishedRun
    from engine.training.config import TrainingConfig

SEE_LIST = OutcomeAction("for_you", said("See recommendations"), said("Use this model, and open For you"))
USE_EASE = OutcomeAction("use_ease", said("Switch to {model}", model=title_of("ease")), said("Compute this model now"))
PLAN_AGAIN = OutcomeAction(
    "plan", said("Plan another run"), said("Back to the plan, to start anew with other settings")
)
SAME_PLAN = OutcomeAction(
    "same_plan", said("Use its plan again"), said("Put all settings of this run into the plan at the left")
)
GO_ON = OutcomeAction("go_on", said("Continue training"), said("Go on where it stopped, as if it had never stopped"))
MORE = OutcomeAction(
    "more", said("More epochs…"), said("Train it for longer; what the schedule does then is said first")
)
DISCARD = OutcomeAction("discard", said("Discard this run"), said("Throw the run away (Ctrl+Z brings it back)"))

_SHOWN_METRICS = ("ndcg@100", "recall@20", "recall@50", "rmse")


def describe_plan(kind: ModelKind, training: TrainingConfig | None, *, drawn_lr: float) -> str:
    """What will happen when Start is pressed."""
    is_what = joined(kind.sentence, kind.abilities)
    if training is None:
        return joined(is_what, said("Its stages are shown here while it is computed."))
    if training.lr is None:
        return joined(
            is_what,
            said(
                "First a short sweep finds the learning rate; then the curves grow here. Until then the schedule is "
                "drawn for {rate}.",
                rate=format_rate(drawn_lr),
            ),
        )
    return joined(is_what, said("The curves grow here once it runs."))


def figures(state: TrainingState, *, paused: bool, memory_bytes: int | None = None) -> tuple[str, ...]:
    """The strip: epoch 12 of 40, best 0.412 at 9, 3,120 people/s, CPU float32, 1.2 GB in use, 0:41, 1:12 left."""
    if state.started is None:
        return ()
    started, best = state.started, state.best
    place = "CPU" if started.device.startswith("cpu") else "GPU"
    epoch = max(state.epoch, len(state.epochs), 1)
    return (
        said(
            "epoch {epoch} of {epochs}",
            epoch=format_count(epoch),
            epochs=format_count(started.total_epochs),
        ),
        said("best {value} at {epoch}", value=format_figure(best.monitored), epoch=best.epoch)
        if best is not None
        else "",
        f"{format_count(state.examples_per_second)} {singular_of(started.unit)}/s" if state.examples_per_second else "",
        f"{place} {started.precision}",
        said("{size} in use", size=format_size(memory_bytes)) if memory_bytes else "",
        format_clock(state.elapsed_s),
        _time_left(state, paused=paused),
        stage_now(state),
    )


def describe_curves(state: TrainingState) -> str:
    """What the curves so far say: training against validation."""
    by_time = state.split_kind == "time"
    return read_curves(state.epochs, hides=state.hides, by_time=by_time, ended=not state.running).words


def stage_now(state: TrainingState) -> str:
    """The stage in which a run that learns by steps is, where it is not learning itself."""
    stage = state.stages[-1] if state.stages else None
    if stage is None or stage.done or stage.stage == "training" or not state.running:
        return ""
    return stage.words


def outcome(state: TrainingState) -> Outcome | None:
    """What happened, once nothing runs any more; None while it runs or before there was a run."""
    if state.running or not state.model:
        return None
    title = title_of(state.model)
    if state.discarded and state.finished is None:
        return Outcome(
            said("{title} was stopped before anything was learned", title=title), (said("Nothing was saved."),)
        )
    if state.discarded:
        return Outcome(said("{title} was discarded", title=title), (said("Ctrl+Z brings it back."),))
    if state.failure is not None:
        return Outcome(
            said("{title} could not be trained", title=title),
            (state.failure.sentence, state.failure.remedy),
            "",
            (PLAN_AGAIN,),
        )
    if state.finished is None:
        return None
    return _finished(state, state.finished, title=title)


def _finished(state: TrainingState, finished: FinishedRun, *, title: str) -> Outcome:
    run = finished.trained
    heading = (
        said("{title} stopped", title=title)
        if run.stopped
        else said("{title} diverged", title=title)
        if run.diverged
        else said("{title} is ready", title=title)
    )
    sentences = [run.stopped_because]
    if run.best_epoch is not None and run.best_value is not None:
        sentences.append(
            said(
                "The best epoch was {epoch} ({metric} {value}); its weights are the ones saved.",
                epoch=run.best_epoch,
                metric=metric_title(run.monitor),
                value=format_figure(run.best_value),
            )
        )
    if finished.evaluation is not None:
        sentences.append(_describe_evaluation(finished.evaluation, state.split_kind))
    sentences += [finished.chosen, _took(finished, state.rate_changes), state.in_use_text]
    advice = " ".join(dict.fromkeys(words for words in (*state.advice, finished.advice) if words))
    actions = [SEE_LIST, *_ways_on(state, finished), PLAN_AGAIN, SAME_PLAN, DISCARD]
    if finished.better_model == "ease":
        actions.insert(0, USE_EASE)
    return Outcome(heading, tuple(sentence for sentence in sentences if sentence), advice, tuple(actions))


def _ways_on(state: TrainingState, finished: FinishedRun) -> tuple[OutcomeAction, ...]:
    """How a run that learned by steps can learn further."""
    run = finished.trained
    if state.started is None or run.diverged:
        return ()
    return (GO_ON,) if run.stopped and run.epochs < state.started.total_epochs else (MORE,)


def describe_end(state: TrainingState) -> tuple[str, str, bool]:
    """What a run that is over was called, how it went in a few words, and whether well."""
    title = title_of(state.model)
    if state.failure is not None:
        return title, said("could not be trained: {sentence}", sentence=state.failure.sentence), False
    if state.finished is None or state.discarded:
        return title, said("was discarded"), True
    run = state.finished.trained
    how = said("diverged") if run.diverged else said("was stopped") if run.stopped else said("is ready")
    if run.best_value is not None:
        metric, value = metric_title(run.monitor), format_figure(run.best_value)
        how = said("{ended}, best {metric} {value}", ended=how, metric=metric, value=value)
    return title, how, not run.diverged


def describe_interrupted(run: RunRecord) -> tuple[str, str]:
    """Which run its process left unfinished and where it can go on, and what is lost at most."""
    return (
        joined(said("The training of {title} was cut off.", title=run.title), run.stopped_because),
        said("At most one epoch, or the last 30 seconds before that, is learned again."),
    )


def _describe_evaluation(evaluation: EvaluationResult, split_kind: str) -> str:
    """What was measured on held-out people, with the interval in which 95 of 100 such groups would lie."""
    figures = []
    for name in _SHOWN_METRICS:
        metric = evaluation.metrics.get(name)
        if metric is not None:
            between = ""
            if metric.low is not None and metric.high is not None:
                between = said("{low} to {high}", low=format_figure(metric.low), high=format_figure(metric.high))
                between = f" ({between})"
            figures.append(f"{metric_title(name)} {format_figure(metric.value)}{between}")
    held_out = describe_held_out(split_kind, evaluation.people)
    return said("Evaluated on {people}: {figures}.", people=held_out, figures=", ".join(figures)) if figures else ""


def _took(finished: FinishedRun, changes: Sequence[RateChanged]) -> str:
    """How long it took at which rate, and to which a person changed that last."""
    run = finished.trained
    if not run.steps:
        return said("It took {time}.", time=format_duration(run.seconds))
    steps, took = plural(run.steps, "step"), format_duration(run.seconds)
    if not finished.lr:
        return said("{steps} took {time}.", steps=steps, time=took)
    rate = format_rate(finished.lr)
    if not changes:
        return said("{steps} took {time} at rate {rate}.", steps=steps, time=took, rate=rate)
    last = changes[-1]
    return said(
        "{steps} took {time} at rate {rate}, changed by you to {new} at step {step:,}.",
        steps=steps,
        time=took,
        rate=rate,
        new=format_rate(last.lr),
        step=last.step + 1,
    )


def _time_left(state: TrainingState, *, paused: bool) -> str:
    if paused:
        return "paused"
    return said("{time} left", time=format_clock(state.remaining_s)) if state.remaining_s is not None else ""
