"""Why this one, and what one's ratings do: asked for once a list has stood still, and shown beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from desktop_rec.common.notices import Failure
from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.page import ForYouPage
from engine.recommending.reasons import FIRST_TEN

if TYPE_CHECKING:
    from engine.recommending.explanation import Explanation
    from engine.recommending.insights import ListInsights

PAUSE_MS = 150
"""Reasons are asked for once the list has stood still so long: a slider in motion does not wait for them."""


class WhyPresenter(QObject):
    """`expect` after each list: its reasons follow. `explain` when another title is chosen."""

    def __init__(self, recommendations: RecommendationsController, page: ForYouPage, parent: QObject) -> None:
        super().__init__(parent)
        self._recommendations, self._page = recommendations, page
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        recommendations.explained.connect(self._on_explanation)
        recommendations.insights_ready.connect(self._on_insights)
        recommendations.failed.connect(self._on_failure)
        recommendations.longer_ready.connect(page.reasons.show_longer)
        recommendations.hangs_on_ready.connect(page.reasons.show_hangs_on)
        page.reasons.longer_wanted.connect(recommendations.look_longer)

    def expect(self) -> None:
        """There is another list: its reasons are asked for when no further one follows at once."""
        self._pause.start()

    def explain(self, item_row: int) -> None:
        """Ask for the reasons of a title; those of a list that has just come are asked for by itself."""
        if not self._pause.isActive():
            self._recommendations.explain(item_row)

    def _ask(self) -> None:
        item = self._page.pane.list.current
        if item is not None:
            self._recommendations.explain(item.item_row)
            self._page.insights.show_waiting()
            self._recommendations.ask_insights()

    def _on_explanation(self, found: Explanation) -> None:
        reasons = self._page.reasons
        other = self._recommendations.companion() if self._recommendations.explains_companion else None
        by = "" if other is None else other.name
        reasons.show_reasons(found, by=by)
        is_shown = reasons.item is not None and reasons.item.item_row == found.item_row
        if is_shown and not by and found.rank is not None and found.rank <= FIRST_TEN:
            self._recommendations.ask_hangs_on(found.item_row)

    def _on_insights(self, found: ListInsights) -> None:
        self._page.insights.show_insights(found)
        self._page.pane.show_reasons({title.item_row: title.line for title in found.titles})

    def _on_failure(self, kind: str, failure: Failure) -> None:
        sentence = f"{failure.sentence} {failure.remedy}".strip()
        match kind:
            case "recommend":
                self._pause.stop()
            case "explain":
                self._page.reasons.show_failure(sentence)
            case "longer look":
                self._page.reasons.show_note(sentence)
            case "insights":
                self._page.insights.show_failure(sentence)
