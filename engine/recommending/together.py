"""What two people could watch together: one list that is fair to both, and how alike their tastes are.

Each person has an order of the titles that are new to both; the two are brought into one (see
engine.recommending.fairness).

Shapes: I titles, R titles in the list, N titles that both rated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from engine.data.dataset import Float32, Histories, Int64
from engine.data.profiles import Profile, ProfileMatch
from engine.errors import ProfileError
from engine.recommending.answers import Answer, rank_row, value_at
from engine.recommending.fairness import Fairness, common_scores
from engine.recommending.likeness import Likeness, likeness_of
from engine.recommending.ranking import USUAL, ListTerms, OrderOf, Ranked
from engine.recommending.recommendation import RecommendationList
from engine.recommending.recommender import Recommender
from engine.text import format_count, format_predicted_rating
from engine.wording import said


@dataclass(frozen=True)
class Companion:
    """One of the two people. `name` is what rows call them: "you", "Anna"."""

    name: str
    match: ProfileMatch


@dataclass(frozen=True)
class CommonList:
    """One list for two; its `detail`s say what each would give. `likeness` is how alike their tastes are."""

    listed: RecommendationList
    likeness: Likeness


def companions_of(recommender: Recommender, mine: Profile, theirs: Profile) -> tuple[Companion, Companion]:
    """Two people as a list names them. Raises ProfileError, naming whom, where the model knows nothing of one."""
    if mine.profile_id == theirs.profile_id:
        raise ProfileError(
            said("These are the same person twice."), remedy=said("Choose somebody else."), profile=mine.name
        )
    me, other = recommender.match(mine), _match_of(recommender, theirs)
    name = f"{theirs.name} (2)" if theirs.name in ("you", "You") else theirs.name
    return Companion(said("you"), me), Companion(name, other)


def _match_of(recommender: Recommender, profile: Profile) -> ProfileMatch:
    """Raises ProfileError with the name in it: the person at the screen is somebody else."""
    try:
        match = recommender.match(profile)
        recommender.check(match.history)
    except ProfileError as error:
        raise ProfileError(
            said(
                "There is no common list with {person}: the model knows nothing of what they rated.",
                person=profile.name,
            ),
            remedy=said("Choose somebody else, or rate a few titles as them."),
            profile=profile.name,
        ) from error
    return match


def together(
    recommender: Recommender,
    me: Companion,
    other: Companion,
    *,
    fairness: Fairness = Fairness.LEAST,
    terms: ListTerms = USUAL,
    top: int = 100,
) -> CommonList:
    """The best `top` titles for both; nothing that either has seen or refused. Raises ProfileError, SettingError.

    Each row's prediction is the first person's own, and its `detail` says both.
    """
    mine, theirs = recommender.answer(me.match.history), recommender.fresh_answer(other.match.history)
    pair = _Pair(recommender, me.match, other.match, fairness, terms)
    places_2I = [pair.places(answer.history, pair.scores(answer)) for answer in (mine, theirs)]
    scores_I, order = pair.order(places_2I)
    rows_R = order.rows_R[: max(0, top)]
    details_R = [_both(row, (me, other), (mine, theirs), places_2I) for row in rows_R.tolist()]
    items = recommender.described(rows_R, scores_I, mine, details_R=details_R)
    likeness = likeness_of(recommender, me.match.history, mine.rating_I, other.match.history, theirs.rating_I)
    note = recommender.note(me.match.history)
    return CommonList(RecommendationList(items, len(order.rows_R), order.candidates, terms.weight, note), likeness)


@dataclass(frozen=True)
class _Pair:
    """Two people whose places are brought into one list; its filters are on both together, not on each one's places."""

    recommender: Recommender
    mine: ProfileMatch
    theirs: ProfileMatch
    fairness: Fairness
    terms: ListTerms

    def scores(self, answer: Answer) -> Float32:
        """What ranks titles for one of them, [I]."""
        return rank_row(self.recommender.model, answer.prediction, self.terms.weight)

    def places(self, history: Histories, scores_I: Float32) -> Int64:
        """The place of each title for one of them among those that are new to both, [I]; 0 for all others."""
        return self.recommender.order(scores_I, history, self._unfiltered).place_I(len(scores_I))

    def order(self, places_2I: Sequence[Int64]) -> tuple[Float32, Ranked]:
        """What ranks titles for both, [I], and the list that it makes."""
        scores_I = common_scores(places_2I, self.fairness)
        filtered = replace(self._unfiltered, weight=None, filters=replace(self.terms.filters, again=False))
        return scores_I, self.recommender.order(scores_I, self.mine.history, filtered)

    @cached_property
    def _unfiltered(self) -> ListTerms:
        mine, theirs = self.mine, self.theirs
        seen_rows = tuple({*mine.seen_rows, *theirs.seen_rows, *theirs.history.item_rows_N.tolist()})
        hidden_rows = (*mine.not_for_me_rows, *theirs.not_for_me_rows)
        return ListTerms(self.terms.weight, seen_rows=seen_rows, hidden_rows=hidden_rows)


def common_order(
    recommender: Recommender,
    mine: Profile,
    theirs: Profile,
    *,
    of_theirs: bool = False,
    fairness: Fairness = Fairness.LEAST,
    terms: ListTerms = USUAL,
) -> OrderOf:
    """The list for two that scores of the first person make (or `of_theirs`), while the other's places stay.

    So reasons speak of places in the list that both see. Raises ProfileError.
    """
    pair = _Pair(recommender, recommender.match(mine), _match_of(recommender, theirs), fairness, terms)
    asked, other = (pair.theirs, pair.mine) if of_theirs else (pair.mine, pair.theirs)
    fixed_I = pair.places(other.history, pair.scores(recommender.fresh_answer(other.history)))

    def order_of(scores_I: Float32) -> Ranked:
        own_I = pair.places(asked.history, scores_I)
        return pair.order((fixed_I, own_I) if of_theirs else (own_I, fixed_I))[1]

    return order_of


def list_for_two(
    recommender: Recommender,
    mine: Profile,
    theirs: Profile,
    *,
    fairness: Fairness = Fairness.LEAST,
    terms: ListTerms = USUAL,
    top: int = 100,
) -> RecommendationList:
    """As `together`, for two people as they are stored; its note begins with how alike their tastes are."""
    me, other = companions_of(recommender, mine, theirs)
    found = together(recommender, me, other, fairness=fairness, terms=terms, top=top)
    return replace(found.listed, note=f"{found.likeness.words} {found.listed.note}".strip())


def _both(row: int, people: Sequence[Companion], answers: Sequence[Answer], places_2I: Sequence[Int64]) -> str:
    """What each would give, or where it stands for each: "you 4.2 · Anna 3.9"."""
    parts = []
    for person, answer, places_I in zip(people, answers, places_2I, strict=True):
        rating = value_at(answer.rating_I, row)
        figure = f"#{format_count(int(places_I[row]))}" if rating is None else format_predicted_rating(rating)
        parts.append(f"{person.name} {figure}")
    return " · ".join(parts)
