"""What can be done with a recommended title, and doing it: one place for rows, menus, keys and the panel."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from desktop_rec.for_you.controller import ListSource, RecommendationsController, SourceKind
from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from engine.text import format_title

if TYPE_CHECKING:
    from engine.recommending.recommender import Recommendation


class Action(Enum):
    """What a person does with a title beside rating it. SAVE takes a saved title off *Saved* again, as a bookmark."""

    SAVE = "save"
    REFUSE = "refuse"
    SEEN = "seen"
    MORE_LIKE_THIS = "more_like_this"
    COPY = "copy"


class ActingPresenter(QObject):
    """Carries out an Action on a title, in a way that can be undone; `act` is the slot of every `acted` signal."""

    def __init__(
        self, my_ratings: MyRatingsController, recommendations: RecommendationsController, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._my_ratings, self._recommendations = my_ratings, recommendations

    def act(self, action: Action, item: Recommendation) -> None:
        """Do it."""
        match action:
            case Action.SAVE if self.is_saved(item.item_row):
                self._my_ratings.unlist(item.item_row)
            case Action.SAVE:
                self._my_ratings.save_for_later(item.item_row)
            case Action.REFUSE:
                self._my_ratings.refuse(item.item_row)
            case Action.SEEN:
                self._my_ratings.mark_seen(item.item_row)
            case Action.MORE_LIKE_THIS:
                self._show_alike(item)
            case Action.COPY:
                QGuiApplication.clipboard().setText(format_title(item.title, item.year))

    def is_saved(self, item_row: int) -> bool:
        """Whether a title of the open data set stands in *Saved*."""
        return item_row in self.saved_rows

    @property
    def saved_rows(self) -> frozenset[int]:
        """The rows of the titles in *Saved*."""
        dataset, profile = self._my_ratings.dataset.current, self._my_ratings.profile.current
        if dataset is None or profile is None:
            return frozenset()
        from engine.data.profiles import listed_rows

        return frozenset(listed_rows(profile.saved, dataset))

    def _show_alike(self, item: Recommendation) -> None:
        choices = self._recommendations.choices
        source = ListSource(SourceKind.ALIKE, (item.item_row,))
        self._recommendations.bend(replace(choices, source=source), f"Asked for more like {item.title}")
