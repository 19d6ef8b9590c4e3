"""What a list can be of for one person: all that is new to them, what they saved, or what they do not want to see.

Shapes: I titles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from engine.data.profiles import Profile, ProfileEntry, ProfileMatch, item_row_of, profile_rows
from engine.errors import ProfileError
from engine.recommending.ranking import USUAL, Filters, ListTerms
from engine.recommending.recommendation import Recommendation, RecommendationList
from engine.recommending.recommender import Recommender
from engine.text import join_words, plural, plural_of
from engine.wording import counted, said, singular_of

ListKind = Literal["for_you", "saved", "not_for_me"]
LIST_NAMES: dict[ListKind, str] = {
    "for_you": said("For you"),
    "saved": said("Saved for later"),
    "not_for_me": said("Not for me"),
}
_MOST_NAMED = 3


def filters_of_list(kind: ListKind, found: ProfileMatch, filters: Filters) -> Filters:
    """The filters that leave a list its own titles; with those of the person on top."""
    if kind == "for_you":
        return filters
    rows = frozenset(_own_rows(kind, found))
    return replace(filters, only_rows=rows if filters.only_rows is None else rows & filters.only_rows)


def _own_rows(kind: ListKind, found: ProfileMatch) -> tuple[int, ...]:
    """The titles of a list of the person's own that the data set knows."""
    return found.saved_rows if kind == "saved" else found.not_for_me_rows


def terms_of_list(kind: ListKind, found: ProfileMatch, terms: ListTerms) -> ListTerms:
    """What is asked for, for a person: among the list's own titles, without what they have seen or do not want to see.

    What they do not want is in its own list only.
    """
    hidden_rows = () if kind == "not_for_me" else found.not_for_me_rows
    filters = filters_of_list(kind, found, terms.filters)
    return replace(terms, filters=filters, seen_rows=found.seen_rows, hidden_rows=hidden_rows)


def make_list(
    recommender: Recommender,
    profile: Profile,
    kind: ListKind = "for_you",
    *,
    terms: ListTerms = USUAL,
    top: int = 100,
) -> RecommendationList:
    """The best titles of one of a person's lists; its note also says what of the list cannot be ranked.

    Saved and unwanted titles come in any case: where nothing can be predicted for the person, the latest first and
    without numbers. Raises ProfileError where the list is of new titles and the model knows nothing of the person.
    """
    if kind == "for_you":
        found = recommender.match(profile)
        return recommender.recommend(found.history, terms_of_list(kind, found, terms), top=top)
    found = profile_rows(profile, recommender.dataset)
    entries = profile.saved if kind == "saved" else profile.not_for_me
    own = terms_of_list(kind, found, terms)
    try:
        listed = recommender.recommend(recommender.match(profile).history, own, top=top)
        notes = [listed.note]
    except ProfileError as error:
        listed, notes = RecommendationList((), 0, 0, terms.weight, ""), [error.what] if entries else []
    items = (*listed.items, *_without_numbers(recommender, kind, found, own, listed, top=top))
    notes += _notes(recommender, kind, found, entries, own.filters)
    unrestricted = filters_of_list(kind, found, terms.filters.without("only_rows"))
    among_own = int(recommender.facts.passing(unrestricted).sum())
    without = tuple((name, among_own if name == "only_rows" else count) for name, count in listed.without)
    note, passing = " ".join(filter(None, notes)), max(listed.passing, len(items))
    return replace(listed, items=items, passing=passing, note=note, without=without)


def _without_numbers(
    recommender: Recommender,
    kind: ListKind,
    found: ProfileMatch,
    own: ListTerms,
    listed: RecommendationList,
    *,
    top: int,
) -> tuple[Recommendation, ...]:
    """The titles of a list that the model does not rank, the latest first, after those that it does."""
    rows = _own_rows(kind, found)
    passes_I, barred = recommender.facts.passing(own.filters), set(own.barred_rows)
    ranked_rows = {item.item_row for item in listed.items}
    if listed.passing > len(ranked_rows):
        return ()
    left = [row for row in reversed(rows) if passes_I[row] and row not in ranked_rows and row not in barred]
    first = len(ranked_rows) + 1
    shown_R = np.array(left[: max(0, top - first + 1)], dtype=np.int64)
    return recommender.described(shown_R, None, None, first=first)


def _notes(
    recommender: Recommender, kind: ListKind, found: ProfileMatch, entries: Sequence[ProfileEntry], own: Filters
) -> list[str]:
    """How much of a list is filtered out, and which of its titles the data set does not know."""
    dataset = recommender.dataset
    rows = _own_rows(kind, found)
    word = dataset.catalogue.word
    hidden = sum(not passes for passes in recommender.facts.passing(own)[list(rows)])
    titles = plural(len(rows), word)
    notes = [said("Your filters hide {hidden:,} of these {titles}.", hidden=hidden, titles=titles)] if hidden else []
    unknown = [entry for entry in entries if item_row_of(entry, dataset) is None]
    return [*notes, describe_unknown(kind, [entry.title or entry.item_id for entry in unknown], word)]


def describe_unknown(kind: ListKind, names: Sequence[str], word: str = "title") -> str:
    """Which titles of a list a data set does not have; "" for none."""
    if not names:
        return ""
    count, more = len(names), len(names) - _MOST_NAMED
    named = join_words([*names[:_MOST_NAMED], *([said("{count:,} more", count=more)] if more > 0 else [])])
    titles = plural(count, word)
    if kind == "saved" and count == 1:
        return said("1 saved {word} is not in this data set: {names}.", word=singular_of(word), names=named)
    if kind == "saved":
        return said(
            "{count:,} saved {words} are not in this data set: {names}.",
            count=count,
            words=plural_of(word),
            names=named,
        )
    return counted(
        "{titles} is not in this data set: {names}.",
        "{titles} are not in this data set: {names}.",
        count,
        titles=titles,
        names=named,
    )
