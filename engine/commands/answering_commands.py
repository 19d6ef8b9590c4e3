"""recommend: what a run says to a person."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from engine import verbs
from engine.commands.answer import Answer
from engine.commands.driving import Driver
from engine.commands.predicting_commands import recommend_many
from engine.commands.whose import Whose, whose
from engine.commands.wording import facts, figure, percent, shortened, table
from engine.commands.wrong_use import WrongUse
from engine.library.store import Library
from engine.recommending.explanation import Reason
from engine.recommending.insights import ListInsights, TitleReasons
from engine.recommending.part_reasons import PartImpact
from engine.recommending.recommender import Recommendation, Recommender
from engine.verbs.answering import Recommended
from engine.verbs.recommending_many import refuse_weight

_TITLE_WIDTH, _REASONS_SHOWN = 44, 3


def recommend(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """The list for one person, with reasons where they are asked for; for many, a file of lists."""
    if arguments.profiles is not None:
        return recommend_many(arguments, library, driver)
    if arguments.out is not None:
        raise WrongUse("--out belongs to --profiles: the list of one person is printed.")
    record = library.runs.find(arguments.run)
    recommender = verbs.recommender_of(library, record.run_id)
    refuse_weight(recommender, record.name, arguments.weight)
    person = whose(arguments, recommender.dataset, driver)
    job = verbs.recommend(
        recommender, person.profile, top=arguments.top, weight=arguments.weight, explain=arguments.explain
    )
    told = driver.run(job)
    return Answer(_document(record.run_id, person, recommender, told), _text(record.name, person, told))


def _document(run_id: str, person: Whose, recommender: Recommender, told: Recommended) -> dict[str, Any]:
    insights = told.insights
    told_of = {one.item_row: one for one in insights.titles} if insights else {}
    return {
        "run": run_id,
        "profile": person.document(),
        "items": [_item_document(one, told_of.get(one.item_row)) for one in told.listed.items],
        "most_impactful": _impactful(insights),
        "most_surprising": _surprising(insights) if recommender.model.can.predicts_ratings else None,
        "note": told.listed.note,
        "stopped": told.stopped,
    }


def _item_document(one: Recommendation, told: TitleReasons | None) -> dict[str, Any]:
    return {
        "rank": one.rank,
        "item": one.item_id,
        "title": one.title,
        "year": one.year or None,
        "genres": one.genres,
        "score": one.score,
        "match": one.match,
        "probability": one.probability,
        "lift": one.lift,
        "predicted_rating": one.predicted_rating,
        "predicted_sd": one.predicted_sd,
        "reasons": [_reason_document(reason) for reason in told.reasons] if told else None,
        "parts": _part_documents(told.parts) if told else None,
    }


def _reason_document(one: Reason) -> dict[str, Any]:
    return {
        "item": one.item_id,
        "title": one.title,
        "rating": one.rating,
        "impact": one.impact,
        "share": one.share,
        "parts": _part_documents(one.parts),
    }


def _part_documents(parts: Sequence[PartImpact]) -> list[dict[str, Any]] | None:
    """What each part of a blend adds to a score or an impact; None for other models."""
    return [{"run": one.run, "model": one.model, "impact": one.impact} for one in parts] or None


def _impactful(insights: ListInsights | None) -> list[dict[str, Any]] | None:
    if insights is None:
        return None
    return [{"item": one.item_id, "title": one.title, "impact": one.impact} for one in insights.most_impactful]


def _surprising(insights: ListInsights | None) -> list[dict[str, Any]] | None:
    if insights is None:
        return None
    return [
        {"item": one.item_id, "title": one.title, "rating": one.rating, "predicted": one.predicted}
        for one in insights.most_surprising
    ]


def _text(run_name: str, person: Whose, told: Recommended) -> str:
    lines = [f"For {person.profile.name}, by {run_name}: {person.words()}"]
    reasons = {one.item_row: one for one in told.insights.titles} if told.insights else {}
    rows = [
        [f"{one.rank}", shortened(f"{one.title} ({one.year})" if one.year else one.title, _TITLE_WIDTH),
         f"{one.match} %", _predicted_words(one), *_reason_words(reasons.get(one.item_row))]
        for one in told.listed.items
    ]  # fmt: skip
    has_parts = any(one.parts for one in reasons.values())
    header = ("", "title", "match", "predicted", "because of" if reasons else "", "score by part" if has_parts else "")
    lines.append(table(header, rows, right=(0, 2, 3)))
    if told.listed.note:
        lines.append(told.listed.note)
    if told.insights is not None:
        lines.append(_insight_words(told.insights))
    return "\n".join(lines).rstrip()


def _predicted_words(one: Recommendation) -> str:
    off = "" if one.predicted_sd is None else f" ± {figure(one.predicted_sd, digits=1)}"
    return f"{figure(one.predicted_rating, digits=1)}{off}"


def _reason_words(told: TitleReasons | None) -> tuple[str, str]:
    """What a title is listed because of, and of a blend what each part adds to its score."""
    if told is None:
        return "", ""
    reasons = (
        f"{'+' if reason.impact > 0 else '-'}{percent(reason.share)} {shortened(reason.title, 24)}"
        for reason in told.reasons[:_REASONS_SHOWN]
    )
    return ", ".join(reasons), ", ".join(f"{one.run} {one.impact:+.2f}" for one in told.parts)


def _insight_words(insights: ListInsights) -> str:
    parts = []
    if insights.most_impactful:
        shown = [(one.title, f"{percent(one.share)} of all influence") for one in insights.most_impactful[:5]]
        parts += ["Your most impactful ratings:", facts(shown)]
    if insights.most_surprising:
        shown = [
            (one.title, f"you gave {one.rating:g}, predicted {one.predicted:.1f}")
            for one in insights.most_surprising[:5]
        ]
        parts += ["Your most surprising ratings:", facts(shown)]
    return "\n".join(parts)
