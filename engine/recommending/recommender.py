"""A model and its data set, ready to answer: a profile in, a list of titles out, as plain values.

The prediction for a profile is remembered, so that another weight or filter only ranks again.

Shapes: I titles, U people, K length of the lists, N entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property

import numpy as np

from engine.data.dataset import Bools, Dataset, Float32, Histories, Int64
from engine.data.profiles import Profile, ProfileMatch
from engine.models.base import Model, Prediction
from engine.models.rating_model import PredictsRatings
from engine.recommending.again import as_if_new
from engine.recommending.answers import Answer, first_row, predicted, rank_row, same_history, sds_of, value_at
from engine.recommending.lifts import lifts_of, shares_of
from engine.recommending.ranking import USUAL, ListTerms, Ranked, TitleFacts, one_per_series, ranked
from engine.recommending.recommendation import Recommendation, RecommendationList
from engine.recommending.usable_ratings import UsableRatings
from engine.recommending.variety import varied
from engine.recommending.vectors import item_vectors


class Recommender:
    """Recommends to anybody, seen in training or not. Holds the last answer; not for two threads at once.

    Parameters
    ----------
    model, dataset
        A fitted model, and the data set whose titles it ranks.
    candidates_I
        Which titles may be recommended (those that training saw); None means all.
    stars
        A model that predicts ratings, for the stars beside a list that `model` ranks without them.
    run_id
        Where the model comes from.

    Raises
    ------
    ProfileError
        By `match`, `check`, `answer` and `recommend`, where a profile gives the model nothing to go by.

    Examples
    --------
    >>> from engine.data.catalogue import Catalogue
    >>> from engine.data.dataset import Dataset, Scale, Vocabulary
    >>> from engine.events import drive
    >>> from engine.models.popularity import Popularity, PopularityConfig
    >>> users, titles = Vocabulary(["1", "2"]), Vocabulary(["a", "b", "c"])
    >>> films = Catalogue(("Alien", "Brazil", "Clue"), (1979, 1985, 1985), ((),) * 3)
    >>> histories = Histories.of([0, 0, 1, 1], [0, 1, 0, 2], [5, 5, 5, 4], people=2)
    >>> dataset = Dataset("d", "Films", users, titles, films, histories, Scale(1, 5, 1), "")
    >>> model = Popularity(PopularityConfig(), items=3, scale=dataset.scale)
    >>> drive(model.fit(histories))
    >>> found = Recommender(model, dataset).recommend(Histories.of_one([2], [5.0]), top=1)
    >>> [(recommendation.rank, recommendation.title, recommendation.year) for recommendation in found.items]
    [(1, 'Alien', 1979)]
    """

    def __init__(
        self,
        model: Model,
        dataset: Dataset,
        *,
        candidates_I: Bools | None = None,
        stars: Model | None = None,
        run_id: str = "",
    ) -> None:
        self.model = model.eval()
        self._companion = stars
        self.dataset = dataset
        self.candidates_I: Bools = np.ones(dataset.titles, dtype=np.bool_) if candidates_I is None else candidates_I
        self.run_id = run_id
        self.facts = TitleFacts(dataset)
        self._usable = UsableRatings(model, dataset, counts_I=self.facts.counts_I)
        self._last: Answer | None = None
        self._last_again: Answer | None = None

    @property
    def stars(self) -> Model | None:
        """The model that predicts ratings: the one that ranks, if it can, else its companion; None for neither."""
        return self.model if self.model.can.predicts_ratings else self._companion

    def with_stars(self, stars: Model) -> Recommender:
        """The same with a companion that predicts ratings; this one stays as it is, for those who work with it."""
        other = copy(self)
        other._companion, other._last, other._last_again = stars, None, None
        return other

    def match(self, profile: Profile) -> ProfileMatch:
        """What of a person's profile can be used. Raises ProfileError, saying why, where that is nothing."""
        return self._usable.match(profile)

    def check(self, history: Histories) -> None:
        """Raises ProfileError where the model has nothing to go by: no entry, or none that has influence on it."""
        self._usable.check(history)

    def informative(self, history: Histories) -> Bools:
        """Which entries have influence on the model, [n]; without any of the others it predicts the same."""
        return self.model.takes_in(history)

    def telling(self, history: Histories) -> Bools:
        """Which entries the model can go by, [n]: of titles that it knows; of these one of likes may ignore some."""
        return self._usable.telling(history)

    def note(self, history: Histories) -> str:
        """What the list is drawn from, where that is not every title, and which entries do not count, or ""."""
        return self._usable.note(history)

    def answer(self, history: Histories, *, again: bool = False) -> Answer:
        """The model's answer to one person, from memory where it is the last one asked for. Raises ProfileError.

        again: the person's own titles are predicted as if they were new (see `as_if_new`).
        """
        if self._last is None or not same_history(self._last.history, history):
            self._last = self.fresh_answer(history)
            self._last_again = None
        if not again:
            return self._last
        if self._last_again is None:
            moving_n = self.informative(history)
            prediction = as_if_new(self.model, history, self._last.prediction, moving_n=moving_n)
            self._last_again = self._answer(history, prediction, self._stars_again(prediction, history), own=True)
        return self._last_again

    def fresh_answer(self, history: Histories) -> Answer:
        """As `answer`, worked out now and not remembered: of somebody else than the person of the list, say."""
        self.check(history)
        prediction = predicted(self.model, history)
        return self._answer(history, prediction, self._stars_for(prediction, history), own=False)

    def _answer(self, history: Histories, prediction: Prediction, stars: Prediction | None, *, own: bool) -> Answer:
        probability_I = first_row(prediction.log_probability_UI, exponent=True)
        shares_I = shares_of(self.model, prediction, self.unseen(history))
        lift_I = None if shares_I is None else self.lifts(shares_I, history, own=own)
        return Answer(history, prediction, probability_I, lift_I, None if stars is None else first_row(stars.rating_UI))

    def _stars_for(self, prediction: Prediction, history: Histories) -> Prediction | None:
        """The prediction that has the stars, which is the model's own or its companion's."""
        if self.stars is None or self.stars is self.model:
            return prediction
        return predicted(self.stars, history)

    def _stars_again(self, prediction: Prediction, history: Histories) -> Prediction | None:
        if self.stars is None or self.stars is self.model:
            return prediction
        moving_n = np.ones(history.entries, dtype=np.bool_)
        return as_if_new(self.stars, history, predicted(self.stars, history), moving_n=moving_n)

    def recommend(
        self,
        history: Histories,
        terms: ListTerms = USUAL,
        *,
        top: int = 100,
    ) -> RecommendationList:
        """The best `top` titles for the one person of `history`; filters refill from the whole catalogue.

        Raises ProfileError and SettingError.
        """
        answer = self.answer(history, again=terms.filters.again)
        scores_I = rank_row(self.model, answer.prediction, terms.weight)
        order = self.order(scores_I, history, terms)
        items = self.described(order.rows_R[: max(0, top)], scores_I, answer)
        passing = len(order.rows_R)
        without = () if passing else self._passing_without(history, terms)
        if not answer.kept.note:
            answer.kept.note = (self.note(history),)
        return RecommendationList(items, passing, order.candidates, terms.weight, answer.kept.note[0], without)

    def _passing_without(self, history: Histories, terms: ListTerms) -> tuple[tuple[str, int], ...]:
        """How many titles would pass without each filter in force."""
        counts = []
        for name in terms.filters.in_force:
            rest = replace(terms, filters=terms.filters.without(name))
            counts.append((name, int((self._asked_for(history, rest) & self.facts.passing(rest.filters)).sum())))
        return tuple(counts)

    def described(
        self,
        rows_R: Int64,
        scores_I: Float32 | None,
        answer: Answer | None,
        *,
        first: int = 1,
        details_R: Sequence[str] = (),
        reasons_R: Sequence[str] = (),
    ) -> tuple[Recommendation, ...]:
        """Some titles of a list, numbered from `first`, with what is predicted for one person (None: for nobody).

        Without scores, each is 0.
        """
        sds_R = None if answer is None else self.rating_sds(answer.history, rows_R)
        return tuple(
            self._recommendation(
                first + place,
                row,
                scores_I,
                answer,
                value_at(sds_R, place),
                detail=details_R[place] if details_R else "",
                reason=reasons_R[place] if reasons_R else "",
            )
            for place, row in enumerate(rows_R.tolist())
        )

    def rating_sds(self, history: Histories, rows_R: Int64) -> Float32 | None:
        """How far off the predicted ratings of some titles may be for a person, [R]; None where that is not known."""
        if self.stars is None or not self.stars.states_uncertainty or not len(rows_R):
            return None
        last = self._last
        if last is None or not same_history(last.history, history):
            return sds_of(self.stars, history, rows_R)
        if not last.kept.sd_I:
            last.kept.sd_I = (sds_of(self.stars, history, np.arange(self.dataset.titles)),)
        sd_I = last.kept.sd_I[0]
        return None if sd_I is None else sd_I[rows_R]

    def order(self, scores_I: Float32, history: Histories, terms: ListTerms = USUAL) -> Ranked:
        """The list that scores make for a person: candidates that they do not have yet and that pass the filters.

        Where the model itself has nothing to mix (see `mixes_by_places`), the weight mixes places by these scores with
        places by predicted stars. Scores may be of a variant of the history; the stars are always of the whole one.
        """
        filters, weight = terms.filters, terms.weight
        liking_I = None
        if weight is not None and weight < 1.0 and self.mixes_by_places:
            liking_I = self._liking(history, again=filters.again)
        order = ranked(
            scores_I,
            candidates_I=self._asked_for(history, terms),
            passes_I=self.facts.passing(filters),
            counts_I=self.facts.renown_I,
            hidden_gems=filters.hidden_gems,
            liking_I=liking_I,
            weight=1.0 if weight is None else weight,
        )
        rows_R = order.rows_R
        if filters.one_per_series:
            rows_R = one_per_series(rows_R, self.facts.series_I)
        if filters.variety:
            rows_R = varied(rows_R, item_vectors(self), strength=filters.variety)
        return replace(order, rows_R=rows_R)

    @property
    def mixes_by_places(self) -> bool:
        """Whether watch and love are mixed as places by score and by stars: the model ranks, but not by a weight."""
        is_mixed = self.model.can.mixes_presence or isinstance(self.model, PredictsRatings)
        return not is_mixed and self.stars is not None

    @property
    def can_mix(self) -> bool:
        """Whether a list moves with a weight between likely-to-watch and likely-to-love."""
        return self.model.can.mixes_presence or self.mixes_by_places

    def _asked_for(self, history: Histories, terms: ListTerms) -> Bools:
        """Which titles a list may have, [I]: new ones, or those that the person knows."""
        if not terms.filters.again:
            return self.unseen(history, terms.barred_rows)
        wanted_I = np.zeros(self.dataset.titles, dtype=np.bool_)
        wanted_I[history.item_rows_N] = True
        wanted_I[np.asarray(terms.seen_rows, dtype=np.int64)] = True
        wanted_I[np.asarray(terms.hidden_rows, dtype=np.int64)] = False
        return wanted_I & self.candidates_I

    def _liking(self, history: Histories, *, again: bool) -> Float32 | None:
        """What a list goes by at likely-to-love: a careful guess of the stars of each title, [I]."""
        answer = self.answer(history, again=again)
        if answer.rating_I is None:
            return None
        if not answer.kept.liking_I:
            every_I = np.arange(self.dataset.titles)
            answer.kept.liking_I = (self.facts.careful(answer.rating_I, self.rating_sds(history, every_I)),)
        return answer.kept.liking_I[0]

    def unseen(self, history: Histories, barred_rows: Sequence[int] = ()) -> Bools:
        """Which titles may be recommended to a person, [I]: the candidates that they neither have nor refused."""
        unseen_I = self.candidates_I.copy()
        unseen_I[history.item_rows_N] = False
        unseen_I[np.asarray(barred_rows, dtype=np.int64)] = False
        return unseen_I

    def lifts(self, shares_I: Float32, history: Histories, *, own: bool = False) -> Float32:
        """How many times likelier each title is for this person than for the average person, [I] (see `lifts_of`).

        Those that the person has have 0, unless their `own` were predicted as if they were new.
        """
        unseen_I = self.unseen(history)
        lifts_I = lifts_of(shares_I, self._average_counts_I, unseen_I)
        return lifts_I if own else lifts_I * unseen_I

    @cached_property
    def _average_counts_I(self) -> Float32:
        counts_I = self.dataset.counts_I
        if self.model.can.learns_from == "likes":
            histories = self.dataset.histories
            liked = histories.item_rows_N[histories.ratings_N >= self.dataset.scale.like]
            counts_I = np.bincount(liked, minlength=self.dataset.titles)
        return counts_I.astype(np.float32)

    def _recommendation(
        self,
        rank: int,
        row: int,
        scores_I: Float32 | None,
        answer: Answer | None,
        sd: float | None,
        *,
        detail: str,
        reason: str,
    ) -> Recommendation:
        catalogue = self.dataset.catalogue
        item_id = self.dataset.items.id(row)
        return Recommendation(
            rank=rank,
            item_row=row,
            item_id=item_id,
            title=self.dataset.title_of(row),
            year=catalogue.years[row],
            genres=catalogue.genres[row],
            score=0.0 if scores_I is None else float(scores_I[row]),
            probability=None if answer is None else value_at(answer.probability_I, row),
            lift=None if answer is None else value_at(answer.lift_I, row),
            predicted_rating=None if answer is None else value_at(answer.rating_I, row),
            predicted_sd=sd,
            detail=detail,
            reason=reason,
        )
