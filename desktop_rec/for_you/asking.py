"""How would I like this one? Asked of a title in the search or among my ratings, answered beside the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_rec.common.notices import Failure
from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.page import ForYouPage
from desktop_rec.for_you.titles import TitleRow

if TYPE_CHECKING:
    from engine.recommending.asking import TitleAnswer
    from engine.recommending.recommender import Recommendation


class AskingPresenter(QObject):
    """The title that was asked about stays shown while lists change, until a row of the list is chosen."""

    def __init__(self, recommendations: RecommendationsController, page: ForYouPage, parent: QObject) -> None:
        super().__init__(parent)
        self._recommendations, self._page = recommendations, page
        self._row: int | None = None
        page.mine.opened.connect(self.ask)
        page.pane.chosen.connect(self._on_chosen)
        recommendations.asked.connect(self._on_answer)
        recommendations.failed.connect(self._on_failure)
        recommendations.ready.connect(self._ask_again)
        recommendations.dataset.changed.connect(self.forget)

    def ask(self, title: TitleRow) -> None:
        """Ask how the person would like a title."""
        self._row = title.item_row
        self._ask_again()

    def forget(self) -> None:
        """The list is what is looked at."""
        self._row = None

    def _ask_again(self) -> None:
        if self._row is not None:
            self._recommendations.ask(self._row)

    def _on_chosen(self, item: Recommendation) -> None:
        if self._page.pane.list.view.hasFocus():
            self.forget()

    def _on_answer(self, found: TitleAnswer) -> None:
        dataset = self._recommendations.dataset.current
        if dataset is None or found.item.item_row != self._row:
            return
        self._page.reasons.show_answer(found, word=dataset.catalogue.word)
        self._page.turn_to_reasons()

    def _on_failure(self, kind: str, failure: Failure) -> None:
        if kind == "ask":
            self._page.reasons.show_failure(f"{failure.sentence} {failure.remedy}".strip())
            self._page.turn_to_reasons()
