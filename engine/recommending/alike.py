"""More like this: the titles most like one or several others, whoever asks.

Two things are averaged: how near two titles' rows of numbers are (see engine.recommending.vectors), and how often the
people who liked one liked the other. Both are drawn towards 0 for titles that few people have.

Shapes: I titles, D numbers of a title, N entries, R titles in the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.data.dataset import Float32, Histories, Int64
from engine.data.profiles import Profile, profile_rows
from engine.errors import ProfileError, SettingError
from engine.recommending.answers import Answer
from engine.recommending.ranking import USUAL, ListTerms
from engine.recommending.recommendation import RecommendationList
from engine.recommending.recommender import Recommender
from engine.recommending.vectors import item_vectors
from engine.text import join_words
from engine.wording import counted, said

_FEW = 20
"""How many people who like a title weigh as much as knowing nothing of it."""
_LEAST_SAID_OF, _VERY_FEW = 20, 5
"""Of fewer people a reason says how many instead of how many in a hundred; of fewer still the list is a guess."""


@dataclass(frozen=True)
class _Asked:
    """A title asked about: how many people liked it, how many of these liked each, and how like it each is, [I]."""

    name: str
    people: int
    shared_I: Int64
    likeness_I: Float32


def alike(
    recommender: Recommender,
    item_rows: Sequence[int],
    *,
    history: Histories | None = None,
    terms: ListTerms = USUAL,
    top: int = 100,
) -> RecommendationList:
    """The titles most like all of `item_rows`, each with its `reason`; never these titles themselves.

    What the person of `history` has, has seen or refused is left out, and they get their predicted stars; None, or a
    history of which the model knows nothing, is nobody. No weight counts. Raises SettingError for no title.
    """
    rows = tuple(dict.fromkeys(item_rows))
    if not rows:
        raise SettingError(said("There is no title to be like."), remedy=said("Name one or more."))
    history = Histories.of_one([], []) if history is None else history
    likes, is_liking = _likes(recommender)
    asked = [_asked(recommender, row, likes) for row in rows]
    scores_I: Float32 = np.mean([title.likeness_I for title in asked], axis=0).astype(np.float32)
    scores_I[scores_I <= 0] = -np.inf
    terms = replace(terms, weight=None, hidden_rows=(*terms.hidden_rows, *rows))
    order = recommender.order(scores_I, history, terms)
    rows_R = order.rows_R[: max(0, top)]
    reasons_R = [_why(asked, row, is_liking=is_liking) for row in rows_R.tolist()]
    items = recommender.described(rows_R, scores_I, _answer_for(recommender, history), reasons_R=reasons_R)
    return RecommendationList(items, len(order.rows_R), order.candidates, None, _note(asked, is_liking=is_liking))


def alike_for(
    recommender: Recommender,
    profile: Profile,
    item_rows: Sequence[int],
    *,
    terms: ListTerms = USUAL,
    top: int = 100,
) -> RecommendationList:
    """As `alike`, for a person as they are stored. Raises SettingError for no title."""
    found = profile_rows(profile, recommender.dataset)
    terms = replace(terms, seen_rows=found.seen_rows, hidden_rows=found.not_for_me_rows)
    return alike(recommender, item_rows, history=found.history, terms=terms, top=top)


def _answer_for(recommender: Recommender, history: Histories) -> Answer | None:
    try:
        return recommender.answer(history)
    except ProfileError:
        return None


def _likes(recommender: Recommender) -> tuple[Histories, bool]:
    """Who likes what; who has what (and False), where no rating says that anything is liked."""
    dataset = recommender.dataset
    liked = dataset.histories.likes(dataset.scale.like)
    return (liked, True) if liked.entries else (dataset.histories, False)


def _asked(recommender: Recommender, item_row: int, likes: Histories) -> _Asked:
    people = np.unique(likes.user_rows_N[likes.item_rows_N == item_row])
    titles, vectors_ID = recommender.dataset.titles, item_vectors(recommender)
    shared_I = np.bincount(likes.take(people).item_rows_N, minlength=titles).astype(np.int64)
    likes_I = np.bincount(likes.item_rows_N, minlength=titles)
    near_I = np.maximum(vectors_ID @ vectors_ID[item_row], 0.0)
    together_I = shared_I / np.sqrt((len(people) + _FEW) * (likes_I + _FEW))
    counts_I = recommender.facts.counts_I
    likeness_I: Float32 = (0.5 * (near_I + together_I) * counts_I / (counts_I + _FEW)).astype(np.float32)
    return _Asked(recommender.dataset.title_of(item_row), len(people), shared_I, likeness_I)


def _why(asked: Sequence[_Asked], row: int, *, is_liking: bool) -> str:
    """What the people who liked the nearest of the titles think of this one."""
    of = max(asked, key=lambda title: float(title.likeness_I[row]))
    both, name = int(of.shared_I[row]), of.name
    if not both and is_liking:
        return said("liked by people of a taste like those who liked {title}", title=name)
    if not both:
        return said("seen by people of a taste like those who have seen {title}", title=name)
    if of.people < _LEAST_SAID_OF and is_liking:
        return counted(
            "liked by {both} of {count} person who liked {title}",
            "liked by {both} of {count} people who liked {title}",
            of.people,
            both=both,
            title=name,
        )
    if of.people < _LEAST_SAID_OF:
        return counted(
            "seen by {both} of {count} person who have seen {title}",
            "seen by {both} of {count} people who have seen {title}",
            of.people,
            both=both,
            title=name,
        )
    share = max(1, round(100 * both / of.people))
    if is_liking:
        return said("liked by {share} of 100 people who liked {title}", share=share, title=name)
    return said("seen by {share} of 100 people who have seen {title}", share=share, title=name)


def _note(asked: Sequence[_Asked], *, is_liking: bool) -> str:
    """What is said above the list where little is known of a title."""
    few = [_few_words(title, is_liking=is_liking) for title in asked if title.people < _VERY_FEW]
    return said("Here {few}, so take this list as a guess.", few=join_words(few)) if few else ""


def _few_words(title: _Asked, *, is_liking: bool) -> str:
    people, name = title.people, title.name
    if not people:
        return said("nobody liked {title}", title=name) if is_liking else said("nobody has seen {title}", title=name)
    if is_liking:
        return counted("{count} person liked {title}", "{count} people liked {title}", people, title=name)
    return counted("{count} person has seen {title}", "{count} people have seen {title}", people, title=name)
