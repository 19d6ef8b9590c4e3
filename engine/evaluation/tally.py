"""What batches of people gave, put together as they come: per person only, so that it grows with people alone.

Shapes: U people, I titles, G groups of a breakdown, D draws.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.data.dataset import Bools, Int64
from engine.data.split import HeldOut
from engine.evaluation import breakdown
from engine.evaluation.answers import Answer, Question
from engine.evaluation.breakdown import Breakdown, Measured
from engine.evaluation.intervals import Floats, Interval, bootstrap, middle_95, value_over_people
from engine.evaluation.metrics import METRICS, metric_of
from engine.evaluation.result import from_means, to_be_averaged, weights_of
from engine.wording import said


class Tally:
    """Adds answers up, then draws people again for the intervals of metrics and breakdowns."""

    def __init__(self, held_out: HeldOut, question: Question) -> None:
        self._held_out, self._question = held_out, question
        self._listed: dict[int, Bools] = {}
        self._answers: list[Answer] = []
        self._draws: dict[str, list[Floats]] = {}

    def add(self, answer: Answer) -> None:
        for k, listed_I in answer.listed.items():
            self._listed[k] = self._listed[k] | listed_I if k in self._listed else listed_I
        self._answers.append(Answer(answer.per_person, answer.rated_U, {}, answer.parts))

    def join(self) -> None:
        if not self._answers:
            self.per_person: dict[str, Floats] = {}
            self.rated_U: Int64 = np.zeros(0, dtype=np.int64)
            self._measured: tuple[Measured, ...] = ()
            return
        names = self._answers[0].per_person
        self.per_person = {
            name: np.concatenate([answer.per_person[name] for answer in self._answers]) for name in names
        }
        self.rated_U = np.concatenate([answer.rated_U for answer in self._answers])
        self._measured = tuple(self._parts())

    def draw(self) -> Iterator[None]:
        """Work out the intervals, control going back after each lot of draws."""
        values = {name: to_be_averaged(name, values_U) for name, values_U in self.per_person.items()}
        weights = {name: weights_of(name, self.rated_U) for name in values}
        for measured in self._measured:
            for name, (values_U, weights_U) in measured.columns().items():
                values[name], weights[name] = values_U, weights_U
        for lot in bootstrap(values, weights):
            for name, draws_D in lot.items():
                self._draws.setdefault(name, []).append(draws_D)
            yield None

    def forget_draws(self) -> None:
        """A Stop came between: half the draws are none."""
        self._draws = {}

    def metrics(self) -> dict[str, Interval]:
        """Every metric that somebody has a value of; those over all people have no interval."""
        found: dict[str, Interval] = {}
        for name, values_U in self.per_person.items():
            value = value_over_people(to_be_averaged(name, values_U), weights_of(name, self.rated_U))
            if not np.isnan(value):
                draws = self._draws.get(name)
                low, high = middle_95(from_means(name, np.concatenate(draws))) if draws else (None, None)
                found[name] = Interval(float(from_means(name, np.array(value))), low, high)
        for k, listed_I in self._listed.items():
            for metric in METRICS.values():
                if metric.kind == "catalogue":
                    value = metric.function(listed_I, self._question.candidates_I)
                    found[f"{metric.name}@{k}"] = Interval(value, None, None)
        return found

    def breakdowns(self) -> tuple[Breakdown, ...]:
        draws = {name: np.concatenate(lots) for name, lots in self._draws.items()}
        found = [measured.breakdown(draws) for measured in self._measured]
        if self._question.tier_I is not None and self._question.counts_I is not None and found:
            place = next(at for at, part in enumerate(found) if part.name == breakdown.POPULARITY) + 1
            found.insert(place, breakdown.popularity_of_data(self._question.counts_I, self._question.tier_I))
        all_known = (breakdown.KNOWN_AND_NEW, (breakdown.KNOWN_OR_NEW[0],))
        return tuple(
            part for part in found if part.rows and (part.name, tuple(row.label for row in part.rows)) != all_known
        )

    @property
    def people(self) -> int:
        per_person = self.per_person.items()
        values = [~np.isnan(of_U) for name, of_U in per_person if getattr(metric_of(name), "needs_relevant", True)]
        return int(np.logical_or.reduce(values).sum()) if values else 0

    def _parts(self) -> Iterator[Measured]:
        question, people = self._question, len(self.rated_U)
        if question.tier_I is None and question.levels is None:
            return
        if question.ks:
            cut = question.curve_cut
            lengths_U = self._held_out.fold_in.counts_U[:people]
            yield breakdown.by_profile_length(self.per_person[f"ndcg@{cut}"], lengths_U, unit=f"NDCG@{cut}")
        for name in self._answers[0].parts:
            pairs = [answer.parts[name] for answer in self._answers]
            values_UG, weights_UG = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
            yield self._measured_part(name, values_UG, weights_UG)

    def _measured_part(self, name: str, values_UG: Floats, weights_UG: Floats) -> Measured:
        question = self._question
        if name == breakdown.POPULARITY:
            assert question.tier_I is not None, "the shares of tiers are of titles in tiers"
            titles = np.bincount(question.tier_I[question.tier_I >= 0], minlength=len(breakdown.TIERS))
            counts_G = breakdown.tier_totals(titles).astype(np.int64)
            unit = said("share of the lists of {cut}", cut=question.list_cut)
            return Measured(name, unit, breakdown.TIERS, counts_G, values_UG, weights_UG, breakdown.TITLES)
        assert question.levels is not None, "errors are told apart by levels"
        labels = question.levels.labels if name == breakdown.ERRORS_BY_RATING else breakdown.KNOWN_OR_NEW
        counts_G = weights_UG.sum(axis=0).astype(np.int64)
        return Measured(name, "RMSE", labels, counts_G, values_UG, weights_UG, breakdown.RATINGS, is_root=True)
