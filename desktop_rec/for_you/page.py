"""The three columns of For you put together."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from desktop_rec.common.controls import named
from desktop_rec.common.plain import set_tip
from desktop_rec.common.stars import StarScale
from desktop_rec.for_you.insights_panel import InsightsPanel
from desktop_rec.for_you.middle import Middle, MiddlePages
from desktop_rec.for_you.my_ratings.panel import WIDTH, MyRatingsPanel
from desktop_rec.for_you.onboarding.panel import OnboardingPanel, StarterPanel
from desktop_rec.for_you.reasons_panel import ReasonsPanel
from desktop_rec.for_you.recommendation_list import ListPane
from desktop_rec.for_you.title_actions import TitleActions
from engine.wording import said

_LIST_WIDTH, _LIST_LEAST, _WHY_WIDTH = 560, 380, 300


class ForYouPage(QWidget):
    """mine at the left; pane, onboarding or starter between; reasons and insights at the right."""

    def __init__(self, scale: StarScale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mine = MyRatingsPanel(scale)
        self.pane = ListPane(scale)
        self.middle = MiddlePages(self.pane, self.pane.tools)
        self.starter = StarterPanel(scale)
        self.onboarding = OnboardingPanel(scale)
        self.reasons = ReasonsPanel(scale)
        self.title_actions = TitleActions()
        self.reasons.action_row.addWidget(self.title_actions)
        self.insights = InsightsPanel()
        self._build()

    def use_scale(self, scale: StarScale) -> None:
        """Rate and predict on another data set's scale."""
        for part in (self.mine, self.starter, self.onboarding, self.pane.list, self.reasons):
            part.use_scale(scale)

    def show_starter(self) -> None:
        """Many well-known titles at once, to pick from."""
        self._outer.setCurrentWidget(self._columns)
        self._middle.setCurrentWidget(self.starter)
        self._tabs.hide()

    def show_onboarding(self) -> None:
        """There are few ratings, or more are wanted: one title at a time."""
        self._outer.setCurrentWidget(self._columns)
        self._middle.setCurrentWidget(self.onboarding)
        self._tabs.hide()

    def show_pane(self) -> None:
        """The list or its message, the map or the taste; reasons only beside a list and the map."""
        self._outer.setCurrentWidget(self._columns)
        self._middle.setCurrentWidget(self.middle)
        self._tabs.setVisible(self.pane.shows_list and self.middle.current is not Middle.TASTE)

    def turn_to_reasons(self) -> None:
        """Show what is said of a title, also where there is no list."""
        self._tabs.setCurrentWidget(self.reasons)
        self._tabs.show()

    def go_to_reasons(self) -> None:
        """Show why the chosen title is listed, and let the keys speak to its stars."""
        self._tabs.setCurrentWidget(self.reasons)
        self.reasons.stars.setFocus(Qt.FocusReason.TabFocusReason)

    def _build(self) -> None:
        self._middle = QStackedWidget()
        self._middle.addWidget(self.middle)
        self._middle.addWidget(self.starter)
        self._middle.addWidget(self.onboarding)
        self._middle.setMinimumWidth(_LIST_LEAST)
        self._tabs = named(QTabWidget(), "why_tabs", said("Why"), "")
        set_tip(self._tabs, "")
        self._tabs.setDocumentMode(True)
        self._tabs.setMinimumWidth(240)
        self._tabs.setUsesScrollButtons(False)
        self._tabs.addTab(self.reasons, said("Why this one"))
        self._tabs.addTab(self.insights, said("About my ratings"))
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.setObjectName("for_you_columns")
        self._columns.setChildrenCollapsible(False)
        self._columns.setHandleWidth(1)
        for place, (part, stretch) in enumerate(((self.mine, 0), (self._middle, 1), (self._tabs, 0))):
            self._columns.addWidget(part)
            self._columns.setStretchFactor(place, stretch)
        self._columns.setSizes([WIDTH, _LIST_WIDTH, _WHY_WIDTH])
        self._outer = QStackedWidget()
        self._outer.addWidget(self._columns)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._outer)
