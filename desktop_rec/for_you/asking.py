"""How would I like this one? Asked of a title in the search or among my ratings, answered beside the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from desktop_rec.common.notices import Failure
from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.page import ForYouPage
from desktop_rec.for_you.titles import TitleRow

if TYPE_CHECKING:
    from engine.recommending.asking import TitleAnswer
    from engine.recommending.recommendation import Recommendation


class AskingPresenter(QObject):
    """The title that was asked about stays shown while lists change, until a row of the list is chosen."""

    def __init__(self, recommendations: RecommendationsController, page: ForYouPage, parent: QObject) -> None:
        super().__init__(parent)
        self._recommendations, self._page = recommendations, page
        self._row: int | None = None
        self._is_refreshing, self._source = False, recommendations.choices.source
        page.mine.opened.connect(self.ask)
        page.pane.chosen.connect(self._on_chosen)
        recommendations.asked.connect(self._on_answer)
        recommendations.failed.connect(self._on_failure)
        recommendations.ready.connect(self._on_list)
        recommendations.choices_changed.connect(self._on_choices)
        recommendations.dataset.changed.connect(self.forget)

    def ask(self, title: TitleRow) -> None:
        """Ask how the person would like a title."""
        self._row = title.item_row
        self._ask_again()

    def forget(self) -> None:
        """The list is what is looked at."""
        self._row = None

    def _on_list(self) -> None:
        """A list follows, which chooses a row by itself: the title that was asked about stays."""
        self._is_refreshing = True
        QTimer.singleShot(0, self._end_refreshing)
        self._ask_again()

    def _end_refreshing(self) -> None:
        self._is_refreshing = False

    def _on_choices(self) -> None:
        """Another kind of list is looked at; filters and sliders are of the same one."""
        source = self._recommendations.choices.source
        if source != self._source:
            self._source = source
            self.forget()

    def _ask_again(self) -> None:
        if self._row is not None:
            self._recommendations.ask(self._row)

    def _on_chosen(self, item: Recommendation) -> None:
        if not self._is_refreshing:
            self.forget()

    def _on_answer(self, found: TitleAnswer) -> None:
        dataset = self._recommendations.dataset.current
        if dataset is None or found.item.item_row != self._row:
            return
        self._page.reasons.show_answer(found, word=dataset.catalogue.noun)
        self._page.turn_to_reasons()

    def _on_failure(self, kind: str, failure: Failure) -> None:
        if kind == "ask":
            self._page.reasons.show_failure(f"{failure.sentence} {failure.remedy}".strip())
            self._page.turn_to_reasons()
