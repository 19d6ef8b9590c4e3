"""How would I like this one? What the model says of any title for one person, in whatever list it is or is not.

Of a title that the person has rated the model is asked without that rating.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.data.dataset import Histories
from engine.data.profiles import ProfileMatch
from engine.errors import ProfileError
from engine.recommending.answers import rank_row
from engine.recommending.explanation import Explanation, explain, rating_of
from engine.recommending.ranking import USUAL, Filters, ListTerms, Ranked
from engine.recommending.recommendation import Recommendation
from engine.recommending.recommender import Recommender
from engine.text import format_predicted_rating, format_rating
from engine.wording import said, singular_of


@dataclass(frozen=True)
class TitleAnswer:
    """One title for one person. `item.rank` is its place among `of` titles, whatever filters say; 0 where it has none.

    `of` are all titles that are new to the person (and this one). explanation is None where the model has nothing to go
    by. `notes` are sentences: seen already, kept out of the list, not learned.
    """

    item: Recommendation
    of: int
    own_rating: float | None
    is_seen: bool
    explanation: Explanation | None
    notes: tuple[str, ...]

    @property
    def place_words(self) -> str:
        """ "#312 of 8,900 for you", or "" where it has no place."""
        return said("#{rank:,} of {titles:,} for you", rank=self.item.rank, titles=self.of) if self.item.rank else ""


def ask(
    recommender: Recommender,
    match: ProfileMatch,
    item_row: int,
    *,
    terms: ListTerms = USUAL,
) -> TitleAnswer:
    """What the model says of one title. Raises SettingError for a weight outside 0 to 1."""
    history = match.history
    own = np.flatnonzero(history.item_rows_N == item_row)
    own_rating = rating_of(history, int(own[0])) if len(own) else None
    others = history.where(history.item_rows_N != item_row)
    unfiltered = ListTerms(terms.weight, seen_rows=tuple(row for row in match.seen_rows if row != item_row))
    is_seen = bool(len(own)) or item_row in match.seen_rows
    try:
        item, order = _standing(recommender, others, item_row, unfiltered)
    except ProfileError as error:
        return _unknown(recommender, match, item_row, own_rating, error)
    notes = [_seen_note(item, own_rating, is_switched_off=not len(own))] if is_seen else []
    if not item.rank:
        notes.append(_unlearned_note(recommender))
    elif not is_seen:
        notes += _kept_out_notes(recommender, match, item_row, terms.filters)
    reasons = explain(recommender, others, item_row, terms=unfiltered) if item.rank else None
    return TitleAnswer(item, order.candidates, own_rating, is_seen, reasons, tuple(notes))


def _standing(
    recommender: Recommender, others: Histories, item_row: int, terms: ListTerms
) -> tuple[Recommendation, Ranked]:
    """The title at its place among all titles that are new to the person. Raises ProfileError, SettingError."""
    answer = recommender.answer(others)
    scores_I = rank_row(recommender.model, answer.prediction, terms.weight)
    order = recommender.order(scores_I, others, terms)
    place = order.rank(item_row) or 0
    item = recommender.described(np.array([item_row]), scores_I, answer)[0]
    item = replace(item, rank=place)
    if not place:
        is_known = recommender.stars is not recommender.model and recommender.facts.counts_I[item_row] > 0
        item = replace(item, lift=None, probability=None)
        item = item if is_known else replace(item, predicted_rating=None, predicted_sd=None)
    return item, order


def _unknown(
    recommender: Recommender, match: ProfileMatch, item_row: int, own_rating: float | None, error: ProfileError
) -> TitleAnswer:
    """Where the model has nothing to go by: the title, and why nothing is said of it."""
    is_seen = own_rating is not None or item_row in match.seen_rows
    item = recommender.described(np.array([item_row]), None, None, first=0)[0]
    why = str(error)
    if is_seen and match.history.entries == 1:
        why = said("It is your only rating: without it the model knows nothing of your taste.")
    return TitleAnswer(item, 0, own_rating, is_seen, None, (why,))


def _seen_note(item: Recommendation, own_rating: float | None, *, is_switched_off: bool) -> str:
    if own_rating is None:
        return said("You have seen it, and switched it off.") if is_switched_off else said("You have seen it.")
    gave = format_rating(own_rating)
    if item.predicted_rating is None:
        return said("You gave {rating}. What stands here is without that rating.", rating=gave)
    return said(
        "You gave {rating}; the model would have guessed {predicted} without it.",
        rating=gave,
        predicted=format_predicted_rating(item.predicted_rating),
    )


def _unlearned_note(recommender: Recommender) -> str:
    return said(
        "This model has learned nothing about this {word}: too few people rated it. So no list holds it.",
        word=singular_of(recommender.dataset.catalogue.word),
    )


def _kept_out_notes(recommender: Recommender, match: ProfileMatch, item_row: int, filters: Filters) -> list[str]:
    notes = []
    if item_row in match.not_for_me_rows:
        notes.append(said("You said that it is not for you, so no list shows it."))
    if not recommender.facts.passing(filters)[item_row]:
        notes.append(said("Your filters keep it out of the list."))
    return notes
