"""recommend: a list for one person, with reasons where they are asked for."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from engine import operations
from engine.cli.asking import other_list
from engine.cli.bending import filters_document, filters_of
from engine.cli.lists import (
    document_of_list,
    form_of_list,
    kind_of_list,
    only_these,
    put_out,
    refuse_for_many,
)
from engine.cli.output import Answer, format_facts, format_table
from engine.cli.person import Person, person_of, profile_document, titles_with
from engine.cli.predicting import recommend_many
from engine.cli.progress import Driver
from engine.data.matching.review import counted
from engine.data.personal.export import describe_skipped
from engine.documents import document_of
from engine.library.store import Library
from engine.operations.recommending import Recommended, refuse_weight
from engine.recommending.filter_words import describe_filters
from engine.recommending.insights import ImpactfulRating, ListInsights, SurprisingRating, TitleReasons
from engine.recommending.profile_lists import LIST_NAMES, ListKind
from engine.recommending.ranking import ListTerms
from engine.recommending.reasons import HangsOn, Reason, describe_hangs_on
from engine.recommending.recommendation import Recommendation
from engine.recommending.recommender import Recommender
from engine.text import format_count, format_factor, format_figure, format_rating, format_title, plural, shorten

_NAMES_SHOWN, _RATINGS_SHOWN, _REASONS_SHOWN, _SKIPPED_SHOWN = 3, 5, 3, 10
_TITLE_WIDTH, _REASON_WIDTH = 44, 24


def recommend(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """The list for one person, with reasons where they are asked for; for many, a file of lists."""
    if arguments.profiles is not None:
        refuse_for_many(arguments)
        return recommend_many(arguments, library, driver)
    record = library.runs.find(arguments.run)
    recommender = operations.recommender_of(library, record.run_id)
    refuse_weight(recommender, record.name, arguments.weight)
    dataset = recommender.dataset
    person = person_of(arguments, library, dataset, driver)
    kind, form = kind_of_list(arguments), form_of_list(arguments)
    filters, only_words = only_these(filters_of(arguments, dataset), arguments.only, person.profile, dataset, driver)
    terms = ListTerms(arguments.weight, filters)
    job = operations.recommend(
        recommender,
        person.profile,
        terms=terms,
        top=arguments.top,
        explain=arguments.explain or form == "html",
        kind=kind,
    )
    recommended = other_list(arguments, library, recommender, person.profile, terms) or driver.run(job)
    document = {
        "run": record.run_id,
        "list": kind,
        "profile": profile_document(person),
        "filters": filters_document(filters),
        **_document(recommender, recommended),
    }
    if form is None:
        in_force = describe_filters(filters, dataset.catalogue.word)
        filtered = f"Filters: {in_force}." if in_force else ""
        text = _text(record.name, person, recommended, kind, filtered=filtered)
        return Answer(document, "\n".join(filter(None, [only_words, text])))
    listed = document_of_list(recommended, person.profile, dataset, kind=kind, run_name=record.name, filters=filters)
    return Answer(document, put_out(listed, form, arguments.out))


def _document(recommender: Recommender, recommended: Recommended) -> dict[str, Any]:
    insights = recommended.insights
    reasons = {title.item_row: title for title in insights.titles} if insights else {}
    hanging = {found.item_row: found for found in recommended.hanging}
    impactful = surprising = None
    if insights is not None:
        impactful = _ratings_document(insights.most_impactful, without=("item_row", "rating"))
    if insights is not None and insights.predicts_ratings:
        surprising = _ratings_document(insights.most_surprising, without=("item_row", "difference"))
    return {
        "items": [
            _item_document(item, reasons.get(item.item_row), hanging.get(item.item_row))
            for item in recommended.listed.items
        ],
        "most_impactful": impactful,
        "most_surprising": surprising,
        "note": recommended.listed.note,
        "stopped": recommended.stopped,
    }


def _ratings_document(
    ratings: Sequence[ImpactfulRating | SurprisingRating], *, without: Sequence[str]
) -> list[dict[str, Any]]:
    return [document_of(rating, rename={"item_id": "item"}, without=without) for rating in ratings]


def _item_document(item: Recommendation, title: TitleReasons | None, hanging: HangsOn | None) -> dict[str, Any]:
    return {
        **document_of(item, rename={"item_id": "item"}, without=("item_row", "detail", "reason")),
        "said": item.reason or item.detail or None,
        "year": item.year or None,
        "reasons": [_reason_document(reason) for reason in title.reasons] if title else None,
        "parts": document_of(title.parts) or None if title else None,
        "hangs_on": _hanging_document(hanging) if hanging else None,
    }


def _hanging_document(hanging: HangsOn) -> dict[str, Any]:
    """Without the ratings it would not be among the first `place`; where not `found`, it would still be."""
    ratings = [document_of(own, rename={"item_id": "item"}, without=("item_row",)) for own in hanging.ratings]
    return {"place": hanging.place, "found": hanging.is_found, "ratings": ratings}


def _reason_document(reason: Reason) -> dict[str, Any]:
    document = document_of(reason, rename={"item_id": "item"}, without=("item_row", "rank_without", "words", "liked"))
    return {**document, "parts": document_of(reason.parts) or None}


def _text(run_name: str, person: Person, recommended: Recommended, kind: ListKind, *, filtered: str) -> str:
    insights = recommended.insights
    reasons = {title.item_row: title for title in insights.titles} if insights else {}
    paragraphs = [
        f"For {person.profile.name}, by {run_name}: {_person_text(person)}",
        filtered,
        _heading_text(kind, recommended),
        _table(recommended.listed.items, reasons),
        recommended.listed.note,
        _hanging_text(recommended),
        _insights_text(insights) if insights is not None else "",
    ]
    return "\n".join(filter(None, paragraphs)).rstrip()


def _heading_text(kind: ListKind, recommended: Recommended) -> str:
    """Which of the person's own lists follows; "" for what is new to them."""
    if kind == "for_you":
        return ""
    return f"{LIST_NAMES[kind]}:" if recommended.listed.items else f"{LIST_NAMES[kind]}: nothing here."


def _person_text(person: Person) -> str:
    """How much of a profile counts, and what of an export was not found, in a line or more."""
    review = person.review
    if review is None:
        return f"{plural(len(person.profile.entries), 'title')}."
    known, titles = format_count(counted(review).sure), format_count(len(review.titles))
    lines = [f"{known} of {titles} titles are known ({review.export.layout})."]
    for verdict, words in (("unsure", "Unsure and left out"), ("unmatched", "Not found")):
        names = [title.title or next(iter(title.ids.values()), "") for title, _ in titles_with(review, verdict)]
        more = f" and {format_count(len(names) - _NAMES_SHOWN)} more" if len(names) > _NAMES_SHOWN else ""
        lines += [f"{words}: {', '.join(names[:_NAMES_SHOWN])}{more}."] if names else []
    skipped = describe_skipped(review.export, most=_SKIPPED_SHOWN)
    return "\n".join((*lines, *([skipped] if skipped else []), *review.export.notes))


def _table(items: Sequence[Recommendation], reasons: Mapping[int, TitleReasons]) -> str:
    """The list in columns: figures stand there only where titles have them."""
    has_likelier = any(item.lift is not None for item in items)
    predicts = any(item.predicted_rating is not None for item in items)
    has_said = any(item.reason or item.detail for item in items)
    rows = []
    for item in items:
        figures = [_likelier_text(item)] if has_likelier else []
        figures += [_predicted_text(item)] if predicts else []
        title = shorten(format_title(item.title, item.year), _TITLE_WIDTH)
        said = (item.reason or item.detail,) if has_said else _reason_cells(reasons.get(item.item_row))
        rows.append([f"{item.rank}", title, *figures, *said])
    heads = [*(["likelier"] if has_likelier else []), *(["predicted"] if predicts else [])]
    has_parts = any(title.parts for title in reasons.values())
    behind = ("",) if has_said else ("because of" if reasons else "", "score by part" if has_parts else "")
    header = ("", "title", *heads, *behind)
    return format_table(header, rows, right=(0, *range(2, 2 + len(heads))))


def _likelier_text(item: Recommendation) -> str:
    return "" if item.lift is None else format_factor(item.lift)


def _predicted_text(item: Recommendation) -> str:
    off = "" if item.predicted_sd is None else f" ± {format_figure(item.predicted_sd, decimals=1)}"
    return f"{format_figure(item.predicted_rating, decimals=1)}{off}"


def _reason_cells(title: TitleReasons | None) -> tuple[str, str]:
    """What a title is listed because of, and of a blend what each part adds to its score."""
    if title is None:
        return "", ""
    reasons = (
        f"{shorten(reason.title, _REASON_WIDTH)} ({'seen' if reason.rating is None else format_rating(reason.rating)})"
        for reason in title.reasons[:_REASONS_SHOWN]
    )
    return ", ".join(reasons), ", ".join(f"{part.run} {part.impact:+.2f}" for part in title.parts)


def _hanging_text(recommended: Recommended) -> str:
    """What the place of the first title hangs on."""
    items, hanging = recommended.listed.items, recommended.hanging
    if not items or not hanging or hanging[0].item_row != items[0].item_row:
        return ""
    sentence = describe_hangs_on(hanging[0])
    return f"{items[0].title}: {sentence}" if sentence else ""


def _insights_text(insights: ListInsights) -> str:
    impactful = [
        (rating.title, f"a reason for {plural(rating.titles, 'title')} of the first {len(insights.titles)}")
        for rating in insights.most_impactful[:_RATINGS_SHOWN]
    ]
    surprising = [
        (rating.title, f"you gave {rating.rating:g}, predicted {rating.predicted:.1f}")
        for rating in insights.most_surprising[:_RATINGS_SHOWN]
    ]
    paragraphs = (("Your most impactful ratings:", impactful), ("Your most surprising ratings:", surprising))
    return "\n".join(f"{title}\n{format_facts(facts)}" for title, facts in paragraphs if facts)
