"""What Models says of a run: its line in the list, its head, its facts, and why something is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from desktop_rec.common.predictions import may_predict
from desktop_rec.models.comparison import RunComparison
from desktop_rec.models.filtering import RunFilter, line_metric, shown_runs
from desktop_rec.models.groups import RunGroup, describe_people, describe_split
from desktop_rec.models.page import RunHeadState
from desktop_rec.models.run_list import Row, RunHeading, RunLine
from engine.data.split import split_key
from engine.evaluation.metrics import metric_title
from engine.evaluation.result import describe_held_out
from engine.models.declaration import can_write_graphs
from engine.models.registry import MODELS, title_of
from engine.text import (
    format_ago,
    format_count,
    format_duration,
    format_figure,
    format_moment,
    format_rate,
    format_size,
    join_words,
)
from engine.wording import said

if TYPE_CHECKING:
    from engine.library.run_record import RunRecord
    from engine.library.runs import RunRoom

EVALUATE_FULLY = said("Evaluate fully")


def run_rows(
    groups: Sequence[RunGroup],
    *,
    chosen: str,
    ticks: Mapping[str, bool],
    in_use: str | None,
    wanted: RunFilter = RunFilter(),
) -> tuple[Row, ...]:
    """The wanted runs under a heading for each split; those that cannot be compared with the chosen one say so."""
    rows: list[Row] = []
    for group in groups:
        is_own, shown = group.has(chosen), shown_runs(group.runs, wanted)
        if not shown:
            continue
        rows.append(_heading(group, is_own=is_own, is_only=len(groups) == 1))
        metric = line_metric(group.runs)
        places = {run.run_id: place for place, run in enumerate(reversed(group.runs))}
        for run in shown:
            run_id, is_ticked = run.run_id, ticks.get(run.run_id, False) or run.run_id == chosen
            about, figure, place = _about(run), _figure(run, metric), places[run.run_id]
            line = RunLine(run_id, run.title, about, figure, place, is_ticked, is_own, run_id == in_use, run.star)
            rows.append(line)
    return tuple(rows)


def head_state(run: RunRecord, comparison: RunComparison | None, *, in_use: str | None, asked: int = 0) -> RunHeadState:
    """The head of the chosen run; `comparison` is None while its figures are fetched.

    `asked`: how many ratings the data set's own file asks for.
    """
    is_used = run.run_id == in_use
    return RunHeadState(
        name=run.title,
        about=said(
            "{model} · trained {ago} · {split}",
            model=title_of(run.model),
            ago=format_ago(run.finished or run.created),
            split=describe_split(run.split_config),
        ),
        can_use=run.has_model and not is_used,
        use_text=said("In use") if is_used else said("Use this model"),
        can_continue=_can_continue(run),
        run_id=run.run_id,
        star=run.star,
        can_export=run.has_model and run.status != "running",
        can_duplicate=run.model in MODELS and not MODELS[run.model].made_of_runs,
        can_answer=asked > 0 and run.has_model and may_predict(run),
        evaluate_text=_evaluate_text(run, comparison),
    )


def run_facts(run: RunRecord, *, room: str = "") -> tuple[tuple[str, str], ...]:
    """What is known of a run, a line each; what there is nothing to say of is left out. `room`: what it takes."""
    epochs = said("{done:,} of {epochs:,}", done=run.epochs, epochs=run.total_epochs) if run.total_epochs else ""
    if epochs and run.best_epoch is not None and run.best_value is not None:
        epochs = said(
            "{epochs}, the best was {epoch} ({metric} {value})",
            epochs=epochs,
            epoch=run.best_epoch,
            metric=metric_title(run.monitor),
            value=format_figure(run.best_value),
        )
    kind = str(run.split_config.get("kind"))
    evaluated = describe_held_out(kind, run.people_evaluated) if run.people_evaluated else said("not yet")
    facts = (
        (said("Model"), title_of(run.model)),
        (said("How it ended"), run.stopped_because),
        (said("Held out"), describe_split(run.split_config)),
        (said("Evaluated on"), evaluated),
        (said("Epochs"), epochs),
        (said("Learning rate"), format_rate(run.lr) if run.lr else ""),
        (said("Settings"), run.chosen),
        (said("Took"), format_duration(run.seconds) if run.seconds else ""),
        (said("Computed on"), f"{'CPU' if run.device.startswith('cpu') else 'GPU'}, {run.precision}"),
        (said("Parameters"), format_count(run.parameters)),
        (said("Trained"), format_moment(run.created)),
        (said("Opened from a file"), format_moment(run.imported) if run.imported else ""),
        (
            said("Rate changed"),
            join_words(
                said("to {lr} at step {step:,}", lr=format_rate(lr), step=step) for step, lr in run.rate_changes
            ),
        ),
        (said("Seed"), str(run.seed)),
        (
            said("Data"),
            said("{dataset}, fingerprint {fingerprint}", dataset=run.dataset_name, fingerprint=run.fingerprint),
        ),
        (said("Made with"), ", ".join(f"{name} {version}" for name, version in run.versions.items())),
        (said("Room"), room),
        (said("Advice"), run.advice),
    )
    return tuple((label, text) for label, text in facts if text)


def missing_figures(run: RunRecord) -> str:
    """Why a run has no figures; "" where it has some."""
    if run.metrics:
        return ""
    if run.split_config.get("kind") == "none":
        return said(
            "{title} learned from everything, so nobody is left to evaluate it on. Train with another split.",
            title=run.title,
        )
    if not run.has_model:
        return said("{title} ended before it had learned anything that could be evaluated.", title=run.title)
    return said(
        "{title} is not evaluated yet: its training was stopped. Press Evaluate to see how good it is.", title=run.title
    )


def missing_differences(run: RunRecord, comparison: RunComparison) -> tuple[str, ...]:
    """Why nothing is said of chance where a run's evaluation is not stored person by person."""
    if comparison.has_per_person or not run.metrics or not run.has_model:
        return ()
    return (said("Press Evaluate again to see which of these differences may be chance."),)


def missing_breakdowns(run: RunRecord, comparison: RunComparison | None) -> str:
    """Why a run's quality is not taken apart; "" where it is or is being fetched."""
    if comparison is None or comparison.breakdowns:
        return ""
    return missing_figures(run) or said(
        "{title} was evaluated without these details. Press Evaluate again to see them.", title=run.title
    )


def missing_curve(run: RunRecord, comparison: RunComparison) -> str:
    """Why a run has no cold-start curve, and what draws it; "" where it has one, or first needs to be evaluated."""
    if _evaluate_text(run, comparison) != EVALUATE_FULLY:
        return ""
    return said(
        "How good {title} is for people of whom it knows only 1, 2 or 4 titles is not measured "
        "yet: that takes a few times as long as the evaluation after training. Press "
        "{evaluate} to draw the curve.",
        title=run.title,
        evaluate=EVALUATE_FULLY,
    )


def can_be_held_beside(run: RunRecord, other: RunRecord) -> bool:
    """Whether a run of other people could be compared with this one on what neither has learned from."""
    kinds = (run.split_config.get("kind"), other.split_config.get("kind"))
    are_apart = split_key(run.split_config) != split_key(other.split_config)
    return are_apart and "none" not in kinds and run.has_model and other.has_model


def describe_room(room: RunRoom) -> str:
    """What a run takes on the disk, and what of that it could do without."""
    size, free = format_size(room.size_bytes), format_size(room.free_bytes)
    return said("{size}, of which {free} only to go on exactly", size=size, free=free) if room.free_bytes else size


def blend_parts(group: RunGroup | None, ticked: Sequence[str]) -> tuple[RunRecord, ...]:
    """The ticked runs that a blend would be made of: no blends themselves."""
    return tuple(run for run in (group.runs if group else ()) if run.run_id in ticked and run.model != "blend")


def blend_problem(group: RunGroup | None, ticked: Sequence[str], *, busy: str) -> str:
    """Why the ticked runs cannot be blended now; "" where they can."""
    parts = blend_parts(group, ticked)
    if group is not None and not group.can_be_evaluated:
        return said("These runs hold nobody out, so a blend cannot be weighted.")
    if len(parts) < 2:
        return said("Tick two or more runs to blend them into one.")
    without = next((part for part in parts if not part.has_model or part.status not in ("finished", "stopped")), None)
    if without is not None:
        return said("{title} did not finish: untick it.", title=without.title)
    return said("{busy} is still running.", busy=busy) if busy else ""


def _evaluate_text(run: RunRecord, comparison: RunComparison | None) -> str:
    """What is offered to a run that was not evaluated, not person by person, or without the cold-start curve."""
    if not run.has_model or run.split_config.get("kind") == "none":
        return ""
    if not run.metrics:
        return said("Evaluate")
    if comparison is None:
        return ""
    has_lists = any("@" in name for name in run.metrics)
    if (
        comparison.has_per_person
        and has_lists
        and not any(breakdown.name == "cold start" for breakdown in comparison.breakdowns)
    ):
        return EVALUATE_FULLY
    return "" if comparison.has_per_person else said("Evaluate again")


def _heading(group: RunGroup, *, is_own: bool, is_only: bool) -> RunHeading:
    about = describe_split(group.split)
    about = about[0].upper() + about[1:]
    if is_own or is_only or not group.can_be_evaluated:
        return RunHeading(describe_people(group), about)
    return RunHeading(
        said("On other people: not comparable"),
        said("{about}. Choose one of them to compare these.", about=about),
        warns=True,
    )


def _about(run: RunRecord) -> str:
    """What is to be said of a run beside its name, its model where that is not in the name."""
    title = "" if run.title.startswith(title_of(run.model)) else title_of(run.model)
    states = {
        "stopped": said("stopped"),
        "interrupted": said("interrupted"),
        "failed": said("failed"),
        "running": said("training"),
    }
    ended = said("diverged") if run.diverged else states.get(run.status, "")
    not_evaluated = said("not evaluated") if not run.metrics and run.split_config.get("kind") != "none" else ""
    imported = said("from a file") if run.imported else ""
    return " · ".join(filter(None, (title, ended, not_evaluated, imported, *run.tags)))


def _figure(run: RunRecord, metric: str) -> str:
    found = run.metrics.get(metric, {}).get("value")
    return f"{metric_title(metric)} {format_figure(found)}" if found is not None else ""


def can_be_graph(run: RunRecord) -> bool:
    """Whether a run's scores can be written for programs without Python, here."""
    kind = MODELS.get(run.model)
    return kind is not None and kind.can.scores_as_graph and can_write_graphs()


def _can_continue(run: RunRecord) -> bool:
    """Whether a run ended before all its epochs."""
    total = run.total_epochs
    return run.status in ("stopped", "interrupted") and run.has_model and total is not None and run.epochs < total
