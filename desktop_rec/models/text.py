"""What Quality says of a run: its line in the list, its head, its facts, and why something is missing.

Stands between the records of runs and the widgets of Quality. Plain values, no Qt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from desktop_rec.models.groups import RunGroup, people_words, split_words
from desktop_rec.models.picture import QualityPicture
from desktop_rec.models.run_head import RunHeadState
from desktop_rec.models.run_rows import Row, RunHeading, RunLine
from engine.evaluation.metrics import metric_title
from engine.evaluation.result import describe_held_out
from engine.models.registry import title_of
from engine.text import format_ago, format_clock, format_count, format_figure, format_rate

if TYPE_CHECKING:
    from engine.library.run_record import RunRecord

JUDGE_IN_FULL = "Judge in full"
_LINE_METRICS = ("ndcg@100", "recall@20", "rmse")


def run_rows(
    groups: Sequence[RunGroup], *, chosen: str, ticks: Mapping[str, bool], in_use: str | None
) -> tuple[Row, ...]:
    """All runs under a heading for each split; those that cannot be compared with the chosen one say so."""
    rows: list[Row] = []
    for group in groups:
        is_own = group.has(chosen)
        rows.append(_heading(group, is_own=is_own, is_only=len(groups) == 1))
        metric = next((one for one in _LINE_METRICS if any(one in run.metrics for run in group.runs)), "")
        for place, run in reversed(list(enumerate(reversed(group.runs)))):
            rows.append(
                RunLine(
                    run.run_id,
                    run.name,
                    _about(run),
                    _figure(run, metric),
                    place,
                    is_ticked=ticks.get(run.run_id, False) or run.run_id == chosen,
                    can_tick=is_own,
                    in_use=run.run_id == in_use,
                )
            )
    return tuple(rows)


def head_state(run: RunRecord, picture: QualityPicture | None, *, in_use: str | None) -> RunHeadState:
    """The head of the chosen run; `picture` is None while its figures are fetched."""
    is_used = run.run_id == in_use
    return RunHeadState(
        name=run.name,
        about=f"{title_of(run.model)} · trained {format_ago(run.finished or run.created)} · "
        f"{split_words(run.split_config)}",
        can_use=run.has_model and not is_used,
        use_words="In use" if is_used else "Use this model",
        can_go_on=run_can_go_on(run),
        judge_words=_judge_words(run, picture),
    )


def run_facts(run: RunRecord) -> tuple[tuple[str, str], ...]:
    """What is known of a run, a line each; what there is nothing to say of is left out."""
    best = ""
    if run.best_epoch is not None and run.best_value is not None:
        best = f", the best was {run.best_epoch} ({metric_title(run.monitor)} {format_figure(run.best_value)})"
    epochs = f"{format_count(run.epochs)} of {format_count(run.total_epochs)}{best}" if run.total_epochs else ""
    kind = str(run.split_config.get("kind"))
    judged = describe_held_out(kind, run.people_evaluated) if run.people_evaluated else "not yet"
    facts = (
        ("Model", title_of(run.model)),
        ("How it ended", run.stopped_because),
        ("Held out", split_words(run.split_config)),
        ("Judged on", judged),
        ("Epochs", epochs),
        ("Learning rate", format_rate(run.lr) if run.lr else ""),
        ("Took", format_clock(run.seconds) if run.seconds else ""),
        ("Computed on", f"{'CPU' if run.device.startswith('cpu') else 'GPU'}, {run.precision}"),
        ("Numbers learned", format_count(run.parameters)),
        ("Trained", run.created.astimezone().strftime("%d %B %Y, %H:%M").lstrip("0")),
        ("Advice", run.advice),
    )
    return tuple((label, words) for label, words in facts if words)


def missing_figures(run: RunRecord) -> str:
    """Why a run has no figures; "" where it has some."""
    if run.metrics:
        return ""
    if run.split_config.get("kind") == "none":
        return f"{run.name} learned from everything, so nobody is left to judge it on. Train with another split."
    if not run.has_model:
        return f"{run.name} ended before it had learned anything that could be judged."
    return f"{run.name} was not judged yet: its training was stopped. Press Judge it to see how good it is."


def missing_pairs(run: RunRecord, picture: QualityPicture) -> tuple[str, ...]:
    """Why nothing is said of chance where a run is not kept person by person."""
    if picture.is_kept or not run.metrics or not run.has_model:
        return ()
    return (f"What of this may be chance cannot be said: press Judge again to judge {run.name} person by person.",)


def missing_breakdowns(run: RunRecord, picture: QualityPicture | None) -> str:
    """Why a run's quality is not taken apart; "" where it is or is being fetched."""
    if picture is None or picture.breakdowns:
        return ""
    if missing := missing_figures(run):
        return missing
    return f"{run.name} was judged before its quality was taken apart. Press Judge again to see it."


def missing_curve(run: RunRecord, picture: QualityPicture) -> str:
    """Why a run has no cold-start curve, and what draws it; "" where it has one, or first needs to be judged at all."""
    if _judge_words(run, picture) != JUDGE_IN_FULL:
        return ""
    return (
        f"How good {run.name} is for people of whom it knows only 1, 2 or 4 titles was not looked at yet: that takes a "
        f"few times as long as judging it did after training. Press {JUDGE_IN_FULL} to draw the curve."
    )


def blend_parts(group: RunGroup | None, ticked: Sequence[str]) -> tuple[RunRecord, ...]:
    """The ticked runs that a blend would be made of: blends themselves are passed over."""
    return tuple(run for run in (group.runs if group else ()) if run.run_id in ticked and run.model != "blend")


def blend_problem(group: RunGroup | None, ticked: Sequence[str], *, busy: str) -> str:
    """Why the ticked runs cannot be blended now; "" where they can."""
    parts = blend_parts(group, ticked)
    if group is not None and not group.can_be_judged:
        return "These runs hold nobody out on whom a blend could be weighed."
    if len(parts) < 2:
        return "Tick two or more runs to blend them into one."
    without = next((part for part in parts if not part.has_model or part.status not in ("finished", "stopped")), None)
    if without is not None:
        return f"{without.name} has not ended well: take its tick away."
    return f"{busy} is still running." if busy else ""


def _judge_words(run: RunRecord, picture: QualityPicture | None) -> str:
    """What is offered to a run that was not judged, is not kept person by person, or lacks the cold-start curve."""
    if not run.has_model or run.split_config.get("kind") == "none":
        return ""
    if not run.metrics:
        return "Judge it"
    if picture is None:
        return ""
    has_lists = any("@" in name for name in run.metrics)
    if picture.is_kept and has_lists and not any(breakdown.name == "cold start" for breakdown in picture.breakdowns):
        return JUDGE_IN_FULL
    return "" if picture.is_kept else "Judge again"


def _heading(group: RunGroup, *, is_own: bool, is_only: bool) -> RunHeading:
    about = split_words(group.split)
    about = about[0].upper() + about[1:]
    if is_own or is_only or not group.can_be_judged:
        return RunHeading(people_words(group), about)
    return RunHeading("On other people: not comparable", f"{about}. Choose one to compare within.", warns=True)


def _about(run: RunRecord) -> str:
    title = title_of(run.model)
    state = {"stopped": " · stopped", "interrupted": " · interrupted", "failed": " · failed", "running": " · learning"}
    unjudged = " · not judged" if not run.metrics and run.split_config.get("kind") != "none" else ""
    return f"{title}{state.get(run.status, '')}{unjudged}"


def _figure(run: RunRecord, metric: str) -> str:
    found = run.metrics.get(metric, {}).get("value")
    return f"{metric_title(metric)} {format_figure(found)}" if found is not None else ""


def run_can_go_on(run: RunRecord) -> bool:
    """Whether a run ended before all its epochs and can be trained on."""
    total = run.total_epochs
    return run.status in ("stopped", "interrupted") and run.has_model and total is not None and run.epochs < total
