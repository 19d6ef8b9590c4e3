"""Filters and sliders of For you: shows where they stand, and turns what a person does to them into choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_rec.for_you.choices import ListChoices
from desktop_rec.for_you.comparison import Comparison
from desktop_rec.for_you.controller import RecommendationsController
from engine.models.registry import title_of
from engine.recommending.ranking import Filters
from engine.wording import said

if TYPE_CHECKING:
    from desktop_rec.for_you.my_ratings.panel import MyRatingsPanel
    from desktop_rec.for_you.recommendation_list import ListPane
    from engine.data.dataset import Dataset
    from engine.recommending.recommender import Recommender


_STARS_COMING = said("The stars that you would give are still being worked out; a few seconds.")


class BendingPresenter(QObject):
    """Every change goes through the controller, so that it is undone and kept; `ranks` are the places that stand."""

    def __init__(
        self,
        recommendations: RecommendationsController,
        mine: MyRatingsPanel,
        pane: ListPane,
        comparison: Comparison,
        ranks: Callable[[], Mapping[str, int]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._recommendations, self._mine, self._pane = recommendations, mine, pane
        self._comparison, self._ranks = comparison, ranks
        self._filters = Filters()
        mine.gems.moved.connect(self._on_gems)
        mine.love.moved.connect(self._on_love)
        mine.variety.moved.connect(self._on_variety)
        for slider in (mine.gems, mine.love, mine.variety):
            slider.released.connect(comparison.rest)
        pane.filters_changed.connect(self.filter)
        pane.filters.reset_wanted.connect(self.reset)

    def use_dataset(self, dataset: Dataset) -> None:
        """Offer the genres and years that another data set has."""
        years = [year for year in dataset.catalogue.years if year]
        genres = sorted({genre for genres in dataset.catalogue.genres for genre in genres})
        span = (min(years), max(years)) if years else (0, 0)
        self._pane.filters.use_catalogue(genres, span, word=dataset.catalogue.noun)

    def show_choices(self) -> None:
        """Filters or sliders are others, by hand, by undo, or because of another person or data set."""
        choices = self._recommendations.choices
        if choices.filters != self._filters:
            self._filters = choices.filters
            self._pane.filters.show_filters(choices.filters)
            self._comparison.forget()
        self._pane.filters.allow_reset(choices.is_bent)
        self._mine.gems.show_value(choices.gems)
        self._mine.variety.show_value(choices.variety)
        self.show_love(self._recommendations.model.recommender)

    def show_love(self, recommender: Recommender | None) -> None:
        """Put the slider where the model ranks by itself, or say why this model has nothing to mix."""
        love = self._mine.love
        if recommender is None or not recommender.can_mix:
            love.show_value(0.0)
            is_coming = self._recommendations.model.stars_are_coming
            love.allow(why_not=_STARS_COMING if is_coming else _why_not_mixed(recommender))
            return
        weight = self._recommendations.choices.weight
        is_own = recommender.model.can.mixes_presence
        default = float(getattr(recommender.model.config, "presence_weight", 1.0)) if is_own else 1.0
        love.show_value(1.0 - (default if weight is None else weight))
        love.allow()

    def filter(self, filters: Filters) -> None:
        """Other filters; a motion of the years or of the least number is one step back."""
        choices, former = self._recommendations.choices, self._recommendations.choices.filters
        merges = ""
        if replace(filters, years=former.years) == former:
            merges = "years"
        elif replace(filters, min_ratings=former.min_ratings) == former:
            merges = said("least number of ratings")
        self._bend(replace(choices, filters=filters), said("Changed the filters"), merges)

    def reset(self) -> None:
        """No filter, and the sliders where they were at first."""
        self._recommendations.reset()

    def _on_gems(self, value: float) -> None:
        choices = replace(self._recommendations.choices, gems=value)
        self._slide("gems", choices, said("moved the slider of hidden gems"))

    def _on_love(self, value: float) -> None:
        choices = replace(self._recommendations.choices, weight=1.0 - value)
        self._slide("love", choices, said("moved the slider between watch and love"))

    def _on_variety(self, value: float) -> None:
        choices = replace(self._recommendations.choices, variety=value)
        self._slide("variety", choices, said("moved the slider between alike and varied"))

    def _slide(self, slider: str, choices: ListChoices, done: str) -> None:
        self._comparison.slide(slider, self._ranks(), said("since you {done}", done=done))
        self._bend(choices, f"{done[:1].upper()}{done[1:]}", slider)

    def _bend(self, choices: ListChoices, text: str, merges: str) -> None:
        self._recommendations.bend(choices, text, merges=merges)


def _why_not_mixed(recommender: Recommender | None) -> str:
    if recommender is not None and recommender.stars is not None:
        return said("This model ranks by the stars it predicts, and by nothing else.")
    return said("This model can't do this. Train “{model}” (about a minute).", model=title_of("two_head"))
