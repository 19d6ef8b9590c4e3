"""ask: how one person would like one title; and the lists of recommend that are like a title or for two people."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from engine import operations
from engine.cli.lists import form_of_list, stored_profile
from engine.cli.output import Answer, WrongUse, format_facts
from engine.cli.person import person_of, profile_document
from engine.cli.progress import Driver
from engine.data.dataset import Dataset
from engine.data.profiles import Profile, ProfileMatch, profile_of_user, profile_rows
from engine.data.title_lookup import title_meant
from engine.documents import document_of
from engine.errors import ProfileError
from engine.library.store import Library
from engine.operations.recommending import Recommended, refuse_weight
from engine.recommending.alike import alike_for
from engine.recommending.asking import TitleAnswer
from engine.recommending.asking import ask as ask_of_title
from engine.recommending.explanation import Explanation, explain
from engine.recommending.fairness import Fairness
from engine.recommending.ranking import ListTerms
from engine.recommending.reasons import Reason
from engine.recommending.recommendation import RecommendationList
from engine.recommending.recommender import Recommender
from engine.recommending.together import list_for_two
from engine.text import format_factor, format_predicted_rating, format_rating, format_title

_REASONS_SHOWN, _REASONS_OF_TWO = 6, 3


def ask(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """How a person would like a title. A name that may mean several ends with the titles it may mean."""
    record = library.runs.find(arguments.run)
    recommender = operations.recommender_of(library, record.run_id)
    refuse_weight(recommender, record.name, arguments.weight)
    row = title_meant(recommender.dataset, arguments.title)
    person = person_of(arguments, library, recommender.dataset, driver)
    match = profile_rows(person.profile, recommender.dataset)
    answer = ask_of_title(recommender, match, row, terms=ListTerms(arguments.weight))
    document = {"run": record.run_id, "profile": profile_document(person), **_document(answer)}
    return Answer(document, _text(answer, person.profile.name, record.name))


def other_list(
    arguments: argparse.Namespace, library: Library, recommender: Recommender, profile: Profile, terms: ListTerms
) -> Recommended | None:
    """The list that --like or --with asks for; None where neither does."""
    if not (arguments.like or arguments.companion):
        if arguments.fair is not None:
            raise WrongUse("--fair belongs to --with: it says how a list is made for two.")
        return None
    if arguments.saved or arguments.not_for_me:
        raise WrongUse("--saved and --not-for-me are lists of their own: ask for them without --like and --with.")
    if arguments.like and arguments.companion:
        raise WrongUse("Ask with --like or with --with; a list can't be both.")
    match = profile_rows(profile, recommender.dataset)
    if arguments.like:
        rows = [title_meant(recommender.dataset, title) for title in arguments.like]
        return Recommended(match, alike_for(recommender, profile, rows, terms=terms, top=arguments.top), None)
    other = _companion(library, recommender.dataset, arguments.companion)
    fairness = Fairness(arguments.fair or Fairness.LEAST.value)
    listed: RecommendationList = list_for_two(
        recommender, profile, other, fairness=fairness, terms=terms, top=arguments.top
    )
    if arguments.explain or form_of_list(arguments) == "html":
        listed = _with_reasons(listed, recommender, match, terms)
    return Recommended(match, listed, None)


def _with_reasons(
    listed: RecommendationList, recommender: Recommender, match: ProfileMatch, terms: ListTerms
) -> RecommendationList:
    """A list for two with what speaks for each title among the first person's ratings, beside what both would give."""
    items, terms = [], replace(terms, seen_rows=match.seen_rows)
    for item in listed.items:
        found = explain(recommender, match.history, item.item_row, terms=terms)
        because = ", ".join(_rated(reason) for reason in found.carried[:_REASONS_OF_TWO])
        items.append(replace(item, reason=f"{item.detail}; because of {because}") if because else item)
    return replace(listed, items=tuple(items))


def _rated(reason: Reason) -> str:
    return f"{reason.title} ({'seen' if reason.rating is None else format_rating(reason.rating)})"


def _companion(library: Library, dataset: Dataset, name: str) -> Profile:
    """A stored profile, by name or id, or somebody of the data set. Raises ProfileError where it is neither."""
    try:
        return stored_profile(library, name)
    except ProfileError as error:
        if dataset.users.row(name) is None:
            raise ProfileError(
                f"{error.what} {dataset.name} has nobody of that id either.", remedy=error.remedy, name=name
            ) from error
        return profile_of_user(dataset, name)


def _document(answer: TitleAnswer) -> dict[str, Any]:
    item = document_of(answer.item, rename={"item_id": "item"}, without=("item_row", "rank", "detail", "reason"))
    return {
        **item,
        "year": answer.item.year or None,
        "place": answer.item.rank or None,
        "of": answer.of or None,
        "own_rating": answer.own_rating,
        "seen": answer.is_seen,
        "in_favour": _reasons(answer.explanation, "carried"),
        "against": _reasons(answer.explanation, "against"),
        "notes": answer.notes,
    }


def _reasons(explanation: Explanation | None, side: str) -> list[dict[str, Any]]:
    found: tuple[Reason, ...] = () if explanation is None else getattr(explanation, side)
    return [
        {"item": reason.item_id, "title": reason.title, "rating": reason.rating, "rank_without": reason.rank_without}
        for reason in found
    ]


def _text(answer: TitleAnswer, name: str, run_name: str) -> str:
    item, explanation = answer.item, answer.explanation
    facts = []
    if item.predicted_rating is not None:
        facts.append(("predicted", format_predicted_rating(item.predicted_rating, item.predicted_sd)))
    if item.rank:
        facts.append(("place", f"#{item.rank:,} of {answer.of:,}"))
    if item.lift is not None:
        facts.append(("likelier", f"{format_factor(item.lift)} than for most"))
    paragraphs = [f"{format_title(item.title, item.year)} for {name}, by {run_name}"]
    paragraphs += [format_facts(facts)] if facts else []
    paragraphs += answer.notes
    if explanation is not None:
        sides = (("In favour", explanation.carried), ("Against", explanation.against))
        for words, reasons in sides:
            named = [(reason.title, _gave(reason)) for reason in reasons[:_REASONS_SHOWN]]
            paragraphs += [f"{words}:\n{format_facts(named)}"] if named else []
    return "\n".join(paragraphs)


def _gave(reason: Reason) -> str:
    gave = "seen" if reason.rating is None else f"gave {format_rating(reason.rating)}"
    return f"{gave}; without it #{reason.rank_without:,}" if reason.rank_without else gave
