"""Builds the map and the page My taste when they are wanted first, and tells them whether somebody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.middle import Middle
from desktop_rec.for_you.my_taste.controller import TasteController
from desktop_rec.for_you.page import ForYouPage
from desktop_rec.for_you.taste_map.controller import TasteMapController

if TYPE_CHECKING:
    from desktop_rec.for_you.my_taste.presenter import MyTastePresenter
    from desktop_rec.for_you.taste_map.presenter import TasteMapPresenter


class MiddlePresenter(QObject):
    """title_chosen(Recommendation): a title of the map, whose reasons are wanted. turned(): to another page."""

    title_chosen = Signal(object)
    turned = Signal()

    def __init__(
        self,
        recommendations: RecommendationsController,
        maps: TasteMapController,
        taste: TasteController,
        page: ForYouPage,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._recommendations, self._maps, self._taste, self._page = recommendations, maps, taste, page
        self._map: TasteMapPresenter | None = None
        self._mine: MyTastePresenter | None = None
        page.middle.turned.connect(self._on_turned)
        page.insights.taste_wanted.connect(self._turn_to_taste)
        self._turn_to_last()

    def _turn_to_last(self) -> None:
        """Show what the middle showed when the window was closed."""
        last = self._recommendations.page
        if last in [page.value for page in Middle]:
            self._page.middle.turn_to(Middle(last))

    def _on_turned(self, page: Middle) -> None:
        self._recommendations.page = page.value
        if page is Middle.MAP and self._map is None:
            self._build_map()
        if self._map is not None:
            self._map.look(is_looked_at=page is Middle.MAP)
        if page is Middle.TASTE and self._mine is None:
            self._build_taste()
        if self._mine is not None:
            self._mine.look(is_looked_at=page is Middle.TASTE)
        self.turned.emit()

    def _build_map(self) -> None:
        from desktop_rec.for_you.taste_map.panel import TasteMapPanel
        from desktop_rec.for_you.taste_map.presenter import TasteMapPresenter

        panel = TasteMapPanel()
        self._page.middle.put(Middle.MAP, panel)
        self._map = TasteMapPresenter(self._maps, self._recommendations, panel)
        self._map.chosen.connect(self.title_chosen)
        self._map.list_wanted.connect(self._turn_to_list)

    def _build_taste(self) -> None:
        from desktop_rec.for_you.my_taste.page import MyTastePage
        from desktop_rec.for_you.my_taste.presenter import MyTastePresenter

        page = MyTastePage()
        self._page.middle.put(Middle.TASTE, page)
        self._mine = MyTastePresenter(self._taste, self._recommendations, page)

    def _turn_to_taste(self) -> None:
        self._page.middle.turn_to(Middle.TASTE)

    def _turn_to_list(self) -> None:
        self._page.middle.turn_to(Middle.LIST)
